"""Law for tests: the shipped vocabulary and packs, policies written on the spot, contexts with defaults."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.rulings import (
    GATEWAY_VERBS,
    NODE_VERBS,
    AskContext,
    Bundle,
    Facts,
    RecordLabels,
    RequestContext,
    RouteContext,
    UseContext,
    Verb,
    Vocabulary,
    load_bundle,
    load_vocabulary,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

POLICIES = Path(__file__).resolve().parents[2] / "policies"
TODAY = date(2026, 11, 24)
NODE_PACKS = ("eu-member", "gb", "us", "ch", "zz", "interpol")


@cache
def vocabulary() -> Vocabulary:
    return load_vocabulary(POLICIES / "vocabulary.toml")


@cache
def shipped(pack: str) -> Bundle:
    """A pack as a node has it in force, or the federation's as a gateway has it."""
    verbs = GATEWAY_VERBS if pack == "federation" else NODE_VERBS
    folders = [POLICIES / "model", POLICIES / "core"]
    folders += [] if pack == "core" else [POLICIES / pack]
    return load_bundle(folders, vocabulary=vocabulary(), verbs=verbs)


def request(**changes: Any) -> RequestContext:
    """An officer of FR-PJ in a drug case under Directive (EU) 2023/977."""
    told: dict[str, Any] = {
        "agency": "FR-PJ",
        "country": "FR",
        "role": "officer",
        "purpose": "INVESTIGATE",
        "instrument": "EU-2023-977",
        "offence": "drug-trafficking",
        "subject_category": "suspect",
        "case": "case:FR-1",
        "stage": 2,
        "today": TODAY,
    } | changes
    told.setdefault("end_user_country", told["country"])
    return RequestContext(**told)


def labels(subject: str = "suspect", *markings: str, entity_type: str = "person") -> RecordLabels:
    return RecordLabels(entity_type, subject, frozenset(markings))


def asking(**changes: Any) -> AskContext:
    told: dict[str, Any] = {
        "agency": "FR-PJ",
        "role": "officer",
        "purpose": "INVESTIGATE",
        "instrument": "EU-2023-977",
        "offence": "drug-trafficking",
        "subject_category": "suspect",
        "entity_type": "person",
        "stage": 2,
        "today": TODAY,
        "facts": Facts(name_parts=2, selectors=frozenset({"name-parts"}), bulk=False),
    }
    return AskContext(**told | changes)


def routing(**changes: Any) -> RouteContext:
    told: dict[str, Any] = {
        "requester": "FR-PJ",
        "requester_country": "FR",
        "target": "DE-LP",
        "target_country": "DE",
        "purpose": "INVESTIGATE",
        "instrument": "EU-2023-977",
        "entity_type": "person",
        "stage": 2,
        "urgency": "NORMAL",
        "today": TODAY,
    }
    return RouteContext(**told | changes)


def use(**changes: Any) -> UseContext:
    """FR-PJ wants to use what it got under Directive (EU) 2023/977 for something new."""
    told: dict[str, Any] = {
        "holder": "FR-PJ",
        "holder_country": "FR",
        "receiver": "FR-PJ",
        "receiver_country": "FR",
        "purpose": "PROSECUTE",
        "instrument": "EU-2023-977",
        "offence": "drug-trafficking",
        "age_days": 10,
        "today": TODAY,
    }
    return UseContext(**told | changes)


# The smallest files that together are law: model beside them, everything denied.
RELEASE = (
    "tier,id,who,field,form,effect,law,sentence\n"
    "grant,GRANT-NAMES,eu,person.names,<=full,allow,LED 9,Names leave to member states.\n"
    "default,DEFAULT-DENY,*,*,any,deny,LED 8,Nothing else leaves anybody.\n"
)
MATCH = (
    "tier,id,effect,law,sentence\ndefault,MATCH-DEFAULT,deny,LED 8,Nothing may be searched on.\n"
)
DUTY = (
    "id,duty,effect,law,sentence\nDUTY-LOG,log-full,allow,LED 25,Every release is logged in full.\n"
)
ASK = "tier,id,effect,law,sentence\ndefault,ASK-DEFAULT,deny,LED 8,Nobody asks anything.\n"
GROUPS = "kind,member,of\nagency,FR,eu\nagency,DE,eu\n"
FILES: Mapping[str, str] = {
    "release.csv": RELEASE,
    "match.csv": MATCH,
    "duty.csv": DUTY,
    "ask.csv": ASK,
    "groups.csv": GROUPS,
    **{
        f"{verb}.csv": f"tier,id,effect,law,sentence\ndefault,{verb.upper()}-NO,deny,LED 8,Not at all.\n"
        for verb in ("relation", "onward", "evidence-use", "retain")
    },
}


def written(folder: Path, **changes: str | bytes | None) -> list[Path]:
    """Writes the smallest law with some files changed (``release="…"``) or left out (``None``)."""
    pack, model = folder / "pack", folder / "model"
    pack.mkdir()
    model.mkdir()
    files: dict[str, str | bytes | None] = dict(FILES)
    for verb in Verb:
        files[f"{verb}.conf"] = (POLICIES / "model" / f"{verb}.conf").read_text("utf-8")
    for name, content in changes.items():
        stem, _, suffix = name.rpartition("_")
        files[f"{stem}.{suffix}" if stem else f"{name}.csv"] = content
    for name, content in files.items():
        if content is not None:
            where = (model if name.endswith(".conf") else pack) / name
            where.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [model, pack]
