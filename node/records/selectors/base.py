"""What every selector has: parts that are checked by what they declare, and what it is looked up by.

A selector declares which of its parts are identifiers of which kind, which are dates and countries, and
what it cannot do without; checking and looking up follow from that. ``validate`` refuses what can never
be a search, and names the part. ``shape`` says in one word how much was given: whether that is enough is
for the law to say (verb ``ask``), here and again at every owner.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, ClassVar, Final

from comity.errors import Reason, Refusal
from node.records import normalise
from node.records.identifiers import KINDS, alternatives, known_country

if TYPE_CHECKING:
    from collections.abc import Mapping

    from node.records.identifiers import Key

# Shapes, as policies know them.
NUMBER: Final = "number"
NAME: Final = "name"
NAME_PART: Final = "name-part"
NAME_PARTS: Final = "name-parts"
ATTRIBUTE: Final = "attribute"
ATTRIBUTES: Final = "attributes"
TEMPLATE: Final = "template"
# No shapes: of what somebody's body the thing is that is searched by. What nobody says may be a face.
FACE: Final = "face"
FINGERPRINT: Final = "fingerprint"
IRIS: Final = "iris"
DNA: Final = "dna"
# What a right one looks like, for whoever wrote another.
DATE: Final = "a date such as 1974, 1974-03 or 1974-03-09"
COUNTRY: Final = "a country of ISO 3166-1 in two letters"
# Parts that are names; signs alone are none.
NAMES: Final = frozenset({"name", "family_name", "given_name", "title", "maker"})
SHAPES: Final = (NUMBER, NAME, NAME_PART, NAME_PARTS, ATTRIBUTE, ATTRIBUTES, TEMPLATE)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time that a record must touch: its own fields, and from when to when is asked."""

    since: str
    until: str
    first: str
    last: str


class Selector:
    """One search criterion.

    Attributes:
        by: its name in the contract's ``Selector``.
        entity_type: what it searches.
        identified: part to kind of identifier (``node.records.identifiers``).
        within: identified part to the part that says within what it is unique.
        dates: parts that are partial dates; ``moments`` those that may be instants.
        countries: parts that are countries.
        needs: of these parts one must be given.
    """

    __slots__ = ()

    by: ClassVar[str]
    entity_type: ClassVar[str]
    identified: ClassVar[Mapping[str, str]] = {}
    within: ClassVar[Mapping[str, str]] = {}
    dates: ClassVar[tuple[str, ...]] = ()
    moments: ClassVar[tuple[str, ...]] = ()
    countries: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()

    def validate(self) -> None:
        """Whether it can be a search at all.

        Raises:
            Refusal: INVALID_REQUEST naming the part, with what a right one looks like.
        """
        for part in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            value = getattr(self, part.name)
            if isinstance(value, str) and value:
                self.check_part(part.name, value)
        if not any(_given(getattr(self, name)) for name in self.needs):
            raise refused(self.needs[0], "empty selector", "something to search for")

    def check_part(self, part: str, value: str) -> None:
        """One given part, by what it declares."""
        if normalise.has_controls(value):
            raise refused(part, "control characters", "text without control characters")
        if not normalise.plain(value):
            raise refused(part, "nothing readable", "text that can be read")
        if part in self.dates and not normalise.partial_date(value):
            raise refused(part, "no such date", DATE)
        if part in self.moments and not normalise.moment(value):
            raise refused(part, "no such time", "a date, or a time with its offset")
        if part in self.countries and not known_country(value):
            raise refused(part, "no such country", COUNTRY)
        if part in NAMES and not any(map(str.isalnum, value)):
            raise refused(part, "no letter in it", "a name, in any script")
        kind = self.identified.get(part)
        if kind is not None and not KINDS[kind].normal(value):
            raise malformed(part, kind)

    def unsuitable(self) -> str | None:
        """Why this cannot be searched, or ``None``; what an owner checks again."""
        try:
            self.validate()
        except Refusal as refusal:
            return refusal.detail
        return None

    @property
    def shape(self) -> str:
        """How much was given, as policies know it."""
        return NUMBER if self.keys() else NAME

    def stated(self) -> Mapping[str, str]:
        """What the question says of what it looks for, on which its admission may rest: by field, exactly."""
        return {}

    @property
    def kinds(self) -> frozenset[str]:
        """What else the law asks of what is searched by, besides its shape."""
        return frozenset()

    @property
    def name_parts(self) -> int | None:
        """How many of given name, family name and full birth date there are; nothing but for persons."""
        return None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What looks wrong and may be right all the same; told to whoever asked, beside the answer."""
        return ()

    @property
    def text(self) -> str:
        """The name to search by, where there is one."""
        return normalise.plain(getattr(self, "name", ""))

    def keys(self) -> tuple[Key, ...]:
        """What it is looked up by exactly; a record that holds any of them is a candidate."""
        found: list[Key] = []
        for part, kind in self.identified.items():
            inside = self.within.get(part)
            beside = str(getattr(self, inside)) if inside else ""
            found += alternatives(kind, str(getattr(self, part)), beside)
        return tuple(found)

    def terms(self) -> tuple[tuple[Key, ...], ...]:
        """What is known of it; a candidate holds one of each group."""
        return ()

    def batch(self) -> tuple[str, str] | None:
        """A number that a batch may hold, and the country that issues it; nothing but for documents."""
        return None

    def span(self) -> Span | None:
        """When it must have been."""
        return None


def _given(value: object) -> bool:
    return bool(normalise.plain(value) if isinstance(value, str) else value)


def refused(part: str, detail: str, hint: str) -> Refusal:
    """A part that cannot be searched by."""
    return Refusal(Reason.INVALID_REQUEST, detail, field=part, hint=hint)


def malformed(part: str, kind: str) -> Refusal:
    """A part that is no identifier of its kind."""
    called, shape = KINDS[kind].called, KINDS[kind].shape
    return refused(part, f"not a well-formed {called}", f"{called}: {shape}")
