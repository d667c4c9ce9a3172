"""Of one kind of line so many are written in a minute, and then how many were left out."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys

from comity.faults import record_fault
from comity.logs import KINDS_MAX, LINES_MAX, WINDOW_S, BoundedLines, about

REFUSED = "query of %s refused: %s"


class Log:
    """A log with a clock of its own, and what stands in it."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.text = io.StringIO()
        self.handler = BoundedLines(self.text, lambda: self.now_s)

    def refused(self, member: str, times: int = 1, level: int = logging.INFO) -> None:
        for number in range(times):
            made = logging.makeLogRecord(
                {"name": "gateway", "levelno": level, "msg": REFUSED, "args": (member, number)}
                | about(member)
            )
            self.handler.handle(made)

    @property
    def lines(self) -> list[str]:
        return self.text.getvalue().splitlines()


def test_a_member_that_is_refused_without_end_fills_no_log_and_hides_nobody() -> None:
    log = Log()
    log.refused("FR-PJ", 10_000)
    log.refused("DE-LP", 2)
    mine = [line for line in log.lines if "FR-PJ" in line]
    assert mine == [f"query of FR-PJ refused: {number}" for number in range(LINES_MAX)]
    assert log.lines[-2:] == ["query of DE-LP refused: 0", "query of DE-LP refused: 1"]


def test_how_many_were_left_out_is_told_with_the_next_line_and_counting_begins_anew() -> None:
    log = Log()
    log.refused("FR-PJ", LINES_MAX + 7)
    log.now_s = WINDOW_S - 1
    log.refused("DE-LP")
    assert not [line for line in log.lines if "left out" in line]
    log.now_s = WINDOW_S
    log.refused("GB-CA")
    assert log.lines[-2:] == [
        f"left out: 7 more lines like '{REFUSED}' FR-PJ",
        "query of GB-CA refused: 0",
    ]
    log.refused("FR-PJ")
    assert log.lines[-1] == "query of FR-PJ refused: 0"


def test_what_is_left_to_tell_at_the_end_is_told_then() -> None:
    log = Log()
    log.refused("FR-PJ", LINES_MAX + 1)
    log.handler.close()
    assert log.lines[-1] == f"left out: 1 more lines like '{REFUSED}' FR-PJ"


def test_kinds_are_bounded_and_those_beyond_share_one_count() -> None:
    log = Log()
    for number in range(KINDS_MAX + LINES_MAX + 50):
        log.refused(f"member-{number}")
    assert len(log.lines) == KINDS_MAX + LINES_MAX
    assert len(log.handler._windows) == KINDS_MAX + 1


def test_a_fault_that_somebody_repeats_hides_no_other_fault() -> None:
    log = Log()
    faults = logging.getLogger("comity.faults")
    faults.addHandler(log.handler)
    try:
        for _ in range(LINES_MAX * 2):
            _caught(ValueError())
        reference = _caught(KeyError())
    finally:
        faults.removeHandler(log.handler)
    assert len(log.lines) == LINES_MAX + 1
    assert reference in log.lines[-1]


def _caught(error: Exception) -> str:
    try:
        raise error
    except (ValueError, KeyError) as caught:
        return record_fault(caught)


def test_grpc_says_nothing_of_its_own_about_handshakes_that_fail() -> None:
    """It says it in every process of ours; an operator who wants to know can have it."""
    script = (
        "import sys\n"
        "from comity.logs import quiet_transport\n"
        "assert 'grpc' not in sys.modules\n"
        "quiet_transport()\n"
        "from tests.simulators.handshakes import fail\n"
        "fail(5)\n"
    )
    environment = {name: its for name, its in os.environ.items() if name != "GRPC_VERBOSITY"}
    told = {
        line: subprocess.run(
            [sys.executable, "-c", script],
            env=environment | line_of(line),
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        ).stderr.count("Handshake failed")
        for line in ("", "INFO")
    }
    assert told == {"": 0, "INFO": 5}


def line_of(verbosity: str) -> dict[str, str]:
    return {"GRPC_VERBOSITY": verbosity} if verbosity else {}
