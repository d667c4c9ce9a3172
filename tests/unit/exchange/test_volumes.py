"""What each member asked within a day: counted by the hour, told by the steps that rules name."""

from __future__ import annotations

from comity.clock import ManualClock
from node.exchange.volumes import HOURS, Volumes

START_MS = 1_795_600_000_000


def test_each_member_and_each_kind_of_record_is_counted_by_itself() -> None:
    volumes = Volumes(ManualClock(START_MS))
    for _ in range(3):
        volumes.count("FR-PJ", "person")
    volumes.count("FR-PJ", "vehicle")
    assert volumes.reached("FR-PJ", "person", (1, 3, 5)) == 3
    assert volumes.reached("FR-PJ", "vehicle", (1, 3, 5)) == 1
    assert volumes.reached("GB-CA", "person", (1, 3, 5)) == 0
    assert volumes.reached("FR-PJ", "person", ()) == 0
    assert volumes.reached("FR-PJ", "person", (4,)) == 0


def test_a_day_later_it_is_forgotten_hour_by_hour() -> None:
    clock = ManualClock(START_MS)
    volumes = Volumes(clock)
    volumes.count("FR-PJ", "person")
    clock.advance(hours=1)
    volumes.count("FR-PJ", "person")
    clock.advance(hours=HOURS - 1)
    assert volumes.reached("FR-PJ", "person", (1, 2)) == 2
    clock.advance(hours=1)
    assert volumes.reached("FR-PJ", "person", (1, 2)) == 1
    clock.advance(hours=1)
    assert volumes.reached("FR-PJ", "person", (1, 2)) == 0


def test_what_is_kept_does_not_grow_with_what_is_asked() -> None:
    clock = ManualClock(START_MS)
    volumes = Volumes(clock)
    for _ in range(3 * HOURS):
        for _ in range(50):
            volumes.count("FR-PJ", "person")
        clock.advance(hours=1)
    assert len(volumes._hours) <= HOURS + 1
    assert sum(volumes._day.values()) <= (HOURS + 1) * 50


def test_a_clock_that_is_set_back_forgets_nothing() -> None:
    clock = ManualClock(START_MS)
    volumes = Volumes(clock)
    volumes.count("FR-PJ", "person")
    clock.advance(hours=-5)
    volumes.count("FR-PJ", "person")
    assert volumes.reached("FR-PJ", "person", (2,)) == 2
