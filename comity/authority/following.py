"""Follows the authority's news for as long as a process runs: what gateways do, and nodes may do.

The directory is fetched first and then watched: whoever gets no place to watch fetches again and again. A
lost authority is tried again with jitter, and nobody waits for it; the view held then ages by itself, alarms
after two hours and stops after a day.
"""

from __future__ import annotations

import asyncio
import logging
import random
from typing import TYPE_CHECKING, Final

from comity.authority.client import connect
from comity.errors import Refusal

if TYPE_CHECKING:
    from comity.authority.holder import DirectoryHolder
    from comity.authority.home import Identity

# The authority is asked again so long after it stopped answering, or had no place for a watcher.
RETRY_S_MIN: Final = 1.0
RETRY_S_MAX: Final = 3.0

log = logging.getLogger(__name__)


async def follow(identity: Identity, holder: DirectoryHolder) -> None:
    """Has every change applied until cancelled.

    Args:
        identity: where the authority is, and what its certificate is.
        holder: takes what the authority sends, by its signatures.
    """
    jitter = random.SystemRandom()
    while True:
        try:
            async with connect(identity.authority_address, identity.authority_ca_pem) as client:
                files, _ = await client.files(holder.held())
                if files:
                    holder.apply(files)
                async for news in client.watch(holder.held()):
                    holder.apply(news)
        except Refusal as refusal:
            log.warning("the authority is away: %s", refusal.detail or refusal.reason)
        await asyncio.sleep(jitter.uniform(RETRY_S_MIN, RETRY_S_MAX))
