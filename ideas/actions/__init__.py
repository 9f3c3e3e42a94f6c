"""Every write of ideas: writing, supporting, deciding, and the way onto the ballot and back."""

from .balloting import put_to_vote, record_outcomes
from .deciding import decide
from .supporting import count_support, endorse, withdraw_endorsement
from .writing import publish_idea, save_draft

__all__ = [
    "count_support",
    "decide",
    "endorse",
    "publish_idea",
    "put_to_vote",
    "record_outcomes",
    "save_draft",
    "withdraw_endorsement",
]
