"""The offline ceremony that founds a federation: officers' keys, root, and the first empty directory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from comity.authority import roles
from comity.authority.ca import CertificateAuthority, key_pem, new_key, self_signed
from comity.authority.state import AuthorityState
from comity.clock import to_datetime
from comity.errors import ExitCode, StartError
from comity.identity.directory import Authorities, Instrument, Revocations
from comity.identity.documents import REVOCATION_ROLE, Federation
from comity.identity.files import private_folder, write_private
from comity.identity.trust import DirectoryTrust, root_fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from securesystemslib.signer import CryptoSigner
    from tuf.api.metadata import Root

    from comity.authority.publishing import Authority
    from comity.clock import Clock
    from comity.identity.directory import Directory
    from comity.identity.names import FederationId

OFFICERS_DEFAULT: Final = 3
THRESHOLD_DEFAULT: Final = 2
# Joiners check the pinned certificate itself; this name only satisfies TLS.
ENROLMENT_HOST: Final = "comity-authority"


def found(
    folder: Path,
    *,
    federation: FederationId,
    address: str,
    clock: Clock,
    officers: int = OFFICERS_DEFAULT,
    threshold: int = THRESHOLD_DEFAULT,
    instruments: tuple[Instrument, ...] = (),
) -> str:
    """Makes a new authority in ``folder`` and returns the root's fingerprint.

    Args:
        folder: must be new or empty.
        federation: its id.
        address: ``host:port`` under which joiners and members reach it.
        clock: tells the time.
        officers: how many people hold keys.
        threshold: how many of them must sign.
        instruments: legal instruments known from the start.

    Raises:
        StartError: the folder is in use, or the threshold makes no sense.
    """
    if not 1 < threshold <= officers:
        sentence = "At least two officers must sign, and no more than there are."
        raise StartError(sentence, exit_code=ExitCode.USAGE)
    if folder.exists() and any(folder.iterdir()):
        sentence = f"{folder} is not empty; an authority is founded in a new folder."
        raise StartError(sentence, exit_code=ExitCode.CANNOT_CREATE)
    private_folder(folder)
    private_folder(folder / "officers")
    now_ms = clock.now_ms()
    authorities = _authorities(folder, federation, address, now_ms)
    keys = _Keys.born(officers, threshold)
    keys.write(folder)
    document = Federation(federation, (), (), instruments, authorities)
    root_file, published = _first_files(document, keys, now_ms)
    fingerprint = root_fingerprint(root_file)
    DirectoryTrust.start(root_file, fingerprint).apply(
        [(name, content) for _, name, content in published], now_ms
    )
    state = AuthorityState(folder / "authority.sqlite", create=True)
    with state.transaction():
        for role, name, content in published:
            state.put_file(role, 1, name, content)
    state.close()
    return fingerprint


class _Keys(NamedTuple):
    """Keys of a founding: each officer's two, and the one that stays online."""

    offline: list[CryptoSigner]
    tokens: list[CryptoSigner]
    freshness: CryptoSigner
    threshold: int

    @classmethod
    def born(cls, officers: int, threshold: int) -> _Keys:
        offline = [roles.new_signer() for _ in range(officers)]
        tokens = [roles.new_signer() for _ in range(officers)]
        return cls(offline, tokens, roles.new_signer(), threshold)

    def write(self, folder: Path) -> None:
        for number, (offline, token) in enumerate(zip(self.offline, self.tokens, strict=True), 1):
            path = folder / "officers" / f"officer-{number}"
            write_private(path.with_suffix(".root.pem"), roles.signer_pem(offline))
            write_private(path.with_suffix(".pem"), roles.signer_pem(token))
        write_private(folder / "freshness.pem", roles.signer_pem(self.freshness))


def _first_files(
    document: Federation, keys: _Keys, now_ms: int
) -> tuple[bytes, list[tuple[str, str, bytes]]]:
    """The root, and every role's first file: role, name, content."""
    now = to_datetime(now_ms)
    public = roles.public_key(roles.raw_public(keys.freshness.public_key))
    root = roles.root(
        federation=document.federation,
        version=1,
        officers=roles.officers_of(keys.offline, keys.tokens, keys.threshold),
        freshness=public,
        now=now,
    )
    targets = roles.federation(document, version=1, agency_keys={}, freshness=public, now=now)
    revocation = roles.revocation(Revocations(), reset=0, version=1, now=now)
    files = {
        "targets": (1, roles.envelope(targets, *keys.tokens[: keys.threshold])),
        REVOCATION_ROLE: (1, roles.envelope(revocation, keys.freshness)),
    }
    snapshot = roles.envelope(roles.snapshot(files, version=1, now=now), keys.freshness)
    stamp = roles.timestamp((1, snapshot), version=1, now_ms=now_ms)
    root_file = roles.envelope(root, *keys.offline[: keys.threshold])
    return root_file, [
        ("root", "1.root.json", root_file),
        ("timestamp", "timestamp.json", roles.envelope(stamp, keys.freshness)),
        ("snapshot", "1.snapshot.json", snapshot),
        *((role, f"1.{role}.json", content) for role, (_, content) in files.items()),
    ]


def renew_root(authority: Authority, officers: Sequence[CryptoSigner]) -> Directory:
    """The root's next version: the same keys for another year, signed by enough officers.

    Args:
        authority: the opened authority.
        officers: root keys of the officers who are present.

    Raises:
        DirectoryRefused: too few of them, or keys that are no officers' root keys.
    """
    now_ms = authority.clock.now_ms()
    with authority.transaction():
        root: Root = authority.signed("root")
        root.version += 1
        root.expires = roles.whole_seconds(to_datetime(now_ms) + roles.ROOT_LIFE)
        return authority.publish_root(root.version, roles.envelope(root, *officers))


def _authorities(folder: Path, federation: str, address: str, now_ms: int) -> Authorities:
    pems: dict[str, bytes] = {}
    for kind in ("gateway", "node"):
        ca = CertificateAuthority.create(f"{federation} {kind}s", now_ms)
        write_private(folder / f"{kind}-ca.crt", ca.certificate_pem)
        write_private(folder / f"{kind}-ca.key", ca.export_key())
        pems[kind] = ca.certificate_pem
    key = new_key()
    enrolment = self_signed(key, f"{federation} authority", now_ms, hosts=(ENROLMENT_HOST,))
    write_private(folder / "enrolment.crt", enrolment)
    write_private(folder / "enrolment.key", key_pem(key))
    return Authorities(pems["gateway"], pems["node"], enrolment, address)
