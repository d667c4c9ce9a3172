"""Marks that name a country: one that nobody can read is never the laxer for it."""

from __future__ import annotations

import pytest

from comity.rulings import Facts, Form
from tests.simulators.law import labels, request, shipped, use

ABROAD = {"agency": "ZZ-IM", "country": "ZZ", "instrument": "INTERPOL-RPD"}


@pytest.mark.parametrize(
    "marking", ["closed-to:IRN", "closed-to:Iran", "closed-to:zz", "closed-to:"]
)
@pytest.mark.parametrize("pack", ["eu-member", "us", "interpol"])
def test_what_is_closed_to_a_country_that_nobody_can_read_is_closed_to_all(
    pack: str, marking: str
) -> None:
    """Without it, a hit would leave to the very country that the owner meant."""
    bundle = shipped(pack)
    assert bundle.mask(request(**ABROAD), labels("wanted")).best >= Form.HIT
    assert bundle.mask(request(**ABROAD), labels("wanted", marking)).best is Form.NOTHING


@pytest.mark.parametrize("marking", ["refugee-from:SYR", "refugee-from:Syria"])
def test_who_fled_a_country_that_nobody_can_read_is_a_refugee(marking: str) -> None:
    mask = shipped("eu-member").mask(request(**ABROAD), labels("suspect", marking))
    assert mask.best is Form.NOTHING


def test_what_is_addressed_to_one_country_is_there_for_no_other_also_without_the_second_label() -> (
    None
):
    bundle = shipped("eu-member")
    assert bundle.mask(request(), labels("suspect", "addressed-to:DE")).best is Form.NOTHING
    assert bundle.mask(request(), labels("suspect", "addressed-to:FR")).best is Form.FULL


@pytest.mark.parametrize(
    ("country", "told"), [("GB", True), ("FR", False), ("", False), ("unknown", False)]
)
def test_what_is_closed_to_a_country_is_passed_on_to_no_place_that_nobody_knows(
    country: str, *, told: bool
) -> None:
    facts = Facts(receiver_kind="private-body", owner_consent=True)
    asked = use(
        receiver="Some Bank",
        receiver_country=country,
        purpose="INVESTIGATE",
        approval="judge",
        facts=facts,
    )
    assert shipped("eu-member").onward(asked, labels("suspect", "closed-to:FR")).allowed is told


def test_nobody_is_a_member_because_somebody_says_so() -> None:
    facts = Facts(receiver_kind="member", owner_consent=True)
    told = {
        receiver: shipped("eu-member").onward(
            use(receiver=receiver, receiver_country="GB", purpose="INVESTIGATE", facts=facts),
            labels("wanted"),
        )
        for receiver in ("GB-CA", "Some Bank")
    }
    assert [one.allowed for one in told.values()] == [True, False]
