"""The answer floor: whatever a search took, its answer leaves at a multiple of the floor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.exchange.floor import pause_s


@given(taken_s=st.floats(0, 60), floor_s=st.floats(0.001, 5))
def test_an_answer_leaves_at_the_next_multiple(taken_s: float, floor_s: float) -> None:
    pause = pause_s(taken_s, floor_s=floor_s)
    floors = (taken_s + pause) / floor_s
    assert floors >= 0.999
    assert floors == pytest.approx(round(floors), abs=1e-6)
    assert 0 <= pause <= floor_s * 1.000001


@given(taken_s=st.floats(0, 60))
def test_without_a_floor_nothing_waits(taken_s: float) -> None:
    assert pause_s(taken_s, floor_s=0) == 0
