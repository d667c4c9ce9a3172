"""The reverse question: who can learn this field, when, and what keeps others from it.

Rules:

* Asked of every situation there is, over the same formulas as proofs (``comity.policytools.encoding``): the
  highest form that a grant leads to, and every restriction that stands before it in some situation. Casbin
  confirms each situation that is found.
* Where that cannot be (no solver, too many rows, words that cannot be encoded) situations are looked at, and
  every answer says of how many, and that this is a sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from comity.errors import StartError
from comity.policytools.explaining import Told
from comity.policytools.sampling import Situations, how_many
from comity.policytools.searching import Search
from comity.policytools.solver import negated
from comity.policytools.space import NotEncodable, widened
from comity.policytools.theory import Theories
from comity.policytools.wording import FORMS
from comity.rulings import Bundle, Form
from comity.rulings.anatomy import callables
from comity.rulings.columns import Verb
from comity.rulings.errors import MatcherFault
from comity.rulings.functions import ANY, FORM_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from comity.policytools.sampling import Around
    from comity.policytools.situations import Given
    from comity.policytools.theory import Theory
    from comity.rulings.columns import Row

# Rows about releases beyond which situations are sampled: what is asked of the solver grows with each grant
# times the restrictions before it, some ten milliseconds each at two hundred rows.
EXACT_ROWS_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class Access:
    """One way to learn a field.

    Attributes:
        row: the grant.
        form: the highest form it leads to.
        unless: restrictions that stand before it in some situations.
        example: one situation in which the grant decides; where there is one, form and restrictions are
            proved over every situation there is, and nothing was counted.
        count: situations in which it decided, of those looked at.
        looked_at: situations looked at.
        there_are: situations around the grant; where that is more, those looked at were a sample.
    """

    row: Told
    form: Form
    unless: tuple[Told, ...]
    example: str = ""
    count: int = 0
    looked_at: int = 0
    there_are: int = 0

    @property
    def sentence(self) -> str:
        """For people."""
        told = f"{FORMS[self.form]}, {self.row.when}: {self.row.id} ({self.row.law})."
        return told[0].upper() + told[1:]

    @property
    def certainty(self) -> str:
        """What this rests on."""
        if self.example:
            return f"Of all situations there are; for example {self.example}."
        return f"Decided in {self.count:,} of {how_many(self.looked_at, self.there_are)}."


def who_can(bundle: Bundle, path: str, given: Given) -> list[Access]:
    """Every grant that leads to this field in some situation, the highest form first. Blocking."""
    try:
        found = list(_exactly(bundle, path, given))
    except (NotEncodable, MatcherFault, StartError):
        found = list(_sampled(bundle, path, given))
    return sorted(found, key=lambda one: (-one.form, one.row.id))


def _grants(bundle: Bundle, path: str) -> Iterator[Row]:
    """Grants that speak of a field."""
    called = callables(bundle.law.links)
    for row in bundle.law.rows[Verb.RELEASE]:
        field = row.cells["field"]
        if row.cells["effect"] == "allow" and (field == ANY or called["g4"](path, field)):
            yield row


def _restricts(row: Row) -> bool:
    return row.cells["effect"] == "deny" and row.cells["tier"] != "default"


def _exactly(bundle: Bundle, path: str, given: Given) -> Iterator[Access]:
    """The same for every situation there is.

    Raises:
        NotEncodable: it cannot be said of all, or Casbin says otherwise.
        StartError: no solver is installed.
    """
    if len(bundle.law.rows[Verb.RELEASE]) > EXACT_ROWS_MAX:
        raise NotEncodable("too many rows")
    theory = Theories(bundle.law, given).of(Verb.RELEASE)
    for row in _grants(bundle, path):
        access = _leads(theory, row, path)
        if access is not None:
            yield access


def _leads(theory: Theory, row: Row, path: str) -> Access | None:
    """What a grant leads to, and what stands before it."""
    encoding, words = theory.encoding, theory.reading.words
    here = theory.reading.instead(r_field=encoding.readings.fixed("r_field", path))
    search = Search(theory, words["r_field"][path])
    first, forms = encoding.first(row, here), words["r_form"]
    for form in sorted(Form, reverse=True)[:-1]:
        word = form.name.lower()
        if word == "generalised" and path not in theory.law.how:
            continue  # nobody could make it coarser
        found = search.ordinary(first, forms[word])
        if found is not None:
            return _access_proved(theory, row, path, form, found)
    return None


def _access_proved(
    theory: Theory, row: Row, path: str, form: Form, found: Mapping[str, Any]
) -> Access:
    if theory.casbin(found) != (True, row.id):
        raise NotEncodable("Casbin does not confirm what the grant leads to")
    example = theory.told(found).removesuffix(":")
    return Access(Told.of(row), form, tuple(map(Told.of, _before(theory, row, path))), example)


def _before(theory: Theory, row: Row, path: str) -> list[Row]:
    """Restrictions that decide, in some situation, where a grant fits."""
    encoding = theory.encoding
    rows = {one.id: one for one in theory.taken.rows}
    here = theory.reading.instead(r_field=encoding.readings.fixed("r_field", path))
    search = Search(theory, theory.reading.words["r_field"][path])
    search.keep(encoding.match(row, here), encoding.decided_by(here, _restricts))
    found: dict[str, Row] = {}
    while (situation := search.next()) is not None:
        allowed, by = theory.casbin(situation)
        if allowed or by in found or not _restricts(rows[by]):
            raise NotEncodable("Casbin does not confirm what stands before the grant")
        found[by] = rows[by]
        search.keep(negated(encoding.first(rows[by], here)))
    return [found[name] for name in sorted(found)]


def _sampled(bundle: Bundle, path: str, given: Given) -> Iterator[Access]:
    """The same for situations that were looked at."""
    wide = Bundle(widened(bundle.law))
    situations, kinds = Situations(wide.law, given), [path.partition(".")[0]]
    for row in _grants(wide, path):
        access = _access(wide, row, path, situations.around(row, kinds))
        if access is not None:
            yield access


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
    return Access(
        row=Told.of(row),
        form=best,
        unless=tuple(Told.of(one) for one in unless if _restricts(one)),
        count=count,
        looked_at=len(around.looked_at),
        there_are=around.there_are,
    )
