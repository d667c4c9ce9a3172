"""When a changed row lets fields leave otherwise: of every situation there is, none sampled.

Rules:

* A field leaves otherwise only where a changed row decides, in the new law or in the old one. So each
  changed row is asked: from which form to which does it move which fields, with which words of a question?
* Words are told one by one: each that is named occurs in such a situation, none that is left out does. Not
  every combination of them need occur.
* Casbin decides a situation of each kind, both forms, before it is told.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from comity.policytools.both import FIELD
from comity.policytools.encoding import BEFORE
from comity.policytools.searching import Search
from comity.policytools.solver import all_of, any_of, negated
from comity.policytools.space import END_USER, NotEncodable
from comity.policytools.telling import Telling
from comity.rulings.columns import Verb
from comity.rulings.context import Form
from comity.rulings.functions import FORM_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from comity.policytools.both import Both, Slice
    from comity.policytools.limits import Limit
    from comity.policytools.space import Space
    from comity.rulings.columns import Row

# Rows that decide now in the place of one that is gone, as far as they are named.
DECIDERS_MAX: Final = 4
_FORM: Final = "r_form"
_UPWARDS: Final = tuple(sorted(FORM_WORDS, key=lambda word: FORM_WORDS[word]))
_FORMS: Final = tuple(Form)


@dataclass(frozen=True, slots=True)
class Move:
    """Fields that leave otherwise because of one changed row.

    Attributes:
        changed: the row that was added, changed or removed.
        fields: every field that does.
        before: the form in which they left.
        after: the form in which they leave.
        rows: rows that decide now whether they leave in the higher of both forms.
        more_rows: whether others do so besides.
        words: each word of a question, to the values with which this happens; of marks a record may bear.
        without: marks that a record may be without.
        space: every value that words may have here.
    """

    changed: str
    fields: tuple[str, ...]
    before: Form
    after: Form
    rows: tuple[str, ...]
    more_rows: bool
    words: Mapping[str, frozenset[Any]]
    without: frozenset[str]
    space: Space


class Moving:
    """What each changed row of the verb release moves.

    Args:
        both: both laws' rows.
        limit: how long all of it may take.
    """

    def __init__(self, both: Both, limit: Limit) -> None:
        self._both = both
        self._limit = limit

    @property
    def telling(self) -> Telling:
        """Words of these laws."""
        return Telling(self._both.law, self._both.wide)

    def fate(self, name: str) -> str:
        """What became of a row."""
        return "otherwise" if name in self._both.by_id else "gone"

    def sentence(self, name: str) -> str:
        """What a row of the new law says of itself."""
        row = self._both.by_id.get(name)
        return row.sentence if row else "No rule allows it."

    def rows(self) -> list[str]:
        """Changed rows; first those that may let more leave."""
        told: dict[str, list[Row]] = defaultdict(list)
        for row in self._both.changed:
            told[row.id.removeprefix(BEFORE)].append(row)
        return sorted(told, key=lambda name: (not any(map(_may_release, told[name])), name))

    def of(self, name: str) -> list[Move]:
        """What one changed row moves.

        Raises:
            NotEncodable: it cannot be said; ``TooLong`` among them.
        """
        both = self._both
        versions = [both.by_id[one] for one in (name, BEFORE + name) if one in both.by_id]
        versions = [one for one in versions if one in both.changed]
        near = both.near
        # In whatever form: which one is the highest depends on rows about the others, too.
        bits = near.union(versions, whatever=_FORM)
        here = near.chosen(both.rows, bits)
        mine = near.places(versions)
        kinds = {paths[0]: paths for paths in both.kinds(here)}
        kinds = {path: paths for path, paths in kinds.items() if near.along(FIELD, path) & mine}
        if not kinds:
            return []
        part = both.slice(bits, list(kinds), limit=self._limit)
        return list(_Row(both, part, kinds, name, self._limit).moves())


class _Row:
    """One changed row with what can meet it."""

    def __init__(
        self,
        both: Both,
        part: Slice,
        kinds: Mapping[str, list[str]],
        name: str,
        limit: Limit,
    ) -> None:
        self._both = both
        self._part = part
        self._kinds = kinds
        self._name = name
        self._limit = limit
        theory = part.theory
        self._theory = theory
        self._search = Search(theory, varied=True)
        encoding = theory.encoding
        self._readings = {
            word: theory.reading.instead(r_form=encoding.readings.fixed(_FORM, word))
            for word in _UPWARDS
        }
        fields = theory.reading.words[FIELD]
        self._coarser = any_of(fields[path] for path in kinds if path in both.law.how)
        self._now = {
            FORM_WORDS[word]: self._search.named(encoding.allowed(reading, part.now))
            for word, reading in self._readings.items()
        }
        self._was = {
            FORM_WORDS[word]: self._search.named(encoding.allowed(reading, part.was))
            for word, reading in self._readings.items()
        }

    def moves(self) -> Iterator[Move]:
        """Every move, by the row itself and by others in its place."""
        for word, reading in self._readings.items():
            form = FORM_WORDS[word]
            for decides in (self._deciding(reading), self._decided(reading)):
                if decides is False:
                    continue
                said = self._search.named(decides)
                for other in _FORMS[: form.value]:
                    for before, after in ((other, form), (form, other)):
                        wanted = [
                            said,
                            self._leaves(self._was, before),
                            self._leaves(self._now, after),
                        ]
                        yield from self._move(word, before, after, wanted)

    def _deciding(self, reading: Any) -> Any:
        """When the row as it is now decides."""
        row = next((one for one in self._part.now if one.id == self._name), None)
        if row is None:
            return False
        return self._theory.encoding.first(row, reading, self._part.now)

    def _decided(self, reading: Any) -> Any:
        """When the row as it was decided, and none that was added or changed does in its place."""
        row = next((one for one in self._part.was if one.id == BEFORE + self._name), None)
        if row is None:
            return False
        fresh = {one.id for one in self._both.changed}
        encoding = self._theory.encoding
        others = encoding.decided_by(reading, lambda one: one.id in fresh, self._part.now)
        return all_of((encoding.first(row, reading, self._part.was), negated(others)))

    def _leaves(self, allowed: Mapping[Form, Any], form: Form) -> Any:
        """When a form is the highest that is allowed; nobody asks for "coarser" where nothing makes it so."""
        parts = []
        for one, said in allowed.items():
            asked = all_of((said, self._coarser)) if one is Form.GENERALISED else said
            if one is form:
                parts.append(asked)
            elif one > form:
                parts.append(negated(asked))
        return all_of(parts)

    def _move(self, word: str, before: Form, after: Form, wanted: list[Any]) -> Iterator[Move]:
        self._limit.look()
        with self._search.within(*wanted) as found:
            if found is None:
                return
            rows, more = self._deciders(found, word)
            self._check(found, before, after)
        with self._search.within(*wanted) as found:
            words, without = self._reached(found)
        fields = [path for one in sorted(words.pop(FIELD)) for path in self._kinds[one]]
        space = self._theory.encoding.space
        yield Move(
            self._name, tuple(sorted(fields)), before, after, rows, more, words, without, space
        )

    def _deciders(self, found: dict[str, Any] | None, word: str) -> tuple[tuple[str, ...], bool]:
        """Rows of the new law that decide the higher form, and whether there are others."""
        now = {one.id: one for one in self._part.now}
        rows: list[str] = []
        while found is not None:
            _, (_, row) = self._both.casbin({**found, _FORM: word})
            if row in rows or (row and row not in now):
                raise NotEncodable("Casbin decides by another row")
            if len(rows) == DECIDERS_MAX:
                return tuple(rows), True
            rows.append(row)
            if row == self._name:
                break
            encoding, reading = self._theory.encoding, self._readings[word]
            if row:
                self._search.keep(negated(encoding.first(now[row], reading, self._part.now)))
            else:
                self._search.keep(any_of(encoding.match(one, reading) for one in self._part.now))
            found = self._search.next()
        return tuple(sorted(rows)), False

    def _check(self, found: Mapping[str, Any], before: Form, after: Form) -> None:
        """Whether Casbin lets a situation's field leave so before, and so after.

        Raises:
            NotEncodable: it does not.
        """
        path = found[FIELD]
        forms = [
            (form, word)
            for word, form in FORM_WORDS.items()
            if form is not Form.GENERALISED or path in self._both.law.how
        ]
        answers = {form: self._both.casbin({**found, _FORM: word}) for form, word in forms}
        for which, form in ((0, before), (1, after)):
            highest = max(
                (one for one, said in answers.items() if said[which][0]), default=Form.NOTHING
            )
            if highest is not form:
                raise NotEncodable("Casbin does not confirm the difference")

    def _reached(
        self, found: dict[str, Any] | None
    ) -> tuple[dict[str, frozenset[Any]], frozenset[str]]:
        """Every value of each word with which this happens: found until no situation has another one."""
        theory, sets = self._theory, self._theory.encoding.space.sets
        choices = {
            name: choice
            for name, choice in theory.reading.words.items()
            if name not in (END_USER, _FORM)
        }
        seen: dict[str, set[Any]] = {name: set() for name in choices}
        without: dict[str, set[Any]] = {name: set() for name in sets}
        while found is not None:
            self._limit.look()
            for name, choice in choices.items():
                if name in sets:
                    seen[name] |= found[name]
                    without[name] |= choice.keys() - found[name]
                else:
                    seen[name].add(found[name])
            fresh = [
                said
                for name, choice in choices.items()
                for value, said in choice.items()
                if value not in seen[name]
            ]
            fresh += [
                negated(said)
                for name in sets
                for value, said in choices[name].items()
                if value not in without[name]
            ]
            if not fresh:
                break
            self._search.keep(any_of(fresh))
            found = self._search.next()
        told = {name: frozenset(values) for name, values in seen.items()}
        return told, frozenset(value for values in without.values() for value in values)


def _may_release(row: Row) -> bool:
    """Whether a row that is there now, or was, may let more leave: a grant now, a restriction then."""
    return (row.cells["effect"] == "allow") is not row.id.startswith(BEFORE)


def moving(pairs: Mapping[Verb, Both], limit: Limit) -> Moving | None:
    """What rows about releases move, where they can be compared at all."""
    both = pairs.get(Verb.RELEASE)
    return None if both is None or not both.changed else Moving(both, limit)
