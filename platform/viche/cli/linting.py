"""`viche lint`: style, templates, imports, types, migrations. What CI asks, a developer asks first."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from viche.stack.site import ROOT

BIN = Path(sys.executable).parent
STEPS: dict[str, list[str]] = {
    "style": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "templates": ["djlint", "templates", "--lint", "--quiet"],
    "imports": ["lint-imports"],
    "types": ["mypy"],
    "migrations": ["python", "-m", "viche", "makemigrations", "--check", "--dry-run"],
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the named steps (all without names); the first that fails ends it. Returns its exit code."""
    wanted = list(argv or STEPS)
    if unknown := [name for name in wanted if name not in STEPS]:
        print(f"There is no step {unknown[0]}. Steps: {', '.join(STEPS)}.")
        return 2
    env = {**os.environ, "SECRET_KEY": os.environ.get("SECRET_KEY", "lint")}
    # Migrations are compared with the models, not with a database.
    env.setdefault("DATABASE_URL", "postgres:///none?host=/nonexistent")
    for name in wanted:
        begun = time.monotonic()
        program, *arguments = STEPS[name]
        code = subprocess.run([BIN / program, *arguments], cwd=ROOT, env=env).returncode
        print(f"{name}: {'in order' if code == 0 else 'FAILED'} ({time.monotonic() - begun:.1f} s)", flush=True)
        if code:
            return code
    return 0
