"""Law and questions drawn from a seed, so that a good share of rows apply and of fields leave."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from comity.rulings import (
    APPROVALS,
    NODE_VERBS,
    AskContext,
    Bundle,
    Facts,
    RecordLabels,
    RequestContext,
    RouteContext,
    UseContext,
    Verb,
    load_bundle,
)
from tests.simulators.law import POLICIES, TODAY, vocabulary

if TYPE_CHECKING:
    from collections.abc import Collection
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
    *["*"] * 6,
)
DAYS = ("2026-11-20", "2026-11-24", "2026-12-01")
TYPES = ("person", "person", "person", "vehicle", "observable")
WHENS = (
    "confirmed", "not-list-offence&not-double-criminality", "asker-penalty<12", "owner-penalty>=60",
    "own-national", "not-asker-national", "marked=minor", "treaty=reserved", "threat&urgent",
    "clearance>=2", "not-owner-consent", "agency-type=police", "selector=face",
)  # fmt: skip
RELATIONS = ("family", "associate", "same-as", "friendship")
HEAD = "tier,id"
TAIL = "when,from,until,effect,law,sentence"
COLUMNS = {
    Verb.RELEASE: (
        "who,role,case,purpose,instrument,offence,subject,sought,marking,stage,field,form,how,approval"
    ),
    Verb.MATCH: "who,purpose,instrument,offence,subject,sought,marking,field",
    Verb.DUTY: "who,purpose,instrument,offence,subject,marking,duty",
    Verb.ASK: "who,role,purpose,instrument,offence,sought,entity,stage",
    Verb.RELATION: "who,purpose,instrument,offence,subject,other,marking,relation,stage,approval",
    Verb.ONWARD: "holder,receiver,purpose,instrument,offence,subject,marking,approval",
    Verb.EVIDENCE: "holder,receiver,purpose,instrument,offence,subject,marking,approval",
    Verb.RETAIN: "holder,purpose,instrument,offence,subject,marking,approval,age",
    Verb.ROUTE: "requester,target,purpose,instrument,entity,stage,urgency",
}
YES_OR_NO = (True, False)
# Rows of every other verb; release has as many as a test asks for.
ROWS_BESIDE = 12


class Fuzz:
    """Rows and questions from one seed.

    Args:
        seed: of everything.
        wild: how often a column says "whatever"; restrictions say so less often.
        deny: share of restrictions.
    """

    def __init__(self, seed: int, *, wild: float = 0.75, deny: float = 0.35) -> None:
        self._random = random.Random(seed)
        self._wild = wild
        self._deny = deny

    def one(self, *words: str) -> str:
        return self._random.choice(words)

    def chance(self, share: float) -> bool:
        return self._random.random() < share

    def cells(self, number: int, verb: Verb) -> dict[str, str]:
        deny = self.chance(self._deny)
        wild = self._wild - (0.25 if deny else 0.0)

        def often_any(*words: str) -> str:
            return "*" if self.chance(wild) else self.one(*words)

        def some(words: tuple[str, ...]) -> str:
            return often_any(words[0], "|".join(words[:2]), words[2])

        form = self.one(">hit", ">masked", ">generalised", "any")
        first, last = sorted(self.one(*DAYS) for _ in range(2))
        who = often_any("eu", "FR", "FR-PJ", "third-country", "no-adequacy", "unknown")
        return {
            "tier": self.one("bar", "record", "jurisdiction", "treaty") if deny
            else self.one("grant", "grant", "record"),
            "id": f"{verb.upper()}-{number:05}",
            "who": who,
            "holder": who,
            "requester": who,
            "receiver": often_any("eu", "GB", "ZZ-IM", "no-adequacy"),
            "target": often_any("eu", "GB", "ZZ-IM"),
            "role": often_any("officer", "officer|system"),
            "case": "*" if self.chance(0.9) else self.one("C-1", "C-2"),
            "purpose": some(PURPOSES[:4]),
            "instrument": some(INSTRUMENTS[:4]),
            "offence": often_any("serious", "any-offence", "capital", *OFFENCES[:5]),
            "subject": often_any("accused", *SUBJECTS[:7]),
            "other": often_any("accused", *SUBJECTS[:7]),
            "sought": often_any("accused", "suspect", "victim"),
            "marking": often_any("refugee-from-asker", "refugee", *MARKINGS[:5]),
            "stage": self.one("-", "-", "<2", ">=2"),
            "field": self.one(*FIELDS),
            "entity": often_any("person", "person|vehicle"),
            "urgency": often_any("NORMAL", "URGENT|EMERGENCY"),
            "relation": often_any(*RELATIONS[:3], "family|associate"),
            "form": form if deny else self.one("<=hit", "<=masked", "<=generalised", *["<=full"] * 4),
            "how": self.one("-", "-", "year", "decade", "pseudonym"),
            "approval": self.one("-", "-", "-", *APPROVALS[1:]),
            "age": self.one("-", "<=90", ">30"),
            "duty": self.one("no-onward", "no-court-use", "notify-dpo", "retain-7d"),
            "when": "-" if self.chance(0.8) else self.one(*WHENS),
            "from": first if self.chance(0.15) else "-",
            "until": last if self.chance(0.15) else "-",
            "effect": "deny" if deny else "allow",
            "law": "LED 1",
            "sentence": "A sentence of law.",
        }  # fmt: skip

    def table(self, verb: Verb, count: int) -> str:
        head = "id" if verb is Verb.DUTY else HEAD
        columns = f"{head},{COLUMNS[verb]},{TAIL}"
        lines = [columns]
        for number in range(count):
            told = self.cells(number, verb)
            lines.append(",".join(told[name] for name in columns.split(",")))
        if verb is not Verb.DUTY:
            told = {"tier": "default", "id": f"{verb.upper()}-DEFAULT", "effect": "deny"}
            told |= {"form": "any", "law": "LED 8", "sentence": "Nothing else leaves."}
            lines.append(",".join(told.get(name, "") for name in columns.split(",")))
        return "\n".join(lines) + "\n"

    def bundle(self, folder: Path, count: int, verbs: Collection[Verb] = NODE_VERBS) -> Bundle:
        """A policy of its own: fuzzed rows with the core's groups, without its bars."""
        folder.mkdir()
        (folder / "groups.csv").write_bytes((POLICIES / "core" / "groups.csv").read_bytes())
        for verb in COLUMNS:
            size = count if verb is Verb.RELEASE else min(count, ROWS_BESIDE)
            (folder / f"{verb}.csv").write_text(self.table(verb, size), "utf-8")
        return load_bundle([POLICIES / "model", folder], vocabulary=vocabulary(), verbs=verbs)

    def facts(self) -> Facts:
        """Some facts are known, most are not."""

        def maybe(*values: Any) -> Any:
            return None if self.chance(0.6) else self._random.choice(values)

        return Facts(
            confirmed=maybe(*YES_OR_NO),
            owner_consent=maybe(*YES_OR_NO),
            threat=maybe(*YES_OR_NO),
            urgent=maybe(*YES_OR_NO),
            clearance=maybe(0, 2, 4),
            agency_type=maybe("police", "tax"),
            selectors=maybe(frozenset({"face"}), frozenset({"name", "plate"})),
        )

    def often(self, usual: str, *others: str) -> str:
        """Mostly what makes rows apply, so that questions reach deep into the law."""
        return usual if self.chance(0.85) else self.one(*others)

    def request(self, approvals: tuple[str, ...] = APPROVALS) -> RequestContext:
        agency = self.one("FR-PJ", "DE-LP", "FR-PJ", *AGENCIES)
        country = self.often(agency[:2], *COUNTRIES)
        usual = {"FR": "EU-2023-977", "DE": "EU-PRUM-II", "GB": "TCA-2020"}
        return RequestContext(
            agency=agency,
            country=country,
            end_user_country=self.often(country, *COUNTRIES),
            role=self.often("officer", "system", "friend"),
            purpose=self.often("INVESTIGATE", *PURPOSES),
            instrument=self.often(usual.get(country, "INTERPOL-RPD"), *INSTRUMENTS),
            offence=self.often("drug-trafficking", *OFFENCES),
            subject_category=self.often("suspect", "victim", "odd"),
            case=self.one("C-1", "C-2", "C-3"),
            stage=self._random.randrange(1, 5),
            today=TODAY + timedelta(days=self._random.randrange(-8, 12)),
            approval=self.one(*approvals),
            owner_country=self.one("DE", "DE", ""),
            facts=self.facts() if self.chance(0.5) else Facts(),
        )

    def labels(self) -> RecordLabels:
        markings = self._random.sample(MARKINGS, self._random.choice((0, 0, 0, 1, 1, 2)))
        kind = self.one(*TYPES)
        subject = self.often("suspect", *SUBJECTS) if kind == "person" else "object"
        nationalities = frozenset((self.one("FR", "DE", "ZZ"),)) if self.chance(0.5) else None
        return RecordLabels(kind, subject, frozenset(markings), nationalities)

    def asking(self) -> AskContext:
        return AskContext(
            agency=self.one(*AGENCIES),
            role=self.one("officer", "analyst", "auditor", "friend"),
            purpose=self.one(*PURPOSES),
            instrument=self.one(*INSTRUMENTS),
            offence=self.one(*OFFENCES),
            subject_category=self.one("suspect", "victim"),
            entity_type=self.one("person", "vehicle", "spaceship"),
            stage=int(self.one("1", "2", "4")),
            today=TODAY,
            country=self.one("FR", "GB", ""),
            facts=self.facts(),
        )

    def routing(self) -> RouteContext:
        return RouteContext(
            requester=self.one(*AGENCIES),
            requester_country=self.one(*COUNTRIES),
            target=self.one(*AGENCIES),
            target_country=self.one(*COUNTRIES),
            purpose=self.one(*PURPOSES),
            instrument=self.one(*INSTRUMENTS),
            entity_type="person",
            stage=int(self.one("1", "2", "4")),
            urgency=self.one("NORMAL", "URGENT", "LATER"),
            today=TODAY,
            facts=self.facts(),
        )

    def use(self) -> UseContext:
        holder, receiver = self.one(*AGENCIES), self.one(*AGENCIES)
        return UseContext(
            holder=holder,
            holder_country=holder[:2],
            receiver=receiver,
            receiver_country=receiver[:2],
            purpose=self.one(*PURPOSES),
            instrument=self.one(*INSTRUMENTS),
            offence=self.one(*OFFENCES),
            age_days=self._random.randrange(200),
            today=TODAY,
            approval=self.one(*APPROVALS),
            facts=self.facts(),
        )
