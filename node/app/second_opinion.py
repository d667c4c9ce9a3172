"""What a gateway says of this node, put before the authority: the time, and whether the node still belongs.

Rules:

* No gateway stops a node: one that lies about the time, alone or with others, is not linked to and no more.
  This machine's clock is off when the authority says so, over the channel that this node's home pins.
* A node that no gateway lets in asks the authority for the directory, and its operator reads in one sentence
  how the directory has it: suspended, gone, or with a key that was revoked.
* The authority is asked by one at a time; that it does not answer changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from comity.authority.ca import load_key, spki_sha256
from comity.authority.client import connect
from comity.errors import ExitCode, Refusal, StartError
from node.link.session import CLOCK_SKEW_MS_MAX

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.authority.holder import DirectoryHolder
    from comity.authority.home import NodeIdentity
    from comity.clock import Clock
    from comity.identity.directory import Directory

# How long the authority has to answer.
ASKED_S: Final = 10.0

log = logging.getLogger(__name__)


class SecondOpinion:
    """Asks the authority; says what it found in the log, or ends the node.

    Args:
        identity: where the authority is, what its certificate is, and who this node is.
        directories: takes what the authority sends, by its signatures.
        clock: this machine's.
        on_wrong_clock: called with what the operator is told when this machine's clock is off.
    """

    def __init__(
        self,
        *,
        identity: NodeIdentity,
        directories: DirectoryHolder,
        clock: Clock,
        on_wrong_clock: Callable[[StartError], None],
    ) -> None:
        self._identity = identity
        self._directories = directories
        self._clock = clock
        self._on_wrong_clock = on_wrong_clock
        self._one = asyncio.Lock()

    async def on_time(self, gateway: str, skew_ms: int) -> None:
        """A gateway's clock and this machine's differ, and no other gateway agrees with this machine's."""
        if self._one.locked():
            return
        async with self._one:
            told_ms = await self._authority_ms()
        if told_ms is None:
            log.error(
                "this machine's clock and %s's differ by %d s, and the authority cannot be asked which is"
                " right; not linked",
                gateway,
                abs(skew_ms) // 1000,
            )
            return
        off_ms = abs(self._clock.now_ms() - told_ms)
        if off_ms <= CLOCK_SKEW_MS_MAX:
            log.error("the clock of %s is off by %d s; not linked", gateway, abs(skew_ms) // 1000)
            return
        sentence = (
            f"This machine's clock and the authority's differ by {off_ms // 1000} seconds; "
            "more than two minutes make every envelope invalid. Set this machine's clock and start again."
        )
        self._on_wrong_clock(StartError(sentence, exit_code=ExitCode.CONFIG))

    async def on_membership(self, gateway: str) -> None:
        """A gateway does not let this node in."""
        if self._one.locked():
            return
        async with self._one:
            await self._authority_ms()
        sentence = standing(self._directories.current, self._identity)
        if sentence:
            log.error("%s does not let this node in: %s", gateway, sentence)

    async def _authority_ms(self) -> int | None:
        """The authority's time, with what is new in the directory; nothing when it does not answer."""
        identity = self._identity
        try:
            async with (
                asyncio.timeout(ASKED_S),
                connect(identity.authority_address, identity.authority_ca_pem) as client,
            ):
                files, now_ms = await client.files(self._directories.held())
        except (Refusal, TimeoutError):
            return None
        self._directories.apply(files)
        return now_ms


def standing(directory: Directory, identity: NodeIdentity) -> str:
    """Why this node is let in nowhere, for its operator; empty when the directory has nothing against it."""
    seen = f"(directory version {directory.version})"
    member = directory.member(identity.agency)
    if member is None:
        return f"{identity.agency} is not a member of the federation any more {seen}."
    if not member.active:
        return (
            f"{identity.agency} is suspended {seen}: nothing is asked or answered until the authority's "
            "officers reinstate it. Ask the authority why."
        )
    if directory.by_signing_kid(identity.signing.kid) is None:
        return f"this node's signing key is revoked, or not in its agency's role {seen}. Join anew."
    key = spki_sha256(load_key(identity.tls.key_pem).public_key())
    if directory.node_by_tls_key(key) is None:
        return f"this node's TLS key is revoked {seen}. Join anew."
    return ""
