"""From Casbin's yes and no to rulings: forms asked downwards, what an approval would change, reasons.

Pure: it is given a question (``Asks``) and never knows which engine answers it, so that Casbin as it comes
and the fast one share every line that is not evaluation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from comity.rulings.context import Form
from comity.rulings.functions import FORM_WORDS
from comity.rulings.mask import Approval, FieldRuling
from comity.rulings.reasons import REASONS, ReasonCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from comity.rulings.columns import Row

# Asked in this order; the first yes is the form.
_DOWNWARDS: Final = tuple(
    (form, word) for word, form in sorted(FORM_WORDS.items(), key=lambda pair: -pair[1])
)


class Asks(Protocol):
    """May one field leave in a form? With the id of the row that says so."""

    def __call__(self, form: str, /) -> tuple[bool, str]:
        """Yes or no, and the deciding row (empty when no row matched)."""
        ...


class Found(NamedTuple):
    """The highest form that is allowed, the row that decides, and the row that refused the next one."""

    form: Form
    row: str
    capped_by: str


def highest(asks: Asks, *, how: str) -> Found:
    """The first form that is allowed, from the top. A field that nobody can generalise skips that form."""
    capped_by = ""
    row = ""
    for form, word in _DOWNWARDS:
        if form is Form.GENERALISED and not how:
            continue
        allowed, row = asks(word)
        if allowed:
            return Found(form, row, capped_by)
        capped_by = row
    return Found(Form.NOTHING, row, capped_by)


def needed(found: Found, what_if: Iterable[tuple[str, Found]]) -> Approval | None:
    """The weakest approval that would raise the form."""
    for role, then in what_if:
        if then.form > found.form:
            return Approval(role, then.form, then.row)
    return None


def ruling(
    found: Found,
    *,
    needs: Approval | None,
    rows: Mapping[str, Row],
    duties: frozenset[str],
    how: str,
) -> FieldRuling:
    """What is said about a field: the deciding row in words, and a reason that may be told."""
    decider, capping = rows.get(found.row), rows.get(found.capped_by)
    told = all(row is None or row.tell for row in (decider, capping))
    own = frozenset(decider.duties) if decider else frozenset()
    return FieldRuling(
        form=found.form,
        row=found.row,
        law=decider.law if decider else "",
        sentence=decider.sentence if decider else REASONS[ReasonCode.NO_LEGAL_BASIS].sentence,
        reason=_reason(found.form, capping, needs=needs, told=told),
        duties=tuple(sorted(own | duties)) if found.form >= Form.HIT else (),
        tell=told,
        needs=needs,
        how=how,
        capped_by=found.capped_by,
    )


def _reason(form: Form, capping: Row | None, *, needs: Approval | None, told: bool) -> ReasonCode:
    if form is Form.FULL:
        return ReasonCode.OK
    if form >= Form.MASKED:
        return ReasonCode.GENERALISED
    if not told:
        return ReasonCode.UNAVAILABLE
    if needs is not None:
        judicial = needs.role == "judge"
        return ReasonCode.NEED_JUDICIAL if judicial else ReasonCode.NEED_CONSENT_OWNER
    return capping.reason if capping else ReasonCode.NO_LEGAL_BASIS


def refused(how: str) -> FieldRuling:
    """The ruling when the law could not be evaluated: nothing leaves, nothing is explained."""
    return FieldRuling(
        form=Form.NOTHING,
        row="",
        law="",
        sentence=REASONS[ReasonCode.UNAVAILABLE].sentence,
        reason=ReasonCode.UNAVAILABLE,
        duties=(),
        tell=False,
        needs=None,
        how=how,
        capped_by="",
    )
