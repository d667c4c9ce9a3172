"""Where a ledger is, and by which key it is verified.

Rules:

* A verifier key comes from the directory, verified again from its pinned root, or from the person who
  checks. The key that a database names as its own is never used.
* No private key is read, so an auditor can work on a copy without any.
* What reads homes and directories needs the server parts and is imported where it is needed, so that a
  receipt can be checked by its log's key with the client alone.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from comity.errors import ExitCode, StartError
from comity.ledger.checkpoint import Verifier
from comity.ledger.errors import LedgerError

if TYPE_CHECKING:
    from comity.identity.directory import Directory

# Settings and default database of each kind of home.
_SETTINGS: Final = {"node": ("node.toml", "node.db"), "gateway": ("gateway.toml", "gateway.db")}
_IDENTITY: Final = "identity.json"
_DIRECTORY: Final = "directory"
# As ``comity.store.journal`` names it; not imported, as it needs the server parts.
_HEAD: Final = "ledger.head"


@dataclass(frozen=True, slots=True)
class Place:
    """A ledger to look at.

    Attributes:
        database: a file or a URL.
        origin: whose log it should be, when the home says so; empty: as the log itself says.
        home: the home it belongs to, if one was named.
    """

    database: str
    origin: str = ""
    home: Path | None = None

    @property
    def kept_head(self) -> Path | None:
        """The recent head that a process keeps outside its database, if it is there."""
        path = None if self.home is None else self.home / _HEAD
        return path if path is not None and path.is_file() else None


def place_of(where: str, origin: str | None = None) -> Place:
    """The place that a home folder, a database file or a database URL names.

    Args:
        where: what the person named.
        origin: whose log, in a database of several.

    Raises:
        StartError: there is nothing, or the home is damaged.
    """
    from comity.authority.home import ledger_origin  # noqa: PLC0415
    from comity.identity.names import NameRefused, SpiffeId  # noqa: PLC0415

    path = Path(where)
    if "://" in where or path.is_file():
        return Place(where, origin or "")
    if not path.is_dir():
        raise StartError(f"There is no home folder or database {where}.", exit_code=ExitCode.DATA)
    if not (path / _IDENTITY).exists():
        sentence = f"{path} is no home of a node or gateway; name the database instead."
        raise StartError(sentence, exit_code=ExitCode.DATA)
    try:
        said = json.loads((path / _IDENTITY).read_text("utf-8"))
        file, default = _SETTINGS[said["kind"]]
        own = ledger_origin(SpiffeId.parse(said["name"]))
        settings = path / file
        found = tomllib.loads(settings.read_text("utf-8")) if settings.exists() else {}
        database = str(found.get("database", default))
    except (OSError, ValueError, KeyError, TypeError, NameRefused) as error:
        sentence = f"{path} holds a damaged {_IDENTITY} or settings ({type(error).__name__})."
        raise StartError(sentence, exit_code=ExitCode.CONFIG) from error
    return Place(database if "://" in database else str(path / database), origin or own, path)


def verifier_of(
    origin: str, *, home: Path | None, directory: Path | None, vkey: str | None
) -> Verifier:
    """The verifier of a log, by trust from outside it.

    Args:
        origin: whose log it should be.
        home: the home whose directory is asked when nothing else is named.
        directory: a home, or the directory folder of one.
        vkey: a verifier key as text; wins over any directory.

    Raises:
        StartError: no key, or a key of another log.
    """
    if vkey is not None:
        return _verifier(vkey, origin)
    folder = directory or home
    if folder is None:
        sentence = (
            "A ledger is verified by a key from outside it: give --directory (any member's home) or "
            "--vkey (the log's key as the federation's directory has it)."
        )
        raise StartError(sentence, exit_code=ExitCode.CONFIG)
    known = _keys(_directory(folder))
    if origin not in known:
        sentence = (
            f"The directory in {folder} has no current key for {origin}; if it left the federation or its "
            "entry ran out, give the key it had with --vkey."
        )
        raise StartError(sentence, exit_code=ExitCode.CONFIG)
    return _verifier(known[origin], origin)


def _verifier(vkey: str, origin: str) -> Verifier:
    try:
        found = Verifier(vkey)
    except LedgerError as error:
        raise StartError(f"That is no verifier key: {error}.", exit_code=ExitCode.CONFIG) from error
    if found.key.name != origin:
        sentence = f"The key is of {found.key.name}, the log of {origin}."
        raise StartError(sentence, exit_code=ExitCode.CONFIG)
    return found


def _directory(folder: Path) -> Directory:
    from comity.identity.store import DirectoryStore  # noqa: PLC0415

    store = DirectoryStore(folder / _DIRECTORY)
    if not store.exists():
        store = DirectoryStore(folder)
    found = store.load().directory
    if found is None:
        raise StartError(f"{folder} holds no directory.", exit_code=ExitCode.CONFIG)
    return found


def _keys(directory: Directory) -> dict[str, str]:
    """Verifier keys by origin."""
    from comity.authority.home import ledger_origin  # noqa: PLC0415
    from comity.identity.names import SpiffeId  # noqa: PLC0415

    federation = directory.federation
    nodes = {
        ledger_origin(SpiffeId.node(federation, member.agency, node.instance)): node.ledger_vkey
        for member in directory.members.values()
        for node in member.nodes
    }
    gateways = {
        ledger_origin(SpiffeId.gateway(federation, gateway.name)): gateway.ledger_vkey
        for gateway in directory.gateways.values()
    }
    return nodes | gateways
