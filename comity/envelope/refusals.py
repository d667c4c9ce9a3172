"""Why an envelope was refused: one reason in public, its own one inside."""

from __future__ import annotations

from enum import StrEnum

from comity.errors import Reason, Refusal


class Why(StrEnum):
    """The internal reason, for the log and the tests; it never leaves the process."""

    TRUNCATED = "shorter than its parts"
    TRAILING = "longer than its parts"
    TOO_LARGE = "larger than any envelope"
    MAGIC = "not a CMT1 envelope"
    TYPE = "unknown message type"
    WRONG_TYPE = "another message type than expected: a reflected or misused message"
    SUITE = "unknown suite"
    FLAGS = "flags set that have no meaning"
    EXPIRED = "expired"
    FROM_THE_FUTURE = "created in the future"
    LIFETIME = "lives longer than its type may, or not at all"
    NO_RECIPIENTS = "no recipients"
    TOO_MANY_RECIPIENTS = "too many recipients"
    DUPLICATE_RECIPIENT = "a recipient twice"
    SIGNATURE = "signature does not verify: altered, stripped and re-signed, or another sender"
    WRONG_SENDER = "signed by another key than expected"
    ROUTING = "routing altered, concatenated or re-ordered"
    BODY_HASH = "body altered or forged"
    RECIPIENT_ROOT = "slots altered, added or re-ordered"
    INDEX = "slot index out of range"
    NOT_A_RECIPIENT = "not addressed to this key: forwarded"
    SLOT_BY_RELAY = "slot is not the sender's: broken on the way"
    SLOT_BY_SENDER = "slot is the sender's and does not open: broken by the sender"
    KEY_COMMITMENT = "the slot holds another key than the one committed to"
    BODY = "body does not open"
    PADDING = "padding is not zeros up to a bucket"
    BUCKET = "another size than the exchange fixed"
    IN_REPLY_TO = "answers another query"
    LOW_ORDER_KEY = "a key of low order"


class EnvelopeRefused(Refusal):
    """An envelope that is not accepted. Peers learn ENVELOPE_REFUSED and nothing more."""

    def __init__(self, why: Why) -> None:
        super().__init__(Reason.ENVELOPE_REFUSED, why.value)
        self.why = why
