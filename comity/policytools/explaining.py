"""One situation explained, field by field: form, row, law, what an approval would change, the nearest miss.

The ruling is the bundle's own. The nearest miss is the grant that would have released more and that fails in
the fewest places; each place is a part of the matcher, named by its column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comity.policytools.wording import attribute, conditions, either, record_words, request_words
from comity.rulings import Form
from comity.rulings.anatomy import anatomy
from comity.rulings.asked import asked, labelled
from comity.rulings.columns import Verb
from comity.rulings.functions import ANY, FORM_WORDS, NONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from comity.rulings import Bundle, FieldRuling, RecordLabels, RequestContext
    from comity.rulings.anatomy import Anatomy, Clause
    from comity.rulings.columns import Row


@dataclass(frozen=True, slots=True)
class Told:
    """A row as people are told of it.

    Attributes:
        when: when it applies, in words.
    """

    id: str
    law: str
    sentence: str
    when: str

    @classmethod
    def of(cls, row: Row) -> Told:
        """A row in words."""
        return cls(row.id, row.law, row.sentence, conditions(row))


def told(row: Row | None) -> Told | None:
    """A row in words, where there is one."""
    return None if row is None else Told.of(row)


@dataclass(frozen=True, slots=True)
class Miss:
    """A grant that would have released more.

    Attributes:
        failed: in words, what would have to be otherwise; empty where only ``blocked_by`` stands against it.
        blocked_by: the row that refuses although the grant fits; empty where the grant does not fit.
    """

    row: str
    form: Form
    failed: tuple[str, ...]
    blocked_by: str


@dataclass(frozen=True, slots=True)
class FieldExplained:
    """One field: its ruling, what came nearest to more, and the row that refused the next higher form."""

    path: str
    ruling: FieldRuling
    miss: Miss | None
    searchable: bool
    capped_by: Told | None


@dataclass(frozen=True, slots=True)
class Explained:
    """One situation.

    Attributes:
        request: who asks for what and why, in words.
        record: what the record is, in words.
        duty_rows: duties with the rows they come from, whichever row released.
    """

    request: str
    record: str
    fields: tuple[FieldExplained, ...]
    duties: tuple[str, ...]
    duty_rows: tuple[tuple[str, Told], ...]

    @property
    def best(self) -> Form:
        """The highest form of any field."""
        return max((one.ruling.form for one in self.fields), default=Form.NOTHING)


def explain(bundle: Bundle, request: RequestContext, labels: RecordLabels) -> Explained:
    """What the law makes of one request and one record, and why."""
    mask = bundle.mask(request, labels)
    may = bundle.match(request, labels)
    words = bundle.law.vocabulary
    values = (asked(request, words), labelled(labels, words, request))
    grants = _Grants(anatomy(bundle.law, Verb.RELEASE), values)
    return Explained(
        request=request_words(request),
        record=record_words(labels),
        fields=tuple(
            FieldExplained(
                path,
                ruling,
                grants.nearest(path, ruling),
                searchable=path in may,
                capped_by=told(bundle.rows.get(ruling.capped_by)),
            )
            for path, ruling in mask.items()
        ),
        duties=mask.duties,
        duty_rows=tuple(
            (row.cells["duty"], Told.of(row)) for row in _duty_rows(bundle, values, mask.duties)
        ),
    )


def _duty_rows(bundle: Bundle, values: tuple[Any, Any], duties: tuple[str, ...]) -> Iterator[Row]:
    taken = anatomy(bundle.law, Verb.DUTY)
    for row in taken.rows:
        duty = row.cells["duty"]
        if duty in duties and row.cells["effect"] == "allow" and taken.fits(row, (*values, duty)):
            yield row


class _Grants:
    """Grants of one law for one situation, with what keeps each from fitting, whatever the field."""

    __slots__ = ("_grants", "_taken", "_values")

    def __init__(self, taken: Anatomy, values: tuple[Any, Any]) -> None:
        self._taken = taken
        self._values = values
        about = [clause for clause in taken.clauses if not clause.variables]
        self._grants = [
            (row, [clause for clause in about if not self._holds(clause, row, "", "")])
            for row in taken.rows
            if row.cells["effect"] == "allow"
        ]

    def _holds(self, clause: Clause, row: Row, path: str, form: str) -> bool:
        return bool(clause.holds(*self._values, path, form, *self._taken.words(row)))

    def nearest(self, path: str, ruling: FieldRuling) -> Miss | None:
        """The grant nearest to releasing more of a field; nothing where no grant speaks of more."""
        found: list[tuple[int, int, int, str, Miss]] = []
        for row, failing in self._grants:
            word = row.cells["form"].removeprefix("<=")
            form = FORM_WORDS[word]
            if form <= ruling.form or (form is Form.GENERALISED and not ruling.how):
                continue
            if not all(
                self._holds(clause, row, path, word)
                for clause in self._taken.clauses
                if clause.variables
            ):
                continue
            failed = tuple(otherwise(clause, row, self._values) for clause in failing)
            blocked = ruling.capped_by if not failed else ""
            miss = Miss(row.id, form, failed, blocked)
            # Another question may be asked; what the record is stays as it is.
            of_record = sum(any(one == "r_rec" for one, _ in each.attributes) for each in failing)
            found.append((len(failed), of_record, -form, row.id, miss))
        return min(found)[-1] if found else None


def otherwise(clause: Clause, row: Row, values: Sequence[Any]) -> str:
    """What would have to be otherwise for a row to fit here, in words."""
    columns = [one for one in clause.columns if row.cells.get(one, ANY) not in (ANY, NONE)]
    have = {
        name: getattr(values[0 if source == "r_req" else 1], name)
        for source, name in clause.attributes
        if name != "facts"
    }
    wanted = " and ".join(_wanted(column, row) for column in columns)
    if not have:
        return wanted or "what is asked about is another thing"
    if len(columns) == 1 and len(have) == 1:
        (name, word) = next(iter(have.items()))
        return f"{attribute(name)} is {_shown(word)}; {wanted}"
    here = ", ".join(f"{attribute(name)} is {_shown(word)}" for name, word in have.items())
    return f"{here}; {wanted}" if columns else f"these do not go together: {here}"


def _wanted(column: str, row: Row) -> str:
    if column == "when":
        return f"the row is for where {row.cells[column]}"
    if column == "approval":
        return f"the {row.cells[column]} has to agree"
    return f"the row is for {either(row.cells[column])}"


def _shown(word: Any) -> str:
    if isinstance(word, frozenset):
        return ", ".join(sorted(word)) or "none"
    return str(word)
