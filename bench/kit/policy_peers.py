"""The same rows asked of other engines: Cedar (``cedarpy``) and Rego on regorus (``opa-eval``).

Each row becomes one policy (Cedar) or one entry of a table that a rule walks (Rego). Cedar combines by
"forbid wins" and knows no order, so answers are not compared; what is measured is one question over as many
rows.
Neither is needed to run Comity; ``make bench`` installs both (requirements/bench.txt).
"""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from comity.rulings import RecordLabels, RequestContext
    from comity.rulings.law import Law

_FORMS: Final = {"hit": 1, "masked": 2, "generalised": 3, "full": 4}
_APPROVALS: Final = {"-": 0, "none": 0, "supervisor": 1, "authority": 3, "judge": 5}
_WORDS: Final = ("role", "purpose", "instrument")
_GROUPS: Final = {"who": "g", "offence": "g2", "subject": "g3", "field": "g4"}


def facts(
    law: Law, request: RequestContext, labels: RecordLabels, field: str, form: str
) -> dict[str, Any]:
    """One question in plain values, groups closed."""
    above: dict[str, dict[str, set[str]]] = {}
    for section, links in law.links.items():
        for member, group in links:
            above.setdefault(section, {}).setdefault(member, set()).add(group)

    def closed(column: str, word: str) -> list[str]:
        found, ahead = {word}, [word]
        while ahead:
            for group in above.get(_GROUPS[column], {}).get(ahead.pop(), ()):
                if group not in found:
                    found.add(group)
                    ahead.append(group)
        return sorted(found)

    return {
        "who": closed("who", request.agency),
        "offence": closed("offence", request.offence),
        "subject": closed("subject", labels.subject),
        "field": closed("field", field),
        "marking": sorted(labels.markings),
        "role": request.role,
        "purpose": request.purpose,
        "instrument": request.instrument,
        "case": request.case,
        "form": _FORMS[form],
        "approval": _APPROVALS[request.approval],
        "today": request.today.isoformat(),
    }


def cedar(rows: Sequence[dict[str, str]], told: dict[str, Any]) -> Callable[[], object]:
    """One question to Cedar; raises ImportError where it is not installed."""
    cedarpy: Any = importlib.import_module("cedarpy")
    policies = cedarpy.PolicySet.from_str("\n".join(_cedar_policy(row) for row in rows))
    entities = cedarpy.Entities.from_json_str("[]")
    context = told | {"today": int(told["today"].replace("-", ""))}
    question = {
        "principal": 'Agency::"asker"',
        "action": 'Action::"release"',
        "resource": 'Field::"one"',
        "context": context,
    }
    return lambda: cedarpy.is_authorized(question, policies, entities)


def _cedar_policy(row: dict[str, str]) -> str:
    deny = row["effect"] == "deny"
    parts = [
        f'context.{column}.contains("{row[column]}")'
        for column in (*_GROUPS, "marking")
        if row[column] not in ("*", "")
    ]
    for column in _WORDS:
        if row[column] not in ("*", ""):
            words = ",".join(f'"{word}"' for word in row[column].split("|"))
            parts.append(f"[{words}].contains(context.{column})")
    if row["case"] not in ("*", ""):
        parts.append(f'context.case == "{row["case"]}"')
    form = row["form"]
    if form != "any":
        sign = "<=" if form.startswith("<=") else ">"
        parts.append(f"context.form {sign} {_FORMS[form.lstrip('<=>')]}")
    if row["approval"] not in ("-", ""):
        sign = "<" if deny else ">="
        parts.append(f"context.approval {sign} {_APPROVALS[row['approval']]}")
    for column, sign in (("from", ">="), ("until", "<=")):
        if row[column] not in ("-", ""):
            parts.append(f"context.today {sign} {row[column].replace('-', '')}")
    effect = "forbid" if deny and row["tier"] != "default" else "permit"
    when = " && ".join(parts) or "true"
    if row["tier"] == "default":
        when = "false"  # Cedar denies by itself
    return f"{effect}(principal, action, resource) when {{ {when} }};"


_REGO: Final = """package law

import rego.v1

any_of(words, have) if words == "*"
any_of(words, have) if have in words
in_group(word, have) if word == "*"
in_group(word, have) if word in have
form_fits(row) if row.sign == "any"
form_fits(row) if { row.sign == "<="; input.form <= row.form }
form_fits(row) if { row.sign == ">"; input.form > row.form }
approved(row) if row.approval == 0
approved(row) if { row.approval > 0; row.effect == "allow"; input.approval >= row.approval }
approved(row) if { row.approval > 0; row.effect == "deny"; input.approval < row.approval }

matching contains i if {
    some i, row in data.rows
    in_group(row.who, input.who)
    any_of(row.role, input.role)
    in_group(row.case, [input.case])
    any_of(row.purpose, input.purpose)
    any_of(row.instrument, input.instrument)
    in_group(row.offence, input.offence)
    in_group(row.subject, input.subject)
    in_group(row.marking, input.marking)
    in_group(row.field, input.field)
    form_fits(row)
    approved(row)
    row.first <= input.today
    input.today <= row.last
}

allow if data.rows[min(matching)].effect == "allow"
"""


def rego(
    rows: Sequence[dict[str, str]], told: dict[str, Any], folder: Path
) -> Callable[[], object]:
    """One question to Rego on regorus; raises ImportError where it is not installed."""
    opa: Any = importlib.import_module("opa_eval")
    (folder / "law.rego").write_text(_REGO, "utf-8")
    table = {"rows": [_rego_row(row) for row in rows]}
    engine = opa.OpaEval(str(folder / "law.rego"), json.dumps(table), "data.law.allow")
    question = json.dumps(told)
    return lambda: engine.evaluate(question)


def _rego_row(row: dict[str, str]) -> dict[str, Any]:
    form = row["form"]
    told: dict[str, Any] = {column: row[column] or "*" for column in (*_GROUPS, "marking", "case")}
    for column in _WORDS:
        told[column] = "*" if row[column] in ("*", "") else row[column].split("|")
    return told | {
        "sign": "any" if form == "any" else form.rstrip("abcdefghijklmnopqrstuvwxyz"),
        "form": 0 if form == "any" else _FORMS[form.lstrip("<=>")],
        "approval": _APPROVALS[row["approval"] or "-"],
        "effect": row["effect"],
        "first": "0000" if row["from"] in ("-", "") else row["from"],
        "last": "9999" if row["until"] in ("-", "") else row["until"],
    }
