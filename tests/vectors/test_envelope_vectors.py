"""The frozen envelopes of ``docs/spec/vectors/envelope.json`` are read, and would be written, as they stand.

Where they came from: ``scripts/make_envelope_vectors.py``, once. If they no longer hold, the format changed.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from comity.envelope import (
    EncryptionSecret,
    EnvelopeId,
    EnvelopeRefused,
    MessageType,
    OpenedEnvelope,
    SigningSecret,
    VerifiedEnvelope,
    Why,
    open_delivered,
    parse_delivered,
    parse_sent,
    verify_sent,
)
from scripts.make_envelope_vectors import encoded

FILE = Path(__file__).parents[2] / "docs" / "spec" / "vectors" / "envelope.json"
VECTORS: dict[str, Any] = json.loads(FILE.read_bytes())
# Of the file as it was frozen.
DIGEST = "90959a5a56ae454a5caa4d7de22b504d1c754c6462ebe14bb3024761a45831b1"

Vector = dict[str, Any]


def _signer(name: str) -> SigningSecret:
    return SigningSecret.from_seed(bytes.fromhex(VECTORS["signers"][name]["seed"]))


def _reader(number: int) -> EncryptionSecret:
    return EncryptionSecret.from_seed(bytes.fromhex(VECTORS["readers"][number]["secret"]))


def _relayed(data: bytes, reading: Vector) -> VerifiedEnvelope:
    return verify_sent(
        parse_sent(data), _signer(reading["sender"]).public, now_ms=reading["now_ms"]
    )


def _opened(data: bytes, reading: Vector) -> OpenedEnvelope:
    answered = bytes.fromhex(reading["in_reply_to"])
    return open_delivered(
        parse_delivered(data),
        expect=MessageType(reading["type"]),
        sender_key=_signer(reading["sender"]).public,
        recipient=_reader(reading["reader"]),
        now_ms=reading["now_ms"],
        in_reply_to=EnvelopeId(answered) if any(answered) else None,
        bucket_bytes=reading["bucket_bytes"],
    )


def test_the_file_is_the_frozen_one() -> None:
    assert sha256(FILE.read_bytes()).hexdigest() == DIGEST


def test_writing_them_again_gives_the_same_bytes() -> None:
    assert encoded() == FILE.read_bytes()


def test_every_key_has_the_id_the_file_gives() -> None:
    for name, signer in VECTORS["signers"].items():
        assert (_signer(name).public.hex(), _signer(name).kid.hex()) == (
            signer["public"],
            signer["kid"],
        )
    for number, reader in enumerate(VECTORS["readers"]):
        assert (_reader(number).public.hex(), _reader(number).kid.hex()) == (
            reader["public"],
            reader["kid"],
        )


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda vector: vector["name"])
def test_a_valid_envelope_is_relayed_and_opened(vector: Vector) -> None:
    reading = {**vector, "now_ms": vector["created_ms"]}
    verified = _relayed(bytes.fromhex(vector["sent"]), reading)
    assert verified.id.hex() == vector["id"]
    forms = verified.deliveries()
    assert len(forms) == len(vector["delivered"]) == len(vector["readers_by_slot"])
    for (kid, form), frozen, number in zip(
        forms, vector["delivered"], vector["readers_by_slot"], strict=True
    ):
        assert kid == _reader(number).kid
        assert sha256(form).hexdigest() == frozen["sha256"]
        assert form.hex() == frozen.get("form", form.hex())
        opened = _opened(form, {**reading, "reader": number})
        assert (opened.body.hex(), opened.routing.hex()) == (vector["body"], vector["routing"])
        assert opened.msg_id.hex() == vector["drawn"]["msg_id"]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["name"])
def test_a_bad_one_is_refused_for_the_reason_given(vector: Vector) -> None:
    read = _relayed if vector["form"] == "sent" else _opened
    with pytest.raises(EnvelopeRefused) as refused:
        read(bytes.fromhex(vector["data"]), vector["reading"])
    assert refused.value.why is Why[vector["why"]]
    assert vector["says"] == refused.value.why.value


def test_every_reason_is_among_the_vectors() -> None:
    assert {vector["why"] for vector in VECTORS["refused"]} == set(Why.__members__)
