"""The reverse question: who can learn this field, when, and what keeps others from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.policytools.explaining import Told
from comity.policytools.sampling import Situations, how_many
from comity.policytools.space import widened
from comity.policytools.wording import FORMS
from comity.rulings import Bundle, Form
from comity.rulings.anatomy import callables
from comity.rulings.columns import Verb
from comity.rulings.functions import ANY, FORM_WORDS

if TYPE_CHECKING:
    from comity.policytools.sampling import Around
    from comity.policytools.situations import Given
    from comity.rulings.columns import Row


@dataclass(frozen=True, slots=True)
class Access:
    """One way to learn a field.

    Attributes:
        row: the grant.
        form: the highest form it led to in the situations looked at.
        unless: restrictions that stood before it in some of them.
        count: situations in which it decided.
        looked_at: situations looked at.
        there_are: situations around the grant; where that is more, those looked at were a sample.
    """

    row: Told
    form: Form
    unless: tuple[Told, ...]
    count: int
    looked_at: int
    there_are: int

    @property
    def sentence(self) -> str:
        """For people."""
        told = f"{FORMS[self.form]}, {self.row.when}: {self.row.id} ({self.row.law})."
        return told[0].upper() + told[1:]

    @property
    def certainty(self) -> str:
        """How many situations this rests on."""
        return f"Decided in {self.count:,} of {how_many(self.looked_at, self.there_are)}."


def who_can(bundle: Bundle, path: str, given: Given) -> list[Access]:
    """Every grant that leads to this field in some situation, the highest form first."""
    wide = Bundle(widened(bundle.law))
    called = callables(wide.law.links)
    entity = path.partition(".")[0]
    situations = Situations(wide.law, given, entity_types=[entity])
    found = []
    for row in wide.law.rows[Verb.RELEASE]:
        field = row.cells["field"]
        if row.cells["effect"] != "allow" or not (field == ANY or called["g4"](path, field)):
            continue
        access = _access(wide, row, path, situations.around(row))
        if access is not None:
            found.append(access)
    return sorted(found, key=lambda one: (-one.form, one.row.id))


def _access(bundle: Bundle, row: Row, path: str, around: Around) -> Access | None:
    best, count, before = Form.NOTHING, 0, set()
    granted = FORM_WORDS[row.cells["form"].removeprefix("<=")]
    for one in around.looked_at:
        ruling = bundle.mask(one.request, one.labels).get(path)
        if ruling is None:
            continue
        if ruling.row == row.id:
            count += 1
            best = max(best, ruling.form)
        if ruling.form < granted:
            before.add(ruling.capped_by or ruling.row)
    if not count:
        return None
    unless = [bundle.rows[name] for name in sorted(before) if name in bundle.rows]
    kept = [
        one for one in unless if one.cells["effect"] == "deny" and one.cells["tier"] != "default"
    ]
    return Access(
        row=Told.of(row),
        form=best,
        unless=tuple(map(Told.of, kept)),
        count=count,
        looked_at=len(around.looked_at),
        there_are=around.there_are,
    )
