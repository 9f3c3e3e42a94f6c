"""Child processes that cannot outlive us, and of which no second copy can run on the same folder."""

from __future__ import annotations

import fcntl
import gc
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from . import launch

# How long what is left of a killed run may take to go by itself, before it is helped.
LEFTOVERS_GO_WITHIN = 10.0
LARGEST_LOG = 20_000_000


class _Handle(Protocol):
    """What Child needs of a process; subprocess.Popen has it."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...


class Child:
    """A process in a session of its own, its output in a log file. Dies when we die, even by SIGKILL.

    It and all that it starts hold `lock`, so that a restart never meets its own leftovers on a port or a data folder.
    """

    def __init__(self, name: str, *, log: Path, lock: Path, stop_signal: int = signal.SIGTERM) -> None:
        self.name = name
        self.log = log
        self.lock = lock
        self.stop_signal = stop_signal
        self._process: _Handle | None = None

    def _begin(self, lock: int) -> _Handle:
        raise NotImplementedError

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the process. Only from the main thread: the kernel ties its life to the thread that made it."""
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.old"))
        lock = take(self.lock)
        try:
            self._process = self._begin(lock)
        finally:
            os.close(lock)  # the child has it now

    def exit_code(self) -> int | None:
        """None while it runs; below zero: the signal that ended it."""
        if self._process is None:
            return None
        code = self._process.poll()
        if code is not None:
            self._sweep()
        return code

    def is_running(self) -> bool:
        return self._process is not None and self.exit_code() is None

    def kill(self) -> None:
        """SIGKILL, and wait: for faults that are meant."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        self._sweep()

    def ask_to_stop(self) -> None:
        """Send the signal that ends it in good order; stop() waits for that."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(self.stop_signal)

    def stop(self, patience: float = 10) -> None:
        """Ask it to end, then insist."""
        self.ask_to_stop()
        if self._process:
            try:
                self._process.wait(patience)
            except subprocess.TimeoutExpired:
                self.kill()
            self._sweep()
        self._process = None

    def _sweep(self) -> None:
        """Its own children go with it, even when it had no time to tell them."""
        if self._process:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return

    def tail(self, lines: int = 5) -> str:
        """The last lines of its log."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


class Program(Child):
    """A program of its own."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        lock: Path,
        stop_signal: int = signal.SIGTERM,
        identity: str = "same",
    ) -> None:
        super().__init__(name, log=log, lock=lock, stop_signal=stop_signal)
        self.command = [str(part) for part in command]
        self.identity = identity

    def _begin(self, lock: int) -> _Handle:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                launched(self.command, identity=self.identity, death_signal=self.stop_signal),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=(lock,),
                start_new_session=True,  # Ctrl-C is for us; we stop the others in order
            )


class Copy(Child):
    """A forked copy of this process that goes on with `run`: what is imported already is shared, not read again.

    That halves both the memory of the site and the time of its start. Only for a process without threads.
    """

    def __init__(
        self,
        name: str,
        run: Callable[[], object],
        *,
        log: Path,
        lock: Path,
        stop_signal: int = signal.SIGTERM,
        environment: dict[str, str] | None = None,
    ) -> None:
        super().__init__(name, log=log, lock=lock, stop_signal=stop_signal)
        self.run = run
        self.environment = environment or {}

    def _begin(self, lock: int) -> _Handle:
        parent = os.getpid()
        gc.collect()
        gc.freeze()  # the collector must not touch, and so copy, the pages that all share
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            return _Forked(pid)
        code = 1
        try:
            self._become(lock, parent)
            result = self.run()
            code = result if isinstance(result, int) else 0
        except SystemExit as wish:
            code = wish.code if isinstance(wish.code, int) else int(wish.code is not None)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)  # never back into what the parent was doing

    def _become(self, lock: int, parent: int) -> None:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        log = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        null = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((null, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        # The parent's own lock must not live on in us.
        os.closerange(3, lock)
        os.closerange(lock + 1, 4096)
        os.environ.update(self.environment)
        launch.die_with_parent(parent, self.stop_signal)
        if sys.platform == "linux":
            Path("/proc/self/comm").write_text(f"viche-{self.name}"[:15])


class _Forked:
    """A forked process, waited for like a subprocess.Popen."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None

    def poll(self) -> int | None:
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("forked copy", timeout or 0)
            time.sleep(0.02)
        return code

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)


def launched(command: Sequence[str | Path], *, identity: str, death_signal: int = signal.SIGKILL) -> list[str]:
    """The command line that runs `command` through launch.py."""
    launcher = [sys.executable, "-I", "-S", launch.__file__]
    return [*launcher, str(os.getpid()), str(int(death_signal)), identity, *map(str, command)]


def take(path: Path) -> int:
    """The lock's open file, held. Waits for the leftovers of a killed run and ends those that stay.

    Raises RuntimeError if they cannot be ended.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + LEFTOVERS_GO_WITHIN
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except OSError:
            if time.monotonic() > deadline + 5:
                os.close(lock)
                raise RuntimeError(f"a process of an earlier run still holds {path} and cannot be ended") from None
            if time.monotonic() > deadline:
                for pid in holders(path):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)


def holders(path: Path) -> list[int]:
    """Processes other than us that have the file open (Linux; elsewhere none are found)."""
    found = []
    wanted = str(path.resolve())
    for folder in Path("/proc").glob("[0-9]*/fd"):
        pid = int(folder.parent.name)
        try:
            if pid != os.getpid() and any(os.readlink(entry) == wanted for entry in folder.iterdir()):
                found.append(pid)
        except OSError:
            continue  # gone meanwhile, or somebody else's
    return found


def wait_until(ready: Callable[[], bool], child: Child, seconds: float) -> None:
    """Poll until ready. Raises RuntimeError with the end of the child's log if it ends or time runs out."""
    deadline = time.monotonic() + seconds
    while not ready():
        if not child.is_running():
            raise RuntimeError(f"{child.name} ended at its start:\n{child.tail()}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"{child.name} did not answer within {seconds:.0f} seconds:\n{child.tail()}")
        time.sleep(0.05)
