"""The command line. Each command is imported only when it is called: a recount must not need Django."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

# command -> (module with main(argv) -> exit code, what it does, whether it wants Django)
COMMANDS: dict[str, tuple[str, str, bool]] = {
    "up": ("viche.stack.up", "start everything on this machine", False),
    "test": ("viche.cli.testing", "run the tests against real servers", False),
    "lint": ("viche.cli.linting", "check style, types, templates, imports and migrations", False),
    "words": ("viche.cli.words", "bring the catalogues of the interface up to date", False),
    "recount": ("voting.recount", "count a published bundle again", False),
    "replay": ("viche.replay", "walk a real participatory budget through the platform", False),
    "bench": ("viche.bench", "measure what this machine can bear", False),
    "demo": ("viche.demo", "load the demo into a running site", True),
    "seals": ("commons.journal.sealed_file", "check downloaded parts of the journal", False),
    "journal": ("commons.journal.cli", "verify the journal's seals", True),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command of ours, or hand over to Django's management commands. Returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        _help()
        return 0
    name, rest = arguments[0], arguments[1:]
    if name in COMMANDS:
        module, _, wants_django = COMMANDS[name]
        if wants_django:
            _set_up_django()
        return int(importlib.import_module(module).main(rest) or 0)
    return _manage(arguments)


def _help() -> None:
    print("Viche: consultations, mini-initiatives and votes that anyone can recount.\n")
    for name, (_, sentence, _) in COMMANDS.items():
        print(f"  viche {name:<9} {sentence}")
    print("\nEverything else goes to Django, e.g. viche migrate, viche shell, viche makemessages.")


def _set_up_django() -> None:
    import django

    _environment()
    django.setup()


def _manage(arguments: list[str]) -> int:
    from django.core.management import execute_from_command_line

    _environment()
    execute_from_command_line(["viche", *arguments])
    return 0


def _environment() -> None:
    """For commands beside a running `up`: its keys and servers, unless the environment names others."""
    from viche.stack.beside import adopt

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "viche.settings")
    adopt(os.environ)
