"""PostgreSQL and Valkey from their wheels, for whoever needs them: the site, the tests, the fault tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from viche.stack.servers import CannotStart, is_in_use, servers, socket_folder

pytestmark = [pytest.mark.stack, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]


def test_what_was_committed_survives_a_kill(tmp_path: Path) -> None:
    with servers(tmp_path / "data", from_environment=False) as running:
        assert running.postgres
        assert running.valkey
        with psycopg.connect(running.database_url) as connection:
            connection.execute("CREATE TABLE vote (option text)")
            connection.execute("INSERT INTO vote VALUES ('the library')")
        redis.Redis.from_url(running.redis_url).set("hint", "1")

        running.postgres.kill()
        running.valkey.kill()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(running.database_url)

        running.postgres.start()
        running.valkey.start()
        with psycopg.connect(running.database_url) as connection:
            assert connection.execute("SELECT option FROM vote").fetchall() == [("the library",)]
            assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
            assert connection.execute("SHOW data_checksums").fetchone() == ("on",)
            assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
            assert connection.execute("SHOW server_version").fetchone()[0].startswith("18.")
        assert redis.Redis.from_url(running.redis_url).ping() is True


def test_a_folder_has_one_owner_at_a_time(tmp_path: Path) -> None:
    with servers(tmp_path, from_environment=False):
        assert is_in_use(tmp_path)
        with pytest.raises(CannotStart, match="already running"), servers(tmp_path, from_environment=False):
            raise AssertionError("two on one folder")
    assert not is_in_use(tmp_path)


def test_addresses_in_the_environment_start_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/viche")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    with servers(tmp_path) as running:
        assert running.environment() == {
            "DATABASE_URL": "postgres://elsewhere/viche",
            "REDIS_URL": "redis://elsewhere/0",
        }
        assert (running.postgres, running.valkey) == (None, None)


def test_a_long_path_and_a_path_with_signs_work(tmp_path: Path) -> None:
    folder = tmp_path / "Дані громади & ко" / ("long" * 20)
    with servers(folder, from_environment=False) as running:
        assert not (folder / "run").exists()
        with psycopg.connect(running.database_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    signs = tmp_path / "a b+c%"
    with servers(signs, from_environment=False) as running:
        with psycopg.connect(running.database_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert redis.Redis.from_url(running.redis_url).ping() is True


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must shed its rights")
def test_root_without_user_namespaces_becomes_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container, whose rules forbid namespaces: the folders are made over to the user nobody."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_mode & 0o005 != 0o005 and folder != folder.parent:
            folder.chmod(folder.stat().st_mode | 0o011)
    from viche.stack import postgres

    real = postgres.launched

    def forbidden(command: list[object], *, identity: str, **rest: int) -> list[str]:
        return ["/bin/false"] if identity == "namespace" else real(command, identity=identity, **rest)

    monkeypatch.setattr(postgres, "launched", forbidden)
    for _ in range(2):
        with servers(tmp_path / "data", from_environment=False) as running:
            assert running.postgres
            assert Path(f"/proc/{running.postgres.child.pid}").stat().st_uid == 65534
            with psycopg.connect(running.database_url) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
    monkeypatch.undo()
    # Namespaces are allowed again.
    with (
        servers(tmp_path / "data", from_environment=False) as running,
        psycopg.connect(running.database_url) as connection,
    ):
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_socket_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "run").symlink_to(elsewhere)
    with pytest.raises(CannotStart, match="belongs to somebody else"):
        socket_folder(tmp_path)
