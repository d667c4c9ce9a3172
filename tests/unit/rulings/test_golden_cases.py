"""The golden cases of the rule catalogue up to the seventeenth, each by its number.

Where a case ends in something that is not built yet (a consent workflow, a clock, a vault), the ruling that
it hangs on is tested, and the test says so.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from comity.rulings import (
    Bundle,
    Effect,
    Facts,
    FieldRuling,
    Form,
    Mask,
    ReasonCode,
    load_bundle,
)
from comity.rulings.clocks import Counting, due, runs
from comity.rulings.reasons import REASONS
from comity.rulings.stock import stock
from node.policy.law import shape_of
from node.records.selectors import BiometricSelector, PersonSelector
from tests.simulators.law import (
    NODE_PACKS,
    POLICIES,
    asking,
    labels,
    request,
    shipped,
    use,
    vocabulary,
    written,
)

if TYPE_CHECKING:
    from pathlib import Path

# A match that a qualified person confirmed, with the facts of the case.
CONFIRMED = Facts(confirmed=True, described=True, selectors=frozenset({"name-parts"}))
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
    confirmed = names(shipped(EU).mask(request(**PRUM, facts=CONFIRMED), labels()))
    assert (confirmed.form, confirmed.capped_by) == (Form.HIT, "EU-PRUM-OWNER"), "rule C3"
    assert (confirmed.remedy and confirmed.remedy.effect) is Effect.NEEDS_HUMAN
    decided = request(**PRUM, facts=CONFIRMED, approval="supervisor")
    assert names(shipped(EU).mask(decided, labels())).form is Form.FULL


# Who a person is, as other records than the person's own tell it.
ELSEWHERE = ("biometric.subject_names", "notice.subject_names", "notice.charges")
TAKEN = (
    "biometric.acquired_on",
    "biometric.offence",
    "biometric.case_number",
    "biometric.authority",
)


def elsewhere(pack: str, path: str, **asked: Any) -> FieldRuling:
    record = labels("wanted", entity_type=path.partition(".")[0])
    known = replace(record, nationalities=frozenset({"PT"}))
    return shipped(pack).mask(request(**asked), known)[path]


def test_03_charges_are_no_core_data() -> None:
    decided = elsewhere(EU, "notice.charges", **PRUM, facts=CONFIRMED, approval="judge")
    assert decided.form is Form.NOTHING
    assert elsewhere(EU, "notice.charges", owner_country="FR").form is Form.FULL


@pytest.mark.parametrize("path", [*ELSEWHERE[:2], *TAKEN])
def test_03_nor_do_core_data_come_with_prints_or_a_notice(path: str) -> None:
    """Core data are what Article 47(4) lists, wherever they stand; the reference of the prints is none."""
    waits = elsewhere(EU, path, **PRUM, facts=Facts(confirmed=False, described=True))
    assert (waits.form, waits.reason) == (Form.HIT, ReasonCode.NEED_CONFIRM)
    facts = elsewhere(EU, path, **PRUM, facts=Facts(confirmed=True, described=False))
    assert (facts.form, facts.reason) == (Form.HIT, ReasonCode.NEED_FACTS)
    decided = elsewhere(EU, path, **PRUM, facts=CONFIRMED, approval="supervisor")
    assert decided.form is Form.FULL
    reference = elsewhere(EU, "biometric.reference", **PRUM, facts=Facts(confirmed=False))
    assert reference.form is Form.FULL


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


@pytest.mark.parametrize("mark", ["discreet-check", "covert"])
@pytest.mark.parametrize("entity_type", sorted(vocabulary().entities))
@pytest.mark.parametrize("pack", NODE_PACKS)
def test_09_nor_is_it_told_by_a_car_a_notice_or_prints(
    pack: str, entity_type: str, mark: str
) -> None:
    """The case is about a vehicle; warnings (case 10) are all that speaks, of whatever entity."""
    thing = replace(labels("object", mark, entity_type=entity_type), nationalities=frozenset())
    about_somebody = replace(thing, subject="wanted")
    facts = Facts(competent=True, contact_point=True)
    for record in (thing, about_somebody):
        for member in ({}, *FLED.values()):
            mask = shipped(pack).mask(request(**member, approval="judge", facts=facts), record)
            shown = {path for path, one in mask.items() if one.form}
            assert shown <= {"person.warnings", "notice.warnings"}


def test_09_an_officer_trained_for_it_reads_what_the_car_is_stopped_for() -> None:
    trained = request(facts=Facts(certificates=frozenset({"discreet"})))
    stopped = labels("object", "discreet-check", entity_type="vehicle")
    assert shipped(EU).mask(trained, stopped)["vehicle.alert"].form is Form.FULL
    untrained = shipped(EU).mask(request(), stopped)
    assert (untrained.best, untrained.alerts) == (Form.NOTHING, (("BAR-DISCREET", "covert-desk"),))


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
    # With the highest approval: Casbin as it comes is spared the question what a higher one would change.
    approved = request(**FLED[country], approval="judge")
    assert stock(shipped(pack)).mask(approved, fled).alerts == mask.alerts


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


@pytest.mark.parametrize("path", ["biometric.subject_names", "notice.subject_names"])
def test_15_nor_does_a_threat_open_it_by_a_notice_where_death_may_be_the_penalty(path: str) -> None:
    """A threat is no assurance, whichever record tells who somebody is (rule E10)."""
    threat: dict[str, Any] = {**ZZ, "facts": Facts(threat=True), "approval": "authority"}
    refused = elsewhere(EU, path, **threat)
    assert (refused.form, refused.capped_by) == (Form.HIT, "EU-CAPITAL")
    assert elsewhere(EU, path, **threat, offence="fraud").form is Form.FULL


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
