"""Every write of voting. Scheduling and extending, casting, closing and counting, certifying, the turnout."""

from .casting import Receipt, cast
from .certifying import certify_round, scrub_boxes
from .closing import close_round, record_opening
from .counting import count_round
from .scheduling import create_round, extend_round, schedule_round
from .turnout import count_turnout

__all__ = [
    "Receipt",
    "cast",
    "certify_round",
    "close_round",
    "count_round",
    "count_turnout",
    "create_round",
    "extend_round",
    "record_opening",
    "schedule_round",
    "scrub_boxes",
]
