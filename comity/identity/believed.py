"""Files on their way to being believed: verified before they are parsed, kept as they came."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from securesystemslib.exceptions import Error as SignerError
from tuf.api.dsse import SimpleEnvelope
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Root, Signed, Targets, Timestamp

from comity.identity.documents import DirectoryRefused, read_root, read_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KEY_TYPE: Final = "ed25519"

S = TypeVar("S", bound=Signed)
Delegator = Root | Targets


@dataclass(frozen=True, slots=True)
class Held:
    """A file as it came, not yet believed."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Role:
    """A file that is believed.

    Attributes:
        name: its file name.
        content: its bytes as they came.
        signed: what they say.
    """

    name: str
    content: bytes
    signed: Any


@dataclass(frozen=True, slots=True)
class State:
    """Everything believed so far."""

    roots: tuple[Role, ...]
    roles: Mapping[str, Role] = field(default_factory=dict)

    @property
    def root(self) -> Root:
        """The last root."""
        root: Root = self.roots[-1].signed
        return root

    def files(self) -> list[tuple[str, bytes]]:
        """Every file, in the order to apply."""
        first = [
            self.roles[name] for name in ("timestamp", "snapshot", "targets") if name in self.roles
        ]
        rest = [self.roles[n] for n in sorted(self.roles) if self.roles[n] not in first]
        return [(role.name, role.content) for role in (*self.roots, *first, *rest)]

    def versions(self) -> dict[str, int]:
        """Version of each role."""
        found = {name: int(role.signed.version) for name, role in self.roles.items()}
        return {"root": int(self.root.version), **found}


@contextmanager
def refusing(what: str) -> Iterator[None]:
    """Turns every way in which foreign metadata can be wrong into ``DirectoryRefused``."""
    try:
        yield
    except RepositoryError as error:
        raise DirectoryRefused(f"{what}: {error or type(error).__name__}") from error
    except (SignerError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DirectoryRefused(f"{what}: malformed ({type(error).__name__})") from error


def distinct_keys(role: Any, keys: Mapping[str, Any], what: str) -> None:
    """Refuses a role in which one key counts twice, or one that is not Ed25519."""
    values = [keys[keyid].keyval["public"] for keyid in role.keyids]
    if len(set(values)) != len(values):
        raise DirectoryRefused(f"{what}: one key under two names")
    if any(keys[keyid].keytype != KEY_TYPE for keyid in role.keyids):
        raise DirectoryRefused(f"{what}: a key is not Ed25519")


def parse(kind: type[S], envelope: SimpleEnvelope[Any], what: str) -> S:
    """What a verified envelope says, if it is a ``kind``."""
    if envelope.payload_type != SimpleEnvelope.DEFAULT_PAYLOAD_TYPE:
        raise DirectoryRefused(f"{what}: another payload type")
    signed = envelope.get_signed()
    if not isinstance(signed, kind):
        raise DirectoryRefused(f"{what}: holds another role")
    return signed


def load(kind: type[S], content: bytes, delegator: Delegator, role: str) -> S:
    """Verifies ``content`` as ``role`` of ``delegator``; only then parses it.

    Raises:
        DirectoryRefused: too few valid signatures, not delegated, malformed.
    """
    with refusing(role):
        envelope: SimpleEnvelope[Any] = SimpleEnvelope.from_bytes(content)
        delegator.verify_delegate(role, envelope.pae(), envelope.signatures)
        return parse(kind, envelope, role)


def check_root(root: Root, content: bytes) -> Root:
    """A root's own signatures, keys and federation; whether the root before signed it is checked apart."""
    with refusing("root"):
        envelope: SimpleEnvelope[Any] = SimpleEnvelope.from_bytes(content)
        root.verify_delegate("root", envelope.pae(), envelope.signatures)
        for name, role in root.roles.items():
            distinct_keys(role, root.keys, name)
    read_root(root.unrecognized_fields)
    return root


def first_root(content: bytes) -> State:
    """The state that begins with a root whose fingerprint was already compared.

    Raises:
        DirectoryRefused: it is no root, not signed by its own officers, or not the first.
    """
    with refusing("root"):
        root = parse(Root, SimpleEnvelope.from_bytes(content), "root")
    check_root(root, content)
    if root.version != 1:
        raise DirectoryRefused("root: the first root has version 1")
    return State((Role("1.root.json", content, root),))


def vouched_ms(content: bytes) -> int:
    """When a timestamp says it was made, milliseconds; nothing is verified.

    Raises:
        DirectoryRefused: it is no timestamp.
    """
    with refusing("timestamp"):
        signed = parse(Timestamp, SimpleEnvelope.from_bytes(content), "timestamp")
    return read_timestamp(signed.unrecognized_fields)
