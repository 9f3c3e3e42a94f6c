"""Runs as a script between us and a server: `launch.py PARENT SIGNAL IDENTITY COMMAND...` becomes COMMAND.

A process of its own instead of a hook between fork and exec: such hooks may hang a parent that has threads.
PARENT: process id that must still be ours, else nothing is started. SIGNAL: what the kernel sends when it dies.
IDENTITY: `same`; `namespace`, where root becomes "nobody" in a user namespace of its own and still owns its files
(PostgreSQL refuses to run as root); or `nobody`, the real user of that name, where namespaces are forbidden.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
NOBODY = 65534


def die_with_parent(parent: int, death_signal: int) -> None:
    """Ask the kernel for a signal at the parent's death (Linux; elsewhere nothing can be asked)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:  # it died before we could ask
        os._exit(1)


def take_identity(identity: str) -> None:
    """Shed root as named. Raises OSError where the machine forbids it."""
    if identity == "namespace":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(CLONE_NEWUSER) != 0:
            raise OSError(ctypes.get_errno(), "no user namespace can be made")
        for name, content in (("setgroups", "deny"), ("uid_map", f"{NOBODY} 0 1"), ("gid_map", f"{NOBODY} 0 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(content)
    elif identity == "nobody":
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


if __name__ == "__main__":
    parent, death_signal, identity, *command = sys.argv[1:]
    try:
        # First the credentials: changing them later would clear the death signal again.
        take_identity(identity)
        die_with_parent(int(parent), int(death_signal))
        os.execv(command[0], command)
    except OSError as error:
        sys.exit(f"{command[0]} could not be started: {error}")
