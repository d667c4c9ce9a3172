"""Casbin, made fast without deciding in its place: every answer is Casbin's own ``enforce_ex``.

What is ours:

1. Casbin's expression hook returns the matcher compiled once (``comity.rulings.matcher``).
2. Groups are closures (``comity.rulings.roles``).
3. *Survivors*: for each part that the matcher joins with ``and``, the rows for which it is true, as bits of
   one integer, remembered per combination of words. A row for which a part is false can never match; it
   is left out, and Casbin evaluates its whole matcher on what is left, in the same order. Its answer to
   one set of survivors is remembered (``Engine.ask`` says why that is the same answer).

An engine never changes after it is built; threads may share it. Casbin's logger is replaced by one that is
switched off, because Casbin logs requests.
"""

from __future__ import annotations

import copy
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import casbin
from casbin.effect import PriorityEffector
from casbin.model import Model
from casbin.persist import Adapter
from casbin.util import generate_g_function

from comity.rulings.errors import MatcherFault
from comity.rulings.matcher import CompiledExpression, Conjunct, conjuncts
from comity.rulings.roles import ClosureRoles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

# Combinations of words remembered for one part of a matcher before it starts afresh. Free words (case
# numbers) make new ones all the time.
PART_MEMORY_MAX: Final = 2_048
# Sets of surviving rows whose answer is remembered; at ten thousand rows each takes some 1.3 kB.
ANSWERS_REMEMBERED_MAX: Final = 8_192


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
        self._matcher = ""
        self._compiled: CompiledExpression | None = None

    def compile_matcher(self, functions: Mapping[str, Callable[..., Any]]) -> str:
        """Compile the model's matcher and leave a short name of it in the model; gives its text.

        Casbin searches the text for ``eval(`` at every question, which takes longer than deciding; the
        whitelist of ``comity.rulings.matcher`` has refused it once and for all.
        """
        matcher = self.model["m"]["m"]
        text: str = matcher.value
        names = (*self.model["r"]["r"].tokens, *self.model["p"]["p"].tokens)
        self._compiled = CompiledExpression(text, functions=functions, names=names)
        self._matcher = matcher.value = "matcher"
        return text

    def _get_expression(self, expr: str, functions: object = None) -> CompiledExpression:
        del functions  # the same at every call; compiled in
        if self._compiled is None or expr != self._matcher:
            raise MatcherFault("a matcher that was not compiled")
        return self._compiled

    def view(self) -> CompiledEnforcer:
        """The same enforcer with a list of rows of its own; shares everything else."""
        view = copy.copy(self)
        model = Model()
        model.model = dict(self.model.model)
        model.model["p"] = {"p": copy.copy(self.model["p"]["p"])}
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


def enforce(enforcer: Any, id_column: int, *values: Any) -> tuple[bool, str]:
    """Casbin's answer and the id of the row that explains it; empty when none matched.

    Raises:
        MatcherFault: the matcher raised, or gave something that is no truth value.
    """
    try:
        allowed, row = enforcer.enforce_ex(*values)
    except MatcherFault:
        raise
    except Exception as error:
        raise MatcherFault(f"a matcher raised {type(error).__name__}") from error
    return allowed is True, row[id_column] if row else ""


def _nothing(context: object) -> None:
    del context


def _reader(names: Iterable[str]) -> Callable[[Any], object]:
    wanted = tuple(names)
    return attrgetter(*wanted) if wanted else _nothing


class _Part:
    """One conjunct over all rows: which rows it is true for, remembered by the words it reads."""

    __slots__ = ("_function", "_known", "_of_rec", "_of_req", "_tuples", "attributes")

    def __init__(
        self, conjunct: Conjunct, tokens: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> None:
        self._function = conjunct.function
        self.attributes = conjunct.attributes
        self._of_req = _reader(name for source, name in conjunct.attributes if source == "r_req")
        self._of_rec = _reader(name for source, name in conjunct.attributes if source == "r_rec")
        places = [tokens.index(column) for column in conjunct.columns]
        tuples: dict[tuple[str, ...], int] = {}
        for number, row in enumerate(rows):
            words = tuple(row[place] for place in places)
            tuples[words] = tuples.get(words, 0) | 1 << number
        self._tuples = tuple(tuples.items())
        self._known: dict[object, int] = {}

    def rows(self, req: Any, rec: Any, *variables: str) -> int:
        key = (self._of_req(req), self._of_rec(rec), variables)
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
        text = enforcer.compile_matcher(called)
        found = conjuncts(text, functions=called, request=request, columns=tokens)
        self._fixed = [_Part(one, tokens, self._policy) for one in found if not one.variables]
        self._along: dict[str, list[_Part]] = {name: [] for name in request}
        self.separate = True
        for one in found:
            if len(one.variables) == 1 and not one.attributes:
                self._along[one.variables[0]].append(_Part(one, tokens, self._policy))
            elif one.variables:
                self.separate = False
        self._first_decides = self.separate and isinstance(enforcer.eft, PriorityEffector)
        self._all = (1 << len(self._policy)) - 1
        self._known_along: dict[tuple[str, str], int] = {}
        self._answers: dict[int, tuple[bool, str]] = {}

    def survivors(self, req: Any, rec: Any = None) -> int:
        """Rows that may still match for this request and record, one bit each.

        Raises:
            MatcherFault: the matcher raised.
        """
        return self._and(self._fixed, self._all, req, rec)

    def survivors_each(self, requests: Sequence[Any], rec: Any, *, but: str) -> tuple[int, ...]:
        """The same for several requests that differ in one attribute only (``but``).

        Raises:
            MatcherFault: the matcher raised.
        """
        alike = [part for part in self._fixed if ("r_req", but) not in part.attributes]
        apart = [part for part in self._fixed if ("r_req", but) in part.attributes]
        bits = self._and(alike, self._all, requests[0], rec)
        return tuple(self._and(apart, bits, req, rec) for req in requests)

    @staticmethod
    def _and(parts: list[_Part], bits: int, req: Any, rec: Any) -> int:
        try:
            for part in parts:
                bits &= part.rows(req, rec)
                if not bits:
                    break
        except Exception as error:
            raise MatcherFault(f"a matcher raised {type(error).__name__}") from error
        return bits

    def along(self, variable: str, word: str) -> int:
        """Rows that may match when ``variable`` (``r_field``) is ``word``, whoever asks.

        ``word`` is of the vocabulary, so there are not many.
        """
        bits = self._known_along.get((variable, word))
        if bits is None:
            bits = self._all
            try:
                for part in self._along[variable]:
                    bits &= part.rows(None, None, word)
            except Exception as error:
                raise MatcherFault(f"a matcher raised {type(error).__name__}") from error
            self._known_along[variable, word] = bits
        return bits

    def view(self) -> CompiledEnforcer:
        """Casbin for one ruling, not to be shared between threads."""
        return self._enforcer.view()

    def ask(self, view: CompiledEnforcer, bits: int, *values: Any) -> tuple[bool, str]:
        """Casbin's answer over the surviving rows, and the id of the row that explains it.

        When every part of the matcher went into ``bits`` (``separate``), all survivors match. Casbin's
        priority effect then stops at the first of them, so it is shown that one; should its matcher
        disagree, it is shown them all. Its answer to one set of rows is asked for once.

        Raises:
            MatcherFault: the matcher raised.
        """
        shown = bits & -bits if self._first_decides else bits
        known = self._answers.get(shown) if self.separate else None
        if known is not None:
            return known
        answer = self._enforce(view, shown, values)
        if not answer[1] and shown != bits:
            return self._enforce(view, bits, values)
        if self.separate:
            if len(self._answers) >= ANSWERS_REMEMBERED_MAX:
                self._answers = {}
            self._answers[shown] = answer
        return answer

    def _enforce(
        self, view: CompiledEnforcer, bits: int, values: tuple[Any, ...]
    ) -> tuple[bool, str]:
        rows = self._rows(bits)
        if not rows:
            return False, ""  # Casbin would evaluate the matcher on a row of empty words
        view.model["p"]["p"].policy = rows
        return enforce(view, self._id, *values)

    def _rows(self, bits: int) -> list[list[str]]:
        rows = []
        while bits:
            lowest = bits & -bits
            rows.append(self._policy[lowest.bit_length() - 1])
            bits ^= lowest
        return rows
