"""Consultations: a question of a place to its residents, and the phases it walks through."""
