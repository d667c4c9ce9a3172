"""Situations of one kind, found one after the other; what was ruled out stays ruled out."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from comity.policytools import solver
from comity.policytools.solver import negated
from comity.policytools.space import NotEncodable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.policytools.theory import Theory


class Search:
    """A solver of its own over a theory's situations: small, because it holds what this search is about.

    Args:
        theory: whose situations, and whose words.
        kept: what each situation found must be.
        varied: whether situations are to differ as much as can be, so that a few show much of what there is.
    """

    __slots__ = ("_names", "_solver", "_theory")

    def __init__(self, theory: Theory, *kept: Any, varied: bool = False) -> None:
        self._theory = theory
        self._names = 0
        self._solver = solver.solver(varied=varied)
        self._solver.add(theory.sound(theory.reading), *kept)

    def keep(self, *more: Any) -> None:
        """From now on each situation must be this, too."""
        self._solver.add(*more)

    def named(self, formula: Any) -> Any:
        """A proposition that says the same, so that asking for it costs nothing."""
        if isinstance(formula, bool):
            return formula
        self._names += 1
        name = solver.z3().Bool(f"named/{self._names}")
        self._solver.add(name == formula)
        return name

    @contextlib.contextmanager
    def within(self, *also: Any) -> Iterator[dict[str, Any] | None]:
        """A situation that is this, too; what is kept meanwhile is forgotten at the end.

        Raises:
            NotEncodable: the solver gives up.
        """
        with self._asked(also) as found:
            yield self._theory.read(self._solver.model()) if found else None

    def next(self, *also: Any) -> dict[str, Any] | None:
        """A situation that is all that is kept, and this; nothing where there is none.

        Raises:
            NotEncodable: the solver gives up.
        """
        with self._asked(also) as found:
            return self._theory.read(self._solver.model()) if found else None

    def where(self, *names: Any) -> dict[str, Any] | None:
        """A situation in which named propositions hold, or their negations; nothing where there is none.

        Faster than ``next``, because the solver has everything already.

        Raises:
            NotEncodable: the solver gives up.
        """
        if any(one is False for one in names):
            return None
        if not self._verdict(*(one for one in names if one is not True)):
            return None
        return self._theory.read(self._solver.model())

    def possible(self, *also: Any) -> bool:
        """Whether there is such a situation.

        Raises:
            NotEncodable: the solver gives up.
        """
        with self._asked(also) as found:
            return found

    @contextlib.contextmanager
    def _asked(self, also: tuple[Any, ...]) -> Iterator[bool]:
        if any(one is False for one in also):
            yield False
            return
        self._solver.push()
        try:
            self._solver.add(*(one for one in also if one is not True))
            yield self._verdict()
        finally:
            self._solver.pop()

    def _verdict(self, *wanted: Any) -> bool:
        limit = self._theory.limit
        shortened = solver.within(self._solver, limit)
        verdict = solver.verdict(self._solver, *wanted)
        if verdict == "unknown":
            if shortened:
                raise limit.over()
            raise NotEncodable(f"the solver gave up: {self._solver.reason_unknown()}")
        return verdict == "sat"

    def ordinary(self, *also: Any) -> dict[str, Any] | None:
        """The same, as ordinary as can be: of what is wished for, all that goes with what was granted before.

        Raises:
            NotEncodable: the solver gives up.
        """
        with self._asked(also) as found:
            if not found:
                return None
            wishes = self._theory.usual.wishes()
            names = [solver.z3().Bool(f"wish/{number}") for number in range(len(wishes))]
            self._solver.add(*map(solver.implied, names, wishes))
            kept: list[Any] = []
            rest = list(range(len(wishes)))
            while (last := self._refused(kept, rest, names)) is not None:
                # Wishes up to the last of those that exclude each other do not go together; those before may.
                before = [one for one in rest if one < last]
                while (earlier := self._refused(kept, before, names)) is not None:
                    last = earlier
                    before = [one for one in before if one < last]
                kept += before
                rest = [one for one in rest if one > last]
            kept += rest
            granted = {id(wishes[one]) for one in kept}
            return self._settled([names[one] for one in kept], granted)

    def _settled(self, kept: list[Any], granted: set[int]) -> dict[str, Any]:
        """The first values, in their order, of words that no wish settles: the same example every time."""
        found = self._theory.read(self._solver.model())
        for name in self._theory.encoding.space.scalars:
            choice = self._theory.reading.words[name]
            if any(id(said) in granted for said in choice.values()):
                continue
            here = choice[found[name]]
            if self._verdict(*kept, negated(here)):
                here = next(said for said in choice.values() if self._verdict(*kept, said))
                found = self._theory.read(self._solver.model())
            kept.append(here)
        return found

    def _refused(self, kept: list[int], more: list[int], names: list[Any]) -> int | None:
        """The last of some wishes that do not go with those that are kept; nothing where all do."""
        asked = [names[one] for one in (*kept, *more)]
        if self._verdict(*asked):
            return None
        core = {one.get_id() for one in self._solver.unsat_core()}
        return max(one for one in more if names[one].get_id() in core)
