"""The contract is bounded and told, field by field and call by call; its rules are protovalidate's own."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import FieldDescriptor
from protovalidate._gen.buf.validate import validate_pb

from comity._vendor.buf.validate import validate_pb2
from comity.errors import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.protobuf.descriptor import Descriptor

ROOT = Path(__file__).parents[3]
PROTO = ROOT / "proto"
SERVICES = sorted(PROTO.rglob("*_service.proto"))
# Messages whose values need no bound of ours: they have one by their kind.
WELL_KNOWN = "google.protobuf."


def module_of(proto: Path) -> Any:
    name = proto.relative_to(PROTO).with_suffix("").as_posix().replace("/", ".")
    return importlib.import_module(f"{name}_pb2")


def requests() -> list[Descriptor]:
    found: dict[str, Descriptor] = {}
    for proto in SERVICES:
        for service in module_of(proto).DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                found[method.input_type.full_name] = method.input_type
    return list(found.values())


def fields(message: Descriptor, seen: set[str]) -> Iterator[FieldDescriptor]:
    """Every field of a message and of the messages in it."""
    if message.full_name in seen or message.full_name.startswith(WELL_KNOWN):
        return
    seen.add(message.full_name)
    for field in message.fields:
        yield field
        if field.message_type is not None:
            yield from fields(field.message_type, seen)


def bounded(field: FieldDescriptor) -> bool:
    """Whether a rule bounds what the field may hold from above."""
    rules = field.GetOptions().Extensions[validate_pb2.field]
    if field.is_repeated:
        return rules.repeated.max_items > 0 and bounded_value(field, rules.repeated.items)
    return bounded_value(field, rules)


def bounded_value(field: FieldDescriptor, rules: Any) -> bool:
    kind = field.type
    if kind in {FieldDescriptor.TYPE_MESSAGE, FieldDescriptor.TYPE_BOOL}:
        return True  # a message's own fields are looked at; a truth value has two
    if kind == FieldDescriptor.TYPE_STRING:
        return bool(rules.string.max_len or rules.string.max_bytes)
    if kind == FieldDescriptor.TYPE_BYTES:
        return bool(rules.bytes.max_len or rules.bytes.len)
    if kind == FieldDescriptor.TYPE_ENUM:
        return bool(rules.enum.defined_only)
    number = getattr(rules, rules.WhichOneof("type") or "int32")
    return number.WhichOneof("less_than") is not None


@pytest.mark.parametrize("request_type", requests(), ids=lambda one: str(one.name))
def test_every_field_of_a_request_has_an_upper_bound(request_type: Descriptor) -> None:
    unbounded = [field.full_name for field in fields(request_type, set()) if not bounded(field)]
    assert unbounded == []


def test_a_field_without_a_bound_would_be_seen() -> None:
    answer = module_of(PROTO / "comity/api/query/v1/query_service.proto").LookupResponse
    assert not bounded(answer.DESCRIPTOR.fields_by_name["query_id"])
    assert not bounded(answer.DESCRIPTOR.fields_by_name["answers"])


def calls() -> list[tuple[str, str]]:
    """Each call with the comment above it."""
    found = []
    for proto in SERVICES:
        text = proto.read_text("utf-8")
        pattern = re.compile(r"((?:^ *//[^\n]*\n)+)^ *rpc (\w+)", re.MULTILINE)
        found += [
            (f"{proto.stem}.{name}", re.sub(r"\s*//\s*", " ", comment))
            for comment, name in pattern.findall(text)
        ]
        assert text.count("\n  rpc ") == len(pattern.findall(text)), proto
    return found


@pytest.mark.parametrize(("call", "comment"), calls())
def test_a_calls_comment_says_who_may_call_it_and_which_reasons_it_returns(
    call: str, comment: str
) -> None:
    assert re.search(r"\bCallers\b", comment), call
    named = set(re.findall(r"\b[A-Z]{2,}(?:_[A-Z]+)+\b|\b[A-Z]{6,}\b", comment))
    assert named or re.search(r"\bas for \w+", comment), call
    assert named <= set(Reason.__members__) | {"INTERNAL"}, call


@pytest.mark.parametrize("proto", SERVICES, ids=lambda one: str(one.stem))
def test_a_file_holds_one_service_and_its_package_is_its_folder(proto: Path) -> None:
    text = proto.read_text("utf-8")
    assert len(re.findall(r"^service ", text, re.MULTILINE)) == 1
    package = re.search(r"^package ([\w.]+);", text, re.MULTILINE)
    assert package is not None
    assert package[1] == proto.parent.relative_to(PROTO).as_posix().replace("/", ".")


def shape(file: descriptor_pb2.FileDescriptorProto) -> dict[str, tuple[Any, ...]]:
    """Each field and extension: number, type, label, type's name, group of alternatives."""
    found: dict[str, tuple[Any, ...]] = {}

    def add(prefix: str, one: descriptor_pb2.FieldDescriptorProto, groups: list[str]) -> None:
        group = groups[one.oneof_index] if one.HasField("oneof_index") else ""
        told = (one.number, one.type, one.label, one.type_name, one.extendee, group)
        found[f"{prefix}.{one.name}"] = told

    for message in file.message_type:
        groups = [one.name for one in message.oneof_decl]
        for field in message.field:
            add(message.name, field, groups)
    for extension in file.extension:
        add("extend", extension, [])
    return found


def test_our_part_of_the_rules_is_protovalidates_own() -> None:
    ours = descriptor_pb2.FileDescriptorProto()
    validate_pb2.DESCRIPTOR.CopyToProto(ours)
    full = descriptor_pb2.FileDescriptorProto.FromString(validate_pb.desc().proto.to_binary())
    assert ours.package == full.package
    ours_shape, theirs = shape(ours), shape(full)
    assert len(ours_shape) > 40
    differing = {name: (told, theirs.get(name)) for name, told in ours_shape.items()}
    assert {name: both for name, both in differing.items() if both[0] != both[1]} == {}
