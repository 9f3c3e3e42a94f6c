"""The house: folders where they belong, imports that only point down, one wall around the counting."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("platform", "consultations", "ideas", "voting", "notifications")
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "services.py", "mixins.py", "signals.py", "admin.py"}


def test_the_platform_folder_never_shadows_the_standard_library() -> None:
    assert not list((ROOT / "platform").glob("*.py"))
    done = subprocess.run(
        [sys.executable, "-c", "import platform; print(platform.python_version())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ".".join(map(str, sys.version_info[:3]))


def test_every_file_is_named_for_the_thing_it_holds() -> None:
    named = {path.name for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    assert named & FORBIDDEN_NAMES == set()


@pytest.fixture(scope="module")
def second_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code, to plant violations in."""
    house = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, house / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", house)
    return house


def lint_imports(house: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=house,
        env={**os.environ, "PYTHONPATH": f"{house}:{house / 'platform'}"},
        capture_output=True,
        text=True,
    )


def test_the_contracts_hold(second_house: Path) -> None:
    done = lint_imports(second_house)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "planted", "contract"),
    [
        ("voting/queries.py", "import ideas.models", "the chain"),
        ("notifications/models.py", "from voting import models", "the chain"),
        ("platform/commons/places/models.py", "import notifications", "the chain"),
        ("platform/commons/kernel/clock.py", "from commons.journal import models", "the foundation"),
        ("voting/methods/__init__.py", "import django.db", "counting needs no Django"),
        ("voting/recount.py", "from voting import models", "counting needs no Django"),
        ("platform/commons/kernel/merkle.py", "from django.conf import settings", "counting needs no Django"),
    ],
)
def test_a_planted_violation_is_found(second_house: Path, file: str, planted: str, contract: str) -> None:
    path = second_house / file
    before = path.read_text() if path.exists() else None
    path.write_text((before or "") + f"\n{planted}\n")
    try:
        done = lint_imports(second_house)
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before)
    assert done.returncode == 1
    assert f"{contract} BROKEN" in done.stdout


def test_planted_bad_habits_are_found(tmp_path: Path) -> None:
    """The rules which the linter holds for us: chance, the host's clock, model signals, generic keys."""
    habits = {
        "import random": "TID251",
        "from django.utils.timezone import now": "TID251",
        "from datetime import datetime, UTC\nat = datetime.now(UTC)": "TID251",
        "from django.db.models.signals import post_save": "TID251",
        "from django.contrib.contenttypes.models import ContentType": "TID251",
        "print('here')": "T201",
    }
    for habit, code in habits.items():
        done = subprocess.run(
            [
                Path(sys.executable).with_name("ruff"),
                "check",
                "--no-cache",
                "--stdin-filename",
                "voting/planted.py",
                "-",
            ],
            input=habit + "\n",
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 1
        assert code in done.stdout, habit
