"""Writes and signs the directory's roles. Whoever calls holds the keys; nothing here decides trust."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner, SSlibKey
from tuf.api.dsse import SimpleEnvelope
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Key,
    MetaFile,
    Role,
    Root,
    Signed,
    Snapshot,
    Targets,
    Timestamp,
)

from comity.clock import to_datetime
from comity.identity.documents import MEMBER, REVOCATION_ROLE, Agency, Federation, agency_role
from comity.identity.statements import write_agency, write_federation, write_revocation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comity.identity.directory import Revocations
    from comity.identity.names import AgencyId, FederationId

ROOT_LIFE: Final = timedelta(days=365)
FEDERATION_LIFE: Final = timedelta(days=90)
AGENCY_LIFE: Final = timedelta(days=90)
# An agency's own role, with room for its nodes: the whole directory goes to everybody over every link, so no
# member may make it as large as it likes.
AGENCY_BYTES_MAX: Final = 16 * 1024
FRESHNESS_LIFE: Final = timedelta(hours=24)


def new_signer() -> CryptoSigner:
    """A fresh Ed25519 key."""
    return CryptoSigner.generate_ed25519()


def signer_pem(signer: CryptoSigner) -> bytes:
    """The key as PKCS #8 PEM, for its one file of mode 0600."""
    return signer.private_bytes


def load_signer(pem: bytes) -> CryptoSigner:
    """Reads an Ed25519 key.

    Raises:
        ValueError: another kind of key, or none.
    """
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("not an Ed25519 key")  # noqa: TRY004  # a wrong file, not a wrong type
    return CryptoSigner(key)


def public_key(raw: bytes) -> SSlibKey:
    """An Ed25519 public key of 32 bytes, as roles name it."""
    value = {"public": raw.hex()}
    draft = SSlibKey("", "ed25519", "ed25519", value)
    canonical = f"ed25519:{raw.hex()}".encode()
    return SSlibKey(hashlib.sha256(canonical).hexdigest(), draft.keytype, draft.scheme, value)


def raw_public(key: Key) -> bytes:
    """The 32 bytes of an Ed25519 public key."""
    return bytes.fromhex(key.keyval["public"])


def envelope(signed: Signed, *signers: CryptoSigner) -> bytes:
    """The role's file, signed by each key once."""
    wrapped: SimpleEnvelope[Any] = SimpleEnvelope.from_signed(signed)
    for signer in signers:
        _sign(wrapped, signer)
    return wrapped.to_bytes()


def add_signature(content: bytes, signer: CryptoSigner) -> bytes:
    """The same file with one more signature; what was signed before is untouched."""
    wrapped: SimpleEnvelope[Any] = SimpleEnvelope.from_bytes(content)
    _sign(wrapped, signer)
    return wrapped.to_bytes()


def _sign(wrapped: SimpleEnvelope[Any], signer: CryptoSigner) -> None:
    # Key ids follow from the key alone, so that a role and a signer always agree on them.
    key = public_key(raw_public(signer.public_key))
    signature = signer.sign(wrapped.pae())
    signature.keyid = key.keyid
    wrapped.signatures[key.keyid] = signature


def _key(signer: CryptoSigner) -> SSlibKey:
    return public_key(raw_public(signer.public_key))


@dataclass(frozen=True, slots=True)
class Officers:
    """Public keys that may sign root and federation, and how many must."""

    root: tuple[Key, ...]
    federation: tuple[Key, ...]
    threshold: int


def officers_of(
    root: Sequence[CryptoSigner], federation: Sequence[CryptoSigner], threshold: int
) -> Officers:
    """The public side of the officers' keys."""
    return Officers(
        tuple(_key(signer) for signer in root),
        tuple(_key(signer) for signer in federation),
        threshold,
    )


def root(
    *, federation: FederationId, version: int, officers: Officers, freshness: Key, now: datetime
) -> Root:
    """Who may sign what."""
    keys = {key.keyid: key for key in (*officers.root, *officers.federation, freshness)}
    online = [freshness.keyid]
    roles = {
        "root": Role([key.keyid for key in officers.root], officers.threshold),
        "targets": Role([key.keyid for key in officers.federation], officers.threshold),
        "snapshot": Role(online, 1),
        "timestamp": Role(list(online), 1),
    }
    return Root(
        version=version,
        expires=whole_seconds(now + ROOT_LIFE),
        keys=keys,
        roles=roles,
        unrecognized_fields={MEMBER: {"federation": federation}},
    )


def federation(
    document: Federation,
    *,
    version: int,
    agency_keys: Mapping[AgencyId, Key],
    freshness: Key,
    now: datetime,
) -> Targets:
    """Members, gateways and instruments, with one delegated role for each agency and one to revoke."""
    keys = {key.keyid: key for key in (*agency_keys.values(), freshness)}
    delegated = {
        agency_role(agency): DelegatedRole(
            agency_role(agency), [key.keyid], 1, terminating=True, paths=[f"agency/{agency}/*"]
        )
        for agency, key in sorted(agency_keys.items())
    }
    delegated[REVOCATION_ROLE] = DelegatedRole(
        REVOCATION_ROLE, [freshness.keyid], 1, terminating=True, paths=["revocation/*"]
    )
    return Targets(
        version=version,
        expires=whole_seconds(now + FEDERATION_LIFE),
        delegations=Delegations(keys, delegated),
        unrecognized_fields=write_federation(document),
    )


def agency(document: Agency, *, version: int, now_ms: int) -> Targets:
    """An agency's nodes and their keys."""
    return Targets(
        version=version,
        expires=whole_seconds(to_datetime(now_ms) + AGENCY_LIFE),
        unrecognized_fields=write_agency(document),
    )


def revocation(revocations: Revocations, *, reset: int, version: int, now: datetime) -> Targets:
    """What is removed."""
    return Targets(
        version=version,
        expires=whole_seconds(now + FRESHNESS_LIFE),
        unrecognized_fields=write_revocation(reset, revocations),
    )


def snapshot(files: Mapping[str, tuple[int, bytes]], *, version: int, now: datetime) -> Snapshot:
    """Which version of every role belongs together.

    Args:
        files: role to version and file.
        version: the snapshot's own.
        now: the time.
    """
    meta = {f"{role}.json": _meta(*file) for role, file in sorted(files.items())}
    return Snapshot(version=version, expires=whole_seconds(now + FRESHNESS_LIFE), meta=meta)


def timestamp(snapshot_file: tuple[int, bytes], *, version: int, now_ms: int) -> Timestamp:
    """The authority's word that this snapshot is the newest at ``now_ms``."""
    return Timestamp(
        version=version,
        expires=whole_seconds(to_datetime(now_ms) + FRESHNESS_LIFE),
        snapshot_meta=_meta(*snapshot_file),
        unrecognized_fields={MEMBER: {"as_of_ms": now_ms}},
    )


def _meta(version: int, content: bytes) -> MetaFile:
    return MetaFile(version, len(content), {"sha256": hashlib.sha256(content).hexdigest()})


def whole_seconds(moment: datetime) -> datetime:
    """The framework's times have no fractions."""
    return moment.replace(microsecond=0)
