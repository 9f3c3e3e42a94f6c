"""Reactions of consultations to events of lower apps."""
