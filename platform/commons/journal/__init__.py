"""The journal: audit line, outbox, activity feed and source of notices in one table."""
