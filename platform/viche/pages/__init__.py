"""Pages that mix domains. They call any app's queries and one action at most."""
