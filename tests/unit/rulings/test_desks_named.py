"""Of a victim whose owner allows it a desk may be named, but never where anything else hides the record."""

from __future__ import annotations

import pytest

from tests.simulators.law import NODE_PACKS, labels, request, shipped

HIDING = (
    *(
        "protected",
        "refugee-from:ZZ",
        "refugee",
        "closed-to:ZZ",
        "targeted",
        "covert",
        "discreet-check",
    ),
    *(
        "recalled",
        "delete-due",
        "misused-identity",
        "inaccurate",
        "endangers",
        "political-character",
    ),
    *("classified-secret", "classified-unknown", "not-compliant", "spent"),
)


def _desk(pack: str, *markings: str) -> str:
    asked = request(agency="ZZ-IM", country="ZZ", instrument="INTERPOL-RPD")
    return shipped(pack).mask(asked, labels("victim", "contact-desk", *markings)).contact


@pytest.mark.parametrize("pack", NODE_PACKS)
def test_a_desk_is_named_where_nothing_else_hides_the_record(pack: str) -> None:
    assert _desk(pack) == "child-unit"


@pytest.mark.parametrize("pack", NODE_PACKS)
@pytest.mark.parametrize("marking", HIDING)
def test_no_desk_is_named_of_what_another_mark_hides(pack: str, marking: str) -> None:
    """Naming it would tell that there is a record that is neither confirmed nor denied."""
    assert not _desk(pack, marking)


def test_nor_of_what_its_source_withholds_from_everybody() -> None:
    assert not _desk("interpol", "originator-controlled")
