"""Nobody learns of a hidden record, or of a field that may not be searched, by what goes missing."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from comity.catalogue import FIELDS
from comity.rulings import FieldRuling, Form, Mask, ReasonCode, RecordLabels
from comity.rulings.effects import Effect
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
from node.matching.evidence import Evidence
from node.matching.found import Band, Candidate, Found, Passed
from node.records.selectors import PersonSelector
from tests.simulators.name_register import NameRegister

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NAME, BORN, PAPERS = "person.names", "person.birth_date", "person.documents"
SECRET = frozenset({"secret"})


def ruling(form: Form) -> FieldRuling:
    effect = Effect.HIT_ONLY if form else Effect.WITHHOLD
    return FieldRuling(
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
        effect=effect,
        detail="",
        remedy=None,
    )


def mask(form: Form) -> Mask:
    return Mask({field.path: ruling(form) for field in FIELDS["person"]})


SHOWN, HIDDEN = mask(Form.HIT), mask(Form.NOTHING)


class Register:
    """A register of one answer for each name asked for; what it holds secret bears a marking."""

    def __init__(
        self,
        *,
        found: Mapping[str, Sequence[Candidate]],
        secret: Iterable[int],
        behind: bool = False,
    ) -> None:
        self._found = found
        self._behind = behind
        self._secret = frozenset(secret)

    async def search(self, selector: Any, limit: int, passed: Passed) -> Found:
        every = tuple(
            one for one in self._found[selector.text] if one.record_id not in passed.records
        )
        return Found(every[:limit], more=len(every) > limit, behind=self._behind)

    def can_search(self, selector: Any) -> bool:
        return True

    def labels(
        self, record_ids: Sequence[int], *, nationalities: bool = False
    ) -> dict[int, RecordLabels]:
        return {
            one: RecordLabels("person", "suspect", SECRET if one in self._secret else frozenset())
            for one in record_ids
        }


class Law:
    """Names may be searched on; what is marked secret may not be shown."""

    version = bytes(32)
    asks_nationality = asks_candidates = asks_match = False
    stage = 2
    recorded = "{}"
    words = None
    confirms = False

    def accept(self, routing: Routing, question: SealedQuestion) -> None:
        return None

    def view(self, routing: Routing, question: SealedQuestion) -> Law:
        return self

    def of_record(self, reference: str) -> Law:
        return self

    def mask(self, labels: RecordLabels) -> Mask:
        return HIDDEN if labels.markings else SHOWN

    def searchable(self, labels: RecordLabels) -> frozenset[str]:
        return frozenset() if labels.markings else frozenset({NAME})


def candidate(number: int, score: float, *matched_on: str) -> Candidate:
    return Candidate(number, score, Band.PROBABLE, (), frozenset(matched_on))  # type: ignore[arg-type]


def ask(register: Register, *names: str, most: int = 0) -> tuple[Outcome, int]:
    """How many records are shown."""
    routing = Routing(
        "FR-PJ",
        ("DE-LP",),
        "TCA",
        "INVESTIGATE",
        "person",
        Stage.HIT,
        Urgency.NORMAL,
        ANSWER_BUCKET_BYTES,
    )
    question = SealedQuestion(
        bytes(32),
        tuple(PersonSelector(name=name) for name in names),
        "C-1",
        "fraud",
        "suspect",
        "trace",
        "FR",
        "officer",
        b"",
        most,
    )
    stand_in: Any = SimpleNamespace
    law: Any = Law()
    deciding = Deciding(
        searching=register,
        reading=stand_in(labels=register.labels),
        law=law,
        pseudonyms=Pseudonyms(bytes(32), "DE"),
    )
    answer, *_ = asyncio.run(deciding.decide(routing, question))
    return answer.outcome, len(answer.hits)


def test_a_guess_at_a_field_that_may_not_be_searched_looks_the_same_right_and_wrong() -> None:
    known = candidate(1, 0.9, NAME)
    right = Register(
        found={"Anna Known": [known], "Petra Papers": [candidate(1, 1.0, PAPERS)]}, secret=()
    )
    wrong = Register(found={"Anna Known": [known], "Petra Papers": []}, secret=())
    assert ask(right, "Anna Known", "Petra Papers") == ask(wrong, "Anna Known", "Petra Papers")
    assert ask(right, "Anna Known", "Petra Papers") == (Outcome.HIT, 1)
    assert ask(right, "Petra Papers", "Anna Known") == (Outcome.HIT, 1)
    # By itself, the same guess finds nothing.
    assert ask(right, "Petra Papers") == ask(wrong, "Petra Papers") == (Outcome.NO_HIT, 0)


def test_a_birth_date_compared_beside_a_name_costs_no_hit_that_the_name_alone_has() -> None:
    found = {
        "Anna Known": [candidate(1, 0.9, NAME)],
        "Anna Dated": [candidate(1, 0.99, NAME, BORN)],
    }
    register = Register(found=found, secret=())
    assert ask(register, "Anna Known", "Anna Dated") == (Outcome.HIT, 1)
    assert ask(register, "Anna Dated") == (Outcome.NO_HIT, 0)


class NamesRegister(Register):
    """The real matcher over people one of whose fields of names may not be searched."""

    def __init__(self, *, open_name: str, closed_name: str) -> None:
        super().__init__(found={}, secret=())
        self._names = NameRegister()
        self._names.add({"one": (open_name, closed_name), "other": ("Ottokar Zwierzbski",)})
        with self._names.engine.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE name SET path = 'person.former_names' WHERE text = ?", (closed_name,)
            )

    async def search(self, selector: Any, limit: int, passed: Passed) -> Found:
        return self._names.matcher.by_name(selector.text, "person", Evidence(), passed)


def test_a_name_in_a_field_that_may_not_be_searched_hides_none_in_one_that_may() -> None:
    asked = "Petronella Papadakis"
    right = NamesRegister(open_name="Petronela Papadakes", closed_name=asked)
    wrong = NamesRegister(open_name="Petronela Papadakes", closed_name="Quirina Vanterpool")
    # The record is found by its open name, whether or not the guess at the closed one is right.
    assert ask(right, asked) == ask(wrong, asked) == (Outcome.HIT, 1)
    # A matcher that kept the best name alone would tell the two apart.
    (best, *_) = asyncio.run(right.search(PersonSelector(name=asked), 1, Passed())).candidates
    assert best.matched_on == {"person.former_names"}


def test_a_hidden_record_that_matches_better_takes_nobodys_place() -> None:
    found = {
        "Anna Known": [*(candidate(n, 0.95, NAME) for n in range(2, 8)), candidate(1, 0.9, NAME)]
    }
    for secret in (range(2, 8), ()):
        for most in (0, 1, 3):
            register = Register(found=found, secret=secret)
            outcome = ask(register, "Anna Known", most=most)
            assert outcome == ((Outcome.HIT, 1) if secret else (Outcome.REFINE, 0))


def test_a_register_that_is_still_taking_names_in_never_says_no_hit() -> None:
    found = {"Nobody Known": [], "Anna Known": [candidate(1, 0.9, NAME)]}
    for secret in ([1], []):  # a hidden record makes no difference to what is told
        register = Register(found=found, secret=secret, behind=True)
        assert ask(register, "Nobody Known") == (Outcome.OVERLOADED, 0)
        hit = ask(register, "Anna Known")
        assert hit == ((Outcome.OVERLOADED, 0) if secret else (Outcome.HIT, 1))


def test_the_limit_counts_what_is_shown() -> None:
    found = {"Anna Known": [candidate(n, 0.9, NAME) for n in range(1, 4)]}
    register = Register(found=found, secret=[2])
    assert ask(register, "Anna Known", most=1) == (Outcome.REFINE, 0)
    assert ask(register, "Anna Known", most=2) == (Outcome.HIT, 2)
    assert ask(register, "Anna Known") == (Outcome.HIT, 2)
