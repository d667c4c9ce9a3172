"""``comity ledger prove`` and ``checkpoint``: files to hand to somebody else, or to keep elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from comity.cli import ledger_words as words
from comity.cli.ledger_place import place_of, verifier_of
from comity.cli.ledger_show import entries_about
from comity.cli.options import print_json
from comity.errors import ExitCode, StartError
from comity.ledger.audit import entry_holds
from comity.ledger.entry import Statement
from comity.ledger.errors import LedgerError
from comity.ledger.proof import open_receipt

if TYPE_CHECKING:
    from pathlib import Path

    from comity.ledger.audit import Entry
    from comity.store.reader import LedgerReader


def prove_entries(
    where: str,
    *,
    position: int | None,
    query_id: str | None,
    output: Path,
    sealed: bool,
    directory: Path | None,
    vkey: str | None,
    origin: str | None,
    as_json: bool,
) -> None:
    """Writes a proof of each entry asked for; nothing that is not what was logged is proven."""
    from comity.store.reader import LedgerReader  # noqa: PLC0415  # needs the server parts

    place = place_of(where, origin)
    with LedgerReader.open(place.database, place.origin) as log:
        verifier = verifier_of(log.origin, home=place.home, directory=directory, vkey=vkey)
        entries = (
            [_entry(log, position)] if position is not None else entries_about(log, query_id or "")
        )
        proofs = [(entry, log.try_prove(entry)) for entry in entries]
    written = []
    for entry, proof in proofs:
        if proof is None or not entry_holds(entry, verifier, proof):
            sentence = f"Entry {entry.position} is not what was logged; run `comity ledger verify`."
            raise StartError(sentence, exit_code=ExitCode.UNSOUND)
        path = output / f"entry-{entry.position}.tlog-proof"
        _write(path, proof if sealed else _opened(entry, proof))
        written.append((entry, path))
    if as_json:
        print_json({"files": [str(path) for _, path in written]})
        return
    for entry, path in written:
        happened = f"{words.what(entry.kind)}, {words.when(entry.at_ms)} UTC"
        click.echo(f"{path}  entry {entry.position}, {happened}")


def write_checkpoint(
    where: str,
    *,
    output: Path | None,
    directory: Path | None,
    vkey: str | None,
    origin: str | None,
) -> None:
    """Writes the newest head, once it is known to be the log's own."""
    from comity.store.reader import LedgerReader  # noqa: PLC0415  # needs the server parts

    place = place_of(where, origin)
    with LedgerReader.open(place.database, place.origin) as log:
        verifier = verifier_of(log.origin, home=place.home, directory=directory, vkey=vkey)
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
