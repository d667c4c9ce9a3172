"""A machine is lost: what its node knew comes back on another one, and nothing is answered twice."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from comity import envelope
from comity.authority.enrolment import Enrolments
from comity.authority.home import Home
from comity.authority.joining import join_node
from comity.client import AsyncComity, Outcome, Vehicle
from comity.client.profile import Profile
from comity.errors import ExitCode, Reason, Refusal, StartError
from comity.store.engine import open_engine
from comity.store.reader import LedgerReader
from node.cli.main import node as program
from node.records.record import Labels, Record
from node.storage.migrating import migrate
from node.storage.queries import SqlQueryBook
from node.storage.replay import ReplayBook
from node.storage.saving import begin_anew
from tests.simulators.car_question import VIN
from tests.simulators.exchange_scenes import Puppet, why
from tests.simulators.federation import Federation, entries_of, until
from tests.simulators.ledgers import VKEY, fill, tamper
from tests.simulators.postgresql import cluster

if TYPE_CHECKING:
    from pathlib import Path

CAR = Record("car", "test", "vehicle", {"vehicle.vin": VIN}, Labels("object"))
ASKER, OWNER = "FR-PJ", "DE-LP"


async def told(*words: object, code: int = ExitCode.OK) -> str:
    found = await asyncio.to_thread(CliRunner().invoke, program, [*map(str, words)])
    assert found.exit_code == code, found.output
    return found.output


async def outcome(fed: Federation, name: str) -> Outcome:
    async with fed.caller(ASKER, name) as asker:
        reply = await asker.lookup(Vehicle(vin=VIN), why(), wait_s=10)
    return reply.answers[0].outcome


async def joined_anew(fed: Federation, home: Path) -> None:
    """The same agency and instance, by its root key, with keys that are born on the new machine."""

    def approve(join_id: str, _phrase: str) -> None:
        for number in (1, 2):
            Enrolments(fed.founded.authority).approve(join_id, fed.founded.officer(number))

    await join_node(
        home,
        fed.founded.invite(OWNER, country="DE").encode(),
        fed.founded.fingerprint,
        on_phrase=approve,
        agency_key=fed.home(OWNER) / "agency.pem",
        clock=fed.clock,
    )
    shutil.copy(fed.home(OWNER) / "node.toml", home)


def run(scene: Any, folder: Path) -> None:
    async def play() -> None:
        async with asyncio.timeout(90), Federation.of(folder, (ASKER, OWNER)) as fed:
            fed.hold(OWNER, CAR)
            await scene(fed)

    asyncio.run(play())


def test_a_node_comes_back_on_another_machine_and_answers_nothing_twice(tmp_path: Path) -> None:
    async def scene(fed: Federation) -> None:
        profile = Profile.load(fed.profile(OWNER, "officer", "officer"))
        first = Puppet(fed).query(OWNER)
        saved, old_home = fed.root / "saved", fed.home(OWNER)
        assert await outcome(fed, "before") is Outcome.HIT
        await told("backup", saved, "--home", old_home)  # the node runs
        assert not {"signing.key", "ledger.key", "tls.key", "keys"} & {
            path.name for path in saved.iterdir()
        }
        answering = fed.nodes[OWNER].app.answering  # answered after the backup: it has no row of it
        ((_, form),) = envelope.deliveries_unverified(envelope.parse_sent(first.encoded))
        answering.receive(envelope.parse_delivered(form), 5_000, "gw1", lambda: None)
        await until(lambda: not answering.in_flight)
        assert entries_of(fed.nodes[OWNER].app.engine, first.id)
        await fed.nodes[OWNER].end()
        new_home = fed.root / "new"
        await joined_anew(fed, new_home)
        said = await told("restore", saved, "--home", new_home)
        assert "begins a ledger of its own" in said
        await told("restore", saved, "--home", new_home, code=ExitCode.CANNOT_CREATE)  # once
        shutil.rmtree(old_home)
        new_home.rename(old_home)
        app = (await fed.start_node(OWNER)).app
        await fed.linked()
        asker = fed.nodes[ASKER].app.peer_keys
        await until(
            lambda: (
                asker.encryption_key(OWNER, fed.clock.now_ms())
                == app.own_keys.current().encryption_key
            )
        )
        assert await outcome(fed, "after") is Outcome.HIT
        # Whoever called the old machine calls the new one, with the key and certificate it has.
        moved = replace(profile, address=f"127.0.0.1:{fed.nodes[OWNER].port}")
        async with AsyncComity.open(moved) as officer:
            assert [past async for past in officer.queries()] == []
        # What was answered before is neither answered nor even opened.
        app.answering.receive(envelope.parse_delivered(form), 5_000, "gw1", lambda: None)
        await until(lambda: not app.answering.in_flight)
        assert entries_of(app.engine, first.id) == []
        await told("restore", saved, "--home", old_home, code=ExitCode.CANNOT_CREATE)
        with LedgerReader.open(old_home / "node.db") as log:
            assert [one.kind for one in log.entries()] == ["query.received", "query.answered"]
        # Without the command: the old log under the new key is taken up by nobody.
        await fed.nodes[OWNER].end()
        shutil.copy(saved / "node.db", old_home / "node.db")
        (old_home / "ledger.head").unlink()
        with pytest.raises(StartError, match="another key"):
            await fed.start_node(OWNER)

    run(scene, tmp_path)


def test_of_an_old_copy_nothing_is_open_and_nothing_below_the_moment_is_taken(
    tmp_path: Path,
) -> None:
    async def scene(fed: Federation) -> None:
        home, saved = fed.home(OWNER), fed.root / "saved"
        assert await outcome(fed, "before") is Outcome.HIT
        await told("backup", saved, "--home", home)
        tamper(
            saved / "node.db",
            "INSERT INTO query (query_id, asked_ms, asked_by, question) VALUES (x'aa', 1, 'desk', x'')",
        )
        await joined_anew(fed, fed.root / "new")
        await told("restore", saved, "--home", fed.root / "new")
        engine = open_engine(fed.root / "new" / "node.db")
        with engine.connect() as connection:
            book = ReplayBook.load(connection)
        with pytest.raises(Refusal) as refused:
            book.claim(
                sender_kid=b"k" * 16, msg_id=b"m" * 16, query_id=b"q" * 32,
                expires_ms=fed.clock.now_ms(),
            )  # fmt: skip
        assert refused.value.reason is Reason.EXPIRED
        past = SqlQueryBook(engine).one(b"\xaa", name="desk", everyone=False)
        assert past is not None
        assert past.answers == []
        engine.dispose()

    run(scene, tmp_path)


def test_what_is_no_backup_or_no_fresh_home_is_one_sentence_and_changes_nothing(
    tmp_path: Path,
) -> None:
    async def scene(fed: Federation) -> None:
        home, saved, new = fed.home(OWNER), fed.root / "saved", fed.root / "new"
        mistyped = fed.root / "hmoe"
        said = await told("backup", saved, "--home", mistyped, code=ExitCode.CONFIG)
        assert "has not joined a federation yet" in said
        assert not saved.exists()
        assert not mistyped.exists()
        await told("backup", saved, "--home", home)
        await told("backup", saved, "--home", home, code=ExitCode.CANNOT_CREATE)
        said = await told("restore", saved, "--home", home, code=ExitCode.CANNOT_CREATE)
        assert "in use" in said
        await joined_anew(fed, new)
        (fed.root / "empty").mkdir()
        said = await told("restore", fed.root / "empty", "--home", new, code=ExitCode.DATA)
        assert "no backup of a node" in said
        (saved / "node.db").write_bytes((saved / "node.db").read_bytes()[:5000])
        await told("restore", saved, "--home", new, code=ExitCode.DISK)
        assert Home(new).joined()
        assert not (new / "node.db").exists()
        assert not (new / "index.key").exists()

    run(scene, tmp_path)


def test_a_dump_brought_back_on_postgresql_begins_anew_once(tmp_path: Path) -> None:
    with cluster() as server:
        url = server.schema()
        engine = open_engine(url)
        migrate(engine)
        fill(url, 4)
        with engine.begin() as connection:
            ReplayBook.load(connection).claim(
                sender_kid=b"k" * 16, msg_id=b"m" * 16, query_id=b"q" * 32, expires_ms=9_000
            )(connection)
        begin_anew(engine, 10_000, vkey="of the new machine")
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM ledger_entry").scalar() == 0
            assert connection.exec_driver_sql("SELECT count(*) FROM replay").scalar() == 0
            assert ReplayBook.load(connection)._floor_ms == 10_000
        fill(url, 2)  # the new machine serves
        with pytest.raises(StartError, match="has served"):
            begin_anew(engine, 20_000, vkey=VKEY)
        engine.dispose()
