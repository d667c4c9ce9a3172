"""The contract's words for people: names of fields, values, duties, reasons and questions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Final

from comity.cli.grid import clean
from comity.client import model, selectors
from comity.client.words import Form, ObservableType, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.client.model import Part, Value

# Entries of one field shown at most; ``--json`` has them all.
VALUES_SHOWN_MAX: Final = 6
# How a covered value begins.
COVERED: Final = "…"

_FIELDS: Final = {
    "vin": "VIN",
    "lei": "LEI",
    "phones": "phone numbers",
    "emails": "mail addresses",
    "national_ids": "identity numbers",
    "tax_ids": "tax numbers",
    "photo_reference": "photograph",
    "observable_type": "type",
    "document_type": "type",
    "object_type": "type",
    "imo_number": "IMO number",
    "mmsi": "MMSI",
    "misused_identity_of": "misused identity",
    "icao_address": "24-bit address",
    "bic": "BIC",
    "vessel_type": "type",
    "firearm_type": "type",
    "account_type": "type",
    "location_type": "type",
    "event_type": "type",
    "case_type": "type",
    "item_type": "type",
    "notice_type": "type",
    "relation_type": "relation",
    "barrel_length_mm": "barrel (mm)",
    "length_m": "length (m)",
    "height_m": "height (m)",
    "weight_kg": "weight (kg)",
    "penalty_months_max": "highest penalty (months)",
}
_NOT_SEARCHED: Final = {
    Outcome.UNSUITABLE: "this question cannot be searched here",
    Outcome.REFUSED: "refused",
    Outcome.OFFLINE: "node offline",
    Outcome.TIMEOUT: "no answer in time",
    Outcome.OVERLOADED: "the source or the gateway is overloaded",
    Outcome.INCOMPATIBLE: "no common version",
    Outcome.ERROR: "something broke at the source",
    Outcome.UNKNOWN: "an outcome that this release does not know",
    Outcome.NO_HIT: "the node does not count it as searched",
}
_REASONS: Final = {
    "OK": "released as recorded",
    "GENERALISED": "only in a coarser form",
    "NEED_CONFIRM": "a match must be confirmed first",
    "NEED_FACTS": "a description of the facts is missing",
    "NEED_OFFENCE": "the offence is missing",
    "NEED_ASSURANCE": "an assurance about the sentence is needed first",
    "NEED_JUDICIAL": "a judicial authority must authorise it first",
    "NEED_CONSENT_OWNER": "the owner's own approval is needed first",
    "NEED_CONSENT_THIRD": "the party it came from must agree first",
    "NO_LEGAL_BASIS": "no rule in force allows it",
    "DUAL_CRIM": "no offence under the owner's law",
    "PENALTY_FLOOR": "the offence is not serious enough",
    "CLEARANCE": "the officer's role does not suffice",
    "UNAVAILABLE": "not available this way",
}
_DUTIES: Final = {
    "no-onward": "not to be passed on",
    "no-court-use": "not for use in court",
    "notify-owner": "the owner is to be told of its use",
    "feedback-due": "the owner expects feedback",
}
# Reasons that say what is missing begin so.
_NEED: Final = "NEED_"
_RETAIN: Final = re.compile(r"retain-(\d+)d")


def field_name(path: str) -> str:
    """``person.birth_date`` as ``birth date``."""
    last = clean(path).rpartition(".")[2]
    return _FIELDS.get(last, last.replace("_", " "))


def plain_word(word: str) -> str:
    """``drug-trafficking`` or ``MORE_DATA`` as words."""
    return clean(word).replace("_", " ").replace("-", " ").lower()


def reason_words(reason: str) -> str:
    """A coded reason for a field, in words."""
    return _REASONS.get(reason, plain_word(reason) or "no reason told")


def duty_words(duty: str) -> str:
    """An obligation, in words."""
    retain = _RETAIN.fullmatch(duty)
    if retain:
        return f"keep {retain[1]} days at most"
    return _DUTIES.get(duty, plain_word(duty))


def duties_words(duties: Iterable[str]) -> str:
    """All obligations of a record; of several periods of retention, the shortest binds."""
    told = sorted(set(duties))
    periods = [int(found[1]) for duty in told if (found := _RETAIN.fullmatch(duty))]
    words = [duty_words(duty) for duty in told if not _RETAIN.fullmatch(duty)]
    words += [duty_words(f"retain-{min(periods)}d")] if periods else []
    return ", ".join(words)


def why_withheld(treatment: model.Treatment) -> str:
    """Why a field did not leave: what an approval would change, or the deciding row's own words."""
    if treatment.approval is not None:
        return approval_words(treatment.approval)
    told = clean(treatment.sentence).rstrip(".") or reason_words(treatment.reason)
    if not told[1:2].isupper():
        told = told[0].lower() + told[1:]
    return f"{told} ({clean(treatment.row)})" if treatment.row else told


def waits_for(treatment: model.Treatment) -> str:
    """What more than a hit waits for: an approval, or something that its asker can bring; else nothing."""
    if treatment.approval is not None:
        return approval_words(treatment.approval)
    return reason_words(treatment.reason) if treatment.reason.startswith(_NEED) else ""


def why_not_searched(answer: model.SourceAnswer) -> str:
    """Why this source was not searched."""
    told = clean(answer.sentence)
    usual = _NOT_SEARCHED.get(answer.outcome, plain_word(answer.outcome))
    if answer.outcome in {Outcome.REFUSED, Outcome.UNSUITABLE} and told and told != usual:
        return f"{plain_word(answer.outcome)}: {told}"
    return told or usual


def approval_words(approval: model.Approval) -> str:
    """What a human decision at the owner would change."""
    role = plain_word(approval.role) or "person"
    article = "an" if role[0] in "aeiou" else "a"
    form = {Form.GENERALISED: " in a coarser form", Form.MASKED: " masked"}.get(approval.form, "")
    row = f" ({clean(approval.row)})" if approval.row else ""
    return f"{article} {role}'s approval would release it{form}{row}"


def values_of(value: Value) -> list[str]:
    """One line for each entry of a field."""
    entries = list(value) if isinstance(value, tuple) else [value]
    shown = [_entry(one) for one in entries[:VALUES_SHOWN_MAX]]
    if len(entries) > len(shown):
        shown.append(f"… {len(entries) - len(shown)} more (--json shows all)")
    return shown


def _entry(value: Part) -> str:
    if isinstance(value, Mapping):
        return _composite({name: clean(str(said)) for name, said in value.items()})
    if isinstance(value, bool):
        return "yes" if value else "no"
    return clean(value)


def _composite(parts: dict[str, str]) -> str:
    if "full" in parts:
        kind = parts.get("kind", "")
        common = kind in {"", "LEGAL", "BIRTH"}
        return parts["full"] if common else f"{parts['full']} ({plain_word(kind)})"
    if "value" in parts:
        # Of a covered number, what stands beside it is covered too and says nothing.
        told = {name: "" if said.startswith(COVERED) else said for name, said in parts.items()}
        beside = [plain_word(told["scheme"])] if told.get("scheme") else []
        beside += [told["country"]] if told.get("country") else []
        return f"{parts['value']} ({', '.join(beside)})" if beside else parts["value"]
    if "from_country" in parts or "from_place" in parts or "to_country" in parts:
        return _leg(parts)
    if "weight_kg" in parts or "cas_number" in parts or "purity_percent" in parts:
        return _substance(parts)
    if "postcode" in parts and "city" in parts:
        place = f"{parts['postcode']} {parts['city']}"
        parts = {name: said for name, said in parts.items() if name != "postcode"}
        parts["city"] = place
    return ", ".join(parts.values())


def _substance(parts: dict[str, str]) -> str:
    """Heroin (CAS 561-27-3), powder, 231 kg, 62 % pure."""
    cas = f"CAS {parts['cas_number']}" if parts.get("cas_number") else ""
    name = parts.get("name", "")
    told = [f"{name} ({cas})" if name and cas else name or cas]
    told += [f"schedule {parts['schedule']}"] if parts.get("schedule") else []
    told += [plain_word(parts["form"])] if parts.get("form") else []
    told += [f"{parts['weight_kg']} kg"] if parts.get("weight_kg") else []
    told += [f"{parts['purity_percent']} % pure"] if parts.get("purity_percent") else []
    return ", ".join(filter(None, told))


def _leg(parts: dict[str, str]) -> str:
    ends = (
        ", ".join(filter(None, (parts.get(f"{end}_place"), parts.get(f"{end}_country"))))
        for end in ("from", "to")
    )
    told = " to ".join(end or "?" for end in ends)
    beside = [parts[name] for name in ("transport", "departed_on") if name in parts]
    return f"{told} ({plain_word(', '.join(beside))})" if beside else told


def contested_words(told: model.Assertion) -> list[str]:
    """That its accuracy is contested, and since when."""
    if not told.contested:
        return []
    since = f" since {clean(told.contested_since)}" if told.contested_since else ""
    return [f"accuracy contested{since}"]


def dated_words(told: model.Assertion) -> list[str]:
    """When and where it was collected, how long it holds and is kept, where it came from.

    The days of review and of deletion are told at supply (Prüm II Article 51(4)(b)).
    """
    words = []
    if told.collected_on or told.collected_at:
        place = f" at {clean(told.collected_at)}" if told.collected_at else ""
        words.append(f"collected {clean(told.collected_on)}".rstrip() + place)
    if told.valid_from or told.valid_until:
        words.append(f"valid {clean(told.valid_from) or '…'} to {clean(told.valid_until) or '…'}")
    words += [f"review due {clean(told.review_on)}"] if told.review_on else []
    words += [f"deletion due {clean(told.delete_on)}"] if told.delete_on else []
    words += [f"from {clean(told.third_party_origin)}"] if told.third_party_origin else []
    words += [f"under {clean(told.acquired_under)}"] if told.acquired_under else []
    return words


def selector_words(selector: selectors.Selector) -> str:
    """A selector as it stands in a heading."""
    match selector:
        case selectors.Person():
            name = selector.name or f"{selector.given_name} {selector.family_name}".strip()
            words = [f'person "{name}"' if name else "person"]
            words += [f"born {selector.birth_date}"] if selector.birth_date else []
            words += [w for w in (selector.nationality, selector.sex) if w]
        case selectors.Document():
            words = [f"document {selector.number}", selector.issuing_country]
            words.append(selector.document_type)
        case selectors.Vehicle():
            words = [f"vehicle {selector.vin or selector.plate}", selector.plate_country]
            words += [f"plate {selector.plate}"] if selector.vin and selector.plate else []
        case selectors.Organisation():
            words = [f'organisation "{selector.name}"' if selector.name else "organisation"]
            words += [w for w in (selector.number, selector.country) if w]
        case selectors.StolenObject():
            told = selector.title or selector.serial_number
            words = [f'object "{told}"' if told else "object", selector.maker]
            words += [selector.serial_number] if selector.title else []
        case selectors.Observable():
            card = selector.type == ObservableType.CARD
            value = f"{selector.value[:6]}…{selector.value[-4:]}" if card else selector.value
            words = [f"{plain_word(selector.type)} {value}"]
            words += [f"port {selector.port}"] if selector.port else []
            words += [w for w in (selector.time, selector.platform) if w]
        case selectors.Reference():
            words = [f"{plain_word(selector.type)} {selector.number}"]
        case _:
            words = _parts_in_words(selector)
    return clean(", ".join(word for word in words if word))


def _parts_in_words(selector: selectors.Selector) -> list[str]:
    """Whatever is set, in the contract's order: vessel "Grey Lady", 9074729."""
    told = []
    for part in fields(selector):
        value = getattr(selector, part.name)
        if part.name in {"first_date", "last_date"}:
            told += _period(selector) if part.name == "first_date" else []
        elif isinstance(value, tuple):
            told += [
                f"{leg.origin or 'anywhere'} to {leg.destination or 'anywhere'}" for leg in value
            ]
        elif isinstance(value, bytes):
            told += ["a template"] if value else []
        elif value:
            told.append(f'"{value}"' if part.name == "name" else value)
    return (
        [f"{plain_word(selector.by)} {told[0]}", *told[1:]] if told else [plain_word(selector.by)]
    )


def _period(selector: selectors.Selector) -> list[str]:
    """From when to when, as far as either is told."""
    first, last = getattr(selector, "first_date", ""), getattr(selector, "last_date", "")
    if first and last:
        return [first if first == last else f"{first} to {last}"]
    return [f"from {first}"] if first else [f"until {last}"] if last else []


def heading_of(question: model.Question) -> str:
    """A question in one line: what, why, under what, of whom."""
    parts = [" or ".join(selector_words(one) for one in question.selectors)]
    why = question.justification
    if why is not None:
        offence = "" if why.offence == "none" else f", {plain_word(why.offence)}"
        parts += [f"{why.purpose}{offence}", clean(why.legal_basis)]
        parts.append(f"case {clean(why.case_reference)}")
    parts.append(f"to {', '.join(question.targets)}" if question.targets else "to everyone")
    return " · ".join(parts)
