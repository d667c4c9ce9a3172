"""Each defence taken away in turn: the attack it stops then works, so nothing else was stopping it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from comity.envelope import (
    EnvelopeId,
    EnvelopeRefused,
    OpenedEnvelope,
    Why,
    layout,
    merkle,
    opening,
    sealing,
)
from tests.simulators.envelope_attacks import ANSWER, OWNER, REQUESTER, Reading, attacks, honest
from tests.simulators.envelopes import BODY, READERS, STRANGER, Plan, build, padded, tagged
from tests.simulators.two_faced_body import two_faced

if TYPE_CHECKING:
    from comity.envelope import EncryptionSecret

ATTACKS = {attack.name: attack for attack in attacks()}


def _refused(data: bytes, reading: Reading) -> Why:
    with pytest.raises(EnvelopeRefused) as refused:
        reading.read(data)
    return refused.value.why


def _opened(data: bytes, reading: Reading) -> OpenedEnvelope:
    opened = reading.read(data)
    assert isinstance(opened, OpenedEnvelope)
    return opened


def _without(monkeypatch: pytest.MonkeyPatch, person: bytes, instead: bytes) -> None:
    """The recipient's hash under ``person`` comes out as the signed header has it, whatever is hashed."""
    real = layout.b2

    def b2(data: bytes, domain: bytes, key: bytes = b"") -> bytes:
        return instead if domain == person else real(data, domain, key)

    monkeypatch.setattr(opening, "b2", b2)


def test_without_the_routing_hash_the_relay_rewrites_the_routing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    attack = ATTACKS["routing re-ordered"]
    one = build(Plan())
    data = one._replace(routing=b"another purpose").delivered()
    assert _refused(data, attack.reading) is Why.ROUTING
    _without(monkeypatch, b"CMT1-routing", one.header[120:152])
    assert _opened(data, attack.reading).routing == b"another purpose"


def test_without_the_body_hash_a_co_recipient_writes_another_body(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    attack = ATTACKS["body forged by a co-recipient"]
    assert _refused(attack.data, attack.reading) is Why.BODY_HASH
    _without(monkeypatch, b"CMT1-bodyhash", honest().header[192:224])
    assert _opened(attack.data, attack.reading).body == b"a forgery"


def test_without_the_recipient_root_a_recipient_lets_a_friend_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    attack = ATTACKS["slot added for a friend of a recipient"]
    assert _refused(attack.data, attack.reading) is Why.SLOT_BY_RELAY
    monkeypatch.setattr(merkle, "verify_path", lambda *_: True)
    assert _opened(attack.data, attack.reading).body == BODY


def test_without_the_header_in_the_keys_another_signs_the_query_as_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    attack = ATTACKS["stripped and re-signed"]
    assert _refused(attack.data, attack.reading) is Why.SLOT_BY_SENDER
    _without(monkeypatch, b"CMT1-hdr", tagged(honest().header[:156], b"CMT1-hdr"))
    opened = _opened(attack.data, attack.reading)
    assert (opened.body, opened.sender_kid) == (BODY, STRANGER.kid)


def test_without_the_signature_the_senders_name_proves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    attack = ATTACKS["signature of zeros"]
    assert _refused(attack.data, attack.reading) is Why.SIGNATURE
    monkeypatch.setattr(opening, "verify_signature", lambda *_: None)
    assert _opened(attack.data, attack.reading).body == BODY


def test_without_in_reply_to_an_answer_serves_for_another_query() -> None:
    data = build(ANSWER).delivered()
    other = replace(REQUESTER, in_reply_to=EnvelopeId(b"r" * 32))
    assert _refused(data, other) is Why.IN_REPLY_TO
    believed = replace(other, in_reply_to=EnvelopeId(ANSWER.in_reply_to))
    assert _opened(data, believed).body == BODY


def test_without_the_signed_type_a_query_is_reflected_as_an_answer() -> None:
    reflected = Plan(in_reply_to=b"q" * 32)
    data = build(reflected).delivered()
    assert _refused(data, REQUESTER) is Why.WRONG_TYPE
    believed = replace(REQUESTER, expect=OWNER.expect)
    assert _opened(data, believed).body == BODY


def test_without_the_check_of_padding_bytes_ride_along_unseen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    attack = ATTACKS["padding not zeros"]
    assert _refused(attack.data, attack.reading) is Why.PADDING
    monkeypatch.setattr(opening, "unpad", lambda text, _: text[4 : 4 + text[3]])
    assert _opened(attack.data, attack.reading).body == BODY


def test_a_low_order_key_would_make_the_slot_open_for_everybody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    attack = ATTACKS["ephemeral key of low order"]
    assert _refused(attack.data, attack.reading) is Why.LOW_ORDER_KEY

    def unchecked(_: EncryptionSecret, __: bytes) -> bytes:
        return bytes(32)  # what X25519 computes for such a point, whatever the secret

    monkeypatch.setattr(type(READERS[0]), "shared", unchecked)
    assert _opened(attack.data, attack.reading).body == BODY


def test_without_the_key_commitment_one_envelope_tells_two_members_two_things(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for_one, for_other = two_faced()
    assert _opened(for_one, Reading()).body.startswith(b"all clear")
    second = Reading(recipient=READERS[1])
    assert _refused(for_other, second) is Why.KEY_COMMITMENT
    monkeypatch.setattr(opening, "compare_digest", lambda *_: True)
    assert _opened(for_one, Reading()).body.startswith(b"all clear")
    assert _opened(for_other, second).body[28:].startswith(b"arrest them")


def test_the_padding_of_the_second_writer_is_that_of_the_first() -> None:
    for size in (1024, 4096):
        assert padded(BODY, size) == sealing.pad(BODY, size)
