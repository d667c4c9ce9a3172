"""What the authority publishes, and how it changes: every change is verified before anyone sees it.

    DIR/authority.sqlite        published files, invitations, joins
    DIR/freshness.pem           online key: revocation, snapshot, timestamp; it can only remove and vouch
    DIR/gateway-ca.{crt,key}    issues gateways' certificates
    DIR/node-ca.{crt,key}       issues nodes' certificates
    DIR/enrolment.{crt,key}     the authority's own TLS certificate, pinned by every invitation
    DIR/officers/officer-N.root.pem, officer-N.pem   keys of the officers: to be taken off this host

The authority is its own first reader: each change goes through ``DirectoryTrust`` before it is stored, so
nothing is published that members would refuse. What is not committed in the end is not believed either.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tuf.api.dsse import SimpleEnvelope

from comity.authority import roles
from comity.authority.ca import CertificateAuthority, load_key
from comity.authority.state import AuthorityState
from comity.clock import to_datetime
from comity.errors import ExitCode, StartError
from comity.identity.directory import Directory, Revocations
from comity.identity.documents import (
    REVOCATION_ROLE,
    Agency,
    Federation,
    agency_role,
    read_agency,
    read_federation,
    read_revocation,
)
from comity.identity.trust import DirectoryTrust, root_fingerprint
from comity.rpc.tls import TlsIdentity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from securesystemslib.signer import CryptoSigner
    from tuf.api.metadata import Key, Root, Targets

    from comity.clock import Clock
    from comity.identity.names import AgencyId

# The word is renewed hourly, and at once on any change.
REFRESH_AFTER_MS: Final = 3_600_000
# What runs out within this long is signed again with the next refresh.
RENEW_BEFORE_MS: Final = 12 * 3_600_000
# Snapshots and revocations kept; a reader needs only the newest.
OLD_FILES_KEPT: Final = 48


class Authority:
    """The authority's folder, opened."""

    __slots__ = ("_ahead", "_freshness", "_seen", "_trust", "clock", "folder", "state")

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Opens the folder.

        Raises:
            StartError: there is no authority in it, or a key file is missing.
        """
        self.folder = folder
        self.clock = clock
        self.state = AuthorityState(folder / "authority.sqlite")
        self._freshness: CryptoSigner = roles.load_signer(self.read("freshness.pem"))
        self._seen = -1
        self._trust: DirectoryTrust | None = None
        # Whether what is believed is not committed yet.
        self._ahead = False

    def read(self, name: str) -> bytes:
        """One file of the folder.

        Raises:
            StartError: it is missing, naming it.
        """
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            sentence = f"The authority's file {self.folder / name} is missing or unreadable."
            raise StartError(sentence, exit_code=ExitCode.CONFIG) from error

    def ca(self, kind: str) -> CertificateAuthority:
        """The certificate authority for ``gateway`` or ``node``."""
        key = self.read(f"{kind}-ca.key")
        load_key(key)
        return CertificateAuthority(self.read(f"{kind}-ca.crt"), key)

    def tls(self) -> TlsIdentity:
        """The authority's own certificate and key."""
        return TlsIdentity(self.read("enrolment.crt"), self.read("enrolment.key"))

    @property
    def trust(self) -> DirectoryTrust:
        """What is published, verified; read again only when another process changed it."""
        count = self.state.change_count()
        if self._trust is None or count != self._seen:
            files = [(name, content) for _, _, name, content in self.state.current_files()]
            root = dict(files)["1.root.json"]
            trust = DirectoryTrust.start(root, root_fingerprint(root))
            trust.restore(files)
            self._trust, self._seen = trust, count
        return self._trust

    @property
    def directory(self) -> Directory:
        """The published view."""
        directory = self.trust.directory
        if directory is None:
            raise StartError("The authority's records are incomplete.", exit_code=ExitCode.DATA)
        return directory

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """One change of the records and of what is published, whole or not at all."""
        try:
            with self.state.transaction():
                yield
        except BaseException:
            if self._ahead:
                self._trust = None
            raise
        finally:
            self._ahead = False

    def signed(self, role: str) -> Any:
        """The published content of a role."""
        content = self.content(role)
        wrapped: SimpleEnvelope[Any] = SimpleEnvelope.from_bytes(content)
        return wrapped.get_signed()

    def content(self, role: str) -> bytes:
        """The published file of a role."""
        version = self.trust.held()[role]
        content = self.state.file(role, version)
        if content is None:
            raise StartError(f"The authority lost its {role}.", exit_code=ExitCode.DATA)
        return content

    def federation(self) -> tuple[Federation, Targets]:
        """The officers' role as published."""
        targets: Targets = self.signed("targets")
        return read_federation(targets.unrecognized_fields), targets

    def agency_keys(self) -> dict[AgencyId, Key]:
        """Every agency's root key."""
        document, targets = self.federation()
        delegations = targets.delegations
        if delegations is None or delegations.roles is None:
            return {}
        return {
            member.agency: delegations.keys[delegations.roles[agency_role(member.agency)].keyids[0]]
            for member in document.members
        }

    def agency(self, agency: AgencyId) -> Agency:
        """An agency's own role as published."""
        return read_agency(self.signed(agency_role(agency)).unrecognized_fields)

    def draft(self, document: Federation, agency_keys: Mapping[AgencyId, Key]) -> bytes:
        """The officers' next role, without signatures."""
        root: Root = self.signed("root")
        freshness = root.keys[root.roles["timestamp"].keyids[0]]
        targets = roles.federation(
            document,
            version=self.trust.held()["targets"] + 1,
            agency_keys=agency_keys,
            freshness=freshness,
            now=to_datetime(self.clock.now_ms()),
        )
        return roles.envelope(targets)

    def amend(
        self, change: Callable[[Federation], Federation], officers: Sequence[CryptoSigner]
    ) -> Directory:
        """Changes the officers' role with enough of them present.

        Raises:
            DirectoryRefused: too few officers, or a federation that contradicts itself.
        """
        with self.transaction():
            document, _ = self.federation()
            draft = self.draft(change(document), self.agency_keys())
            for officer in officers:
                draft = roles.add_signature(draft, officer)
            return self.publish({"targets": draft})

    def publish(self, changed: Mapping[str, bytes]) -> Directory:
        """Puts files out with a new snapshot and timestamp; inside a transaction.

        Raises:
            DirectoryRefused: members would refuse it; nothing is stored.
        """
        now_ms = self.clock.now_ms()
        held = self.trust.held()
        soon = to_datetime(now_ms + RENEW_BEFORE_MS)
        if REVOCATION_ROLE not in changed and self.signed(REVOCATION_ROLE).is_expired(soon):
            changed = {**changed, REVOCATION_ROLE: self._revocation(Revocations())}
        new = {role: (_version(content), content) for role, content in changed.items()}
        files = {
            role: (version, self.content(role))
            for role, version in held.items()
            if role not in {"root", "timestamp", "snapshot"}
        }
        files |= {role: file for role, file in new.items() if role != "root"}
        number = held.get("snapshot", 0) + 1
        signed = roles.snapshot(files, version=number, now=to_datetime(now_ms))
        new["snapshot"] = (number, roles.envelope(signed, self._freshness))
        return self._put(new, now_ms)

    def publish_root(self, version: int, content: bytes) -> Directory:
        """Puts a new root out, with a timestamp by the key it names; inside a transaction.

        Raises:
            DirectoryRefused: not signed by enough officers of the root before.
        """
        return self._put({"root": (version, content)}, self.clock.now_ms())

    def _put(self, new: Mapping[str, tuple[int, bytes]], now_ms: int) -> Directory:
        held = self.trust.held()
        version, snapshot = new.get("snapshot") or (held["snapshot"], self.content("snapshot"))
        stamped = held.get("timestamp", 0) + 1
        signed = roles.timestamp((version, snapshot), version=stamped, now_ms=now_ms)
        stamp = roles.envelope(signed, self._freshness)
        named = [
            (role, version, f"{version}.{role}.json", content)
            for role, (version, content) in new.items()
        ]
        named.append(("timestamp", stamped, "timestamp.json", stamp))
        trust, self._ahead = self.trust, True
        directory = trust.apply([(name, content) for _, _, name, content in named], now_ms)
        for role, version, name, content in named:
            self.state.put_file(role, version, name, content)
        self.state.forget_files(OLD_FILES_KEPT)
        return directory

    def refresh(self, *, force: bool = False) -> bool:
        """Vouches again when an hour has passed; signs again what would soon run out.

        Returns:
            Whether anything was published.

        Raises:
            DirectoryRefused: the officers' role has run out; only they can sign it again.
        """
        now_ms = self.clock.now_ms()
        if not force and now_ms < self.directory.as_of_ms + REFRESH_AFTER_MS:
            return False
        with self.transaction():
            soon = to_datetime(now_ms + RENEW_BEFORE_MS)
            stale = self.signed("snapshot").is_expired(soon)
            if stale or self.signed(REVOCATION_ROLE).is_expired(soon):
                self.publish({})
            else:
                self._put({}, now_ms)
        return True

    def revoke(self, more: Revocations) -> Directory:
        """Removes at once; the online key is enough, for it can do nothing else."""
        with self.transaction():
            return self.publish({REVOCATION_ROLE: self._revocation(more)})

    def reinstate(self, agency: AgencyId, officers: Sequence[CryptoSigner]) -> Directory:
        """Ends a suspension: officers raise the reset, then the revocation may let go of it."""
        self.amend(
            lambda document: replace(document, revocation_reset=document.revocation_reset + 1),
            officers,
        )
        with self.transaction():
            left = replace(
                self.directory.revocations, agencies=self.directory.revocations.agencies - {agency}
            )
            document, _ = self.federation()
            signed = roles.revocation(
                left,
                reset=document.revocation_reset,
                version=self.trust.held()[REVOCATION_ROLE] + 1,
                now=to_datetime(self.clock.now_ms()),
            )
            return self.publish({REVOCATION_ROLE: roles.envelope(signed, self._freshness)})

    def _revocation(self, more: Revocations) -> bytes:
        reset, old = read_revocation(self.signed(REVOCATION_ROLE).unrecognized_fields)
        merged = Revocations(
            old.agencies | more.agencies,
            old.signing_kids | more.signing_kids,
            old.tls_public_keys | more.tls_public_keys,
        )
        signed = roles.revocation(
            merged,
            reset=reset,
            version=self.trust.held()[REVOCATION_ROLE] + 1,
            now=to_datetime(self.clock.now_ms()),
        )
        return roles.envelope(signed, self._freshness)


def _version(content: bytes) -> int:
    wrapped: SimpleEnvelope[Any] = SimpleEnvelope.from_bytes(content)
    return int(wrapped.get_signed().version)
