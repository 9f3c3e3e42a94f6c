"""The command line: says what it can do, imports only what a command needs, hands the rest to Django."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from viche.cli import COMMANDS, main
from viche.cli.testing import forget_old_tables, wants_browser
from viche.stack.servers import servers

ROOT = Path(__file__).resolve().parents[3]


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    for name, (_, sentence, _) in COMMANDS.items():
        assert any(line.split()[:2] == ["viche", name] and sentence in line for line in said.splitlines())


def test_every_command_has_its_module() -> None:
    assert [name for name, (module, _, _) in COMMANDS.items() if find_spec(module) is None] == []


def test_a_recount_needs_no_django(tmp_path: Path) -> None:
    watch = (
        "import sys\nfrom viche.cli import main\n"
        "code = main(['recount', sys.argv[1]])\n"
        "print(code, 'django' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", watch, tmp_path / "nothing.zip"], cwd=tmp_path, capture_output=True, text=True
    )
    code, django = done.stdout.split()[-2:]
    assert int(code) != 0
    assert django == "False"
    assert "Traceback" not in done.stderr


def test_other_commands_are_djangos(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "viche", "diffsettings", "--default", "django.conf.global_settings"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0
    assert "ROOT_URLCONF = 'viche.urls'" in done.stdout


def test_an_unknown_command_fails_without_a_traceback() -> None:
    done = subprocess.run([sys.executable, "-m", "viche", "nonsense"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode != 0
    assert "nonsense" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("marker", "arguments", "wanted"),
    [
        ("", [], True),
        ("", ["-x", "-k", "vote"], True),
        ("browser", [], True),
        ("voting", [], False),
        ("", ["tests"], True),
        ("", ["tests/viche"], False),
        ("", ["tests/viche/cli/test_cli.py::test_other_commands_are_djangos"], False),
        ("", ["tests/browser"], True),
    ],
)
def test_chromium_is_asked_for_only_where_it_is_used(marker: str, arguments: list[str], wanted: bool) -> None:
    assert wants_browser(marker, arguments) is wanted


def test_the_test_database_is_kept_as_long_as_the_migrations_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with servers(tmp_path / "data", from_environment=False) as running:
        assert running.postgres
        stamp = running.folder / "migrations.stamp"

        def databases() -> set[str]:
            with psycopg.connect(running.database_url) as connection:
                return {name for (name,) in connection.execute("SELECT datname FROM pg_database").fetchall()}

        forget_old_tables(running.postgres, stamp)
        with psycopg.connect(running.database_url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE test_viche")
        forget_old_tables(running.postgres, stamp)
        assert "test_viche" in databases()
        monkeypatch.setattr("viche.cli.testing.MIGRATIONS", ("voting/migrations/*.py",))  # as if some were changed
        forget_old_tables(running.postgres, stamp)
        assert "test_viche" not in databases()
