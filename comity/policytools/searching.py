"""Situations of one kind, found one after the other; what was ruled out stays ruled out."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from comity.policytools import solver
from comity.policytools.space import NotEncodable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.policytools.theory import Theory


class Search:
    """A solver of its own over a theory's situations: small, because it holds what this search is about.

    Args:
        theory: whose situations, and whose words.
        kept: what each situation found must be.
    """

    __slots__ = ("_solver", "_theory")

    def __init__(self, theory: Theory, *kept: Any) -> None:
        self._theory = theory
        self._solver = solver.solver()
        self._solver.add(theory.sound(theory.reading), *kept)

    def keep(self, *more: Any) -> None:
        """From now on each situation must be this, too."""
        self._solver.add(*more)

    def next(self, *also: Any) -> dict[str, Any] | None:
        """A situation that is all that is kept, and this; nothing where there is none.

        Raises:
            NotEncodable: the solver gives up.
        """
        with self._asked(also) as found:
            return self._theory.read(self._solver.model()) if found else None

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
            verdict = solver.verdict(self._solver)
            if verdict == "unknown":
                raise NotEncodable(f"the solver gave up: {self._solver.reason_unknown()}")
            yield verdict == "sat"
        finally:
            self._solver.pop()

    def ordinary(self, *also: Any) -> dict[str, Any] | None:
        """The same, as ordinary as can be."""
        if self.next(*also) is None:
            return None
        return self.next(*also, *self._together(list(also), self._theory.usual.wishes()))

    def _together(self, kept: list[Any], usual: list[Any]) -> list[Any]:
        """As many of the usual words as go with what must be kept."""
        if not usual or self.next(*kept, *usual) is not None:
            return usual
        if len(usual) == 1:
            return []
        half = len(usual) // 2
        first = self._together(kept, usual[:half])
        return first + self._together(kept + first, usual[half:])
