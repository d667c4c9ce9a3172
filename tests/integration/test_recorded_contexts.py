"""What is recorded of a disclosure names nobody; a draft is tried on it all the same, and on its case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from comity.client import Assurances, ComityCallError, Outcome, Person
from comity.policytools.replaying import context_of, labels_of, nameless, replay
from comity.rulings import RecordLabels, load_bundle
from node.exchange.pseudonyms import Pseudonyms
from node.records.record import Labels, Record
from node.records.values import Assertion, PersonName
from node.storage.schema import disclosure
from tests.integration.test_exchange import run, why
from tests.simulators.law import labels, request, shipped, vocabulary, written

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.federation import Federation

ASKER, OWNER = "FR-PJ", "DE-LP"
NAME, PLANTED = "Jadwiga Jablonewska", "Kunegunda"


def test_a_name_in_every_free_text_of_question_and_record_stands_in_no_stored_context(
    tmp_path: Path,
) -> None:
    told = Assertion(
        handling_conditions=PLANTED,
        collected_at=PLANTED,
        third_party_origin=PLANTED,
        acquired_under=PLANTED,
        restrictions=(PLANTED,),
        nature=PLANTED,
        classification="RESTRICTED",
        handling_code="H3",
    )
    fields = {
        "person.names": (PersonName(kind="LEGAL", full=NAME),),
        "person.summary": PLANTED,
    }
    marks = Labels("suspect", frozenset({"minor", PLANTED}))

    async def scene(fed: Federation) -> None:
        fed.hold(OWNER, Record(PLANTED, PLANTED, "person", fields, marks, told))
        stated = Assurances(facts=PLANTED, threat=PLANTED, sentence=PLANTED)
        asked = why(case_reference=f"case-{PLANTED}", necessity=PLANTED, assurances=stated)
        async with fed.caller(ASKER) as node:
            (answer,) = (await node.lookup(Person(NAME), asked, wait_s=10)).answers
            assert answer.outcome is Outcome.HIT
            for free in ("offence", "legal_basis"):
                with pytest.raises((ComityCallError, ValueError)):
                    await node.lookup(Person(NAME), why(**{free: PLANTED}), wait_s=10)
        with fed.nodes[OWNER].app.engine.connect() as connection:
            (ruling,) = [bytes(one) for one in connection.scalars(select(disclosure.c.ruling))]
        assert b'"minor"' in ruling
        assert b'"unknown"' in ruling
        for word in (PLANTED, NAME.split()[1]):
            assert word.lower().encode() not in ruling.lower()

    run(scene, tmp_path, ASKER, OWNER)


@pytest.mark.parametrize(
    "free",
    [
        "role",
        "purpose",
        "instrument",
        "offence",
        "subject_category",
        "end_user_country",
        "aim",
        "case",
    ],
)
def test_whatever_a_hostile_asker_writes_into_a_word_is_recorded_as_unknown(free: str) -> None:
    asked = request(**{free: PLANTED})
    names = Pseudonyms(bytes(32), "DE").case
    kept = nameless(asked, vocabulary(), names)
    assert PLANTED not in str(context_of(kept))
    before, after = (
        shipped("eu-member").mask(asked, labels()),
        shipped("eu-member").mask(kept, labels()),
    )
    assert {path: one.form for path, one in before.items()} == {
        path: one.form for path, one in after.items()
    }


def test_labels_are_recorded_by_words_that_the_law_knows() -> None:
    odd = RecordLabels("person", PLANTED, frozenset({"minor", PLANTED}), frozenset({"PT", PLANTED}))
    assert labels_of(odd, vocabulary()) == {
        "entity_type": "person",
        "subject": "unknown",
        "markings": ["minor", "unknown"],
        "nationalities": ["PT", "unknown"],
    }


def test_a_row_that_names_a_case_is_tried_on_the_digest_of_that_case(tmp_path: Path) -> None:
    rows = (
        "tier,id,who,case,field,form,effect,approval,until,law,sentence\n"
        "override,TEAM,FR,case:FR-1,person.names,<=full,"
        "allow,supervisor,2030-01-01,LED 9,A team sees names.\n"
        "default,DEFAULT-DENY,*,*,*,any,deny,-,-,LED 8,Nothing else leaves anybody.\n"
    )
    draft = load_bundle(written(tmp_path, release=rows), vocabulary=vocabulary())
    names = Pseudonyms(bytes(32), "DE").case

    def changes(case: str, agency: str = "FR-PJ") -> Any:
        asked = request(case=case, agency=agency, approval="supervisor")
        kept = nameless(asked, vocabulary(), names)
        ruling = {
            "request": context_of(kept),
            "records": [{"labels": labels_of(labels(), vocabulary()), "forms": {}}],
        }
        return {(one.field, one.after) for one in replay([ruling], draft, names).changes}

    assert ("person.names", "full") in changes("case:FR-1")
    assert changes("case:FR-2") == set()
    one = names("FR-PJ", "case:FR-1")
    assert one != names("DE-LP", "case:FR-1")
    assert one != Pseudonyms(bytes(31) + b"1", "DE").case("FR-PJ", "case:FR-1")
