"""The thirty-five golden cases of the rule catalogue, each by its number.

Where a case ends in something that is not built yet (a consent workflow, a clock, a vault), the ruling that
it hangs on is tested, and the test says so.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from comity.policytools.checking import Weight, check
from comity.policytools.tree import open_tree
from comity.rulings import (
    Bundle,
    Effect,
    Facts,
    FieldRuling,
    Form,
    Mask,
    Policies,
    ReasonCode,
    load_bundle,
)
from comity.rulings.clocks import Counting, due, runs
from comity.rulings.reasons import REASONS
from comity.rulings.stock import stock
from node.exchange.model import SENTENCES, Outcome
from node.policy.law import shape_of
from node.records.ages import may_be_minor
from node.records.selectors import BiometricSelector, PersonSelector
from tests.simulators.law import (
    NODE_PACKS,
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

if TYPE_CHECKING:
    from pathlib import Path

# A match that a qualified person confirmed, with the facts of the case.
CONFIRMED = Facts(confirmed=True, described=True)
ZZ = {"agency": "ZZ-IM", "country": "ZZ", "instrument": "INTERPOL-RPD", "owner_country": "DE"}
PRUM = {"agency": "DE-LP", "country": "DE", "instrument": "EU-PRUM-II", "owner_country": "FR"}
EU = "eu-member"


def names(mask: Mask) -> FieldRuling:
    return mask["person.names"]


def law_with_penalties(pack: str, **months: int) -> Bundle:
    """A pack under which offences have these maximum penalties in every country."""
    countries = ("FR", "DE", "GB", "CH", "ZZ")
    penalties = {(who, what): most for who in countries for what, most in months.items()}
    words = replace(vocabulary(), penalties=penalties)
    folders = [POLICIES / "model", POLICIES / "core", POLICIES / pack]
    return load_bundle(folders, vocabulary=words)


def test_01_a_given_name_and_a_nationality_are_no_question() -> None:
    asked = PersonSelector(given_name="Amira", nationality="SY")
    decision = shipped(EU).admit(asking(facts=shape_of((asked,))))
    assert (decision.allowed, decision.row) == (False, "ASK-NAME-PARTS")
    assert "Prüm II 43" in decision.law


@pytest.mark.parametrize("modality", ["FACE", ""])
def test_02_a_face_is_not_compared_for_an_offence_of_six_months(modality: str) -> None:
    """As a node derives it from the selector; what nobody says of a reference is the stricter case."""
    bundle = law_with_penalties(EU, theft=6, fraud=12)
    face = shape_of((BiometricSelector("FRI-2026-1001", modality=modality),))
    asked = asking(
        instrument="EU-PRUM-II",
        offence="theft",
        country="FR",
        entity_type="biometric",
        facts=replace(face, over_quota=False),
    )
    refused = bundle.admit(asked)
    assert (refused.row, refused.reason) == ("EU-ASK-FACE", ReasonCode.PENALTY_FLOOR)
    assert bundle.admit(replace(asked, offence="fraud")).allowed
    unknown = bundle.admit(replace(asked, offence="assault"))
    assert unknown.reason is ReasonCode.PENALTY_FLOOR, "an unknown penalty is the stricter case"
    finger = shape_of((BiometricSelector("FRI-2026-1001", modality="FINGER"),))
    assert bundle.admit(replace(asked, facts=replace(finger, over_quota=False))).allowed


def test_02_nor_a_police_record_by_name_for_such_an_offence() -> None:
    bundle = law_with_penalties(EU, theft=6, fraud=12)
    name = replace(
        shape_of((PersonSelector(given_name="Amira", family_name="Tahan"),)), over_quota=False
    )
    asked = asking(instrument="EU-PRUM-II", offence="theft", country="FR", facts=name)
    refused = bundle.admit(asked)
    assert (refused.row, refused.reason) == ("EU-ASK-POLICE-RECORD", ReasonCode.PENALTY_FLOOR)
    assert bundle.admit(replace(asked, offence="fraud")).allowed


def test_03_a_match_that_nobody_confirmed_gives_no_core_data() -> None:
    one = names(shipped(EU).mask(request(**PRUM, facts=Facts(described=True)), labels()))
    assert (one.form, one.reason) == (Form.HIT, ReasonCode.NEED_CONFIRM)
    denied = names(shipped(EU).mask(request(**PRUM, facts=CONFIRMED), labels()))
    assert denied.form is Form.FULL


def test_04_a_confirmed_match_without_an_offence_waits_for_it() -> None:
    """The clock of forty-eight hours (case 5) starts with the offence; that it stands still is a workflow."""
    one = names(shipped(EU).mask(request(**PRUM, offence="none", facts=CONFIRMED), labels()))
    assert (one.form, one.reason) == (Form.HIT, ReasonCode.NEED_OFFENCE)
    assert shipped(EU).admit(asking(offence="none")).reason is ReasonCode.NEED_OFFENCE


def test_05_forty_eight_hours_count_at_weekends_as_the_jurisdiction_counts() -> None:
    """The answer's deadline as arithmetic; the clock that watches it belongs to the review workflow."""
    friday = datetime(2026, 11, 27, 18, 10, tzinfo=UTC)
    plain = due(friday, hours=48, counting=Counting.PLAIN)
    assert plain == datetime(2026, 11, 29, 18, 10, tzinfo=UTC)
    union = due(friday, hours=48, counting=Counting.EU_1182_71)
    assert union == datetime(2026, 11, 29, 19, 0, tzinfo=UTC)


def test_06_where_the_owners_law_needs_a_judge_the_reason_is_shown_and_no_clock_runs() -> None:
    one = shipped(EU).mask(request(), labels())["person.parents"]
    assert (one.form, one.effect, one.detail) == (Form.NOTHING, Effect.NEEDS_JUDICIAL, "judge")
    assert (one.reason, one.tell) == (ReasonCode.NEED_JUDICIAL, True)
    assert "judicial authority" in REASONS[one.reason].sentence
    assert not runs(one.effect)


def test_07_a_victim_there_and_suspect_here_is_released_as_a_suspect() -> None:
    asked = request(subject_category="victim")
    assert names(shipped(EU).mask(asked, labels("suspect"))).form is Form.FULL
    assert shipped(EU).mask(asked, labels("victim")).best is Form.NOTHING


def test_08_of_a_child_victim_only_the_desk_is_told() -> None:
    """Comparing hashes of images is the vault's; what may be told of a match is this."""
    asked = request(purpose="PROTECTION_OF_CHILD", offence="child-abuse", approval="judge")
    mask = shipped(EU).mask(asked, labels("victim", "minor", "contact-desk"))
    assert (mask.best, mask.readable, mask.contact) == (Form.NOTHING, frozenset(), "child-unit")
    assert {one.effect for one in mask.values()} == {Effect.CONTACT_ONLY}
    assert shipped(EU).mask(asked, labels("victim", "minor")).contact == ""


def test_09_a_discreet_check_is_a_card_for_trained_officers_and_silence_for_others() -> None:
    bundle, marked = shipped(EU), labels("suspect", "discreet-check")
    trained = request(facts=Facts(certificates=frozenset({"discreet"})))
    assert bundle.mask(trained, marked)["person.summary"].row == "EU-DISCREET-CARD"
    assert bundle.mask(trained, marked)["person.summary"].form is Form.FULL
    for other in (request(), replace(trained, facts=Facts(certificates=frozenset({"face"})))):
        mask = bundle.mask(other, marked)
        assert mask.alerts == (("BAR-DISCREET", "covert-desk"),)
        assert {one.form for path, one in mask.items() if path != "person.warnings"} == {
            Form.NOTHING
        }
    silent = bundle.mask(trained, labels("contact", "covert"))
    assert (silent.best, silent.alerts) == (Form.NOTHING, (("BAR-COVERT", "covert-desk"),))
    covered = [one for path, one in silent.items() if path != "person.warnings"]
    assert not any(one.tell for one in covered if one.row == "BAR-COVERT")
    assert {one.reason for one in covered if one.row == "BAR-COVERT"} == {ReasonCode.UNAVAILABLE}


def test_10_a_warning_is_shown_without_the_reason() -> None:
    mask = shipped(EU).mask(request(), labels("suspect", "covert"))
    assert {path for path, one in mask.items() if one.form} <= {
        "person.warnings",
        "person.safety_measures",
    }
    assert mask["person.warnings"].form is Form.FULL
    assert mask.alerts, "and its owner is told"


FLED = {
    "ZZ": ZZ,
    "GB": {"agency": "GB-CA", "country": "GB", "instrument": "TCA-2020"},
    "US": {"agency": "US-FB", "country": "US", "instrument": "INTERPOL-RPD"},
    "FR": {"agency": "FR-PJ", "country": "FR"},
    "CH": {"agency": "CH-FP", "country": "CH", "instrument": "CH-SCHENGEN"},
}


@pytest.mark.parametrize("country", FLED)
@pytest.mark.parametrize("pack", NODE_PACKS)
def test_11_a_refugees_country_learns_nothing_and_the_protection_officer_is_told(
    pack: str, country: str
) -> None:
    asked, fled = request(**FLED[country]), labels("wanted", f"refugee-from:{country}")
    mask = shipped(pack).mask(asked, fled)
    assert (mask.best, mask.contact) == (Form.NOTHING, "")
    assert all(not one.tell for one in mask.values())
    assert mask.alerts == (("BAR-REFUGEE-ORIGIN", "protection-officer"),)
    assert stock(shipped(pack)).mask(asked, fled).alerts == mask.alerts


@pytest.mark.parametrize("country", ["ZZ", "GB", "US"])
@pytest.mark.parametrize("pack", NODE_PACKS)
def test_11_what_its_country_sees_does_not_tell_that_the_officer_was_told(
    pack: str, country: str
) -> None:
    """Beside a refugee from elsewhere: the same forms, reasons and effects, and nothing is told of either."""
    asked = request(**FLED[country])
    own = shipped(pack).mask(asked, labels("wanted", f"refugee-from:{country}"))
    other = shipped(pack).mask(asked, labels("wanted", "refugee"))
    assert other.alerts == ()
    for path, one in own.items():
        beside = other[path]
        assert (one.form, one.reason, one.tell) == (beside.form, beside.reason, beside.tell)
    assert (own.best, own.contact, own.readable) == (other.best, other.contact, other.readable)


@pytest.mark.parametrize(
    ("subject", "mark", "offence"),
    [("informant", "covert", "drug-trafficking"), ("wanted", "protected", "dissent")],
)
def test_11_whichever_other_bar_stands_before_it(subject: str, mark: str, offence: str) -> None:
    asked = request(**ZZ, offence=offence)
    mask = shipped(EU).mask(asked, labels(subject, mark, "refugee-from:ZZ"))
    assert ("BAR-REFUGEE-ORIGIN", "protection-officer") in mask.alerts


def test_12_nor_through_a_friendly_country_that_asks_for_it() -> None:
    relayed = request(
        agency="FR-PJ", country="FR", end_user_country="ZZ", instrument="INTERPOL-RPD"
    )
    for pack in ("eu-member", "ch", "us"):
        assert shipped(pack).mask(relayed, labels("wanted", "refugee-from:ZZ")).best is Form.NOTHING


def test_13_h1_data_are_no_evidence_until_their_owner_consents() -> None:
    """Sending the consent request, filled in, is a workflow; the ruling names what is needed."""
    marked = labels("suspect", "H1")
    refused = shipped(EU).evidence_use(use(), marked)
    assert refused.reason is ReasonCode.NEED_CONSENT_OWNER
    assert refused.effect is Effect.NEEDS_OWNER_CONSENT
    consented = shipped(EU).evidence_use(use(facts=Facts(owner_consent=True)), marked)
    assert (consented.allowed, consented.duties) == (True, ("feedback-30d",))


def test_14_an_expired_permission_passes_nothing_on() -> None:
    """That an old grant is not used again is the node's: an expired consent is ``owner_consent=False``."""
    onward = use(receiver="GB-CA", receiver_country="GB", facts=Facts(owner_consent=False))
    refused = shipped(EU).onward(onward, labels("suspect", "H2"))
    assert (refused.allowed, refused.row) == (False, "ONW-H2")
    assert (
        shipped(EU).onward(use(receiver="GB-CA", receiver_country="GB"), labels("suspect", "H2"))
        == refused
    )


def test_15_an_imminent_threat_releases_the_minimum_documented_and_reviewed() -> None:
    threat = request(**ZZ, purpose="PUBLIC_SECURITY_THREAT", offence="fraud", approval="authority")
    threat = replace(threat, facts=Facts(threat=True))
    one = names(shipped(EU).mask(threat, labels()))
    assert (one.form, one.row) == (Form.FULL, "EU-THREAT")
    assert {"document-transfer", "notify-dpo", "post-review-72h"} <= set(one.duties)
    quiet = shipped(EU).mask(replace(threat, facts=Facts()), labels())
    assert names(quiet).form is Form.NOTHING
    assert shipped(EU).mask(threat, labels())["person.addresses"].form is Form.NOTHING


def test_16_self_assessed_safeguards_release_with_a_note_to_the_authority() -> None:
    asked = request(**ZZ, purpose="PROSECUTE", offence="corruption", approval="authority+2")
    one = names(shipped(EU).mask(asked, labels()))
    assert (one.form, one.row) == (Form.GENERALISED, "EU-SELF-ASSESSED")
    assert {"notify-dpo", "document-transfer"} <= set(one.duties)
    alone = names(shipped(EU).mask(replace(asked, approval="authority"), labels()))
    assert alone.form is Form.NOTHING


def test_17_adequacy_revoked_between_query_and_release(tmp_path: Path) -> None:
    adequate = (
        "tier,id,who,field,form,until,effect,law,sentence\n"
        "grant,ADEQUATE,GB,person.names,<=full,2026-11-24,allow,LED 36,The decision is in force.\n"
        "default,DEFAULT-DENY,*,*,any,-,deny,LED 8,Nothing else leaves anybody.\n"
    )
    bundle = load_bundle(written(tmp_path, release=adequate), vocabulary=vocabulary())
    asked = request(agency="GB-CA", country="GB", instrument="TCA-2020")
    assert names(bundle.mask(asked, labels())).form is Form.FULL
    later = names(bundle.mask(replace(asked, today=date(2026, 11, 25)), labels()))
    assert (later.form, later.reason) == (Form.NOTHING, ReasonCode.NO_LEGAL_BASIS)


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
