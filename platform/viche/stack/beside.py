"""Commands that run beside `viche up`: they find its servers and keys in the data folder."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from pathlib import Path

from .secrets_file import load_or_make
from .site import ROOT


def adopt(environment: MutableMapping[str, str]) -> None:
    """Fill in what is missing, so that a command talks to the site on the default data folder."""
    if "SECRET_KEY" in environment and "DATABASE_URL" in environment:
        return
    folder = Path(environment.get("VICHE_DATA", ROOT / "var"))
    folder.mkdir(parents=True, exist_ok=True)
    sockets = folder / "run"
    environment.setdefault("VICHE_DATA", str(folder))
    environment.setdefault("DATABASE_URL", f"postgres:///viche?host={sockets}&user=viche")
    environment.setdefault("REDIS_URL", f"unix://{os.fspath(sockets)}/valkey?db=0")
    for name, value in load_or_make(folder).items():
        environment.setdefault(name, value)
