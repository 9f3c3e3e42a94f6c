"""Reactions of voting to events of lower apps (none yet)."""
