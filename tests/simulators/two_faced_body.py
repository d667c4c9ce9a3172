"""One ciphertext that opens to two texts: XChaCha20-Poly1305 does not bind its key.

After Dodis, Grubbs, Ristenpart and Woodage, "Fast Message Franking: From Invisible Salamanders to
Encryptment" (CRYPTO 2018). Two blocks of the ciphertext are solved for, so that one Poly1305 tag is right
under both keys.
"""

from __future__ import annotations

import struct
from dataclasses import replace

from comity.envelope import merkle
from tests.simulators.envelopes import READERS, Plan, build, encrypt, tagged

_P = 2**130 - 5
_CLAMP = 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
_GOLDEN = 0x9E3779B97F4A7C15F39CC0605CEDC835  # spreads the tags that are tried
_BUCKET_BYTES = 1 << 20
_FREE = (4, 5)  # the two blocks that are solved for


def _stream(key: bytes, size: int) -> bytes:
    """Key stream of the body cipher, by encrypting zeros."""
    return encrypt(bytes(size), b"", key)[:size]


def _one_time_key(key: bytes) -> tuple[int, int]:
    """Poly1305's r and s: the first block of the stream that XChaCha20-Poly1305 does not show."""
    block = _chacha20_block(_hchacha20(key))
    return int.from_bytes(block[:16], "little") & _CLAMP, int.from_bytes(block[16:32], "little")


def _rounds(state: list[int]) -> list[int]:
    x = list(state)
    columns = [(i, i + 4, i + 8, i + 12) for i in range(4)]
    diagonals = [(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4) for i in range(4)]
    for _ in range(10):
        for a, b, c, d in columns + diagonals:
            for to, plus, turn, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                x[to] = (x[to] + x[plus]) & 0xFFFFFFFF
                mixed = x[turn] ^ x[to]
                x[turn] = (mixed << by | mixed >> (32 - by)) & 0xFFFFFFFF
    return x


_SIGMA = struct.unpack("<4I", b"expand 32-byte k")


def _hchacha20(key: bytes) -> bytes:
    x = _rounds([*_SIGMA, *struct.unpack("<8I", key), 0, 0, 0, 0])
    return struct.pack("<8I", *x[:4], *x[12:])


def _chacha20_block(key: bytes) -> bytes:
    state = [*_SIGMA, *struct.unpack("<8I", key), 0, 0, 0, 0]
    mixed = [(a + b) & 0xFFFFFFFF for a, b in zip(state, _rounds(state), strict=True)]
    return struct.pack("<16I", *mixed)


def _poly(blocks: list[int], r: int) -> int:
    total = 0
    for block in blocks:
        total = (total + block) * r % _P
    return total


def _both_tags_alike(text: bytearray, bound: bytes, keys: tuple[bytes, bytes]) -> bytes:
    """Sets the two free blocks of a ciphertext so that one tag holds under both keys; returns the tag."""
    data = bound + bytes(-len(bound) % 16) + text + struct.pack("<QQ", len(bound), len(text))
    blocks = [
        int.from_bytes(data[at : at + 16], "little") + (1 << 128) for at in range(0, len(data), 16)
    ]
    places = [4 + number for number in _FREE]  # four blocks of bound data stand before
    for place in places:
        blocks[place] = 0
    pairs = [_one_time_key(key) for key in keys]
    known = [_poly(blocks, r) for r, _ in pairs]
    (a, b), (c, d) = ([pow(r, len(blocks) - place, _P) for place in places] for r, _ in pairs)
    inverse = pow(a * d - b * c, -1, _P)
    for number in range(1, 10_000):
        tag = number * _GOLDEN % (1 << 128)
        left, right = (
            ((tag - s) % (1 << 128) - total) % _P
            for (_, s), total in zip(pairs, known, strict=True)
        )
        found = ((d * left - b * right) * inverse % _P, (a * right - c * left) * inverse % _P)
        if all(value >> 128 == 1 for value in found):
            for block, value in zip(_FREE, found, strict=True):
                low = (value - (1 << 128)).to_bytes(16, "little")
                text[16 * block : 16 * block + 16] = low
            return tag.to_bytes(16, "little")
    raise AssertionError("no tag found")


def two_faced() -> tuple[bytes, bytes]:
    """An envelope to two members by a sender who wants each to read something else: their forms."""
    plan = Plan(recipients=tuple(one.public for one in READERS[:2]))
    h0 = tagged(build(plan).header[:156], b"CMT1-hdr")
    bound = h0 + tagged(h0, b"CMT1-kcommit", plan.content_key)
    first = tagged(h0, b"CMT1-body", plan.content_key)
    size = _BUCKET_BYTES - 4
    # The length is encrypted too: a second key is tried until it reads a length that fits.
    start = bytes(a ^ b for a, b in zip(struct.pack(">I", size), _stream(first, 4), strict=True))
    for number in range(1 << 20):
        other_key = struct.pack(">I", number) + bytes(28)
        second = tagged(h0, b"CMT1-body", other_key)
        length = int.from_bytes(start, "big") ^ int.from_bytes(_stream(second, 4), "big")
        if 200 < length <= size:
            break
    else:
        raise AssertionError("no second key")
    streams = [_stream(key, _BUCKET_BYTES) for key in (first, second)]
    text = bytearray(start) + streams[0][4 : 4 + length] + streams[1][4 + length :]
    for key_stream, at, said in ((streams[0], 4, b"all clear"), (streams[1], 32, b"arrest them")):
        said_there = key_stream[at : at + len(said)]
        text[at : at + len(said)] = bytes(a ^ b for a, b in zip(said, said_there, strict=True))
    tag = _both_tags_alike(text, bound, (first, second))
    body = bytes(text) + tag
    one = build(replace(plan, sealed=lambda *_: body))
    two = build(replace(plan, sealed=lambda *_: body, slot_key=other_key, commitment=bound[32:]))
    slots = (one.slots[0], two.slots[1])
    leaves = [merkle.leaf_hash(slot) for slot in slots]
    parts = one._replace(slots=slots).with_header(224, merkle.root(leaves))
    parts = parts.signed_by(plan.sender)
    return parts.delivered(0), parts.delivered(1)
