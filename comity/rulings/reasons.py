"""Coded reasons: the closed list, each with the law it usually rests on and one plain sentence.

A row of a policy may only give a reason from this list, and a requester may only be told one. The list is
closed on purpose: banking secrecy, for one, is never a ground of refusal (UNTOC Article 18(8)) and has no
code. References are hints for readers; the row that decides carries its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ReasonCode(StrEnum):
    """Why a field left as it did, or did not."""

    OK = "OK"
    GENERALISED = "GENERALISED"
    NEED_CONFIRM = "NEED_CONFIRM"
    NEED_FACTS = "NEED_FACTS"
    NEED_OFFENCE = "NEED_OFFENCE"
    NEED_JUDICIAL = "NEED_JUDICIAL"
    NEED_CONSENT_OWNER = "NEED_CONSENT_OWNER"
    NEED_CONSENT_THIRD = "NEED_CONSENT_THIRD"
    NEED_ASSURANCE = "NEED_ASSURANCE"
    DUAL_CRIM = "DUAL_CRIM"
    PENALTY_FLOOR = "PENALTY_FLOOR"
    PURPOSE_MISMATCH = "PURPOSE_MISMATCH"
    NO_LEGAL_BASIS = "NO_LEGAL_BASIS"
    TREATY_RESERVATION = "TREATY_RESERVATION"
    TREATY_EXPIRED = "TREATY_EXPIRED"
    NOT_COMPETENT = "NOT_COMPETENT"
    CLEARANCE = "CLEARANCE"
    SPECIAL_CATEGORY = "SPECIAL_CATEGORY"
    MINOR = "MINOR"
    VICTIM_WITNESS = "VICTIM_WITNESS"
    PROTECTED = "PROTECTED"
    PRIVILEGE = "PRIVILEGE"
    NE_BIS = "NE_BIS"
    POLITICAL = "POLITICAL"
    FUND_RIGHTS = "FUND_RIGHTS"
    ONGOING_CASE = "ONGOING_CASE"
    SAFETY = "SAFETY"
    RETENTION_EXPIRED = "RETENTION_EXPIRED"
    CONTESTED = "CONTESTED"
    QUALITY = "QUALITY"
    QUOTA = "QUOTA"
    SUSPENDED = "SUSPENDED"
    OPERATION_HIDDEN = "OPERATION_HIDDEN"
    UNAVAILABLE = "UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class ReasonText:
    """A reason in words: the law it usually rests on, and a sentence for whoever reads it."""

    law: str
    sentence: str


REASONS: Final[dict[ReasonCode, ReasonText]] = {
    ReasonCode.OK: ReasonText("", "Released as recorded."),
    ReasonCode.GENERALISED: ReasonText("LED 4(1)(c)", "Released in a coarser or covered form."),
    ReasonCode.NEED_CONFIRM: ReasonText(
        "Prüm II 47(1)(a)", "A qualified person must confirm the match first."
    ),
    ReasonCode.NEED_FACTS: ReasonText("Prüm II 47(1)(b)", "A description of the facts is missing."),
    ReasonCode.NEED_OFFENCE: ReasonText("Prüm II 47(1)(b)", "The offence is missing."),
    ReasonCode.NEED_JUDICIAL: ReasonText(
        "Prüm II 47(2)", "A judicial authority must authorise this first."
    ),
    ReasonCode.NEED_CONSENT_OWNER: ReasonText(
        "LED 35(1)(c)", "The owner's own approval is needed first."
    ),
    ReasonCode.NEED_CONSENT_THIRD: ReasonText(
        "Prüm II 49", "The party this came from must agree first."
    ),
    ReasonCode.NEED_ASSURANCE: ReasonText(
        "ECHR 2 and 3", "An assurance about the sentence is needed first."
    ),
    ReasonCode.DUAL_CRIM: ReasonText(
        "UNTOC 18(9)", "The conduct is no offence under the owner's law."
    ),
    ReasonCode.PENALTY_FLOOR: ReasonText(
        "Prüm II 20", "The offence is not serious enough for this question."
    ),
    ReasonCode.PURPOSE_MISMATCH: ReasonText("LED 4(1)(b)", "The purpose does not fit this data."),
    ReasonCode.NO_LEGAL_BASIS: ReasonText("LED 8(1)", "No rule in force allows this."),
    ReasonCode.TREATY_RESERVATION: ReasonText(
        "VCLT 21", "A reservation to the instrument excludes this."
    ),
    ReasonCode.TREATY_EXPIRED: ReasonText("VCLT 70", "The instrument is no longer in force."),
    ReasonCode.NOT_COMPETENT: ReasonText("LED 3(7)", "Whoever asks is not competent for this."),
    ReasonCode.CLEARANCE: ReasonText("LED 29(2)(e)", "The officer's role does not suffice."),
    ReasonCode.SPECIAL_CATEGORY: ReasonText(
        "LED 10", "Data of this kind leave only where strictly necessary."
    ),
    ReasonCode.MINOR: ReasonText("CRC 3 and 40", "The person is protected as a child."),
    ReasonCode.VICTIM_WITNESS: ReasonText(
        "LED 6(c)–(d)", "Data on victims and witnesses do not leave this way."
    ),
    ReasonCode.PROTECTED: ReasonText("UNTOC 24", "Protection of a person stands against it."),
    ReasonCode.PRIVILEGE: ReasonText("ECHR 6", "A privilege or an immunity stands against it."),
    ReasonCode.NE_BIS: ReasonText("CISA 54", "The matter has been finally decided already."),
    ReasonCode.POLITICAL: ReasonText(
        "INTERPOL Constitution 3", "Matters of a political character are not answered."
    ),
    ReasonCode.FUND_RIGHTS: ReasonText("Charter 19(2)", "Fundamental rights stand against it."),
    ReasonCode.ONGOING_CASE: ReasonText(
        "UNTOC 18(25)", "It would prejudice an ongoing investigation."
    ),
    ReasonCode.SAFETY: ReasonText("LED 15(1)(d)", "It would endanger somebody."),
    ReasonCode.RETENTION_EXPIRED: ReasonText("LED 5", "The data are due for review or deletion."),
    ReasonCode.CONTESTED: ReasonText("Prüm II 51(3)", "The data are contested."),
    ReasonCode.QUALITY: ReasonText("LED 7(2)", "The quality of the data does not allow it."),
    ReasonCode.QUOTA: ReasonText("Prüm II 14 and 23", "The agreed capacity is used up."),
    ReasonCode.SUSPENDED: ReasonText("", "The member is suspended."),
    ReasonCode.OPERATION_HIDDEN: ReasonText("SIS 26(4)", "Neither confirmed nor denied."),
    ReasonCode.UNAVAILABLE: ReasonText("", "Not available this way."),
}
