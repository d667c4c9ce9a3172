"""Faults of one program, one sentence and one documented code each; and what nobody in between can read."""

from __future__ import annotations

import contextlib
import re
import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from comity import envelope
from comity.authority.ca import CertificateAuthority, Profile, load_key, request
from comity.authority.inviting import Invitations
from comity.authority.publishing import Authority
from comity.client import ComityCallError, Outcome, Person
from comity.clock import SystemClock
from comity.errors import ExitCode, Reason
from comity.identity.names import AgencyId, InstanceName
from comity.rpc.tls import TlsIdentity
from node.exchange.model import ANSWER_BUCKET_FULL_BYTES
from node.link.codec import WireCodec
from tests.simulators.exchange_scenes import (
    ANSWER_CANARY,
    ASKER,
    CASE,
    OTHER,
    OWNER,
    PERSON,
    QUERY_CANARY,
    Puppet,
    entries,
    meanwhile,
    outcomes,
    play,
    settled,
)
from tests.simulators.installed import ROOT, files_hold, memory_holds, terminate, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from comity.demo.federation import Federation
    from tests.simulators.installed import Installed

DAY_MS = 24 * 3600 * 1000


def documented() -> set[int]:
    text = (ROOT / "docs" / "reference" / "exit-codes.md").read_text("utf-8")
    return {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}


def one_sentence(told: Any, code: int, *words: str) -> None:
    assert told.returncode == code, told.stderr
    assert code in documented()
    last = told.stderr.strip().splitlines()[-1]
    assert all(word in last for word in words), told.stderr
    assert "Traceback" not in told.stderr


def test_nobody_in_between_can_read_a_question_or_an_answer(fed: Federation) -> None:
    secrets = {
        QUERY_CANARY: (QUERY_CANARY.encode(),),
        ANSWER_CANARY: (ANSWER_CANARY.encode(), ANSWER_CANARY.encode("latin-1")),
        CASE: (CASE.encode(),),
    }
    for _ in range(3):
        assert outcomes(fed, Person(PERSON))[OWNER] is Outcome.HIT
    between = [*fed.gateway_names, "authority"]
    for name in between:
        folder = fed.authority if name == "authority" else fed.home(name)
        for words in secrets.values():
            for word in words:
                assert not memory_holds(fed.servers[name].pid, word), name
                assert not files_hold(folder, word), name
                assert word not in fed.log(name).read_bytes(), name
    # The same look does find them where they belong.
    for words in secrets.values():
        ends = (ASKER, OWNER)
        assert any(memory_holds(fed.servers[end].pid, word) for end in ends for word in words)
    assert files_hold(fed.home(OWNER), ANSWER_CANARY.encode())


def test_an_expired_certificate_opens_no_link_and_no_listener(fed: Federation) -> None:
    puppet = Puppet(fed)
    key = load_key(puppet.identity.tls.key_pem)
    then_ms = SystemClock().now_ms() - 2 * DAY_MS
    authority: CertificateAuthority = Authority(fed.authority, SystemClock()).ca("node")
    old = authority.sign(request(key), Profile(puppet.identity.name), then_ms)

    async def attach() -> str:
        async with puppet.link(
            fed.gateway_names[0], identity=TlsIdentity(old, puppet.identity.tls.key_pem)
        ) as link:
            return await link.refusal()

    assert "UNAVAILABLE" in play(attach())


def test_an_unknown_member_is_named_as_unknown_and_nobody_is_asked(fed: Federation) -> None:
    with pytest.raises(ComityCallError) as refused:
        outcomes(fed, targets=("XX-NOBODY",))
    assert refused.value.reason is Reason.UNKNOWN_MEMBER


def test_an_answer_larger_than_agreed_never_reaches_the_asker(fed: Federation) -> None:
    assert terminate(fed, OWNER) == {OWNER: 0}
    name = fed.gateway_names[0]
    dropped = "larger than the routing fixed"
    before = fed.log(name).read_text().count(dropped)
    puppet = Puppet(fed, OWNER)

    async def answer_too_much() -> None:
        async with puppet.link(name) as link:
            await link.attach()
            await link.grant()
            asking = meanwhile(lambda: outcomes(fed, targets=(OWNER,), wait_s=3))
            while True:
                delivered = envelope.parse_delivered((await link.next("deliver")).deliver.envelope)
                now_ms = SystemClock().now_ms()
                large = envelope.seal(
                    message_type=envelope.MessageType.ANSWER,
                    sender=puppet.identity.signing,
                    recipients=[envelope.EncryptionSecret.generate().public],
                    routing=WireCodec().encode_answer_routing(sender=OWNER, requester=ASKER),
                    body=b"",
                    created_ms=now_ms,
                    expires_ms=now_ms + 60_000,
                    in_reply_to=delivered.id,
                    bucket_bytes=ANSWER_BUCKET_FULL_BYTES,
                )
                await link.send(large.encoded)
                break
            until(lambda: fed.log(name).read_text().count(dropped) > before)
            assert asking.result(20) == {OWNER: Outcome.TIMEOUT}

    other = fed.gateway_names[1]
    fed.servers.pop(other).kill()  # so that the question goes where the puppet is attached
    try:
        until(lambda: f"link to {other} ended" in fed.log(ASKER).read_text())
        play(answer_too_much())
    finally:
        fed.start(other)
        fed.start(OWNER)
        settled(fed)


def test_every_fault_at_the_start_of_a_node_is_one_sentence_and_a_documented_code(
    fed: Federation, installed: Installed, tmp_path: Path
) -> None:
    home = fed.home(OTHER)
    serve = ("serve", "--home", home)
    one_sentence(installed.run("comity-node", *serve), ExitCode.UNAVAILABLE, "ledger")
    assert terminate(fed, OTHER) == {OTHER: 0}
    before = entries(fed, OTHER, "query.answered")
    try:
        host, _, port = fed.listen[OTHER].rpartition(":")
        with socket.create_server((host, int(port))):
            told = installed.run("comity-node", *serve)
            one_sentence(told, ExitCode.UNAVAILABLE, fed.listen[OTHER], "in use")
        with missing(home / "signing.key") as key:
            one_sentence(installed.run("comity-node", *serve), ExitCode.CONFIG, key)
        shifted = installed.with_clock_off(tmp_path / "shifted", 300)
        told = installed.run(str(shifted / "comity-node"), *serve)
        one_sentence(told, ExitCode.CONFIG, "clock")
        one_sentence(installed.run_on_full_disk("comity-node", *serve), ExitCode.DISK, "disk")
        one_sentence(
            installed.run("comity-node", "serve", "--home", tmp_path / "hmoe"),
            ExitCode.CONFIG,
            "has not joined",
        )
        assert not (tmp_path / "hmoe").exists()
    finally:
        fed.start(OTHER)
        settled(fed)
    assert entries(fed, OTHER, "query.answered")[: len(before)] == before


def test_every_fault_at_the_start_of_a_gateway_is_one_sentence_and_a_documented_code(
    fed: Federation, installed: Installed, tmp_path: Path
) -> None:
    name = fed.gateway_names[1]
    home, serve = fed.home(name), ("serve", "--home", fed.home(name))
    one_sentence(installed.run("comity-gateway", *serve), ExitCode.UNAVAILABLE, "ledger")
    assert terminate(fed, name) == {name: 0}
    before = entries(fed, name, "relay.closed")
    try:
        address = Authority(fed.authority, SystemClock()).directory.gateways[name].address
        host, _, port = address.rpartition(":")
        with socket.create_server((host, int(port))):
            told = installed.run("comity-gateway", *serve)
            one_sentence(told, ExitCode.UNAVAILABLE, address, "in use")
        with missing(home / "tls.key") as key:
            one_sentence(installed.run("comity-gateway", *serve), ExitCode.CONFIG, key)
        shifted = installed.with_clock_off(tmp_path / "shifted", -300)
        told = installed.run(str(shifted / "comity-gateway"), *serve)
        one_sentence(told, ExitCode.CONFIG, "clock", "authority's differ by")
        one_sentence(installed.run_on_full_disk("comity-gateway", *serve), ExitCode.DISK, "disk")
    finally:
        fed.start(name)
        settled(fed)
    assert entries(fed, name, "relay.closed")[: len(before)] == before


def test_every_fault_at_the_start_of_the_authority_is_one_sentence_and_a_documented_code(
    fed: Federation, installed: Installed, tmp_path: Path
) -> None:
    serve = ("authority", "serve", fed.authority)
    address = Authority(fed.authority, SystemClock()).directory.authorities.enrolment_address
    told = installed.run("comity", *serve)  # it runs: its own port is in use
    one_sentence(told, ExitCode.UNAVAILABLE, address, "in use")
    assert terminate(fed, "authority") == {"authority": 0}
    published = sorted(Authority(fed.authority, SystemClock()).trust.held().items())
    try:
        with missing(fed.authority / "freshness.pem") as key:
            one_sentence(installed.run("comity", *serve), ExitCode.CONFIG, key)
        # It vouches once an hour: so far back, the last time lies ahead.
        shifted = installed.with_clock_off(tmp_path / "shifted", -7_200)
        told = installed.run(str(shifted / "comity"), *serve)
        one_sentence(told, ExitCode.CONFIG, "clock", "behind")
        told = installed.run("comity", "authority", "serve", tmp_path / "hmoe")
        one_sentence(told, ExitCode.CONFIG, "no authority")
        assert not (tmp_path / "hmoe").exists()
        full = tmp_path / "founded on a full disk"
        told = installed.run_on_full_disk("comity", "authority", "init", full)
        one_sentence(told, ExitCode.DISK, "full")
    finally:
        fed.start_authority()
        settled(fed)
    assert sorted(Authority(fed.authority, SystemClock()).trust.held().items()) >= published


@pytest.mark.parametrize("program", ["comity-node", "comity-gateway"])
def test_a_wrong_token_admits_nobody_and_says_so(
    fed: Federation, installed: Installed, tmp_path: Path, program: str
) -> None:
    opened = Authority(fed.authority, SystemClock())
    invitations = Invitations(opened)
    token = (
        invitations.invite_node(AgencyId("XX-NEW"), InstanceName("1"), name="New", country="XX")
        if program == "comity-node"
        else invitations.invite_gateway(InstanceName("gw-new"), "127.0.0.1:1")
    )
    guessed = replace(token, secret=bytes(len(token.secret)))
    home = tmp_path / "home"
    join = ("--root", fed.fingerprint, "--home", home)
    for wrong, code in ((guessed.encode(), ExitCode.REFUSED), ("not-a-token", ExitCode.DATA)):
        one_sentence(installed.run(program, "join", wrong, *join), code, "invitation")
    other = "comity-gateway" if program == "comity-node" else "comity-node"
    told = installed.run(other, "join", token.encode(), *join)
    one_sentence(told, ExitCode.USAGE, "not a")
    told = installed.run(program, "join", token.encode(), "--root", "ab" * 32, "--home", home)
    one_sentence(told, ExitCode.REFUSED, "directory was refused")


@contextlib.contextmanager
def missing(file: Path) -> Iterator[str]:
    """A file that is not where it belongs."""
    away = file.rename(file.with_suffix(".away"))
    try:
        yield str(file)
    finally:
        away.rename(file)
