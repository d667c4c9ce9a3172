"""Every situation there can be, as finitely many: for each word, the values that rows tell apart.

Rules:

* Words of the vocabulary stand for themselves, ``unknown`` among them; so does every member, and for each
  country one member that nobody has named yet, because tomorrow's directory may hold it.
* Countries that no row, member or group tells apart are represented by three of their kind: requester, end
  user and country of refuge can then still be three different ones.
* Days are the first days on which a row begins or has ended; cases are those that rows name, and another.
* An attribute of which nobody knows the values refuses the proof: nothing is left out in silence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from comity.rulings import asked as contexts
from comity.rulings.columns import Verb
from comity.rulings.conditions import Kind, atoms
from comity.rulings.context import APPROVALS, UNKNOWN
from comity.rulings.functions import ANY, FORM_WORDS, NONE, OF_COUNTRIES, REFUGEE_FROM
from comity.rulings.roles import closure
from comity.rulings.terms import STANDINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from comity.rulings.anatomy import Anatomy
    from comity.rulings.conditions import Atom
    from comity.rulings.law import Law

# Of countries that nothing tells apart, so many are looked at.
ALIKE: Final = 3
NEWCOMER: Final = "member-of-"
OTHER_CASE: Final = "a-case-that-no-row-names"
OTHER_WORD: Final = "another-word"
STAGES: Final = (1, 2, 3, 4)
_AGENCIES: Final = frozenset({"agency", "requester", "target", "holder", "receiver"})
_COUNTRIES: Final = frozenset(
    {
        "country",
        "end_user_country",
        *(f"{party}_country" for party in ("requester", "target", "holder", "receiver")),
    }
)
_ENTITIES: Final = frozenset({"entity", "entity_type"})
_WORDS: Final[Mapping[str, str]] = {
    "role": "roles",
    "purpose": "purposes",
    "instrument": "instruments",
    "offence": "offences",
    "sought": "subjects",
    "subject": "subjects",
    "other": "subjects",
    "urgency": "urgencies",
}
_RELEASE: Final[Mapping[str, type]] = {"r_req": contexts.Asked, "r_rec": contexts.Labelled}
_USE: Final[Mapping[str, type]] = {"r_req": contexts.Used, "r_rec": contexts.Labelled}
_KINDS: Final[Mapping[Verb, Mapping[str, type]]] = {
    Verb.ASK: {"r_req": contexts.AskedHere},
    Verb.ROUTE: {"r_req": contexts.Routed},
    Verb.RELATION: {"r_req": contexts.Asked, "r_rec": contexts.Edge},
    Verb.ONWARD: _USE,
    Verb.EVIDENCE: _USE,
    Verb.RETAIN: _USE,
}
# Facts that conditions read, by the source whose attribute ``facts`` holds them.
FACTS: Final[Mapping[str, str]] = {"Facts": "r_req", "RecordFacts": "r_rec"}
# Facts that are another word of the question.
SAME_AS: Final[Mapping[str, str]] = {"r_req.facts.treaty": "r_req.treaty"}
MARKED: Final = "r_rec.facts.markings"
# The condition that asks for a mark.
_MARKED: Final = "marked"
# Words that conditions name of one fact that holds several.
AMONG_MAX: Final = 6
END_USER: Final = "r_req.end_user"
_NUMBER: Final = re.compile(r"\d+")


class NotEncodable(ValueError):
    """Something that a proof would have to leave out; the text says what."""


@dataclass(frozen=True, slots=True)
class Space:
    """The situations.

    Attributes:
        scalars: word of a question (``r_req.purpose``, ``r_field``) to its values; it has exactly one.
        sets: word of a question to the values it may have any number of.
    """

    scalars: Mapping[str, tuple[Any, ...]]
    sets: Mapping[str, tuple[str, ...]]


def widened(law: Law) -> Law:
    """The law with a member of every country, so that a proof holds for members to come."""
    words = law.vocabulary
    held = set(words.agencies.values())
    new = {NEWCOMER + country: country for country in _countries(law) if country not in held}
    links = {**law.links, "g": tuple(sorted({*law.links["g"], *new.items()}))}
    return replace(law, vocabulary=words.with_members(new), links=links)


def space_of(law: Law, taken: Anatomy) -> Space:
    """The situations that a verb's matcher tells apart.

    Raises:
        NotEncodable: an attribute of which nobody knows the values.
    """
    scalars: dict[str, tuple[Any, ...]] = {}
    sets: dict[str, tuple[str, ...]] = {}
    kinds = _KINDS.get(taken.verb, _RELEASE)
    for clause in taken.clauses:
        for source, name in clause.attributes:
            shape = {one.name: str(one.type) for one in fields(kinds[source])}.get(name, "")
            key = f"{source}.{name}"
            if shape in FACTS:
                scalars.update(_facts(taken, source))
            elif shape.startswith("frozenset"):
                sets[key] = tuple(sorted(_elements(law, taken, name)))
            elif key != END_USER:
                scalars[key] = tuple(_values(law, taken, name, shape))
        for variable in clause.variables:
            scalars[variable] = tuple(_variable(law, variable))
    scalars = {name: told for name, told in scalars.items() if SAME_AS.get(name) not in scalars}
    if any(f"r_req.{name}" == END_USER for _, name in _attributes(taken)):
        for name in ("agency", "country", "end_user_country"):
            scalars.setdefault(f"r_req.{name}", tuple(_values(law, taken, name, "str")))
    return Space(scalars, sets)


def narrowed(space: Space, law: Law, taken: Anatomy) -> Space:
    """The same situations as far as these rows, some of the law's, tell them apart.

    Members and countries stay all that the law tells apart: they depend on each other.
    """
    scalars: dict[str, tuple[Any, ...]] = {}
    facts = {
        name: told for source in FACTS.values() for name, told in _facts(taken, source).items()
    }
    for name, values in space.scalars.items():
        source, _, attribute = name.partition(".")
        if attribute.startswith("facts."):
            if name in facts:
                scalars[name] = facts[name]
        elif source == "r_req" and attribute in ("case", "today"):
            scalars[name] = tuple(_values(law, taken, attribute, "str"))
        else:
            scalars[name] = values
    return Space(scalars, space.sets)


def _attributes(taken: Anatomy) -> set[tuple[str, str]]:
    return {pair for clause in taken.clauses for pair in clause.attributes}


def _values(law: Law, taken: Anatomy, name: str, shape: str) -> Iterable[Any]:
    words = law.vocabulary
    known: Mapping[str, Callable[[], Iterable[Any]]] = {
        **dict.fromkeys(_AGENCIES, lambda: sorted({*words.agencies, UNKNOWN})),
        **dict.fromkeys(_COUNTRIES, lambda: sorted({*_countries(law), UNKNOWN})),
        **dict.fromkeys(_ENTITIES, lambda: sorted({*words.entities, UNKNOWN})),
        **dict.fromkeys(_WORDS, lambda: sorted({*getattr(words, _WORDS[name]), UNKNOWN})),
        "stage": lambda: STAGES,
        "approval": lambda: APPROVALS,
        "case": lambda: sorted({*_cells(taken, "case"), OTHER_CASE}),
        "today": lambda: _days(taken),
        "treaty": lambda: STANDINGS,
    }
    return known[name]() if name in known else _unforeseen(law, taken, name, shape)


def _facts(taken: Anatomy, source: str) -> dict[str, tuple[Any, ...]]:
    """Facts that some row's conditions read, each with the values that conditions tell apart."""
    told: dict[str, list[Atom]] = defaultdict(list)
    for row in taken.rows:
        for atom in atoms(row.cells.get("when", NONE)):
            if fact(atom).startswith(source) and fact(atom) != MARKED:
                told[fact(atom)].append(atom)
    return {name: _fact_values(name, about) for name, about in sorted(told.items())}


def fact(atom: Atom) -> str:
    """What a condition reads, as a word of the question."""
    source = "r_rec" if atom.condition.of_record else "r_req"
    return f"{source}.facts.{atom.condition.reads}"


def _fact_values(name: str, about: list[Atom]) -> tuple[Any, ...]:
    words = sorted({atom.value for atom in about})
    match about[0].condition.kind:
        case Kind.YES:
            return (None, False, True)
        case Kind.NUMBER:
            numbers = {int(word) - less for word in words for less in (0, 1)}
            return (None, *sorted(numbers))
        case Kind.WORD:
            return (None, *words, OTHER_WORD)
    if len(words) > AMONG_MAX:
        raise NotEncodable(f'conditions name more than {AMONG_MAX} words of "{name}"')
    return (None, *subsets(words))


def subsets(words: Sequence[str]) -> tuple[frozenset[str], ...]:
    """Every choice of some of the words."""
    sizes = range(len(words) + 1)
    return tuple(frozenset(one) for size in sizes for one in combinations(words, size))


def _unforeseen(law: Law, taken: Anatomy, name: str, shape: str) -> Iterable[Any]:
    """Values of an attribute that this module has not heard of."""
    if shape == "bool":
        return (False, True)
    columns = {
        column
        for clause in taken.clauses
        if name in {attribute for _, attribute in clause.attributes}
        for column in clause.columns
    }
    cells = {word for column in columns for word in _cells(taken, column)}
    listed = getattr(law.vocabulary, f"{name}s", None)
    if shape == "str" and isinstance(listed, frozenset):
        return sorted({*listed, UNKNOWN})
    if shape == "int" and columns:
        numbers = {int(one) for word in cells for one in _NUMBER.findall(word)}
        return sorted({0, *(number + more for number in numbers for more in (0, 1))})
    if shape == "str" and columns:
        return sorted({*cells, UNKNOWN, OTHER_WORD})
    raise NotEncodable(f'nobody knows the values of "{name}", which the matcher reads')


def _variable(law: Law, variable: str) -> Iterable[str]:
    match variable:
        case "r_field":
            return sorted(law.vocabulary.paths)
        case "r_form":
            return FORM_WORDS
        case "r_relation":
            return sorted({*law.vocabulary.relations, UNKNOWN})
        case "r_duty":
            return sorted(law.vocabulary.duties)
    raise NotEncodable(f'nobody knows the values of "{variable}", which the matcher reads')


def _cells(taken: Anatomy, column: str) -> set[str]:
    """Words that stand in a column, without ``*`` and ``-``."""
    told = {row.cells.get(column, ANY) for row in taken.rows}
    return {word for cell in told for word in cell.split("|")} - {ANY, NONE, UNKNOWN}


def _days(taken: Anatomy) -> list[str]:
    """One day of each interval between the days on which rows begin or have ended."""
    cuts = {date.fromisoformat(day) for day in _cells(taken, "from")}
    cuts |= {date.fromisoformat(day) + timedelta(days=1) for day in _cells(taken, "until")}
    first = min(cuts, default=date(2026, 1, 1)) - timedelta(days=1)
    return [day.isoformat() for day in sorted({first, *cuts})]


def _elements(law: Law, taken: Anatomy, name: str) -> set[str]:
    if name == "markings":
        told = {f"{REFUGEE_FROM}{country}" for country in _countries(law)}
        named = _cells(taken, "marking") | _marks_asked_for(law)
        told |= {mark for mark in named if mark.startswith(OF_COUNTRIES)}
        return told | law.vocabulary.markings | {UNKNOWN}
    columns = {
        column
        for clause in taken.clauses
        if name in {attribute for _, attribute in clause.attributes}
        for column in clause.columns
    }
    cells = {word for column in columns for word in _cells(taken, column)}
    return cells | set(getattr(law.vocabulary, name, ()))


def _countries(law: Law) -> list[str]:
    """Countries that rows or members name, and some of each kind that nothing tells apart."""
    kept: list[str] = []
    for alone, some in _kinds_of_countries(law):
        kept += some if alone else some[:ALIKE]
    return sorted(kept)


def alike_countries(law: Law) -> dict[str, list[str]]:
    """Of countries of which some stand for all: each of those, to the others of its kind."""
    return {
        country: some[ALIKE:]
        for alone, some in _kinds_of_countries(law)
        if not alone
        for country in some[:ALIKE]
    }


def _kinds_of_countries(law: Law) -> list[tuple[bool, list[str]]]:
    """Countries that something names, and those of each kind that nothing tells apart."""
    words = law.vocabulary
    columns = ("who", "requester", "target", "holder", "receiver", "marking")
    named = {
        row.cells.get(column, "")
        for rows in law.rows.values()
        for row in rows
        for column in columns
    }
    named |= _marks_asked_for(law)
    cells = {part.removeprefix(REFUGEE_FROM) for cell in named for part in cell.split("|")}
    above = [_closure(law.links.get(section, ())) for section in ("g", "g5")]
    held = {at for agency, at in words.agencies.items() if not agency.startswith(NEWCOMER)}
    alike: dict[tuple[frozenset[str], ...], list[str]] = defaultdict(list)
    for country in sorted(words.countries - cells - held):
        alike[tuple(one.get(country, frozenset()) for one in above)].append(country)
    return [
        (True, sorted(words.countries & (cells | held))),
        *((False, one) for one in alike.values()),
    ]


def _marks_asked_for(law: Law) -> set[str]:
    """Marks that conditions name."""
    cells = {row.cells.get("when", NONE) for rows in law.rows.values() for row in rows}
    return {atom.value for cell in cells for atom in atoms(cell) if atom.name == _MARKED}


def _closure(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    direct: dict[str, set[str]] = {}
    for member, group in pairs:
        direct.setdefault(member, set()).add(group)
    return closure(direct)
