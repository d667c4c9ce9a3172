"""A federation to measure, in a folder that vanishes: real programs, joined in one process to save time.

The authority, gateways and nodes run as an operator runs them. Founding, invitations, joins and the two
officers' signatures go through the same functions as their command lines, without starting a program for
each.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.authority import roles
from comity.authority.ceremony import found
from comity.authority.enrolment import Enrolments
from comity.authority.inviting import Invitations
from comity.authority.joining import join_gateway, join_node
from comity.authority.publishing import Authority
from comity.clock import SystemClock
from comity.demo.federation import FEDERATION, Federation
from comity.demo.processes import concurrently, free_port
from comity.demo.registers import registers
from comity.identity.names import AgencyId, FederationId, InstanceName
from comity.rulings.shipped import GATEWAY_DEFAULT
from node.opening import open_register
from node.settings import Settings
from node.sources.formats import importer
from node.sources.load import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.demo.federation import Agency

ASKED_MAX = 500
STARTED_AT_ONCE = 3
OFFICERS = ("officer-1.pem", "officer-2.pem")


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A folder on the disk that the operating system names for temporary files; removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="comity-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def federation(root: Path, agencies: tuple[Agency, ...]) -> Iterator[Federation]:
    """A founded and joined federation; nothing of it runs yet but its authority."""
    fed = Federation(root, agencies=agencies)
    root.mkdir(parents=True, mode=0o700)
    try:
        fed.fingerprint = found(
            fed.authority,
            federation=FederationId(FEDERATION),
            address=fed.authority_address,
            clock=SystemClock(),
        )
        fed.start_authority()
        asyncio.run(_join_all(fed))
        for name in (*fed.gateway_names, *(agency.id for agency in agencies)):
            fed.set(name, "log_level", "WARNING")
        yield fed
    finally:
        fed.stop()


async def _join_all(fed: Federation) -> None:
    authority = Authority(fed.authority, SystemClock())
    signers = [
        roles.load_signer((fed.authority / "officers" / name).read_bytes()) for name in OFFICERS
    ]

    def approve(join_id: str, _: str) -> None:
        for signer in signers:
            Enrolments(authority).approve(join_id, signer)

    for name in fed.gateway_names:
        address = f"127.0.0.1:{free_port()}"
        token = Invitations(authority).invite_gateway(InstanceName(name), address)
        home = fed.home(name)
        await join_gateway(home, token.encode(), fed.fingerprint, on_phrase=approve)
        fed.set(name, "policies", [str(fed.policies / pack) for pack in GATEWAY_DEFAULT])
    for agency in fed.agencies:
        token = Invitations(authority).invite_node(
            AgencyId(agency.id), InstanceName("1"), name=agency.name, country=agency.country
        )
        home = fed.home(agency.id)
        await join_node(home, token.encode(), fed.fingerprint, on_phrase=approve)
        fed.listen[agency.id] = f"127.0.0.1:{free_port()}"
        packs = ("model", "core", *agency.packs)
        fed.set(agency.id, "policies", [str(fed.policies / pack) for pack in packs])
        fed.set(agency.id, "listen", fed.listen[agency.id])


def fill(home: Path, path: Path) -> None:
    """Loads a file of the Comity register format into a node that does not run."""
    engine, store = open_register(home, Settings.load(home))
    try:
        load(importer("register"), store, path)
    finally:
        store.close()
        engine.dispose()


def start_all(fed: Federation) -> None:
    """Starts gateways, then nodes, a few at a time: each works hard for a moment."""
    for name in fed.gateway_names:
        fed.start(name)
    names = [agency.id for agency in fed.agencies]
    for at in range(0, len(names), STARTED_AT_ONCE):
        concurrently(
            [lambda name=name: fed.start(name) for name in names[at : at + STARTED_AT_ONCE]]
        )


def register_file(path: Path, records: int) -> list[str]:
    """Writes an invented register; returns numbers of documents in it to ask for."""
    numbers: list[str] = []
    with path.open("w", encoding="utf-8") as out:
        for row in registers("DE-LP", records, 1):
            if row["entity"] == "identity_document":
                fields: Any = row["fields"]
                number = fields["identity_document.number"]
                if any(character.isdigit() for character in number):  # others may not be asked for
                    numbers.append(number)
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return numbers[:ASKED_MAX]
