"""What sealing, verifying and opening an envelope cost, in one process."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.report import median, show
from comity import envelope

if TYPE_CHECKING:
    from collections.abc import Callable

NOW_MS = 1_790_000_000_000
BODY = b"q" * 600
ROUTING = b"r" * 90


def _microseconds(call: Callable[[], object], *, rounds: int) -> float:
    """Median over nine batches, so that a busy moment does not count."""
    batch = max(1, rounds // 9)
    times = []
    for _ in range(9):
        began = time.perf_counter()
        for _ in range(batch):
            call()
        times.append((time.perf_counter() - began) / batch * 1e6)
    return median(times)


def run(*, quick: bool) -> None:
    """Measures and prints."""
    scale = 0.1 if quick else 1.0
    sender = envelope.SigningSecret.generate()
    secrets = [envelope.EncryptionSecret.generate() for _ in range(50)]

    def seal(count: int) -> envelope.SealedEnvelope:
        return envelope.seal(
            message_type=envelope.MessageType.QUERY,
            sender=sender,
            recipients=[secret.public for secret in secrets[:count]],
            routing=ROUTING,
            body=BODY,
            created_ms=NOW_MS,
            expires_ms=NOW_MS + 60_000,
            in_reply_to=None,
            bucket_bytes=None,
        )

    sealed = seal(1).encoded
    verified = envelope.verify_sent(envelope.parse_sent(sealed), sender.public, now_ms=NOW_MS)
    ((_, delivered),) = verified.deliveries()

    def open_one() -> envelope.OpenedEnvelope:
        return envelope.open_delivered(
            envelope.parse_delivered(delivered),
            expect=envelope.MessageType.QUERY,
            sender_key=sender.public,
            recipient=secrets[0],
            now_ms=NOW_MS,
            in_reply_to=None,
        )

    def verify() -> envelope.VerifiedEnvelope:
        return envelope.verify_sent(envelope.parse_sent(sealed), sender.public, now_ms=NOW_MS)

    figures = {
        "seal_1_us": _microseconds(lambda: seal(1), rounds=int(9000 * scale)),
        "seal_10_us": _microseconds(lambda: seal(10), rounds=int(1800 * scale)),
        "seal_50_us": _microseconds(lambda: seal(50), rounds=int(450 * scale)),
        "open_us": _microseconds(open_one, rounds=int(9000 * scale)),
        "verify_sent_us": _microseconds(verify, rounds=int(9000 * scale)),
    }
    figures = {name: round(value, 1) for name, value in figures.items()}
    show("envelope", [{"what": name, "µs": value} for name, value in figures.items()], figures)
