"""The contract is the one list: every entity, field, identifier and value type is known where it is used."""

from __future__ import annotations

from dataclasses import fields

import pytest

from comity.api.record.v1 import record_pb2, values_pb2
from comity.catalogue import ENTITY_TYPES, FIELDS, Tier
from node.records.identifiers import KINDS
from node.records.indexing import OBSERVABLE
from node.records.values import VALUE_TYPES, Assertion
from tests.simulators.law import POLICIES, vocabulary

TIERS = {info.path: info.tier for infos in FIELDS.values() for info in infos}
ENTITIES = record_pb2.Record.DESCRIPTOR.oneofs_by_name["entity"].fields


def test_every_entity_is_a_type_that_routings_can_name() -> None:
    told = {name.removeprefix("ENTITY_TYPE_").lower() for name in record_pb2.EntityType.keys()}  # noqa: SIM118  # no mapping
    assert told - {"unspecified"} == set(ENTITY_TYPES) == {one.name for one in ENTITIES}


@pytest.mark.parametrize("entity", ENTITY_TYPES)
def test_every_field_has_a_tier_a_stage_and_parts_that_exist(entity: str) -> None:
    names = {info.path.partition(".")[2] for info in FIELDS[entity]}
    for info in FIELDS[entity]:
        assert info.tier
        assert info.stage
        assert info.identifier is None or info.identifier in KINDS or info.identifier == OBSERVABLE
        assert set((info.within or "").split()) <= names
        assert info.values is None or info.values in VALUE_TYPES
        # A structured value stands in a list, so that masks treat all alike.
        assert info.values is None or info.repeated


@pytest.mark.parametrize("kind", [*VALUE_TYPES.values(), Assertion])
def test_values_are_shaped_as_the_contracts_messages(kind: type) -> None:
    message = getattr(values_pb2, kind.__name__)
    assert {part.name for part in fields(kind)} == set(message.DESCRIPTOR.fields_by_name)


def test_the_law_speaks_of_every_field_that_may_leave() -> None:
    groups = (POLICIES / "core" / "groups.csv").read_text(encoding="utf-8").splitlines()
    spoken = {line.split(",")[1] for line in groups if line.startswith("field,")}
    unspoken = {
        info.path
        for entity, infos in FIELDS.items()
        for info in infos
        if entity != "relation" and info.path not in spoken
    }
    # What nobody grants: biometric data, consented identities, what protects a source.
    assert all(TIERS[path] >= Tier.SPECIAL for path in unspoken), unspoken
    # Groups may be members of groups; what has a dot is a path.
    assert vocabulary().paths >= {one for one in spoken if "." in one}
