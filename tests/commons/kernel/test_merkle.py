from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commons.kernel import merkle

# The tree of RFC 9162's notation over d0..d6: checked by hand from the definition, not from our code.
LEAVES = [merkle.leaf_hash(bytes([n])) for n in range(7)]


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word: split at the largest power of two smaller than the size."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return merkle.node_hash(by_definition(leaves[:k]), by_definition(leaves[k:]))


def test_a_leaf_and_a_node_can_never_be_mistaken_for_each_other():
    assert merkle.leaf_hash(b"") == hashlib.sha256(b"\x00").digest()
    assert merkle.node_hash(b"a", b"b") == hashlib.sha256(b"\x01ab").digest()


@given(st.lists(st.binary(max_size=4), max_size=40))
def test_the_root_is_the_one_of_the_definition(items):
    leaves = [merkle.leaf_hash(item) for item in items]
    assert merkle.root(leaves) == by_definition(leaves)


@given(st.integers(1, 40), st.data())
def test_every_leaf_has_a_proof_and_no_other_leaf_passes_with_it(size, data):
    leaves = [merkle.leaf_hash(n.to_bytes(2, "big")) for n in range(size)]
    index = data.draw(st.integers(0, size - 1))
    proof, head = merkle.inclusion_proof(index, leaves), merkle.root(leaves)
    assert merkle.verify_inclusion(leaves[index], index, size, proof, head)
    assert not merkle.verify_inclusion(merkle.leaf_hash(b"forged"), index, size, proof, head)
    for other in range(size):
        if other != index:
            assert not merkle.verify_inclusion(leaves[index], other, size, proof, head)


def test_there_is_no_proof_for_a_leaf_outside_the_tree():
    with pytest.raises(IndexError):
        merkle.inclusion_proof(7, LEAVES)
    assert not merkle.verify_inclusion(LEAVES[0], 7, 7, [], merkle.root(LEAVES))
