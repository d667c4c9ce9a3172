"""Envelopes whatever is in them: what is sealed opens, what is altered does not, noise only gets refused."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.envelope import (
    EncryptionSecret,
    EnvelopeId,
    EnvelopeRefused,
    Kid,
    MessageType,
    OpenedEnvelope,
    SealedEnvelope,
    limits,
    merkle,
    parse_delivered,
    parse_sent,
)
from comity.envelope.sealing import _seal, pad, unpad
from tests.simulators.envelope_attacks import GATEWAY, Reading
from tests.simulators.envelopes import (
    LATER_MS,
    NOW_MS,
    READERS,
    SENDER,
    Chance,
    Plan,
    build,
)

BODIES = st.binary(max_size=5000)
ROUTINGS = st.binary(max_size=limits.ROUTING_BYTES_MAX)
COUNTS = st.integers(1, limits.RECIPIENTS_MAX)
KINDS = st.sampled_from(MessageType)
BY_KID: dict[bytes, EncryptionSecret] = {one.kid: one for one in READERS}
OURS = settings(deadline=None, max_examples=60)


def _sealed(
    *,
    count: int,
    routing: bytes,
    body: bytes,
    kind: MessageType = MessageType.QUERY,
    in_reply_to: bytes | None = None,
    seed: int = 0,
) -> SealedEnvelope:
    return _seal(
        Chance(str(seed)),
        message_type=kind,
        sender=SENDER,
        recipients=[one.public for one in READERS[:count]],
        routing=routing,
        body=body,
        created_ms=NOW_MS,
        expires_ms=LATER_MS,
        in_reply_to=None if in_reply_to is None else EnvelopeId(in_reply_to),
        bucket_bytes=None,
    )


@OURS
@given(
    count=COUNTS,
    routing=ROUTINGS,
    body=BODIES,
    kind=KINDS,
    in_reply_to=st.none() | st.binary(min_size=32, max_size=32),
    seed=st.integers(0, 1000),
)
def test_every_recipient_opens_what_was_sealed(
    *,
    count: int,
    routing: bytes,
    body: bytes,
    kind: MessageType,
    in_reply_to: bytes | None,
    seed: int,
) -> None:
    sealed = _sealed(
        count=count, routing=routing, body=body, kind=kind, in_reply_to=in_reply_to, seed=seed
    )
    GATEWAY.read(sealed.encoded)
    forms = parse_sent(sealed.encoded).delivered_forms()
    assert {kid for kid, _ in forms} == {one.kid for one in READERS[:count]}
    for kid, form in forms:
        answered = None if in_reply_to is None else EnvelopeId(in_reply_to)
        opened = Reading(expect=kind, recipient=BY_KID[kid], in_reply_to=answered).read(form)
        assert isinstance(opened, OpenedEnvelope)
        assert (opened.body, opened.routing, opened.id) == (body, routing, sealed.id)
        assert parse_delivered(form).recipient_kid == kid


@OURS
@given(count=COUNTS, routing=ROUTINGS, body=BODIES, seed=st.integers(0, 1000))
def test_two_writers_of_the_specification_write_the_same_bytes(
    count: int, routing: bytes, body: bytes, seed: int
) -> None:
    chance = Chance(str(seed))
    content_key, scalar, msg_id = chance(32), chance(32), chance(16)
    sealed = _sealed(count=count, routing=routing, body=body, seed=seed)
    sent = parse_sent(sealed.encoded)
    by_hand = build(
        Plan(
            recipients=tuple(BY_KID[kid].public for kid in sent.recipient_kids),
            routing=routing,
            plaintext=pad(body, None),
            content_key=content_key,
            scalar=scalar,
            msg_id=msg_id,
        )
    )
    assert by_hand.sent == sealed.encoded
    forms = [by_hand.delivered(place) for place in range(count)]
    assert forms == [form for _, form in sent.delivered_forms()]


@cache
def _example(count: int) -> tuple[bytes, list[tuple[Kid, bytes]]]:
    sealed = _sealed(count=count, routing=b"routing " * 9, body=b"body " * 300)
    forms = parse_sent(sealed.encoded).delivered_forms()
    return sealed.encoded, list(forms)


@settings(deadline=None, max_examples=400)
@given(count=COUNTS, data=st.data())
def test_any_flipped_bit_is_refused(count: int, data: st.DataObject) -> None:
    sent, forms = _example(count)
    kid, form = data.draw(st.sampled_from(forms))
    readers = ((sent, GATEWAY), (form, Reading(recipient=BY_KID[kid])))
    for whole, reading in readers:
        bit = data.draw(st.integers(0, len(whole) * 8 - 1))
        flipped = bytearray(whole)
        flipped[bit >> 3] ^= 1 << (bit & 7)
        with pytest.raises(EnvelopeRefused):
            reading.read(bytes(flipped))


@settings(deadline=None, max_examples=400)
@given(count=COUNTS, data=st.data())
def test_bytes_cut_doubled_or_put_in_are_refused(count: int, data: st.DataObject) -> None:
    sent, forms = _example(count)
    kid, form = data.draw(st.sampled_from(forms))
    for whole, reading in ((sent, GATEWAY), (form, Reading(recipient=BY_KID[kid]))):
        first, second = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
        put_in = data.draw(st.binary(max_size=80) | st.just(whole[first:second] * 2))
        altered = whole[:first] + put_in + whole[second:]
        if altered != whole:
            with pytest.raises(EnvelopeRefused):
                reading.read(altered)


@settings(deadline=None, max_examples=300)
@given(data=st.binary(max_size=2000))
def test_parsers_answer_noise_with_a_refusal(data: bytes) -> None:
    for parse in (parse_sent, parse_delivered):
        with pytest.raises(EnvelopeRefused):
            parse(data)


@settings(deadline=None, max_examples=400)
@given(count=st.integers(0, 70), body_bytes=st.integers(0, 3000), rest=st.binary(max_size=3000))
def test_parsers_answer_noise_behind_a_good_beginning_with_a_refusal_or_its_parts(
    count: int, body_bytes: int, rest: bytes
) -> None:
    header = build(Plan()).header
    header = header[:152] + count.to_bytes(4, "big") + body_bytes.to_bytes(4, "big") + header[160:]
    for parse in (parse_sent, parse_delivered):
        try:
            parsed = parse(header + rest)
        except EnvelopeRefused:
            continue
        assert len(parsed.body) == body_bytes
        assert (
            parsed.header_bytes + parsed.signature + parsed.routing
            == (header + rest)[: 320 + len(parsed.routing)]
        )


@settings(deadline=None, max_examples=200)
@given(
    count=st.integers(0, 3),
    plaintext=st.binary(max_size=1100),
    sealed=st.none() | st.binary(max_size=1100),
    shared=st.none() | st.binary(min_size=32, max_size=32),
    ephemeral=st.none() | st.binary(min_size=32, max_size=32),
)
def test_whatever_a_member_signs_is_opened_or_refused_and_nothing_else_happens(
    count: int,
    plaintext: bytes,
    sealed: bytes | None,
    shared: bytes | None,
    ephemeral: bytes | None,
) -> None:
    parts = build(
        Plan(
            recipients=tuple(one.public for one in READERS[:count]),
            plaintext=plaintext,
            sealed=None if sealed is None else lambda *_: sealed,
            shared=None if shared is None else lambda _: shared,
            ephemeral=ephemeral,
        )
    )
    readings = [(parts.sent, GATEWAY)]
    readings += [
        (parts.delivered(place), Reading(recipient=READERS[place])) for place in range(count)
    ]
    for data, reading in readings:
        try:
            reading.read(data)
        except EnvelopeRefused:
            continue
        assert reading is GATEWAY or pad(unpad(plaintext, None), len(plaintext)) == plaintext


@given(body=st.binary(max_size=3000))
def test_what_is_padded_has_one_encoding(body: bytes) -> None:
    padded = pad(body, None)
    assert len(padded) in limits.BUCKETS_BYTES
    assert unpad(padded, len(padded)) == body


@OURS
@given(size=COUNTS, data=st.data())
def test_a_leaf_is_shown_at_its_own_place_only(size: int, data: st.DataObject) -> None:
    leaves = [merkle.leaf_hash(bytes([number])) for number in range(size)]
    index = data.draw(st.integers(0, size - 1))
    claimed = data.draw(st.integers(-1, size))
    path, root = merkle.path(index, leaves), merkle.root(leaves)
    assert len(path) == merkle.path_length(index, size)
    shown = merkle.verify_path(claimed, size, leaves[index], path, root)
    assert shown == (claimed == index)
