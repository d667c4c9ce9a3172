"""Holding messages against the contract's own rules (protovalidate), before anything looks inside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import protovalidate

from comity.errors import Reason, Refusal

if TYPE_CHECKING:
    from google.protobuf.message import Message

_validator = protovalidate.Validator()


def check(message: Message) -> None:
    """Refuses a message that breaks a rule of the contract.

    Raises:
        Refusal: INVALID_REQUEST, naming the first field at fault.
    """
    try:
        _validator.validate(message, fail_fast=True)
    except protovalidate.ValidationError as error:
        violation = error.violations[0].proto
        raise Refusal(
            Reason.INVALID_REQUEST,
            violation.rule_id,
            field=_path(violation.field),
            hint=violation.message,  # the rule's own words; it quotes no value
        ) from None


def _path(field: Any) -> str:
    parts = []
    for element in field.elements if field is not None else ():
        subscript = element.subscript
        index = "" if subscript is None else f"[{getattr(subscript, 'value', subscript)}]"
        parts.append(f"{element.field_name}{index}")
    return ".".join(parts)
