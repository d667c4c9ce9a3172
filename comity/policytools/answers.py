"""Functions of a matcher, asked with every value there is: the answers are the formula.

A set of marks is read as "any of them": each is tried alone, and the reading is refused when two together say
anything else than one of them.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from comity.policytools.solver import all_of, any_of
from comity.policytools.space import NotEncodable
from comity.rulings.facts import NO_FACTS, NO_RECORD_FACTS
from comity.rulings.groups import KINDS
from comity.rulings.matcher import compiled, names_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from comity.policytools.readings import Choice
    from comity.rulings.conditions import Atom

FACTS: Final = "facts"
# Combinations of values that one part of a matcher is asked about for one row.
COMBINATIONS_MAX: Final = 200_000
# Answers of functions that read nothing but their arguments are the same in every law.
ANSWERS_MAX: Final = 8_192
_ANSWERS: Final[dict[Any, Any]] = {}


@dataclass(slots=True)
class Leaf:
    """A comparison or a call, with what it reads; ``plain`` is its text where it calls no group."""

    scalars: tuple[str, ...]
    sets: tuple[str, ...]
    columns: tuple[int, ...]
    holds: Callable[..., Any]
    plain: str
    known: dict[tuple[str, ...], Any] = field(default_factory=dict)
    formulas: dict[tuple[Any, ...], Any] = field(default_factory=dict)


def leaf(
    tree: ast.expr,
    *,
    read: Sequence[str],
    sets: Mapping[str, tuple[str, ...]],
    columns: tuple[int, ...],
    tokens: Sequence[str],
    functions: Mapping[str, Callable[..., bool]],
) -> Leaf:
    """A comparison or a call, ready to be asked.

    Args:
        tree: its syntax tree.
        read: words of the question that it reads.
        sets: those words that may have several values.
        columns: places of the columns it reads.
        tokens: columns as Casbin names them.
        functions: what it may call.
    """
    arguments = [_flat(name) for name in read]
    arguments += [tokens[place] for place in columns]
    plain = ast.parse(ast.unparse(_Flat().visit(_copied(tree))), mode="eval").body
    scalars = tuple(name for name in read if name not in sets)
    several = tuple(name for name in read if name in sets)
    order = [*scalars, *several]
    places = [order.index(name) for name in read]
    inner = compiled(plain, arguments, functions)
    return Leaf(
        scalars=scalars,
        sets=several,
        columns=columns,
        holds=lambda values, cells: bool(inner(*(values[one] for one in places), *cells)),
        plain="" if names_in(plain) & set(KINDS.values()) else ast.unparse(plain),
    )


def answers(
    leaf: Leaf,
    cells: tuple[str, ...],
    domains: Sequence[tuple[Any, ...]],
    elements: tuple[str, ...],
) -> Any:
    """The function's answer for every value there is, nested by what it reads.

    Raises:
        NotEncodable: there are too many, or several sets are read together.
    """
    count = 1
    for domain in domains:
        count *= len(domain)
    if count > COMBINATIONS_MAX or len(leaf.sets) > 1:
        raise NotEncodable("a part of the matcher reads too much at once")
    if not leaf.plain:
        return _nested(leaf, cells, domains, (), elements)
    key = (leaf.plain, cells, tuple(domains), elements)
    if key not in _ANSWERS:
        if len(_ANSWERS) >= ANSWERS_MAX:
            _ANSWERS.clear()
        _ANSWERS[key] = _nested(leaf, cells, domains, (), elements)
    return _ANSWERS[key]


def facts_of(found: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as the matcher's functions take them, from words such as ``r_req.facts.confirmed``."""
    told: dict[str, dict[str, Any]] = {"r_req": {}, "r_rec": {}}
    for name, word in found.items():
        source, _, attribute = name.partition(f".{FACTS}.")
        if attribute:
            told[source][attribute] = word
    return {
        f"r_req.{FACTS}": replace(NO_FACTS, **told["r_req"]),
        f"r_rec.{FACTS}": replace(NO_RECORD_FACTS, **told["r_rec"]),
    }


@lru_cache(maxsize=ANSWERS_MAX)
def told_apart(
    name: str, about: tuple[Atom, ...], values: tuple[Any, ...]
) -> tuple[tuple[Any, ...], ...]:
    """Values of a fact, those together that none of its conditions tells apart.

    A condition is true, false or unknown of a value, and that is all that a row's conditions take from it: a
    row that compares three numbers is asked about a handful of combinations, not about every number that any
    row names.
    """
    alike: dict[tuple[bool | None, ...], list[Any]] = {}
    for value in values:
        facts = facts_of({name: value})
        said = (one.holds(facts[f"r_req.{FACTS}"], facts[f"r_rec.{FACTS}"]) for one in about)
        alike.setdefault(tuple(said), []).append(value)
    return tuple(tuple(some) for some in alike.values())


def tried(
    holds: Callable[[tuple[Any, ...]], bool],
    domains: Sequence[tuple[Any, ...]],
    values: tuple[Any, ...],
) -> Any:
    """A function's answer for every combination of values, nested."""
    if not domains:
        return holds(values)
    by_answer: dict[Any, list[Any]] = {}
    for value in domains[0]:
        answer = tried(holds, domains[1:], (*values, value))
        by_answer.setdefault(answer, []).append(value)
    return ("split", tuple((answer, tuple(told)) for answer, told in by_answer.items()))


def _nested(
    leaf: Leaf,
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
    leaf: Leaf,
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


def formula(answer: Any, choices: Sequence[Choice]) -> Any:
    """Nested answers over the propositions of what was read."""
    if isinstance(answer, bool):
        return answer
    kind, told = answer
    if kind == "any":
        return any_of(choices[0][one] for one in told)
    if kind == "same":
        return formula(told, choices[1:])
    parts = []
    for inner, values in told:
        then = formula(inner, choices[1:])
        if (
            then is not False
        ):  # most values of a case, say, lead nowhere and need not be gone through
            parts.append(all_of((any_of(choices[0][value] for value in values), then)))
    return any_of(parts)


def _flat(name: str) -> str:
    return name.replace(".", "__")


class _Flat(ast.NodeTransformer):
    """``r_req.agency`` becomes one name."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return ast.copy_location(ast.Name(_flat(ast.unparse(node)), ast.Load()), node)


def _copied(tree: ast.expr) -> ast.expr:
    return ast.parse(ast.unparse(tree), mode="eval").body
