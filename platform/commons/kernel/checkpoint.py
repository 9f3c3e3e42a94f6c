"""A signed checkpoint: the C2SP "tlog-checkpoint" body inside a C2SP "signed-note", with an Ed25519 signature.

Outside witnesses can mirror such notes and add their own signatures below ours.

    viche.example/round/budget-2026        origin
    5782                                   number of leaves
    CsUY...=                               Merkle root, base64
    rule sha256:...                        extension lines, any number
                                           an empty line
    — viche.example Az3g...                signature line: key name, base64(key id || signature)
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# The signed-note algorithm byte of Ed25519.
ED25519 = b"\x01"


class CheckpointError(ValueError):
    """The note is not well-formed, or its signature does not verify."""


@dataclass(frozen=True)
class Checkpoint:
    """What is signed: where from, how many leaves, their root, and named facts beside it."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def body(self) -> str:
        """The signed text, ending in a newline."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions]
        if any("\n" in line or not line for line in lines):
            raise CheckpointError("a line of a checkpoint is neither empty nor broken")
        return "\n".join(lines) + "\n"


def raw_public_key(key: Ed25519PublicKey) -> bytes:
    """The key's 32 bytes."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(name: str, public_key: Ed25519PublicKey) -> bytes:
    """The first four bytes of SHA-256(name || newline || algorithm || key): signed-note, "signatures"."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + raw_public_key(public_key)).digest()[:4]


def sign(checkpoint: Checkpoint, *, name: str, key: Ed25519PrivateKey) -> str:
    """The note: body, an empty line, our signature line. `name` has no spaces and no plus."""
    if not name or any(c.isspace() or c == "+" for c in name):
        raise CheckpointError("a key's name has no spaces and no plus")
    body = checkpoint.body()
    signature = key_id(name, key.public_key()) + key.sign(body.encode())
    return f"{body}\n\u2014 {name} {base64.b64encode(signature).decode()}\n"


def verify(note: str, *, name: str, key: Ed25519PublicKey) -> Checkpoint:
    """The checkpoint, if one of the note's signature lines is by this key over this body. Raises CheckpointError."""
    body, empty_line, signatures = note.partition("\n\n")
    if not empty_line:
        raise CheckpointError("the note has no signature")
    body += "\n"
    wanted = key_id(name, key)
    for line in signatures.splitlines():
        dash, _, rest = line.partition(" ")
        signer, _, encoded = rest.partition(" ")
        if dash != "\u2014" or signer != name:
            continue
        try:
            blob = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            continue
        if blob[:4] == wanted and _signed(key, blob[4:], body.encode()):
            return parse(body)
    raise CheckpointError("no signature of this key fits the note")


def parse(body: str) -> Checkpoint:
    """Read a checkpoint's body without looking at signatures. Raises CheckpointError."""
    lines = body.rstrip("\n").split("\n")
    try:
        origin, size, root, *extensions = lines
        if str(int(size)) != size or int(size) < 0:
            raise ValueError
        return Checkpoint(origin, int(size), base64.b64decode(root, validate=True), tuple(extensions))
    except ValueError:
        raise CheckpointError("this is not a checkpoint") from None


def _signed(key: Ed25519PublicKey, signature: bytes, body: bytes) -> bool:
    try:
        key.verify(signature, body)
    except InvalidSignature:
        return False
    return True
