"""A profile: where the agency's node is, and who the caller is there.

    address     = "127.0.0.1:7443"     # the node's listener for agency systems
    certificate = "certificate.pem"    # this caller's certificate
    key         = "key.pem"            # its private key
    ca          = "ca.pem"             # the agency's own authority: the only one trusted
    server_name = "node.agency.local"  # optional: the name in the node's certificate
    admin_address = "127.0.0.1:7444"   # optional: the node's listener for policy officers and auditors

``comity-node system add`` writes one. Relative paths are resolved against the profile's own folder. An
unknown setting is an error: a mistyped one must not silently be ignored.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from comity.clock import SystemClock, to_datetime
from comity.errors import ExitCode, Refusal, StartError
from comity.rpc.tls import TlsIdentity, read_certificate

if TYPE_CHECKING:
    from comity.clock import Clock

ENVIRONMENT: Final = "COMITY_PROFILE"
FILE: Final = "profile.toml"
# A profile, a certificate or a key beyond this is something else (64 KiB).
FILE_BYTES_MAX: Final = 64 * 1024
_REQUIRED: Final = ("address", "certificate", "key", "ca")
_KNOWN: Final = frozenset({*_REQUIRED, "server_name", "admin_address"})


class ProfileError(StartError):
    """The profile cannot be used; the sentence says what is wrong and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, exit_code=ExitCode.CONFIG)


def default_path() -> Path:
    """``COMITY_PROFILE``, or ``comity/profile.toml`` in the user's folder of settings."""
    named = os.environ.get(ENVIRONMENT)
    if named:
        return Path(named)
    settings = os.environ.get("XDG_CONFIG_HOME")
    return (Path(settings) if settings else Path.home() / ".config") / "comity" / FILE


@dataclass(frozen=True, slots=True)
class Profile:
    """Where the node is and who the caller is.

    Attributes:
        address: ``host:port``.
        identity: the caller's certificate and key.
        ca_pem: the only authority trusted for the node's certificate.
        server_name: the name in the node's certificate, when it is not the address's.
        name: the caller's own SPIFFE name.
        admin_address: ``host:port`` of the listener for policy officers and auditors.
    """

    address: str
    identity: TlsIdentity = field(repr=False)
    ca_pem: bytes = field(repr=False)
    server_name: str = ""
    name: str = ""
    admin_address: str = ""

    @classmethod
    def load(
        cls, path: str | os.PathLike[str] | None = None, *, clock: Clock | None = None
    ) -> Profile:
        """Reads and checks a profile.

        Args:
            path: the file, or the folder that holds ``profile.toml``; by default ``default_path()``.
            clock: tells whether the certificate has expired.

        Raises:
            ProfileError: missing, unreadable, incomplete, expired, or a key that is another's.
        """
        file = Path(path) if path is not None else default_path()
        if file.is_dir():
            file = file / FILE
        settings = _settings(file)
        pems = {
            name: _read(file.parent / settings[name], f"the {name} that {file} names")
            for name in ("certificate", "key", "ca")
        }
        identity = TlsIdentity(pems["certificate"], pems["key"])
        name = _check(identity, file, clock or SystemClock())
        _check_ca(pems["ca"], file)
        return cls(
            settings["address"],
            identity,
            pems["ca"],
            settings.get("server_name", ""),
            name,
            settings.get("admin_address", ""),
        )


def _settings(file: Path) -> dict[str, str]:
    try:
        found = tomllib.loads(_read(file, "the profile").decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProfileError(f"The profile {file} is not TOML: {error}.") from error
    unknown = sorted(set(found) - _KNOWN)
    if unknown:
        known = ", ".join(sorted(_KNOWN))
        raise ProfileError(
            f"The profile {file} has an unknown setting {unknown[0]!r}; known: {known}."
        )
    for name in _REQUIRED:
        if not isinstance(found.get(name), str) or not found[name]:
            raise ProfileError(f"The profile {file} lacks {name!r}.")
    for name in ("server_name", "admin_address"):
        if not isinstance(found.get(name, ""), str):
            raise ProfileError(f"In the profile {file}, {name!r} is no text.")
    return found


def _read(path: Path, what: str) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES_MAX + 1)
    except FileNotFoundError as error:
        hint = ""
        if what == "the profile":
            hint = (
                f" Name one with --profile or {ENVIRONMENT}; an operator makes it with "
                "`comity-node system add`."
            )
        raise ProfileError(f"There is no file {path} ({what}).{hint}") from error
    except OSError as error:
        raise ProfileError(f"{path} ({what}) cannot be read: {error.strerror}.") from error
    if len(content) > FILE_BYTES_MAX:
        raise ProfileError(f"{path} ({what}) is too large to be one.")
    return content


def _check(identity: TlsIdentity, file: Path, clock: Clock) -> str:
    """The caller's name, once certificate and key are sound and belong together."""
    try:
        peer = read_certificate(identity.certificate_pem)
        key = load_pem_private_key(identity.key_pem, password=None)
        certificate = x509.load_pem_x509_certificate(identity.certificate_pem)
    except Refusal as error:
        raise ProfileError(f"The certificate of the profile {file} is not a caller's.") from error
    except (ValueError, TypeError) as error:
        raise ProfileError(f"The key of the profile {file} is not a private key in PEM.") from error
    if certificate.public_key() != key.public_key():
        raise ProfileError(f"Certificate and key of the profile {file} do not belong together.")
    if clock.now_ms() >= peer.not_after_ms:
        ended = to_datetime(peer.not_after_ms).date()
        raise ProfileError(
            f"The certificate of the profile {file} expired on {ended}; ask for a new one "
            "(`comity-node system add`)."
        )
    return peer.spiffe_id


def _check_ca(pem: bytes, file: Path) -> None:
    try:
        x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise ProfileError(f"The CA of the profile {file} is not a certificate in PEM.") from error
