"""From a matcher's text to compiled code, and to the parts of it that can be worked out beforehand.

Rules:

* Only comparisons, ``and``, ``or``, ``not``, names, attributes of the request and calls of registered
  functions are allowed; anything else refuses the model.
* A matcher that raises is a ``MatcherFault``: the caller denies.
* A *conjunct* is one of the parts that the matcher joins with ``and``. A row for which one of them is
  false can never match, so it may be left out before Casbin evaluates the whole matcher.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from operator import itemgetter
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Final

from comity.rulings.errors import MatcherFault

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

# A matcher longer than this is refused (16 KiB), and so is one of more parts.
MATCHER_CHARACTERS_MAX: Final = 16 * 1024
MATCHER_NODES_MAX: Final = 2_000
# The request and record objects of every model; everything else in a request is a plain word.
CONTEXTS: Final = ("r_req", "r_rec")
# ``itemgetter`` gives a tuple from two names on.
_PICKED_MIN: Final = 2
_ALLOWED: Final = (
    ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE,
    ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Call, ast.Name, ast.Load, ast.Attribute, ast.Constant,
)  # fmt: skip


class MatcherRefused(ValueError):
    """The matcher is not one of those we compile; the text says why."""


def to_python(text: str) -> str:
    """Casbin's operators in Python, exactly as Casbin itself rewrites them."""
    return re.sub(r"!(?!=)", "not ", text.replace("&&", "and").replace("||", "or")).strip()


def parse(text: str, *, functions: Collection[str], names: Collection[str]) -> ast.expr:
    """The syntax tree of a matcher, every node of it allowed.

    Args:
        text: the matcher with dots escaped as Casbin does (``r_req.agency``, ``p_who``).
        functions: names that may be called.
        names: names that may be read.

    Raises:
        MatcherRefused: too long, not an expression, or a part that is not allowed.
    """
    if len(text) > MATCHER_CHARACTERS_MAX:
        raise MatcherRefused(f"the matcher is longer than {MATCHER_CHARACTERS_MAX} characters")
    try:
        tree = ast.parse(to_python(text), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise MatcherRefused(f"the matcher cannot be read: {error}") from error
    nodes = list(ast.walk(tree))
    if len(nodes) > MATCHER_NODES_MAX:
        raise MatcherRefused(f"the matcher has more than {MATCHER_NODES_MAX} parts")
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    attributed = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    for node in nodes:
        _allow(node, functions=functions, names=names, called=called, attributed=attributed)
    return tree


def _allow(
    node: ast.AST,
    *,
    functions: Collection[str],
    names: Collection[str],
    called: set[int],
    attributed: set[int],
) -> None:
    if not isinstance(node, _ALLOWED):
        raise MatcherRefused(f"{type(node).__name__} is not allowed in a matcher")
    if isinstance(node, ast.Attribute):
        plain = isinstance(node.value, ast.Name) and node.value.id in CONTEXTS
        if not plain or node.attr.startswith("_"):
            raise MatcherRefused(f"the attribute {node.attr} is not allowed in a matcher")
    if isinstance(node, ast.Call):
        if node.keywords or not isinstance(node.func, ast.Name) or node.func.id not in functions:
            raise MatcherRefused(f"{ast.unparse(node.func)} is not a function of matchers")
    elif isinstance(node, ast.Name):
        if id(node) in called:
            return
        if node.id not in names:
            raise MatcherRefused(f"{node.id} is neither of the request nor of a row")
        if node.id in CONTEXTS and id(node) not in attributed:
            raise MatcherRefused(f"{node.id} may only be used through its attributes")


def compiled(
    tree: ast.expr, arguments: Collection[str], functions: Mapping[str, Callable[..., Any]]
) -> Callable[..., Any]:
    """A function of ``arguments`` that evaluates the tree and sees nothing but ``functions``."""
    plain = [ast.arg(arg=name) for name in arguments]
    signature = ast.arguments(
        posonlyargs=plain, args=[], kwonlyargs=[], kw_defaults=[], defaults=[]
    )
    expression = ast.fix_missing_locations(ast.Expression(ast.Lambda(args=signature, body=tree)))
    code = compile(expression, "<matcher>", "eval")
    body = next(constant for constant in code.co_consts if isinstance(constant, CodeType))
    return FunctionType(body, {**functions, "__builtins__": {}})


class CompiledExpression:
    """What Casbin's expression hook returns: the matcher, compiled once."""

    __slots__ = ("_function", "_pick")

    def __init__(
        self, text: str, *, functions: Mapping[str, Callable[..., Any]], names: Collection[str]
    ) -> None:
        tree = parse(text, functions=functions, names=names)
        used = sorted(names_in(tree) & set(names))
        if len(used) < _PICKED_MIN:
            used = sorted({*used, *names})[:_PICKED_MIN]
        self._function = compiled(tree, used, functions)
        self._pick = itemgetter(*used)

    def eval(self, names: Mapping[str, Any]) -> Any:
        """Evaluate for one row; Casbin judges the result."""
        try:
            return self._function(*self._pick(names))
        except Exception as error:
            raise MatcherFault(f"a matcher raised {type(error).__name__}") from error


@dataclass(frozen=True, slots=True)
class Conjunct:
    """One part of a matcher.

    Attributes:
        function: takes ``contexts``, then ``variables``, then ``columns``.
        attributes: what it reads of the request and the record: ``("r_req", "agency")``.
        variables: the other request names it mentions: ``r_field``, ``r_form``.
        columns: the columns of a row it mentions.
    """

    function: Callable[..., Any]
    attributes: tuple[tuple[str, str], ...]
    variables: tuple[str, ...]
    columns: tuple[str, ...]


def conjuncts(
    text: str,
    *,
    functions: Mapping[str, Callable[..., Any]],
    request: Collection[str],
    columns: Collection[str],
) -> tuple[Conjunct, ...]:
    """The matcher's parts, each compiled by itself."""
    tree = parse(text, functions=functions, names={*request, *columns})
    both = isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And)
    parts = tree.values if isinstance(tree, ast.BoolOp) and both else [tree]
    made = []
    for part in parts:
        names = names_in(part)
        variables = tuple(name for name in request if name in names and name not in CONTEXTS)
        used = tuple(name for name in columns if name in names)
        made.append(
            Conjunct(
                function=compiled(part, (*CONTEXTS, *variables, *used), functions),
                attributes=tuple(sorted(_attributes(part))),
                variables=variables,
                columns=used,
            )
        )
    return tuple(made)


def names_in(tree: ast.expr) -> set[str]:
    """Every name a tree mentions."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _attributes(tree: ast.expr) -> set[tuple[str, str]]:
    return {
        (node.value.id, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
