"""Selectors of what people are reached by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from node.records import normalise
from node.records.identifiers import alternatives
from node.records.selectors.base import NUMBER, Selector, malformed, refused

if TYPE_CHECKING:
    from node.records.identifiers import Key


@dataclass(frozen=True, slots=True)
class ObservableSelector(Selector):
    """A phone number, mail address, domain, URL, address on a network, hash or wallet, exactly."""

    place: ClassVar[str] = "observable"
    entity_type: ClassVar[str] = "observable"
    needs: ClassVar[tuple[str, ...]] = ("value",)

    type: str = ""
    value: str = ""

    def validate(self) -> None:
        """Whether the value is one of its type."""
        Selector.validate(self)
        if self.type not in normalise.OBSERVABLES:
            raise refused("type", "no such type", "a type of observable")
        if not normalise.observable(self.type, self.value):
            raise malformed("value", self.type)

    @property
    def shape(self) -> str:
        """Always a whole value."""
        return NUMBER

    def keys(self) -> tuple[Key, ...]:
        """The value as one of its type."""
        return alternatives(self.type, self.value, "")
