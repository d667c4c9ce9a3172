"""Whose encryption key is which: the statements a sender accepted, and nothing else.

Rules:

* Only a statement signed by a key that the directory names for that very node counts.
* After the first one seen, only the next number carrying the held one's hash follows. A number may be
  skipped only once the held statement has run out: whoever was away for days missed some.
* An older number is refused. The same number with other bytes is a fork: two signed statements that
  contradict each other, kept together as proof.
* A statement that has run out, or starts more than two minutes ahead, is refused.
* A directory older than two hours admits no signing key that was not seen before; a stopped one nothing.
* A statement proves no possession of the key it states. Whoever seals takes it from the first agency that
  stated it and refuses it from another: two slots for one key would be a malformed envelope. What is held is
  told in the order in which it was accepted, so that whoever hears of it later hears the first one first.
* A signing key that replaces another starts its own chain; that the directory may name it at all is the
  agency's root key's word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.identity.directory import CLOCK_TOLERANCE_MS, Freshness
from comity.identity.key_statement import KeyStatement, KeyStatementRefused, read, signer_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.envelope.keys import EncryptionPublicKey
    from comity.identity.directory import Directory
    from comity.identity.names import AgencyId

# Statements remembered altogether; one per node, so far more nodes than a federation has.
NODES_MAX: Final = 16_384


class KeyStatementForked(KeyStatementRefused):
    """Two statements of one number, both signed by the node: it, or a thief of its key, said both.

    Attributes:
        proof: both statements' bytes.
    """

    def __init__(self, first: KeyStatement, second: KeyStatement) -> None:
        super().__init__(f"two statements number {first.number} of {first.agency}")
        self.proof = (first.content, second.content)


class KeyRing:
    """The newest accepted statement of every node."""

    __slots__ = ("_by_agency", "_in_order")

    def __init__(self) -> None:
        self._by_agency: dict[AgencyId, dict[bytes, KeyStatement]] = {}
        # The same by signer, in the order in which they were accepted.
        self._in_order: dict[bytes, KeyStatement] = {}

    def accept(
        self, content: bytes, directory: Directory, now_ms: int, *, exclusive: bool = False
    ) -> KeyStatement:
        """Takes a statement in, or refuses it. The one held already is accepted again without effect.

        Args:
            content: bytes as they came.
            directory: in force.
            now_ms: milliseconds since the Unix epoch.
            exclusive: refuse a key that the held statement of another agency states, too.

        Raises:
            KeyStatementRefused: with the rule it breaks.
            KeyStatementForked: it contradicts the one held.
        """
        statement = self._verified(content, directory)
        held = self._by_agency.get(statement.agency, {}).get(statement.signer)
        if held is not None and held.content == content:
            return held
        if held is not None and statement.number == held.number:
            raise KeyStatementForked(held, statement)
        _check_time(statement, now_ms)
        if exclusive and self._is_anothers(statement):
            raise KeyStatementRefused("states a key that is another member's")
        freshness = directory.freshness(now_ms)
        if freshness is Freshness.STOPPED or (held is None and freshness is Freshness.ALARM):
            raise KeyStatementRefused("the directory is too old to admit a key")
        if held is not None:
            _check_order(held, statement, now_ms)
        elif len(self._in_order) >= NODES_MAX:
            raise KeyStatementRefused("no room for another node's keys")
        self._hold(statement)
        return statement

    def _hold(self, statement: KeyStatement) -> None:
        self._by_agency.setdefault(statement.agency, {})[statement.signer] = statement
        self._in_order.pop(statement.signer, None)
        self._in_order[statement.signer] = statement

    def _is_anothers(self, statement: KeyStatement) -> bool:
        return any(
            held.encryption_key == statement.encryption_key
            for agency, nodes in self._by_agency.items()
            if agency != statement.agency
            for held in nodes.values()
        )

    def current(
        self, agency: AgencyId, now_ms: int, *, directory: Directory | None = None
    ) -> KeyStatement | None:
        """The agency's newest statement that may be sealed to now.

        Args:
            agency: whose.
            now_ms: milliseconds since the Unix epoch.
            directory: leaves out keys that it no longer names, or names of suspended members.
        """
        usable = [
            statement
            for statement in self._by_agency.get(agency, {}).values()
            if statement.not_before_ms - CLOCK_TOLERANCE_MS <= now_ms < statement.not_after_ms
            and (directory is None or directory.by_signing_kid(statement.signer) is not None)
        ]
        return max(usable, key=lambda statement: statement.not_before_ms, default=None)

    def encryption_key(
        self, agency: AgencyId, now_ms: int, *, expires_ms: int | None = None
    ) -> EncryptionPublicKey:
        """The key to seal to.

        Args:
            agency: whose.
            now_ms: milliseconds since the Unix epoch.
            expires_ms: when what is sealed expires; beyond 97 hours after the key's first use nobody could
                open it any more.

        Raises:
            KeyStatementRefused: none is known that serves.
        """
        statement = self.current(agency, now_ms)
        if statement is None:
            raise KeyStatementRefused(f"no current key of {agency} is known")
        if expires_ms is not None and expires_ms > statement.destroyed_after_ms:
            raise KeyStatementRefused("it would expire after the key is destroyed")
        return statement.encryption_key

    def statements(self) -> list[bytes]:
        """Everything held, in the order of acceptance, for passing on or keeping over a restart."""
        return [statement.content for statement in self._in_order.values()]

    def restore(self, contents: Sequence[bytes], directory: Directory) -> None:
        """Takes back what ``statements`` gave, run out or not: what was seen stays seen.

        Statements of keys that the directory no longer names are left out.
        """
        for content in contents:
            try:
                statement = self._verified(content, directory)
            except KeyStatementRefused:
                continue
            self._hold(statement)

    @staticmethod
    def _verified(content: bytes, directory: Directory) -> KeyStatement:
        found = directory.by_signing_kid(signer_of(content))
        if found is None:
            raise KeyStatementRefused("not signed by a member's key")
        member, node = found
        statement = read(content, node.signing_key)
        if (statement.agency, statement.instance) != (member.agency, node.instance):
            raise KeyStatementRefused("speaks for another node")
        return statement


def _check_time(statement: KeyStatement, now_ms: int) -> None:
    if now_ms >= statement.not_after_ms:
        raise KeyStatementRefused("it has run out")
    if statement.not_before_ms > now_ms + CLOCK_TOLERANCE_MS:
        raise KeyStatementRefused("it is from the future")


def _check_order(held: KeyStatement, statement: KeyStatement, now_ms: int) -> None:
    if statement.number < held.number:
        raise KeyStatementRefused("older than the one held")
    if statement.number == held.number + 1:
        if statement.previous != held.hash:
            raise KeyStatementRefused("does not follow the one held")
    elif now_ms < held.not_after_ms:
        raise KeyStatementRefused("leaves out a number")
    if statement.not_before_ms < held.not_before_ms:
        raise KeyStatementRefused("begins before the one held")
