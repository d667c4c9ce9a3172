"""From Casbin's yes and no to rulings: forms asked downwards, what an approval would change, reasons.

Pure: it is given a question (``Asks``) and never knows which engine answers it, so that Casbin as it comes
and the fast one share every line that is not evaluation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from comity.rulings.coarser import THEN, strictest
from comity.rulings.context import Form
from comity.rulings.effects import PENDING, PSEUDONYM, Effect, Instead
from comity.rulings.functions import FORM_WORDS
from comity.rulings.mask import Approval, FieldRuling
from comity.rulings.reasons import REASONS, ReasonCode

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from comity.rulings.columns import Row

# Asked in this order; the first yes is the form.
_DOWNWARDS: Final = tuple(
    (form, word) for word, form in sorted(FORM_WORDS.items(), key=lambda pair: -pair[1])
)


_EFFECTS: Final = {
    Form.FULL: Effect.RELEASE,
    Form.MASKED: Effect.MASK,
    Form.HIT: Effect.HIT_ONLY,
}


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


class WhatIf(NamedTuple):
    """What an approval would change, and every row that had a say in it."""

    needs: Approval | None
    rows: frozenset[str]


# Of a field that leaves in full nothing more can be approved.
NO_MORE: Final = WhatIf(None, frozenset())


def what_if(found: Found, levels: Iterable[tuple[str, Found]]) -> WhatIf:
    """The weakest approval that would raise the form.

    That none would is an answer, too: a row that stands in the way of every approval has its say in it.
    """
    rows: set[str] = set()
    for role, then in levels:
        rows |= {then.row, then.capped_by}
        if then.form > found.form:
            return WhatIf(Approval(role, then.form, then.row), frozenset(rows))
    return WhatIf(None, frozenset(rows))


def ruling(
    found: Found,
    *,
    then: WhatIf,
    rows: Mapping[str, Row],
    duties: frozenset[str],
    how: str,
    coarser: Iterable[str] = (),
    possible: Container[str] | None = None,
) -> FieldRuling:
    """What is said about a field: the deciding row in words, and a reason that may be told.

    Args:
        found: what Casbin allowed.
        then: what an approval would change. Where a row that is not told had its say in that, nothing is
            told at all: "no approval would do" beside a row that gives way to one would give it away.
        rows: every row by its id.
        duties: those that follow the record whichever row releases.
        how: the field's usual way of being made coarser.
        coarser: rows that refuse the full form, each of which may ask for a way of its own.
        possible: duties that this node can carry out or pass on; ``None`` when that is not its business.
            A duty outside turns the release into a refusal.
    """
    decider, capping = rows.get(found.row), rows.get(found.capped_by)
    bound = frozenset(decider.duties if decider else ()) | duties
    if found.form >= Form.HIT and possible is not None:
        undone = sorted(duty for duty in bound if duty not in possible)
        if undone:
            return _undone(found, undone[0], how)
    needs = then.needs
    named = {found.row, found.capped_by, *then.rows}
    told = all(rows[name].tell for name in named if name in rows)
    remedy = _remedy(found.form, capping, needs)
    ways = _ways(found.form, decider, [rows[one].how for one in coarser], how)
    effect = _effect(found.form, capping, remedy, ways)
    return FieldRuling(
        form=found.form,
        row=found.row,
        law=decider.law if decider else "",
        sentence=decider.sentence if decider else REASONS[ReasonCode.NO_LEGAL_BASIS].sentence,
        reason=_reason(found.form, capping, needs=needs, told=told),
        duties=tuple(sorted(bound)) if found.form >= Form.HIT else (),
        tell=told,
        needs=needs,
        how=ways,
        capped_by=found.capped_by,
        effect=effect.effect,
        detail=effect.detail,
        remedy=remedy,
    )


def _ways(form: Form, decider: Row | None, restricting: Iterable[str], how: str) -> str:
    """Ways of making coarser: the grant's or the usual one, and what every restriction asks for."""
    if form is not Form.GENERALISED:
        return how
    return strictest((decider.how if decider and decider.how else how, *restricting))


def _remedy(form: Form, capping: Row | None, needs: Approval | None) -> Instead | None:
    """What would have to happen for more to leave: what the row says, else an approval."""
    if form is Form.FULL:
        return None
    if capping and capping.instead and capping.instead.effect in PENDING:
        return capping.instead
    if needs is None:
        return None
    role, _, two = needs.role.partition("+")
    judicial = role == "judge"
    effect = Effect.NEEDS_JUDICIAL if judicial else Effect.NEEDS_HUMAN
    return Instead(effect, role, people=2 if two else 1)


def _effect(form: Form, capping: Row | None, remedy: Instead | None, ways: str) -> Instead:
    if form is Form.GENERALISED:
        covered = PSEUDONYM in ways.split(THEN)
        return Instead(Effect.PSEUDONYMISE if covered else Effect.GENERALISE, ways)
    if form > Form.NOTHING:
        return Instead(_EFFECTS[form])
    if capping and capping.instead:
        return capping.instead
    if remedy:
        return remedy
    barred = capping is not None and capping.cells.get("tier") == "bar"
    return Instead(Effect.DENY if barred else Effect.WITHHOLD)


def _reason(form: Form, capping: Row | None, *, needs: Approval | None, told: bool) -> ReasonCode:
    if form is Form.FULL:
        return ReasonCode.OK
    if form >= Form.MASKED:
        return ReasonCode.GENERALISED
    if not told:
        return ReasonCode.UNAVAILABLE
    if needs is not None and not (capping and capping.instead):
        judicial = needs.role == "judge"
        return ReasonCode.NEED_JUDICIAL if judicial else ReasonCode.NEED_CONSENT_OWNER
    return capping.reason if capping else ReasonCode.NO_LEGAL_BASIS


def refused(how: str) -> FieldRuling:
    """The ruling when the law could not be evaluated: nothing leaves, nothing is explained."""
    return _nothing("", REASONS[ReasonCode.UNAVAILABLE].sentence, how)


def _undone(found: Found, duty: str, how: str) -> FieldRuling:
    """A release whose duty nobody can carry out is none."""
    return _nothing(found.row, f"The duty {duty} binds this release and cannot be met here.", how)


def _nothing(row: str, sentence: str, how: str) -> FieldRuling:
    return FieldRuling(
        form=Form.NOTHING,
        row=row,
        law="",
        sentence=sentence,
        reason=ReasonCode.UNAVAILABLE,
        duties=(),
        tell=False,
        needs=None,
        how=how,
        capped_by="",
        effect=Effect.DENY,
        detail="",
        remedy=None,
    )
