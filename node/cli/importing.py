"""``comity-node import``: the importers' command, given where the register is."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from node.opening import open_register
from node.settings import Settings
from node.sources.commands import import_command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from node.sources.load import Store


@contextlib.contextmanager
def _store(home: Path) -> Iterator[Store]:
    """The register of the node at ``home``, for importers."""
    engine, store = open_register(home, Settings.load(home))
    try:
        yield store
    finally:
        store.close()
        engine.dispose()


import_file = import_command(_store)
