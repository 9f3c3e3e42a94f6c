"""People: accounts, attested residency, offices held in a place."""
