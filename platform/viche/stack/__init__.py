"""The servers and processes of one machine: PostgreSQL and Valkey from wheels, and what runs on them."""
