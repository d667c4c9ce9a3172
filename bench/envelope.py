"""What sealing for 1, 10 and 50 recipients, checking at the gateway and opening cost, in microseconds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.kit.report import Report, Size, progress
from comity import envelope

if TYPE_CHECKING:
    from collections.abc import Callable

NOW_MS = 1_790_000_000_000
BODY = b"q" * 600
ROUTING = b"r" * 90
# Batches of a measurement; the best counts.
BATCHES = 9


def _microseconds(call: Callable[[], object], seconds: float) -> float:
    """Processor time, the best of nine batches that take about ``seconds`` together."""
    began = time.process_time()
    call()
    once = max(time.process_time() - began, 1e-6)
    batch = max(1, int(seconds / BATCHES / once))
    times = []
    for _ in range(BATCHES):
        began = time.process_time()
        for _ in range(batch):
            call()
        times.append((time.process_time() - began) / batch * 1e6)
    return min(times)


def run(size: Size) -> Report:
    """Measures."""
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

    progress("sealing, checking and opening, one at a time")
    calls: dict[str, tuple[str, Callable[[], object]]] = {
        "seal_1_us": ("seal for 1 recipient", lambda: seal(1)),
        "seal_10_us": ("seal for 10 recipients", lambda: seal(10)),
        "seal_50_us": ("seal for 50 recipients", lambda: seal(50)),
        "open_us": ("open at the recipient, everything checked", open_one),
        "verify": ("check at the gateway, nothing opened", verify),
    }
    found = {
        name: (what, round(_microseconds(call, size.seconds * size.rounds / 3), 1))
        for name, (what, call) in calls.items()
    }
    return Report(
        rows=[{"what": what, "µs": value} for what, value in found.values()],
        figures={name: value for name, (_, value) in found.items() if name.endswith("_us")},
        notes=[f"A question of {len(BODY)} bytes; the best of {BATCHES} batches, processor time."],
    )
