"""The contract's words as Python enumerations.

A value is the contract's own word without its prefix, so that ``Purpose("INVESTIGATE")`` reads what the
contract, the ledger and the policies say; a test compares every member with the ``.proto`` files.
"""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """Why data is processed (LED Article 1(1), Europol Regulation, INTERPOL RPD)."""

    PREVENT = "PREVENT"
    DETECT = "DETECT"
    INVESTIGATE = "INVESTIGATE"
    PROSECUTE = "PROSECUTE"
    EXECUTE_SENTENCE = "EXECUTE_SENTENCE"
    PUBLIC_SECURITY_THREAT = "PUBLIC_SECURITY_THREAT"
    BORDER_CHECK = "BORDER_CHECK"
    MISSING_PERSON = "MISSING_PERSON"
    IDENTIFY_REMAINS = "IDENTIFY_REMAINS"
    ASSET_RECOVERY = "ASSET_RECOVERY"
    OFFICER_SAFETY = "OFFICER_SAFETY"
    VETTING = "VETTING"
    IMMIGRATION = "IMMIGRATION"
    ASYLUM = "ASYLUM"
    TAX_ADMIN = "TAX_ADMIN"
    INTELLIGENCE = "INTELLIGENCE"
    STATISTICS = "STATISTICS"
    PROTECTION_OF_CHILD = "PROTECTION_OF_CHILD"


class SubjectCategory(StrEnum):
    """Category of the person asked about, in the requester's case (LED Article 6)."""

    SUSPECT = "SUSPECT"
    CONVICTED = "CONVICTED"
    VICTIM = "VICTIM"
    WITNESS = "WITNESS"
    CONTACT = "CONTACT"
    MISSING = "MISSING"
    UNIDENTIFIED = "UNIDENTIFIED"
    OBJECT = "OBJECT"


class TargetCheck(StrEnum):
    """Whether your agency looked into who is asked about."""

    ORDINARY = "ORDINARY"
    SENSITIVE = "SENSITIVE"


class Aim(StrEnum):
    """What the question is for (Regulation (EU) 2024/982 Article 33)."""

    IDENTIFY = "IDENTIFY"
    MORE_DATA = "MORE_DATA"


class Stage(StrEnum):
    """How much is asked for."""

    HIT = "HIT"
    CORE = "CORE"
    FULL = "FULL"
    JUDICIAL = "JUDICIAL"


class Urgency(StrEnum):
    """How soon an answer is needed; urgency without need is visible to every owner."""

    NORMAL = "NORMAL"
    URGENT = "URGENT"
    EMERGENCY = "EMERGENCY"


class ObservableType(StrEnum):
    """Kind of observable."""

    PHONE = "PHONE"
    EMAIL = "EMAIL"
    DOMAIN = "DOMAIN"
    URL = "URL"
    HASH = "HASH"
    WALLET = "WALLET"
    IP = "IP"
    IMSI = "IMSI"
    IMEI = "IMEI"
    ICCID = "ICCID"
    MAC = "MAC"
    HANDLE = "HANDLE"
    CARD = "CARD"


class ReferenceType(StrEnum):
    """What has a number that its owner gave."""

    CASE = "CASE"
    EVENT = "EVENT"
    OFFENCE = "OFFENCE"
    EVIDENCE_ITEM = "EVIDENCE_ITEM"
    NOTICE = "NOTICE"


class Outcome(StrEnum):
    """How one source's part of a query ended.

    ``UNKNOWN`` stands for an outcome that a newer node has and this release does not know: it never
    counts as searched.
    """

    UNKNOWN = "UNKNOWN"
    HIT = "HIT"
    NO_HIT = "NO_HIT"
    REFINE = "REFINE"
    UNSUITABLE = "UNSUITABLE"
    PENDING = "PENDING"
    REFUSED = "REFUSED"
    OFFLINE = "OFFLINE"
    TIMEOUT = "TIMEOUT"
    OVERLOADED = "OVERLOADED"
    INCOMPATIBLE = "INCOMPATIBLE"
    ERROR = "ERROR"

    @property
    def searched(self) -> bool:
        """Whether the source looked; only then does its outcome say anything about what it holds."""
        return self in _SEARCHED


_SEARCHED = frozenset({Outcome.HIT, Outcome.NO_HIT, Outcome.REFINE, Outcome.PENDING})


class Form(StrEnum):
    """In which form a field left its owner. ``NOTHING`` also stands for a form this release does not know."""

    FULL = "FULL"
    GENERALISED = "GENERALISED"
    MASKED = "MASKED"
    HIT = "HIT"
    NOTHING = "NOTHING"


class Band(StrEnum):
    """How strongly a record matches; ``UNTOLD`` where the owner does not say."""

    UNTOLD = "UNTOLD"
    EXACT = "EXACT"
    PROBABLE = "PROBABLE"
    POSSIBLE = "POSSIBLE"
