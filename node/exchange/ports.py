"""What the use cases need from outside, as protocols; ``node.app`` plugs the real parts in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from comity.envelope import EncryptionPublicKey, EncryptionSecret, Kid
    from comity.identity.directory import Directory
    from node.exchange.model import (
        Caller,
        OpenedAnswer,
        Question,
        Routing,
        SealedAnswer,
        SealedQuestion,
        SourceAnswer,
        Summary,
    )


class Codec(Protocol):
    """Bytes of sealed bodies and routings; refuses whatever is not in its one canonical form."""

    def encode_routing(self, routing: Routing) -> bytes:
        """A query's routing."""
        ...

    def encode_answer_routing(self, *, sender: str, requester: str) -> bytes:
        """An answer's routing: it names who answers and who asked, so that any gateway delivers it."""
        ...

    def decode_routing(self, data: bytes) -> Routing:
        """Raises ``Refusal`` for anything but a canonical routing."""
        ...

    def encode_question(self, body: SealedQuestion) -> bytes:
        """A question's sealed body."""
        ...

    def decode_question(self, data: bytes) -> SealedQuestion:
        """Raises ``Refusal`` for anything but a canonical body."""
        ...

    def encode_answer(
        self, body: SealedAnswer, *, receipt_salt: bytes, ruling_digest: bytes
    ) -> bytes:
        """An answer's sealed body."""
        ...

    def decode_answer(self, data: bytes) -> tuple[OpenedAnswer, bytes, bytes]:
        """The answer, the receipt's salt, the ruling's digest. Raises ``Refusal``."""
        ...


class Links(Protocol):
    """The held links to the gateways."""

    @property
    def connected(self) -> bool:
        """Whether any link is up."""
        ...

    def send(
        self, envelope: bytes, *, remaining_ms: int, receipt: bytes = b"", via: str = ""
    ) -> str:
        """Queues an envelope on the best link and returns that gateway's name.

        Raises:
            Refusal: GATEWAY_UNREACHABLE without a link, OVERLOADED without credit or room.
        """
        ...

    def acknowledge(self, envelope_id: bytes, *, accepted: bool) -> None:
        """Tells the gateways what became of an answer."""
        ...

    def cancel(self, query_id: bytes) -> None:
        """Tells the gateways that nobody waits for a query any more."""
        ...


class Directories(Protocol):
    """The verified directory in force."""

    @property
    def current(self) -> Directory:
        """The last view that passed every check."""
        ...


class PeerKeys(Protocol):
    """Other nodes' current encryption keys, from their verified key statements."""

    def encryption_key(self, agency: str, now_ms: int) -> EncryptionPublicKey | None:
        """The key to seal to, or ``None`` when none is known that is still valid."""
        ...


class OwnKeys(Protocol):
    """This node's encryption keys that are not destroyed yet."""

    def secret(self, kid: Kid) -> EncryptionSecret | None:
        """The private half of the key with this id."""
        ...


class Admission(Protocol):
    """The agency's own rule about who may ask what."""

    def admit(self, question: Question, caller: Caller) -> None:
        """Raises ``Refusal`` ADMISSION_DENIED."""
        ...


class QueryBook(Protocol):
    """What was asked before; rows are written inside the journal's transactions."""

    def opened(
        self, *, query_id: bytes, asked_ms: int, caller: Caller, question: bytes
    ) -> Callable[[Connection], None]:
        """Work for the journal: a new query."""
        ...

    def closed(
        self, *, query_id: bytes, answers: Sequence[SourceAnswer], summary: Summary
    ) -> Callable[[Connection], None]:
        """Work for the journal: how it ended."""
        ...
