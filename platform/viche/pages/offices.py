"""What each office can do here, as my page tells it. An office without work of its own yet says so."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from commons.accounts.models import Office
from commons.places.models import Place

Role = Office.Role
ANSWER = ("ideas:desk", _("Answer initiatives"))
ATTEST = ("accounts:desk", _("Attest somebody at the desk"))
TASKS: dict[str, tuple[tuple[str, Promise], ...]] = {
    Role.OFFICIAL: (
        ("ideas:desk", _("Prepare consultations and answer initiatives")),
        ("accounts:register", _("Import the register of residents")),
        ATTEST,
    ),
    Role.REVIEWER: (ANSWER,),
    Role.CLERK: (ATTEST,),
    Role.AUDITOR: (
        ("accounts:journal", _("Read the journal")),
        ("accounts:journal-seals", _("Check the seals of the journal")),
    ),
    Role.MODERATOR: (),
}
# Those whose desk every page's header leads to.
DESK_ROLES = frozenset({Role.OFFICIAL, Role.REVIEWER})


@dataclass(frozen=True)
class Held:
    """An office somebody holds, with the addresses and names of what it can do (none: there is nothing to do yet)."""

    place: Place
    role: str
    tasks: list[tuple[str, str]]


def tasks_of(office: Office) -> Held:
    """What somebody can do in this office."""
    tasks = [(reverse(name, args=[office.place.slug]), str(words)) for name, words in TASKS[office.role]]
    return Held(place=office.place, role=office.get_role_display(), tasks=tasks)
