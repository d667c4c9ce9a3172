"""A row may ask how many records an answer shows, and how sure a match is; the hidden weigh nothing."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from comity.policytools.replaying import context_of, replay
from comity.policytools.tree import open_tree
from comity.rulings import Bundle, Form, RecordLabels
from comity.rulings.facts import Facts
from node.exchange.model import (
    ANSWER_BUCKET_BYTES,
    Routing,
    SealedQuestion,
    Stage,
    Urgency,
)
from node.exchange.pseudonyms import Pseudonyms
from node.exchange.showing import Looked, Showing
from node.exchange.trail import recorded
from node.matching.found import Band, Candidate, Found, Passed
from node.policy.law import View
from node.records.selectors import PersonSelector
from tests.simulators.law import POLICIES, request

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NAMES = "person.names"
PROTECTED = frozenset({"protected"})
ROW = (
    "jurisdiction,EU-SEVERAL,*,*,*,*,*,*,*,identity,>masked,-,-,-,candidates>=2,deny,QUALITY,-,-,yes,"
    "LED 4(1)(c),Where an answer shows several people no more than initials leave."
)
UNSURE = (
    "jurisdiction,EU-UNSURE,*,*,*,*,*,*,*,identity,>hit,-,-,-,match=possible,deny,QUALITY,-,-,yes,"
    "LED 7(2),Of a match that is no more than possible nothing but a hit leaves."
)
QUESTION = SealedQuestion(
    bytes(32), (PersonSelector(name="Anna"),), "C-1", "fraud", "suspect", "trace", "FR", "officer", b"", 0
)  # fmt: skip
ROUTING = Routing(
    "FR-PJ", ("DE-LP",), "EU-2023-977", "INVESTIGATE", "person", Stage.CORE, Urgency.NORMAL,
    ANSWER_BUCKET_BYTES,
)  # fmt: skip


def with_row(root: Path, row: str) -> Bundle:
    shutil.copytree(POLICIES, root)
    with (root / "eu-member" / "release.csv").open("a", encoding="utf-8") as file:
        file.write(f"{row}\n")
    return open_tree(root).bundle(("core", "eu-member"))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The Union pack with a row that counts."""
    return with_row(tmp_path_factory.mktemp("counting") / "law", ROW)


@pytest.fixture(scope="module")
def unsure(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The Union pack with a row that asks how sure a match is."""
    return with_row(tmp_path_factory.mktemp("unsure") / "law", UNSURE)


class Desk:
    """A register of some records, of which some are protected, under a law."""

    def __init__(
        self,
        bundle: Bundle,
        records: int,
        *,
        protected: Sequence[int] = (),
        band: Band = Band.PROBABLE,
    ) -> None:
        self._bundle = bundle
        self._band = band
        self._records = records
        self._protected = protected

    async def search(self, _: Any, limit: int, passed: Passed) -> Found:
        found = [
            Candidate(one, 0.9, self._band, (), frozenset({NAMES}))  # type: ignore[arg-type]
            for one in range(1, self._records + 1)
            if one not in passed.records
        ]
        return Found(tuple(found[:limit]), more=len(found) > limit, behind=False)

    def labels(self, ids: Sequence[int], *, nationalities: bool = False) -> dict[int, RecordLabels]:
        marks = {one: PROTECTED if one in self._protected else frozenset() for one in ids}
        return {one: RecordLabels("person", "suspect", marks[one]) for one in ids}

    def view(self, *_: object) -> View:
        return View(self._bundle, request())

    def accept(self, *_: object, about: str = "") -> None:
        return None

    def look(self) -> Looked:
        made: Any = self
        showing = Showing(
            searching=made, reading=made, law=made, pseudonyms=Pseudonyms(bytes(32), "DE")
        )
        return asyncio.run(showing.look(ROUTING, QUESTION, QUESTION.selectors))


def forms(looked: Looked) -> list[Form]:
    return [one.mask[NAMES].form for one in looked.shown]


def test_of_one_record_more_leaves_than_of_several(bundle: Bundle) -> None:
    assert forms(Desk(bundle, 1).look()) == [Form.FULL]
    assert forms(Desk(bundle, 2).look()) == [Form.MASKED] * 2


def test_a_hidden_record_does_not_count_so_nothing_tells_that_it_is_there(bundle: Bundle) -> None:
    for hidden in range(1, 5):
        with_them = Desk(bundle, 1 + hidden, protected=range(2, 2 + hidden)).look()
        assert forms(with_them) == forms(Desk(bundle, 1).look()) == [Form.FULL]
        assert len(with_them.trail) == 1 + hidden  # its owner's own record has all of them


def test_the_owners_record_holds_the_number_and_replays_to_the_same(bundle: Bundle) -> None:
    for count in (1, 2):
        looked = Desk(bundle, count + 1, protected=(count + 1,)).look()
        ruling = json.loads(recorded(looked.view, looked.trail))
        told = [one.get("candidates") for one in ruling["records"]]
        assert told == [count] * count + [None]
        assert replay([ruling], bundle).changes == Counter()


def test_a_confirmed_match_replays_to_the_same(bundle: Bundle) -> None:
    asks = request(
        instrument="EU-PRUM-II",
        facts=Facts(confirmed=False, described=True, selectors=frozenset({"name"})),
        approval="supervisor",
    )
    view = View(bundle, asks, frozenset({"DE-1"}))
    mask = view.of_record("DE-1").mask(RecordLabels("person", "suspect"))
    record = {
        "confirmed": True,
        "forms": {path: int(one.form) for path, one in mask.items() if one.form},
        "labels": {"entity_type": "person", "subject": "suspect", "markings": []},
    }
    asked = context_of(asks)
    assert replay([{"request": asked, "records": [record]}], bundle).changes == Counter()
    del record["confirmed"]
    assert replay([{"request": asked, "records": [record]}], bundle).changes != Counter()


def test_where_no_row_asks_nothing_is_ruled_twice() -> None:
    plain = open_tree(POLICIES).bundle(("core", "eu-member"))
    assert not plain.asks_candidates
    assert [one.ruled.candidates for one in Desk(plain, 2).look().shown] == [None, None]


@pytest.mark.parametrize(
    ("band", "form"),
    [(Band.EXACT, Form.FULL), (Band.PROBABLE, Form.FULL), (Band.POSSIBLE, Form.HIT)],
)
def test_of_a_match_that_is_only_possible_a_hit_leaves(
    unsure: Bundle, band: Band, form: Form
) -> None:
    looked = Desk(unsure, 1, band=band).look()
    assert forms(looked) == [form]
    ruling = json.loads(recorded(looked.view, looked.trail))
    assert [one["match"] for one in ruling["records"]] == [band.name.lower()]
    assert replay([ruling], unsure).changes == Counter()


def test_before_a_match_is_settled_it_counts_as_the_least_sure(unsure: Bundle) -> None:
    mask = View(unsure, request()).mask(RecordLabels("person", "suspect"))
    assert mask[NAMES].form is Form.HIT
