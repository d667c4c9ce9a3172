"""Writes ``comity/catalogue.py`` from the options on the record messages; called by ``generate.py``."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

HEAD = '''"""Generated from ``proto/comity/api/record/v1`` by ``make generate``: every field of every entity.

Use cases and policies know fields by these paths instead of protobuf.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class Tier(IntEnum):
    """How sensitive a field is (T0 to T5)."""

{tiers}


class Stage(IntEnum):
    """The earliest stage at which a field may leave, if policy allows."""

{stages}


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One field of an entity: its dotted path, class and shape.

    Attributes:
        values: the message type of a structured field.
        identifier: kind of identifier it holds, looked up exactly.
        within: field of the same entity that the identifier is unique within.
        name: whether it holds published names, searched by evidence.
        birth_date: whether it tells when somebody was born.
    """

    path: str
    tier: Tier
    stage: Stage
    repeated: bool
    values: str | None
    identifier: str | None = None
    within: str | None = None
    name: bool = False
    birth_date: bool = False


ENTITY_TYPES: Final = {types}

FIELDS: Final[dict[str, tuple[FieldInfo, ...]]] = {{
{fields}
}}
'''


def main() -> None:
    """Reads the generated descriptors below ``argv[1]`` and writes the catalogue there."""
    out = Path(sys.argv[1])
    sys.path.insert(0, str(out))
    record = importlib.import_module("comity.api.record.v1.record_pb2")
    options = importlib.import_module("comity.api.record.v1.options_pb2")
    tiers, stages = options.Tier.DESCRIPTOR, options.Stage.DESCRIPTOR
    entities = record.Record.DESCRIPTOR.oneofs_by_name["entity"].fields
    lines = []
    for entity in entities:
        lines.append(f'    "{entity.name}": (')
        for field in entity.message_type.fields:
            mark = field.GetOptions().Extensions[options.field_class]
            tier = tiers.values_by_number[mark.tier].name.removeprefix("TIER_")
            stage = stages.values_by_number[mark.stage].name.removeprefix("STAGE_")
            values = f'"{field.message_type.name}"' if field.message_type else None
            beside = "".join(
                f", {name}={told!r}"
                for name in ("identifier", "within", "name", "birth_date")
                if (told := getattr(mark, name))
            )
            lines.append(
                f'        FieldInfo("{entity.name}.{field.name}", Tier.{tier}, Stage.{stage},'
                f" repeated={field.is_repeated}, values={values}{beside}),"
            )
        lines.append("    ),")
    text = HEAD.format(
        tiers="\n".join(f"    {v.name.removeprefix('TIER_')} = {v.number}" for v in tiers.values),
        stages="\n".join(
            f"    {v.name.removeprefix('STAGE_')} = {v.number}" for v in stages.values
        ),
        types=tuple(entity.name for entity in entities),
        fields="\n".join(lines),
    )
    (out / "comity" / "catalogue.py").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
