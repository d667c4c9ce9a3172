"""The hub and its crosswalks: codes exist, the list of 2002/584/JHA is covered, families know every word."""

from __future__ import annotations

from comity.rulings.offences import EAW_LIST_MAX, read_offences
from tests.simulators.law import POLICIES, shipped

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
        "dissent", "insult-of-the-state", "none", "sanctions-evasion", "unlawful-assembly",
    }  # fmt: skip


def test_every_offence_belongs_to_a_family_that_rows_name() -> None:
    belongs = {member for member, _ in shipped("core").law.links["g2"]}
    assert set(OFFENCES) - belongs == {"none"}
