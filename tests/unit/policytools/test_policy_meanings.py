"""A law that changes without a changed row says so: models, words, tables, instruments, coarser forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from comity.policytools.comparing import Compared, compare
from comity.policytools.meanings import SENTENCES_MAX
from comity.policytools.situations import given
from comity.policytools.tree import open_tree
from comity.rulings import Verb
from tests.simulators.law import POLICIES
from tests.simulators.policy_trees import changed, copied, row_of, run

if TYPE_CHECKING:
    from pathlib import Path


def against(root: Path, pack: str) -> Compared:
    """What a changed folder changes."""
    old, new = (open_tree(one / pack).bundle(("core", pack)) for one in (POLICIES, root))
    return compare(old, new, given(open_tree(root)))


@pytest.mark.parametrize(
    ("file", "was", "now", "says"),
    [
        (
            "penalties.csv",
            "CH,homicide,1200",
            "CH,homicide,0",
            "maximum penalty for homicide in CH: was 1,200 months, is none, no offence.",
        ),
        (
            "offences.csv",
            "homicide,0101",
            "homicide,0102",
            "offence homicide: ICCS was 0101, is 0102.",
        ),
        (
            "offences.csv",
            "arson,0504,1600,29,",
            "arson,0504,1600,-,",
            "offence arson: place on the list was 29, is -.",
        ),
        (
            "model/generalisations.csv",
            "person.birth_date,year",
            "person.birth_date,month",
            "person.birth_date is made coarser by month; it was by year.",
        ),
        (
            "model/generalisations.csv",
            "person.birth_date,year\n",
            "",
            "person.birth_date leaves coarser no more; it was made coarser by year.",
        ),
        (
            "instruments.toml",
            "from = 2024-12-12",
            "from = 2028-12-12",
            "instrument EU-2023-977: first day was 2024-12-12, is 2028-12-12.",
        ),
        (
            "instruments.toml",
            'purposes = ["ASSET_RECOVERY"]',
            'purposes = ["PREVENT"]',
            "reservations was ZZ for ASSET_RECOVERY, is ZZ for PREVENT",
        ),
        (
            "vocabulary.toml",
            '"VETTING", ',
            '"VETTING", "LEISURE", ',
            "new among the words for a purpose: LEISURE.",
        ),
        (
            "vocabulary.toml",
            '"driver", "employer",',
            '"driver",',
            "gone from the words for a relation, and unknown from then on: employer.",
        ),
        ("vocabulary.toml", 'US-FB = "US"', 'US-FB = "GB"', "member US-FB: was US, is GB."),
    ],
)
def test_what_rows_are_read_by_is_told_when_it_changes(
    tmp_path: Path, file: str, was: str, now: str, says: str
) -> None:
    root = copied(tmp_path)
    changed(root / file, (was, now))
    assert any(says in sentence for sentence in against(root, "zz").rows)


def test_a_model_that_reads_rows_the_other_way_round_is_told_with_its_lines(tmp_path: Path) -> None:
    """No row changes, and marks mean the opposite; it must not pass for a law that is the same."""
    root = copied(tmp_path)
    changed(root / "model" / "release.conf", ("&& marked(", "&& !marked("))
    found = against(root, "zz")
    (told,) = found.rows
    assert "the model of release is another" in told
    assert "new: && !marked(" in told
    assert found.exact.unproved == ("release: nothing is proved, the model is another.",)
    shown = run("diff", POLICIES / "zz", root / "zz", columns=400)
    assert "Nothing differs" not in shown.output
    assert "the model of release is another" in shown.output


def test_comments_and_layout_of_a_model_change_nothing(tmp_path: Path) -> None:
    root = copied(tmp_path)
    changed(
        root / "model" / "release.conf", ("&& marked(", "  &&   marked("), added="\n# a word more\n"
    )
    assert against(root, "zz").sentences == []


def test_a_penalty_shows_what_it_changes_for_the_offence_it_is_about(tmp_path: Path) -> None:
    """The sample is of the offences whose penalty changed; of others it would show nothing."""
    root = copied(tmp_path)
    changed(root / "penalties.csv", ("FR,homicide,1200", "FR,homicide,6"))
    found = against(root, "ch")
    assert any("CH-DUAL-MINOR applies to others" in told for told in found.rows)
    by = {one.row for one in found.changes}
    assert {"CH-DUAL-MINOR", "CH-PENALTY"} <= by
    assert all("the offence is homicide" in one.when for one in found.changes)


def test_codes_of_other_classifications_leave_the_proof_standing(tmp_path: Path) -> None:
    root = copied(tmp_path)
    changed(root / "offences.csv", ("homicide,0101", "homicide,0102"))
    file = root / "zz" / "release.csv"
    changed(
        file,
        added=row_of(
            file, tier="grant", id="ZZ-CAR", field="vehicle.colour", form="<=hit", effect="allow"
        ),
    )
    found = against(root, "zz").exact
    assert (len(found.effects), found.unproved) == (1, ())


def test_a_penalty_beside_a_changed_row_leaves_nothing_claimed_to_be_proved(tmp_path: Path) -> None:
    root = copied(tmp_path)
    changed(root / "penalties.csv", ("FR,homicide,1200", "FR,homicide,6"))
    file = root / "zz" / "release.csv"
    changed(
        file,
        added=row_of(
            file, tier="grant", id="ZZ-CAR", field="vehicle.colour", form="<=hit", effect="allow"
        ),
    )
    found = against(root, "zz").exact
    assert found.effects == ()
    assert "tables differ" in found.unproved[0]
    assert all(f"{verb}" in found.unproved[0] for verb in (Verb.RELEASE, Verb.MATCH))


def test_a_table_that_is_rewritten_is_told_within_a_bound(tmp_path: Path) -> None:
    root = copied(tmp_path)
    (root / "penalties.csv").write_text("country,offence,months\nFR,arson,1\n", "utf-8")
    told = [one for one in against(root, "zz").rows if "penalt" in one]
    assert len([one for one in told if one.startswith("maximum penalty")]) == SENTENCES_MAX
    assert any(one.endswith("more penalties changed.") for one in told)
