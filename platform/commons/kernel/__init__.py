"""What everything is built from: events, verdicts, refusals, the clock and locks. Imports nothing of ours."""
