"""The golden cases of the rule catalogue from the eighteenth on, each by its number: grounds, time, control.

Where a case ends in something that is not built yet (a consent workflow, a clock, a vault), the ruling that
it hangs on is tested, and the test says so.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from comity.policytools.checking import Weight, check
from comity.policytools.tree import open_tree
from comity.rulings import (
    Effect,
    Facts,
    FieldRuling,
    Form,
    Policies,
    ReasonCode,
    load_bundle,
)
from node.exchange.model import SENTENCES, Outcome
from node.records.ages import may_be_minor
from tests.simulators.law import (
    POLICIES,
    TODAY,
    asking,
    labels,
    request,
    routing,
    shipped,
    use,
    vocabulary,
    written,
)
from tests.unit.rulings.test_golden_cases import EU, ZZ, elsewhere, names

if TYPE_CHECKING:
    from pathlib import Path


def dual(
    months: int, *, preservation: bool = False, offence: str = "migrant-smuggling"
) -> FieldRuling:
    """A member asks Switzerland about conduct that is no offence there."""
    penalties = {("GB", offence): months, ("CH", offence): 0}
    words = replace(vocabulary(), penalties=penalties)
    folders = [POLICIES / "model", POLICIES / "core", POLICIES / "ch"]
    bundle = load_bundle(folders, vocabulary=words)
    asked = request(
        agency="GB-CA", country="GB", instrument="UNTOC", owner_country="CH", offence=offence
    )
    asked = replace(asked, facts=Facts(preservation=preservation))
    known = replace(labels(), nationalities=frozenset({"PT"}))
    return names(bundle.mask(asked, known))


def test_18_an_offence_of_the_list_with_four_years_is_not_refused_for_double_criminality() -> None:
    assert dual(48).form is Form.FULL


def test_19_the_same_with_two_years_is() -> None:
    assert (dual(24).form, dual(24).reason) == (Form.HIT, ReasonCode.DUAL_CRIM)
    assert dual(24).remedy is not None, "its owner consults first"
    off_list = dual(48, offence="theft")
    assert off_list.reason is ReasonCode.DUAL_CRIM


def test_20_preservation_needs_no_double_criminality() -> None:
    assert dual(24, preservation=True).form is Form.FULL


def test_21_taxes_alone_are_no_purpose_for_criminal_records() -> None:
    refused = shipped(EU).admit(asking(purpose="TAX_ADMIN"))
    assert refused.reason is ReasonCode.PURPOSE_MISMATCH
    assert names(shipped(EU).mask(request(purpose="TAX_ADMIN"), labels())).form is Form.NOTHING
    assert not shipped("federation").route(routing(purpose="TAX_ADMIN")).allowed


def test_22_a_record_past_its_review_is_a_hit_at_most_and_then_nothing() -> None:
    """Warning its owner is a workflow; the marking is put there by the node from the record's own dates."""
    overdue = names(shipped(EU).mask(request(), labels("suspect", "review-overdue")))
    assert (overdue.form, overdue.capped_by) == (Form.HIT, "REC-OVERDUE")
    gone = shipped(EU).mask(request(approval="judge"), labels("suspect", "delete-due"))
    assert gone.best is Form.NOTHING


def test_23_contested_data_leave_with_their_flag() -> None:
    """The competing value is the record's own; that the flag binds the receiver is the ruling's."""
    mask = shipped(EU).mask(request(approval="supervisor"), labels("suspect", "contested"))
    assert mask["person.birth_date"].form is Form.FULL
    assert "flag-contested" in mask["person.birth_date"].duties


def test_24_beyond_the_quota_only_an_urgent_question_passes() -> None:
    """Counting is the gateway's; the lane is a row."""
    used_up = Facts(over_quota=True, urgent=False, name_parts=2, bulk=False, selectors=frozenset())
    asked = asking(
        agency="US-FB", purpose="PROTECTION_OF_CHILD", offence="kidnapping", facts=used_up
    )
    waits = shipped("us").admit(asked)
    assert (waits.reason, waits.effect, waits.detail) == (ReasonCode.QUOTA, Effect.DEFER, "24")
    assert shipped("us").admit(replace(asked, facts=replace(used_up, urgent=True))).allowed


def test_25_two_weak_hits_from_one_name_are_no_list(tmp_path: Path) -> None:
    """The cap itself is ``node.exchange.deciding``'s REFINE; a row may be stricter than the cap."""
    refine = (
        "tier,id,who,field,form,when,effect,reason,law,sentence\n"
        "purpose,REFINE,*,person,>hit,candidates>=2,deny,QUALITY,Prüm II 44(6),Several are no list.\n"
        "grant,NAMES,eu,person.names,<=full,-,allow,OK,LED 9,Names leave to member states.\n"
        "default,DEFAULT-DENY,*,*,any,-,deny,NO_LEGAL_BASIS,LED 8,Nothing else leaves anybody.\n"
    )
    bundle = load_bundle(written(tmp_path, release=refine), vocabulary=vocabulary())
    two = names(bundle.mask(request(facts=Facts(candidates=2)), labels()))
    assert (two.form, two.reason) == (Form.HIT, ReasonCode.QUALITY)
    assert names(bundle.mask(request(facts=Facts(candidates=1)), labels())).form is Form.FULL
    assert SENTENCES[Outcome.REFINE].startswith("too many candidates")


def test_26_somebody_close_to_the_asker_needs_two_supervisors() -> None:
    facts = Facts(sensitive_target=True, name_parts=2, bulk=False, selectors=frozenset())
    refused = shipped("ch").admit(asking(agency="CH-FP", facts=facts))
    assert (refused.effect, refused.detail, refused.people) == (Effect.NEEDS_HUMAN, "supervisor", 2)
    unknown = shipped("ch").admit(
        asking(agency="CH-FP", facts=replace(facts, sensitive_target=None))
    )
    assert unknown == refused, "not knowing is the stricter case"


def test_27_what_its_owner_recalled_is_kept_used_and_passed_on_by_nobody() -> None:
    """Spreading a recall and its receipts is the mailbox's."""
    recalled = labels("suspect", "recalled")
    for holder in ("FR-PJ", "DE-LP"):
        held = use(holder=holder, holder_country=holder[:2], facts=Facts(same_purpose=True))
        bundle = shipped(EU)
        assert bundle.retain(held, recalled).row == "RET-RECALLED"
        assert bundle.retain(held, labels()).allowed
        assert not bundle.evidence_use(held, recalled).allowed
        assert not bundle.onward(held, recalled).allowed
    assert shipped(EU).mask(request(), recalled).best is Form.NOTHING


def test_28_a_node_that_is_offline_was_not_searched() -> None:
    assert not Outcome.OFFLINE.searched
    assert Outcome.NO_HIT.searched
    assert SENTENCES[Outcome.OFFLINE] == "node offline"


def test_29_an_unknown_nationality_counts_as_a_national() -> None:
    asked = request(agency="GB-CA", country="GB", instrument="UNTOC", owner_country="CH")
    asked = replace(asked, facts=Facts(preservation=False))
    bundle = shipped("ch")
    unknown, national, foreign = (
        names(bundle.mask(asked, replace(labels(), nationalities=known)))
        for known in (None, frozenset({"CH"}), frozenset({"PT"}))
    )
    assert unknown == national
    assert (unknown.form, foreign.form) == (Form.HIT, Form.FULL)


def test_30_conditions_stricter_than_domestic_ones_are_an_error_of_the_check(
    tmp_path: Path,
) -> None:
    shutil.copytree(POLICIES, tmp_path / "law")
    domestic = '[[same]]\ntoward = "eu"\nfield = "identity"\nduties = ["no-onward"]\nlaw = "Police Act 12"\n'
    (tmp_path / "law" / EU / "domestic.toml").write_text(domestic, "utf-8")
    tree = open_tree(tmp_path / "law")
    errors = [one for one in check(tree, ("core", EU), today=TODAY) if one.weight is Weight.ERROR]
    assert "EU-SUSPECT-ID" in {one.row for one in errors}
    assert all("LED 9(4)" in one.sentence for one in errors)


def test_31_a_joint_teams_data_need_consent_for_another_offence() -> None:
    """Asking for the consent is a workflow."""
    outside = names(shipped(EU).mask(request(), labels("suspect", "team-data")))
    assert (outside.form, outside.reason) == (Form.HIT, ReasonCode.NEED_CONSENT_OWNER)
    assert outside.remedy is not None
    assert outside.remedy.effect is Effect.NEEDS_OWNER_CONSENT
    inside = request(facts=Facts(team_member=True))
    assert names(shipped(EU).mask(inside, labels("suspect", "team-data"))).form is Form.FULL


def test_32_an_acquitted_person_is_not_there_unless_it_exonerates() -> None:
    bundle, acquitted = shipped(EU), labels("acquitted")
    assert bundle.mask(request(approval="judge"), acquitted).best is Form.NOTHING
    defence = request(facts=Facts(exculpatory=True))
    assert names(bundle.mask(defence, acquitted)).row == "EU-EXCULPATORY"


def test_33_a_minor_is_one_until_the_birthday() -> None:
    """Telling the owner four months before is a clock's; the marking follows from the birth date."""
    born = "2008-03-24"
    assert may_be_minor(born, date(2026, 3, 23))
    assert not may_be_minor(born, date(2026, 3, 24))
    minor = shipped(EU).mask(request(), labels("suspect", "minor"))
    assert "notify-child-unit" in minor.duties


def test_34_where_death_may_be_the_penalty_an_assurance_comes_first() -> None:
    """That a legal officer accepted the assurance is a review record; the fact stands for it."""
    asked = request(
        **ZZ | {"instrument": "UNTOC", "owner_country": "CH"}, facts=Facts(preservation=False)
    )
    known = replace(labels(), nationalities=frozenset({"PT"}))
    waits = names(shipped("ch").mask(asked, known))
    assert (waits.form, waits.reason) == (Form.HIT, ReasonCode.NEED_ASSURANCE)
    assert waits.remedy is not None
    assert waits.remedy.effect is Effect.NEEDS_ASSURANCE
    given = replace(asked, facts=replace(asked.facts, assurance=True))
    after = names(shipped("ch").mask(given, known))
    assert after.form is Form.FULL
    assert "assurance-recorded" in after.duties


@pytest.mark.parametrize("path", ["biometric.subject_names", "notice.subject_names"])
def test_34_also_where_a_notice_or_prints_tell_who_it_is(path: str) -> None:
    asked: dict[str, Any] = ZZ | {"instrument": "UNTOC", "owner_country": "CH"}
    waits = elsewhere("ch", path, **asked, facts=Facts(preservation=False))
    assert (waits.form, waits.reason) == (Form.HIT, ReasonCode.NEED_ASSURANCE)
    given = elsewhere("ch", path, **asked, facts=Facts(preservation=False, assurance=True))
    assert given.form is Form.FULL


def test_35_a_decision_under_an_older_policy_is_decided_again(tmp_path: Path) -> None:
    """Approvals name the policy they were given under; what decides is the policy in force at release."""
    policies = Policies(load_bundle(written(tmp_path), vocabulary=vocabulary()))
    decided_at_nine = policies.current.version
    assert names(policies.current.mask(request(), labels())).form is Form.FULL
    (tmp_path / "later").mkdir()
    edited = written(tmp_path / "later", release=_WITHOUT_GRANT)
    policies.swap(load_bundle(edited, vocabulary=vocabulary()))
    assert policies.current.version != decided_at_nine
    assert names(policies.current.mask(request(), labels())).form is Form.NOTHING


_WITHOUT_GRANT = (
    "tier,id,who,field,form,effect,law,sentence\n"
    "default,DEFAULT-DENY,*,*,any,deny,LED 8,Nothing else leaves anybody.\n"
)
