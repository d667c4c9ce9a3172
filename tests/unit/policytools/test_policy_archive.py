"""Files of law as one value: what cannot be a law's files is refused before anything is written."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from comity.envelope import SigningSecret
from comity.policytools.archive import (
    ARCHIVE_BYTES_MAX,
    Archive,
    ArchiveRefused,
    decoded,
    gathered,
)
from comity.policytools.replaying import (
    context_of,
    labels_from,
    labels_of,
    replay,
    request_from,
)
from comity.rulings.facts import Facts
from node.lawmaking.revision import (
    Floor,
    RevisionRefused,
    Statement,
    StoredRevision,
    believe,
    sign,
)
from tests.simulators.law import POLICIES, labels, request, shipped

if TYPE_CHECKING:
    from pathlib import Path

KEY = SigningSecret.from_seed(b"\x07" * 32)
FILES = {"vocabulary.toml": b"purposes = []\n", "core/release.csv": b"tier,id\n"}


def packed(*files: tuple[str, bytes]) -> bytes:
    told = b"".join(
        struct.pack(">HI", len(name), len(content)) + name.encode() + content
        for name, content in files
    )
    return b"comity/law/1\n" + told


def test_the_shipped_law_comes_back_as_it_was(tmp_path: Path) -> None:
    archive = gathered(POLICIES, ("core", "zz"))
    again = decoded(archive.encoded)
    assert again.digest == archive.digest
    assert again.packs == {"core", "zz"}
    again.unpack(tmp_path / "law")
    assert gathered(tmp_path / "law", ("core", "zz")).digest == archive.digest


@pytest.mark.parametrize(
    "name",
    [
        "../vocabulary.toml",
        "/etc/passwd.toml",
        "a/b/c.csv",
        "core/..csv",
        "core/x.py",
        "core/\n.csv",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(ArchiveRefused):
        decoded(packed((name, b"x"), ("vocabulary.toml", b"")))


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"comity/law/2\n",
        packed(("core/release.csv", b"x")),
        packed(("vocabulary.toml", b"x"), ("core/release.csv", b"x")),
        packed(("vocabulary.toml", b"x"), ("vocabulary.toml", b"y")),
        packed(("vocabulary.toml", b"x"))[:-1],
        b"comity/law/1\n" + struct.pack(">HI", 15, 1 << 31) + b"vocabulary.toml",
        b"comity/law/1\n" + b"x" * ARCHIVE_BYTES_MAX,
    ],
)
def test_what_is_cut_out_of_order_doubled_or_too_large_is_refused(encoded: bytes) -> None:
    with pytest.raises(ArchiveRefused):
        decoded(encoded)


def statement(**changes: object) -> Statement:
    told = {
        "sequence": 3,
        "draft_id": "0123456789ab",
        "digest": Archive(FILES).digest,
        "packs": ("core",),
        "author": "anna",
        "approvers": ("bert", "cleo"),
        "reason": "as the law changed",
        "publisher": "anna",
        "published_ms": 1,
        "effective_ms": 1,
        "previous": "",
    }
    return Statement(**{**told, **changes})  # type: ignore[arg-type]


def stored(**changes: object) -> StoredRevision:
    return sign(statement(**changes), Archive(FILES), KEY)


def test_a_revision_is_believed_when_signed_by_this_node_with_two_approvers() -> None:
    assert believe(stored(), KEY.public).statement == statement()


@pytest.mark.parametrize(
    ("forged", "says"),
    [
        (stored(approvers=("bert",)), "fewer than 2 people"),
        (stored(approvers=("bert", "bert")), "fewer than 2 people"),
        (stored(approvers=("anna", "bert")), "its author is among"),
        (stored(digest="0" * 64), "not those that were signed"),
        (sign(statement(), Archive(FILES), SigningSecret.generate()), "not this node's"),
        (
            StoredRevision(4, stored().statement, stored().signature, stored().archive, 0),
            "under another number",
        ),
        (
            StoredRevision(3, stored().statement, b"\0" * 63, stored().archive, 0),
            "not this node's",
        ),
        (
            StoredRevision(
                3, stored().statement.replace(b"cleo", b"emil"), stored().signature, b"", 0
            ),
            "not this node's",
        ),
        (
            StoredRevision(
                3,
                stored().statement,
                stored().signature,
                Archive({**FILES, "x.md": b""}).encoded,
                0,
            ),
            "not those that were signed",
        ),
    ],
)
def test_a_revision_that_is_not_right_in_everything_is_refused(
    forged: StoredRevision, says: str
) -> None:
    with pytest.raises(RevisionRefused, match=says):
        believe(forged, KEY.public)


def test_the_floor_never_falls(tmp_path: Path) -> None:
    floor = Floor(tmp_path / "sequence")
    assert floor.read() == 0
    floor.rise(5)
    floor.rise(3)
    assert Floor(tmp_path / "sequence").read() == 5


def test_a_recorded_context_comes_back_whole() -> None:
    asked = request(facts=Facts(confirmed=True, selectors=frozenset({"name"})), approval="judge")
    assert request_from(context_of(asked)) == asked
    assert labels_from(labels_of(labels("suspect", "minor"))) == labels("suspect", "minor")


def test_a_draft_is_tried_on_recorded_contexts_without_any_record() -> None:
    now = shipped("eu-member").mask(request(), labels())
    ruling = {
        "request": context_of(request()),
        "records": [
            {
                "labels": labels_of(labels()),
                "forms": {path: int(one.form) for path, one in now.items()},
            }
        ],
    }
    same = replay([ruling, {"policy": "old"}], shipped("eu-member"))
    assert (same.disclosures, same.without_context, len(same.changes)) == (2, 1, 0)
    other = replay([ruling], shipped("gb"))
    told = {kind.field: (kind.before, kind.after) for kind in other.changes}
    assert told["person.names"] == ("full", "hit")
    assert {kind.country for kind in other.changes} == {"FR"}
