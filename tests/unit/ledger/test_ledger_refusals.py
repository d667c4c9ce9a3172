"""What each format refuses, and what it lets pass on purpose."""

from __future__ import annotations

import base64

import pytest

from comity.envelope.keys import SigningSecret
from comity.ledger.checkpoint import (
    EXTENSIONS_MAX,
    Checkpoint,
    Verifier,
    Witness,
    cosign,
    parse_checkpoint,
    sign_checkpoint,
)
from comity.ledger.entry import (
    DETAILS_BYTES_MAX,
    KIND_BYTES_MAX,
    Statement,
    decode_statement,
    encode_statement,
    entry_leaf,
)
from comity.ledger.errors import LedgerError
from comity.ledger.note import ALGORITHM_COSIGNATURE, SIGNATURES_MAX, parse_note, sign_note, vkey_of
from comity.ledger.proof import (
    HEADER,
    PATH_MAX,
    RECEIPT_BYTES_MAX,
    format_receipt,
    open_receipt,
    parse_receipt,
    verify_opened,
)
from comity.ledger.tiles import OpenTiles, lookup_in, tile_path
from comity.ledger.tree import Frontier, inclusion_path
from tests.simulators.ledgers import ORIGIN, SIGNER, VERIFIER, VKEY

OTHER = SigningSecret.from_seed(bytes(32))
HEAD = Checkpoint(ORIGIN, 3, bytes(32))
SAID = Statement(1_790_000_000_000, bytes(32), "query.answered", b"{}")
SALT = bytes(32)


def refused(call: object, *given: object, **named: object) -> str:
    assert callable(call)
    with pytest.raises(LedgerError) as caught:
        call(*given, **named)
    return str(caught.value)


# --- heads ------------------------------------------------------------------------------------------


def test_a_key_cannot_speak_for_another_log() -> None:
    note = sign_note(Checkpoint("demo.comity/node/FR-PJ/1", 3, bytes(32)).text(), ORIGIN, SIGNER)
    assert refused(VERIFIER.checkpoint, note.encode()) == "a checkpoint of another log"


def test_another_keys_signature_in_this_logs_name_is_refused() -> None:
    note = sign_checkpoint(HEAD, OTHER).encode()
    assert "without this key" in refused(VERIFIER.checkpoint, note)


def test_one_bad_signature_in_its_name_spoils_a_head_that_has_a_good_one() -> None:
    good = sign_checkpoint(HEAD, SIGNER)
    bad = sign_checkpoint(HEAD._replace(size=4), SIGNER).rpartition("\n\n")[2]
    assert "does not verify" in refused(VERIFIER.checkpoint, (good + bad).encode())


def test_strangers_may_sign_beside() -> None:
    stranger = sign_note(HEAD.text(), "witness.example", OTHER).rpartition("\n\n")[2]
    assert VERIFIER.checkpoint((sign_checkpoint(HEAD, SIGNER) + stranger).encode()).size == 3
    crowd = sign_checkpoint(HEAD, SIGNER) + stranger * SIGNATURES_MAX
    assert refused(VERIFIER.checkpoint, crowd.encode()) == "too many signatures"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("3\n", "03\n"), "decimal"),
        (("3\n", "-3\n"), "decimal"),
        (("3\n", "9223372036854775808\n"), "decimal"),
        (("=\n", "\n"), "base64"),
        (("A=\n", "B=\n"), "spelling"),
        (("AAAA=\n", "=\n"), "32 bytes"),
        ((ORIGIN, ""), "origin"),
    ],
)
def test_a_head_has_one_spelling(change: tuple[str, str], why: str) -> None:
    assert HEAD.text() == parse_checkpoint(HEAD.text()).text()
    assert why in refused(parse_checkpoint, HEAD.text().replace(*change))


def test_extension_lines_are_signed_and_bounded() -> None:
    more = HEAD._replace(extensions=("one", "two"))
    assert VERIFIER.checkpoint(sign_checkpoint(more, SIGNER).encode()).size == 3
    many = HEAD._replace(extensions=("x",) * (EXTENSIONS_MAX + 1))
    assert "too many lines" in refused(parse_checkpoint, many.text())


def test_keys_of_logs_and_of_witnesses_do_not_serve_in_each_others_place() -> None:
    witness = vkey_of("witness.example", SIGNER.public, algorithm=ALGORITHM_COSIGNATURE)
    assert "plain Ed25519" in refused(Verifier, witness)
    assert "cosignatures" in refused(Witness, VKEY)


def test_the_latest_of_two_cosignatures_counts() -> None:
    name = "witness.example"
    witness = Witness(vkey_of(name, OTHER.public, algorithm=ALGORITHM_COSIGNATURE))
    note = sign_checkpoint(HEAD, SIGNER)
    head = VERIFIER.checkpoint(note.encode())
    lines = "".join(cosign(head, name, OTHER, at_s=at_s) for at_s in (7, 9, 8))
    assert witness.seen_at_s(parse_note((note + lines).encode())) == 9
    assert "without this witness" in refused(witness.seen_at_s, parse_note(note.encode()))
    late = cosign(head, name, OTHER, at_s=1 << 63)
    assert "out of range" in refused(witness.seen_at_s, parse_note((note + late).encode()))


# --- entries ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        SAID._replace(envelope_id=bytes(31)),
        SAID._replace(kind=""),
        SAID._replace(kind="k" * (KIND_BYTES_MAX + 1)),
        SAID._replace(details=bytes(DETAILS_BYTES_MAX + 1)),
        SAID._replace(at_ms=-1),
        SAID._replace(at_ms=1 << 63),
    ],
)
def test_an_entry_out_of_bounds_has_no_leaf(said: Statement) -> None:
    refused(entry_leaf, said, salt=SALT)
    refused(entry_leaf, SAID, salt=SALT[1:])


def test_where_the_kind_ends_is_part_of_the_entry() -> None:
    moved = SAID._replace(kind="query.answere", details=b"d{}")
    assert encode_statement(moved) != encode_statement(SAID)
    assert entry_leaf(moved, salt=SALT) != entry_leaf(SAID, salt=SALT)
    for length in range(len(encode_statement(SAID)) - 2):
        refused(decode_statement, encode_statement(SAID)[:length])


# --- receipts ---------------------------------------------------------------------------------------


def receipt(index: int = 0, size: int = 1) -> bytes:
    """Of a log that holds ``SAID`` at every place."""
    tree = Frontier()
    nodes = tree.append([entry_leaf(SAID, salt=SALT)] * size)
    note = sign_checkpoint(Checkpoint(ORIGIN, size, tree.root()), SIGNER)
    return format_receipt(index, inclusion_path(index, size, nodes.__getitem__), note)


def test_an_index_beyond_the_tree_is_refused_before_anything_is_hashed() -> None:
    opened = open_receipt(receipt(0, 1), SAID, salt=SALT)
    assert verify_opened(opened, key=VKEY).position == 0
    beyond = opened.replace(b"index 0", b"index 1")
    assert "does not lead" in refused(verify_opened, beyond, key=VKEY)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (HEADER.encode(), b"c2sp.org/tlog-proof@v2"),
        (b"index 2", b"index 02"),
        (b"index 2", b"index -2"),
        (b"index 2", b"index 9223372036854775808"),
        (b"index 2\n", b""),
        (b"index 2\n", b"index 2\nindex 2\n"),
        (b"index 2\n", b"index 2\n" + base64.b64encode(bytes(31)) + b"\n"),
        (b"index 2\n", b"index 2\n" + (base64.b64encode(bytes(32)) + b"\n") * (PATH_MAX + 1)),
        (b"index 2\n", b"index 2\n\n"),
        (b"index", b"extra !\nindex"),
        (b"index", "extra é\nindex".encode()),
    ],
)
def test_a_receipt_has_one_spelling(old: bytes, new: bytes) -> None:
    whole = open_receipt(receipt(2, 5), SAID, salt=SALT)
    assert verify_opened(whole, key=VKEY).position == 2
    refused(verify_opened, whole.replace(old, new, 1), key=VKEY)


def test_a_receipt_is_bounded() -> None:
    long = receipt() + b"x" * RECEIPT_BYTES_MAX
    assert "more than 8 KiB" in refused(parse_receipt, long)
    big = open_receipt(receipt(), SAID._replace(details=bytes(DETAILS_BYTES_MAX)), salt=SALT)
    assert "does not lead" in refused(verify_opened, big, key=VKEY)  # it was read, at least


# --- trees ------------------------------------------------------------------------------------------


def test_there_is_no_proof_of_a_leaf_that_is_not_there() -> None:
    for index in (-1, 3):
        assert "no such leaf" in refused(inclusion_path, index, 3, {}.__getitem__)


def test_a_tile_cut_short_is_noticed() -> None:
    find = lookup_in(lambda *_: bytes(32))
    assert "too narrow" in refused(find, (1, 0))


def test_open_tiles_of_another_size_are_noticed() -> None:
    tiles = OpenTiles()
    tiles.take(Frontier().append([b"x"] * 300), first=0, size=300)
    assert tiles.frontier(300).size == 300
    for size in (299, 301, 44, 556):
        assert "does not have its size" in refused(tiles.frontier, size)


@pytest.mark.parametrize("tile", [(-1, 0), (8, 0), (0, -1), (0, 0, 0), (0, 0, 257)])
def test_there_are_tiles_that_cannot_be(tile: tuple[int, ...]) -> None:
    refused(tile_path, *tile)
