"""The hub and its crosswalks: codes exist, the list of 2002/584/JHA is covered, families know every word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from comity.rulings import PolicyError
from comity.rulings.offences import EAW_LIST_MAX, read_offences
from tests.simulators.law import POLICIES, shipped

if TYPE_CHECKING:
    from pathlib import Path

OFFENCES = read_offences(POLICIES / "offences.csv")
# Sections of ICCS 1.0, and open categories of the ECRIS table.
ICCS_SECTIONS = {f"{number:02}" for number in range(1, 12)}
ECRIS_CATEGORIES = {f"{number:02}" for number in range(1, 29)}


def test_every_place_on_the_list_has_a_word() -> None:
    assert {one.eaw for one in OFFENCES.values() if one.eaw} == set(range(1, EAW_LIST_MAX + 1))


def test_a_deeper_code_lies_in_a_section_or_category_that_there_is() -> None:
    for one in OFFENCES.values():
        assert not one.iccs or one.iccs[:2] in ICCS_SECTIONS, one.word
        assert not one.ecris or one.ecris[:2] in ECRIS_CATEGORIES, one.word


def test_the_conduct_is_classified_below_the_section_wherever_there_is_a_division_for_it() -> None:
    shallow = {one.word for one in OFFENCES.values() if len(one.iccs) == 2}
    assert shallow == {"environmental-crime"}  # a section of its own
    unmapped = {one.word for one in OFFENCES.values() if not one.ecris}
    assert unmapped == {
        "administrative-offence", "adultery", "defamation", "dissent", "insult-of-the-state", "none",
        "private-debt", "sanctions-evasion", "unlawful-assembly",
    }  # fmt: skip


def test_every_offence_belongs_to_a_family_that_rows_name() -> None:
    belongs = {member for member, _ in shipped("core").law.links["g2"]}
    assert set(OFFENCES) - belongs == {"none"}


def test_the_table_says_which_codes_were_compared_with_a_public_copy() -> None:
    """What was read: definitions that quote ICCS, and the first categories of the ECRIS table."""
    iccs = {one.word: one.iccs for one in OFFENCES.values() if "iccs" in one.checked}
    read = {"0101", "020221", "020222", "0204", "0210", "0803"}
    assert set(iccs.values()) == read
    assert (iccs["hostage-taking"], iccs["illegal-restraint"]) == ("020222", "020222")
    ecris = {one.ecris for one in OFFENCES.values() if "ecris" in one.checked}
    assert ecris == {"0101", "0102", "0103", "0200", "0300", "0303", "0400", "0401", "0403"}
    assert {
        one.ecris[:2] for one in OFFENCES.values() if one.ecris[:2] in ("01", "02", "03", "04")
    } == {one[:2] for one in ecris}


def test_a_claim_to_have_been_checked_names_what_was(tmp_path: Path) -> None:
    file = tmp_path / "offences.csv"
    file.write_text("offence,iccs,ecris,eaw,checked\ntheft,0502,1701,-,eaw\n", "utf-8")
    with pytest.raises(PolicyError, match="neither"):
        read_offences(file)
    file.write_text("offence,iccs,ecris,eaw\ntheft,0502,1701,-\n", "utf-8")
    assert read_offences(file)["theft"].checked == frozenset()
