"""A process that writes a ledger until it is killed; it says what was acknowledged.

Arguments: a database, and ``commit`` to be killed in the middle of its fourth transaction.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from tests.simulators.ledgers import draft, with_journal

if TYPE_CHECKING:
    from comity.store.journal import Journal


async def write(journal: Journal) -> None:
    """Writes two entries at a time and prints the number of entries acknowledged."""
    seen = 0
    if sys.argv[2] == "commit":

        def before_commit(_: Any) -> None:
            nonlocal seen
            seen += 1
            if seen == 4:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(journal._committer._store.engine, "commit", before_commit)
    for number in range(0, 100_000, 2):
        await journal.write([draft(number), draft(number + 1)])
        print(number + 2, flush=True)  # noqa: T201  # how it tells what was acknowledged


with_journal(sys.argv[1], write)
