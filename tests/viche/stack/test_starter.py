"""The starter `./viche` on machines that lack something: one sentence, and the reason why it stopped."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TOOLS = ("sh", "dirname", "readlink", "cksum", "tr", "cat", "mkdir", "touch", "chmod")
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A bare machine: the checkout without an environment, and the few tools that every Unix has."""
    checkout, tools = tmp_path / "a checkout", tmp_path / "bin"
    checkout.mkdir()
    tools.mkdir()
    for name in ("viche", "uv.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, checkout)
    for name in TOOLS:
        (tools / name).symlink_to(str(shutil.which(name)))
    return tmp_path


@pytest.fixture
def run(machine: Path) -> Run:
    def start(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [machine / "a checkout" / "viche", *arguments],
            cwd="/",
            env={"PATH": str(machine / "bin"), "HOME": str(machine)},
            capture_output=True,
            text=True,
        )

    return start


def program(machine: Path, name: str, script: str) -> None:
    path = machine / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_without_python(run: Run) -> None:
    done = run("up")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Viche needs Python 3.11 or newer; there is no python3 here.\n"


def test_with_an_old_python(machine: Path, run: Run) -> None:
    program(machine, "python3", 'case "$1" in --version) echo "Python 3.9.2" ;; *) exit 1 ;; esac')
    done = run("up")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Viche needs Python 3.11 or newer; this is Python 3.9.2.\n"


def test_without_pip(machine: Path, run: Run) -> None:
    program(machine, "python3", 'case "$2" in pip) exit 1 ;; esac')
    done = run("up")
    assert done.returncode == 1
    assert done.stderr == "Viche needs pip to fetch its packages: install python3-pip, or install uv.\n"


def test_without_network(machine: Path, run: Run) -> None:
    program(machine, "uv", "exit 2")
    done = run("up")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "The packages could not be installed: is the network there, and room on the disk?"
    )


def test_the_second_time_nothing_is_asked(machine: Path, run: Run) -> None:
    """uv is called once for the site and once for the tests' packages, with what it was told kept in a file."""
    made = "mkdir -p .venv/bin; printf '#!/bin/sh\\necho \"$@\"\\n' > .venv/bin/python; chmod +x .venv/bin/python"
    program(machine, "uv", f'echo "$@" >> "{machine}/asked"; {made}')
    for arguments in (("up", "--port", "9"), ("up",), ("test",), ("up",), ("test", "-m", "live")):
        done = run(*arguments)
        assert (done.returncode, done.stdout) == (0, f"-P -m viche {' '.join(arguments)}\n")
    common = "sync --quiet --frozen --inexact --no-default-groups"
    assert (machine / "asked").read_text().splitlines() == [common, f"{common} --group dev"]


def test_a_changed_lock_file_is_noticed(machine: Path, run: Run) -> None:
    made = "mkdir -p .venv/bin; printf '#!/bin/sh\\n' > .venv/bin/python; chmod +x .venv/bin/python"
    program(machine, "uv", f'echo asked >> "{machine}/asked"; {made}')
    assert run("up").returncode == 0
    with (machine / "a checkout" / "uv.lock").open("a") as lock:
        lock.write("# one package more\n")
    assert run("up").returncode == 0
    assert (machine / "asked").read_text() == "asked\nasked\n"


def test_it_can_be_called_through_a_link(machine: Path) -> None:
    made = "mkdir -p .venv/bin; printf '#!/bin/sh\\necho here\\n' > .venv/bin/python; chmod +x .venv/bin/python"
    program(machine, "uv", made)
    link = machine / "bin" / "viche"
    link.symlink_to(machine / "a checkout" / "viche")
    done = subprocess.run(["viche"], env={"PATH": str(machine / "bin")}, cwd="/", capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "here\n")
