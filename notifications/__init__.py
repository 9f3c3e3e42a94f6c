"""The hub of news: preferences, notices, letters, digests. Apps declare who hears what; it imports none of them."""
