"""The register's search: its matcher, and the name index that is built in a process of its own."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from node.matching import fingerprints
from node.matching.fingerprints import Fingers
from node.matching.life import NameIndex
from node.matching.matcher import RegisterMatcher
from node.opening import NAME_INDEX
from node.records.name_index import PublishedNames

if TYPE_CHECKING:
    from contextlib import AsyncExitStack
    from pathlib import Path

    from node.app.foundation import Foundation


async def open_matcher(base: Foundation, stack: AsyncExitStack) -> RegisterMatcher:
    """The matcher, warm; closed with the stack."""
    names = PublishedNames(base.engine)
    comparer = fingerprints.installed()
    matcher = RegisterMatcher(
        base.store,
        names,
        NameIndex(names, base.home / NAME_INDEX),
        fingers=Fingers(base.store, comparer) if comparer else None,
    )
    stack.push_async_callback(matcher.close)
    await matcher.warm()
    return matcher


async def rebuild_index(home: Path) -> bool:
    """Takes in what came since, in a process of its own; ends it when this node stops."""
    command = ("-m", "node.cli.main", "index", "update", "--home", str(home), "--json")
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        return await process.wait() == 0
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
