"""Casbin, made fast without deciding in its place: every answer is Casbin's own ``enforce_ex``.

What is ours:

1. Casbin's expression hook returns the matcher compiled once (``comity.rulings.matcher``).
2. Groups are closures (``comity.rulings.roles``).
3. *Survivors*: for each part that the matcher joins with ``and``, the rows for which it is true, as bits of
   one integer, remembered per combination of words. A row for which a part is false can never match; it
   is left out, and Casbin evaluates its whole matcher on what is left, in the same order.

An engine never changes after it is built; threads may share it. Casbin's logger is replaced by one that is
switched off, because Casbin logs requests.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

import casbin
from casbin.model import Model
from casbin.persist import Adapter
from casbin.util import generate_g_function

from comity.rulings.errors import MatcherFault
from comity.rulings.matcher import CONTEXTS, CompiledExpression, Conjunct, conjuncts
from comity.rulings.roles import ClosureRoles

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# Combinations of words remembered for one part of a matcher before it starts afresh. Free words (case
# numbers) make new ones all the time.
PART_MEMORY_MAX: Final = 2_048


class Silence:
    """A logger that cannot be switched on: Casbin would log requests."""

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - the name Casbin calls
        """Never."""
        del level
        return False


class _Rows(Adapter):  # type: ignore[misc]  # pycasbin ships no types
    """Hands checked rows to Casbin without going through text."""

    def __init__(
        self, rows: Sequence[Sequence[str]], links: Mapping[str, Sequence[tuple[str, str]]]
    ) -> None:
        self._rows = rows
        self._links = links

    def load_policy(self, model: Model) -> None:
        """Casbin asks for the rows."""
        model["p"]["p"].policy.extend(list(row) for row in self._rows)
        for section, links in self._links.items():
            model["g"][section].policy.extend(list(link) for link in links)


class CompiledEnforcer(casbin.Enforcer):  # type: ignore[misc]  # pycasbin ships no types
    """Casbin's enforcer with its own loop and effect; only the evaluator of the matcher is another."""

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self.logger = Silence()
        self._compiled: dict[str, CompiledExpression] = {}

    def _get_expression(
        self, expr: str, functions: Mapping[str, Callable[..., Any]] | None = None
    ) -> CompiledExpression:
        known = self._compiled.get(expr)
        if known is None:
            names = (*self.model["r"]["r"].tokens, *self.model["p"]["p"].tokens)
            known = CompiledExpression(expr, functions=dict(functions or {}), names=names)
            self._compiled[expr] = known
        return known

    def over(self, rows: list[list[str]]) -> CompiledEnforcer:
        """The same enforcer with fewer rows; shares everything else."""
        view = copy.copy(self)
        model = Model()
        model.model = dict(self.model.model)
        assertion = copy.copy(self.model["p"]["p"])
        assertion.policy = rows
        model.model["p"] = {"p": assertion}
        view.model = model
        return view


def load(
    enforcer: Any,
    *,
    rows: Sequence[Sequence[str]],
    links: Mapping[str, Sequence[tuple[str, str]]],
    functions: Mapping[str, Callable[..., bool]],
) -> None:
    """Give an enforcer its rows, groups and functions; it must have its role managers already."""
    enforcer.fm.fm.clear()  # of Casbin's own functions, some read the clock or run regular expressions
    for name, function in functions.items():
        enforcer.add_function(name, function)
    enforcer.enable_auto_save(auto_save=False)
    enforcer.set_adapter(_Rows(rows, links))
    enforcer.load_policy()


def ask(enforcer: Any, id_column: int, *values: Any) -> tuple[bool, str]:
    """Casbin's answer and the id of the row that explains it; empty when none matched.

    Raises:
        MatcherFault: the matcher raised, or gave something that is no truth value.
    """
    if not enforcer.model["p"]["p"].policy:
        return False, ""  # Casbin would evaluate the matcher on a row of empty words
    try:
        allowed, row = enforcer.enforce_ex(*values)
    except MatcherFault:
        raise
    except Exception as error:
        raise MatcherFault(f"a matcher raised {type(error).__name__}") from error
    return allowed is True, row[id_column] if row else ""


class _Part:
    """One conjunct over all rows: which rows it is true for, remembered by the words it reads."""

    __slots__ = ("_function", "_known", "_reads", "_tuples", "attributes", "variables")

    def __init__(
        self, conjunct: Conjunct, tokens: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> None:
        self._function = conjunct.function
        self.attributes = conjunct.attributes
        self.variables = conjunct.variables
        self._reads = tuple((source == "r_rec", name) for source, name in conjunct.attributes)
        places = [tokens.index(column) for column in conjunct.columns]
        tuples: dict[tuple[str, ...], int] = {}
        for number, row in enumerate(rows):
            words = tuple(row[place] for place in places)
            tuples[words] = tuples.get(words, 0) | 1 << number
        self._tuples = tuple(tuples.items())
        self._known: dict[object, int] = {}

    def rows(self, req: Any, rec: Any, *variables: str) -> int:
        key = (
            tuple(getattr(rec if of_rec else req, name) for of_rec, name in self._reads),
            variables,
        )
        bits = self._known.get(key)
        if bits is None:
            bits = 0
            for words, where in self._tuples:
                if self._function(req, rec, *variables, *words):
                    bits |= where
            if len(self._known) >= PART_MEMORY_MAX:
                self._known.clear()
            self._known[key] = bits
        return bits


class Engine:
    """One verb's model with its rows.

    Args:
        model: the model's text, checked by the loader.
        rows: gives the rows in deciding order, for the names of the model's columns.
        links: ``g``, ``g2`` … to member and group.
        functions: what the matcher may call.
    """

    def __init__(
        self,
        model: str,
        *,
        rows: Callable[[list[str]], Sequence[Sequence[str]]],
        links: Mapping[str, Sequence[tuple[str, str]]],
        functions: Mapping[str, Callable[..., bool]],
    ) -> None:
        parsed = Model()
        parsed.load_model_from_text(model)
        enforcer = CompiledEnforcer(parsed)
        for section in links:
            enforcer.set_named_role_manager(section, ClosureRoles())
        tokens = parsed["p"]["p"].tokens
        load(enforcer, rows=rows(tokens), links=links, functions=functions)
        self._enforcer = enforcer
        self._policy: list[list[str]] = enforcer.model["p"]["p"].policy
        self._id = tokens.index("p_id")
        request = enforcer.model["r"]["r"].tokens
        called = dict(enforcer.fm.get_functions()) | {
            section: generate_g_function(enforcer.rm_map[section]) for section in links
        }
        text = enforcer.model["m"]["m"].value
        found = conjuncts(text, functions=called, request=request, columns=tokens)
        self.axis = next((name for name in request if name not in CONTEXTS), "")
        self._fixed = [_Part(one, tokens, self._policy) for one in found if not one.variables]
        self._along = [
            _Part(one, tokens, self._policy)
            for one in found
            if one.variables == (self.axis,) and not one.attributes
        ]
        rest = [one for one in found if one.variables and one.variables != (self.axis,)]
        # Rows that survive along the axis decide alone when nothing else reads the axis …
        self.axis_apart = all(self.axis not in one.variables for one in rest) and all(
            not one.attributes for one in found if one.variables == (self.axis,)
        )
        # … and the ruling depends on survivors alone when nothing else reads the contexts.
        self.survivors_decide = all(not one.attributes for one in found if one.variables)
        self._all = (1 << len(self._policy)) - 1
        self._axis_known: dict[str, int] = {}

    def survivors(self, req: Any, rec: Any = None) -> int:
        """Rows that may still match for this request and record, one bit each.

        Raises:
            MatcherFault: the matcher raised.
        """
        bits = self._all
        try:
            for part in self._fixed:
                bits &= part.rows(req, rec)
                if not bits:
                    break
        except Exception as error:
            raise MatcherFault(f"a matcher raised {type(error).__name__}") from error
        return bits

    def along(self, word: str) -> int:
        """Rows that may match for this field (or duty), whoever asks; ``word`` is of the vocabulary."""
        bits = self._axis_known.get(word)
        if bits is None:
            bits = self._all
            try:
                for part in self._along:
                    bits &= part.rows(None, None, word)
            except Exception as error:
                raise MatcherFault(f"a matcher raised {type(error).__name__}") from error
            self._axis_known[word] = bits
        return bits

    def over(self, bits: int) -> CompiledEnforcer:
        """Casbin over the surviving rows, in their order."""
        rows = []
        while bits:
            lowest = bits & -bits
            rows.append(self._policy[lowest.bit_length() - 1])
            bits ^= lowest
        return self._enforcer.over(rows)

    def ask(self, enforcer: Any, *values: Any) -> tuple[bool, str]:
        """Casbin's answer and the id of the row that explains it."""
        return ask(enforcer, self._id, *values)
