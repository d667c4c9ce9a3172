"""Law for the bench: so many rows about a record of thirty fields, spread as packs spread theirs."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from comity.catalogue import FieldInfo, Stage, Tier
from comity.rulings import RecordLabels, RequestContext, Verb, load_vocabulary
from comity.rulings.loader import load_law

if TYPE_CHECKING:
    from comity.rulings.law import Law

POLICIES: Final = Path(__file__).resolve().parents[2] / "policies"
FIELDS: Final = tuple(f"file.field_{number:02}" for number in range(30))
GROUPS: Final = ("identity", "contact", "description")
WHO: Final = ("*", "*", "eu", "third-country", "FR", "DE", "GB", "ZZ", "FR-PJ", "DE-LP", "GB-CA")
PURPOSES: Final = (
    "INVESTIGATE",
    "PROSECUTE",
    "MISSING_PERSON",
    "PREVENT",
    "INVESTIGATE|PROSECUTE",
    "*",
)
INSTRUMENTS: Final = ("EU-2023-977", "EU-PRUM-II", "TCA-2020", "INTERPOL-RPD", "UNTOC", "*")
OFFENCES: Final = (
    "serious",
    "any-offence",
    "homicide",
    "theft",
    "fraud",
    "terrorism",
    "capital",
    "*",
)
SUBJECTS: Final = ("suspect", "convicted", "witness", "contact", "missing", "accused", "*")
MARKINGS: Final = ("*", "*", "*", "minor", "H1", "contested", "third-party")
COLUMNS: Final = (
    "tier,id,who,role,case,purpose,instrument,offence,subject,marking,field,form,approval,from,until,"
    "effect,law,sentence"
)
TODAY: Final = date(2026, 11, 24)


def rows(count: int, seed: int = 1) -> list[dict[str, str]]:
    """Rows as cells; one in four restricts, one in ten is of a single case."""
    drawn = random.Random(seed)  # noqa: S311  # a bench wants to repeat itself
    made = []
    for number in range(count - 1):
        deny = drawn.random() < 0.25
        form = drawn.choice((">hit", ">masked", ">generalised", "any"))
        grant = drawn.choice(("<=hit", "<=masked", "<=generalised", "<=full"))
        made.append(
            {
                "tier": drawn.choice(("record", "jurisdiction")) if deny else "grant",
                "id": f"ROW-{number:05}",
                "who": drawn.choice(WHO),
                "role": drawn.choice(("*", "*", "officer", "officer|analyst")),
                "case": f"case:{drawn.randrange(5_000)}" if drawn.random() < 0.1 else "*",
                "purpose": drawn.choice(PURPOSES),
                "instrument": drawn.choice(INSTRUMENTS),
                "offence": drawn.choice(OFFENCES),
                "subject": drawn.choice(SUBJECTS),
                "marking": drawn.choice(MARKINGS),
                "field": drawn.choice((*GROUPS, *FIELDS)),
                "form": form if deny else grant,
                "approval": drawn.choice(("-", "-", "supervisor", "authority", "judge")),
                "from": "2024-12-12" if drawn.random() < 0.2 else "-",
                "until": "2031-01-01" if drawn.random() < 0.2 else "-",
                "effect": "deny" if deny else "allow",
                "law": "LED 8",
                "sentence": "A sentence of law.",
            }
        )
    last = {"tier": "default", "id": "DEFAULT-DENY", "form": "any", "effect": "deny"}
    blank = dict.fromkeys(COLUMNS.split(","), "")
    made.append(blank | last | {"law": "LED 8", "sentence": "Nothing else leaves."})
    return made


def law(folder: Path, made: list[dict[str, str]]) -> Law:
    """Writes the rows as a pack and reads them back, strictly, as a node would."""
    pack = folder / "pack"
    pack.mkdir(parents=True)
    lines = [COLUMNS, *(",".join(row[name] for name in COLUMNS.split(",")) for row in made)]
    (pack / "release.csv").write_text("\n".join(lines) + "\n", "utf-8")
    groups = [
        line
        for line in (POLICIES / "core" / "groups.csv").read_text("utf-8").splitlines()
        if not line.startswith("field,")
    ]
    members = [f"field,{path},{GROUPS[number % 3]}" for number, path in enumerate(FIELDS)]
    (pack / "groups.csv").write_text("\n".join([*groups, *members]) + "\n", "utf-8")
    hows = [f"{path},year" for path in FIELDS[::2]]
    (pack / "generalisations.csv").write_text("\n".join(["field,how", *hows]) + "\n", "utf-8")
    for name in ("match", "duty"):
        (pack / f"{name}.csv").write_bytes((POLICIES / "core" / f"{name}.csv").read_bytes())
    model = folder / "model"
    model.mkdir()
    for file in (POLICIES / "model").glob("*.conf"):
        (model / file.name).write_bytes(file.read_bytes())
    (pack / "match.csv").write_text(
        "tier,id,effect,law,sentence\ndefault,MATCH-NO,deny,LED 8,Nothing is searched on.\n",
        "utf-8",
    )
    fields = tuple(
        FieldInfo(path, Tier.IDENTITY, Stage.CORE, repeated=False, values=None) for path in FIELDS
    )
    vocabulary = load_vocabulary(POLICIES / "vocabulary.toml", entities={"file": fields})
    verbs = (Verb.RELEASE, Verb.MATCH, Verb.DUTY)
    return load_law([model, pack], vocabulary=vocabulary, verbs=verbs)


def contexts(count: int, seed: int = 2) -> list[tuple[RequestContext, RecordLabels]]:
    """Different questions: who, why, about whom."""
    drawn = random.Random(seed)  # noqa: S311  # a bench wants to repeat itself
    usual = {
        "FR-PJ": "EU-2023-977",
        "DE-LP": "EU-PRUM-II",
        "GB-CA": "TCA-2020",
        "ZZ-IM": "INTERPOL-RPD",
    }
    made = []
    for number in range(count):
        agency = drawn.choice(sorted(usual))
        request = RequestContext(
            agency=agency,
            country=agency[:2],
            end_user_country=agency[:2],
            role="officer",
            purpose=drawn.choice(("INVESTIGATE", "PROSECUTE", "MISSING_PERSON")),
            instrument=usual[agency],
            offence=drawn.choice(("homicide", "theft", "fraud", "terrorism")),
            subject_category="suspect",
            case=f"case:{number}",
            stage=2,
            today=TODAY,
            owner_country="DE",
        )
        markings = frozenset(drawn.sample(("minor", "H1", "contested"), drawn.randrange(2)))
        subject = drawn.choice(("suspect", "convicted", "missing", "contact"))
        made.append((request, RecordLabels("file", subject, markings)))
    return made


def another_case(request: RequestContext, number: int) -> RequestContext:
    """The same question in another case."""
    return replace(request, case=f"other:{number}")
