"""One question that the law answers yes or no, explained: may this be asked, told of a relation, used so.

What leaves of a record, and what may be searched on, is explained field by field (``explaining``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from comity.policytools.explaining import otherwise
from comity.policytools.situations import KINDS, apart
from comity.policytools.wording import record_words, request_words, use_words
from comity.rulings import AskContext, RecordLabels, RequestContext, UseContext
from comity.rulings.anatomy import anatomy
from comity.rulings.asked import asked, asked_here, edge, labelled, used
from comity.rulings.columns import Verb
from comity.rulings.context import APPROVALS
from comity.rulings.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.policytools.situations import Given
    from comity.rulings import Bundle, Decision, Vocabulary

# Kinds of questions, and what a situation of theirs is called in ``given.toml``.
JUDGED: Final[Mapping[Verb, str]] = {
    Verb.ASK: "ask",
    Verb.RELATION: "request",
    Verb.ONWARD: "use",
    Verb.EVIDENCE: "use",
    Verb.RETAIN: "use",
}
_OTHER: Final = "other"
_RELATION: Final = "relation"
_TODAY: Final = "today"


@dataclass(frozen=True, slots=True)
class NearYes:
    """A row that would have allowed it.

    Attributes:
        failed: in words, what would have to be otherwise; empty where only ``blocked_by`` stands before it.
        blocked_by: the row that refuses although this one fits.
    """

    row: str
    failed: tuple[str, ...] = ()
    blocked_by: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """One question, its answer, the weakest approval that would make it a yes, and what came nearest to one.

    Attributes:
        question: in words.
        role: whose approval it takes; empty where none helps, or none is needed.
        approved_by: the row that allows it then.
    """

    question: str
    decision: Decision
    role: str = ""
    approved_by: str = ""
    near: NearYes | None = None


def judge(
    bundle: Bundle, given: Given, verb: Verb, told: Mapping[str, str], *, today: str = ""
) -> Judged:
    """What the law answers.

    Args:
        bundle: the law.
        given: what is taken for granted where nothing is told.
        verb: the kind of question, of ``JUDGED``.
        told: attributes of the situation; those of the record at a relation's other end begin with
            ``other_``, and ``other`` is its category.
        today: the day, where none is told.

    Raises:
        ValueError: an unknown attribute, or a relation of no kind.
        PolicyError: an unknown word, or one of the wrong shape.
    """
    asked_for = _situation(bundle, given, verb, told, today)
    decision: Decision = bundle.answer(verb, *asked_for)
    question = _question(verb, asked_for)
    if decision.allowed:
        return Judged(question, decision)
    role, approved_by = _approval(bundle, verb, asked_for)
    # No row: an end of a relation is not shown, and what stands in rows about relations is not the matter.
    near = _near(bundle, verb, asked_for, decision.row) if decision.row else None
    return Judged(question, decision, role, approved_by, near)


def _situation(
    bundle: Bundle, given: Given, verb: Verb, told: Mapping[str, str], today: str
) -> tuple[Any, ...]:
    words = bundle.law.vocabulary
    own = {one: word for one, word in told.items() if one.partition("_")[0] != _OTHER}
    relation = own.pop(_RELATION, "") if verb is Verb.RELATION else ""
    name = JUDGED[verb]
    question, record = apart(own, name, record=verb is not Verb.ASK)
    if today:
        question.setdefault(_TODAY, today)
    context: Any = given.build(KINDS[name], question, known=words)
    if verb is Verb.ASK:
        _no_other(told)
        return (context,)
    labels = given.build(RecordLabels, record, known=words)
    if verb is not Verb.RELATION:
        _no_other(told)
        return context, labels
    if not relation:
        raise ValueError(f"say which relation: {_RELATION}=associate")
    if relation not in words.relations:
        raise ValueError(f'"{relation}" is no relation{nearest(relation, words.relations)}')
    other = {_of_other(one): word for one, word in told.items() if one not in own}
    other.pop(_RELATION, None)
    unknown, ends = apart(other)
    if unknown:
        raise ValueError(f'unknown attribute "{_OTHER}_{next(iter(unknown))}"')
    return context, labels, relation, given.build(RecordLabels, ends, known=words)


def _of_other(name: str) -> str:
    return "subject" if name == _OTHER else name.removeprefix(f"{_OTHER}_")


def _no_other(told: Mapping[str, str]) -> None:
    for one in told:
        if one.partition("_")[0] == _OTHER:
            raise ValueError(f'"{one}" is asked of relations only')


def _question(verb: Verb, asked_for: tuple[Any, ...]) -> str:
    context, *rest = asked_for
    if isinstance(context, AskContext):
        return request_words(context)
    about = f"about a record: {record_words(rest[0])}"
    if isinstance(context, UseContext):
        return f"{use_words(verb, context)}; {about}"
    return f"{request_words(context)}; {about}; {rest[1]}: {record_words(rest[2])}"


def _approval(bundle: Bundle, verb: Verb, asked_for: tuple[Any, ...]) -> tuple[str, str]:
    context, *rest = asked_for
    if isinstance(context, RequestContext | UseContext):
        for level in APPROVALS[APPROVALS.index(context.approval) + 1 :]:
            found: Decision = bundle.answer(verb, replace(context, approval=level), *rest)
            if found.allowed:
                return level, found.row
    return "", ""


def _values(words: Vocabulary, asked_for: tuple[Any, ...]) -> tuple[Any, ...]:
    """The question as the matcher sees it."""
    context, *rest = asked_for
    if isinstance(context, AskContext):
        return (asked_here(context, words),)
    if isinstance(context, UseContext):
        return used(context, words), labelled(rest[0], words, context)
    ends = (labelled(one, words, context) for one in (rest[0], rest[2]))
    return asked(context, words), edge(*ends), rest[1]


def _near(bundle: Bundle, verb: Verb, asked_for: tuple[Any, ...], row: str) -> NearYes | None:
    """The row that allows such a thing and fails in the fewest places."""
    taken, values = anatomy(bundle.law, verb), _values(bundle.law.vocabulary, asked_for)
    found: list[tuple[int, str, NearYes]] = []
    for one in taken.rows:
        if one.cells["effect"] == "allow":
            failing = taken.failing(one, values)
            failed = tuple(otherwise(clause, one, values) for clause in failing)
            near = NearYes(one.id, failed, "" if failed else row)
            found.append((len(failed), one.id, near))
    return min(found)[2] if found else None
