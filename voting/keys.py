"""The operator's keys: the secret that seals each round's pseudonym key, and the seed that signs results."""

from __future__ import annotations

import hashlib
import hmac
import os
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_LENGTH, NONCE_LENGTH = 32, 12
# The first byte of a stored key says how it lies there.
PLAIN, SEALED = b"\x00", b"\x01"


def new_round_key(slug: str) -> bytes:
    """A fresh random key for a round's pseudonyms, in the form in which it is stored (33 or 61 bytes).

    With settings.ROUND_KEY_SECRET it is sealed by AES-256-GCM and bound to the round's slug; without, it lies in
    the database as it is (a machine for trying out, never a real vote: `./viche up` makes a secret).
    """
    key = os.urandom(KEY_LENGTH)
    if not settings.ROUND_KEY_SECRET:
        return PLAIN + key
    nonce = os.urandom(NONCE_LENGTH)
    return SEALED + nonce + _cipher(settings.ROUND_KEY_SECRET).encrypt(nonce, key, slug.encode())


def open_round_key(stored: bytes, slug: str) -> bytes:
    """The 32-byte key behind the stored form.

    Raises ImproperlyConfigured if it was sealed under a secret that this process does not have.
    """
    stored = bytes(stored)
    if stored[:1] == PLAIN:
        return stored[1:]
    if not settings.ROUND_KEY_SECRET:
        raise ImproperlyConfigured("the round's key is sealed: set VICHE_ROUND_KEY_SECRET")
    nonce, sealed = stored[1 : 1 + NONCE_LENGTH], stored[1 + NONCE_LENGTH :]
    return _cipher(settings.ROUND_KEY_SECRET).decrypt(nonce, sealed, slug.encode())


def pseudonym(key: bytes, person_id: int) -> bytes:
    """The name under which the person's ballot lies in this round: HMAC-SHA-256(key, person id), 32 bytes."""
    return hmac.digest(key, b"voter:%d" % person_id, hashlib.sha256)


def signing_key() -> Ed25519PrivateKey:
    """The key that signs checkpoints of results: 32 bytes, raw or as 64 hex digits, in settings.SIGNING_KEY_FILE.

    Raises ImproperlyConfigured if the file is missing or is not a seed: an unsigned result is never published.
    """
    path = Path(settings.SIGNING_KEY_FILE)
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise ImproperlyConfigured(f"the signing key {path} cannot be read: {problem.strerror}") from None
    if len(content) != KEY_LENGTH:
        try:
            content = bytes.fromhex(content.decode("ascii"))
        except ValueError:
            content = b""
    if len(content) != KEY_LENGTH:
        raise ImproperlyConfigured(f"the signing key {path} is not a seed of 32 bytes")
    return Ed25519PrivateKey.from_private_bytes(content)


@lru_cache(maxsize=4)
def _cipher(secret: str) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"viche round key v1").derive(secret.encode())
    return AESGCM(derived)
