"""The grown form: nodes and gateways on PostgreSQL, two gateways on one database, a log for each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from sqlalchemy import update

from comity.authority.home import ledger_origin
from comity.client import Outcome, Person, Stage
from comity.clock import ManualClock
from comity.errors import Refusal
from comity.ledger import Verifier, verify_opened
from comity.ledger.audit import Audit
from comity.store.engine import open_engine
from comity.store.reader import LedgerReader
from node.storage.callers import CallerRegister
from node.storage.migrating import migrate
from node.storage.schema import caller
from tests.integration.test_exchange import run, suspect, why
from tests.simulators.federation import until
from tests.simulators.postgresql import cluster

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.federation import Federation

ASKER, OWNER = "FR-PJ", "DE-LP"


def kinds(url: str, origin: str, vkey: str) -> list[str]:
    """Kinds of a log's entries, once it was audited."""
    with LedgerReader.open(url, origin) as log:
        entries = list(log.entries())
        audit = Audit(Verifier(vkey), (), log.tile, log.ids)
        list(audit.run(entries, log.heads()))
    assert audit.sound, audit.findings
    return [entry.kind for entry in entries]


def test_two_gateways_and_their_nodes_run_on_postgresql(tmp_path: Path) -> None:
    with cluster() as server:
        shared = server.schema()
        databases = {
            **dict.fromkeys(("gw1", "gw2"), shared),
            ASKER: server.schema(),
            OWNER: server.schema(),
        }

        async def scene(fed: Federation) -> None:
            fed.hold(OWNER, suspect())
            async with fed.caller(ASKER) as node:
                replies = [
                    await node.lookup(
                        Person("Muhammad al-Hassan", birth_date="1974"), why(), stage=Stage.FULL
                    )
                    for _ in range(4)
                ]
                past = await node.query(replies[0].query_id)
            directory = fed.nodes[ASKER].app.directories.current
            key = directory.members[OWNER].nodes[0].ledger_vkey
            for reply in replies:
                (answer,) = reply.answers
                assert answer.outcome is Outcome.HIT
                assert verify_opened(answer.receipt, key=key).said.kind == "query.answered"
            assert past.answers[0].receipt == replies[0].answers[0].receipt

            def relayed() -> list[str]:
                return sorted(
                    kind
                    for name, entry in directory.gateways.items()
                    for kind in kinds(
                        shared,
                        ledger_origin(fed.gateways[name].app.identity.name),
                        entry.ledger_vkey,
                    )
                )

            # The last closing entry follows the requester's acknowledgement.
            await until(lambda: relayed() == ["relay.accepted"] * 4 + ["relay.closed"] * 4)
            origin = ledger_origin(fed.nodes[OWNER].app.identity.name)
            assert kinds(databases[OWNER], origin, key) == ["query.received", "query.answered"] * 4

        run(scene, tmp_path, gateways=2, databases=databases)


def test_a_publication_waits_for_a_revocation_under_way_and_is_refused_by_it() -> None:
    """Without the lock on the rows it would read what was true before, and both would be written."""
    with cluster() as server:
        engine = open_engine(server.schema())
        migrate(engine)
        register = CallerRegister(engine, ManualClock())
        for number, name in enumerate(("bert", "cleo")):
            register.add(name, role="policy-approver", public_key_sha256=bytes([number]) * 32)
        still = register.holding({key: {"policy-approver"} for key in ("bert", "cleo")})

        def publish() -> str:
            with engine.begin() as publishing:
                try:
                    still(publishing)
                except Refusal as refusal:
                    return refusal.detail
            return ""

        with ThreadPoolExecutor(1) as beside:
            assert not beside.submit(publish).result(10)
            with engine.begin() as revoking:
                revoking.execute(update(caller).where(caller.c.name == "cleo").values(revoked_ms=1))
                waits = beside.submit(publish)
                assert wait([waits], timeout=0.5).not_done
            assert waits.result(10) == "cleo may not do this any more"
        engine.dispose()
