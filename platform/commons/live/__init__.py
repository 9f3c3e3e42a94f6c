"""Live topics: an ordered log in the database, hints over Redis, fan-out inside each process."""
