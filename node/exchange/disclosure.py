"""What a ledger says of an exchange, and how the other side checks it.

An owner's outcome entry is the proof of a disclosure. Its details are a canonical text that the
requester can rebuild from what it knows (the query's id, the answer's id, the outcome it was told, the
commitment to the ruling it was given inside the sealed answer); with the salt from the sealed answer it
recomputes the leaf, and the receipt proves that this leaf is in the owner's ledger. The gateway sees the
receipt and, without the salt, learns nothing from it.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from comity.store.journal import Draft
from node.exchange.model import NOTHING_STATED
from node.qualifications import NOT_QUALIFIED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from node.exchange.model import Assurances, Caller, Question, Routing, SourceAnswer
    from node.qualifications import Qualifications

RULING_PERSON: Final = b"CMT1-ruling"
SALT_BYTES: Final = 32

# Kinds of entries, as in docs/reference/ledger-events.md.
ASKED: Final = "query.asked"
CLOSED: Final = "query.closed"
RECEIVED: Final = "query.received"
ANSWERED: Final = "query.answered"
LEDGER_READ: Final = "ledger.read"
QUERIES_READ: Final = "query.read"

_text: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def never_answered(query_id: bytes) -> Draft:
    """The second entry of a received query whose process died before it answered: nothing was released."""
    details = canonical({"answer": None, "query": query_id.hex(), "v": 1})
    return Draft(kind=ANSWERED, envelope_id=query_id, details=details)


def canonical(details: dict[str, Any]) -> bytes:
    """Sorted keys, no white space, UTF-8: one text for one meaning."""
    return _text(details).encode()


def outcome_details(
    *, query_id: bytes, answer_id: bytes, outcome: int, ruling_digest: bytes
) -> bytes:
    """Details of the owner's outcome entry; both sides build the same bytes."""
    return b'{"answer":"%s","outcome":%d,"query":"%s","ruling":"%s","v":1}' % (
        answer_id.hex().encode(),
        outcome,
        query_id.hex().encode(),
        ruling_digest.hex().encode(),
    )


def ruling_commitment(ruling: bytes, *, salt: bytes) -> bytes:
    """Commitment to the full ruling, which only the owner and its auditor may read."""
    return blake2b(ruling, key=salt, person=RULING_PERSON, digest_size=32).digest()


def asked_details(question: Question, caller: Caller, recipients: Sequence[str]) -> bytes:
    """Details of the requester's intent: everything Article 33 wants to be traceable, no search terms."""
    why = question.justification
    return canonical(
        _with_stated(why.assurances, caller.qualifications)
        | {
            "aim": why.aim,
            "asker": caller.name,
            "case": why.case,
            "end_user_country": why.end_user_country,
            "entity": question.entity_type,
            "instrument": why.instrument,
            "necessity": why.necessity,
            "offence": why.offence,
            "purpose": why.purpose,
            "recipients": list(recipients),
            "role": caller.role,
            "stage": int(question.stage),
            "subject": why.subject_category,
            "urgency": int(question.urgency),
        }
    )


def _with_stated(assurances: Assurances, qualifications: Qualifications) -> dict[str, Any]:
    """What was stated, without its content; nothing where nothing was, as ever."""
    if assurances is NOTHING_STATED and qualifications is NOT_QUALIFIED:
        return {}
    stated = assurances.stated + qualifications.stated
    return {"stated": stated} if stated else {}


def recipients_asked(details: bytes) -> tuple[str, ...]:
    """Whom a question was sealed to, from the details of its intent."""
    return tuple(json.loads(details)["recipients"])


def queries_read(caller: Caller, query_ids: Sequence[bytes], *, query_id: bytes) -> Draft:
    """That somebody looked into what others asked: who, and which queries (LED Article 25)."""
    details = {
        "queries": [one.hex() for one in query_ids],
        "reader": caller.name,
        "role": caller.role,
    }
    return Draft(kind=QUERIES_READ, envelope_id=query_id, details=canonical(details))


def closed_details(answers: Sequence[SourceAnswer]) -> bytes:
    """Details of the requester's outcome: each source's outcome and the digest of its answer."""
    return canonical(
        {
            "answers": [
                {
                    "digest": answer.digest.hex(),
                    "outcome": int(answer.outcome),
                    "reason": answer.reason,
                    "receipt": answer.receipt_verified,
                    "released": answer.fields_released,
                    "source": answer.source,
                    "withheld": answer.fields_withheld,
                }
                for answer in answers
            ]
        }
    )


def received_details(
    routing: Routing,
    *,
    case: str,
    offence: str,
    subject: str,
    role: str,
    assurances: Assurances = NOTHING_STATED,
    qualifications: Qualifications = NOT_QUALIFIED,
) -> bytes:
    """Details of the owner's intent: who asks, why, under what; no search terms."""
    return canonical(
        _with_stated(assurances, qualifications)
        | {
            "case": case,
            "entity": routing.entity_type,
            "instrument": routing.instrument,
            "offence": offence,
            "purpose": routing.purpose,
            "requester": routing.sender,
            "role": role,
            "stage": int(routing.stage),
            "subject": subject,
            "urgency": int(routing.urgency),
        }
    )
