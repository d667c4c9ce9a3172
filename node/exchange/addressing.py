"""Whom a question goes to, and its one sealing.

Rules:

* A question is sealed to the members that the directory in force names, with keys that their own nodes
  stated; who cannot be asked is accounted for at once.
* The routing fixes the size of every answer, so that size never tells hit from no-hit.
* A retry resends what is sealed here; nothing is sealed twice.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from comity import envelope
from comity.errors import Reason, Refusal
from node.exchange.model import (
    ANSWER_BUCKET_BYTES,
    ANSWER_BUCKET_FULL_BYTES,
    INTERACTIVE_LIFETIME_MS,
    Outcome,
    Routing,
    SealedQuestion,
    SourceAnswer,
    Stage,
)
from node.exchange.open_query import OpenQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.clock import Clock
    from comity.envelope import EncryptionPublicKey, SigningSecret
    from node.exchange.model import Caller, Question
    from node.exchange.ports import Codec, Directories, PeerKeys

ID_BYTES: Final = 32


class Addressing:
    """Turns a question into an envelope for the members asked."""

    __slots__ = (
        "_agency",
        "_clock",
        "_codec",
        "_country",
        "_directories",
        "_peer_keys",
        "_signing",
    )

    def __init__(
        self,
        *,
        agency: str,
        country: str,
        signing: SigningSecret,
        directories: Directories,
        peer_keys: PeerKeys,
        codec: Codec,
        clock: Clock,
    ) -> None:
        self._agency = agency
        self._country = country
        self._signing = signing
        self._directories = directories
        self._peer_keys = peer_keys
        self._codec = codec
        self._clock = clock

    def recipients(
        self, targets: Sequence[str], now_ms: int
    ) -> tuple[dict[str, EncryptionPublicKey], list[SourceAnswer]]:
        """Keys of the members to seal to, and answers for those that cannot be asked."""
        directory = self._directories.current
        names = targets or sorted(name for name in directory.members if name != self._agency)
        keys: dict[str, EncryptionPublicKey] = {}
        settled: list[SourceAnswer] = []
        for name in names:
            member = directory.member(name)
            if member is None:
                raise Refusal(Reason.UNKNOWN_MEMBER, field="question.targets")
            if name == self._agency:
                raise Refusal(Reason.INVALID_REQUEST, field="question.targets")
            if not member.active:
                settled.append(
                    SourceAnswer(
                        source=name,
                        outcome=Outcome.REFUSED,
                        reason=Reason.MEMBER_SUSPENDED,
                        sentence="the member is suspended",
                    )
                )
                continue
            key = self._peer_keys.encryption_key(name, now_ms)
            if key is None:
                settled.append(
                    SourceAnswer(
                        source=name, outcome=Outcome.OFFLINE, sentence="no current key of this node"
                    )
                )
                continue
            keys[name] = key
        return keys, settled

    def seal(
        self, question: Question, caller: Caller, keys: dict[str, EncryptionPublicKey]
    ) -> OpenQuery:
        """The question, sealed once for everybody asked, with the one-time key that opens the answers."""
        why = question.justification
        recipients = tuple(sorted(keys))
        reply_secret = envelope.EncryptionSecret.generate()
        full = question.stage >= Stage.FULL
        routing = Routing(
            sender=self._agency,
            recipients=recipients,
            instrument=why.instrument,
            purpose=why.purpose,
            entity_type=question.entity_type,
            stage=question.stage,
            urgency=question.urgency,
            answer_bucket_bytes=ANSWER_BUCKET_FULL_BYTES if full else ANSWER_BUCKET_BYTES,
        )
        body = SealedQuestion(
            reply_public_key=reply_secret.public,
            selectors=question.selectors,
            case=why.case,
            offence=why.offence,
            subject_category=why.subject_category,
            aim=why.aim,
            end_user_country=why.end_user_country or self._country,
            role=caller.role,
            asker=b"",
            max_candidates=question.max_candidates,
            directory_version=self._directories.current.version,
            assurances=why.assurances,
            qualifications=caller.qualifications,
        )
        now_ms = self._clock.now_ms()
        # Nobody can be asked: the question still has an id of its own in the book and the ledger.
        sealed_bytes, query_id = b"", envelope.EnvelopeId(secrets.token_bytes(ID_BYTES))
        if keys:
            sealed = envelope.seal(
                message_type=envelope.MessageType.QUERY,
                sender=self._signing,
                recipients=[keys[name] for name in recipients],
                routing=self._codec.encode_routing(routing),
                body=self._codec.encode_question(body),
                created_ms=now_ms,
                expires_ms=now_ms + INTERACTIVE_LIFETIME_MS,
                in_reply_to=None,
                bucket_bytes=None,
            )
            sealed_bytes, query_id = sealed.encoded, sealed.id
        return OpenQuery(
            query_id=query_id,
            envelope=sealed_bytes,
            reply_secret=reply_secret,
            awaiting=set(recipients),
            expires_ms=now_ms + INTERACTIVE_LIFETIME_MS,
            answer_bucket_bytes=routing.answer_bucket_bytes,
        )
