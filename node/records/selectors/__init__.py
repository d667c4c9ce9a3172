"""What may be searched by: one frozen value for each kind of selector, checked before it is used.

``SELECTORS`` is the one list of them; the codec, the matcher and the tests read it.
"""

from __future__ import annotations

from typing import Final

from node.records.selectors.base import COUNTRY, DATE, SHAPES, Selector, Span
from node.records.selectors.files import BiometricSelector, ReferenceSelector
from node.records.selectors.people import DocumentSelector, OrganisationSelector, PersonSelector
from node.records.selectors.signals import ObservableSelector
from node.records.selectors.things import (
    AccountSelector,
    AircraftSelector,
    ContainerSelector,
    FirearmSelector,
    StolenObjectSelector,
    VehicleSelector,
    VesselSelector,
)
from node.records.selectors.traffic import Leg, SeizureSelector, ShipmentSelector

SELECTORS: Final[tuple[type[Selector], ...]] = (
    PersonSelector,
    DocumentSelector,
    VehicleSelector,
    OrganisationSelector,
    StolenObjectSelector,
    ObservableSelector,
    VesselSelector,
    AircraftSelector,
    ContainerSelector,
    FirearmSelector,
    AccountSelector,
    SeizureSelector,
    ShipmentSelector,
    BiometricSelector,
    ReferenceSelector,
)

# What is right in parts whose rule in the contract is a pattern, which says nothing to people.
HINTS: Final[dict[str, str]] = {
    **{part: DATE for kind in SELECTORS for part in kind.dates},
    **{part: COUNTRY for kind in SELECTORS for part in kind.countries},
    "sex": "M, F or X",
}

__all__ = [
    "HINTS",
    "SELECTORS",
    "SHAPES",
    "AccountSelector",
    "AircraftSelector",
    "BiometricSelector",
    "ContainerSelector",
    "DocumentSelector",
    "FirearmSelector",
    "Leg",
    "ObservableSelector",
    "OrganisationSelector",
    "PersonSelector",
    "ReferenceSelector",
    "SeizureSelector",
    "Selector",
    "ShipmentSelector",
    "Span",
    "StolenObjectSelector",
    "VehicleSelector",
    "VesselSelector",
]
