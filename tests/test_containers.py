"""docker-compose.yml and what lies in docker/ name what the code has: nothing here can start them."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
OURS = ("migrate", "web", "live", "worker", "beat")
# Read outside of settings, or by Django and the images themselves.
ELSEWHERE = {"VICHE_READY_FILE", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_every_process_of_the_site_is_there(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"proxy", "postgres", "valkey", *OURS}
    for name in OURS:
        assert compose["services"][name]["image"] == "viche"


def test_every_name_in_the_environment_is_read_by_the_code(compose: dict[str, Any]) -> None:
    settings = (ROOT / "platform" / "viche" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', settings))
    assert "SECRET_KEY" in read
    for name in OURS:
        assert set(compose["services"][name]["environment"]) - read - ELSEWHERE == set(), name
    assert "VICHE_READY_FILE" in (ROOT / "platform" / "viche" / "celery.py").read_text()


def test_no_secret_has_a_default(compose: dict[str, Any]) -> None:
    environment = compose["services"]["web"]["environment"]
    for name in ("SECRET_KEY", "VICHE_REGISTER_KEY", "VICHE_ROUND_KEY_SECRET"):
        assert environment[name] == f"${{{name}:?}}"


def test_commands_start_what_exists(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["migrate"]["command"][0] == "viche"
    assert services["web"]["command"][:2] == ["gunicorn", "viche.wsgi:application"]
    assert services["live"]["command"][-1] == "viche.asgi:application"
    for name in ("worker", "beat"):
        assert services[name]["command"][:4] == ["celery", "-A", "viche.celery:app", name]
    for target in ("viche.wsgi:application", "viche.asgi:application", "viche.celery:app"):
        module, _, attribute = target.partition(":")
        assert hasattr(import_module(module), attribute)


def test_everything_that_serves_is_watched(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert name in ("proxy", "migrate") or "test" in service["healthcheck"], name
    assert "/healthz" in compose["services"]["web"]["healthcheck"]["test"][-1]
    assert "/ws/healthz" in compose["services"]["live"]["healthcheck"]["test"][-1]


def test_the_database_keeps_what_it_acknowledged(compose: dict[str, Any]) -> None:
    assert compose["services"]["postgres"]["image"] == "postgres:18"
    assert "synchronous_commit=on" in compose["services"]["postgres"]["command"]


def test_the_proxy_makes_one_origin() -> None:
    caddy = (ROOT / "docker" / "Caddyfile").read_text()
    sockets, pages = caddy.index("handle /ws/*"), caddy.index("handle {")
    assert "a live 8001" in caddy[sockets:pages]
    assert "a web 8000" in caddy[pages:]


def test_the_image_is_made_from_the_lock_file() -> None:
    image = (ROOT / "docker" / "Dockerfile").read_text()
    assert image.count("uv sync --frozen --no-dev") == 2
    assert "USER viche" in image
