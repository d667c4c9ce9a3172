"""Names of members and of machines: agency ids and SPIFFE ids.

Three kinds of machine have a name, each in its own path so that no certificate serves in another's
place. A role (officer, auditor …) is never part of a name: who may do what is the node's own register's
word, not a certificate's.

    spiffe://FEDERATION/node/AGENCY/INSTANCE
    spiffe://FEDERATION/gateway/NAME
    spiffe://FEDERATION/agency/AGENCY/system/NAME
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NewType

from comity.errors import Reason, Refusal

AgencyId = NewType("AgencyId", str)
FederationId = NewType("FederationId", str)
InstanceName = NewType("InstanceName", str)

AGENCY_CHARS_MIN: Final = 2
AGENCY_CHARS_MAX: Final = 32
# A DNS-like trust domain; SPIFFE allows 255 characters, ours need not.
FEDERATION_CHARS_MAX: Final = 64
# Names of instances, gateways and systems.
NAME_CHARS_MAX: Final = 40
# ISO 3166-1 alpha-2 leaves these to users; nothing else outside the standard is a country.
USER_ASSIGNED: Final = re.compile(r"AA|Q[M-Z]|X[A-Z]|ZZ")

_AGENCY: Final = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)*")
_FEDERATION: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")


class NameRefused(Refusal):
    """Text that is not the name it should be."""

    def __init__(self, detail: str, *, reason: Reason = Reason.INVALID_REQUEST) -> None:
        super().__init__(reason, detail)


def agency_id(text: str) -> AgencyId:
    """An agency's id: capital letters and digits in groups joined by hyphens, 2 to 32 characters.

    Raises:
        NameRefused: anything else.
    """
    if not (AGENCY_CHARS_MIN <= len(text) <= AGENCY_CHARS_MAX and _AGENCY.fullmatch(text)):
        raise NameRefused("an agency's id is 2 to 32 capital letters, digits and inner hyphens")
    return AgencyId(text)


def federation_id(text: str) -> FederationId:
    """A federation's id: lower-case letters, digits, inner dots and hyphens.

    Raises:
        NameRefused: anything else.
    """
    if not (0 < len(text) <= FEDERATION_CHARS_MAX and _FEDERATION.fullmatch(text)):
        raise NameRefused("a federation's id is a lower-case domain-like name")
    return FederationId(text)


def machine_name(text: str) -> InstanceName:
    """Name of a node's instance, a gateway or a system: lower case, digits, inner hyphens.

    Raises:
        NameRefused: anything else.
    """
    if not (0 < len(text) <= NAME_CHARS_MAX and _NAME.fullmatch(text)):
        raise NameRefused("a machine's name is up to 40 lower-case letters, digits, inner hyphens")
    return InstanceName(text)


def country_code(text: str) -> str:
    """A country as two capitals, ISO 3166-1 alpha-2 or one the standard leaves to users.

    Only the form is checked: which codes a federation admits is its officers' decision.

    Raises:
        NameRefused: anything else.
    """
    if not _COUNTRY.fullmatch(text):
        raise NameRefused("a country is two capital letters (ISO 3166-1, or user-assigned)")
    return text


class MachineKind(StrEnum):
    """What a certificate's holder is."""

    NODE = "node"
    GATEWAY = "gateway"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class SpiffeId:
    """The one URI name of a certificate.

    Attributes:
        federation: the trust domain.
        kind: node, gateway or an agency's system.
        name: instance, gateway or system name.
        agency: the agency of a node or system; ``None`` for a gateway.
    """

    federation: FederationId
    kind: MachineKind
    name: InstanceName
    agency: AgencyId | None = None

    @classmethod
    def node(cls, federation: FederationId, agency: AgencyId, instance: InstanceName) -> SpiffeId:
        """Name of a node."""
        return cls(federation, MachineKind.NODE, instance, agency)

    @classmethod
    def gateway(cls, federation: FederationId, name: InstanceName) -> SpiffeId:
        """Name of a gateway process."""
        return cls(federation, MachineKind.GATEWAY, name)

    @classmethod
    def system(cls, federation: FederationId, agency: AgencyId, name: InstanceName) -> SpiffeId:
        """Name of an agency's own system or officer's device."""
        return cls(federation, MachineKind.SYSTEM, name, agency)

    def __str__(self) -> str:
        domain = f"spiffe://{self.federation}"
        if self.kind is MachineKind.NODE:
            return f"{domain}/node/{self.agency}/{self.name}"
        if self.kind is MachineKind.GATEWAY:
            return f"{domain}/gateway/{self.name}"
        return f"{domain}/agency/{self.agency}/system/{self.name}"

    @classmethod
    def parse(cls, text: str) -> SpiffeId:
        """Reads a URI name; the text must be exactly what ``str`` gives back.

        Raises:
            NameRefused: UNAUTHENTICATED for another scheme, another shape, a part that is no name.
        """
        try:
            return cls._read(text)
        except NameRefused as error:
            raise NameRefused(error.detail, reason=Reason.UNAUTHENTICATED) from error

    def system_of(self, federation: str, agency: str) -> str:
        """The name of a system of this very agency.

        Raises:
            NameRefused: UNAUTHENTICATED for any other kind of machine, agency or federation.
        """
        if self.kind is not MachineKind.SYSTEM or (self.federation, self.agency) != (
            federation,
            agency,
        ):
            raise NameRefused("not a system of this agency", reason=Reason.UNAUTHENTICATED)
        return self.name

    @classmethod
    def _read(cls, text: str) -> SpiffeId:
        scheme, _, rest = text.partition("://")
        if scheme != "spiffe":
            raise NameRefused("not a SPIFFE id")
        match rest.split("/"):
            case [domain, "node", agency, instance]:
                return cls.node(federation_id(domain), agency_id(agency), machine_name(instance))
            case [domain, "gateway", name]:
                return cls.gateway(federation_id(domain), machine_name(name))
            case [domain, "agency", agency, "system", name]:
                return cls.system(federation_id(domain), agency_id(agency), machine_name(name))
        raise NameRefused("not the SPIFFE id of a node, a gateway or a system")
