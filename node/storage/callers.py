"""Who of this agency may call this node: one row for each system or officer, bound to its key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, select, update

from comity.errors import ExitCode, StartError
from node.storage.schema import caller

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from comity.clock import Clock

# Roles a caller may have; see docs/reference/roles.md. No shared accounts, no default password.
ROLES: Final = (
    "system",
    "officer",
    "reviewer",
    "supervisor",
    "authority",
    "judge",
    "policy-editor",
    "policy-approver",
    "auditor",
    "operator",
)


class CallerRegister:
    """Callers with their roles."""

    __slots__ = ("_clock", "_engine")

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def add(self, name: str, *, role: str, public_key_sha256: bytes) -> None:
        """Adds a caller under a name and with a key that no other had.

        Raises:
            StartError: the role is none; the name is taken, so that nobody inherits a role by accident; or
                another name has this key, so that nobody is two callers, one who writes law and one who
                approves it, by one certificate's key.
        """
        if role not in ROLES:
            sentence = f"Unknown role {role!r}; roles are {', '.join(ROLES)}."
            raise StartError(sentence, exit_code=ExitCode.USAGE)
        with self._engine.begin() as connection:
            known = connection.execute(select(caller.c.name).where(caller.c.name == name)).first()
            if known is not None:
                sentence = f"There is a caller {name!r} already; revoke it or choose another name."
                raise StartError(sentence, exit_code=ExitCode.DATA)
            same_key = caller.c.public_key_sha256 == public_key_sha256
            other = connection.execute(select(caller.c.name).where(same_key)).scalar()
            if other is not None:
                sentence = (
                    f"The key is that of {other!r} already; every caller has a key of its own."
                )
                raise StartError(sentence, exit_code=ExitCode.DATA)
            connection.execute(
                insert(caller).values(
                    name=name,
                    role=role,
                    public_key_sha256=public_key_sha256,
                    added_ms=self._clock.now_ms(),
                )
            )

    def revoke(self, name: str) -> bool:
        """Ends a caller's access; ``False`` when there is no such caller."""
        with self._engine.begin() as connection:
            done = connection.execute(
                update(caller)
                .where(caller.c.name == name, caller.c.revoked_ms.is_(None))
                .values(revoked_ms=self._clock.now_ms())
            )
            return done.rowcount == 1

    def role_of(self, name: str, public_key_sha256: bytes) -> str | None:
        """The role of an unrevoked caller with exactly this key."""
        with self._engine.connect() as connection:
            row = connection.execute(
                select(caller.c.role).where(
                    caller.c.name == name,
                    caller.c.public_key_sha256 == public_key_sha256,
                    caller.c.revoked_ms.is_(None),
                )
            ).first()
        return None if row is None else str(row.role)

    def standing(self, name: str) -> str | None:
        """The role of an unrevoked caller."""
        with self._engine.connect() as connection:
            found = connection.execute(
                select(caller.c.role).where(caller.c.name == name, caller.c.revoked_ms.is_(None))
            ).scalar()
        return None if found is None else str(found)

    def names(self) -> list[tuple[str, str, bool]]:
        """Every caller: name, role, whether it is revoked."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(caller.c.name, caller.c.role, caller.c.revoked_ms).order_by(caller.c.name)
            ).all()
        return [(row.name, row.role, row.revoked_ms is not None) for row in rows]
