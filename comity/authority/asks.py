"""Requests to join as values: what the edge checked for shape and the use cases check for truth."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class NodeAsk:
    """What a joining node brings besides request and ledger key."""

    signing_key: bytes
    agency_key: bytes
    agency_metadata: bytes
    key_statement: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class JoinAsk:
    """A request to join, as it came and checked for shape."""

    token_id: bytes
    token_secret: bytes
    csr: bytes
    ledger_vkey: str
    directory_version: int
    now_ms: int
    node: NodeAsk | None

    def encode(self) -> bytes:
        """For keeping while officers decide; without the secret."""
        fields: dict[str, Any] = {
            "csr": _text(self.csr),
            "ledger_vkey": self.ledger_vkey,
            "directory_version": self.directory_version,
            "token_id": _text(self.token_id),
        }
        if self.node is not None:
            fields["node"] = {
                "signing_key": _text(self.node.signing_key),
                "agency_key": _text(self.node.agency_key),
                "agency_metadata": _text(self.node.agency_metadata),
                "key_statement": _text(self.node.key_statement),
                "signature": _text(self.node.signature),
            }
        return json.dumps(fields, sort_keys=True).encode()

    @classmethod
    def decode(cls, content: bytes) -> JoinAsk:
        """Reads what ``encode`` wrote."""
        fields = json.loads(content)
        node = fields.get("node")
        return cls(
            base64.b64decode(fields["token_id"]),
            b"",
            base64.b64decode(fields["csr"]),
            fields["ledger_vkey"],
            fields["directory_version"],
            0,
            NodeAsk(**{k: base64.b64decode(v) for k, v in node.items()}) if node else None,
        )


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
