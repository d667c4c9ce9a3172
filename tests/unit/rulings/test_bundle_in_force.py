"""A bundle in force: what it remembers, what it does when a matcher breaks, swapping, the shadow check."""

from __future__ import annotations

import logging
import threading
from dataclasses import FrozenInstanceError, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from comity.rulings import (
    REASONS,
    Bundle,
    Decision,
    Facts,
    Form,
    Policies,
    ReasonCode,
    RecordLabels,
    RequestContext,
    Shadow,
    Verb,
    load_bundle,
)
from comity.rulings import bundle as bundle_module
from comity.rulings.memory import QUESTIONS_REMEMBERED_MAX
from comity.rulings.stock import stock
from tests.simulators.law import (
    NODE_PACKS,
    POLICIES,
    RELEASE,
    asking,
    labels,
    request,
    routing,
    shipped,
    vocabulary,
    written,
)

if TYPE_CHECKING:
    from pathlib import Path


def fresh(pack: str = "eu-member", **more: Any) -> Bundle:
    folders = [POLICIES / "model", POLICIES / "core", POLICIES / pack]
    return load_bundle(folders, vocabulary=vocabulary(), **more)


def test_the_mask_names_every_field_and_what_may_be_read() -> None:
    mask = shipped("eu-member").mask(request(), labels())
    assert set(mask) == {field.path for field in vocabulary().entities["person"]}
    assert mask.best is Form.FULL
    assert mask.readable == {path for path, one in mask.items() if one.form >= Form.MASKED}
    assert "person.addresses" not in mask.readable
    assert len(mask) == len(mask.values()) == len(list(mask))


def test_a_mask_and_its_rulings_do_not_change() -> None:
    mask = shipped("eu-member").mask(request(), labels())
    with pytest.raises(AttributeError):
        mask.best = Form.NOTHING
    with pytest.raises(FrozenInstanceError):
        mask["person.names"].form = Form.NOTHING  # type: ignore[misc]


def test_a_new_case_is_no_new_ruling() -> None:
    bundle = fresh()
    first = bundle.mask(request(case="case:1"), labels())
    assert bundle.mask(request(case="case:2"), labels()) is first
    assert bundle.mask(request(today=date(2026, 12, 24)), labels()) is first
    assert bundle.mask(request(agency="DE-LP", country="DE"), labels()) is first


def test_an_override_reaches_its_own_case_and_member_alone(tmp_path: Path) -> None:
    override = (
        "tier,id,who,case,field,form,approval,until,effect,law,sentence\n"
        "override,JIT-1,DE-LP,JIT:7,person.addresses,<=full,authority,2026-11-30,allow,JIT 1,"
        "The joint team of case 7 sees addresses.\n"
    )
    (tmp_path / "team").mkdir()
    (tmp_path / "team" / "release.csv").write_text(override, "utf-8")
    folders = [POLICIES / "model", POLICIES / "core", POLICIES / "eu-member", tmp_path / "team"]
    bundle = load_bundle(folders, vocabulary=vocabulary())
    team = request(
        agency="DE-LP", country="DE", case="JIT:7", approval="authority", offence="theft"
    )

    def form(one: RequestContext) -> Form:
        return bundle.mask(one, labels())["person.addresses"].form

    assert form(team) is Form.FULL
    assert form(replace(team, case="JIT:8")) is Form.NOTHING
    assert form(replace(team, agency="FR-PJ", country="FR", end_user_country="FR")) is Form.NOTHING
    assert form(replace(team, approval="supervisor")) is Form.NOTHING
    assert form(replace(team, today=date(2026, 12, 1))) is Form.NOTHING


def test_what_is_remembered_is_bounded() -> None:
    bundle = fresh()
    for number in range(QUESTIONS_REMEMBERED_MAX + 10):
        bundle.mask(request(case=f"case:{number}"), labels())
    remembered = sum(len(one) for one in bundle._masks.by_request.values())
    assert remembered <= QUESTIONS_REMEMBERED_MAX


def test_words_that_would_run_into_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        request(case="a\0b")
    with pytest.raises(ValueError, match="approval"):
        request(approval="god")
    assert request(role="a", purpose="bc").key != request(role="ab", purpose="c").key
    assert RecordLabels("person", "suspect", frozenset({"a", "b"})).key == (
        RecordLabels("person", "suspect", frozenset({"b", "a"})).key
    )


def test_an_unknown_entity_type_gives_an_empty_mask() -> None:
    mask = shipped("eu-member").mask(request(), RecordLabels("spaceship", "object"))
    assert (len(mask), mask.best, mask.readable) == (0, Form.NOTHING, frozenset())


def test_a_matcher_that_raises_denies_and_alarms(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_words: str) -> bool:
        raise ZeroDivisionError("Muhammad al-Hassan")

    told: list[str] = []
    functions = dict(bundle_module.FUNCTIONS) | {"marked": broken, "stage": broken}
    monkeypatch.setattr(bundle_module, "FUNCTIONS", functions)
    bundle = fresh(alarm=told.append)
    mask = bundle.mask(request(), labels())
    assert {one.form for one in mask.values()} == {Form.NOTHING}
    assert {one.reason for one in mask.values()} == {ReasonCode.UNAVAILABLE}
    assert not any(one.tell for one in mask.values())
    assert bundle.match(request(), labels()) == frozenset()
    assert not bundle.admit(asking()).allowed
    assert len(told) >= 3
    assert all("ZeroDivisionError" in one and "Hassan" not in one for one in told)
    assert not bundle._masks.by_request, "a broken ruling is not remembered"


def test_a_matcher_that_gives_no_truth_value_denies(monkeypatch: pytest.MonkeyPatch) -> None:
    functions = dict(bundle_module.FUNCTIONS) | {"inForce": lambda *_words: "yes"}
    monkeypatch.setattr(bundle_module, "FUNCTIONS", functions)
    told: list[str] = []
    mask = fresh(alarm=told.append).mask(request(), labels())
    assert mask.best is Form.NOTHING
    assert told


def test_casbin_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    for name in ("casbin", "casbin.enforcer", "casbin.policy", "casbin.role"):
        logging.getLogger(name).disabled = False
    with caplog.at_level(logging.DEBUG):
        fresh().mask(request(case="case:secret"), labels())
        stock(fresh()).mask(request(case="case:secret"), labels())
    assert "secret" not in caplog.text


def test_duties_are_those_of_the_row_and_those_that_always_follow() -> None:
    asked = request(facts=Facts(confidential=False))
    mask = shipped("eu-member").mask(asked, labels("suspect", "minor", "contested"))
    assert mask["person.names"].duties == (
        "flag-contested",
        "no-onward",
        "notify-child-unit",
        "retain-180d",
    )
    assert mask["person.addresses"].duties == ()
    assert set(mask.duties) >= {"flag-contested", "retain-90d"}


@pytest.mark.parametrize("pack", NODE_PACKS)
def test_a_reason_that_may_not_be_told_is_not_in_the_code_either(pack: str) -> None:
    telling = {ReasonCode.OK, ReasonCode.GENERALISED, ReasonCode.UNAVAILABLE}
    for subject in ("suspect", "victim", "informant", "unheard-of"):
        for marking in ("protected", "refugee", "originator-controlled", "third-party"):
            for one in shipped(pack).mask(request(), labels(subject, marking)).values():
                assert one.tell or one.reason in telling


def test_who_is_protected_and_who_is_not_there_look_the_same() -> None:
    bundle = shipped("eu-member")
    hidden = [
        bundle.mask(request(), record)
        for record in (
            labels("victim"),
            labels("informant"),
            labels("suspect", "protected"),
            labels("suspect", "refugee-from:FR"),
            labels("nobody-knows"),
        )
    ]
    assert {mask.best for mask in hidden} == {Form.NOTHING}
    told = {(one.reason, one.tell) for mask in hidden for one in mask.values()}
    assert told == {(ReasonCode.UNAVAILABLE, False)}


def test_swapping_never_gives_a_ruling_of_neither_law(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    open_law = load_bundle(written(tmp_path / "a"), vocabulary=vocabulary())
    closed = load_bundle(
        written(tmp_path / "b", release=RELEASE.replace("<=full", "<=hit")),
        vocabulary=vocabulary(),
    )
    wanted = {open_law.version: Form.FULL, closed.version: Form.HIT}
    policies = Policies(open_law)
    stop, wrong, seen = threading.Event(), [], set()

    def asks(number: int) -> None:
        count = 0
        while not stop.is_set():
            count += 1
            bundle = policies.current
            one = request(case=f"case:{number}:{count % 50}")
            form = bundle.mask(one, labels())["person.names"].form
            seen.add(form)
            if form is not wanted[bundle.version]:
                wrong.append(form)

    threads = [threading.Thread(target=asks, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for number in range(1_000):
        policies.swap((open_law, closed)[number % 2])
        if number % 50 == 0:
            policies.swap(Bundle((open_law, closed)[number % 2].law))
    stop.set()
    for thread in threads:
        thread.join(timeout=30)
    assert not wrong
    assert seen <= {Form.FULL, Form.HIT}


def test_the_shadow_check_agrees_with_honest_rulings() -> None:
    told: list[str] = []
    shadow = Shadow(alarm=told.append, one_in=2)
    bundle = fresh(observe=shadow.offer)
    policies = Policies(bundle)
    for subject in ("suspect", "victim", "missing", "contact"):
        bundle.mask(request(), labels(subject))
        bundle.mask(request(), labels(subject))  # remembered, so no new ruling
    assert shadow.waiting == 2
    while shadow.check_next(policies):
        pass
    assert not told
    assert policies.current is bundle


def test_a_difference_alarms_and_puts_casbin_as_it_comes_in_force() -> None:
    told: list[str] = []
    shadow = Shadow(alarm=told.append, one_in=1)
    bundle = fresh(observe=shadow.offer)
    engine = bundle._engines[Verb.RELEASE]
    honest = engine.survivors_each
    bars = sum(
        1 << place
        for place, row in enumerate(bundle.law.rows[Verb.RELEASE])
        if row.id == "BAR-VICTIM"
    )
    engine.survivors_each = lambda *args, **named: tuple(  # type: ignore[method-assign]
        bits & ~bars for bits in honest(*args, **named)
    )
    policies = Policies(bundle)
    victim = labels("victim", "contested")
    wrong = policies.current.mask(request(), victim)
    assert wrong["person.names"].row != "BAR-VICTIM"
    assert shadow.check_next(policies)
    assert len(told) == 1
    assert "person.names" in told[0]
    assert policies.current is not bundle
    assert policies.current.version == bundle.version
    assert policies.current.mask(request(), victim)["person.names"].row == "BAR-VICTIM"


def test_a_gateway_and_a_node_answer_only_what_they_were_loaded_for() -> None:
    assert shipped("federation").route(routing()).allowed
    with pytest.raises(KeyError):
        shipped("federation").admit(asking())


def test_an_admission_carries_its_row_and_sentence() -> None:
    decision = shipped("eu-member").admit(asking(role="auditor"))
    assert decision == Decision(
        allowed=False,
        row="ASK-WRONG-ROLE",
        law="LED 29(2)(e)",
        reason=ReasonCode.CLEARANCE,
        sentence="This role oversees or runs the system and asks no questions.",
    )


def test_every_reason_has_a_sentence_and_secrecy_of_banks_is_none() -> None:
    assert set(REASONS) == set(ReasonCode)
    assert all(text.sentence.endswith(".") for text in REASONS.values())
    assert not any("BANK" in code for code in ReasonCode)
