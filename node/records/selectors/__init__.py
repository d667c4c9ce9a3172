"""What may be searched by: one frozen value for each kind of selector, checked before it is used.

``SELECTORS`` is the one list of them; the codec, the matcher and the tests read it.
"""

from __future__ import annotations

from typing import Final

from node.records.selectors.base import SHAPES, Selector, Span
from node.records.selectors.people import DocumentSelector, OrganisationSelector, PersonSelector
from node.records.selectors.signals import ObservableSelector
from node.records.selectors.things import StolenObjectSelector, VehicleSelector

SELECTORS: Final[tuple[type[Selector], ...]] = (
    PersonSelector,
    DocumentSelector,
    VehicleSelector,
    OrganisationSelector,
    StolenObjectSelector,
    ObservableSelector,
)

__all__ = [
    "SELECTORS",
    "SHAPES",
    "DocumentSelector",
    "ObservableSelector",
    "OrganisationSelector",
    "PersonSelector",
    "Selector",
    "Span",
    "StolenObjectSelector",
    "VehicleSelector",
]
