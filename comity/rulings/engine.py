"""Casbin, made fast without deciding in its place: every answer is Casbin's own ``enforce_ex``.

What is ours:

1. Casbin's expression hook returns the matcher compiled once (``comity.rulings.matcher``).
2. Groups are closures (``comity.rulings.roles``).
3. *Survivors*: for each part that the matcher joins with ``and``, the rows for which it is true, as bits of
   one integer, remembered per combination of words. A row for which a part is false can never match; it
   is left out, and Casbin evaluates its whole matcher on what is left, in the same order. Its answer to
   one set of survivors is remembered (``Engine.ask`` says why that is the same answer).

An engine never changes after it is built; threads may share it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from comity.rulings.enforcers import CompiledEnforcer, QuietModel, enforce, load
from comity.rulings.errors import MatcherFault
from comity.rulings.matcher import conjuncts
from comity.rulings.parts import Columns, Part
from comity.rulings.pycasbin import PriorityEffector, generate_g_function
from comity.rulings.roles import ClosureRoles

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# Sets of surviving rows whose answer is remembered; at ten thousand rows each takes some 1.3 kB.
ANSWERS_REMEMBERED_MAX: Final = 8_192


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
        rows: Callable[[list[str]], Sequence[list[str]]],
        links: Mapping[str, Sequence[tuple[str, str]]],
        functions: Mapping[str, Callable[..., bool]],
    ) -> None:
        parsed = QuietModel()
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
        columns = Columns(tokens, self._policy)
        self._fixed = [Part(one, columns) for one in found if not one.variables]
        self._along: dict[str, list[Part]] = {name: [] for name in request}
        self.separate = True
        for one in found:
            if len(one.variables) == 1 and not one.attributes:
                self._along[one.variables[0]].append(Part(one, columns))
            elif one.variables:
                self.separate = False
        self._first_decides = self.separate and isinstance(enforcer.eft, PriorityEffector)
        self._all = (1 << len(self._policy)) - 1
        self._known_along: dict[tuple[str, str], int] = {}
        self._answers: dict[int, tuple[bool, str]] = {}
        self._places = {row[self._id]: number for number, row in enumerate(self._policy)}
        self._known_sets: dict[frozenset[str], int] = {}

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
    def _and(parts: list[Part], bits: int, req: Any, rec: Any) -> int:
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

    def refusing(
        self, view: CompiledEnforcer, bits: int, among: frozenset[str], *values: Any
    ) -> tuple[str, ...]:
        """Rows among these that refuse before one allows: Casbin is asked on from the row it named.

        Raises:
            MatcherFault: the matcher raised.
        """
        wanted = self._known_sets.get(among)
        if wanted is None:
            wanted = self._known_sets[among] = sum(1 << self._places[name] for name in among)
        found = []
        while bits & wanted:
            allowed, name = self.ask(view, bits, *values)
            if allowed or not name:
                break
            if name in among:
                found.append(name)
            bits &= -1 << (self._places[name] + 1)
        return tuple(found)

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
