"""Selectors between their protobuf form and the values that search understands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from comity.api.query.v1 import selector_pb2
from node.records import selectors

if TYPE_CHECKING:
    from node.records.selectors import Selector

_BY_FIELD: Final[dict[str, type[Any]]] = {
    "person": selectors.PersonSelector,
    "document": selectors.DocumentSelector,
    "vehicle": selectors.VehicleSelector,
    "organisation": selectors.OrganisationSelector,
    "stolen_object": selectors.StolenObjectSelector,
    "observable": selectors.ObservableSelector,
}
_FIELD_OF: Final = {kind: name for name, kind in _BY_FIELD.items()}
ENTITY_OF: Final = {
    "person": "person",
    "document": "identity_document",
    "vehicle": "vehicle",
    "organisation": "organisation",
    "stolen_object": "stolen_object",
    "observable": "observable",
}
_OBSERVABLE: Final = {
    name.removeprefix("OBSERVABLE_TYPE_"): number
    for name, number in selector_pb2.ObservableType.items()
    if number
}
_OBSERVABLE_NAME: Final = {number: name for name, number in _OBSERVABLE.items()}
_PARTS: Final = {
    name: tuple(field.name for field in descriptor.message_type.fields)
    for name, descriptor in selector_pb2.Selector.DESCRIPTOR.fields_by_name.items()
    if descriptor.message_type is not None
}


def to_wire(selector: Selector) -> selector_pb2.Selector:
    """The protobuf form."""
    name = _FIELD_OF[type(selector)]
    message = selector_pb2.Selector()
    inner = getattr(message, name)
    inner.SetInParent()
    for part in _PARTS[name]:
        value = getattr(selector, part)
        if value:
            setattr(inner, part, _OBSERVABLE[value] if part == "type" else value)
    return message


def from_wire(message: selector_pb2.Selector) -> Selector:
    """The value; raises ``KeyError`` for an empty selector or an undefined kind of observable."""
    name = message.WhichOneof("by")
    if name is None:
        raise KeyError("by")
    inner = getattr(message, name)
    parts = {part: getattr(inner, part) for part in _PARTS[name]}
    if "type" in parts:
        parts["type"] = _OBSERVABLE_NAME[parts["type"]]
    found: Selector = _BY_FIELD[name](**parts)
    return found


def entity_type_of(message: selector_pb2.Selector) -> str:
    """The entity type a selector searches."""
    return ENTITY_OF[message.WhichOneof("by") or ""]
