"""Writes ``docs/reference/fields.md`` from the record messages and their comments, for ``generate.py``."""

from __future__ import annotations

import re
import sys
from pathlib import Path

PROTO = Path(__file__).resolve().parent.parent / "proto/comity/api/record/v1"
TIERS = {
    "REFERENCE": "T0",
    "OBJECT": "T1",
    "IDENTITY": "T2",
    "SENSITIVE": "T3",
    "SPECIAL": "T4",
    "PROTECTED": "T5",
}
STAGES = {"HIT": "0", "CORE": "1", "FULL": "2", "JUDICIAL": "3", "NEVER": "never"}
HEAD = """# Every field of every entity

Generated from `proto/comity/api/record/v1` by `make generate`. Policies name fields by these paths.

*Tier*: T0 reference · T1 objects · T2 basic identity · T3 personal and sensitive · T4 special categories and
biometrics · T5 what protects a source.

*Stage*: the earliest stage at which a field may leave, if policy allows: 0 hit · 1 core data · 2 full
record · 3 judicial channel · never by machine.

*Sought by*: the kind of identifier that it is looked up by exactly; *name* is searched by evidence.
"""
_MESSAGE = re.compile(r"((?:^// [^\n]*\n)*)^message (\w+) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(
    r"((?:^ *// [^\n]*\n)+)^  (repeated )?(\w+) (\w+) = \d+ \[\(field_class\) = \{\n(.*?)^  \}\];",
    re.MULTILINE | re.DOTALL,
)
_OPTION = re.compile(r'(\w+): "?([^"\n]+)"?')
_ENTITY = re.compile(r"^    (\w+) (\w+) = \d+;", re.MULTILINE)


def words(comment: str) -> str:
    """A comment as one line of a table."""
    lines = (line.strip().removeprefix("//").strip() for line in comment.splitlines())
    return " ".join(lines).replace("|", "\\|")


def page() -> str:
    """The whole page."""
    messages = {}
    for path in sorted(PROTO.glob("*.proto")):
        for comment, name, body in _MESSAGE.findall(path.read_text(encoding="utf-8")):
            messages[name] = (words(comment), body)
    parts = [HEAD]
    for kind, entity in _ENTITY.findall(messages["Record"][1]):
        comment, body = messages[kind]
        parts.append(f"## {entity}\n\n{comment}\n")
        parts.append("| field | tier | stage | sought by | says |\n|---|---|---|---|---|")
        for told, repeated, shape, name, options in _FIELD.findall(body):
            known = dict(_OPTION.findall(options))
            tier = TIERS[known["tier"].removeprefix("TIER_")]
            stage = STAGES[known["stage"].removeprefix("STAGE_")]
            sought = "name" if "name" in known else known.get("identifier", "")
            within = known.get("within", "").replace(" ", " or ")
            sought += f" within {within}" if within else ""
            several = "several; " if repeated else ""
            shaped = "" if shape == "string" else f"`{shape}`; "
            says = f"{several}{shaped}{words(told)}"
            parts.append(f"| `{entity}.{name}` | {tier} | {stage} | {sought} | {says} |")
        parts.append("")
    return "\n".join(parts)


def main() -> None:
    """Writes the page below ``argv[1]``."""
    target = Path(sys.argv[1]) / "docs" / "reference" / "fields.md"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
