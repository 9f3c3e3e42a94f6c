"""The signed token in a letter's footer: it can switch off one kind of letter for one person, and nothing else."""

from __future__ import annotations

from django.core.signing import BadSignature, Signer

from commons.accounts.models import Person

from .models import Letter


def _signer() -> Signer:
    return Signer(salt="notifications.unsubscribe")


def token_for(person: Person, kind: str) -> str:
    """Never runs out: a letter may lie in a drawer for years."""
    return _signer().sign(f"{person.pk}-{kind}").replace(":", ".")


def read_token(token: str) -> tuple[Person, str] | None:
    """The person and the kind of letter, or None for a token that is not ours."""
    value, _dot, signature = token.rpartition(".")
    try:
        number, _dash, kind = _signer().unsign(f"{value}:{signature}").partition("-")
    except BadSignature:
        return None
    person = Person.objects.filter(pk=number).first()
    return (person, kind) if person and kind in Letter.Kind.values else None
