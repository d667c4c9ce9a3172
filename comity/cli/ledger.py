"""``comity ledger``: prove what was disclosed, offline, trusting nobody but a key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from comity.cli.ledger_prove import prove_entries, write_checkpoint
from comity.cli.ledger_show import show_log, show_node
from comity.cli.ledger_verify import verify_log, verify_receipt_file
from comity.cli.options import json_option, profile_option
from comity.ledger.checkpoint import SIZE_MAX

if TYPE_CHECKING:
    from collections.abc import Callable

SHOWN_DEFAULT: Final = 20
SHOWN_MAX: Final = 500
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
comity ledger show --profile auditor --directory our-node

Without WHERE an auditor's own node is asked; that somebody read is then an entry itself.
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
@click.argument("where", metavar="[WHERE]", required=False)
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
    "--before",
    type=click.IntRange(0, SIZE_MAX),
    metavar="ENTRY",
    help="Only entries before this one.",
)
@profile_option
@trust_options
@json_option
def show(where: str | None, profile: str | None, origin: str | None, **options: Any) -> None:
    """Show entries in words, each one checked against the signed head."""
    if where is not None:
        show_log(where, origin=origin, **options)
    elif origin is None:
        show_node(profile, **options)
    else:
        raise click.UsageError("--origin goes with a database.")


@ledger.command(help=_PROVE)
@where_argument
@click.option(
    "--entry", "position", type=click.IntRange(0, SIZE_MAX), metavar="NUMBER", help="This entry."
)
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
def prove(where: str, position: int | None, query_id: str | None, **options: Any) -> None:
    """Write a .tlog-proof file for each entry asked for, to hand to somebody else."""
    if (position is None) == (query_id is None):
        raise click.UsageError("Give either --entry or --query.")
    prove_entries(where, position=position, query_id=query_id, **options)


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
    write_checkpoint(where, output=output, **options)
