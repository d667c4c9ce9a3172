"""A joined machine's home: its keys and certificates on disk.

    HOME/identity.json      who this is (kind, federation, agency, instance or name)
    HOME/tls.key            ECDSA P-256, PEM; born here, never leaves
    HOME/tls.crt            current certificate, PEM; replaced at half-life
    HOME/ledger.key         Ed25519 seed of the ledger's signer, 32 bytes
    HOME/signing.key        Ed25519 seed of the envelopes' signer, 32 bytes (nodes)
    HOME/agency.pem         the agency's root key, PEM (the agency's first node; better kept elsewhere)
    HOME/keys/              encryption keys and their statements (nodes; see comity.identity.own_keys)
    HOME/directory/         the verified directory (see comity.identity.store)
    HOME/join.*             a join that waits for officers; gone once it is done

Folders are 0700, files 0600, each written whole or not at all. ``identity.json`` is written last, so a
home either is joined or is not.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from comity.authority.ca import load_key
from comity.envelope.keys import SigningSecret
from comity.errors import ExitCode, StartError
from comity.identity.files import private_folder, write_private
from comity.identity.names import (
    AgencyId,
    FederationId,
    InstanceName,
    NameRefused,
    SpiffeId,
    agency_id,
    federation_id,
    machine_name,
)
from comity.identity.own_keys import OwnKeys
from comity.identity.store import DirectoryStore
from comity.rpc.tls import TlsIdentity, read_certificate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comity.identity.directory import Authorities, Directory

# A C2SP verifier key's algorithm byte for plain Ed25519 notes.
_NOTE_ED25519: Final = b"\x01"
_SEED_BYTES: Final = 32


def ledger_origin(name: SpiffeId) -> str:
    """Origin line of a machine's ledger: its SPIFFE id without the scheme."""
    return str(name).removeprefix("spiffe://")


def ledger_vkey(origin: str, public_key: bytes) -> str:
    """Verifier key in C2SP ``signed-note`` form: name, key id, algorithm and key."""
    body = _NOTE_ED25519 + public_key
    key_id = hashlib.sha256(origin.encode() + b"\n" + body).digest()[:4]
    return f"{origin}+{key_id.hex()}+{base64.b64encode(body).decode()}"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a node and a gateway have alike.

    Attributes:
        home: the folder.
        name: the SPIFFE id.
        tls: current certificate and key.
        ledger: signs checkpoints.
        ledger_vkey: verifies them.
        directory_store: the directory on disk.
        authorities: whose certificates count, and where the authority is.
    """

    home: Path
    name: SpiffeId
    tls: TlsIdentity = field(repr=False)
    ledger: SigningSecret = field(repr=False)
    ledger_vkey: str
    directory_store: DirectoryStore
    authorities: Authorities = field(repr=False)

    @property
    def federation(self) -> FederationId:
        """The federation's id."""
        return self.name.federation

    @property
    def gateway_ca_pem(self) -> bytes:
        """Issues gateways' certificates: what a node trusts on a link."""
        return self.authorities.gateway_ca_pem

    @property
    def node_ca_pem(self) -> bytes:
        """Issues nodes' certificates: what a gateway trusts on a link."""
        return self.authorities.node_ca_pem

    @property
    def authority_address(self) -> str:
        """``host:port`` of the authority."""
        return self.authorities.enrolment_address

    @property
    def authority_ca_pem(self) -> bytes:
        """The authority's own certificate."""
        return self.authorities.enrolment_pem

    @property
    def not_after_ms(self) -> int:
        """End of the current certificate."""
        return read_certificate(self.tls.certificate_pem).not_after_ms


@dataclass(frozen=True, slots=True)
class GatewayIdentity(Identity):
    """A joined gateway process."""


@dataclass(frozen=True, slots=True)
class NodeIdentity(Identity):
    """A joined node.

    Attributes:
        agency: whose node.
        instance: which node.
        signing: signs envelopes, hellos and key statements.
        own_keys_folder: encryption keys.
    """

    agency: AgencyId
    instance: InstanceName
    signing: SigningSecret = field(repr=False)
    own_keys_folder: Path

    def own_keys(self, wire_versions: Sequence[int] = (1,)) -> OwnKeys:
        """Opens the node's encryption keys."""
        return OwnKeys(
            self.own_keys_folder,
            self.signing,
            agency=self.agency,
            instance=self.instance,
            wire_versions=wire_versions,
        )


class Home:
    """Reads and writes a home folder."""

    __slots__ = ("path",)

    def __init__(self, path: Path) -> None:
        self.path = path

    @staticmethod
    def load(path: Path) -> NodeIdentity:
        """A joined node.

        Raises:
            StartError: not joined, a file is missing or damaged, or it is a gateway's home.
        """
        identity = Home(path).identity()
        if not isinstance(identity, NodeIdentity):
            raise StartError(f"{path} is a gateway's home.", exit_code=ExitCode.CONFIG)
        return identity

    @staticmethod
    def load_gateway(path: Path) -> GatewayIdentity:
        """A joined gateway.

        Raises:
            StartError: not joined, a file is missing or damaged, or it is a node's home.
        """
        identity = Home(path).identity()
        if not isinstance(identity, GatewayIdentity):
            raise StartError(f"{path} is a node's home.", exit_code=ExitCode.CONFIG)
        return identity

    def joined(self) -> bool:
        """Whether a join was completed here."""
        return (self.path / "identity.json").exists()

    def read(self, name: str) -> bytes:
        """A file of the home.

        Raises:
            StartError: it is missing or unreadable, naming it.
        """
        try:
            return (self.path / name).read_bytes()
        except OSError as error:
            sentence = (
                f"The file {self.path / name} is missing or unreadable; join again or restore it."
            )
            raise StartError(sentence, exit_code=ExitCode.CONFIG) from error

    def write(self, name: str, content: bytes) -> None:
        """Writes a file, mode 0600.

        Raises:
            StartError: the disk is full or the folder not writable.
        """
        try:
            private_folder(self.path)
            write_private(self.path / name, content)
        except OSError as error:
            sentence = f"{self.path / name} cannot be written: {error.strerror}."
            raise StartError(sentence, exit_code=ExitCode.DISK) from error

    def seed(self, name: str) -> SigningSecret:
        """An Ed25519 key of the home.

        Raises:
            StartError: missing or damaged.
        """
        content = self.read(name)
        if len(content) != _SEED_BYTES:
            raise StartError(f"{self.path / name} is no key.", exit_code=ExitCode.CONFIG)
        return SigningSecret.from_seed(content)

    def complete(self, name: SpiffeId, directory: Directory) -> None:
        """Declares the home joined."""
        pems = directory.authorities
        content = {
            "name": str(name),
            "kind": name.kind.value,
            "federation": name.federation,
            "agency": name.agency,
            "instance": name.name,
            "enrolment_address": pems.enrolment_address,
        }
        self.write("identity.json", json.dumps(content, indent=2).encode() + b"\n")

    def require_joined(self) -> None:
        """Stops whoever was given another folder.

        Raises:
            StartError: nobody joined here.
        """
        if not self.joined():
            sentence = f"{self.path} has not joined a federation yet; use the join command first."
            raise StartError(sentence, exit_code=ExitCode.CONFIG)

    def identity(self) -> NodeIdentity | GatewayIdentity:
        """Whoever joined here.

        Raises:
            StartError: not joined, or a file is missing or damaged.
        """
        self.require_joined()
        try:
            name = _name(json.loads(self.read("identity.json")))
            load_key(self.read("tls.key"))
        except (ValueError, KeyError, TypeError, NameRefused) as error:
            sentence = f"{self.path} holds a damaged identity.json or tls.key; join again."
            raise StartError(sentence, exit_code=ExitCode.CONFIG) from error
        store = DirectoryStore(self.path / "directory")
        directory = store.load().directory
        if directory is None:
            raise StartError(f"{self.path} holds no directory.", exit_code=ExitCode.CONFIG)
        ledger = self.seed("ledger.key")
        common: dict[str, Any] = {
            "home": self.path,
            "name": name,
            "tls": TlsIdentity(self.read("tls.crt"), self.read("tls.key")),
            "ledger": ledger,
            "ledger_vkey": ledger_vkey(ledger_origin(name), ledger.public),
            "directory_store": store,
            "authorities": directory.authorities,
        }
        if name.agency is None:
            return GatewayIdentity(**common)
        return NodeIdentity(
            **common,
            agency=name.agency,
            instance=name.name,
            signing=self.seed("signing.key"),
            own_keys_folder=self.path / "keys",
        )


def _name(content: dict[str, Any]) -> SpiffeId:
    federation = federation_id(content["federation"])
    instance = machine_name(content["instance"])
    if content["agency"] is None:
        return SpiffeId.gateway(federation, instance)
    return SpiffeId.node(federation, agency_id(content["agency"]), instance)
