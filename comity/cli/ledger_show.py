"""``comity ledger show``: entries in words, from a database or from one's own node, each one checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click
from rich.text import Text

from comity.cli import ledger_words as words
from comity.cli.grid import Cell, natural, print_rows
from comity.cli.ledger_place import place_of, verifier_of
from comity.cli.lines import DIM, HELD
from comity.cli.options import console, print_json
from comity.client.ledger import read_entries
from comity.client.profile import Profile
from comity.errors import ExitCode, StartError
from comity.ledger.audit import Entry, entry_holds
from comity.ledger.checkpoint import parse_checkpoint
from comity.ledger.entry import ENVELOPE_ID_BYTES
from comity.ledger.errors import LedgerError
from comity.ledger.note import parse_note
from comity.ledger.proof import verify_opened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from comity.api.ledger.v1 import ledger_service_pb2 as api
    from comity.ledger.checkpoint import Verifier
    from comity.store.reader import LedgerReader

ID_CHARACTERS_MIN: Final = 6
_ID_CHARACTERS: Final = 2 * ENVELOPE_ID_BYTES
_HEADER: Final = ("entry", "when (UTC)", "query", "what happened")

Shown = tuple[Entry, bool]


def show_log(
    where: str,
    *,
    query_id: str | None,
    limit: int,
    before: int | None,
    directory: Path | None,
    vkey: str | None,
    origin: str | None,
    as_json: bool,
) -> None:
    """Shows entries of a database; ends with ``ExitCode.UNSOUND`` when one is not what was logged."""
    from comity.store.reader import LedgerReader  # noqa: PLC0415  # needs the server parts

    place = place_of(where, origin)
    with LedgerReader.open(place.database, place.origin) as log:
        verifier = verifier_of(log.origin, home=place.home, directory=directory, vkey=vkey)
        if query_id is not None:
            entries = entries_about(log, query_id)
        else:
            entries = log.latest(limit, before=before) if before is not None else log.latest(limit)
        found = [(entry, entry_holds(entry, verifier, log.try_prove(entry))) for entry in entries]
        _show(log.origin, log.count(), found, as_json=as_json)


def show_node(
    profile: str | None,
    *,
    query_id: str | None,
    limit: int,
    before: int | None,
    directory: Path | None,
    vkey: str | None,
    as_json: bool,
) -> None:
    """Shows entries that one's own node hands out to an auditor; what it says is checked all the same."""
    envelope_id = b"" if query_id is None else _whole_id(query_id)
    read = read_entries(Profile.load(profile), envelope_id=envelope_id, limit=limit, before=before)
    if not read.checkpoint:
        raise StartError("The ledger is empty.", exit_code=ExitCode.DATA)
    try:
        origin = parse_checkpoint(parse_note(read.checkpoint).text).origin
        verifier = verifier_of(origin, home=None, directory=directory, vkey=vkey)
        total = verifier.checkpoint(read.checkpoint).size
    except LedgerError as error:
        sentence = f"The node's ledger has no head signed by its key: {error}."
        raise StartError(sentence, exit_code=ExitCode.UNSOUND) from error
    found = [_told(one, verifier) for one in reversed(read.entries)]
    _show(origin, total, found, as_json=as_json)


def _told(told: api.Entry, verifier: Verifier) -> Shown:
    """An entry as a node tells it, and whether its proof says the same."""
    erased = not told.details
    entry = Entry(
        told.index,
        told.kind,
        told.at.ToMilliseconds(),
        told.envelope_id,
        b"",
        None if erased else b"",
        None if erased else told.details.encode(),
    )
    if erased:
        return entry, True  # it says nothing that could be checked without the database
    try:
        found = verify_opened(told.proof, key=verifier.vkey)
    except LedgerError:
        return entry, False
    said = (found.position, *found.said)
    same = (entry.position, entry.at_ms, entry.envelope_id, entry.kind, entry.details)
    return entry, said == same


def _show(origin: str, total: int, found: Sequence[Shown], *, as_json: bool) -> None:
    if as_json:
        print_json({"origin": origin, "entries": [_plain(entry, holds) for entry, holds in found]})
    else:
        _print_entries(console(), origin, total, found)
    if not all(holds for _, holds in found):
        sentence = "Entries marked so are not what was logged; run `comity ledger verify`."
        raise StartError(sentence, exit_code=ExitCode.UNSOUND)


def _print_entries(out: Console, origin: str, total: int, found: Sequence[Shown]) -> None:
    title = f"{origin} · {total} entries" + ("" if total == len(found) else f", {len(found)} shown")
    out.print(Text(title, style="bold"))
    if not found:
        return
    rows = [tuple(Cell(place, Text(word, style=DIM)) for place, word in enumerate(_HEADER))]
    for entry, holds in found:
        happened = Text(words.what(entry.kind), style="bold")
        happened.append("" if holds else "  NOT AS LOGGED", style="bold red")
        happened.append(
            f"\n{words.said(entry.kind, entry.details)}", style=HELD if entry.erased else ""
        )
        parts = (
            Text(str(entry.position)),
            Text(words.when(entry.at_ms)),
            Text(words.short_id(entry.envelope_id), style="cyan"),
            happened,
        )
        rows.append(tuple(Cell(place, text) for place, text in enumerate(parts)))
    widths = [natural(rows, place) for place in range(len(_HEADER))]
    widths[-1] = max(20, out.width - sum(widths[:-1]) - 2 * len(widths))
    print_rows(out, rows, widths)


def _plain(entry: Entry, holds: bool) -> dict[str, Any]:  # noqa: FBT001
    said = None if entry.details is None else entry.details.decode(errors="replace")
    return {
        "entry": entry.position,
        "at_ms": entry.at_ms,
        "kind": entry.kind,
        "query": entry.envelope_id.hex(),
        "details": said,
        "erased": entry.erased,
        "as_logged": holds,
    }


def entries_about(log: LedgerReader, query_id: str) -> list[Entry]:
    """Entries about the one query whose id begins so."""
    told = query_id.lower()
    if not ID_CHARACTERS_MIN <= len(told) <= _ID_CHARACTERS:
        raise click.UsageError(f"Give at least {ID_CHARACTERS_MIN} characters of the query's id.")
    try:
        low = bytes.fromhex(told.ljust(_ID_CHARACTERS, "0"))
        high = bytes.fromhex(told.ljust(_ID_CHARACTERS, "f"))
    except ValueError as error:
        raise click.UsageError(f"{query_id!r} is no beginning of a query's id.") from error
    found = log.about(low, high)
    if not found:
        raise StartError(f"No entry is about query {query_id}.", exit_code=ExitCode.DATA)
    if len({entry.envelope_id for entry in found}) > 1:
        raise click.UsageError(f"Several queries begin with {query_id}; give more of the id.")
    return found


def _whole_id(query_id: str) -> bytes:
    try:
        found = bytes.fromhex(query_id)
    except ValueError:
        found = b""
    if len(found) != ENVELOPE_ID_BYTES:
        raise click.UsageError(f"A node is asked with all {_ID_CHARACTERS} characters of the id.")
    return found
