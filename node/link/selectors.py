"""Selectors between their protobuf form and the values that search understands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from comity.api.query.v1 import selector_pb2
from node.records.selectors import SELECTORS, Leg

if TYPE_CHECKING:
    from google.protobuf.descriptor import FieldDescriptor

    from node.records.selectors import Selector

_BY: Final[dict[str, type[Any]]] = {kind.by: kind for kind in SELECTORS}
_PARTS: Final = {
    name: tuple(descriptor.message_type.fields)
    for name, descriptor in selector_pb2.Selector.DESCRIPTOR.fields_by_name.items()
    if descriptor.message_type is not None
}


def _word(field: FieldDescriptor, number: int) -> str:
    """An enumerated value without its type's prefix; empty for the unspecified one."""
    kind = field.enum_type
    if kind is None or not number:
        return ""
    return kind.values_by_number[number].name.removeprefix(_prefix(kind.values[0].name))


def _number(field: FieldDescriptor, word: str) -> int:
    kind = field.enum_type
    if kind is None:
        raise KeyError(field.name)
    return int(kind.values_by_name[_prefix(kind.values[0].name) + word].number)


def _prefix(unspecified: str) -> str:
    return unspecified.removesuffix("UNSPECIFIED")


def to_wire(selector: Selector) -> selector_pb2.Selector:
    """The protobuf form."""
    message = selector_pb2.Selector()
    inner = getattr(message, selector.by)
    inner.SetInParent()
    for field in _PARTS[selector.by]:
        value = getattr(selector, field.name)
        if value:
            _put(inner, field, value)
    return message


def _put(inner: Any, field: FieldDescriptor, value: Any) -> None:
    if field.message_type is not None:
        for one in value:
            getattr(inner, field.name).add(origin=one.origin, destination=one.destination)
    else:
        setattr(inner, field.name, _number(field, value) if field.enum_type else value)


def _taken(field: FieldDescriptor, value: Any) -> Any:
    if field.message_type is not None:
        return tuple(Leg(one.origin, one.destination) for one in value)
    return _word(field, value) if field.enum_type else value


def from_wire(message: selector_pb2.Selector) -> Selector:
    """The value; raises ``KeyError`` for an empty selector or an undefined enumerated value."""
    name = message.WhichOneof("by")
    if name is None:
        raise KeyError("by")
    given = getattr(message, name).ListFields()  # what is empty stays as the value has it
    found: Selector = _BY[name](**{field.name: _taken(field, value) for field, value in given})
    return found


def entity_type_of(message: selector_pb2.Selector) -> str:
    """The entity type a selector searches."""
    return from_wire(message).entity_type
