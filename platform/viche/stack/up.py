"""`viche up`: everything on one machine with one command."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from rich.console import Console

from . import site
from .children import Child
from .secrets_file import load_or_make
from .servers import CannotStart, Servers, locked, servers, wait_for_leftovers
from .site import Ports

STARTS_WITHIN = 60.0
# A process that keeps dying is started again after 1, 2, 4 ... at most 30 seconds.
LONGEST_PAUSE = 30.0
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):  # noqa: N818 - the person's wish, not an error
    """Ctrl-C or SIGTERM."""


def main(argv: Sequence[str] | None = None) -> int:
    """Start everything and keep it running until Ctrl-C. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="viche up", description="Start Viche on this machine.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000, help="pages, votes and API")
    parser.add_argument("--live-port", type=int, default=8001, help="sockets")
    parser.add_argument("--data", type=Path, help="where everything is kept (default: var)")
    parser.add_argument("--workers", type=int, default=2, help="processes for pages")
    parser.add_argument("--tasks", type=int, default=1, help="processes that count rounds and send letters")
    parser.add_argument("--no-demo", action="store_true", help="start empty, without the demo's places and people")
    arguments = parser.parse_args(argv)
    folder = arguments.data or Path(os.environ.get("VICHE_DATA", site.ROOT / "var"))
    console = Console()
    ports = Ports(arguments.host, arguments.port, arguments.live_port)

    def stop(number: int, frame: FrameType | None) -> None:
        for known in ENDINGS:
            signal.signal(known, signal.SIG_IGN)  # once: stopping takes seconds and is not to be interrupted
        raise Stopped

    for number in ENDINGS:
        signal.signal(number, stop)
    try:
        size = {"workers": arguments.workers, "tasks": arguments.tasks}
        with running(folder, ports, console, demo=not arguments.no_demo, **size) as site_:
            site_.greet()
            site_.keep_running()
    except CannotStart as reason:
        console.print(str(reason), style="red", markup=False, highlight=False, soft_wrap=True)
        return 1
    except Stopped:
        console.print("Stopped. Everything is kept; `./viche up` starts it again.")
    return 0


@contextlib.contextmanager
def running(
    folder: Path, ports: Ports, console: Console, *, demo: bool, workers: int = 2, tasks: int = 1
) -> Iterator[Site]:
    """Start servers and site, yield, stop both. Raises CannotStart."""
    begun = time.monotonic()
    folder = folder.resolve()
    with locked(folder):
        wait_for_leftovers(folder)
        site.require_free(ports)
    with contextlib.ExitStack() as stack:
        console.print("Starting PostgreSQL and Valkey …")
        data = stack.enter_context(servers(folder))
        os.chdir(site.ROOT)
        try:
            site.import_application(site.environment(data, ports, load_or_make(folder), demo=demo))
            console.print("Preparing the database and the files …")
            _prepare(folder)
            site.import_pages()
            the_site = Site(data, ports, console, workers=workers, tasks=tasks, demo=demo)
            stack.callback(the_site.stop)
            console.print("Starting pages, sockets, worker and beat …")
            the_site.start()
        except OSError as error:
            raise CannotStart(f"Viche cannot be started: {error}.") from error
        console.print(f"Ready after {time.monotonic() - begun:.1f} seconds.")
        yield the_site


def _prepare(folder: Path) -> None:
    """Migrate, and collect the static files if they changed; both at once. Raises CannotStart with what went wrong."""
    mark, now = folder / "static.stamp", _fingerprint(site.ROOT / "static")
    steps = [site.copy(folder, "migrate", site.manage("migrate", "--no-input", "-v", "0"))]
    if not mark.exists() or mark.read_text() != now:
        steps.append(site.copy(folder, "collectstatic", site.manage("collectstatic", "--no-input", "-v", "0")))
    try:
        for step in steps:
            step.log.unlink(missing_ok=True)
            step.start()
        for step in steps:
            if (code := _wait(step)) != 0:
                raise CannotStart(f"{step.name} failed (exit {code}):\n{step.tail(12)}")
    finally:
        for step in steps:
            step.stop()
    mark.write_text(now)


def _wait(child: Child) -> int:
    while (code := child.exit_code()) is None:
        time.sleep(0.02)
    return code


def _fingerprint(folder: Path) -> str:
    """Changes when any file of the folder does (by name, size and time)."""
    seen = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        status = path.stat()
        seen.update(f"{path.relative_to(folder)} {status.st_size} {status.st_mtime_ns}\n".encode())
    return seen.hexdigest()


class Site:
    """The running site: starts its processes, watches them, stops them in order."""

    def __init__(self, data: Servers, ports: Ports, console: Console, *, workers: int, tasks: int, demo: bool) -> None:
        self.data = data
        self.ports = ports
        self.console = console
        self.demo = demo
        self.processes = site.processes(data.folder, ports, workers=workers, tasks=tasks)
        self._demo: Child | None = None
        self._again_at: dict[str, float] = {}
        self._pause: dict[str, float] = {}
        self._noted: dict[str, int | None] = {}

    def start(self) -> None:
        """Start all processes side by side and wait until each answers. Raises CannotStart."""
        for process in self.processes:
            process.child.start()
        deadline = time.monotonic() + STARTS_WITHIN
        waiting = list(self.processes)
        while waiting:
            for process in waiting:
                if not process.child.is_running():
                    raise CannotStart(f"{process.child.name} ended at its start:\n{process.child.tail(15)}")
            waiting = [process for process in waiting if not process.answers()]
            if waiting and time.monotonic() > deadline:
                names = ", ".join(process.child.name for process in waiting)
                raise CannotStart(
                    f"No answer from {names} within {STARTS_WITHIN:.0f} seconds; see {self.data.folder}/logs."
                )
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop who knocks and who takes requests, then the worker with what they left it."""
        first = [process.child for process in self.processes if process.child.name != "worker"]
        for child in ([self._demo] if self._demo else []) + first:
            child.ask_to_stop()
        for child in ([self._demo] if self._demo else []) + first:
            child.stop()
        for process in self.processes:
            process.child.stop()

    def greet(self) -> None:
        """Print the address, and for the demo the ready sign-in links; start loading the demo."""
        self.console.print(f"\n  Viche answers at [bold]{self.ports.origin}/[/bold]\n", highlight=False)
        if self.demo:
            self._greet_with_demo()
        self.console.print(f"  Logs lie in {self.data.folder}/logs. Ctrl-C stops everything.\n", highlight=False)

    def _greet_with_demo(self) -> None:
        links = site.copy(self.data.folder, "links", site.our_command("viche.demo", "--links"))
        links.log.unlink(missing_ok=True)
        links.start()
        if _wait(links) != 0:
            self.console.print(
                f"  The demo's people could not be made:\n{links.tail(12)}", style="red", markup=False, soft_wrap=True
            )
            return
        for line in links.log.read_text().splitlines():
            label, tab, path = line.partition("\t")
            if tab:  # the rest are log lines
                self.console.print(f"  {label:<12}{self.ports.origin}{path}", soft_wrap=True, highlight=False)
        links.log.unlink()  # the links are keys
        self._demo = site.copy(self.data.folder, "demo", site.our_command("viche.demo", "--url", self.ports.origin))
        self._demo.start()
        self.console.print("\n  The demo is loading; its progress stands on the front page.")

    def keep_running(self) -> None:
        """Watch until Stopped is raised; whoever dies is started again."""
        while True:
            for child in self._children():
                self._look_after(child)
            self._note_pids()
            if self._demo and not self._demo.is_running():
                self._demo_ended(self._demo)
            time.sleep(0.3)

    def _children(self) -> list[Child]:
        servers_ = [server.child for server in (self.data.postgres, self.data.valkey) if server]
        return servers_ + [process.child for process in self.processes]

    def _note_pids(self) -> None:
        """Keep a file that names every running process: for an operator, and for a replay that means to kill some."""
        pids = {child.name: child.pid for child in self._children() if child.is_running()}
        if pids != self._noted:
            (self.data.folder / "run-state" / "pids.json").write_text(json.dumps(pids))
            self._noted = pids

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.is_running():
            # A minute without trouble forgets the trouble before it.
            if now > self._again_at.get(child.name, 0) + 60:
                self._pause.pop(child.name, None)
            return
        if now < self._again_at.get(child.name, 0):
            return
        pause = self._pause.get(child.name, 1.0)
        self._pause[child.name] = min(pause * 2, LONGEST_PAUSE)
        self._again_at[child.name] = now + pause
        self.console.print(f"{child.name} ended (exit {child.exit_code()}); starting it again.", highlight=False)
        try:
            child.start()
        except (RuntimeError, OSError) as error:
            self.console.print(f"{child.name} could not be started: {error}", markup=False, highlight=False)

    def _demo_ended(self, child: Child) -> None:
        code = child.exit_code()
        self.console.print(
            "The demo is loaded." if code == 0 else f"The demo did not finish:\n{child.tail()}",
            markup=False,
            highlight=False,
        )
        self._demo = None
