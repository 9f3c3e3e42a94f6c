"""The published bundle of a round: everything a stranger needs to count again, in one signed zip file.

    round.json      question, place, instants, currency, numbers of ballots and voters
    rule.json       the rule, every switch
    options.json    the options as they stood on the ballot
    ballots.csv     salt and selection of every ballot, sorted by selection and then salt: never by time
    receipts.csv    the receipt codes of all voters, sorted; deliberately not joined with the ballots
    result.json     the outcome with every step of the count
    software.json   version and SHA-256 of the counting code
    checkpoint.txt  signed note over the roots of both trees and the hashes of all of the above
    public_key.txt  the Ed25519 key that signed (base64)
    SHA256SUMS      for `sha256sum -c`
    README.txt      what this is and how to recount it

No Django here. Bundles are deterministic: the same round gives the same bytes.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from commons.kernel import canonical, merkle
from commons.kernel.checkpoint import Checkpoint, raw_public_key, sign

from .methods.interface import OptionData, Outcome, Selection

FORMAT = "viche-round/1"
MEMBERS = (
    "README.txt",
    "SHA256SUMS",
    "ballots.csv",
    "checkpoint.txt",
    "options.json",
    "public_key.txt",
    "receipts.csv",
    "result.json",
    "round.json",
    "rule.json",
    "software.json",
)
# What the checkpoint pins by hash; the two lists are pinned by their trees' roots.
HASHED = ("options.json", "result.json", "round.json", "rule.json", "software.json")
MAX_MEMBER = 600_000_000  # bytes, unpacked: some ten million ballots
MAX_RATIO = 200  # a real bundle compresses some five times
KEY_NAME = "viche"

README = """This is the complete record of one vote, published by the Viche platform.

Count it again on your own computer, without a network and without trusting us:
    viche recount THIS-FILE.zip
It checks the signature, both hash trees and every file, counts all ballots again by the rule in rule.json, and says
whether it arrives at the same outcome.

Your own receipt code stands in receipts.csv if your ballot is in the box. It does not lead to your ballot: nobody can
make you show how you voted.
"""


class BundleError(ValueError):
    """The file is not a readable bundle: a code and where."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class OptionText:
    """An option as it stood on the ballot. cost is in minor units."""

    number: int
    title: str
    text: str
    cost: int

    def facts(self) -> dict[str, Any]:
        return {"number": self.number, "title": self.title, "text": self.text, "cost": self.cost}

    def digest(self) -> str:
        """SHA-256 of the canonical option, in hex: shown when the option is frozen, and checkable here."""
        return canonical.digest(self.facts())


@dataclass(frozen=True)
class Bundle:
    """A bundle as read: data checked for form, not yet for truth (that is what `recount` does)."""

    round: dict[str, Any]
    rule: dict[str, Any]
    options: tuple[OptionText, ...]
    ballots: tuple[tuple[bytes, Selection], ...]
    receipts: tuple[str, ...]
    result: dict[str, Any]
    software: dict[str, Any]
    checkpoint: str
    public_key: bytes
    files: dict[str, bytes]


def ballot_leaf(salt: bytes, selection: Selection) -> bytes:
    """Leaf hash of a ballot: the salt keeps few-option ballots from being guessed before they are published."""
    return merkle.leaf_hash(canonical.dumps({"selection": list(selection)}) + salt)


def receipt_leaf(code: str) -> bytes:
    """Leaf hash of a receipt code."""
    return merkle.leaf_hash(code.encode())


def sorted_ballots(ballots: Iterable[tuple[bytes, Selection]]) -> list[tuple[bytes, Selection]]:
    """Ballots in published order: by selection, then by salt, so that the order tells nothing of the voting."""
    return sorted(ballots, key=lambda ballot: (ballot[1], ballot[0]))


def ballots_root(ballots: Sequence[tuple[bytes, Selection]]) -> bytes:
    """Merkle root over ballots in published order."""
    return merkle.root([ballot_leaf(salt, selection) for salt, selection in ballots])


def receipts_root(receipts: Sequence[str]) -> bytes:
    """Merkle root over receipt codes in sorted order."""
    return merkle.root([receipt_leaf(code) for code in receipts])


def lot_seed(root: bytes) -> bytes:
    """The seed of lots: SHA-256 over the root of the sealed ballot box. Nobody could know it when the round opened,
    and whoever casts a ballot changes it without knowing how."""
    return hashlib.sha256(b"viche lot seed\n" + root).digest()


def write(
    target: IO[bytes],
    *,
    round_facts: dict[str, Any],
    rule: dict[str, Any],
    options: Sequence[OptionText],
    ballots: Sequence[tuple[bytes, Selection]],
    receipts: Sequence[str],
    outcome: Outcome,
    key: Ed25519PrivateKey,
) -> str:
    """Write the bundle and return its signed checkpoint.

    ballots in published order, receipts sorted; `round_facts` must hold "slug", "origin" (who publishes), "ballots" and
    "voters" (the roll's total). Raises BundleError (counts_differ) if ballots, receipts and roll do not agree.
    """
    if not len(ballots) == len(receipts) == round_facts["ballots"] == round_facts["voters"]:
        raise BundleError("counts_differ", "ballots, receipts and the roll do not have the same number")
    files = {
        "round.json": _json({"format": FORMAT, **round_facts}),
        "rule.json": _json(rule),
        "options.json": _json([option.facts() for option in options]),
        "result.json": _json(outcome.to_json()),
        "software.json": _json(software()),
        "ballots.csv": _csv(["salt", "selection"], ([s.hex(), " ".join(map(str, c))] for s, c in ballots)),
        "receipts.csv": _csv(["receipt"], ([code] for code in receipts)),
        "README.txt": README.encode(),
        "public_key.txt": base64.b64encode(raw_public_key(key.public_key())) + b"\n",
    }
    note = sign(
        Checkpoint(
            origin=f"{round_facts['origin']}/round/{round_facts['slug']}",
            size=len(ballots),
            root=ballots_root(ballots),
            extensions=extensions(files, receipts),
        ),
        name=KEY_NAME,
        key=key,
    )
    files["checkpoint.txt"] = note.encode()
    files["SHA256SUMS"] = sums(files)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in MEMBERS:
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, files[name])
    return note


def extensions(files: dict[str, bytes], receipts: Sequence[str]) -> tuple[str, ...]:
    """The checkpoint's lines below its root: the other tree, and the hash of each file it pins."""
    receipts_line = f"receipts {len(receipts)} {base64.b64encode(receipts_root(receipts)).decode()}"
    return (receipts_line, *(f"{name} sha256:{hashlib.sha256(files[name]).hexdigest()}" for name in HASHED))


def sums(files: dict[str, bytes]) -> bytes:
    """SHA256SUMS over all members but itself, in sha256sum's own format."""
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in MEMBERS if name != "SHA256SUMS"]
    return "".join(lines).encode()


def software() -> dict[str, Any]:
    """The counting code's files and their hashes, so that two counts can say whether they ran the same code."""
    here = Path(__file__).resolve().parent
    names = ["rules.py", *(f"methods/{path.name}" for path in sorted((here / "methods").glob("*.py")))]
    hashes = {name: hashlib.sha256((here / name).read_bytes()).hexdigest() for name in names}
    return {"name": "viche", "files": hashes, "sha256": canonical.digest(hashes)}


def read(source: str | Path | IO[bytes]) -> Bundle:
    """Read a bundle with bounded memory. Raises BundleError (not_a_bundle, too_large, broken_file, unknown_version)."""
    files = _members(source)
    round_facts = _object(files, "round.json")
    if round_facts.get("format") != FORMAT:
        raise BundleError("unknown_version", f"this software reads {FORMAT}")
    try:
        options = tuple(
            OptionText(item["number"], item["title"], item["text"], item["cost"])
            for item in _parsed(files, "options.json")
        )
        public_key = base64.b64decode(files["public_key.txt"], validate=False)
        Ed25519PublicKey.from_public_bytes(public_key)
    except (KeyError, TypeError, ValueError) as error:
        raise BundleError("broken_file", f"options.json or public_key.txt: {error!r}") from None
    return Bundle(
        round=round_facts,
        rule=_object(files, "rule.json"),
        options=options,
        ballots=tuple(_ballots(files["ballots.csv"])),
        receipts=tuple(row[0] for _, row in _rows(files, "receipts.csv", ["receipt"])),
        result=_object(files, "result.json"),
        software=_object(files, "software.json"),
        checkpoint=_utf8(files, "checkpoint.txt"),
        public_key=public_key,
        files=files,
    )


def option_data(options: Iterable[OptionText]) -> list[OptionData]:
    """The options as the counting methods take them."""
    return [OptionData(option.number, option.title, option.cost) for option in options]


def _members(source: str | Path | IO[bytes]) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(source) as archive:
            infos = archive.infolist()
            if sorted(info.filename for info in infos) != sorted(MEMBERS):
                raise BundleError("not_a_bundle", f"a bundle holds exactly {', '.join(MEMBERS)}")
            for info in infos:
                # The sizes a zip declares may lie; reading is bounded below all the same.
                if info.file_size > MAX_MEMBER or info.file_size > MAX_RATIO * max(info.compress_size, 1_000):
                    raise BundleError("too_large", info.filename)
            return {info.filename: _bounded(archive, info) for info in infos}
    except (OSError, zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise BundleError("not_a_bundle", str(error)) from None


def _bounded(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as member:
        content = member.read(info.file_size + 1)
    if len(content) != info.file_size:
        raise BundleError("too_large", info.filename)
    return content


def _ballots(content: bytes) -> Iterable[tuple[bytes, Selection]]:
    for line, (salt, selection) in _rows({"ballots.csv": content}, "ballots.csv", ["salt", "selection"]):
        try:
            yield bytes.fromhex(salt), tuple(int(number) for number in selection.split())
        except ValueError:
            raise BundleError("broken_file", f"ballots.csv, line {line}") from None


def _rows(files: dict[str, bytes], name: str, header: list[str]) -> Iterable[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(_utf8(files, name), newline=""), strict=True)
    try:
        for row in reader:
            if (reader.line_num == 1 and row != header) or len(row) != len(header):
                raise BundleError("broken_file", f"{name}, line {reader.line_num}")
            if reader.line_num > 1:
                yield reader.line_num, row
    except csv.Error:
        raise BundleError("broken_file", f"{name}, line {reader.line_num}") from None


def _utf8(files: dict[str, bytes], name: str) -> str:
    try:
        return files[name].decode()
    except UnicodeDecodeError:
        raise BundleError("broken_file", f"{name} is not in UTF-8") from None


def _parsed(files: dict[str, bytes], name: str) -> Any:
    try:
        return json.loads(files[name])
    except (ValueError, RecursionError):
        raise BundleError("broken_file", f"{name} is not JSON") from None


def _object(files: dict[str, bytes], name: str) -> dict[str, Any]:
    value = _parsed(files, name)
    if not isinstance(value, dict):
        raise BundleError("broken_file", f"{name} is not a JSON object")
    return value


def _json(value: Any) -> bytes:
    return canonical.dumps(value) + b"\n"


def _csv(header: list[str], rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
