"""Reactions of ideas to events of lower apps: the result of a round decides the initiative."""
