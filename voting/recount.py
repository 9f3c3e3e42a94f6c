"""`viche recount FILE`: count a published bundle again. No database, no network, no Django, no trust.

Each check is named and either holds or names its first difference. Exit code 0: everything agrees; 1: something
differs; 2: the file cannot be read.
"""

from __future__ import annotations

import argparse
import base64
import binascii
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from commons.kernel.checkpoint import CheckpointError, verify

from . import bundle as bundles
from .bundle import Bundle, BundleError
from .methods import count
from .methods.explain import MONEY, explain
from .methods.interface import Outcome, box_of
from .rules import BallotError, RuleError, validate_ballot, validate_rule

AGREE, DIFFER, UNREADABLE = 0, 1, 2


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. `difference` is empty when it holds."""

    name: str
    difference: str = ""

    @property
    def holds(self) -> bool:
        return not self.difference


@dataclass(frozen=True)
class Report:
    checks: tuple[Check, ...]
    bundle: Bundle
    outcome: Outcome | None

    @property
    def agrees(self) -> bool:
        return all(check.holds for check in self.checks)


def recount(
    source: str | Path | IO[bytes],
    *,
    trusted_key: bytes | None = None,
    progress: Callable[[str], None] = lambda name: None,
) -> Report:
    """Check and count a bundle again. `trusted_key`: the 32-byte public key known from elsewhere; without it the
    signature only shows that the file is whole. Raises BundleError if it cannot be read."""
    read = bundles.read(source)
    checks: list[Check] = []
    for name, difference in _checks(read, trusted_key):
        progress(name)
        checks.append(Check(name, difference))
    progress("the count")
    outcome, difference = _count(read)
    checks.append(Check("the count", difference))
    return Report(tuple(checks), read, outcome)


def _checks(read: Bundle, trusted_key: bytes | None) -> Iterator[tuple[str, str]]:
    yield "every file is as listed", _sums(read)
    yield "the numbers of ballots, receipts and voters agree", _numbers(read)
    yield "ballots and receipts are in published order", _order(read)
    yield "the signed checkpoint fits the files", _checkpoint(read)
    if trusted_key is not None:
        known = read.public_key == trusted_key
        yield "the signature is by the key you trust", "" if known else "it is by another key"
    yield "every ballot follows the rule", _ballots(read)


def _sums(read: Bundle) -> str:
    listed = read.files["SHA256SUMS"].decode(errors="replace").splitlines()
    real = bundles.sums(read.files).decode().splitlines()
    for theirs, ours in zip(listed, real, strict=False):
        if theirs != ours:
            return f"{ours.split('  ')[1]} is not the file that was listed"
    return "" if len(listed) == len(real) else "SHA256SUMS does not list every file"


def _numbers(read: Bundle) -> str:
    ballots, receipts = len(read.ballots), len(read.receipts)
    said = (read.round.get("ballots"), read.round.get("voters"))
    if said == (ballots, ballots) and receipts == ballots:
        return ""
    return f"{ballots} ballots, {receipts} receipts; the round says {said[0]} ballots of {said[1]} voters"


def _order(read: Bundle) -> str:
    if list(read.ballots) != bundles.sorted_ballots(read.ballots):
        return "ballots.csv is not sorted by selection and salt"
    if list(read.receipts) != sorted(set(read.receipts)):
        return "receipts.csv is not sorted, or a code stands there twice"
    return ""


def _checkpoint(read: Bundle) -> str:
    try:
        signed = verify(read.checkpoint, name=bundles.KEY_NAME, key=Ed25519PublicKey.from_public_bytes(read.public_key))
    except CheckpointError as error:
        return str(error)
    if signed.origin != f"{read.round.get('origin')}/round/{read.round.get('slug')}":
        return "it is the checkpoint of another round"
    if signed.size != len(read.ballots):
        return f"it was signed over {signed.size} ballots, the file has {len(read.ballots)}"
    if signed.root != bundles.ballots_root(read.ballots):
        return "the ballots are not the ones that were signed"
    for theirs, ours in zip(signed.extensions, bundles.extensions(read.files, read.receipts), strict=False):
        if theirs != ours:
            return f"{ours.split(' ')[0]} is not what was signed"
    return "" if len(signed.extensions) == 1 + len(bundles.HASHED) else "it does not name every file"


def _ballots(read: Bundle) -> str:
    try:
        rule = validate_rule(read.rule)
        costs = {option.number: option.cost for option in read.options}
        for position, (_, selection) in enumerate(read.ballots, start=2):
            if validate_ballot(rule, costs, selection) != selection:
                return f"ballots.csv, line {position}: the selection is not in order"
    except RuleError as error:
        return f"rule.json: {error}"
    except BallotError as error:
        return f"ballots.csv, line {position}: {error.code}"
    return ""


def _count(read: Bundle) -> tuple[Outcome | None, str]:
    try:
        outcome = count(
            validate_rule(read.rule),
            bundles.option_data(read.options),
            box_of(selection for _, selection in read.ballots),
            seed=bundles.lot_seed(bundles.ballots_root(read.ballots)),
        )
    except (RuleError, KeyError, TypeError, ValueError) as error:
        return None, f"it cannot be counted: {error!r}"
    ours = outcome.to_json()
    for part in ours:
        if ours[part] != read.result.get(part):
            return outcome, f"{part}: counted {_short(ours[part])}, published {_short(read.result.get(part))}"
    return outcome, "" if set(ours) == set(read.result) else "the published result has parts that nobody counted"


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "..."


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="viche recount", description="Count a published bundle again.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", help="the municipality's public key (base64), known from elsewhere than the file")
    arguments = parser.parse_args(argv)
    console = Console()
    try:
        trusted = base64.b64decode(arguments.key, validate=True) if arguments.key else None
    except binascii.Error:
        console.print("The key is not in base64.")
        return UNREADABLE
    try:
        with Progress(console=console, transient=True) as bar:
            task = bar.add_task("reading", total=7 if trusted else 6)
            report = recount(
                arguments.file,
                trusted_key=trusted,
                progress=lambda name: bar.update(task, description=name, advance=1),
            )
    except BundleError as error:
        console.print(f"This file cannot be recounted. {error}", style="red", markup=False)
        return UNREADABLE
    _show(report, console)
    return AGREE if report.agrees else DIFFER


def _show(report: Report, console: Console) -> None:
    facts = report.bundle.round
    console.print(f"{facts.get('title', '')}", style="bold", markup=False)
    table = Table("check", "holds", box=None)
    for check in report.checks:
        table.add_row(check.name, "yes" if check.holds else f"NO: {check.difference}")
    console.print(table)
    if report.outcome:
        titles = {option.number: option.title for option in report.bundle.options}
        for row in report.outcome.rounds:
            sentence, params = explain(row, titles)
            shown = {k: _money(v, facts) if k in MONEY else v for k, v in params.items()}
            console.print("  " + sentence % shown, markup=False, highlight=False)
        winners = ", ".join(titles[number] for number in report.outcome.winners) or "nobody"
        console.print(f"Winners: {winners}", style="bold", markup=False, highlight=False)
    same = report.bundle.software.get("sha256") == bundles.software()["sha256"]
    console.print(
        "Counted by the same code." if same else "Counted by another version of the code than the one published."
    )
    if report.agrees:
        console.print("The recount agrees.", style="green")
    else:
        console.print("The recount does NOT agree.", style="bold red")


def _money(minor: int, facts: dict[str, Any]) -> str:
    return f"{minor // 100:,}.{minor % 100:02d} {facts.get('currency', '')}".strip()


if __name__ == "__main__":
    raise SystemExit(main())
