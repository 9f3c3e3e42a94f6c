"""The processes of the site itself: pages, sockets, worker and beat."""

from __future__ import annotations

import os
import socket
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .children import Child
from .servers import CannotStart, Servers

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Ports:
    host: str = "127.0.0.1"
    web: int = 8000
    live: int = 8001

    @property
    def origin(self) -> str:
        return f"http://{self.host}:{self.web}"


def environment(servers: Servers, ports: Ports, keys: dict[str, str], *, demo: bool) -> dict[str, str]:
    """The environment of every process of the site; what the caller's own environment names wins."""
    ours = {
        **keys,
        **servers.environment(),
        "VICHE_DATA": str(servers.folder),
        "VICHE_ORIGIN": ports.origin,
        "VICHE_LIVE_ORIGIN": f"ws://{ports.host}:{ports.live}",
        "DJANGO_SETTINGS_MODULE": "viche.settings",
        "PYTHONUNBUFFERED": "1",
    }
    if demo:
        ours["VICHE_DEMO"] = "1"
    return {**ours, **os.environ, **servers.environment()}


def require_free(ports: Ports) -> None:
    """Raises CannotStart naming the port that somebody else has taken."""
    for port, option in ((ports.web, "--port"), (ports.live, "--live-port")):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((ports.host, port))
            except OSError:
                raise CannotStart(f"Port {port} is taken by another program: stop it, or use {option}.") from None


def command(*arguments: str) -> list[str]:
    """The command line of one of our own commands."""
    return [sys.executable, "-m", "viche", *arguments]


@dataclass
class Process:
    """One process of the site and how to know that it answers."""

    child: Child
    answers: Callable[[], bool]


def processes(folder: Path, ports: Ports, env: dict[str, str], *, workers: int = 2) -> list[Process]:
    """Web, live, worker and beat, not started yet, in the order in which they are started."""
    run = folder / "run-state"
    run.mkdir(exist_ok=True)
    logs = folder / "logs"
    python = [sys.executable, "-m"]
    web = Child(
        "web",
        [*python, "gunicorn", "viche.wsgi:application", "--bind", f"{ports.host}:{ports.web}"]
        # preload: the workers share the memory of one imported application
        + ["--workers", str(workers), "--threads", "4", "--worker-class", "gthread", "--preload"]
        + ["--worker-tmp-dir", "/dev/shm" if Path("/dev/shm").is_dir() else str(run), "--keep-alive", "15"]
        + ["--graceful-timeout", "8", "--pid", str(run / "web.pid"), "--no-control-socket"],
        log=logs / "web.log",
        env=env,
        cwd=ROOT,
    )
    live = Child(
        "live",
        [*python, "daphne", "-b", ports.host, "-p", str(ports.live), "--proxy-headers", "-v", "1"]
        + ["viche.asgi:application"],
        log=logs / "live.log",
        # Under ASGI kept connections pile up: a pool instead.
        env={**env, "VICHE_POOL": "1"},
        cwd=ROOT,
    )
    worker_ready, beat_ready = run / "worker.ready", run / "beat.ready"
    for mark in (worker_ready, beat_ready):
        mark.unlink(missing_ok=True)
    celery = [*python, "celery", "-A", "viche.celery:app"]
    worker = Child(
        "worker",
        [*celery, "worker", "--pool", "prefork", "--concurrency", "2", "--loglevel", "WARNING"]
        + ["--without-gossip", "--without-mingle", "--hostname", f"viche-{os.getpid()}@%h"],
        log=logs / "worker.log",
        env={**env, "VICHE_READY_FILE": str(worker_ready)},
        cwd=ROOT,
    )
    beat = Child(
        "beat",
        [*celery, "beat", "--loglevel", "WARNING", "--schedule", str(run / "beat"), "--pidfile", ""],
        log=logs / "beat.log",
        env={**env, "VICHE_READY_FILE": str(beat_ready)},
        cwd=ROOT,
    )
    return [
        Process(web, lambda: _answers(f"{ports.origin}/healthz")),
        Process(live, lambda: _answers(f"http://{ports.host}:{ports.live}/ws/healthz")),
        Process(worker, worker_ready.exists),
        Process(beat, beat_ready.exists),
    ]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
