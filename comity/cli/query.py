"""``comity query``: what was asked before. What was released is not kept; outcomes and reasons are."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from pathlib import Path
from typing import Final

import click
from rich.text import Text

from comity.cli.grid import Cell, clean, natural, print_rows
from comity.cli.lines import DIM
from comity.cli.options import console, json_option, print_json, profile_option
from comity.cli.render import INDENT_CELLS, render_reply
from comity.cli.wording import heading_of, plain_word
from comity.client import Comity, MissingError, PastQuery, Reason, Reply, as_plain
from comity.errors import CATALOGUE, ExitCode, StartError

# A beginning of an id is looked for among this many queries.
RECENT_MAX: Final = 500
ID_CHARACTERS: Final = 64
ID_SHOWN: Final = 12
ID_CHARACTERS_MIN: Final = 6
_HEADER: Final = ("asked (UTC)", "query", "by", "about", "why", "outcomes")


@click.group()
def query() -> None:
    """See what was asked before.

    Officers and systems see their own questions, supervisors and auditors all.
    """


@query.command("list")
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(1, RECENT_MAX),
    default=20,
    show_default=True,
    help="How many.",
)
@json_option
@profile_option
def list_queries(*, limit: int, as_json: bool, profile: str | None) -> None:
    """List questions asked before, newest first."""
    with Comity.open(profile) as client:
        found = list(itertools.islice(client.queries(), limit))
    if as_json:
        print_json({"queries": [as_plain(one) for one in found]})
        return
    out = console()
    if not found:
        out.print("Nothing was asked yet.")
        return
    rows = [tuple(Cell(place, Text(word, style=DIM)) for place, word in enumerate(_HEADER))]
    rows += [tuple(Cell(place, text) for place, text in enumerate(_row(one))) for one in found]
    widths = [natural(rows, place) for place in range(len(_HEADER))]
    spare = out.width - sum(widths[:-2]) - 2 * (len(widths) - 1)
    widths[-2] = max(12, min(widths[-2], spare // 2))
    widths[-1] = max(12, spare - widths[-2])
    print_rows(out, rows, widths)


def _row(past: PastQuery) -> tuple[Text, ...]:
    about, why = "–", "–"
    if past.question is not None:
        about = " or ".join(type(one).__name__.lower() for one in past.question.selectors)
        told = past.question.justification
        if told is not None:
            why = f"{plain_word(told.purpose)}, {clean(told.case_reference)}"
    counted = Counter(
        plain_word(one.outcome) if one.outcome.searched else "not searched" for one in past.answers
    )
    outcomes = ", ".join(
        f"{number} {word}{'s' if number > 1 and word.endswith('hit') else ''}"
        for word, number in counted.items()
    )
    return (
        Text(f"{past.asked_at:%Y-%m-%d %H:%M:%S}"),
        Text(past.query_id[:ID_SHOWN], style="cyan"),
        Text(clean(past.asked_by)),
        Text(about),
        Text(why),
        Text(outcomes or "not ended"),
    )


@query.command()
@click.argument("query_id", metavar="ID")
@click.option(
    "--receipts",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write each source's receipt there, to be shown to others (`comity ledger verify --receipt`).",
)
@json_option
@profile_option
def show(query_id: str, *, folder: Path | None, as_json: bool, profile: str | None) -> None:
    """Show one question and what each source said. ID may be its beginning, as `list` shows it."""
    with Comity.open(profile) as client:
        past = _find(client, query_id.lower())
    written = [] if folder is None else _write_receipts(past, folder)
    if as_json:
        print_json(as_plain(past))
        return
    out = console()
    heading = heading_of(past.question) if past.question else "a question no longer held"
    if past.summary is None:
        out.print(Text(heading, style="bold"))
        out.print(Text(" " * INDENT_CELLS + "not ended: nothing is known of any source"))
    else:
        reply = Reply(past.query_id, past.answers, past.summary)
        render_reply(out, reply, heading, kept=False)
    out.print(
        Text(
            f"{' ' * INDENT_CELLS}asked by {clean(past.asked_by)} on "
            f"{past.asked_at:%Y-%m-%d %H:%M:%S} UTC\n{' ' * INDENT_CELLS}{past.query_id}",
            style=DIM,
        )
    )
    kept = [answer.source for answer in past.answers if answer.receipt]
    for path in written:
        out.print(Text(f"{' ' * INDENT_CELLS}{path}", style=DIM), soft_wrap=True)
    if kept and folder is None:
        told = f"receipts kept of {', '.join(map(clean, kept))}; --receipts FOLDER writes them"
        out.print(Text(f"{' ' * INDENT_CELLS}{told}", style=DIM))
    elif folder is not None and not written:
        out.print(Text(f"{' ' * INDENT_CELLS}no receipt is kept of this query", style=DIM))


def _write_receipts(past: PastQuery, folder: Path) -> list[Path]:
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for answer in past.answers:
            if answer.receipt:
                name = re.sub(r"[^A-Za-z0-9-]", "_", answer.source)
                path = folder / f"{past.query_id[:ID_SHOWN]}-{name}.tlog-proof"
                path.write_bytes(answer.receipt)
                written.append(path)
    except OSError as error:
        sentence = f"Receipts cannot be written to {folder}: {error.strerror}."
        raise StartError(sentence, exit_code=ExitCode.CANNOT_CREATE) from error
    return written


def _find(client: Comity, query_id: str) -> PastQuery:
    if len(query_id) >= ID_CHARACTERS:
        return client.query(query_id)
    if len(query_id) < ID_CHARACTERS_MIN:
        raise click.UsageError(f"Give at least {ID_CHARACTERS_MIN} characters of the id.")
    recent = itertools.islice(client.queries(), RECENT_MAX)
    found = {one.query_id for one in recent if one.query_id.startswith(query_id)}
    if len(found) > 1:
        raise click.UsageError(f"{len(found)} queries begin with {query_id}; give more of the id.")
    if not found:
        raise MissingError(CATALOGUE[Reason.NOT_FOUND].sentence, reason=Reason.NOT_FOUND)
    return client.query(found.pop())
