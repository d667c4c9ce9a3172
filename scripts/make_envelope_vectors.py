"""Writes ``docs/spec/vectors/envelope.json``: ``python -m scripts.make_envelope_vectors``.

Frozen: a change of these bytes is a change of the format, and needs another magic. With ``--check`` nothing
is written, and the exit code tells whether the file is the one that would be.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from comity.envelope import EnvelopeId, MessageType, merkle, parse_sent
from comity.envelope.sealing import _seal
from tests.simulators.envelope_attacks import Attack, attacks
from tests.simulators.envelopes import (
    BODY,
    LATER_MS,
    NOW_MS,
    READERS,
    ROUTING,
    SENDER,
    STRANGER,
    Chance,
    tagged,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from comity.envelope import SigningSecret

TARGET: Final = Path(__file__).parents[1] / "docs" / "spec" / "vectors" / "envelope.json"
# Forms of an envelope for more recipients are given by their digests, not whole.
WHOLE_FORMS_MAX: Final = 5
_NAMES: Final = {SENDER.kid: "sender", STRANGER.kid: "stranger"}


def vectors() -> dict[str, Any]:
    """The file's content."""
    return {
        "format": "CMT1, suite 1; see ../envelope.md for how to use this file",
        "signers": {"sender": _signer(SENDER), "stranger": _signer(STRANGER)},
        "readers": [
            {"secret": one.export_seed().hex(), "public": one.public.hex(), "kid": one.kid.hex()}
            for one in READERS
        ],
        "valid": list(_valid()),
        "refused": [_refused(attack) for attack in attacks()],
    }


def encoded() -> bytes:
    """The file, byte for byte."""
    return json.dumps(vectors(), indent=1, ensure_ascii=False).encode() + b"\n"


def _signer(secret: SigningSecret) -> dict[str, str]:
    return {
        "seed": secret.export_seed().hex(),
        "public": secret.public.hex(),
        "kid": secret.kid.hex(),
    }


def _valid() -> Iterator[dict[str, Any]]:
    query, answer = MessageType.QUERY, MessageType.ANSWER
    yield _one("query to one", query)
    yield _one("query to two", query, readers=(3, 1))
    yield _one("query to three: paths of length 2, 2 and 1", query, readers=(2, 0, 1))
    yield _one("query to five: paths of length 3, 3, 3, 3 and 1", query, readers=(4, 3, 2, 1, 0))
    yield _one("query to 64", query, readers=range(64))
    yield _one("answer in a bucket of 16 KiB", answer, bucket_bytes=16384, in_reply_to=b"q" * 32)
    yield _one("receipt, empty routing, empty body", MessageType.RECEIPT, routing=b"", body=b"")
    yield _one("body that fills its bucket", query, body=b"f" * 1020)
    yield _one("body of one byte more", query, body=b"f" * 1021)


def _one(
    name: str,
    kind: MessageType,
    *,
    readers: Sequence[int] = (0,),
    routing: bytes = ROUTING,
    body: bytes = BODY,
    bucket_bytes: int | None = None,
    in_reply_to: bytes | None = None,
) -> dict[str, Any]:
    chance = Chance(name)
    sealed = _seal(
        chance,
        message_type=kind,
        sender=SENDER,
        recipients=[READERS[number].public for number in readers],
        routing=routing,
        body=body,
        created_ms=NOW_MS,
        expires_ms=LATER_MS,
        in_reply_to=None if in_reply_to is None else EnvelopeId(in_reply_to),
        bucket_bytes=bucket_bytes,
    )
    sent = parse_sent(sealed.encoded)
    by_kid = {one.kid: number for number, one in enumerate(READERS)}
    content_key, scalar, msg_id, *tickets = chance.given
    h0 = tagged(sent.header_bytes[:156], b"CMT1-hdr")
    forms = sent.delivered_forms()
    whole = len(forms) <= WHOLE_FORMS_MAX
    return {
        "name": name,
        "type": kind.value,
        "sender": "sender",
        "readers_as_given": list(readers),
        "readers_by_slot": [by_kid[kid] for kid in sent.recipient_kids],
        "routing": routing.hex(),
        "body": body.hex(),
        "bucket_bytes": bucket_bytes,
        "created_ms": NOW_MS,
        "expires_ms": LATER_MS,
        "in_reply_to": (in_reply_to or bytes(32)).hex(),
        "drawn": {
            "content_key": content_key.hex(),
            "ephemeral_secret": scalar.hex(),
            "msg_id": msg_id.hex(),
            "tickets": b"".join(tickets).hex(),
        },
        "between": {
            "h0": h0.hex(),
            "key_commitment": tagged(h0, b"CMT1-kcommit", content_key).hex(),
            "body_key": tagged(h0, b"CMT1-body", content_key).hex(),
            "leaves": [merkle.leaf_hash(slot).hex() for slot in sent.slots],
        },
        "id": sealed.id.hex(),
        "sent": sealed.encoded.hex(),
        "delivered": [
            {"sha256": sha256(form).hexdigest(), **({"form": form.hex()} if whole else {})}
            for _, form in forms
        ],
    }


def _refused(attack: Attack) -> dict[str, Any]:
    reading = attack.reading
    given: dict[str, Any] = {"now_ms": reading.now_ms, "sender": _NAMES[reading.sender.kid]}
    if not reading.sent:
        given |= {
            "type": reading.expect.value,
            "reader": [one.kid for one in READERS].index(reading.recipient.kid),
            "in_reply_to": (reading.in_reply_to or bytes(32)).hex(),
            "bucket_bytes": reading.bucket_bytes,
        }
    return {
        "name": attack.name,
        "form": "sent" if reading.sent else "delivered",
        "reading": given,
        "why": attack.why.name,
        "says": attack.why.value,
        "data": attack.data.hex(),
    }


def main() -> None:
    """Writes or, with ``--check``, compares."""
    if sys.argv[1:] == ["--check"]:
        sys.exit(0 if TARGET.is_file() and TARGET.read_bytes() == encoded() else 1)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(encoded())
    print(TARGET)


if __name__ == "__main__":
    main()
