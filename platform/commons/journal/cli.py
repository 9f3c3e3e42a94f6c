"""`viche journal verify`: is the journal as it was sealed?"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from rich.console import Console
from rich.progress import Progress

from .models import Entry, Seal
from .sealing import verify


def main(argv: Sequence[str] | None = None) -> int:
    """Returns 0 if every seal holds, 1 if something was changed; each fault is named."""
    parser = argparse.ArgumentParser(prog="viche journal")
    parser.add_argument("what", choices=["verify"])
    parser.parse_args(argv)
    console = Console()
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("verifying", total=None)
        faults = verify(lambda done, total: bar.update(task, completed=done, total=total))
    for fault in faults:
        console.print(f"{fault.where}: {fault.what}", style="red", highlight=False)
    sealed = Entry.objects.filter(seal__isnull=False).count()
    waiting = Entry.objects.filter(seal=None).count()
    console.print(f"{Seal.objects.count()} seals over {sealed} entries; {waiting} wait for the next seal.")
    console.print("The journal is NOT as it was sealed." if faults else "The journal is as it was sealed.")
    return 1 if faults else 0
