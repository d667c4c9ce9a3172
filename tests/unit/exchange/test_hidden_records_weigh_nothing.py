"""What is told of a record owes nothing to one that may not be shown: no score, reason, order or place.

Two registers that differ in what is hidden answer the same question with the same bytes. Each defence is
taken away once, to see the hidden record then.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from comity.catalogue import FIELDS
from comity.clock import SystemClock
from comity.rulings import FieldRuling, Form, Mask, ReasonCode, RecordLabels
from comity.rulings.effects import Effect
from node.exchange import showing
from node.exchange.deciding import Deciding
from node.exchange.model import (
    ANSWER_BUCKET_BYTES,
    Outcome,
    Routing,
    SealedQuestion,
    Stage,
    Urgency,
)
from node.exchange.pseudonyms import Pseudonyms
from node.link.codec import WireCodec
from node.matching import settling, snapshots
from node.matching.index import segment
from node.matching.matcher import named
from node.records.reading import Register
from node.records.selectors import PersonSelector
from tests.simulators.name_register import NameRegister

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from node.matching.found import Candidate, Found, Likeness, Passed
    from node.records.selectors import Selector

SECRET = frozenset({"protected"})
ASKED = "Katarina Blomqvist"
SHOWN = {
    "same": ("Katarina Blomqvist",),
    "near": ("Katharina Blomquist",),
    "far": ("Ottokar Zwierzbski",),
}
ROUTING = Routing(
    "FR-PJ",
    ("DE-LP",),
    "TCA",
    "INVESTIGATE",
    "person",
    Stage.CORE,
    Urgency.NORMAL,
    ANSWER_BUCKET_BYTES,
)


def mask(form: Form) -> Mask:
    """Every field in one form."""
    ruling = FieldRuling(
        form=form,
        row="ROW",
        law="",
        sentence="",
        reason=ReasonCode.OK,
        duties=(),
        tell=True,
        needs=None,
        how="",
        capped_by="",
        effect=Effect.RELEASE if form else Effect.WITHHOLD,
        detail="",
        remedy=None,
    )
    return Mask({field.path: ruling for field in FIELDS["person"]})


OPEN, CLOSED = mask(Form.FULL), mask(Form.NOTHING)


class Law:
    """Everything may be searched on and shown but what bears the marking."""

    version = bytes(32)
    asks_nationality = asks_candidates = asks_match = False
    stage = Stage.CORE
    recorded = "{}"
    words = None
    confirms = False

    def accept(self, routing: Routing, question: SealedQuestion) -> None:
        return None

    def view(self, routing: Routing, question: SealedQuestion) -> Law:
        return self

    def mask(self, labels: RecordLabels) -> Mask:
        return CLOSED if labels.markings & SECRET else OPEN

    def searchable(self, labels: RecordLabels) -> frozenset[str]:
        return frozenset(field.path for field in FIELDS["person"])


class Searching:
    """The real matcher by name, in the thread that made its connection."""

    def __init__(self, register: NameRegister) -> None:
        self._register = register

    def can_search(self, selector: Selector) -> bool:
        return True

    async def search(self, selector: Selector, limit: int, passed: Passed) -> Found:
        asked = named(selector)
        assert asked is not None
        return self._register.matcher.by_name(*asked, passed)


class Answering:
    """A register with its search and law, as a requester meets it."""

    def __init__(self, hidden: Sequence[str], folder: Path | None = None) -> None:
        register = NameRegister(folder)
        register.add(SHOWN, born="1971-04-02")
        # Whatever is hidden comes last, so that the numbers of all others are the same without it.
        people = {f"hidden-{number}": (name,) for number, name in enumerate(hidden)}
        register.add(people, born="1990-01-01", markings=SECRET)
        if folder is not None:
            snapshots.build(register.names, folder)
            register.open()
        self.register = register
        law: Any = Law()
        self._deciding = Deciding(
            searching=Searching(register),
            reading=Register(register.store, SystemClock()),
            law=law,
            pseudonyms=Pseudonyms(bytes(32), "DE"),
        )

    def plaintext(self, *names: str, born: str = "", most: int = 0) -> bytes:
        """The answer's sealed body."""
        selectors = tuple(PersonSelector(name=name, birth_date=born) for name in names)
        answer, *_ = asyncio.run(self._deciding.decide(ROUTING, question(selectors, most)))
        return WireCodec().encode_answer(answer, receipt_salt=bytes(32), ruling_digest=bytes(32))

    def told(self, name: str) -> tuple[Outcome, list[tuple[float, tuple[str, ...]]]]:
        """Outcome, scores and reasons."""
        asked = question((PersonSelector(name=name),), 0)
        answer, *_ = asyncio.run(self._deciding.decide(ROUTING, asked))
        return answer.outcome, [(one.score, one.match_reasons) for one in answer.hits]


def question(selectors: tuple[Selector, ...], most: int) -> SealedQuestion:
    """A question with these selectors."""
    return SealedQuestion(
        bytes(32), selectors, "C-1", "fraud", "suspect", "trace", "FR", "officer", b"", most
    )


HIDDEN = {
    "a namesake": ["Katarina Blomqvist"],
    "a namesake in another order": ["Blomqvist, Katarina"],
    "one who is nearly a namesake": ["Catarina Blomqvist"],
    "as many as are looked at": ["Katarina Blomqvist"] * 70,
    "more than are looked at": ["Katarina Blomqvist"] * 250,
    "a crowd of the like": [f"Katarina {['Blomkvist', 'Blomqvist'][n % 2]}" for n in range(150)],
    "the two words of another": ["Zwierzbski Ottokar"],
}
# Asked so that the rare word decides, and no score is at its bound.
RARE = "Oskar Zwierzbski"
ASKINGS = (ASKED, "Katharina Blomkvist", "BLOMQUIST K", "Ottokar Zwierzbsky", "Zwierzbski", RARE)


@pytest.fixture(name="without", scope="module")
def _without() -> Answering:
    return Answering([])


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_a_hidden_record_changes_no_byte_of_an_answer(
    hidden: Sequence[str], without: Answering
) -> None:
    having = Answering(hidden)
    for asked in ASKINGS:
        for born in ("", "1971", "1990-01-01"):
            for most in (0, 1, 2):
                seen = having.plaintext(asked, born=born, most=most)
                assert seen == without.plaintext(asked, born=born, most=most), (asked, born, most)
    # Something is told, and how sure it is, or there was nothing to compare.
    assert without.told(ASKED)[0] is Outcome.HIT
    assert without.told(ASKED)[1][0][0] > 0.7


def test_nor_where_it_is_in_the_snapshot_that_words_are_weighed_by(tmp_path: Path) -> None:
    without = Answering([], tmp_path / "without")
    for number, hidden in enumerate((["Katarina Blomqvist"], ["Quirina Zwierzbski"])):
        having = Answering(hidden, tmp_path / str(number))
        for asked in ASKINGS:
            assert having.plaintext(asked) == without.plaintext(asked)


def test_were_each_row_counted_a_rare_name_would_show_in_the_score(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment, "in_classes", lambda counts: counts.astype(np.float64))
    without = Answering([], tmp_path / "without")
    having = Answering(["Quirina Zwierzbski"], tmp_path / "having")
    assert having.told(RARE)[0] is without.told(RARE)[0] is Outcome.HIT
    assert having.told(RARE) != without.told(RARE)


@pytest.fixture(name="settled_before_the_ruling")
def _settled_before_the_ruling(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As it once was: sure among all that were found; the law then took away what may not be shown."""
    met: list[Candidate | Likeness] = []

    def counted(look: Any, ruled: Any) -> list[Candidate | Likeness]:
        met[:] = look.met
        return counted_now(look, ruled)

    def settle(those: Any) -> list[Candidate]:
        kept = {one.record_id for one in those}
        return [one for one in settling.settle(met) if one.record_id in kept]

    counted_now = showing._Look.counted
    monkeypatch.setattr(showing._Look, "counted", counted)
    monkeypatch.setattr(showing, "settle", settle)
    yield
    assert met, "the stand-in was never asked"


@pytest.mark.usefixtures("settled_before_the_ruling")
def test_settled_before_the_ruling_a_hidden_namesake_lowers_the_score_and_gives_a_reason(
    without: Answering,
) -> None:
    having = Answering(["Katarina Blomqvist"])
    (score, reasons), *_ = having.told(ASKED)[1]
    (alone, reasons_alone), *_ = without.told(ASKED)[1]
    assert score < alone
    assert settling.CARRIED_BY_SEVERAL in reasons
    assert settling.CARRIED_BY_SEVERAL not in reasons_alone


def test_searched_once_hidden_namesakes_push_out_who_may_be_shown(
    without: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    having = Answering(["Katarina Blomkvist"] * 250)
    asked = "Katarina Blomkvist"
    assert having.told(asked) == without.told(asked)
    assert without.told(asked)[0] is Outcome.HIT
    monkeypatch.setattr(showing, "ROUNDS_MAX", 1)
    assert having.told(asked) != without.told(asked)


def test_what_is_hidden_is_in_the_owners_own_record() -> None:
    having = Answering(["Katarina Blomqvist"])
    asked = question((PersonSelector(name=ASKED),), 0)
    _, ruling, *_ = asyncio.run(having._deciding.decide(ROUTING, asked))
    assert b'"record":4' in ruling
    assert ruling.count(b'"visible":false') == 1


def test_namesakes_who_may_be_shown_still_share() -> None:
    register = Answering(["Katarina Blomqvist"])
    register.register.add({"second": ("Katarina Blomqvist",)})
    told = register.told(ASKED)[1]
    assert [settling.CARRIED_BY_SEVERAL in reasons for _, reasons in told][:2] == [True, True]
    assert all(score <= 0.5 for score, _ in told)
