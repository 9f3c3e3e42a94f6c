"""One person, one address: which spellings of an e-mail address are the same mailbox."""

from __future__ import annotations

import contextlib
import unicodedata

# The provider itself ignores dots in names, and both its names lead to one mailbox.
DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}


def tidy(address: str) -> str:
    """The address as typed, for letters: full-width letters made plain and spaces around it gone, no more."""
    return unicodedata.normalize("NFKC", address).strip()


def canonical(address: str) -> str:
    """The one spelling under which an address is unique: NFKC, lower case, no plus-tag, the domain in its ASCII form.

    Only for comparing. A few providers take `name+tag` for another mailbox than `name`, so no letter goes to it and
    a code proves only the address it was sent to.
    """
    name, _, domain = tidy(address).lower().rpartition("@")
    name = name.partition("+")[0] or name
    with contextlib.suppress(UnicodeError):  # no domain of the internet: compared as it is written
        domain = domain.encode("idna").decode()
    if domain in DOTLESS:
        name, domain = name.replace(".", ""), DOTLESS[domain]
    return f"{name}@{domain}"
