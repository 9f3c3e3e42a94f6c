from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from commons.kernel.checkpoint import Checkpoint, CheckpointError, parse, sign, verify

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))
POINT = Checkpoint("viche.example/round/budget", 84, b"\x07" * 32, ("receipts 84 abc",))


def test_a_signed_checkpoint_reads_back():
    note = sign(POINT, name="viche", key=KEY)
    assert verify(note, name="viche", key=KEY.public_key()) == POINT
    assert note.startswith("viche.example/round/budget\n84\n" + base64.b64encode(b"\x07" * 32).decode() + "\n")


def test_a_witness_may_sign_below_us():
    note = sign(POINT, name="viche", key=KEY)
    witnessed = note + sign(POINT, name="witness", key=STRANGER).splitlines()[-1] + "\n"
    assert verify(witnessed, name="viche", key=KEY.public_key()) == POINT
    assert verify(witnessed, name="witness", key=STRANGER.public_key()) == POINT


@pytest.mark.parametrize(
    "forge",
    [
        lambda note: note.replace("84", "85", 1),
        lambda note: note.replace("budget", "other"),
        lambda note: note.replace("receipts 84", "receipts 83"),
        lambda note: note.split("\n\n")[0],
        lambda note: sign(POINT, name="viche", key=STRANGER),
    ],
)
def test_a_changed_or_foreign_note_is_refused(forge):
    with pytest.raises(CheckpointError):
        verify(forge(sign(POINT, name="viche", key=KEY)), name="viche", key=KEY.public_key())


def test_nonsense_is_not_a_checkpoint():
    for text in ("", "one\n", "a\n-1\nAAAA\n", "a\n01\nAAAA\n", "a\n1\n!!\n"):
        with pytest.raises(CheckpointError):
            parse(text)
