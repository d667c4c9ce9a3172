"""A row begins and ends on its day while the node runs: nobody restarts anything, nobody swaps the law."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

from comity.clock import ManualClock
from comity.rulings import Form, Policies, RecordLabels, load_bundle
from node.policy.law import Law
from tests.simulators.car_question import QUESTION, ROUTING
from tests.simulators.law import vocabulary, written
from tests.simulators.relay_desk import Desk

if TYPE_CHECKING:
    from pathlib import Path

COLOUR = "vehicle.colour"
RELEASE = f"""tier,id,field,form,effect,from,until,law,sentence
grant,COLOUR-WEEK,{COLOUR},<=full,allow,2026-11-25,2026-12-01,LED 8,For a week colours are told.
jurisdiction,COLOUR-PAUSE,{COLOUR},any,deny,2026-11-28,2026-11-28,LED 8,For a day in it they are not.
default,DEFAULT-DENY,*,any,deny,-,-,LED 8,Nothing else leaves.
"""
ASK = """tier,id,effect,from,until,law,sentence
bar,ASK-PAUSE,deny,2026-11-28,2026-11-28,LED 8,For a day nobody asks.
grant,ASK-ALL,allow,-,-,LED 8,Everybody asks.
default,ASK-NO,deny,-,-,LED 8,Nobody asks anything.
"""
GROUPS = "kind,member,of\nagency,FR,eu\nagency,DE,eu\n"
CAR = RecordLabels("vehicle", "object")


def ms(day: int, hour: int = 0, minute: int = 0, month: int = 11) -> int:
    return int(datetime(2026, month, day, hour, minute, tzinfo=UTC).timestamp() * 1000)


def test_a_row_is_in_force_within_a_minute_of_its_day_and_no_longer_after_its_last(
    tmp_path: Path,
) -> None:
    folders = written(tmp_path, release=RELEASE, ask=ASK, groups=GROUPS)
    clock = ManualClock(ms(24, 12))
    held = SimpleNamespace(current=Desk.directory_of(("FR-PJ", "DE-LP"), clock.now_ms()))
    law = Law(
        agency="DE-LP",
        policies=Policies(load_bundle(folders, vocabulary=vocabulary())),
        directories=held,  # type: ignore[arg-type]  # what is asked of it
        clock=clock,
    )

    def told() -> tuple[str, bool]:
        """What decides about the colour, and whether the question is barred."""
        ruling = law.view(ROUTING, QUESTION).mask(CAR)[COLOUR]
        assert (ruling.form is Form.FULL) == (ruling.row == "COLOUR-WEEK")
        return ruling.row, law.accept(ROUTING, QUESTION) is not None

    for moment, row, barred in (
        (ms(24, 23, 59), "DEFAULT-DENY", False),
        (ms(25), "COLOUR-WEEK", False),
        (ms(27, 23, 59), "COLOUR-WEEK", False),
        (ms(28), "COLOUR-PAUSE", True),
        (ms(28, 23, 59), "COLOUR-PAUSE", True),
        (ms(29), "COLOUR-WEEK", False),
        (ms(1, 23, 59, month=12), "COLOUR-WEEK", False),
        (ms(2, month=12), "DEFAULT-DENY", False),
    ):
        clock.advance(seconds=(moment - clock.now_ms()) / 1000)
        assert told() == (row, barred), moment
