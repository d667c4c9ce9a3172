"""The specification names the code's bounds, reasons, offsets and domain tags."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from comity.envelope import Why, layout, limits, merkle

ROOT = Path(__file__).parents[3]
SPEC = (ROOT / "docs" / "spec" / "envelope.md").read_text(encoding="utf-8")


def _section(title: str) -> str:
    return SPEC.split(f"\n## {title}", 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize(
    ("bound", "value"),
    [
        ("recipients", limits.RECIPIENTS_MAX),
        ("routing", limits.ROUTING_BYTES_MAX),
        ("plaintext", limits.BUCKETS_BYTES[-1]),
        ("sealed body", limits.BODY_BYTES_MAX),
        ("envelope", limits.ENVELOPE_BYTES_MAX),
        ("clock skew", limits.SKEW_MS_MAX),
        ("lifetime", limits.LIFETIME_MS_MAX),
    ],
)
def test_a_bound_is_the_codes(bound: str, value: int) -> None:
    assert re.search(rf"^\| {bound} \| {value:,}( bytes| ms)? \|", _section("Bounds"), re.MULTILINE)


def test_every_bucket_is_named() -> None:
    sealing = _section("Sealing")
    assert [size for size in limits.BUCKETS_BYTES if str(size) not in sealing] == []


def test_every_reason_is_explained_and_every_name_is_a_reason() -> None:
    rows = [row.split("|")[1] for row in _section("Errors").splitlines() if row.startswith("| ")]
    named = [name for row in rows for name in re.findall(r"[A-Z][A-Z_]+", row)]
    assert sorted(named) == sorted(Why.__members__)
    checks = re.findall(r"[A-Z][A-Z_]+", _section("Checks, in order"))
    assert set(checks) - {"CEK", "CMT", "RFC"} == set(Why.__members__)


def test_the_header_table_adds_up_to_the_codes_layout() -> None:
    rows = re.findall(r"^\| (\d+) \| (\d+) \|", _section("Header, 256 bytes"), re.MULTILINE)
    ends = [int(at) + int(size) for at, size in rows]
    assert [int(at) for at, _ in rows] == [0, *ends[:-1]]
    assert ends[-1] == layout.HEADER.size
    assert len(rows) == len(layout.Header._fields)
    packed = layout.HEADER.unpack(bytes(layout.HEADER.size))
    sizes = [int(size) for _, size in rows]
    assert [len(field) for field in packed if isinstance(field, bytes)] == [
        size for size, field in zip(sizes, packed, strict=True) if isinstance(field, bytes)
    ]


def test_every_domain_tag_of_the_code_is_in_the_specification() -> None:
    code = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "comity" / "envelope").glob("*.py")
    )
    tags = set(re.findall(r'b"(CMT1-[a-z0-9-]+)"', code))
    assert len(tags) == 8
    assert [tag for tag in tags if tag not in SPEC] == []
    assert all(len(tag) <= 16 for tag in tags)


def test_the_path_length_is_found_as_written() -> None:
    code = _section("Delivered form").split("length(index, n):", 1)[1].split("return p", 1)[0]
    assert "while last > 0" in code
    for size in range(1, limits.RECIPIENTS_MAX + 1):
        for index in range(size):
            length, at, last = 0, index, size - 1
            while last > 0:
                if at % 2 or at != last:
                    length += 1
                at, last = at >> 1, last >> 1
            assert length == merkle.path_length(index, size)
