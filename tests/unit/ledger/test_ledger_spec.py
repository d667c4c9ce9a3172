"""The specification's example, computed a second time without our code, and its bounds."""

from __future__ import annotations

import base64
import re
from hashlib import blake2b, sha256
from pathlib import Path

import pytest
from nacl.signing import SigningKey, VerifyKey

from comity.ledger import entry, note, proof, verify_opened
from comity.ledger.checkpoint import Verifier
from comity.store import ledger_schema

SPEC = (Path(__file__).parents[3] / "docs" / "spec" / "ledger.md").read_text("utf-8")
EXAMPLE = SPEC.split("\n## Worked example", 1)[1]
BLOCKS = re.findall(r"```\n(.*?)```", EXAMPLE, re.DOTALL)
ROW = re.compile(
    r"^\| (\d) \| (\d+) \| `(..)` × 32 \| `(\S+)` \| `(\S+)` \| `([0-9a-f]+)` \|$", re.MULTILINE
)


def written(at_ms: str, byte: str, kind: str, details: str) -> bytes:
    """An entry's bytes by the table alone."""
    head = int(at_ms).to_bytes(8, "big") + bytes.fromhex(byte) * 32
    return head + bytes([len(kind)]) + kind.encode() + details.encode()


def leaf_of(data: bytes, number: int) -> bytes:
    salt = bytes([0xA0 + number]) * 32
    return b"\x01" + blake2b(data, key=salt, digest_size=32).digest()


def root_of(leaves: list[bytes]) -> bytes:
    """Three leaves: the first two below one node."""
    first, second, third = (sha256(b"\0" + leaf).digest() for leaf in leaves)
    return sha256(b"\1" + sha256(b"\1" + first + second).digest() + third).digest()


def test_the_example_is_what_the_page_says_it_is() -> None:
    rows = ROW.findall(EXAMPLE)
    assert len(rows) == 3
    entries = [written(*row[1:5]) for row in rows]
    leaves = [leaf_of(data, number) for number, data in enumerate(entries)]
    assert [leaf.hex() for leaf in leaves] == [row[5] for row in rows]
    in_full, vkey, head, receipt = BLOCKS
    assert entries[1].hex() == in_full.strip()
    text, line = head.split("\n\n")
    origin, size, root = text.split("\n")
    assert (size, base64.b64decode(root)) == ("3", root_of(leaves))
    name, identity, public = vkey.strip().split("+", 2)
    assert name == origin
    key = base64.b64decode(public)
    assert sha256(f"{name}\n".encode() + key).digest()[:4].hex() == identity
    assert bytes(SigningKey(bytes(range(32))).verify_key) == key[1:]
    blob = base64.b64decode(line.split(" ")[2])
    assert blob[:4].hex() == identity
    VerifyKey(key[1:]).verify(f"{text}\n".encode(), blob[4:])
    assert receipt.endswith(head)


def test_our_code_agrees_with_the_example() -> None:
    _, vkey, head, receipt = BLOCKS
    found = verify_opened(receipt.encode(), key=vkey.strip())
    row = ROW.findall(EXAMPLE)[1]
    assert (found.position, found.said.at_ms) == (int(row[0]), int(row[1]))
    assert (found.said.kind, found.said.details.decode()) == (row[3], row[4])
    assert found.head == Verifier(vkey.strip()).checkpoint(head.encode())


@pytest.mark.parametrize(
    ("what", "bound"),
    [
        ("details", f"{entry.DETAILS_BYTES_MAX:,} bytes"),
        ("kind", f"{entry.KIND_BYTES_MAX} bytes"),
        ("note", f"{note.NOTE_BYTES_MAX:,} bytes, {note.SIGNATURES_MAX} signatures"),
        ("path", f"{proof.PATH_MAX} hashes"),
        (
            "receipt",
            f"{proof.RECEIPT_BYTES_MAX:,} bytes; with an opening {proof.OPENED_BYTES_MAX:,}",
        ),
    ],
)
def test_a_bound_is_the_codes(what: str, bound: str) -> None:
    assert f"| {what} | {bound} |" in SPEC


def test_the_tables_are_the_databases() -> None:
    for table in ledger_schema.metadata.sorted_tables:
        told = re.search(rf"^\| `{table.name}` \| (.*) \|$", SPEC, re.MULTILINE)
        assert told is not None
        assert re.findall(r"`(\w+)`", told[1]) == [column.name for column in table.columns]
