"""A federation role on its way: whose signatures it carries, and whose would count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tuf.api.dsse import SimpleEnvelope

from comity.authority import roles

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner
    from tuf.api.metadata import Root

    from comity.authority.publishing import Authority


def signatures(authority: Authority, draft: bytes) -> tuple[int, int]:
    """Officers whose valid signature a draft carries, and how many are needed."""
    root: Root = authority.signed("root")
    wrapped: SimpleEnvelope[Any] = SimpleEnvelope.from_bytes(draft)
    result = root.get_verification_result("targets", wrapped.pae(), wrapped.signatures)
    return len(result.signed), result.threshold


def is_officer(authority: Authority, signer: CryptoSigner) -> bool:
    """Whether the key is one of the officers' for the federation role."""
    root: Root = authority.signed("root")
    raw = roles.raw_public(signer.public_key)
    return any(roles.raw_public(root.keys[keyid]) == raw for keyid in root.roles["targets"].keyids)
