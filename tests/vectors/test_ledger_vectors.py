"""Trees, notes, cosignatures and proofs as others published them.

* Merkle trees: the eight leaves of Certificate Transparency's own tests, with their roots and proofs
  (github.com/transparency-dev/merkle, ``testonly/constants.go`` and ``proof/verify_test.go``), which hold
  for RFC 6962 and RFC 9162 alike.
* Signed notes: the example of Go's ``golang.org/x/mod/sumdb/note`` with its private key, and what its
  tests refuse (``note_test.go``).
* The examples of C2SP's ``signed-note.md`` and ``tlog-cosignature.md`` (github.com/C2SP/C2SP); the
  specifications do not publish their keys, so they are read, not verified.
* Tile names: C2SP ``tlog-tiles.md``.
* Verifier keys of cosigners: github.com/transparency-dev/formats, ``note/note_cosigv1_test.go``.
"""

# ruff: noqa: E501 - signed lines stand as they were published
from __future__ import annotations

import base64

import pytest

from comity.envelope.keys import SigningSecret
from comity.envelope.merkle import EMPTY_ROOT, leaf_hash, verify_path
from comity.ledger.checkpoint import parse_checkpoint
from comity.ledger.errors import LedgerError
from comity.ledger.note import parse_note, parse_vkey, sign_note, verify_note
from comity.ledger.tiles import tile_path
from comity.ledger.tree import Frontier, Node, consistency_path, inclusion_path, verify_consistency

LEAVES = [
    bytes.fromhex(one)
    for one in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# Leaf's index, size, path.
INCLUSION = [
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
# Old size, new size, proof.
CONSISTENCY = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
    (
        6,
        7,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
]


def nodes(size: int = len(LEAVES)) -> dict[Node, bytes]:
    return Frontier().append(LEAVES[:size])


def unhex(path: list[str]) -> list[bytes]:
    return [bytes.fromhex(one) for one in path]


@pytest.mark.parametrize("size", range(9))
def test_roots(size: int) -> None:
    tree = Frontier()
    tree.append(LEAVES[:size])
    assert tree.root().hex() == ROOTS[size]


def test_the_empty_root() -> None:
    assert EMPTY_ROOT.hex() == ROOTS[0]


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_inclusion_proofs(index: int, size: int, path: list[str]) -> None:
    assert inclusion_path(index, size, nodes(size).__getitem__) == unhex(path)
    root = bytes.fromhex(ROOTS[size])
    assert verify_path(index, size, leaf_hash(LEAVES[index]), unhex(path), root)


@pytest.mark.parametrize(("old", "new", "proof"), CONSISTENCY)
def test_consistency_proofs(old: int, new: int, proof: list[str]) -> None:
    assert consistency_path(old, new, nodes(new).__getitem__) == unhex(proof)
    roots = {"old_root": bytes.fromhex(ROOTS[old]), "new_root": bytes.fromhex(ROOTS[new])}
    assert verify_consistency(old, new, proof=unhex(proof), **roots)


@pytest.mark.parametrize(("old", "new"), [(1, 0), (2, 1), (1, 2), (9, 8), (-1, 4)])
def test_an_empty_proof_of_different_trees_is_refused(old: int, new: int) -> None:
    assert not verify_consistency(old, new, old_root=bytes(32), new_root=bytes(32), proof=[])


# --- notes ------------------------------------------------------------------------------------------

PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_PRIVATE = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER_LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
ENOCH_LINE = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"


def test_gos_note_is_signed_byte_for_byte() -> None:
    secret = SigningSecret.from_seed(base64.b64decode(PETER_PRIVATE)[1:])
    assert sign_note(TEXT, "PeterNeumann", secret) == f"{TEXT}\n{PETER_LINE}"


@pytest.mark.parametrize("vkey", [PETER, ENOCH])
def test_gos_note_verifies_under_each_of_its_keys(vkey: str) -> None:
    note = parse_note(f"{TEXT}\n{PETER_LINE}{ENOCH_LINE}".encode())
    assert verify_note(note, parse_vkey(vkey)) == TEXT


def test_a_note_that_another_key_signed_is_refused() -> None:
    with pytest.raises(LedgerError, match="without this key"):
        verify_note(parse_note(f"{TEXT}\n{ENOCH_LINE}".encode()), parse_vkey(PETER))


@pytest.mark.parametrize(
    "note",
    [
        TEXT,
        TEXT + "\n",
        f"{TEXT}\n{PETER_LINE[:-1]}",
        f"\x01{TEXT}\n{PETER_LINE}",
        f"{TEXT}\n{PETER_LINE.replace('PeterNeumann', 'Bad Name')}",
        f"{TEXT}\n{PETER_LINE}Unexpected line.\n",
        f"{TEXT}\n{PETER_LINE * 101}",
        f"{TEXT}\n{PETER_LINE[:60]}ABCD{PETER_LINE[60:]}",
    ],
)
def test_what_gos_tests_refuse_is_refused(note: str) -> None:
    with pytest.raises(LedgerError):
        verify_note(parse_note(note.encode()), parse_vkey(PETER))
    with pytest.raises(LedgerError):
        parse_note(b"\xff" + note.encode())


def test_no_part_of_a_verifier_key_is_one() -> None:
    for start in range(len(PETER)):
        for end in range(start + 1, len(PETER) + 1):
            if (start, end) != (0, len(PETER)):
                with pytest.raises(LedgerError):
                    parse_vkey(PETER[start:end])


@pytest.mark.parametrize(
    "vkey",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "rekor.sigstore.dev+12345678+THIS_IS_NOT_BASE64!",
        "bananas.sigstore.dev+12344556",
        "rekor.sigstore.dev+12345678+AwEB",
    ],
)
def test_keys_of_the_wrong_length_kind_or_id_are_refused(vkey: str) -> None:
    with pytest.raises(LedgerError):
        parse_vkey(vkey)


def test_keys_of_logs_and_of_cosigners_are_told_apart() -> None:
    log = parse_vkey("TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6")
    witness = parse_vkey("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2")
    assert (log.algorithm, witness.algorithm) == (1, 4)


QUASIMODO = """Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
"""
SOFA = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""


def test_a_note_may_hold_empty_lines() -> None:
    note = parse_note(QUASIMODO.encode())
    assert note.text.endswith("\n\ned è subito sera.\n")
    assert [one.name for one in note.signatures] == ["quasimodo.example/salvatore"]


def test_the_specifications_cosigned_checkpoint_is_read() -> None:
    note = parse_note(SOFA.encode())
    head = parse_checkpoint(note.text)
    assert (head.origin, head.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert head.text() == note.text
    witness = note.signatures[1]
    assert witness.key_id.hex() == "8d66cf3f"
    # The time in the specification's signed message.
    assert int.from_bytes(witness.blob[:8], "big") == 1_679_315_147


@pytest.mark.parametrize(
    ("tile", "name"),
    [
        ((0, 0), "tile/0/000"),
        ((1, 1_234_067), "tile/1/x001/x234/067"),
        ((0, 1_234_067, 12), "tile/0/x001/x234/067.p/12"),
        ((7, 999), "tile/7/999"),
        ((0, 1000), "tile/0/x001/000"),
    ],
)
def test_tile_names(tile: tuple[int, ...], name: str) -> None:
    assert tile_path(*tile) == name
