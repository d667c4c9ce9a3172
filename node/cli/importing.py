"""``comity-node import``: the importers' command, given where the register and its name index are."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from node.cli.names import names_of, told_bar
from node.matching import snapshots
from node.opening import NAME_INDEX, open_register
from node.settings import Settings
from node.sources.commands import import_command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from node.sources.load import Store

# New names from which an import writes the index again: these many, and this share of it.
TAKEN_IN_NAMES_MIN: Final = 2_000
TAKEN_IN_SHARE: Final = 0.01


@contextlib.contextmanager
def _store(home: Path) -> Iterator[Store]:
    """The register of the node at ``home``, for importers."""
    engine, store = open_register(home, Settings.load(home))
    try:
        yield store
    finally:
        store.close()
        engine.dispose()


def take_in(home: Path, *, quiet: bool) -> None:
    """Brings the name index up to date, so that the next start has nothing to build.

    A few names are not worth writing the index again: the node reads them at its start.
    """
    folder = home / NAME_INDEX
    with names_of(home) as names:
        if not snapshots.due(names, folder, least=TAKEN_IN_NAMES_MIN, share=TAKEN_IN_SHARE):
            return
        # Who builds already will find these names too.
        with told_bar(quiet=quiet) as told, contextlib.suppress(snapshots.IndexBusyError):
            snapshots.update(names, folder, told)


import_file = import_command(_store, take_in)
