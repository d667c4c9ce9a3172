"""Machine-readable zones that others published as samples, right ones and wrong ones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from node.records import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENTS = Path(__file__).parents[2].parent / "shared" / "data" / "documents"
pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the folder ../shared/data is absent"),
]
# The layouts of ICAO 9303, and the one of the French identity card.
FILES = ("td1", "td2", "td3", "frenchNationalId")
SAMPLES_MIN = 25
# Fields whose digits this product checks; of the others it reads nothing.
CHECKED = ("documentNumberCheckDigit", "birthDateCheckDigit", "expirationDateCheckDigit")


class Sample(NamedTuple):
    """A zone, and what its publisher's own test expects of it."""

    lines: str
    number: str
    wrong: bool


def _published() -> Iterator[Sample]:
    for name in FILES:
        text = (DOCUMENTS / f"cheminfo_mrz_{name}.test.ts").read_text("utf-8")
        for block in re.split(r"\n  it\(", text)[1:]:
            told = re.search(r"documentNumber: '(\w+)'", block)
            wrong = "invalid check digit" in block and any(f"'{one}'" in block for one in CHECKED)
            zones = re.findall(r"\[\s*((?:'[A-Z0-9<]{30,44}',?\s*){2,3})\]", block)
            for zone in zones[:1]:  # a second one is the first, mended by that program
                lines = "\n".join(re.findall(r"[A-Z0-9<]{30,44}", zone))
                yield Sample(lines, told[1] if told else "", wrong)


def test_published_zones_are_read_as_their_publisher_reads_them() -> None:
    samples = list(_published())
    assert len(samples) >= SAMPLES_MIN - len(FILES)
    assert any(one.wrong for one in samples)
    for sample in samples:
        found = normalise.mrz(sample.lines)
        if sample.wrong:
            assert found is None, sample
            assert "check digit" in normalise.misread_mrz(sample.lines)
        elif sample.number:
            # A French number is told in three parts there; the last of them is the same.
            assert found is not None, sample
            assert found.number.endswith(sample.number)


def test_specimens_are_read_and_the_wrong_ones_are_told_why() -> None:
    text = (DOCUMENTS / "mrz_samples_icao.cs.txt").read_text("utf-8")
    zones = dict(re.findall(r'string (\w+) = @"([^"]+)"', text))
    for name, told in (
        ("UNKNOWN", "2 of 44 characters"),  # a sign short
        ("TD1_LONGER_DOCUMENT_ID", "check digit"),  # of the number, and of the day it ends
    ):
        wrong = zones.pop(name)
        assert normalise.mrz(wrong) is None
        assert told in normalise.misread_mrz(wrong)
    read = [normalise.mrz(zone) for zone in zones.values()]
    assert {found and found.number for found in read} == {"D23145890", "L898902C3", "L8988901C"}
