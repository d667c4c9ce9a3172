"""The fast engine gives the rulings of Casbin as it comes, over fuzzed policies and fuzzed questions."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from comity.rulings import (
    APPROVALS,
    GATEWAY_VERBS,
    AskContext,
    Bundle,
    Form,
    RecordLabels,
    RequestContext,
    RouteContext,
    Verb,
    load_bundle,
)
from comity.rulings.stock import stock
from tests.simulators.law import POLICIES, TODAY, shipped, vocabulary

if TYPE_CHECKING:
    from pathlib import Path

COUNTRIES = ("FR", "DE", "GB", "ZZ", "CH", "??")
AGENCIES = ("FR-PJ", "DE-LP", "GB-CA", "ZZ-IM", "NOBODY")
PURPOSES = ("INVESTIGATE", "PROSECUTE", "MISSING_PERSON", "TAX_ADMIN", "WHATEVER")
INSTRUMENTS = ("EU-2023-977", "EU-PRUM-II", "TCA-2020", "INTERPOL-RPD", "HANDSHAKE")
OFFENCES = ("drug-trafficking", "homicide", "theft", "dissent", "none", "witchcraft")
SUBJECTS = ("suspect", "convicted", "victim", "witness", "contact", "missing", "object", "odd")
MARKINGS = ("minor", "H1", "H3", "contested", "refugee-from:ZZ", "refugee", "third-party", "odd")
FIELDS = (
    "person.names",
    "person.birth_date",
    "identity",
    "contact",
    "person",
    "tier-sensitive",
    "*",
)
DAYS = ("2026-11-20", "2026-11-24", "2026-12-01")
TYPES = ("person", "person", "person", "vehicle", "observable")
RELEASE = (
    "tier,id,who,role,case,purpose,instrument,offence,subject,sought,marking,stage,field,form,approval,"
    "from,until,effect,law,sentence"
)
MATCH = (
    "tier,id,who,purpose,instrument,offence,subject,marking,field,from,until,effect,law,sentence"
)
DUTY = "id,who,purpose,instrument,offence,subject,marking,duty,from,until,effect,law,sentence"


class Fuzz:
    """Rows and questions from one seed. Words are drawn so that a good share of rows apply."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def one(self, *words: str) -> str:
        return self._random.choice(words)

    def often_any(self, *words: str) -> str:
        return "*" if self._random.random() < 0.75 else self.one(*words)

    def some(self, words: tuple[str, ...]) -> str:
        return self.often_any(words[0], "|".join(words[:2]), words[2])

    def cells(self, number: int, *, prefix: str, mild: bool) -> dict[str, str]:
        deny = self._random.random() < (0.1 if mild else 0.35)
        form = self.one(">hit", ">masked", ">generalised", "any")
        first, last = sorted(self.one(*DAYS) for _ in range(2))
        return {
            "tier": self.one("bar", "record", "jurisdiction") if deny else self.one("grant", "record"),
            "id": f"{prefix}-{number:05}",
            "who": self.often_any("eu", "FR", "FR-PJ", "third-country", "no-adequacy", "unknown"),
            "role": self.often_any("officer", "officer|system"),
            "case": "*" if self._random.random() < 0.9 else self.one("C-1", "C-2"),
            "purpose": self.some(PURPOSES[:4]),
            "instrument": self.some(INSTRUMENTS[:4]),
            "offence": self.often_any("serious", "any-offence", "capital", *OFFENCES[:5]),
            "subject": self.often_any("accused", *SUBJECTS[:7]),
            "sought": self.often_any("accused", "suspect", "victim"),
            "marking": self.often_any("refugee-from-asker", "refugee", *MARKINGS[:5]),
            "stage": self.one("-", "-", "<2", ">=2"),
            "field": self.one(*FIELDS),
            "form": form if deny else self.one("<=hit", "<=masked", "<=generalised", "<=full"),
            "approval": self.one("-", "-", *APPROVALS[1:]),
            "duty": self.one("no-onward", "no-court-use", "notify-dpo", "retain-7d"),
            "from": first if self._random.random() < 0.3 else "-",
            "until": last if self._random.random() < 0.3 else "-",
            "effect": "deny" if deny else "allow",
            "law": "LED 1",
            "sentence": "A sentence of law.",
        }  # fmt: skip

    def table(self, columns: str, count: int, *, prefix: str, mild: bool = False) -> str:
        lines = [columns]
        for number in range(count):
            told = self.cells(number, prefix=prefix, mild=mild)
            lines.append(",".join(told[name] for name in columns.split(",")))
        return "\n".join(lines) + "\n"

    def bundle(self, folder: Path, count: int, *, mild: bool = False) -> Bundle:
        """A policy of its own: fuzzed rows with the core's groups and defaults, without its bars."""
        folder.mkdir()
        for name in ("groups.csv", "ask.csv"):
            (folder / name).write_bytes((POLICIES / "core" / name).read_bytes())
        for name, columns in {"release": RELEASE, "match": MATCH, "duty": DUTY}.items():
            size = count if name == "release" else min(count, 20)
            text = self.table(columns, size, prefix=name.upper(), mild=mild)
            if name != "duty":
                text += default_row(columns, f"{name.upper()}-DEFAULT")
            (folder / f"{name}.csv").write_text(text, "utf-8")
        verbs = (Verb.RELEASE, Verb.MATCH, Verb.DUTY, Verb.ASK)
        return load_bundle([POLICIES / "model", folder], vocabulary=vocabulary(), verbs=verbs)

    def request(self) -> RequestContext:
        agency = self.one("FR-PJ", "DE-LP", "FR-PJ", *AGENCIES)
        country = agency[:2] if self._random.random() < 0.9 else self.one(*COUNTRIES)
        usual = {"FR": "EU-2023-977", "DE": "EU-PRUM-II", "GB": "TCA-2020"}
        return RequestContext(
            agency=agency,
            country=country,
            end_user_country=country if self._random.random() < 0.8 else self.one(*COUNTRIES),
            role=self.one("officer", "system", "friend"),
            purpose=self.one("INVESTIGATE", *PURPOSES),
            instrument=self.one(usual.get(country, "INTERPOL-RPD"), *INSTRUMENTS)
            if self._random.random() < 0.3
            else usual.get(country, "INTERPOL-RPD"),
            offence=self.one("drug-trafficking", *OFFENCES),
            subject_category=self.one("suspect", "victim", "odd"),
            case=self.one("C-1", "C-2", "C-3"),
            stage=self._random.randrange(1, 5),
            today=TODAY + timedelta(days=self._random.randrange(-8, 12)),
            approval=self.one(*APPROVALS),
        )

    def labels(self) -> RecordLabels:
        markings = self._random.sample(MARKINGS, self._random.choice((0, 0, 0, 1, 1, 2)))
        kind = self.one(*TYPES)
        subject = self.one("suspect", "suspect", *SUBJECTS) if kind == "person" else "object"
        return RecordLabels(kind, subject, frozenset(markings))


def default_row(columns: str, row_id: str) -> str:
    told = {"tier": "default", "id": row_id, "form": "any", "effect": "deny"}
    told |= {"law": "LED 8", "sentence": "Nothing else leaves."}
    return ",".join(told.get(name, "") for name in columns.split(",")) + "\n"


def differences(bundle: Bundle, fuzz: Fuzz, questions: int) -> tuple[int, int, int]:
    """Rulings compared, those of them that release something, and those that differ."""
    slow = stock(bundle)
    compared = released = differing = 0
    for _ in range(questions):
        request, record = fuzz.request(), fuzz.labels()
        mask, wanted = bundle.mask(request, record), slow.mask(request, record)
        compared += len(wanted)
        released += sum(ruling.form >= Form.HIT for ruling in wanted.values())
        differing += sum(mask[path] != wanted[path] for path in wanted)
        differing += bundle.match(request, record) != slow.match(request, record)
    return compared, released, differing


def test_small_fuzzed_policies(tmp_path: Path) -> None:
    compared = released = 0
    for seed in range(6):
        fuzz = Fuzz(seed)
        bundle = fuzz.bundle(tmp_path / str(seed), 16, mild=True)
        done, let_out, differing = differences(bundle, fuzz, 12)
        compared += done
        released += let_out
        assert differing == 0
    assert compared > 1_000
    assert released > compared * 0.1


@pytest.mark.parametrize("pack", ["eu-member", "gb", "zz"])
def test_shipped_packs(pack: str) -> None:
    compared, _released, differing = differences(shipped(pack), Fuzz(11), 8)
    assert (compared > 100, differing) == (True, 0)


def test_more_rows(tmp_path: Path) -> None:
    fuzz = Fuzz(300)
    compared, released, differing = differences(fuzz.bundle(tmp_path / "law", 150), fuzz, 3)
    assert (compared > 20, released >= 0, differing) == (True, True, 0)


def test_a_difference_would_be_seen(tmp_path: Path) -> None:
    fuzz = Fuzz(1)
    bundle = fuzz.bundle(tmp_path / "law", 12, mild=True)
    engine = bundle._engines["release"]
    honest = engine.survivors_each
    engine.survivors_each = lambda *_args, **_named: tuple(  # type: ignore[method-assign]
        bits & int("01" * 8, 2) for bits in honest(*_args, **_named)
    )
    assert differences(bundle, fuzz, 12)[2] > 0


def test_ask_and_route_agree() -> None:
    fuzz = Fuzz(5)
    node, slow_node = shipped("eu-member"), stock(shipped("eu-member"))
    gateway, slow_gateway = shipped("federation"), stock(shipped("federation"))
    assert set(gateway.law.models) == set(GATEWAY_VERBS)
    for _ in range(60):
        asked = AskContext(
            agency=fuzz.one(*AGENCIES),
            role=fuzz.one("officer", "analyst", "auditor", "friend"),
            purpose=fuzz.one(*PURPOSES),
            instrument=fuzz.one(*INSTRUMENTS),
            offence=fuzz.one(*OFFENCES),
            subject_category=fuzz.one("suspect", "victim"),
            entity_type=fuzz.one("person", "vehicle", "spaceship"),
            stage=int(fuzz.one("1", "2", "4")),
            today=date(2026, 11, 24),
        )
        assert node.admit(asked) == slow_node.admit(asked)
        routed = RouteContext(
            requester=fuzz.one(*AGENCIES),
            requester_country=fuzz.one(*COUNTRIES),
            target=fuzz.one(*AGENCIES),
            target_country=fuzz.one(*COUNTRIES),
            purpose=fuzz.one(*PURPOSES),
            instrument=fuzz.one(*INSTRUMENTS),
            entity_type="person",
            stage=int(fuzz.one("1", "2", "4")),
            urgency=fuzz.one("NORMAL", "URGENT", "LATER"),
            today=date(2026, 11, 24),
        )
        assert gateway.route(routed) == slow_gateway.route(routed)
