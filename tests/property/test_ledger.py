"""Logs of any size: what is in them is proven, whatever is altered is not, noise only gets refused."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.envelope import merkle
from comity.ledger.checkpoint import (
    SIZE_MAX,
    Checkpoint,
    Verifier,
    Witness,
    cosign,
    parse_checkpoint,
    sign_checkpoint,
)
from comity.ledger.entry import Statement, decode_statement, encode_statement, entry_leaf
from comity.ledger.errors import LedgerError
from comity.ledger.note import ALGORITHM_COSIGNATURE, parse_note, parse_vkey, vkey_of
from comity.ledger.proof import (
    format_receipt,
    open_receipt,
    parse_receipt,
    time_extra,
    verify_opened,
    verify_receipt,
)
from comity.ledger.tiles import OpenTiles, lookup_in, partial_width, tile_levels
from comity.ledger.tree import (
    Frontier,
    Node,
    consistency_path,
    inclusion_path,
    verify_consistency,
)
from tests.simulators.ledgers import ORIGIN, SIGNER, VERIFIER, VKEY

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE = 700  # full tiles, a partial one, every shape of right edge
OURS = settings(deadline=None, max_examples=100)
SIZES = st.integers(1, SIZE)
SALTS = st.binary(min_size=32, max_size=32)
STATEMENTS = st.builds(
    Statement,
    st.integers(0, SIZE_MAX),
    st.binary(min_size=32, max_size=32),
    st.text(min_size=1, max_size=12),
    st.binary(max_size=300),
)


@cache
def leaves() -> list[bytes]:
    return [sha256(b"%d" % number).digest() for number in range(SIZE)]


@cache
def nodes() -> dict[Node, bytes]:
    return Frontier().append(leaves())


@cache
def root(size: int) -> bytes:
    return merkle.root([merkle.leaf_hash(leaf) for leaf in leaves()[:size]])


def flipped(data: bytes, bit: int) -> bytes:
    bit %= len(data) * 8
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@OURS
@given(st.lists(SIZES, min_size=1, max_size=5), SIZES)
def test_appending_in_any_steps_gives_the_same_tree(steps: list[int], size: int) -> None:
    tree, tiles, stored = Frontier(), OpenTiles(), {}
    steps = [*steps, size]
    for step in steps:
        before = tree.size
        end = min(before + step, size)
        complete = tree.append(leaves()[before:end])
        for tile in tiles.take(complete, first=before, size=end):
            stored[tile.level, tile.position] = tile.hashes
    assert tree.root() == root(tree.size)
    assert tiles.frontier(tree.size).root() == tree.root()

    def read(level: int, position: int) -> bytes:
        found = stored.get((level, position))
        if found is None:
            assert level == 0
            return tiles.partial(0)
        return found

    find = lookup_in(read)
    for index in {0, tree.size // 2, tree.size - 1}:
        path = inclusion_path(index, tree.size, find)
        leaf = merkle.leaf_hash(leaves()[index])
        assert merkle.verify_path(index, tree.size, leaf, path, tree.root())
    assert sum(partial_width(level, tree.size) for level in range(tile_levels(tree.size))) > 0


@OURS
@given(SIZES, st.data())
def test_each_leaf_is_proven_and_nothing_else_is(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(index, size, nodes().__getitem__)
    leaf = merkle.leaf_hash(leaves()[index])
    assert merkle.verify_path(index, size, leaf, path, root(size))
    bit = data.draw(st.integers(0, 10_000))
    assert not merkle.verify_path(index, size, flipped(leaf, bit), path, root(size))
    assert not merkle.verify_path(index, size, leaf, path, flipped(root(size), bit))
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        bad = [*path[:place], flipped(path[place], bit), *path[place + 1 :]]
        assert not merkle.verify_path(index, size, leaf, bad, root(size))
        assert not merkle.verify_path(index, size, leaf, path[:-1], root(size))
    other = data.draw(st.integers(-2, size + 2).filter(lambda one: one != index))
    assert not merkle.verify_path(other, size, leaf, path, root(size))
    assert not merkle.verify_path(index, size, leaf, [*path, leaf], root(size))


@OURS
@given(SIZES, SIZES, st.integers(0, 10_000))
def test_growth_is_proven_and_rewriting_is_not(one: int, two: int, bit: int) -> None:
    old, new = sorted((one, two))
    proof = consistency_path(old, new, nodes().__getitem__)
    roots = {"old_root": root(old), "new_root": root(new)}
    assert verify_consistency(old, new, proof=proof, **roots)
    assert not verify_consistency(old, new, proof=[*proof, root(old)], **roots)
    for name, whole in roots.items():
        forged = roots | {name: flipped(whole, bit)}
        assert not verify_consistency(old, new, proof=proof, **forged)
    for place, found in enumerate(proof):
        bad = [*proof[:place], flipped(found, bit), *proof[place + 1 :]]
        assert not verify_consistency(old, new, proof=bad, **roots)
    if old < new:
        swapped = {"old_root": root(new), "new_root": root(old)}
        assert not verify_consistency(old, new, proof=proof, **swapped)
        with pytest.raises(LedgerError):
            consistency_path(new, old, nodes().__getitem__)


def receipt_of(said: Statement, salt: bytes, before: int, after: int) -> bytes:
    """A receipt of an entry in a log that holds others."""
    tree = Frontier()
    own = entry_leaf(said, salt=salt)
    complete = tree.append([*leaves()[:before], own, *leaves()[:after]])
    note = sign_checkpoint(Checkpoint(ORIGIN, tree.size, tree.root()), SIGNER)
    path = inclusion_path(before, tree.size, complete.__getitem__)
    return format_receipt(before, path, note, extra=time_extra(said.at_ms))


@OURS
@given(STATEMENTS, SALTS, st.integers(0, 20), st.integers(0, 20), st.integers(0, 1 << 20))
def test_a_receipt_proves_its_entry_and_no_bit_of_it_can_change(
    said: Statement, salt: bytes, before: int, after: int, bit: int
) -> None:
    receipt = receipt_of(said, salt, before, after)
    leaf = entry_leaf(said, salt=salt)
    assert verify_receipt(receipt, leaf=leaf, key=VKEY).position == before
    opened = open_receipt(receipt, said, salt=salt)
    assert verify_opened(opened, key=VKEY).said == said
    with pytest.raises(LedgerError):
        verify_opened(flipped(opened, bit), key=VKEY)
    with pytest.raises(LedgerError):
        verify_opened(receipt, key=VKEY)
    with pytest.raises(LedgerError):
        verify_receipt(receipt, leaf=flipped(leaf, bit), key=VKEY)


@OURS
@given(STATEMENTS, SALTS, st.integers(0, 1 << 20))
def test_no_bit_of_a_statement_can_change_without_its_leaf(
    said: Statement, salt: bytes, bit: int
) -> None:
    data = encode_statement(said)
    assert decode_statement(data) == said
    leaf = entry_leaf(said, salt=salt)
    try:
        changed = decode_statement(flipped(data, bit))
    except LedgerError:
        pass  # not even a statement any more
    else:
        assert entry_leaf(changed, salt=salt) != leaf
    assert entry_leaf(said, salt=flipped(salt, bit)) != leaf


@OURS
@given(st.integers(0, SIZE_MAX), st.binary(min_size=32, max_size=32), st.integers(0, 1 << 20))
def test_a_signed_head_verifies_and_no_bit_of_it_can_change(
    size: int, found: bytes, bit: int
) -> None:
    note = sign_checkpoint(Checkpoint(ORIGIN, size, found), SIGNER).encode()
    head = VERIFIER.checkpoint(note)
    assert (head.origin, head.size, head.root) == (ORIGIN, size, found)
    with pytest.raises(LedgerError):
        VERIFIER.checkpoint(flipped(note, bit))


@OURS
@given(st.integers(0, SIZE_MAX), st.integers(0, 1 << 20))
def test_a_cosignature_tells_when_and_no_bit_of_it_can_change(at_s: int, bit: int) -> None:
    name = "demo.comity/node/FR-PJ/1"
    witness = Witness(vkey_of(name, SIGNER.public, algorithm=ALGORITHM_COSIGNATURE))
    note = sign_checkpoint(Checkpoint(ORIGIN, 7, bytes(32)), SIGNER).encode()
    line = cosign(VERIFIER.checkpoint(note), name, SIGNER, at_s=at_s).encode()
    assert witness.seen_at_s(parse_note(note + line)) == at_s
    assert VERIFIER.checkpoint(note + line).size == 7
    with pytest.raises(LedgerError):
        witness.seen_at_s(parse_note(note + flipped(line, bit)))


HALF_RIGHT = st.one_of(
    st.binary(max_size=400),
    st.text(max_size=300).map(str.encode),
    st.text("—+ \nc2sp.org/tlog-proof@v1index extra0123456789=AB", max_size=300).map(str.encode),
)
PARSERS: list[Callable[[bytes], object]] = [
    parse_note,
    parse_receipt,
    decode_statement,
    Verifier(VKEY).checkpoint,
    lambda data: parse_checkpoint(data.decode(errors="replace")),
    lambda data: parse_vkey(data.decode(errors="replace")),
    lambda data: verify_opened(data, key=VKEY),
]


@pytest.mark.parametrize("parse", PARSERS)
@settings(deadline=None, max_examples=150)
@given(HALF_RIGHT)
def test_parsers_raise_only_their_own_error(parse: Callable[[bytes], object], data: bytes) -> None:
    with suppress(LedgerError):
        parse(data)
