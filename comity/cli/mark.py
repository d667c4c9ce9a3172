"""``comity mark``: saying that a record of another agency is not the person sought."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import click
from rich.text import Text

from comity.cli.grid import Cell, clean, natural, print_rows
from comity.cli.lines import DIM
from comity.cli.options import console, json_option, print_json, profile_option
from comity.client import Comity, as_plain

if TYPE_CHECKING:
    from comity.client import Mark

LISTED_MAX: Final = 500
_HEADER: Final = ("set (UTC)", "mark", "by", "about", "not this person", "state", "reason")

_subject_option = click.option(
    "--about",
    "subject",
    envvar=("COMITY_ABOUT", "COMITY_CASE"),
    required=True,
    metavar="REF",
    help="Whom the record is not: your own reference of the person, or the case (COMITY_CASE).",
)
_reason_option = click.option(
    "--reason", required=True, metavar="TEXT", help="How that was found out; stays at your node."
)


@click.group()
def mark() -> None:
    """Mark records of other agencies as not the person sought.

    A marked record stays in every answer, last and never again as probable, with who marked it and when.
    No other agency learns of a mark.
    """


@mark.command("set")
@click.argument("source", metavar="AGENCY")
@click.argument("record_reference", metavar="RECORD")
@_subject_option
@_reason_option
@json_option
@profile_option
def set_mark(
    source: str,
    record_reference: str,
    *,
    subject: str,
    reason: str,
    as_json: bool,
    profile: str | None,
) -> None:
    """Mark RECORD of AGENCY: this is not the person.

    RECORD is the whole reference, as `comity search … --references` shows it.
    """
    with Comity.open(profile) as client:
        done = client.mark(
            source.upper(), record_reference.upper(), subject_reference=subject, reason=reason
        )
    _tell(done, as_json=as_json)


@mark.command()
@click.argument("mark_id", metavar="MARK")
@click.option("--reason", required=True, metavar="TEXT", help="Why it is taken back.")
@json_option
@profile_option
def withdraw(mark_id: str, *, reason: str, as_json: bool, profile: str | None) -> None:
    """Take MARK back: it may be the person after all."""
    with Comity.open(profile) as client:
        done = client.withdraw_mark(mark_id.lower(), reason=reason)
    _tell(done, as_json=as_json)


@mark.command("list")
@click.option(
    "--about",
    "subject",
    envvar=("COMITY_ABOUT", "COMITY_CASE"),
    default="",
    metavar="REF",
    help="Your own reference of a person, or the case; without it everybody, for supervisors.",
)
@json_option
@profile_option
def list_marks(*, subject: str, as_json: bool, profile: str | None) -> None:
    """List marks, newest first, those that were taken back too."""
    with Comity.open(profile) as client:
        found = list(itertools.islice(client.marks(subject), LISTED_MAX))
    if as_json:
        print_json({"marks": [as_plain(one) for one in found]})
        return
    out = console()
    if not found:
        out.print("Nothing is marked.")
        return
    rows = [tuple(Cell(place, Text(word, style=DIM)) for place, word in enumerate(_HEADER))]
    rows += [
        tuple(Cell(place, Text(word)) for place, word in enumerate(_row(one))) for one in found
    ]
    widths = [natural(rows, place) for place in range(len(_HEADER))]
    widths[-1] = max(12, out.width - sum(widths[:-1]) - 2 * (len(widths) - 1))
    print_rows(out, rows, widths)


def _row(one: Mark) -> tuple[str, ...]:
    ended = one.withdrawn_at
    state = f"taken back {ended:%Y-%m-%d} by {clean(one.withdrawn_by)}" if ended else "counts"
    return (
        f"{one.set_at:%Y-%m-%d %H:%M:%S}",
        one.mark_id,
        clean(one.set_by),
        clean(one.subject_reference),
        f"{clean(one.source)} {clean(one.record_reference)}",
        state,
        clean(one.withdrawal_reason or one.reason),
    )


def _tell(one: Mark, *, as_json: bool) -> None:
    if as_json:
        print_json(as_plain(one))
        return
    record = f"{clean(one.source)} {clean(one.record_reference)}"
    about = clean(one.subject_reference)
    if one.withdrawn_at is None:
        console().print(f"{record} is marked as not the person of {about}: mark {one.mark_id}")
    else:
        console().print(f"{record} is no longer marked as not the person of {about}")
