"""A query that is out: who still owes an answer, and how it ends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from node.exchange.model import SENTENCES, Outcome, SourceAnswer, Summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.envelope import EncryptionSecret, EnvelopeId
    from comity.errors import Reason


class OpenQuery:
    """Slots of one query: one for each source asked, filled once, by that source or by its absence.

    Args:
        query_id: the envelope's id.
        envelope: the sealed bytes; a retry resends these and never seals again.
        reply_secret: opens the answers; it lives here and nowhere else.
        awaiting: sources that were sealed to.
        expires_ms: end of the envelope.
        answer_bucket_bytes: the one size that answers may have; another would tell the gateway something.
    """

    __slots__ = (
        "_on_answer",
        "answer_bucket_bytes",
        "answers",
        "awaiting",
        "done",
        "envelope",
        "expires_ms",
        "gateway",
        "query_id",
        "refused",
        "reply_secret",
        "started_s",
    )

    def __init__(
        self,
        *,
        query_id: EnvelopeId,
        envelope: bytes,
        reply_secret: EncryptionSecret,
        awaiting: set[str],
        expires_ms: int,
        answer_bucket_bytes: int,
    ) -> None:
        self.query_id = query_id
        self.envelope = envelope
        self.reply_secret = reply_secret
        self.awaiting = awaiting
        self.answers: list[SourceAnswer] = []
        self.started_s = 0.0
        self.expires_ms = expires_ms
        self.answer_bucket_bytes = answer_bucket_bytes
        self.gateway = ""
        self.refused: Reason | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._on_answer: Callable[[SourceAnswer], None] | None = None

    def begin(
        self,
        settled: list[SourceAnswer],
        *,
        started_s: float,
        on_answer: Callable[[SourceAnswer], None] | None,
    ) -> None:
        """Starts the wait.

        Args:
            settled: sources whose part was clear from the start (suspended, no key).
            started_s: monotonic start.
            on_answer: called as each answer comes in, but for the last, which comes with the summary.
        """
        self.answers.extend(settled)
        self.started_s = started_s
        self._on_answer = on_answer
        if not self.awaiting:
            self.done.set_result(None)

    def settle(self, answer: SourceAnswer) -> bool:
        """Fills a source's slot; ``False`` when it is not open (any more)."""
        if answer.source not in self.awaiting:
            return False
        self.awaiting.discard(answer.source)
        self.answers.append(answer)
        if self._on_answer is not None and self.awaiting:
            self._on_answer(answer)  # the last one comes with the summary
        if not self.awaiting and not self.done.done():
            self.done.set_result(None)
        return True

    def give_up(self, outcome: Outcome, *, elapsed_ms: float) -> None:
        """Ends every open slot with an outcome that says it was not searched."""
        for source in sorted(self.awaiting):
            self.settle(
                SourceAnswer(
                    source=source,
                    outcome=outcome,
                    sentence=SENTENCES[outcome],
                    elapsed_ms=elapsed_ms,
                )
            )


def summarise(answers: list[SourceAnswer], *, elapsed_ms: float, ended_ms: int) -> Summary:
    """The accounting: a source not searched is named, never counted as no hit."""
    released = withheld = verified = due = 0
    not_searched = []
    for answer in answers:
        released += answer.fields_released
        withheld += answer.fields_withheld
        verified += answer.receipt_verified
        due += bool(answer.digest)
        if not answer.outcome.searched:
            not_searched.append(answer.source)
    return Summary(
        asked=tuple(answer.source for answer in answers),
        not_searched=tuple(not_searched),
        fields_released=released,
        fields_withheld=withheld,
        receipts_verified=verified,
        receipts_due=due,
        elapsed_ms=elapsed_ms,
        ended_ms=ended_ms,
    )
