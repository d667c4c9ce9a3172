"""From a matcher's syntax tree to a formula, over every situation of a finite space.

Rules:

* ``and``, ``or`` and ``not`` become what they are. What is left, a comparison or a call, is *asked*: the
  function that Casbin calls is called with every value there is, and the answers are the formula. Nothing
  is said twice, so nothing can be said differently.
* A set of marks is read as "any of them": each is tried alone, and the reading is refused when two together
  say anything else than one of them.
* What cannot be encoded is refused; a wildcard is a cell like any other and goes through the same functions.
"""

from __future__ import annotations

import ast
import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from comity.policytools.solver import all_of, any_of, implied, negated, one_of, z3
from comity.policytools.space import END_USER, MARKED, SAME_AS, NotEncodable, fact, subsets
from comity.rulings.anatomy import attributes_in
from comity.rulings.conditions import atoms
from comity.rulings.facts import NO_FACTS, NO_RECORD_FACTS
from comity.rulings.groups import KINDS
from comity.rulings.matcher import CONTEXTS, compiled, names_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from comity.policytools.space import Space
    from comity.rulings.anatomy import Anatomy
    from comity.rulings.columns import Row

_FACTS: Final = "facts"
_WHEN: Final = "p_when"
_MARKS: Final = "r_rec.markings"
# Combinations of values that one part of a matcher is asked about for one row.
COMBINATIONS_MAX: Final = 200_000
# Marks of which every pair is tried; of more, neighbours only.
PAIRED_MAX: Final = 48

# Answers of functions that read nothing but their arguments are the same in every law.
ANSWERS_MAX: Final = 8_192
_ANSWERS: Final[dict[Any, Any]] = {}

Choice = dict[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One situation in the making: for each word of a question, a formula for each of its values."""

    words: Mapping[str, Choice]

    def instead(self, **words: Choice) -> Reading:
        """The same situation, but for some words (dots written as two underscores)."""
        changed = {name.replace("__", "."): choice for name, choice in words.items()}
        return Reading({**self.words, **changed})


@dataclass(slots=True)
class _Leaf:
    """A comparison or a call, with what it reads; ``plain`` is its text where it calls no group."""

    scalars: tuple[str, ...]
    sets: tuple[str, ...]
    columns: tuple[int, ...]
    holds: Callable[..., Any]
    plain: str
    known: dict[tuple[str, ...], Any] = field(default_factory=dict)
    formulas: dict[tuple[Any, ...], Any] = field(default_factory=dict)


class Encoding:
    """A verb's model and rows as formulas."""

    def __init__(self, taken: Anatomy, space: Space) -> None:
        self.taken = taken
        self.space = space
        self._z3 = z3()
        self._leaves: dict[int, _Leaf] = {}
        self._names: dict[str, str] = {}
        self.reading = self._first_reading()
        self._parts: dict[tuple[int, ...], dict[tuple[str, ...], Any]] = {}
        self._shared: dict[int, list[dict[tuple[str, ...], Any]]] = {}
        self._cells: dict[str, list[tuple[str, ...]]] = {}
        self._matches: dict[tuple[int, ...], Any] = {}
        self._kept: list[Reading] = []
        self._read_by = [self._reads(clause.tree) for clause in taken.clauses]

    # --- situations ----------------------------------------------------------------------------------

    def _first_reading(self) -> Reading:
        words = {
            name: self.fresh(name, values)
            for name, values in (*self.space.scalars.items(), *self.space.sets.items())
        }
        return self.derived(Reading(words))

    def fresh(self, name: str, values: Sequence[Any]) -> Choice:
        """New propositions for a word's values."""
        number = len(self._names)
        self._names[f"{name}/{number}"] = name
        return {value: self._z3.Bool(f"{name}/{number}={value}") for value in values}

    def fixed(self, name: str, value: Any) -> Choice:
        """A word that has one value."""
        values = self.space.scalars[name]
        return {one: one == value for one in values}

    def derived(self, reading: Reading) -> Reading:
        """Adds the end user: the member itself, or the country it asks on behalf of."""
        words = reading.words
        agency, country = words.get("r_req.agency"), words.get("r_req.country")
        end_user_country = words.get("r_req.end_user_country")
        if agency is None or country is None or end_user_country is None:
            return reading
        own = any_of(all_of((country[one], end_user_country[one])) for one in country)
        told: Choice = {one: all_of((own, said)) for one, said in agency.items()}
        for one, said in end_user_country.items():
            also = all_of((negated(own), said))
            told[one] = any_of((told[one], also)) if one in told else also
        return Reading({**words, END_USER: told})

    def sound(self, reading: Reading, countries: Mapping[str, str]) -> Any:
        """What every situation obeys: one value for each word; a member's country is its country."""
        rules = [one_of(reading.words[name].values()) for name in self.space.scalars]
        parties = ("requester", "target", "holder", "receiver")
        pairs = (("agency", "country"), *((one, f"{one}_country") for one in parties))
        for member, country in pairs:
            held = reading.words.get(f"r_req.{country}", {})
            for agency, said in reading.words.get(f"r_req.{member}", {}).items():
                home = held.get(countries.get(agency, ""))
                if home is not None:
                    rules.append(implied(said, home))
        return all_of(rules)

    def _reads(self, tree: ast.expr) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Places of the columns and words of a question that a part of the matcher reads."""
        names = names_in(tree)
        columns = tuple(place for place, one in enumerate(self.taken.tokens) if one in names)
        read = [
            name
            for source, attribute in attributes_in(tree)
            for name in self._words_of(f"{source}.{attribute}")
        ]
        read += [one for one in self.taken.request if one in names and one not in CONTEXTS]
        for name in read:
            if name not in self.reading.words:
                raise NotEncodable(f'nobody knows the values of "{name}", which the matcher reads')
        return columns, tuple(read)

    def _words_of(self, name: str) -> list[str]:
        """An attribute's own word, or the words of all facts it holds."""
        if name.partition(".")[2] != _FACTS:
            return [name]
        held = [one for one in self.space.scalars if one.startswith(f"{name}.")]
        held += [same for one, same in SAME_AS.items() if one.startswith(name)]
        held += [_MARKS] if MARKED.startswith(name) else []
        return [one for one in held if one in self.reading.words]

    # --- rows ----------------------------------------------------------------------------------------

    def clauses(self, row: Row, reading: Reading) -> list[Any]:
        """When each part of the matcher holds for a row; equal parts are one object."""
        words = self.taken.words(row)
        cells = self._cells.get(row.id)
        if cells is None:
            cells = self._cells[row.id] = [
                tuple([words[column] for column in columns]) for columns, _ in self._read_by
            ]
        found = []
        for clause, told, parts in zip(
            self.taken.clauses, cells, self._parts_of(reading), strict=True
        ):
            known = parts.get(told)
            if known is None:
                known = parts[told] = self._tree(clause.tree, words, reading)
            found.append(known)
            if known is False:
                break
        return found

    def _parts_of(self, reading: Reading) -> list[dict[tuple[str, ...], Any]]:
        """For each part of the matcher, formulas by cells; readings share what they read alike."""
        known = self._shared.get(id(reading))
        if known is None:
            known = []
            for place, (_, read) in enumerate(self._read_by):
                key = (place, *(id(reading.words[name]) for name in read))
                known.append(self._parts.setdefault(key, {}))
            self._shared[id(reading)] = known
            self._kept.append(reading)  # so that its address, and its words', stay their own
        return known

    def match(self, row: Row, reading: Reading) -> Any:
        """When a row fits."""
        parts = self.clauses(row, reading)
        key = tuple(map(id, parts))
        if key not in self._matches:
            self._matches[key] = all_of(parts)
        return self._matches[key]

    def allowed(self, reading: Reading) -> Any:
        """When the first row that fits allows."""
        if not self.taken.first_decides:
            raise NotEncodable(f'of "{self.taken.verb}" not the first row decides')
        formula: Any = False
        blocks = itertools.groupby(self.taken.rows, key=lambda row: row.cells["effect"])
        for effect, rows in reversed([(effect, list(rows)) for effect, rows in blocks]):
            fits = any_of(self.match(row, reading) for row in rows)
            allows = effect == "allow"
            formula = any_of((fits, formula)) if allows else all_of((negated(fits), formula))
        return formula

    # --- syntax --------------------------------------------------------------------------------------

    def _tree(self, tree: ast.expr, words: tuple[str, ...], reading: Reading) -> Any:
        if isinstance(tree, ast.BoolOp):
            parts = [self._tree(part, words, reading) for part in tree.values]
            return all_of(parts) if isinstance(tree.op, ast.And) else any_of(parts)
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
            return negated(self._tree(tree.operand, words, reading))
        if isinstance(tree, ast.Call) and self._facts_in(tree):
            return self._conditions(tree, words, reading)
        if isinstance(tree, (ast.Call, ast.Compare)):
            return self._asked(tree, words, reading)
        raise NotEncodable(f"{ast.unparse(tree)} is neither a comparison nor a call")

    @staticmethod
    def _facts_in(tree: ast.Call) -> bool:
        return any(name == _FACTS for _, name in attributes_in(tree))

    def _conditions(self, tree: ast.Call, words: tuple[str, ...], reading: Reading) -> Any:
        """The ``when`` column: asked about the facts that this row's conditions read."""
        cells = {
            one.id: words[self.taken.tokens.index(one.id)]
            for one in tree.args
            if isinstance(one, ast.Name)
        }
        told = next((word for name, word in cells.items() if name == _WHEN), None)
        if told is None or not isinstance(tree.func, ast.Name):
            raise NotEncodable(f"{ast.unparse(tree)} reads facts in a way that nobody knows")
        function = self.taken.functions[tree.func.id]
        read = {fact(atom): atom for atom in atoms(told)}
        choices = [self._fact(name, told, reading) for name in read]

        def holds(values: tuple[Any, ...]) -> bool:
            facts = facts_of(dict(zip(read, values, strict=True)))
            return bool(function(*(_argument(one, cells, facts) for one in tree.args)))

        return _formula(_tried(holds, [tuple(one) for one in choices], ()), choices)

    def _fact(self, name: str, cell: str, reading: Reading) -> Choice:
        if name != MARKED:
            return reading.words[SAME_AS.get(name, name)]
        marks = reading.words[_MARKS]
        named = sorted({atom.value for atom in atoms(cell) if fact(atom) == MARKED})
        return {
            held: all_of(
                marks.get(one, False) if one in held else negated(marks.get(one, False))
                for one in named
            )
            for held in subsets(named)
        }

    def _leaf(self, tree: ast.expr) -> _Leaf:
        known = self._leaves.get(id(tree))
        if known is not None:
            return known
        columns, read = self._reads(tree)
        arguments = [_flat(name) for name in read]
        arguments += [self.taken.tokens[place] for place in columns]
        plain = ast.parse(ast.unparse(_Flat().visit(_copied(tree))), mode="eval").body
        leaf = _Leaf(
            scalars=tuple(name for name in read if name not in self.space.sets),
            sets=tuple(name for name in read if name in self.space.sets),
            columns=columns,
            holds=compiled(plain, arguments, self.taken.functions),
            plain="" if names_in(plain) & set(KINDS.values()) else ast.unparse(plain),
        )
        order = [*leaf.scalars, *leaf.sets]
        places = [order.index(name) for name in read]
        inner = leaf.holds
        leaf.holds = lambda values, cells: bool(inner(*(values[one] for one in places), *cells))
        self._leaves[id(tree)] = leaf
        return leaf

    def _asked(self, tree: ast.expr, words: tuple[str, ...], reading: Reading) -> Any:
        leaf = self._leaf(tree)
        cells = tuple(words[place] for place in leaf.columns)
        choices = [reading.words[name] for name in (*leaf.scalars, *leaf.sets)]
        key = (cells, *map(id, choices))
        known = leaf.formulas.get(key)
        if known is None:
            if cells not in leaf.known:
                leaf.known[cells] = self._answers(leaf, cells)
            known = leaf.formulas[key] = _formula(leaf.known[cells], choices)
        return known

    def _answers(self, leaf: _Leaf, cells: tuple[str, ...]) -> Any:
        """The function's answer for every value there is, nested by what it reads."""
        domains = [tuple(self.reading.words[name]) for name in leaf.scalars]
        count = 1
        for domain in domains:
            count *= len(domain)
        if count > COMBINATIONS_MAX or len(leaf.sets) > 1:
            raise NotEncodable("a part of the matcher reads too much at once")
        elements = self.space.sets[leaf.sets[0]] if leaf.sets else ()
        if not leaf.plain:
            return _nested(leaf, cells, domains, (), elements)
        key = (leaf.plain, cells, tuple(domains), elements)
        if key not in _ANSWERS:
            if len(_ANSWERS) >= ANSWERS_MAX:
                _ANSWERS.clear()
            _ANSWERS[key] = _nested(leaf, cells, domains, (), elements)
        return _ANSWERS[key]


def _argument(tree: ast.expr, cells: Mapping[str, str], facts: Mapping[str, Any]) -> Any:
    if isinstance(tree, ast.Constant):
        return tree.value
    return cells[tree.id] if isinstance(tree, ast.Name) else facts[ast.unparse(tree)]


def facts_of(found: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as the matcher's functions take them, from words such as ``r_req.facts.confirmed``."""
    told: dict[str, dict[str, Any]] = {"r_req": {}, "r_rec": {}}
    for name, word in found.items():
        source, _, attribute = name.partition(f".{_FACTS}.")
        if attribute:
            told[source][attribute] = word
    return {
        f"r_req.{_FACTS}": replace(NO_FACTS, **told["r_req"]),
        f"r_rec.{_FACTS}": replace(NO_RECORD_FACTS, **told["r_rec"]),
    }


def _tried(
    holds: Callable[[tuple[Any, ...]], bool],
    domains: Sequence[tuple[Any, ...]],
    values: tuple[Any, ...],
) -> Any:
    """A function's answer for every combination of values, nested."""
    if not domains:
        return holds(values)
    by_answer: dict[Any, list[Any]] = {}
    for value in domains[0]:
        answer = _tried(holds, domains[1:], (*values, value))
        by_answer.setdefault(answer, []).append(value)
    return ("split", tuple((answer, tuple(told)) for answer, told in by_answer.items()))


def _nested(
    leaf: _Leaf,
    cells: tuple[str, ...],
    domains: Sequence[tuple[Any, ...]],
    values: tuple[Any, ...],
    elements: tuple[str, ...],
) -> Any:
    if domains:
        by_answer: dict[Any, list[Any]] = {}
        for value in domains[0]:
            answer = _nested(leaf, cells, domains[1:], (*values, value), elements)
            by_answer.setdefault(answer, []).append(value)
        if len(by_answer) == 1:
            return ("same", next(iter(by_answer)))
        return ("split", tuple((answer, tuple(told)) for answer, told in by_answer.items()))
    if not leaf.sets:
        return leaf.holds(values, cells)
    if leaf.holds((*values, frozenset()), cells):
        return True
    alone = tuple(one for one in elements if leaf.holds((*values, frozenset({one})), cells))
    _check_any(leaf, cells, values, elements, frozenset(alone))
    return ("any", alone) if alone else False


def _check_any(
    leaf: _Leaf,
    cells: tuple[str, ...],
    values: tuple[Any, ...],
    elements: tuple[str, ...],
    alone: frozenset[str],
) -> None:
    """Whether the function reads a set as "any of them"."""
    others = frozenset(elements) - alone
    wrong = leaf.holds((*values, others), cells)
    wrong = wrong or (bool(alone) and not leaf.holds((*values, frozenset(elements)), cells))
    for one in alone:
        wrong = wrong or not leaf.holds((*values, others | {one}), cells)
    if wrong:
        raise NotEncodable("a part of the matcher reads several marks together")


def _formula(answer: Any, choices: Sequence[Choice]) -> Any:
    if isinstance(answer, bool):
        return answer
    kind, told = answer
    if kind == "any":
        return any_of(choices[0][one] for one in told)
    if kind == "same":
        return _formula(told, choices[1:])
    parts = []
    for inner, values in told:
        here = any_of(choices[0][value] for value in values)
        parts.append(all_of((here, _formula(inner, choices[1:]))))
    return any_of(parts)


def _flat(name: str) -> str:
    return name.replace(".", "__")


class _Flat(ast.NodeTransformer):
    """``r_req.agency`` becomes one name."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return ast.copy_location(ast.Name(_flat(ast.unparse(node)), ast.Load()), node)


def _copied(tree: ast.expr) -> ast.expr:
    return ast.parse(ast.unparse(tree), mode="eval").body
