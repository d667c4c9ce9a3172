"""Decisions about misuse: a score needs one in force, and where none are kept nobody knows a score."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from comity.policytools.comparing import compare
from comity.policytools.situations import given
from comity.policytools.tree import open_tree
from comity.rulings import Form, PolicyError, load_vocabulary
from comity.rulings.facts import Facts
from tests.simulators.law import POLICIES, labels, request

if TYPE_CHECKING:
    from pathlib import Path

    from comity.rulings import Bundle

HEAD = "agency,score,decided,until,reason\n"
DECIDED = "FR-PJ,70,2026-03-01,2026-12-31,Questions without a case came to light in an audit.\n"
PACKS = ("core", "eu-member")
NAMES = "person.names"


def law(folder: Path, decisions: str | None) -> Bundle:
    """The Union pack, with these decisions beside it, or with no table of them."""
    root = folder / f"law{len(list(folder.iterdir()))}"
    shutil.copytree(POLICIES, root)
    (root / "misuse.csv").unlink()
    if decisions is not None:
        (root / "misuse.csv").write_text(HEAD + decisions, "utf-8")
    return open_tree(root).bundle(PACKS)


def leaves(bundle: Bundle, day: str = "2026-06-01", agency: str = "FR-PJ") -> Form:
    asked = replace(request(), today=date.fromisoformat(day), agency=agency)
    return bundle.mask(asked, labels())[NAMES].form


def test_a_decision_binds_whom_it_is_about_from_its_day_to_its_last(tmp_path: Path) -> None:
    decided = law(tmp_path, DECIDED)
    days = ("2026-02-28", "2026-03-01", "2026-12-31", "2027-01-01")
    assert [leaves(decided, day) for day in days] == [Form.FULL, Form.HIT, Form.HIT, Form.FULL]
    assert leaves(decided, agency="DE-LP") is Form.FULL


def test_a_member_without_a_decision_has_no_score_where_decisions_are_kept(tmp_path: Path) -> None:
    assert leaves(law(tmp_path, "")) is Form.FULL


def test_where_nobody_keeps_decisions_a_score_is_unknown_and_counts_as_the_worst(
    tmp_path: Path,
) -> None:
    assert leaves(law(tmp_path, None)) is Form.HIT


def test_a_draft_that_decides_something_says_so_and_is_another_version(tmp_path: Path) -> None:
    before, after = law(tmp_path, ""), law(tmp_path, DECIDED)
    assert before.version != after.version
    told = compare(before, after, given(open_tree(POLICIES))).sentences
    score = "misuse: FR-PJ had no score, has 70 from 2026-03-01 to 2026-12-31."
    assert told == [f"{score} Questions without a case came to light in an audit."]
    told = compare(after, before, given(open_tree(POLICIES))).sentences
    assert told == ["misuse: the decision about FR-PJ, score 70 to 2026-12-31, is gone."]


def test_what_is_proved_of_changed_rows_is_proved_beside_a_decision(tmp_path: Path) -> None:
    before, after = law(tmp_path, ""), law(tmp_path, DECIDED)
    rows = {**after.law.rows}
    release = next(verb for verb in rows if verb.value == "release")
    rows[release] = tuple(row for row in rows[release] if row.id != "EU-DANGER")
    changed = type(after)(replace(after.law, rows=rows))
    told = " ".join(compare(before, changed, given(open_tree(POLICIES))).sentences)
    assert "nothing is proved" not in told
    assert "less, of all situations" in told


def test_whether_the_score_was_supposed_or_decided_the_context_keeps_what_was_asked() -> None:
    supposed = replace(request(), facts=Facts(misuse=80))
    assert open_tree(POLICIES).bundle(PACKS).mask(supposed, labels())[NAMES].form is Form.HIT


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("Nobody,70,2026-03-01,2026-12-31,A reason of some length.", "not the name of an agency"),
        ("FR-PJ,101,2026-03-01,2026-12-31,A reason of some length.", "not a score"),
        ("FR-PJ,-1,2026-03-01,2026-12-31,A reason of some length.", "not a score"),
        ("FR-PJ,70,yesterday,2026-12-31,A reason of some length.", "not a day"),
        ("FR-PJ,70,2026-03-01,-,A reason of some length.", "not a day"),
        ("FR-PJ,70,2026-03-01,2026-02-28,A reason of some length.", "before it was taken"),
        ("FR-PJ,70,2026-03-01,2026-12-31,", "needs its reason"),
        (DECIDED + DECIDED.strip(), "stands twice"),
    ],
)
def test_a_decision_that_says_less_than_it_must_is_refused(
    tmp_path: Path, line: str, sentence: str
) -> None:
    for name in ("vocabulary.toml", "offences.csv", "penalties.csv", "instruments.toml"):
        shutil.copy(POLICIES / name, tmp_path / name)
    (tmp_path / "misuse.csv").write_text(f"{HEAD}{line}\n", "utf-8")
    with pytest.raises(PolicyError, match=sentence):
        load_vocabulary(tmp_path / "vocabulary.toml")


def test_a_decision_binds_whoever_asks_for_that_country(tmp_path: Path) -> None:
    """Without it, a member under review would have another one ask in its place."""
    decided = law(tmp_path, DECIDED)
    for agency, country, behind, form in (
        ("DE-LP", "DE", "FR", Form.HIT),
        ("DE-LP", "DE", "DE", Form.FULL),
        ("FR-PJ", "FR", "DE", Form.HIT),
    ):
        asked = request(
            agency=agency, country=country, end_user_country=behind, today=date(2026, 6, 1)
        )
        assert decided.mask(asked, labels())[NAMES].form is form
