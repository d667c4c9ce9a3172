"""Fingers are compared by what an agency plugs in; a record that is none never reaches it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from comity.errors import StartError
from node.matching import fingerprints
from node.matching.fingerprints import Fingers
from node.matching.found import Band
from node.records import normalise
from node.records.record import RecordId
from tests.simulators.prints import minutiae_record

if TYPE_CHECKING:
    from collections.abc import Iterator

PROBE = minutiae_record(20)


class Shared:
    """Counts minutiae in common: enough to show the way, no comparer."""

    name = "shared minutiae 1"
    threshold = 0.5

    def compare(self, probe: bytes, template: bytes) -> float:
        assert normalise.minutiae(template)
        ours, theirs = (
            {one[at : at + 6] for at in range(28, len(one) - 2, 6)} for one in (probe, template)
        )
        return len(ours & theirs) / max(len(ours), len(theirs))


@dataclass(frozen=True)
class Held:
    """Templates by record."""

    held: dict[int, str]

    def templates(self) -> Iterator[tuple[RecordId, str]]:
        for number, template in self.held.items():
            yield RecordId(number), template


def held(**prints: bytes) -> Held:
    return Held({int(key[1:]): base64.b64encode(one).decode() for key, one in prints.items()})


def test_the_finger_is_found_and_others_are_not() -> None:
    store = held(r1=minutiae_record(20, seed=9), r2=PROBE, r3=minutiae_record(14))
    found = Fingers(store, Shared()).search(PROBE, 5)
    assert [one.record_id for one in found.candidates] == [2, 3]
    best = found.candidates[0]
    assert (best.score, best.band) == (1.0, Band.PROBABLE)
    assert best.matched_on == {"biometric.template"}
    assert best.reasons == ("minutiae compared by shared minutiae 1",)


def test_more_than_the_limit_are_not_listed() -> None:
    store = held(r1=PROBE, r2=PROBE, r3=PROBE)
    found = Fingers(store, Shared()).search(PROBE, 2)
    assert len(found.candidates) == 2
    assert found.more


def test_a_broken_template_of_the_register_is_passed_over() -> None:
    store = Held({1: "not base64!", 2: base64.b64encode(b"FMR\0").decode()})
    assert Fingers(store, Shared()).search(PROBE, 5).candidates == ()


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"FMR\0 20\0",
        PROBE[:-1],
        PROBE + b"\0",
        PROBE.replace(b"FMR\0", b"FMR\1"),
        PROBE[:22] + b"\xff" + PROBE[23:],  # 255 views
        PROBE[:27] + b"\xff" + PROBE[28:],  # more minutiae than there are
        PROBE[:-2] + b"\xff\xff",  # more extended data than there is
    ],
)
def test_a_record_that_lies_about_itself_is_none(record: bytes) -> None:
    assert normalise.minutiae(record) == 0


def test_a_sound_record_says_how_many_minutiae_it_has() -> None:
    assert normalise.minutiae(PROBE) == 20


class Point:
    def __init__(self, name: str, loads: object) -> None:
        self.name = name
        self._loads = loads

    def load(self) -> object:
        if isinstance(self._loads, Exception):
            raise self._loads
        return self._loads


def test_the_comparer_is_found_by_its_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    points: list[Point] = []
    monkeypatch.setattr(fingerprints, "entry_points", lambda group: points)  # noqa: ARG005
    assert fingerprints.installed() is None
    points.append(Point("one", Shared))
    found = fingerprints.installed()
    assert found is not None
    assert found.name == Shared.name
    points.append(Point("two", Shared))
    with pytest.raises(StartError, match="one, two"):
        fingerprints.installed()
    points[:] = [Point("broken", ImportError("no such library"))]
    with pytest.raises(StartError, match="does not load"):
        fingerprints.installed()
