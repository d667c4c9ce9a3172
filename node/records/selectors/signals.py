"""Selectors of what people are reached by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from node.records import normalise
from node.records.identifiers import alternatives
from node.records.selectors.base import NUMBER, Selector, Span, malformed, refused

if TYPE_CHECKING:
    from node.records.identifiers import Key


@dataclass(frozen=True, slots=True)
class ObservableSelector(Selector):
    """A phone number, mail address, domain, URL, address on a network, hash or wallet, exactly."""

    by: ClassVar[str] = "observable"
    entity_type: ClassVar[str] = "observable"
    needs: ClassVar[tuple[str, ...]] = ("value",)

    moments: ClassVar[tuple[str, ...]] = ("time",)

    type: str = ""
    value: str = ""
    port: int = 0
    time: str = ""
    platform: str = ""

    def validate(self) -> None:
        """Whether the value is one of its type, and only what belongs to it stands beside it."""
        Selector.validate(self)
        if self.type not in normalise.OBSERVABLES:
            raise refused("type", "no such type", "a type of observable")
        if not normalise.observable(self.type, self.value):
            raise malformed("value", self.type)
        if self.port and self.type != "IP":
            raise refused("port", "a port without an address", "only addresses have a port")
        if self.platform and self.type != "HANDLE":
            raise refused("platform", "a platform without a handle", "only handles have a platform")

    @property
    def shape(self) -> str:
        """Always a whole value."""
        return NUMBER

    def keys(self) -> tuple[Key, ...]:
        """The value as one of its type, within its port or platform."""
        within = str(self.port) if self.port else self.platform
        return alternatives(self.type, self.value, within)

    def span(self) -> Span | None:
        """When it was in use."""
        if not self.time:
            return None
        known = normalise.moment(self.time)
        return Span("observable.first_seen", "observable.last_seen", known, known)
