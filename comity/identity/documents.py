"""What each role of the directory says, as JSON, read strictly.

The Update Framework's roles carry Comity's statements in one signed member, ``"comity"``. Reading refuses
wrong types, unknown shapes and names that are none; a revocation with any member besides its own is
refused, so that the role that may only remove has no way to say more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeVar

from comity.envelope.keys import signing_public_key
from comity.errors import ComityError
from comity.identity.directory import (
    Authorities,
    GatewayEntry,
    Instrument,
    Member,
    MemberStatus,
    NodeEntry,
    Reservation,
    Revocations,
)
from comity.identity.names import (
    AgencyId,
    FederationId,
    NameRefused,
    agency_id,
    country_code,
    federation_id,
    machine_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MEMBER: Final = "comity"
AGENCY_ROLE_PREFIX: Final = "agency-"
REVOCATION_ROLE: Final = "revocation"
SHA256_BYTES: Final = 32
KID_BYTES: Final = 16

T = TypeVar("T")


class DirectoryRefused(ComityError):
    """A directory, or an update of one, that is not to be believed. ``why`` says what is wrong."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Federation:
    """What the federation's officers sign.

    Attributes:
        federation: its id; must be the root's.
        members: without nodes; those are each agency's own word.
        gateways: gateway processes.
        instruments: legal instruments.
        authorities: whose certificates count.
        revocation_reset: raised by officers to let a revocation end; see ``comity.identity.trust``.
    """

    federation: FederationId
    members: tuple[Member, ...]
    gateways: tuple[GatewayEntry, ...]
    instruments: tuple[Instrument, ...]
    authorities: Authorities
    revocation_reset: int = 0


@dataclass(frozen=True, slots=True)
class Agency:
    """What an agency's root key signs about itself."""

    agency: AgencyId
    nodes: tuple[NodeEntry, ...]
    wire_version_min: int = 1
    issuers: tuple[str, ...] = ()


def agency_role(agency: AgencyId) -> str:
    """Name of the role in which an agency speaks."""
    return f"{AGENCY_ROLE_PREFIX}{agency}"


class _Reader:
    """Typed access to a JSON object; every surprise is a ``DirectoryRefused`` naming the member."""

    def __init__(self, value: Any, what: str) -> None:
        if not isinstance(value, dict):
            raise DirectoryRefused(f"{what} is no object")
        self.value: dict[str, Any] = value
        self.what = what

    def get(self, name: str, kind: type[T], default: T | None = None) -> T:
        found = self.value.get(name, default)
        if type(found) is not kind:
            raise DirectoryRefused(f"{self.what}: {name} is missing or of the wrong kind")
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        found = self.get(name, list, [])
        if not all(isinstance(text, str) for text in found):
            raise DirectoryRefused(f"{self.what}: {name} holds something else than text")
        return tuple(found)

    def bytes_of(self, text: str, size: int) -> bytes:
        try:
            raw = bytes.fromhex(text)
        except ValueError as error:
            raise DirectoryRefused(f"{self.what}: not hexadecimal") from error
        if len(raw) != size or raw.hex() != text:
            raise DirectoryRefused(f"{self.what}: not {size} bytes in lower-case hexadecimal")
        return raw

    def raw(self, name: str, size: int) -> bytes:
        return self.bytes_of(self.get(name, str), size)

    def objects(self, name: str) -> list[_Reader]:
        return [_Reader(item, f"{self.what}: {name}") for item in self.get(name, list, [])]

    def day(self, name: str) -> date | None:
        text = self.get(name, str, "")
        try:
            return date.fromisoformat(text) if text else None
        except ValueError as error:
            raise DirectoryRefused(f"{self.what}: {name} is no date") from error


def _comity(extra: Mapping[str, Any], what: str) -> _Reader:
    return _Reader(extra.get(MEMBER), what)


def read_root(extra: Mapping[str, Any]) -> FederationId:
    """The federation a root stands for."""
    return _named(lambda: federation_id(_comity(extra, "root").get("federation", str)))


def read_timestamp(extra: Mapping[str, Any]) -> int:
    """When the authority vouched, milliseconds since the Unix epoch."""
    return _comity(extra, "timestamp").get("as_of_ms", int)


def read_federation(extra: Mapping[str, Any]) -> Federation:
    """What the officers signed."""
    reader = _comity(extra, "federation")
    pems = _Reader(reader.get("authorities", dict), "authorities")
    return _named(
        lambda: Federation(
            federation_id(reader.get("federation", str)),
            tuple(_read_member(item) for item in reader.objects("members")),
            tuple(_read_gateway(item) for item in reader.objects("gateways")),
            tuple(_read_instrument(item) for item in reader.objects("instruments")),
            Authorities(
                gateway_ca_pem=pems.get("gateway_ca", str).encode(),
                node_ca_pem=pems.get("node_ca", str).encode(),
                enrolment_pem=pems.get("enrolment", str).encode(),
                enrolment_address=pems.get("enrolment_address", str),
            ),
            reader.get("revocation_reset", int, 0),
        )
    )


def _read_member(reader: _Reader) -> Member:
    country = country_code(reader.get("country", str))
    try:
        status = MemberStatus(reader.get("status", str, MemberStatus.ACTIVE.value))
    except ValueError as error:
        raise DirectoryRefused("a member's status is unknown") from error
    return Member(
        agency_id(reader.get("agency", str)),
        reader.get("name", str),
        country,
        reader.texts("jurisdictions") or (country,),
        frozenset(reader.texts("groups")),
        status,
    )


def _read_gateway(reader: _Reader) -> GatewayEntry:
    return GatewayEntry(
        machine_name(reader.get("name", str)),
        reader.get("address", str),
        reader.raw("tls_public_key_sha256", SHA256_BYTES),
        reader.get("ledger_vkey", str),
    )


def _read_instrument(reader: _Reader) -> Instrument:
    from_date = reader.day("from")
    if from_date is None:
        raise DirectoryRefused("an instrument without a first day")
    return Instrument(
        reader.get("id", str),
        reader.get("title", str),
        frozenset(reader.texts("parties")),
        from_date,
        reader.day("until"),
        frozenset(reader.texts("purposes")),
        tuple(
            Reservation(
                item.get("party", str),
                frozenset(item.texts("purposes")),
                item.get("note", str, ""),
            )
            for item in reader.objects("reservations")
        ),
    )


def read_agency(extra: Mapping[str, Any]) -> Agency:
    """What an agency signed about itself."""
    reader = _comity(extra, "agency")
    return _named(
        lambda: Agency(
            agency_id(reader.get("agency", str)),
            tuple(
                NodeEntry(
                    machine_name(node.get("instance", str)),
                    signing_public_key(node.raw("signing_key", SHA256_BYTES)),
                    node.raw("tls_public_key_sha256", SHA256_BYTES),
                    node.get("ledger_vkey", str),
                )
                for node in reader.objects("nodes")
            ),
            reader.get("wire_version_min", int, 1),
            reader.texts("issuers"),
        )
    )


def read_revocation(extra: Mapping[str, Any]) -> tuple[int, Revocations]:
    """The reset it follows, and what it removes. It may hold nothing else."""
    reader = _comity(extra, "revocation")
    if set(extra) != {MEMBER} or not set(reader.value) <= {
        "reset",
        "agencies",
        "signing_kids",
        "tls_public_keys",
    }:
        raise DirectoryRefused("a revocation may only remove")
    return reader.get("reset", int, 0), _named(
        lambda: Revocations(
            frozenset(agency_id(text) for text in reader.texts("agencies")),
            frozenset(reader.bytes_of(text, KID_BYTES) for text in reader.texts("signing_kids")),
            frozenset(
                reader.bytes_of(text, SHA256_BYTES) for text in reader.texts("tls_public_keys")
            ),
        )
    )


def _named(read: Callable[[], T]) -> T:
    try:
        return read()
    except (NameRefused, ValueError) as error:
        raise DirectoryRefused(str(error)) from error


def read_instruments(value: Mapping[str, Any]) -> tuple[Instrument, ...]:
    """Instruments from an operator's file; TOML's own dates are welcome.

    Raises:
        DirectoryRefused: a missing member, a wrong kind, no date.
    """
    tables: Iterable[Any] = value.get("instrument", ())
    plain = [
        {
            name: item.isoformat() if isinstance(item, date) else item
            for name, item in _Reader(table, "instrument").value.items()
        }
        for table in tables
    ]
    return tuple(_read_instrument(_Reader(item, "instrument")) for item in plain)
