"""The agency's own certificate authority: for its systems and officers, and for the node's listener.

It lives in the node's home and is trusted by nobody else: a certificate of one agency's system opens
nothing at another's node, nor at a gateway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.authority.ca import (
    CertificateAuthority,
    Profile,
    key_pem,
    new_key,
    request,
    spki_sha256,
)
from comity.identity.files import private_folder, write_private
from comity.identity.names import SpiffeId, machine_name
from comity.rpc.tls import Shown, TlsIdentity

if TYPE_CHECKING:
    from pathlib import Path

    from comity.authority.home import NodeIdentity
    from comity.clock import Clock

CA_CERTIFICATE: Final = "systems-ca.pem"
CA_KEY: Final = "systems-ca.key"
# The register of callers ends an access at once; the certificate's end is only the backstop.
SYSTEM_LIFE_MS: Final = 90 * 24 * 3600 * 1000
# Issued anew at every start, and at half of its life.
LISTENER_LIFE_MS: Final = 390 * 24 * 3600 * 1000


def systems_ca(home: Path, agency: str, now_ms: int) -> CertificateAuthority:
    """The agency's authority, made at first use."""
    certificate, key = home / CA_CERTIFICATE, home / CA_KEY
    if not key.exists():
        made = CertificateAuthority.create(f"{agency} systems", now_ms)
        write_private(certificate, made.certificate_pem)
        write_private(key, made.export_key())
    return CertificateAuthority(certificate.read_bytes(), key.read_bytes())


def listener_identity(
    identity: NodeIdentity, ca: CertificateAuthority, hosts: tuple[str, ...], now_ms: int
) -> TlsIdentity:
    """A fresh certificate for the node's listener."""
    key = new_key()
    name = SpiffeId.system(identity.federation, identity.agency, machine_name("listener"))
    profile = Profile(name, server=True, hosts=hosts, life_ms=LISTENER_LIFE_MS)
    return TlsIdentity(ca.sign(request(key), profile, now_ms), key_pem(key))


class ListenerCertificate:
    """What the node's listener shows: issued anew at half of its life, without a restart."""

    def __init__(
        self,
        identity: NodeIdentity,
        ca: CertificateAuthority,
        hosts: tuple[str, ...],
        clock: Clock,
    ) -> None:
        self._identity = identity
        self._ca = ca
        self._hosts = hosts
        self._clock = clock
        self._issued_ms = 0
        self._shown: Shown | None = None

    def __call__(self) -> Shown:
        """The certificate to show now."""
        now_ms = self._clock.now_ms()
        if self._shown is None or now_ms >= self._issued_ms + LISTENER_LIFE_MS // 2:
            own = listener_identity(self._identity, self._ca, self._hosts, now_ms)
            self._shown = Shown(own, self._ca.certificate_pem)
            self._issued_ms = now_ms
        return self._shown


def issue_system(
    identity: NodeIdentity, ca: CertificateAuthority, name: str, folder: Path, now_ms: int
) -> bytes:
    """Writes a caller's key, certificate and CA into ``folder``; returns its public key's SHA-256."""
    key = new_key()
    spiffe = SpiffeId.system(identity.federation, identity.agency, machine_name(name))
    certificate = ca.sign(request(key), Profile(spiffe, life_ms=SYSTEM_LIFE_MS), now_ms)
    private_folder(folder)
    write_private(folder / "key.pem", key_pem(key))
    write_private(folder / "certificate.pem", certificate)
    write_private(folder / "ca.pem", ca.certificate_pem)
    return spki_sha256(key.public_key())
