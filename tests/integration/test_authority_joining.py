"""A real authority on loopback: joins, news, renewals, and what stops a join before anything is sent."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from comity.authority.client import connect
from comity.authority.enrolment import Enrolments
from comity.authority.following import follow
from comity.authority.holder import DirectoryHolder
from comity.authority.home import Home
from comity.authority.joining import join_gateway, join_node
from comity.authority.publishing import Authority
from comity.authority.renewing import renew, renewal_due
from comity.authority.serving import running
from comity.clock import ManualClock, SystemClock
from comity.demo.processes import free_port
from comity.errors import ExitCode, Reason, Refusal, StartError
from comity.identity.directory import Revocations
from comity.identity.names import AgencyId
from comity.identity.token import Token
from tests.simulators.authority import Founded

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

SOON_S = 10.0


def found(folder: Path) -> Founded:
    return Founded.found(folder, address=f"127.0.0.1:{free_port()}", clock=SystemClock())


@contextlib.asynccontextmanager
async def serving(fed: Founded, clock: Any = None) -> AsyncIterator[None]:
    address = fed.authority.directory.authorities.enrolment_address
    async with running(fed.folder, address, clock=clock):
        yield


def officers_approve(fed: Founded, phrases: list[str]) -> Callable[[str, str], None]:
    """Two officers who compare the words and sign."""

    def approve(join_id: str, phrase: str) -> None:
        phrases.append(phrase)
        assert Enrolments(fed.authority).status(join_id).phrase == phrase
        fed.approve(join_id)

    return approve


def test_two_nodes_and_a_gateway_join_and_learn_of_a_suspension(tmp_path: Path) -> None:
    asyncio.run(_two_nodes_and_a_gateway(tmp_path))


async def _two_nodes_and_a_gateway(tmp_path: Path) -> None:
    fed, phrases = found(tmp_path / "authority"), list[str]()
    approve = officers_approve(fed, phrases)
    async with serving(fed):
        for agency in ("FR", "DE"):
            token = fed.invite(agency).encode()
            node = await join_node(tmp_path / agency, token, fed.fingerprint, on_phrase=approve)
            assert (node.agency, node.federation) == (agency, "test.comity")
        token = fed.invite_gateway().encode()
        gateway = await join_gateway(tmp_path / "gw", token, fed.fingerprint, on_phrase=approve)
        assert len(set(phrases)) == 3
        loaded = Home.load(tmp_path / "FR")
        assert str(loaded.name) == "spiffe://test.comity/node/FR/1"
        assert loaded.own_keys().current() is not None
        assert not list((tmp_path / "FR").glob("join.*"))
        trust = loaded.directory_store.load()
        async with (
            asyncio.timeout(SOON_S),
            connect(loaded.authority_address, loaded.authority_ca_pem) as client,
        ):
            told = client.watch(trust.held())
            view = trust.apply(await anext(told), SystemClock().now_ms())
            assert set(view.members) == {"FR", "DE"}
            # Another process suspends; the watcher hears of it without asking.
            Authority(fed.folder, SystemClock()).revoke(Revocations(frozenset({AgencyId("DE")})))
            view = trust.apply(await anext(told), SystemClock().now_ms())
            assert not view.members[AgencyId("DE")].active
        assert await renew(loaded)
        assert not renewal_due(Home.load(tmp_path / "FR"), SystemClock().now_ms())
        assert (await renew(gateway)).key_pem == gateway.tls.key_pem
        with pytest.raises(Refusal) as caught:
            await renew(Home.load(tmp_path / "DE"))
        assert caught.value.reason is Reason.MEMBER_SUSPENDED


def test_a_follower_learns_of_changes_across_a_restart_of_the_authority(tmp_path: Path) -> None:
    asyncio.run(_follows(tmp_path))


async def _follows(tmp_path: Path) -> None:
    fed = found(tmp_path / "authority")
    approve = officers_approve(fed, [])
    async with serving(fed):
        token = fed.invite_gateway().encode()
        gateway = await join_gateway(tmp_path / "gw", token, fed.fingerprint, on_phrase=approve)
    store = gateway.directory_store
    holder, told = DirectoryHolder(store, store.load(), SystemClock()), asyncio.Queue[Any]()
    holder.on_change(told.put_nowait)
    async with asyncio.timeout(SOON_S), asyncio.TaskGroup() as tasks:
        following = tasks.create_task(follow(gateway, holder))
        fed.admit(tmp_path / "fr", fed.invite("FR"))
        async with serving(fed):
            directory = await told.get()
            assert set(directory.members) == {"FR"}
            fed.authority.revoke(Revocations(frozenset({AgencyId("FR")})))
            directory = await told.get()
            assert not directory.members[AgencyId("FR")].active
            following.cancel()
    kept = gateway.directory_store.load().directory
    assert kept is not None
    assert not kept.members[AgencyId("FR")].active


async def _fails(home: Path, token: str, fingerprint: str, **more: Any) -> StartError:
    with pytest.raises(StartError) as caught:
        await join_node(home, token, fingerprint, wait_s=0.2, **more)
    assert str(caught.value).endswith(".")
    assert not Home(home).joined()
    return caught.value


def test_a_join_stops_before_anything_is_sent(tmp_path: Path) -> None:
    asyncio.run(_stops_before_anything_is_sent(tmp_path))


async def _stops_before_anything_is_sent(tmp_path: Path) -> None:
    fed, evil = found(tmp_path / "authority"), found(tmp_path / "evil")
    token, home = fed.invite("FR"), tmp_path / "home"
    error = await _fails(home, token.encode(), fed.fingerprint)
    assert (error.exit_code, "cannot be reached" in str(error)) == (ExitCode.UNAVAILABLE, True)
    async with serving(fed), serving(evil):
        error = await _fails(home, token.encode()[:-3], fed.fingerprint)
        assert error.exit_code == ExitCode.DATA
        error = await _fails(home, token.encode(), evil.fingerprint)
        assert (error.exit_code, "foreign root" in str(error)) == (ExitCode.REFUSED, True)
        # Somebody else answers at the authority's address.
        evil_address = evil.authority.directory.authorities.enrolment_address
        redirected = Token(**{**_fields(token), "address": evil_address}).encode()
        error = await _fails(home, redirected, fed.fingerprint)
        assert (error.exit_code, "in between" in str(error)) == (ExitCode.REFUSED, True)
        # He has also re-made the invitation for his own certificate: the fingerprint, which travelled
        # another way, is what he cannot have changed.
        pinned = {**_fields(token), "address": evil_address, "pin": evil.invite("FR").pin}
        error = await _fails(home, Token(**pinned).encode(), fed.fingerprint)
        assert "foreign root" in str(error)
        error = await _fails(home, fed.invite_gateway().encode(), fed.fingerprint)
        assert error.exit_code == ExitCode.USAGE
        assert not home.exists()
        wrong = {**_fields(token), "secret": b"?" * 16}
        error = await _fails(home, Token(**wrong).encode(), fed.fingerprint)
        assert (error.exit_code, "was refused" in str(error)) == (ExitCode.REFUSED, True)


def _fields(token: Token) -> dict[str, Any]:
    return {name: getattr(token, name) for name in Token.__slots__}


@pytest.mark.parametrize("seconds", [-150, 150])
def test_a_clock_off_by_more_than_two_minutes_is_named(tmp_path: Path, seconds: int) -> None:
    asyncio.run(_wrong_clock(tmp_path, seconds))


async def _wrong_clock(tmp_path: Path, seconds: int) -> None:
    fed = found(tmp_path / "authority")
    wrong = ManualClock(SystemClock().now_ms() + seconds * 1000)
    async with serving(fed):
        error = await _fails(
            tmp_path / "home", fed.invite("FR").encode(), fed.fingerprint, clock=wrong
        )
    assert "two minutes" in str(error)


def test_an_interrupted_join_is_taken_up_again_by_the_same_command(tmp_path: Path) -> None:
    asyncio.run(_interrupted(tmp_path))


async def _interrupted(tmp_path: Path) -> None:
    fed = found(tmp_path / "authority")
    token, home, seen = fed.invite("FR").encode(), tmp_path / "home", list[tuple[str, str]]()
    async with serving(fed):
        error = await _fails(
            home, token, fed.fingerprint, on_phrase=lambda *pair: seen.append(pair)
        )
        assert error.exit_code == ExitCode.TEMPORARY
        # Meanwhile the directory moves on; the request stays what it was.
        fed.admit(tmp_path / "de", fed.invite("DE", country="DE"))
        fed.approve(seen[0][0])
        node = await join_node(
            home, token, fed.fingerprint, on_phrase=lambda *pair: seen.append(pair)
        )
        assert seen[0] == seen[1]
        assert node.agency == "FR"
        error = await _fails_joined(home, token, fed.fingerprint)
        assert error.exit_code == ExitCode.CANNOT_CREATE
        error = await _fails(tmp_path / "thief", token, fed.fingerprint)
        assert "was refused" in str(error)


async def _fails_joined(home: Path, token: str, fingerprint: str) -> StartError:
    with pytest.raises(StartError) as caught:
        await join_node(home, token, fingerprint)
    return caught.value


def test_a_join_that_officers_refuse_ends(tmp_path: Path) -> None:
    asyncio.run(_refused_by_officers(tmp_path))


async def _refused_by_officers(tmp_path: Path) -> None:
    fed = found(tmp_path / "authority")
    async with serving(fed):
        error = await _fails(
            tmp_path / "home",
            fed.invite("FR").encode(),
            fed.fingerprint,
            on_phrase=lambda join_id, _: Enrolments(fed.authority).refuse(join_id),
        )
    assert "officers refused" in str(error)


def test_a_missing_or_damaged_file_is_named(tmp_path: Path) -> None:
    asyncio.run(_missing_files(tmp_path))


async def _missing_files(tmp_path: Path) -> None:
    fed, home = found(tmp_path / "authority"), tmp_path / "home"
    async with serving(fed):
        approve = officers_approve(fed, [])
        await join_node(home, fed.invite("FR").encode(), fed.fingerprint, on_phrase=approve)
    for name in ("tls.key", "tls.crt", "signing.key", "ledger.key", "directory/directory.json"):
        content = (home / name).read_bytes()
        (home / name).unlink()
        with pytest.raises(StartError, match=name.split("/", maxsplit=1)[0]) as caught:
            Home.load(home)
        assert caught.value.exit_code == ExitCode.CONFIG
        (home / name).write_bytes(content)
    with pytest.raises(StartError, match="has not joined"):
        Home.load(tmp_path / "nowhere")
    with pytest.raises(StartError, match="node's home"):
        Home.load_gateway(home)


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    async def twice() -> None:
        fed = found(tmp_path / "authority")
        async with serving(fed):
            with pytest.raises(StartError, match="port is in use"):
                async with serving(fed):
                    pass

    asyncio.run(twice())


def test_the_command_line_runs_a_whole_join(tmp_path: Path) -> None:
    """The real program in its own process; officers' approvals are scripted."""
    folder, port = tmp_path / "authority", free_port()
    address = f"127.0.0.1:{port}"
    environment = {**os.environ, "COMITY_AUTHORITY": str(folder)}
    program = [
        sys.executable,
        "-c",
        "from comity.cli.authority import authority; authority()",
    ]

    def comity(*words: str, code: int = 0) -> str:
        done = subprocess.run(
            [*program, *words], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stderr
        return done.stdout if code == 0 else done.stderr

    said = comity("init", str(folder), "--federation", "test.comity", "--address", address)
    assert "Root fingerprint: " in said
    fingerprint = said.split("Root fingerprint: ")[1].split()[0]
    said = comity("invite", "FR", "--name", "Police judiciaire", "--country", "FR")
    token = next(word for word in said.split() if word.startswith("cmt-"))
    server = subprocess.Popen(
        [*program, "serve", str(folder)], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        assert f"listening on port {port}" in server.stdout.readline()

        def approve(join_id: str, phrase: str) -> None:
            key = [str(folder / "officers" / f"officer-{number}.pem") for number in (1, 2)]
            wrong = comity("approve", join_id, "--officer", key[0], "--phrase", "no " * 8, code=77)
            assert "somebody is in between" in wrong
            assert "1 of 2" in comity("approve", join_id, "--officer", key[0], "--phrase", phrase)
            said = comity("approve", join_id, "--officer", key[1], "--phrase", phrase)
            assert "is in the directory" in said

        node = asyncio.run(
            join_node(tmp_path / "fr", token, fingerprint, on_phrase=approve, wait_s=SOON_S)
        )
        assert node.agency == "FR"
        assert "FR is suspended" in comity("suspend", "FR")
        assert '"SUSPENDED"' in comity("status", "--json")
        assert "no member XX" in comity("suspend", "XX", code=ExitCode.DATA)
        taken = comity("serve", str(folder), code=ExitCode.UNAVAILABLE)
        assert "port is in use" in taken
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(SOON_S) == 0
        if server.stdout is not None:
            server.stdout.close()
    (folder / "freshness.pem").unlink()
    assert "freshness.pem is missing" in comity("status", code=ExitCode.CONFIG)
