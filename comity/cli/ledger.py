"""``comity ledger``: prove what was disclosed, offline, trusting nobody but a key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from rich.text import Text

from comity.cli import ledger_words as words
from comity.cli.grid import Cell, natural, print_rows
from comity.cli.ledger_place import place_of, verifier_of
from comity.cli.ledger_verify import verify_log, verify_receipt_file
from comity.cli.lines import DIM, HELD
from comity.cli.options import console, json_option, print_json
from comity.errors import ExitCode, StartError
from comity.ledger.audit import entry_holds
from comity.ledger.entry import ENVELOPE_ID_BYTES, Statement
from comity.ledger.errors import LedgerError
from comity.ledger.proof import open_receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from comity.ledger.audit import Entry
    from comity.store.reader import LedgerReader

SHOWN_DEFAULT: Final = 20
SHOWN_MAX: Final = 500
ID_CHARACTERS_MIN: Final = 6
_ID_CHARACTERS: Final = 2 * ENVELOPE_ID_BYTES
_HEADER: Final = ("entry", "when (UTC)", "query", "what happened")
_HELP: Final = """Prove what was disclosed: read, verify and quote the ledger of a node or gateway.

WHERE is the home folder of a node or gateway, its database file, or a database URL. Nothing is written, no
private key is read, and a running node may go on running. A ledger is verified by the key that the
federation's directory gives its log, never by one from the database.

\b
  comity ledger verify node                      every entry against the signed heads
  comity ledger show node --query 3f9a41d0c2b7   what was logged about one query
  comity ledger prove node --entry 17            a proof to hand to somebody else
  comity ledger checkpoint node -o head.txt      a signed head to keep elsewhere

Exit code 0: sound; 79: it is not what its key signed; others: it could not be checked
(docs/reference/exit-codes.md). What to do then: docs/operator/ledger.md.
"""
_VERIFY: Final = """Verify a whole ledger, leaf by leaf, or one receipt.

\b
comity ledger verify node
comity ledger verify copy-of-node.db --directory our-node --since head.txt
comity ledger verify --receipt entry-17.tlog-proof --directory our-node
"""
_SHOW: Final = """Show entries in words, each one checked against the signed head.

\b
comity ledger show node
comity ledger show node --query 3f9a41d0c2b7
"""
_PROVE: Final = """Write a .tlog-proof file for each entry asked for, to hand to somebody else.

The file holds the entry with its salt, its path to the signed head, and the head: it can be checked
without this ledger, and whoever holds it can read the entry.

\b
comity ledger prove node --entry 17
comity ledger prove node --query 3f9a41d0c2b7 -o proofs
"""
where_argument = click.argument("where", metavar="WHERE")


def trust_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--directory``, ``--vkey`` and ``--origin``."""
    command = click.option(
        "--origin", metavar="NAME", help="Whose ledger, in a database that holds several."
    )(command)
    command = click.option(
        "--vkey",
        metavar="KEY",
        help="The log's verifier key (name+id+key), instead of any directory's.",
    )(command)
    return click.option(
        "--directory",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        metavar="FOLDER",
        help="Home of any member whose directory says which key is the log's.",
    )(command)


@click.group(help=_HELP)
def ledger() -> None:
    """Prove what was disclosed."""


@ledger.command(help=_VERIFY)
@click.argument("where", metavar="[WHERE]", required=False)
@click.option(
    "--since",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    metavar="FILE",
    help="A checkpoint or receipt kept elsewhere: the log must still contain all it counts; repeatable.",
)
@click.option(
    "--receipt",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Check this .tlog-proof; no ledger is needed.",
)
@trust_options
@json_option
def verify(where: str | None, receipt: Path | None, **options: Any) -> None:
    """Verify a whole ledger, leaf by leaf, or one receipt."""
    if receipt is not None:
        if options.pop("since") or options.pop("origin"):
            raise click.UsageError("--since and --origin go with a ledger.")
        verify_receipt_file(receipt, where, **options)
    elif where is not None:
        verify_log(where, **options)
    else:
        raise click.UsageError("Name a ledger to verify, or a receipt with --receipt.")


@ledger.command(help=_SHOW)
@where_argument
@click.option(
    "--query", "query_id", metavar="ID", help="Entries about this query; its beginning will do."
)
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(1, SHOWN_MAX),
    default=SHOWN_DEFAULT,
    show_default=True,
    help="How many of the newest.",
)
@click.option(
    "--before", type=click.IntRange(0), metavar="ENTRY", help="Only entries before this one."
)
@trust_options
@json_option
def show(where: str, query_id: str | None, limit: int, before: int | None, **options: Any) -> None:
    """Show entries in words, each one checked against the signed head."""
    from comity.store.reader import LedgerReader  # noqa: PLC0415  # needs the server parts

    place = place_of(where, options.pop("origin"))
    as_json = options.pop("as_json")
    with LedgerReader.open(place.database, place.origin) as log:
        origin = log.origin
        verifier = verifier_of(origin, home=place.home, **options)
        if query_id is not None:
            entries = _about(log, query_id)
        else:
            entries = log.latest(limit, before=before) if before is not None else log.latest(limit)
        found = [(entry, entry_holds(entry, verifier, log.try_prove(entry))) for entry in entries]
        total = log.count()
    if as_json:
        print_json({"origin": origin, "entries": [_plain(entry, holds) for entry, holds in found]})
    else:
        _print_entries(console(), origin, total, found)
    if not all(holds for _, holds in found):
        sentence = "Entries marked so are not what was logged; run `comity ledger verify`."
        raise StartError(sentence, exit_code=ExitCode.UNSOUND)


def _print_entries(
    out: Console, origin: str, total: int, found: Sequence[tuple[Entry, bool]]
) -> None:
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


@ledger.command(help=_PROVE)
@where_argument
@click.option("--entry", "position", type=click.IntRange(0), metavar="NUMBER", help="This entry.")
@click.option("--query", "query_id", metavar="ID", help="Every entry about this query.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="FOLDER",
    help="Where the files go; by default here.",
)
@click.option(
    "--sealed",
    is_flag=True,
    help="Leave out what the entry says: whoever checks must know it already.",
)
@trust_options
@json_option
def prove(
    where: str,
    position: int | None,
    query_id: str | None,
    output: Path,
    *,
    sealed: bool,
    **options: Any,
) -> None:
    """Write a .tlog-proof file for each entry asked for, to hand to somebody else."""
    from comity.store.reader import LedgerReader  # noqa: PLC0415  # needs the server parts

    if (position is None) == (query_id is None):
        raise click.UsageError("Give either --entry or --query.")
    place = place_of(where, options.pop("origin"))
    as_json = options.pop("as_json")
    with LedgerReader.open(place.database, place.origin) as log:
        verifier = verifier_of(log.origin, home=place.home, **options)
        entries = [_entry(log, position)] if position is not None else _about(log, query_id or "")
        proofs = [(entry, log.prove(entry)) for entry in entries]
    written = []
    for entry, proof in proofs:
        if not entry_holds(entry, verifier, proof):
            sentence = f"Entry {entry.position} is not what was logged; run `comity ledger verify`."
            raise StartError(sentence, exit_code=ExitCode.UNSOUND)
        path = output / f"entry-{entry.position}.tlog-proof"
        _write(path, proof if sealed else _opened(entry, proof))
        written.append((entry, path))
    if as_json:
        print_json({"files": [str(path) for _, path in written]})
        return
    for entry, path in written:
        told = f"{path}  entry {entry.position}, {words.what(entry.kind)}, {words.when(entry.at_ms)} UTC"
        click.echo(told)


@ledger.command()
@where_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where it goes; by default to standard output.",
)
@trust_options
def checkpoint(where: str, output: Path | None, **options: Any) -> None:
    """Write the newest signed head, to be kept elsewhere.

    `comity ledger verify --since` compares a ledger with it later: that is how a ledger that was cut or
    replaced by an old copy is found out. It holds no personal data.
    """
    from comity.store.reader import LedgerReader  # noqa: PLC0415  # needs the server parts

    place = place_of(where, options.pop("origin"))
    with LedgerReader.open(place.database, place.origin) as log:
        verifier = verifier_of(log.origin, home=place.home, **options)
        head = log.last_head()
    if head is None:
        raise StartError("The ledger is empty and has no head.", exit_code=ExitCode.DATA)
    try:
        verifier.checkpoint(head.note)
    except LedgerError as error:
        sentence = f"The newest head is not signed by this log's key: {error}."
        raise StartError(sentence, exit_code=ExitCode.UNSOUND) from error
    if output is None:
        click.echo(head.note, nl=False)
    else:
        _write(output, head.note)
        click.echo(f"{output}  {head.size} entries, {words.when(head.at_ms)} UTC")


def _about(log: LedgerReader, query_id: str) -> list[Entry]:
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


def _entry(log: LedgerReader, position: int) -> Entry:
    found = log.entry(position)
    if found is None:
        sentence = f"There is no entry {position}; the ledger has {log.count()}, counted from 0."
        raise StartError(sentence, exit_code=ExitCode.DATA)
    return found


def _opened(entry: Entry, proof: bytes) -> bytes:
    if entry.salt is None or entry.details is None:
        sentence = (
            f"What entry {entry.position} said was erased; --sealed proves its place without it."
        )
        raise StartError(sentence, exit_code=ExitCode.DATA)
    said = Statement(entry.at_ms, entry.envelope_id, entry.kind, entry.details)
    return open_receipt(proof, said, salt=entry.salt)


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        sentence = f"{path} cannot be written: {error.strerror}."
        raise StartError(sentence, exit_code=ExitCode.CANNOT_CREATE) from error
