"""A sealed batch as a file that can be checked at home: `viche seals FILE …`, without Django, database or network.

JSON lines: first the seal, then one line per entry in the order of the leaves. An entry of a place that is not the
reader's is there as the hash of its leaf alone: enough to check the root, nothing to read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from commons.kernel import canonical, merkle


def write(seal: dict[str, Any], leaves: Iterable[dict[str, Any] | bytes]) -> Iterator[bytes]:
    """The lines of a file. seal: number, at, size; root, previous, chain in hex. A leaf is its content or its hash."""
    yield canonical.dumps({"seal": seal}) + b"\n"
    for leaf in leaves:
        yield canonical.dumps({"hash": leaf.hex()} if isinstance(leaf, bytes) else {"entry": leaf}) + b"\n"


def check(content: bytes) -> tuple[dict[str, Any], list[str]]:
    """The seal of a file, and what is wrong with it, in words. Raises ValueError if it is no such file."""
    try:
        seal, *lines = [json.loads(line) for line in content.splitlines()]
        seal = seal["seal"]
        leaves = [_leaf(line) for line in lines]
        root, chain, previous = (bytes.fromhex(seal[name]) for name in ("root", "chain", "previous"))
        number, size = int(seal["number"]), int(seal["size"])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError("this is not a sealed batch of the journal") from error
    faults = []
    if len(leaves) != size:
        faults.append(f"seal {number} was made over {size} entries, the file has {len(leaves)}")
    if merkle.root(leaves) != root:
        faults.append(f"the entries are not those that seal {number} was made over, or in another order")
    if hashlib.sha256(previous + root).digest() != chain:
        faults.append(f"the chain value of seal {number} does not fit")
    return seal, faults


def _leaf(line: dict[str, Any]) -> bytes:
    return bytes.fromhex(line["hash"]) if "hash" in line else merkle.leaf_hash(canonical.dumps(line["entry"]))


def main(argv: Sequence[str] | None = None) -> int:
    """Check files, each for itself and those that follow each other together. Returns 0 if all hold, else 1."""
    parser = argparse.ArgumentParser(prog="viche seals", description="Check downloaded parts of the journal.")
    parser.add_argument("files", nargs="+", type=Path)
    faulty, found = False, []
    for path in parser.parse_args(argv).files:
        try:
            seal, faults = check(path.read_bytes())
        except (OSError, ValueError) as error:
            seal, faults = {}, [str(error)]
        for fault in faults:
            print(f"{path}: {fault}")
        faulty = faulty or bool(faults)
        if not faults:
            print(f"{path}: seal {seal['number']} holds over {seal['size']} entries; chain {seal['chain']}")
            found.append(seal)
    for before, after in pairwise(sorted(found, key=_number)):
        if after["number"] == before["number"] + 1 and after["previous"] != before["chain"]:
            print(f"seal {after['number']} does not follow seal {before['number']}")
            faulty = True
    return 1 if faulty else 0


def _number(seal: dict[str, Any]) -> int:
    return int(seal["number"])
