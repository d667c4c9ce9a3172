"""A band of age is what the birth date allows, and never older than it."""

from __future__ import annotations

from datetime import date

import pytest

from node.records.ages import age_band, age_on, latest_day, may_be_minor

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("born", "band"),
    [
        ("1974-03-09", "50-59"),
        ("1974", "50-59"),
        ("1967", "50-59"),  # 58 or 59
        ("1966", "ADULT"),  # 59 or 60
        ("1996-11-26", "30-39"),
        ("1996-11-27", "20-29"),
        ("2008-11-26", "18-19"),
        ("2008-11-27", "MINOR"),
        ("2008", "MINOR"),  # eighteen or not yet
        ("2008-11", "MINOR"),
        ("2026", "MINOR"),
        ("2027", ""),
        ("1899", ""),
        ("", ""),
        ("unknown", ""),
        ("1974-13", ""),
    ],
)
def test_a_band_is_what_the_date_allows(born: str, band: str) -> None:
    assert age_band(born, TODAY) == band


def test_whoever_is_marked_a_minor_is_in_no_other_band() -> None:
    for year in range(1900, 2027):
        for born in (str(year), f"{year}-11", f"{year}-11-26", f"{year}-11-27"):
            band = age_band(born, TODAY)
            if band:
                assert (band == "MINOR") == may_be_minor(born, TODAY)
            youngest = latest_day(born)
            if band[:1].isdigit() and youngest:
                first, last = map(int, band.split("-"))
                assert first <= age_on(youngest, TODAY) <= last
