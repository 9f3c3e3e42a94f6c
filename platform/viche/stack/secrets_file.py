"""The keys that an installation makes for itself at its first start."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

NAMES = ("SECRET_KEY", "VICHE_REGISTER_KEY", "VICHE_ROUND_KEY_SECRET")


def load_or_make(folder: Path) -> dict[str, str]:
    """Keys for the environment, from `secrets.json` (only its owner may read it), made if it is not there.

    What the environment already names wins. The signing key lies in a file of its own, `signing.key`: it is what a
    municipality moves to a safer place first.
    """
    path = folder / "secrets.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    missing = [name for name in NAMES if name not in kept]
    if missing:
        kept |= {name: secrets.token_hex(32) for name in missing}
        _write(path, json.dumps(kept, indent=1))
    signing = folder / "signing.key"
    if not signing.exists():
        _write(signing, secrets.token_hex(32) + "\n")
    keys = {name: os.environ.get(name, value) for name, value in kept.items()}
    return keys | {"VICHE_SIGNING_KEY_FILE": os.environ.get("VICHE_SIGNING_KEY_FILE", str(signing))}


def _write(path: Path, text: str) -> None:
    """Written beside and renamed, 0600 from its first byte: a crash leaves the old keys or the new ones."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
