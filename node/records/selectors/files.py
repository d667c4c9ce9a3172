"""Selectors of what agencies keep about people and cases: biometric references, cases, exhibits, notices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from node.records import normalise
from node.records.identifiers import alternatives
from node.records.selectors.base import (
    DNA,
    FACE,
    FINGERPRINT,
    IRIS,
    NAME,
    NUMBER,
    TEMPLATE,
    Selector,
    malformed,
    refused,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from node.records.identifiers import Key

# What a biometric reference was taken of, as in the contract.
FACE_MODALITY: Final = "FACE"
MODALITY: Final = "biometric.modality"
MODALITIES: Final = (FACE_MODALITY, "FINGER", "PALM", "IRIS", "DNA")
# What policies call it; whoever compares a palm is trained as for fingers.
OF_MODALITY: Final = {
    FACE_MODALITY: FACE, "FINGER": FINGERPRINT, "PALM": FINGERPRINT, "IRIS": IRIS, "DNA": DNA,
}  # fmt: skip
# What has a number of its owner's, and the kinds of identifier that may be.
_NUMBERED: Final = {
    "CASE": ("case-reference",),
    "EVENT": ("event-reference",),
    "OFFENCE": ("decision-reference",),
    "EVIDENCE_ITEM": ("exhibit-number", "exhibit-hash"),
    "NOTICE": ("notice-number",),
}


@dataclass(frozen=True, slots=True)
class BiometricSelector(Selector):
    """A biometric reference by number, by whose it is, or by comparison at the owner's node."""

    by: ClassVar[str] = "biometric"
    entity_type: ClassVar[str] = "biometric"
    identified: ClassVar[Mapping[str, str]] = {"reference": "biometric-reference"}
    needs: ClassVar[tuple[str, ...]] = ("reference", "name", "template")

    reference: str = ""
    name: str = ""
    template: bytes = b""
    modality: str = ""

    def validate(self) -> None:
        """Whether a template is a minutiae record, and stands alone."""
        Selector.validate(self)
        if self.template and not normalise.minutiae(self.template):
            raise refused("template", "no minutiae record", "a record of ISO/IEC 19794-2:2005")
        if self.template and (self.reference or self.name):
            raise refused("template", "a template and a number or name", "one of them")
        if self.modality and self.modality not in MODALITIES:
            raise refused("modality", "no such modality", ", ".join(MODALITIES))
        if self.template and self.modality not in {"", "FINGER"}:
            raise refused("modality", "a minutiae record of no finger", "FINGER, or nothing")

    @property
    def shape(self) -> str:
        """A number, a template to compare, or a name."""
        if self.reference:
            return NUMBER
        return TEMPLATE if self.template else NAME

    def stated(self) -> Mapping[str, str]:
        """A reference that is said to be of a finger finds no face."""
        return {MODALITY: self.modality} if self.modality and not self.template else {}

    @property
    def kinds(self) -> frozenset[str]:
        """A face, unless a number is said to be of something else: what nobody says is the stricter case."""
        if self.template:
            return frozenset({FINGERPRINT})
        return frozenset({OF_MODALITY.get(self.modality, FACE) if self.reference else FACE})


@dataclass(frozen=True, slots=True)
class ReferenceSelector(Selector):
    """Something by the number its owner gave."""

    by: ClassVar[str] = "reference"
    needs: ClassVar[tuple[str, ...]] = ("number",)

    type: str = ""
    number: str = ""

    @property
    def entity_type(self) -> str:  # type: ignore[override]  # here it depends on the type
        """What has this number."""
        return self.type.lower()

    def validate(self) -> None:
        """Whether such a thing may have such a number."""
        Selector.validate(self)
        kinds = _NUMBERED.get(self.type)
        if kinds is None:
            raise refused("type", "no such type", "a kind of thing that has a number")
        if not self.keys():
            raise malformed("number", kinds[0])

    @property
    def shape(self) -> str:
        """Always a whole number."""
        return NUMBER

    def keys(self) -> tuple[Key, ...]:
        """The number as any kind that it may be."""
        kinds = _NUMBERED.get(self.type, ())
        return tuple(one for kind in kinds for one in alternatives(kind, self.number, ""))
