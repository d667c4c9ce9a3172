"""Who of this agency may call this node, bound to a key, and what officers are entered with."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, select, update

from comity.errors import ExitCode, Reason, Refusal, StartError
from node.qualifications import CERTIFICATES_MAX, CERTIFIED, MACHINES, Entry
from node.storage.schema import caller, qualification

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from sqlalchemy import Connection, Delete, Engine

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

    def holding(self, roles: Mapping[str, Collection[str]]) -> Callable[[Connection], None]:
        """Work beside what is written: holds it to everybody still having one of their roles.

        Whoever is revoked at the same time is so before it, and it is refused, or after it. It comes behind
        what it is for in its transaction, which then has SQLite's lock; other databases lock the rows.

        Raises:
            Refusal: NOT_PERMITTED, naming who has not; nothing is written.
        """
        wanted = select(caller.c.name, caller.c.role).where(
            caller.c.name.in_(list(roles)), caller.c.revoked_ms.is_(None)
        )

        def work(connection: Connection) -> None:
            rows = connection.execute(wanted.with_for_update(read=True))
            found = {row.name: row.role for row in rows}
            gone = sorted(name for name, its in roles.items() if found.get(name) not in its)
            if gone:
                raise Refusal(
                    Reason.NOT_PERMITTED, f"{' and '.join(gone)} may not do this any more"
                )

        return work

    def enter(self, name: str, entry: Entry) -> None:
        """Enters something beside an officer; another entry of its kind and word gives way to it.

        Raises:
            StartError: no such officer, a system, or more certificates than can be stated.
        """
        role = self.standing(name)
        if role is None:
            raise StartError(f"There is no active caller {name!r}.", exit_code=ExitCode.DATA)
        if role in MACHINES:
            sentence = f"{name!r} is a system; only people are sworn, cleared or certified."
            raise StartError(sentence, exit_code=ExitCode.USAGE)
        held = [one for one in self.entries(name) if one.kind == CERTIFIED]
        others = [one for one in held if one.word != entry.word]
        if entry.kind == CERTIFIED and len(others) >= CERTIFICATES_MAX:
            sentence = f"{name!r} has {CERTIFICATES_MAX} certificates; more are not stated."
            raise StartError(sentence, exit_code=ExitCode.DATA)
        row = {
            "caller": name,
            "kind": entry.kind,
            "word": entry.word,
            "level": entry.level,
            "until": entry.until.isoformat(),
            "entered_ms": self._clock.now_ms(),
        }
        with self._engine.begin() as connection:
            connection.execute(_same(name, entry.kind, entry.word))
            connection.execute(insert(qualification), [row])

    def strike(self, name: str, *, kind: str, word: str) -> bool:
        """Strikes an entry; ``False`` when there is none."""
        with self._engine.begin() as connection:
            return connection.execute(_same(name, kind, word)).rowcount == 1

    def entries(self, name: str) -> list[Entry]:
        """What an officer is entered with, whether it still counts or not."""
        wanted = select(qualification).where(qualification.c.caller == name)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted).all()
        found = [
            Entry(one.kind, one.word, one.level, date.fromisoformat(one.until)) for one in rows
        ]
        return sorted(found)

    def names(self) -> list[tuple[str, str, bool]]:
        """Every caller: name, role, whether it is revoked."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(caller.c.name, caller.c.role, caller.c.revoked_ms).order_by(caller.c.name)
            ).all()
        return [(row.name, row.role, row.revoked_ms is not None) for row in rows]


def _same(name: str, kind: str, word: str) -> Delete:
    """The entry that says the same of an officer."""
    return delete(qualification).where(
        qualification.c.caller == name, qualification.c.kind == kind, qualification.c.word == word
    )
