"""Child processes that cannot outlive us."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
NOBODY = 65534


class Child:
    """A process in the foreground of its own session, its output in a log file. Dies when we die, even by SIGKILL."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: dict[str, str] | None = None,
        stop_signal: int = signal.SIGTERM,
        before_exec: Callable[[], None] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.name = name
        self.command = [str(part) for part in command]
        self.log = log
        self.env = env
        self.stop_signal = stop_signal
        self.before_exec = before_exec
        self.cwd = cwd
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the process. Only from the main thread: the kernel ties its life to the thread that made it."""
        parent, before_exec = os.getpid(), self.before_exec

        def prepare() -> None:
            # First the credentials: changing them later would clear the death signal again.
            if before_exec:
                before_exec()
            die_with_parent(parent)

        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=self.cwd,
                start_new_session=True,  # Ctrl-C is for us; we stop the others in order
                preexec_fn=prepare,
            )

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll() if self._process else None

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """SIGKILL, and wait: for faults that are meant."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def stop(self, patience: float = 10) -> None:
        """Ask it to end, then insist."""
        if not self._process:
            return
        if self._process.poll() is None:
            self._process.send_signal(self.stop_signal)
            try:
                self._process.wait(patience)
            except subprocess.TimeoutExpired:
                self.kill()
        self._process = None

    def tail(self, lines: int = 5) -> str:
        """The last lines of its log."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


def die_with_parent(parent: int) -> None:
    """Ask the kernel for SIGTERM at the parent's death (Linux; elsewhere nothing can be asked)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)


def shed_root() -> None:
    """PostgreSQL refuses to run as root. In a user namespace of its own root is "nobody" and still owns its files."""
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(
            ctypes.get_errno(), "no user namespace can be made for PostgreSQL: start Viche as an ordinary user"
        )
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} 0 1")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} 0 1")


def wait_until(ready: Callable[[], bool], child: Child, seconds: float) -> None:
    """Poll until ready. Raises RuntimeError with the end of the child's log if it ends or time runs out."""
    deadline = time.monotonic() + seconds
    while not ready():
        if not child.is_running():
            raise RuntimeError(f"{child.name} ended at its start:\n{child.tail()}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"{child.name} did not answer within {seconds:.0f} seconds:\n{child.tail()}")
        time.sleep(0.05)
