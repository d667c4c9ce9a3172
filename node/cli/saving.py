"""``comity-node backup`` and ``restore``: what a node knows, for a machine that joins anew.

Keys that say who a node is are in no backup: signing key, TLS key, ledger key and encryption keys stay on
their machine and die with it. A new machine joins with keys of its own, for which the agency's root key
vouches.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from comity.authority.home import Home
from comity.clock import SystemClock
from comity.errors import ExitCode, StartError
from comity.identity.files import private_folder, write_private
from comity.store.engine import open_engine
from comity.store.reader import LedgerReader
from node.cli.options import home_option
from node.lawmaking.in_force import FOLDER as LAW
from node.lawmaking.in_force import SEQUENCE
from node.lawmaking.revision import Floor
from node.opening import INDEX_KEY_FILE, database_of
from node.settings import FILE, Settings
from node.storage.migrating import migrate
from node.storage.saving import begin_anew, copy_database

if TYPE_CHECKING:
    from comity.authority.home import NodeIdentity

DATABASE: Final = "node.db"
HEAD: Final = "head.txt"

# Under the first the register's identifiers are stored, with the second references of records are made, the
# third signs published law, the others certify the agency's own callers.
SECRETS: Final = (
    INDEX_KEY_FILE,
    "reference.key",
    "policy.key",
    "systems-ca.pem",
    "systems-ca.key",
)

_folder = click.argument(
    "folder", metavar="FOLDER", type=click.Path(file_okay=False, path_type=Path)
)


@click.command()
@_folder
@home_option
def backup(folder: Path, home: Path) -> None:
    """Save what the node knows in the new folder FOLDER, while it runs.

    FOLDER then holds what the register holds, and secrets: keep it as safe as the node. A database on
    PostgreSQL is not in it; dump it with pg_dump at the same time.
    """
    identity, settings = Home.load(home), Settings.load(home)
    if folder.exists():
        raise StartError(f"{folder} is there already.", exit_code=ExitCode.CANNOT_CREATE)
    private_folder(folder)
    where = database_of(home, settings)
    if isinstance(where, Path):
        copy_database(where, folder / DATABASE)
        (folder / DATABASE).chmod(0o600)
    for name in (*SECRETS, FILE):
        if (home / name).exists():
            write_private(folder / name, (home / name).read_bytes())
    if (home / LAW).exists():
        shutil.copytree(home / LAW, folder / LAW)
    entries = _keep_head(where, folder)
    click.echo(f"{identity.name}: saved in {folder}; its ledger has {entries} entries")
    if not isinstance(where, Path):
        click.echo("The database is on PostgreSQL and not in it; dump it with pg_dump.")


def _keep_head(where: str | Path, folder: Path) -> int:
    """Keeps the signed head of the log beside the copy: it shows later whether the end was cut."""
    with LedgerReader.open(where) as log:
        head = log.last_head()
    if head is None:
        return 0
    write_private(folder / HEAD, head.note)
    return head.size


@click.command()
@_folder
@home_option
def restore(folder: Path, home: Path) -> None:
    """Bring what was saved in FOLDER into a home that has just joined anew.

    Join first, with the agency's root key, in a new home; then restore; then serve. The old ledger stays in
    FOLDER, for auditors. With PostgreSQL, first put the dump into the database that the new home's settings
    name.
    """
    identity, settings = Home.load(home), Settings.load(home)
    missing = [name for name in SECRETS[:2] if not (folder / name).exists()]
    if missing:
        sentence = f"{folder} is no backup of a node: it holds no {missing[0]}."
        raise StartError(sentence, exit_code=ExitCode.DATA)
    where = database_of(home, settings)
    _refuse_used(identity, home, where)
    if isinstance(where, Path):
        copy_database(folder / DATABASE, where)
    engine = open_engine(where)
    try:
        migrate(engine)
        begin_anew(engine, SystemClock().now_ms(), vkey=identity.ledger_vkey)
    except BaseException:
        if isinstance(where, Path):
            where.unlink(missing_ok=True)
        raise
    finally:
        engine.dispose()
    if (folder / LAW).exists():
        shutil.copytree(folder / LAW, home / LAW)
    for name in SECRETS:
        if (folder / name).exists():
            write_private(home / name, (folder / name).read_bytes())
    law = Floor(home / LAW / SEQUENCE).read()
    click.echo(f"{identity.name}: restored from {folder}; it begins a ledger of its own")
    if law:
        click.echo(f"law: revision {law}; publish again whatever was published after it")


def _refuse_used(identity: NodeIdentity, home: Path, where: str | Path) -> None:
    used = [name for name in (*SECRETS, LAW) if (home / name).exists()]
    if isinstance(where, Path) and where.exists():
        used.append(where.name)
    if used:
        sentence = (
            f"{home} is in use: it holds {used[0]} already; restore {identity.agency} into a home "
            "that has just joined."
        )
        raise StartError(sentence, exit_code=ExitCode.CANNOT_CREATE)
