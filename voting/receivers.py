"""Voting listens to no lower app; it only says which live topic its rounds have."""

from commons.live.topics import topic

topic("round")
