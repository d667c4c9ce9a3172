"""A model taken apart, for tools that explain and prove what Casbin decides.

Nothing here decides: the parts are the matcher's own syntax trees and the functions that Casbin calls, so
that what a tool says of a row comes from the same text as the ruling.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from comity.rulings.functions import FUNCTIONS
from comity.rulings.matcher import CONTEXTS, compiled, names_in, parse
from comity.rulings.pycasbin import Model
from comity.rulings.roles import closure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from comity.rulings.columns import Row, Verb
    from comity.rulings.law import Law

_EFFECT: Final = "p_eft"


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of a matcher that it joins with ``and``.

    Attributes:
        tree: its syntax tree; columns are called ``p_who``, attributes ``r_req.agency``.
        columns: the columns of a row it mentions, without ``p_`` and without the effect.
        attributes: what it reads of the request and the record: ``("r_req", "agency")``.
        variables: other words of the question it mentions: ``r_field``, ``r_form``.
    """

    tree: ast.expr
    columns: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...]
    variables: tuple[str, ...]
    holds: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Anatomy:
    """One verb's model and rows.

    Attributes:
        request: words of a question, in Casbin's order: ``r_req``, ``r_rec``, ``r_field`` …
        tokens: columns as Casbin names them, in its order.
        rows: rows in deciding order.
        first_decides: whether the first row that fits decides, as in all verbs but ``duty``.
    """

    verb: Verb
    request: tuple[str, ...]
    tokens: tuple[str, ...]
    clauses: tuple[Clause, ...]
    rows: tuple[Row, ...]
    functions: Mapping[str, Callable[..., bool]]
    first_decides: bool
    _words: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    def of(self, rows: tuple[Row, ...]) -> Anatomy:
        """The same model over other rows: some of these, or with others among them."""
        return replace(self, rows=rows)

    def words(self, row: Row) -> tuple[str, ...]:
        """A row as Casbin sees it."""
        known = self._words.get(row.id)
        if known is None:
            known = self._words[row.id] = tuple(row.tokens(list(self.tokens)))
        return known

    def failing(self, row: Row, values: Sequence[Any]) -> list[Clause]:
        """The clauses that keep a row from fitting a question; none when it fits."""
        words = self.words(row)
        return [clause for clause in self.clauses if not clause.holds(*values, *words)]

    def fits(self, row: Row, values: Sequence[Any]) -> bool:
        """Whether a row fits a question."""
        words = self.words(row)
        return all(clause.holds(*values, *words) for clause in self.clauses)


def callables(links: Mapping[str, Iterable[tuple[str, str]]]) -> dict[str, Callable[..., bool]]:
    """Everything a matcher may call: registered functions, and groups by Casbin's name of them."""
    called: dict[str, Callable[..., bool]] = dict(FUNCTIONS)
    for section, pairs in links.items():
        direct: dict[str, set[str]] = {}
        for member, group in pairs:
            direct.setdefault(member, set()).add(group)
        called[section] = _belongs(closure(direct))
    return called


def _belongs(above: Mapping[str, frozenset[str]]) -> Callable[..., bool]:
    def belongs(name: str, group: str) -> bool:
        return name == group or group in above.get(name, ())

    return belongs


def anatomy(law: Law, verb: Verb) -> Anatomy:
    """The model and rows of a verb, taken apart."""
    model = Model()
    model.load_model_from_text(law.models[verb])
    request = tuple(model["r"]["r"].tokens)
    tokens = tuple(model["p"]["p"].tokens)
    functions = callables(law.links)
    tree = parse(model["m"]["m"].value, functions=functions, names={*request, *tokens})
    parts = _conjuncts(tree)
    return Anatomy(
        verb=verb,
        request=request,
        tokens=tokens,
        clauses=tuple(_clause(part, request, tokens, functions) for part in parts),
        rows=law.rows[verb],
        functions=functions,
        first_decides=str(model["e"]["e"].value).startswith("priority"),
    )


def _conjuncts(tree: ast.expr) -> list[ast.expr]:
    both = isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And)
    return list(tree.values) if isinstance(tree, ast.BoolOp) and both else [tree]


def _clause(
    tree: ast.expr,
    request: tuple[str, ...],
    tokens: tuple[str, ...],
    functions: Mapping[str, Callable[..., bool]],
) -> Clause:
    names = names_in(tree)
    return Clause(
        tree=tree,
        columns=tuple(one.removeprefix("p_") for one in tokens if one in names and one != _EFFECT),
        attributes=attributes_in(tree),
        variables=tuple(one for one in request if one in names and one not in CONTEXTS),
        holds=compiled(tree, (*request, *tokens), functions),
    )


def attributes_in(tree: ast.expr) -> tuple[tuple[str, str], ...]:
    """What a tree reads of the request and the record, sorted."""
    return tuple(
        sorted(
            {
                (node.value.id, node.attr)
                for node in ast.walk(tree)
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
            }
        )
    )
