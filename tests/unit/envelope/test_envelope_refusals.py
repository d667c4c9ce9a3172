"""Every refusal of the envelope, each for its own reason inside and the same one outside."""

from __future__ import annotations

import pytest

from comity.envelope import (
    EncryptionPublicKey,
    EnvelopeRefused,
    MessageType,
    SealedEnvelope,
    Why,
    limits,
    parse_delivered,
    parse_sent,
    seal,
)
from comity.errors import CATALOGUE, Reason
from tests.simulators.envelope_attacks import GATEWAY, OWNER, Attack, Reading, attacks, honest
from tests.simulators.envelopes import BODY, LATER_MS, NOW_MS, READERS, ROUTING, SENDER, Plan, build

ATTACKS = tuple(attacks())


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_it_is_refused_for_its_own_reason(attack: Attack) -> None:
    with pytest.raises(EnvelopeRefused) as refused:
        attack.reading.read(attack.data)
    assert refused.value.why is attack.why


def test_every_reason_has_an_attack_that_meets_it() -> None:
    assert {attack.why for attack in ATTACKS} == set(Why)


def test_no_two_reasons_read_alike() -> None:
    assert len({why.value for why in Why}) == len(Why)


@pytest.mark.parametrize("why", Why)
def test_a_peer_learns_one_reason_whatever_it_was(why: Why) -> None:
    refused = EnvelopeRefused(why)
    assert refused.reason is Reason.ENVELOPE_REFUSED
    assert refused.detail == why.value
    assert why.value not in CATALOGUE[refused.reason].sentence


def test_what_is_attacked_opens_when_left_alone() -> None:
    GATEWAY.read(honest().sent)
    for place, recipient in enumerate(READERS[:3]):
        opened = Reading(recipient=recipient).read(honest().delivered(place))
        assert opened.body == BODY  # type: ignore[union-attr]  # a recipient's reading


def _every_flip(data: bytes, reading: Reading) -> list[int]:
    """Bits whose flip goes unnoticed."""
    unnoticed = []
    flipped = bytearray(data)
    for bit in range(len(data) * 8):
        flipped[bit >> 3] ^= 1 << (bit & 7)
        try:
            reading.read(bytes(flipped))
            unnoticed.append(bit)
        except EnvelopeRefused:
            pass
        flipped[bit >> 3] ^= 1 << (bit & 7)
    return unnoticed


def test_no_bit_of_the_sent_form_can_be_flipped() -> None:
    assert _every_flip(honest().sent, GATEWAY) == []


def test_no_bit_of_the_delivered_form_can_be_flipped() -> None:
    assert _every_flip(honest().delivered(1), Reading(recipient=READERS[1])) == []


def test_no_prefix_is_accepted() -> None:
    sent, delivered = honest().sent, honest().delivered()
    for size in range(len(sent)):
        with pytest.raises(EnvelopeRefused):
            GATEWAY.read(sent[:size])
    for size in range(len(delivered)):
        with pytest.raises(EnvelopeRefused):
            OWNER.read(delivered[:size])


@pytest.mark.parametrize("parse", [parse_sent, parse_delivered])
def test_more_bytes_than_any_envelope_has_are_not_even_parsed(parse: object) -> None:
    with pytest.raises(EnvelopeRefused) as refused:
        parse(bytes(limits.ENVELOPE_BYTES_MAX + 1))  # type: ignore[operator]
    assert refused.value.why is Why.TOO_LARGE


def test_the_largest_envelope_fits_its_bound() -> None:
    largest = _seal(
        recipients=[one.public for one in READERS],
        routing=bytes(limits.ROUTING_BYTES_MAX),
        body=bytes(limits.BUCKETS_BYTES[-1] - 4),
    )
    sent = parse_sent(largest.encoded)
    GATEWAY.read(largest.encoded)
    for _, form in sent.delivered_forms():
        assert parse_delivered(form).routing == sent.routing


def test_clocks_may_differ_by_two_minutes_and_no_more() -> None:
    one = build(Plan()).delivered()
    Reading(now_ms=NOW_MS - limits.SKEW_MS_MAX).read(one)
    Reading(now_ms=LATER_MS - 1).read(one)


def test_a_life_of_72_hours_is_the_longest() -> None:
    OWNER.read(build(Plan(expires_ms=NOW_MS + limits.LIFETIME_MS_MAX)).delivered())


# --- a broken slot tells who broke it ------------------------------------------------------------


def _why(data: bytes) -> Why:
    with pytest.raises(EnvelopeRefused) as refused:
        OWNER.read(data)
    return refused.value.why


def test_a_slot_the_relay_broke_is_laid_on_the_relay_and_one_the_sender_broke_on_the_sender() -> (
    None
):
    parts = honest()
    for at in range(16, 64):
        slot = bytearray(parts.slots[0])
        slot[at] ^= 0x80
        assert _why(parts.delivered(slot=bytes(slot))) is Why.SLOT_BY_RELAY
    signed_broken = build(Plan(shared=lambda _: b"s" * 32))
    GATEWAY.read(signed_broken.sent)
    assert _why(signed_broken.delivered()) is Why.SLOT_BY_SENDER


def test_a_broken_path_is_the_relays() -> None:
    form = bytearray(honest().delivered())
    form[-(1024 + 16) - 1] ^= 1
    assert _why(bytes(form)) is Why.SLOT_BY_RELAY


# --- the sender is held to the same rules -----------------------------------------------------------


def _seal(
    *,
    recipients: list[EncryptionPublicKey] | None = None,
    routing: bytes = ROUTING,
    body: bytes = BODY,
    expires_ms: int = LATER_MS,
    bucket_bytes: int | None = None,
) -> SealedEnvelope:
    return seal(
        message_type=MessageType.QUERY,
        sender=SENDER,
        recipients=[READERS[0].public] if recipients is None else recipients,
        routing=routing,
        body=body,
        created_ms=NOW_MS,
        expires_ms=expires_ms,
        in_reply_to=None,
        bucket_bytes=bucket_bytes,
    )


@pytest.mark.parametrize(
    ("why", "change"),
    [
        (Why.NO_RECIPIENTS, {"recipients": []}),
        (Why.TOO_MANY_RECIPIENTS, {"recipients": [bytes([9, i]) * 16 for i in range(65)]}),
        (Why.DUPLICATE_RECIPIENT, {"recipients": [READERS[0].public] * 2}),
        (Why.TOO_LARGE, {"routing": bytes(limits.ROUTING_BYTES_MAX + 1)}),
        (Why.LIFETIME, {"expires_ms": NOW_MS}),
        (Why.LIFETIME, {"expires_ms": NOW_MS + limits.LIFETIME_MS_MAX + 1}),
        (Why.BUCKET, {"body": bytes(limits.BUCKETS_BYTES[-1] - 3)}),
        (Why.BUCKET, {"body": bytes(1021), "bucket_bytes": 1024}),
        (Why.BUCKET, {"bucket_bytes": 2048}),
    ],
)
def test_nothing_is_sealed_that_would_be_refused(why: Why, change: dict[str, object]) -> None:
    with pytest.raises(EnvelopeRefused) as refused:
        _seal(**change)  # type: ignore[arg-type]
    assert refused.value.why is why


@pytest.mark.parametrize("bucket_bytes", limits.BUCKETS_BYTES)
def test_the_size_of_an_envelope_tells_its_bucket_and_nothing_else(bucket_bytes: int) -> None:
    empty = _seal(body=b"", bucket_bytes=bucket_bytes)
    full = _seal(body=bytes(bucket_bytes - 4), bucket_bytes=bucket_bytes)
    assert (
        len(empty.encoded) == len(full.encoded) == 256 + 64 + len(ROUTING) + 64 + bucket_bytes + 16
    )
    for sealed in (empty, full):
        form = parse_sent(sealed.encoded).delivered_forms()[0][1]
        Reading(bucket_bytes=bucket_bytes).read(form)


def test_without_an_agreed_size_the_smallest_bucket_that_fits_is_taken() -> None:
    for body_bytes, bucket_bytes in ((0, 1024), (1020, 1024), (1021, 4096), (16380, 16384)):
        sealed = parse_sent(_seal(body=bytes(body_bytes)).encoded)
        assert sealed.header.body_bytes == bucket_bytes + 16


def test_two_seals_of_one_text_share_no_randomness() -> None:
    first, second = (parse_sent(_seal().encoded) for _ in range(2))
    assert first.msg_id != second.msg_id
    assert first.header.ephemeral != second.header.ephemeral
    assert first.header.key_commitment != second.header.key_commitment
    assert first.body != second.body


def test_the_order_of_slots_tells_nothing_about_the_order_given() -> None:
    keys = [one.public for one in READERS[:8]]
    orders = {tuple(parse_sent(_seal(recipients=keys).encoded).recipient_kids) for _ in range(16)}
    assert len(orders) > 1
    assert {frozenset(order) for order in orders} == {frozenset(one.kid for one in READERS[:8])}
