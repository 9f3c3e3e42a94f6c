"""Commands that run beside `viche up`: they find its servers and keys in the data folder."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path

from . import postgres, valkey
from .secrets_file import load_or_make
from .servers import socket_folder
from .site import ROOT


def adopt(environment: MutableMapping[str, str]) -> None:
    """Fill in what is missing, so that a command talks to the site on the default data folder."""
    if "SECRET_KEY" in environment and "DATABASE_URL" in environment:
        return
    folder = Path(environment.get("VICHE_DATA", ROOT / "var")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    sockets = socket_folder(folder)
    environment.setdefault("VICHE_DATA", str(folder))
    environment.setdefault("DATABASE_URL", postgres.url(sockets / "postgres"))
    environment.setdefault("REDIS_URL", valkey.url(sockets / "valkey"))
    for name, value in load_or_make(folder).items():
        environment.setdefault(name, value)
