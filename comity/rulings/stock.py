"""Casbin as it comes: its own evaluator, its own role manager, every row for every question.

Slow, and the measure of ``comity.rulings.engine``: tests compare both over fuzzed policies, the shadow check
compares them in production, and after a difference this one decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from comity.rulings.bundle import Bundle
from comity.rulings.enforcers import Silence, enforce, load
from comity.rulings.groups import DEPTH_MAX
from comity.rulings.pycasbin import DefaultRoleManager, Enforcer, Model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# Casbin's role manager counts the member itself as a level, and looks one level less than it is told.
_LEVELS: Final = DEPTH_MAX + 2


class StockEngine:
    """One verb's model with its rows; leaves nothing out and remembers nothing."""

    separate = False

    def __init__(
        self,
        model: str,
        *,
        rows: Callable[[list[str]], Sequence[list[str]]],
        links: Mapping[str, Sequence[tuple[str, str]]],
        functions: Mapping[str, Callable[..., bool]],
    ) -> None:
        parsed = Model()
        parsed.load_model_from_text(model)
        enforcer = Enforcer(parsed)
        enforcer.logger = Silence()
        for section in links:
            enforcer.set_named_role_manager(section, DefaultRoleManager(_LEVELS))
        tokens = parsed["p"]["p"].tokens
        load(enforcer, rows=rows(tokens), links=links, functions=functions)
        self._enforcer = enforcer
        self._id = tokens.index("p_id")

    def survivors(self, req: Any, rec: Any = None) -> int:
        """No row is left out."""
        del req, rec
        return 0

    def survivors_each(self, requests: Sequence[Any], rec: Any, *, but: str) -> tuple[int, ...]:
        """No row is left out."""
        del rec, but
        return (0,) * len(requests)

    def along(self, variable: str, word: str) -> int:
        """No row is left out."""
        del variable, word
        return 0

    def view(self) -> Any:
        """Casbin over all rows."""
        return self._enforcer

    def ask(self, view: Any, bits: int, *values: Any) -> tuple[bool, str]:
        """Casbin's answer and the id of the row that explains it."""
        del bits
        return enforce(view, self._id, *values)

    def refusing(
        self, view: Any, bits: int, among: frozenset[str], *values: Any
    ) -> tuple[str, ...]:
        """Rows among these that refuse before one allows: Casbin is asked on from the row it named."""
        del bits
        assertion = view.model["p"]["p"]
        every: list[list[str]] = assertion.policy
        places = {row[self._id]: number for number, row in enumerate(every)}
        last = max((places[name] for name in among), default=-1)
        found, began = [], 0
        try:
            while began <= last:
                assertion.policy = every[began:]
                allowed, name = enforce(view, self._id, *values)
                if allowed or not name:
                    break
                if name in among:
                    found.append(name)
                began = places[name] + 1
        finally:
            assertion.policy = every
        return tuple(found)


def stock(bundle: Bundle) -> Bundle:
    """The same law, decided by Casbin as it comes."""
    return Bundle(
        bundle.law,
        alarm=bundle.alarm,
        possible_duties=bundle.possible_duties,
        engine=StockEngine,
    )
