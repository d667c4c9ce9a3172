"""What an approval would change is told only where nothing that is not told had its say in it."""

from __future__ import annotations

import pytest

from comity.rulings import Form, ReasonCode
from comity.rulings.stock import stock
from tests.simulators.law import labels, request, shipped

NAMES = "person.names"


@pytest.mark.parametrize("hidden", ["originator-controlled", "third-party"])
def test_a_hidden_label_beside_a_told_one_is_not_given_away_by_what_no_approval_lifts(
    hidden: str,
) -> None:
    """H3 gives way to a supervisor; that nothing would, beside it, would say that more stands in the way."""
    for law in (shipped("eu-member"), stock(shipped("eu-member"))):
        plain = law.mask(request(), labels("suspect", "H3"))[NAMES]
        assert (plain.form, plain.row, plain.capped_by) == (Form.HIT, "EU-SUSPECT-ID", "REC-H3")
        assert plain.tell
        assert plain.needs is not None
        both = law.mask(request(), labels("suspect", "H3", hidden))[NAMES]
        assert (both.form, both.capped_by) == (Form.HIT, "REC-H3")
        assert not both.tell
        assert both.reason is ReasonCode.UNAVAILABLE


def test_a_hidden_label_that_gives_way_to_the_same_approval_changes_nothing_that_is_told() -> None:
    law = shipped("eu-member")
    plain = law.mask(request(), labels("suspect", "H3"))[NAMES]
    both = law.mask(request(), labels("suspect", "H3", "unknown-mark"))[NAMES]
    assert (both.reason, both.tell, both.needs) == (plain.reason, plain.tell, plain.needs)


def test_what_is_hidden_in_several_ways_looks_alike() -> None:
    law = shipped("eu-member")
    told = {
        (ruling.reason, ruling.tell)
        for marks in (
            ("H3", "originator-controlled"),
            ("H3", "third-party"),
            ("originator-controlled",),
            ("third-party",),
        )
        for ruling in [law.mask(request(), labels("suspect", *marks))[NAMES]]
    }
    assert told == {(ReasonCode.UNAVAILABLE, False)}
