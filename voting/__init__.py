"""Rounds: the electorate, ballots, methods, the tally, the published bundle and its recount."""
