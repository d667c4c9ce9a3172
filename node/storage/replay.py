"""Replay rows and rulings: written inside the journal's transactions, looked at inside them too.

Sources: the replay rules of docs/spec/envelope.md. An insert that hits an existing row is not an error
but an answer, so it must not roll back the entries of other queries in the same commit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import text

from comity.errors import Reason, Refusal
from comity.store.statement import Statement

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

_CLAIM: Final = Statement(
    "INSERT INTO replay (sender_kid, msg_id, query_id, expires_ms)"
    " VALUES (:sender_kid, :msg_id, :query_id, :expires_ms) ON CONFLICT DO NOTHING"
)
# Each query that was answered, in whatever way, has a disclosure.
_IS_ANSWERED: Final = (
    "EXISTS (SELECT 1 FROM disclosure WHERE disclosure.query_id = replay.query_id)"
)
_FOUND: Final = text(
    f"SELECT query_id, {_IS_ANSWERED} AS answered FROM replay"  # noqa: S608  # the text above
    " WHERE sender_kid = :sender_kid AND msg_id = :msg_id"
)
_CONFLICT: Final = text(
    "INSERT INTO replay_conflict (query_id, sender_kid, msg_id, first_query_id)"
    " VALUES (:query_id, :sender_kid, :msg_id, :first_query_id) ON CONFLICT DO NOTHING"
)
_DISCLOSE: Final = Statement(
    "INSERT INTO disclosure (query_id, answer_id, ruling) VALUES (:query_id, :answer_id, :ruling)"
    " ON CONFLICT DO NOTHING"
)
_FLOOR: Final = text("SELECT floor_ms FROM replay_floor WHERE id = 1")
_RAISE_FLOOR: Final = text(
    "INSERT INTO replay_floor (id, floor_ms) VALUES (1, :floor_ms)"
    " ON CONFLICT (id) DO UPDATE SET floor_ms = excluded.floor_ms"
)
_UNANSWERED: Final = text(
    f"SELECT query_id FROM replay WHERE expires_ms <= :floor_ms AND NOT {_IS_ANSWERED}"  # noqa: S608  # the text above
)
_PRUNE: Final = text("DELETE FROM replay WHERE expires_ms <= :floor_ms")


class Claim(NamedTuple):
    """What became of a message id."""

    new: bool
    conflict: bool
    answered: bool


class ReplayBook:
    """Replay rows of one node."""

    __slots__ = ("_floor_ms",)

    def __init__(self, floor_ms: int = 0) -> None:
        self._floor_ms = floor_ms

    @classmethod
    def load(cls, connection: Connection) -> ReplayBook:
        """The book with its persisted floor."""
        return cls(connection.execute(_FLOOR).scalar() or 0)

    def claim(
        self, *, sender_kid: bytes, msg_id: bytes, query_id: bytes, expires_ms: int
    ) -> Callable[[Connection], Claim]:
        """Work that claims a message id, once.

        Raises:
            Refusal: EXPIRED when the envelope lies below the floor.
        """
        if expires_ms <= self._floor_ms:
            raise Refusal(Reason.EXPIRED, "below the replay floor")
        key = {"sender_kid": sender_kid, "msg_id": msg_id}
        row = {**key, "query_id": query_id, "expires_ms": expires_ms}

        def work(connection: Connection) -> Claim:
            if _CLAIM.run(connection, row) == 1:
                return Claim(new=True, conflict=False, answered=False)
            first = connection.execute(_FOUND, key).one()
            if bytes(first.query_id) == query_id:
                return Claim(new=False, conflict=False, answered=bool(first.answered))
            connection.execute(
                _CONFLICT, {**key, "query_id": query_id, "first_query_id": bytes(first.query_id)}
            )
            return Claim(new=False, conflict=True, answered=False)

        return work

    def answered(
        self,
        *,
        query_id: bytes,
        answer_id: bytes,
        ruling: bytes,
    ) -> Callable[[Connection], None]:
        """Work that records a disclosure and that its query needs no second one."""
        row = {"query_id": query_id, "answer_id": answer_id, "ruling": ruling}

        def work(connection: Connection) -> None:
            _DISCLOSE.run(connection, row)

        return work

    def prune(self, floor_ms: int) -> Callable[[Connection], list[bytes]]:
        """Work that forgets rows up to ``floor_ms``; from then on nothing below it is accepted.

        Returns the ids of queries that were received and never answered: a killed process, a full disk.
        The floor in memory rises at once, so that nothing slips in between; it never falls.
        """
        self._floor_ms = max(self._floor_ms, floor_ms)
        floor = {"floor_ms": self._floor_ms}

        def work(connection: Connection) -> list[bytes]:
            unanswered = connection.execute(_UNANSWERED, floor).scalars().all()
            connection.execute(_RAISE_FLOOR, floor)
            connection.execute(_PRUNE, floor)
            return [bytes(one) for one in unanswered]

        return work
