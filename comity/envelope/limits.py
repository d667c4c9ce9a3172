"""Bounds of an envelope, each with its reason."""

from __future__ import annotations

from typing import Final

# One query goes to at most this many members; beyond it a search is a campaign, not an individual case.
RECIPIENTS_MAX: Final = 64
# Routing is a few hundred bytes: names of 64 members at 32 characters each, and its dozen words.
ROUTING_BYTES_MAX: Final = 4 * 1024
# Plaintexts are padded to one of these, so that size tells little.
BUCKETS_BYTES: Final = (1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20)
# Poly1305's tag.
TAG_BYTES: Final = 16
# The largest body, and with it the largest envelope, that anybody parses.
BODY_BYTES_MAX: Final = BUCKETS_BYTES[-1] + TAG_BYTES
ENVELOPE_BYTES_MAX: Final = BODY_BYTES_MAX + ROUTING_BYTES_MAX + RECIPIENTS_MAX * 64 + 1024
# Clocks may differ by this much between members.
SKEW_MS_MAX: Final = 120_000
# Durable queries live longest; a sender destroys the keys that open them 97 h after first use.
LIFETIME_MS_MAX: Final = 72 * 3600 * 1000
