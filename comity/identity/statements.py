"""The signed member of each role, written: what ``comity.identity.documents`` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.identity.documents import MEMBER, Agency, Federation

if TYPE_CHECKING:
    from comity.identity.directory import Instrument, Revocations


def write_federation(document: Federation) -> dict[str, Any]:
    """The signed member for ``read_federation``."""
    authorities = document.authorities
    return {
        MEMBER: {
            "federation": document.federation,
            "authorities": {
                "gateway_ca": authorities.gateway_ca_pem.decode(),
                "node_ca": authorities.node_ca_pem.decode(),
                "enrolment": authorities.enrolment_pem.decode(),
                "enrolment_address": authorities.enrolment_address,
            },
            "members": [
                {
                    "agency": member.agency,
                    "name": member.name,
                    "country": member.country,
                    "jurisdictions": list(member.jurisdictions),
                    "groups": sorted(member.groups),
                    "status": member.status.value,
                }
                for member in document.members
            ],
            "gateways": [
                {
                    "name": gateway.name,
                    "address": gateway.address,
                    "tls_public_key_sha256": gateway.tls_public_key_sha256.hex(),
                    "ledger_vkey": gateway.ledger_vkey,
                }
                for gateway in document.gateways
            ],
            "instruments": [_write_instrument(instrument) for instrument in document.instruments],
            "revocation_reset": document.revocation_reset,
        }
    }


def _write_instrument(instrument: Instrument) -> dict[str, Any]:
    return {
        "id": instrument.id,
        "title": instrument.title,
        "parties": sorted(instrument.parties),
        "from": instrument.from_date.isoformat(),
        "until": instrument.until_date.isoformat() if instrument.until_date else "",
        "purposes": sorted(instrument.purposes),
        "reservations": [
            {
                "party": reservation.party,
                "purposes": sorted(reservation.purposes),
                "note": reservation.note,
            }
            for reservation in instrument.reservations
        ],
    }


def write_agency(document: Agency) -> dict[str, Any]:
    """The signed member for ``read_agency``."""
    return {
        MEMBER: {
            "agency": document.agency,
            "nodes": [
                {
                    "instance": node.instance,
                    "signing_key": node.signing_key.hex(),
                    "tls_public_key_sha256": node.tls_public_key_sha256.hex(),
                    "ledger_vkey": node.ledger_vkey,
                }
                for node in document.nodes
            ],
            "wire_version_min": document.wire_version_min,
            "issuers": list(document.issuers),
        }
    }


def write_revocation(reset: int, revocations: Revocations) -> dict[str, Any]:
    """The signed member for ``read_revocation``."""
    return {
        MEMBER: {
            "reset": reset,
            "agencies": sorted(revocations.agencies),
            "signing_kids": sorted(kid.hex() for kid in revocations.signing_kids),
            "tls_public_keys": sorted(key.hex() for key in revocations.tls_public_keys),
        }
    }
