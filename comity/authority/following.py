"""Follows the authority's news for as long as a process runs: what gateways do, and nodes may do.

What is refused is logged and changes nothing; the view held then ages by itself, alarms after two hours
and stops after a day. A lost authority is tried again with full jitter; nobody waits for it.
"""

from __future__ import annotations

import asyncio
import logging
import random
from typing import TYPE_CHECKING, Final

from comity.authority.client import connect
from comity.clock import SystemClock
from comity.errors import Refusal
from comity.identity.documents import DirectoryRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.authority.home import Identity
    from comity.clock import Clock
    from comity.identity.directory import Directory
    from comity.identity.trust import DirectoryTrust

RETRY_S_MIN: Final = 1.0
RETRY_S_MAX: Final = 60.0

log = logging.getLogger(__name__)


async def follow(
    identity: Identity,
    trust: DirectoryTrust,
    on_change: Callable[[Directory, list[tuple[str, bytes]]], None],
    *,
    clock: Clock | None = None,
) -> None:
    """Applies every change until cancelled; keeps each on disk before telling of it.

    Args:
        identity: where the authority is, what its certificate is, where the directory rests.
        trust: the one trust of this process, from ``identity.directory_store.load()``.
        on_change: is given the new view and the files that made it, for passing on over links.
        clock: tells the time.
    """
    clock = clock or SystemClock()
    jitter = random.SystemRandom()
    wait_s = RETRY_S_MIN
    while True:
        try:
            async with connect(identity.authority_address, identity.authority_ca_pem) as client:
                async for files in client.watch(trust.held()):
                    directory = trust.apply(files, clock.now_ms())
                    identity.directory_store.save(trust)
                    on_change(directory, files)
                    wait_s = RETRY_S_MIN
        except Refusal as error:
            log.warning("authority: %s", error)
        except DirectoryRefused as error:
            log.error("directory refused: %s", error.why)  # the reason is the news
        except OSError as error:
            log.error("directory not kept: %s", error)  # a full disk needs no trace
        await asyncio.sleep(jitter.uniform(0, wait_s))
        wait_s = min(RETRY_S_MAX, wait_s * 2)
