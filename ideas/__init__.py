"""Mini-initiatives: drafts, support, the official's decision, the way onto the ballot and what came of them."""
