"""The processes of the site itself: pages, sockets, worker and beat."""

from __future__ import annotations

import importlib
import os
import socket
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .children import Child, Copy
from .servers import CannotStart, Servers

ROOT = Path(__file__).resolve().parents[3]
# Imported before the fork for their memory alone. (Not Daphne: its event loop must be the live process' own.)
SHARED = (
    "gunicorn.app.wsgiapp",
    "gunicorn.workers.gthread",
    "celery.bin.celery",
    "celery.apps.worker",
    "celery.apps.beat",
    "celery.concurrency.prefork",
    "celery.app.control",
    "celery.events.state",
    "kombu.transport.redis",
    "channels_redis.pubsub",
    "django.core.management",
    "django.db.backends.postgresql.base",
)


@dataclass(frozen=True)
class Ports:
    host: str = "127.0.0.1"
    web: int = 8000
    live: int = 8001

    @property
    def origin(self) -> str:
        return f"http://{self.host}:{self.web}"


def environment(servers: Servers, ports: Ports, keys: dict[str, str], *, demo: bool) -> dict[str, str]:
    """The environment of every process of the site; keys and origins that the caller's own environment names win."""
    ours = {
        **keys,
        "VICHE_ORIGIN": ports.origin,
        "VICHE_LIVE_ORIGIN": f"ws://{ports.host}:{ports.live}",
        "DJANGO_SETTINGS_MODULE": "viche.settings",
        "PYTHONUNBUFFERED": "1",
    }
    if demo:
        ours["VICHE_DEMO"] = "1"
    return {**ours, **os.environ, **servers.environment(), "VICHE_DATA": str(servers.folder)}


def require_free(ports: Ports) -> None:
    """Raises CannotStart naming the port that somebody else has taken."""
    for port, option in ((ports.web, "--port"), (ports.live, "--live-port")):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((ports.host, port))
            except OSError:
                raise CannotStart(f"Port {port} is taken by another program: stop it, or use {option}.") from None


def import_application(env: dict[str, str]) -> None:
    """Import all that the site's processes need, once: they are forked from here and share it.

    Raises RuntimeError in a process that already has a Django of its own (a test): its settings would be inherited.
    """
    import django
    from django.conf import settings

    if settings.configured:
        raise RuntimeError("the site is started by a process of its own")
    os.environ.update(env)
    # A library with threads could not be forked; counting does not gain from them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    django.setup()
    from viche.celery import app

    for module in (settings.ROOT_URLCONF, *SHARED):
        importlib.import_module(module)
    app.loader.import_default_modules()
    app.finalize()


def import_pages() -> None:
    """Make the WSGI application, once for all its processes. Only after the static files lie in their place."""
    importlib.import_module("viche.wsgi")


def manage(*arguments: str) -> Callable[[], object]:
    """A management command, to be run in a forked copy."""

    def run() -> None:
        from django.core.management import execute_from_command_line

        execute_from_command_line(["viche", *arguments])

    return run


def our_command(module: str, *arguments: str) -> Callable[[], object]:
    """A command of ours (`main(argv) -> exit code`), to be run in a forked copy."""
    return lambda: importlib.import_module(module).main(list(arguments))


def _program(module: str, function: str, *arguments: str) -> Callable[[], object]:
    """A program's own entry point with its command line, to be run in a forked copy."""

    def run() -> object:
        sys.argv = [function, *arguments]
        return getattr(importlib.import_module(module), function)()

    return run


def _live(*arguments: str) -> Callable[[], object]:
    def run() -> object:
        from daphne.cli import CommandLineInterface
        from django.db import connections

        from viche.settings import pooled

        # Under ASGI kept connections pile up: a pool instead.
        connections.databases["default"] = pooled(connections.databases["default"])
        return CommandLineInterface().run(list(arguments))

    return run


@dataclass
class Process:
    """One process of the site and how to know that it answers."""

    child: Child
    answers: Callable[[], bool]


def processes(folder: Path, ports: Ports, *, workers: int = 2, tasks: int = 1) -> list[Process]:
    """Web, live, worker and beat, not started yet, in the order in which they are started."""
    run = folder / "run-state"
    run.mkdir(exist_ok=True)
    worker_ready, beat_ready = run / "worker.ready", run / "beat.ready"
    celery = ("celery.__main__", "main", "-A", "viche.celery:app")
    gunicorn = (
        ["viche.wsgi:application", "--bind", f"{ports.host}:{ports.web}", "--preload", "--no-control-socket"]
        + ["--workers", str(workers), "--threads", "4", "--worker-class", "gthread", "--keep-alive", "15"]
        + ["--worker-tmp-dir", "/dev/shm" if Path("/dev/shm").is_dir() else str(run), "--graceful-timeout", "8"]
    )
    web = copy(folder, "web", _program("gunicorn.app.wsgiapp", "run", *gunicorn))
    live = copy(
        folder,
        "live",
        _live("-b", ports.host, "-p", str(ports.live), "--proxy-headers", "-v", "1", "viche.asgi:application"),
    )
    worker = copy(
        folder,
        "worker",
        _program(
            *celery,
            *("worker", "--pool", "prefork", "--concurrency", str(tasks), "--loglevel", "WARNING"),
            *("--without-gossip", "--without-mingle", "--hostname", f"viche-{os.getpid()}@%h"),
        ),
        {"VICHE_READY_FILE": str(worker_ready)},
    )
    beat = copy(
        folder,
        "beat",
        _program(*celery, *("beat", "--loglevel", "WARNING", "--schedule", str(run / "beat"), "--pidfile", "")),
        {"VICHE_READY_FILE": str(beat_ready)},
    )
    for mark in (worker_ready, beat_ready):
        mark.unlink(missing_ok=True)
    return [
        Process(web, lambda: _answers(f"{ports.origin}/healthz")),
        Process(live, lambda: _answers(f"http://{ports.host}:{ports.live}/ws/healthz")),
        Process(worker, worker_ready.exists),
        Process(beat, beat_ready.exists),
    ]


def copy(folder: Path, name: str, run: Callable[[], object], environment: dict[str, str] | None = None) -> Copy:
    """A forked copy of this process with its log and its lock in their places."""
    logs = folder / "logs"
    return Copy(name, run, log=logs / f"{name}.log", lock=logs / f"{name}.lock", environment=environment)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
