"""A node's own encryption keys: made, announced, kept in files, destroyed on schedule.

    FOLDER/00000007.statement   what was announced
    FOLDER/00000007.secret      the private half, mode 0600

A new key is announced every 20 hours, so that statements, valid for 24, overlap. A private half is
removed 97 hours after its first use. Removing a file makes no claim about what the medium still holds;
that is what disk encryption is for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.envelope.keys import EncryptionSecret, encryption_kid
from comity.errors import ExitCode, StartError
from comity.identity.files import destroy, private_folder, write_private
from comity.identity.key_statement import (
    FIRST_PREVIOUS,
    LIFE_MS_MAX,
    KeyStatement,
    KeyStatementRefused,
    read,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comity.envelope.keys import Kid, SigningSecret
    from comity.identity.names import AgencyId, InstanceName

ROTATE_AFTER_MS: Final = 20 * 3600 * 1000
# Statements kept for senders that missed some.
STATEMENTS_KEPT: Final = 16

_DIGITS: Final = 8


class OwnKeys:
    """The keys of one node. Used by one process at a time."""

    __slots__ = ("_agency", "_folder", "_instance", "_secrets", "_signing", "_statements", "_wire")

    def __init__(
        self,
        folder: Path,
        signing: SigningSecret,
        *,
        agency: AgencyId,
        instance: InstanceName,
        wire_versions: Sequence[int] = (1,),
    ) -> None:
        """Opens the folder, creating it when it is new.

        Raises:
            StartError: a statement there is damaged or another node's.
        """
        self._folder = private_folder(folder)
        self._signing = signing
        self._agency = agency
        self._instance = instance
        self._wire = tuple(wire_versions)
        self._statements: list[KeyStatement] = []
        self._secrets: dict[bytes, EncryptionSecret] = {}
        for path in sorted(folder.glob("*.statement")):
            try:
                statement = read(path.read_bytes(), signing.public)
            except KeyStatementRefused as error:
                sentence = f"{path} is not a key statement of this node: {error}."
                raise StartError(sentence, exit_code=ExitCode.CONFIG) from error
            self._statements.append(statement)
            secret_path = path.with_suffix(".secret")
            if secret_path.exists():
                secret = EncryptionSecret.from_seed(secret_path.read_bytes())
                self._secrets[secret.kid] = secret

    def current(self) -> KeyStatement | None:
        """The newest statement; ``None`` before the first rotation."""
        return self._statements[-1] if self._statements else None

    def statements(self) -> list[bytes]:
        """Statements to announce on a new link, oldest first."""
        return [statement.content for statement in self._statements]

    def secret(self, kid: Kid) -> EncryptionSecret | None:
        """The private half for an envelope's slot; ``None`` once destroyed, or never ours."""
        return self._secrets.get(kid)

    def due(self, now_ms: int) -> bool:
        """Whether it is time for a new key: 20 hours passed, or the newest one's secret is lost."""
        newest = self.current()
        return (
            newest is None
            or now_ms >= newest.not_before_ms + ROTATE_AFTER_MS
            or encryption_kid(newest.encryption_key) not in self._secrets
        )

    def rotate(self, now_ms: int) -> KeyStatement:
        """Makes a key and its statement; the secret is on disk before anyone can hear of it."""
        newest = self.current()
        secret = EncryptionSecret.generate()
        # A clock set back must not make the chain go back.
        since_ms = max(now_ms, newest.not_before_ms + 1) if newest else now_ms
        number = newest.number + 1 if newest else 1
        statement = write(
            self._signing,
            agency=self._agency,
            instance=self._instance,
            number=number,
            previous=newest.hash if newest else FIRST_PREVIOUS,
            encryption_key=secret.public,
            not_before_ms=since_ms,
            not_after_ms=since_ms + LIFE_MS_MAX,
            wire_versions=self._wire,
        )
        write_private(self._path(number, "secret"), secret.export_seed())
        write_private(self._path(number, "statement"), statement.content)
        self._statements.append(statement)
        self._secrets[secret.kid] = secret
        return statement

    def maintain(self, now_ms: int) -> KeyStatement | None:
        """Destroys what is due for it, rotates when it is time; call at start and every minute.

        Returns:
            The new statement to announce, if one was made.
        """
        self.destroy_old(now_ms)
        return self.rotate(now_ms) if self.due(now_ms) else None

    def destroy_old(self, now_ms: int) -> int:
        """Removes every private half whose 97 hours are over and returns how many."""
        count = 0
        for statement in self._statements:
            kid = encryption_kid(statement.encryption_key)
            if now_ms >= statement.destroyed_after_ms and kid in self._secrets:
                destroy(self._path(statement.number, "secret"))
                del self._secrets[kid]
                count += 1
        for statement in self._statements[:-STATEMENTS_KEPT]:
            if encryption_kid(statement.encryption_key) not in self._secrets:
                destroy(self._path(statement.number, "statement"))
                self._statements.remove(statement)
        return count

    def _path(self, number: int, kind: str) -> Path:
        return self._folder / f"{number:0{_DIGITS}d}.{kind}"
