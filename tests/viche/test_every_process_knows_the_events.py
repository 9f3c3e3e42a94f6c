"""A worker relays what any process recorded, so it must know every kind of event without having written one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KINDS = "from commons.kernel.events import kinds; print(*kinds())"


def said(code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_fresh_process_knows_what_is_declared_anywhere() -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removeprefix("platform.")
        for pattern in ("*/events.py", "platform/commons/*/events.py")
        for path in sorted(ROOT.glob(pattern))
        if "kernel" not in path.parts
    ]
    django = "import django; django.setup(); "
    declared = said(django + "".join(f"import {module}; " for module in modules) + KINDS)
    assert "places.PlaceAdded" in declared
    assert said(django + KINDS) == declared
