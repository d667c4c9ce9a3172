"""``comity ledger verify``: a whole log against its signed heads, or one receipt by itself."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from comity.cli import ledger_words as words
from comity.cli.ledger_place import place_of, verifier_of
from comity.cli.options import console, print_json
from comity.errors import ExitCode, StartError
from comity.ledger.audit import Audit
from comity.ledger.checkpoint import parse_checkpoint
from comity.ledger.errors import LedgerError
from comity.ledger.note import NOTE_BYTES_MAX, parse_note
from comity.ledger.proof import HEADER, OPENED_BYTES_MAX, parse_receipt, verify_opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from comity.ledger.checkpoint import VerifiedCheckpoint, Verifier
    from comity.ledger.proof import OpenedReceipt

# Shorter logs are verified before a bar could be read; it moves each so many entries.
PROGRESS_FROM: Final = 20_000
PROGRESS_STEP: Final = 1_000
_INDENT: Final = "  "


def verify_log(
    where: str,
    *,
    since: Sequence[Path],
    directory: Path | None,
    vkey: str | None,
    origin: str | None,
    as_json: bool,
) -> None:
    """Verifies a ledger and says so; ends with ``ExitCode.UNSOUND`` when it is not sound."""
    from comity.store.reader import LedgerReader  # noqa: PLC0415  # needs the server parts

    place = place_of(where, origin)
    beside = [place.kept_head] if place.kept_head is not None else []
    with LedgerReader.open(place.database, place.origin) as log:
        verifier = verifier_of(log.origin, home=place.home, directory=directory, vkey=vkey)
        kept = [_kept_elsewhere(path, verifier) for path in (*since, *beside)]
        audit = Audit(verifier, kept, log.tile, log.ids)
        _watch(audit.run(log.entries(), log.heads()), log.count())
        last, origin = log.last_head(), log.origin
    at_ms = last.at_ms if last is not None and audit.sound else None
    since_size = max((head.size for head in kept[: len(since)]), default=None)
    if as_json:
        print_json(_plain(origin, audit, at_ms, since_size))
    else:
        _print(origin, audit, at_ms, since_size)
    if not audit.sound:
        sentence = f"The ledger of {origin} is not sound: {audit.findings[0].sentence}."
        raise StartError(f"{sentence} See docs/operator/ledger.md.", exit_code=ExitCode.UNSOUND)


def _watch(steps: Iterable[int], total: int) -> None:
    """Runs an audit; on a terminal a long one shows how far it is."""
    errors = Console(stderr=True)
    if total < PROGRESS_FROM or not errors.is_terminal:
        for _ in steps:
            pass
        return
    columns = (
        TextColumn("verifying {task.completed:,.0f} of {task.total:,.0f} entries"),
        BarColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task("", total=total)
        for done in steps:
            if done % PROGRESS_STEP == 0:
                progress.update(task, completed=done)


def _kept_elsewhere(path: Path, verifier: Verifier) -> VerifiedCheckpoint:
    """The head in a checkpoint or receipt file; it counts only if this log's key signed it."""
    try:
        with path.open("rb") as file:
            data = file.read(OPENED_BYTES_MAX + 1)
        if data.startswith(HEADER.encode()):
            data = parse_receipt(data, bytes_max=OPENED_BYTES_MAX).checkpoint
        return verifier.checkpoint(data[: NOTE_BYTES_MAX + 1])
    except OSError as error:
        raise StartError(
            f"{path} cannot be read: {error.strerror}.", exit_code=ExitCode.DISK
        ) from error
    except LedgerError as error:
        sentence = f"{path} is no checkpoint or receipt of {verifier.key.name}: {error}."
        raise StartError(sentence, exit_code=ExitCode.DATA) from error


def _plain(origin: str, audit: Audit, at_ms: int | None, since: int | None) -> dict[str, Any]:
    head = audit.head
    return {
        "origin": origin,
        "sound": audit.sound,
        "size": audit.size,
        "erased": audit.erased,
        "heads": audit.heads,
        "root": None if head is None else base64.b64encode(head.root).decode(),
        "head_at_ms": at_ms,
        "since": since,
        "findings": [{"entry": one.position, "what": one.sentence} for one in audit.findings],
        "findings_unnamed": audit.unnamed,
    }


def _print(origin: str, audit: Audit, at_ms: int | None, since: int | None) -> None:
    out = console()
    verdict = Text("sound", "bold green") if audit.sound else Text("NOT SOUND", "bold red")
    out.print(Text(f"{origin}: ", style="bold").append_text(verdict))
    for one in audit.findings:
        out.print(Text(f"{_INDENT}{one.sentence}", style="red"), soft_wrap=True)
    if audit.unnamed:
        out.print(f"{_INDENT}and {audit.unnamed} more")
    lines = [f"{audit.size:,} entries, each led to its leaf; {audit.heads:,} signed heads verified"]
    if audit.erased:
        lines.append(
            f"{audit.erased:,} of them erased under retention rules; their places are proven"
        )
    if at_ms is not None:
        lines.append(f"newest head of {words.when(at_ms)} UTC")
    if since is not None and audit.sound:
        lines.append(f"contains all {since:,} entries of the checkpoint kept elsewhere")
    elif since is None:
        lines.append(
            "not shown by this: that nothing newer was cut off; compare a head kept elsewhere (--since)"
        )
    for line in lines:
        out.print(f"{_INDENT}{line}", soft_wrap=True)


def verify_receipt_file(
    path: Path,
    where: str | None,
    *,
    directory: Path | None,
    vkey: str | None,
    as_json: bool,
) -> None:
    """Verifies a receipt by itself, and says what its entry says."""
    home = None if where is None else place_of(where).home
    try:
        with path.open("rb") as file:
            data = file.read(OPENED_BYTES_MAX + 1)
    except OSError as error:
        raise StartError(
            f"{path} cannot be read: {error.strerror}.", exit_code=ExitCode.DISK
        ) from error
    try:
        note = parse_receipt(data, bytes_max=OPENED_BYTES_MAX).checkpoint
        origin = parse_checkpoint(parse_note(note).text).origin
        verifier = verifier_of(origin, home=home, directory=directory, vkey=vkey)
        found = verify_opened(data, key=verifier.vkey)
    except LedgerError as error:
        sentence = f"{path} proves nothing: {error}."
        raise StartError(sentence, exit_code=ExitCode.UNSOUND) from error
    _print_receipt(path, origin, found, as_json=as_json)


def _print_receipt(path: Path, origin: str, found: OpenedReceipt, *, as_json: bool) -> None:
    said = found.said
    if as_json:
        print_json(
            {
                "origin": origin,
                "sound": True,
                "entry": found.position,
                "size": found.head.size,
                "at_ms": said.at_ms,
                "kind": said.kind,
                "query": said.envelope_id.hex(),
                "details": said.details.decode(errors="replace"),
            }
        )
        return
    out = console()
    out.print(Text(f"{path.name}: ", style="bold").append("proven", style="bold green"))
    for line in (
        f"entry {found.position} of {origin}, in a log of {found.head.size:,} entries or more",
        f"{words.when(said.at_ms)} UTC · {words.what(said.kind)} · query {said.envelope_id.hex()}",
        words.said(said.kind, said.details),
    ):
        out.print(f"{_INDENT}{line}", soft_wrap=True)
