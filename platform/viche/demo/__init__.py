"""The demo: real places, invented people, one real budget replayed, and three consultations that are open now."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from django.core import signing

from commons.accounts.models import Person
from viche.models import DemoProgress

SALT = "viche.demo"
LINK_HOLDS = 60 * 60 * 24 * 30


def main(argv: Sequence[str] | None = None) -> int:
    """`viche demo --links` makes the people and prints their links; `viche demo --url ADDRESS` loads the rest, once."""
    parser = argparse.ArgumentParser(prog="viche demo")
    parser.add_argument("--links", action="store_true")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    arguments = parser.parse_args(argv)
    from . import loading

    if arguments.links:
        for label, path in loading.people_and_links():
            print(f"{label}\t{path}")  # noqa: T201 - the command's answer
        return 0
    return loading.load(arguments.url)


def link_for(person: Person) -> str:
    """The path that signs the person in. Only a demo site answers it."""
    return f"/en/demo/enter/{signing.dumps(person.pk, salt=SALT)}/"


def person_of(token: str) -> Person | None:
    """Whom the link signs in; None for a forged or old one."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=LINK_HOLDS)
    except signing.BadSignature:
        return None
    return Person.objects.filter(pk=pk, is_active=True).first()


def progress() -> DemoProgress | None:
    """How far the demo is, while it is loading; None before and after."""
    return DemoProgress.objects.filter(finished_at=None).first()
