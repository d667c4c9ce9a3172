"""Whoever waits for a proof can end it, though a solver takes the signal and only says that it gave up."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

import pytest

from comity.policytools import solver


def hard(timeout_ms: int) -> Any:
    """Thirteen pigeons in twelve holes, which takes a solver longer than anybody waits."""
    z3, holes = solver.z3(), range(12)
    asked = solver.solver()
    asked.set("timeout", timeout_ms)
    pigeons = [[z3.Bool(f"{pigeon}/{hole}") for hole in holes] for pigeon in range(13)]
    asked.add(*(z3.Or(one) for one in pigeons))
    for hole in holes:
        asked.add(z3.AtMost(*(one[hole] for one in pigeons), 1))
    return asked


def test_an_interrupted_question_ends_the_command_and_is_no_answer() -> None:
    asked = hard(solver.SOLVE_MS_MAX)
    ended = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    ended.start()
    with pytest.raises(KeyboardInterrupt):
        solver.verdict(asked)
    ended.join()


def test_a_question_whose_time_is_over_is_given_up_and_not_interrupted() -> None:
    assert solver.verdict(hard(50)) == "unknown"
