"""One step forward of ``DirectoryTrust``: the rules listed there, in the order they are applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tuf.api.metadata import MetaFile, Root, Signed, Snapshot, Targets, Timestamp

from comity.clock import to_datetime
from comity.identity.believed import (
    Delegator,
    Held,
    Role,
    State,
    check_root,
    distinct_keys,
    load,
    refusing,
)
from comity.identity.directory import CLOCK_TOLERANCE_MS, STOP_AFTER_MS, Directory
from comity.identity.documents import (
    AGENCY_ROLE_PREFIX,
    REVOCATION_ROLE,
    DirectoryRefused,
    read_revocation,
    read_root,
    read_timestamp,
)
from comity.identity.view import build

if TYPE_CHECKING:
    from collections.abc import Mapping

# Roots that one update may pass through: a century of yearly ceremonies.
ROOTS_MAX: Final = 128


class Update:
    """Applies files to a state; the state given is never changed."""

    __slots__ = ("_files", "_now", "_now_ms", "_old", "_roles", "_roots")

    def __init__(self, state: State, files: Mapping[tuple[str, int], Held], now_ms: int) -> None:
        self._old = state
        self._files = files
        self._now_ms = now_ms
        self._now = to_datetime(now_ms)
        self._roots = state.roots
        self._roles: dict[str, Role] = dict(state.roles)

    def run(self) -> tuple[State, Directory]:
        """The next state and its view.

        Raises:
            DirectoryRefused: with the reason.
        """
        self._update_roots()
        self._update_timestamp()
        self._update_snapshot()
        self._update_targets()
        self._update_delegated()
        state = State(self._roots, self._roles)
        return state, build(state, self._now_ms)

    @property
    def _root(self) -> Root:
        root: Root = self._roots[-1].signed
        return root

    def _alive(self, signed: Signed, role: str) -> None:
        if signed.is_expired(self._now):
            raise DirectoryRefused(f"{role}: expired {signed.expires.isoformat()}")

    def _update_roots(self) -> None:
        first = self._root
        for _ in range(ROOTS_MAX):
            version = self._root.version + 1
            held = self._files.get(("root", version))
            if held is None:
                break
            root = load(Root, held.content, self._root, "root")
            if root.version != version:
                raise DirectoryRefused("root: another version than its name")
            check_root(root, held.content)
            if read_root(root.unrecognized_fields) != read_root(first.unrecognized_fields):
                raise DirectoryRefused("root: of another federation")
            self._roots = (*self._roots, Role(held.name, held.content, root))
        self._refuse_other_roots()
        self._alive(self._root, "root")
        # Section 5.3.11: new freshness keys end what the old ones may have counted up to.
        for role in ("timestamp", "snapshot"):
            if set(first.roles[role].keyids) != set(self._root.roles[role].keyids):
                self._roles.pop("timestamp", None)
                self._roles.pop("snapshot", None)

    def _refuse_other_roots(self) -> None:
        known = {int(role.signed.version): role.content for role in self._roots}
        for (role, version), held in self._files.items():
            if role == "root" and known.get(version) != held.content:
                raise DirectoryRefused("root: foreign, or with a gap before it")

    def _update_timestamp(self) -> None:
        held = self._files.get(("timestamp", 0))
        old = self._roles.get("timestamp")
        if held is None and old is None:
            raise DirectoryRefused("timestamp: missing")
        content = held.content if held else self._roles["timestamp"].content
        new = load(Timestamp, content, self._root, "timestamp")
        if old is not None:
            _no_rollback(old.signed, new, same=old.content == content)
        self._alive(new, "timestamp")
        as_of_ms = read_timestamp(new.unrecognized_fields)
        if as_of_ms > self._now_ms + CLOCK_TOLERANCE_MS:
            raise DirectoryRefused("timestamp: from the future, or this clock is behind")
        if new.expires > to_datetime(as_of_ms + STOP_AFTER_MS + 1_000):
            raise DirectoryRefused("timestamp: vouches for longer than a day")
        self._roles["timestamp"] = Role("timestamp.json", content, new)

    def _update_snapshot(self) -> None:
        meta = self._roles["timestamp"].signed.snapshot_meta
        held = self._named("snapshot", meta)
        old = self._old.roles.get("snapshot")
        new = load(Snapshot, held.content, self._root, "snapshot")
        if new.version != meta.version:
            raise DirectoryRefused("snapshot: another version than the timestamp's")
        if old is not None and "snapshot" in self._roles:
            for name, info in old.signed.meta.items():
                if name not in new.meta or new.meta[name].version < info.version:
                    raise DirectoryRefused(f"snapshot: {name} was rolled back")
        self._alive(new, "snapshot")
        self._roles["snapshot"] = Role(held.name, held.content, new)

    def _listed(self, role: str, delegator: Delegator) -> Role:
        meta = self._roles["snapshot"].signed.meta.get(f"{role}.json")
        if meta is None:
            raise DirectoryRefused(f"{role}: the snapshot does not list it")
        held = self._named(role, meta)
        new = load(Targets, held.content, delegator, role)
        if new.version != meta.version:
            raise DirectoryRefused(f"{role}: another version than the snapshot's")
        return Role(held.name, held.content, new)

    def _named(self, role: str, meta: MetaFile) -> Held:
        """The file of exactly this version, from the update or from what is held."""
        held = self._files.get((role, meta.version))
        if (
            held is None
            and role in self._roles
            and self._roles[role].signed.version == meta.version
        ):
            old = self._roles[role]
            held = Held(old.name, old.content)
        if held is None:
            raise DirectoryRefused(f"{role}: version {meta.version} is missing")
        if not meta.hashes or meta.length is None:
            raise DirectoryRefused(f"{role}: listed without length and hash")
        with refusing(role):
            meta.verify_length_and_hashes(held.content)
        return held

    def _update_targets(self) -> None:
        role = self._listed("targets", self._root)
        self._alive(role.signed, "federation")
        self._roles["targets"] = role

    def _update_delegated(self) -> None:
        targets: Targets = self._roles["targets"].signed
        if targets.delegations is None or not targets.delegations.roles:
            raise DirectoryRefused("federation: delegates no revocation")
        delegated = targets.delegations.roles
        for name, role in delegated.items():
            if name != REVOCATION_ROLE and not name.startswith(AGENCY_ROLE_PREFIX):
                raise DirectoryRefused("federation: delegates a role of no known kind")
            with refusing(name):
                distinct_keys(role, targets.delegations.keys, name)
            loaded = self._listed(name, targets)
            if loaded.signed.targets or loaded.signed.delegations is not None:
                raise DirectoryRefused(f"{name}: may neither name files nor delegate")
            if name == REVOCATION_ROLE:
                self._alive(loaded.signed, REVOCATION_ROLE)
                self._check_revocation(loaded.signed)
            self._roles[name] = loaded
        if REVOCATION_ROLE not in delegated:
            raise DirectoryRefused("federation: delegates no revocation")
        self._roles = {
            name: role
            for name, role in self._roles.items()
            if name in delegated or name in {"timestamp", "snapshot", "targets"}
        }

    def _check_revocation(self, new: Targets) -> None:
        old = self._old.roles.get(REVOCATION_ROLE)
        if old is None:
            return
        old_reset, removed = read_revocation(old.signed.unrecognized_fields)
        new_reset, removes = read_revocation(new.unrecognized_fields)
        if new_reset < old_reset or (new_reset == old_reset and not removes.covers(removed)):
            raise DirectoryRefused("revocation: gives back what it had removed")


def _no_rollback(old: Timestamp, new: Timestamp, *, same: bool) -> None:
    if new.version < old.version:
        raise DirectoryRefused("timestamp: rolled back")
    if new.version == old.version and not same:
        raise DirectoryRefused("timestamp: two of one version")
    if new.snapshot_meta.version < old.snapshot_meta.version:
        raise DirectoryRefused("timestamp: its snapshot is rolled back")
    if read_timestamp(new.unrecognized_fields) < read_timestamp(old.unrecognized_fields):
        raise DirectoryRefused("timestamp: its time is rolled back")
