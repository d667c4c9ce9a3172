"""The joiner's side: keys are born here, the root is compared, two officers are waited for.

What is refused before anything is sent: a damaged invitation, another certificate than the invitation
pins, another root than the fingerprint's, a clock off by more than two minutes. What is refused
afterwards: a certificate for another name or key, a directory that does not hold exactly our keys.

An interrupted join is taken up again by the same command: keys and request are kept, and the same request
is the same join.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from comity.api.directory.v1 import enrolment_service_pb2
from comity.authority.ca import load_key, spki_sha256
from comity.authority.client import CALL_S, AuthorityClient, connect, fetch_certificate, refusals
from comity.authority.home import GatewayIdentity, Home, NodeIdentity
from comity.authority.preparing import REQUEST_FILE, TARGETS_FILE, Joining, prepare
from comity.clock import SystemClock
from comity.errors import CATALOGUE, ExitCode, Reason, Refusal, StartError
from comity.identity.documents import DirectoryRefused
from comity.identity.join import CLOCK_SKEW_MS_MAX
from comity.identity.store import DirectoryStore
from comity.identity.token import InvitationKind, Token, TokenDamaged
from comity.identity.trust import DirectoryTrust
from comity.rpc.tls import read_certificate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from comity.clock import Clock
    from comity.identity.directory import Directory
    from comity.identity.join import JoinFacts
    from comity.identity.names import SpiffeId

# How long officers are waited for by default; the command can be run again any time.
WAIT_S: Final = 24 * 3600.0
POLL_S: Final = 0.5


def refused(error: Refusal) -> StartError:
    """What an operator is told when the authority refuses."""
    public = CATALOGUE[error.reason]
    if error.reason is Reason.TOKEN_REFUSED:
        sentence = (
            "The invitation was refused: it is wrong, used, older than a day, or meant for "
            "somebody else. Ask the authority for a new one."
        )
    elif error.reason is Reason.CLOCK_SKEW:
        sentence = "This machine's clock is off by more than two minutes; set it and try again."
    else:
        where = f" (field {error.field})" if error.field else ""
        sentence = f"The authority refused: {public.sentence}{where}"
    if error.reason is Reason.CLOCK_SKEW:
        code = ExitCode.CONFIG
    else:
        code = ExitCode.TEMPORARY if public.retryable else ExitCode.REFUSED
    return StartError(sentence, exit_code=code)


async def join_node(
    home: Path,
    token: str,
    fingerprint: str,
    *,
    on_phrase: Callable[[str, str], None] | None = None,
    agency_key: Path | None = None,
    clock: Clock | None = None,
    wait_s: float = WAIT_S,
) -> NodeIdentity:
    """Joins a node and returns its identity.

    Args:
        home: a new folder, or one whose join was interrupted.
        token: the invitation.
        fingerprint: of the root, as it travelled another way.
        on_phrase: is told the join's id and the phrase, to show them.
        agency_key: the agency's root key; needed for its second node and later ones.
        clock: tells the time.
        wait_s: how long to wait for two officers.

    Raises:
        StartError: one sentence, and the exit code of ``docs/reference/exit-codes.md``.
    """
    await _join(
        home,
        token,
        fingerprint,
        InvitationKind.NODE,
        on_phrase=on_phrase,
        agency_key=agency_key,
        clock=clock,
        wait_s=wait_s,
    )
    return Home.load(home)


async def join_gateway(
    home: Path,
    token: str,
    fingerprint: str,
    *,
    on_phrase: Callable[[str, str], None] | None = None,
    clock: Clock | None = None,
    wait_s: float = WAIT_S,
) -> GatewayIdentity:
    """Joins a gateway process; parameters and errors as for ``join_node``."""
    await _join(
        home,
        token,
        fingerprint,
        InvitationKind.GATEWAY,
        on_phrase=on_phrase,
        agency_key=None,
        clock=clock,
        wait_s=wait_s,
    )
    return Home.load_gateway(home)


async def _join(
    path: Path,
    text: str,
    fingerprint: str,
    kind: InvitationKind,
    *,
    on_phrase: Callable[[str, str], None] | None,
    agency_key: Path | None,
    clock: Clock | None,
    wait_s: float,
) -> None:
    home, clock = Home(path), clock or SystemClock()
    token = _invitation(home, text, kind)
    pem = await asyncio.to_thread(fetch_certificate, token.address, token.pin)
    try:
        async with connect(token.address, pem) as client:
            trust = await _first_directory(client, fingerprint, clock)
            join = Joining(home, token, trust, pem, clock)
            ask, facts = prepare(join, agency_key)
            with refusals():
                response = await client.enrolment.Join(ask, timeout=CALL_S)
            if on_phrase is not None:
                on_phrase(response.join_id, facts.phrase())
            approved = await _approval(client, response.join_id, wait_s)
    except Refusal as error:
        raise refused(error) from error
    _finish(join, facts, approved)


def _invitation(home: Home, text: str, kind: InvitationKind) -> Token:
    if home.joined():
        sentence = f"{home.path} has joined already; a new join needs a new folder."
        raise StartError(sentence, exit_code=ExitCode.CANNOT_CREATE)
    try:
        token = Token.decode(text)
    except TokenDamaged as error:
        sentence = f"This is no whole invitation: {error}."
        raise StartError(sentence, exit_code=ExitCode.DATA) from error
    if token.kind is not kind:
        sentence = f"The invitation is for a {token.kind.name.lower()}, not a {kind.name.lower()}."
        raise StartError(sentence, exit_code=ExitCode.USAGE)
    return token


async def _first_directory(
    client: AuthorityClient, fingerprint: str, clock: Clock
) -> DirectoryTrust:
    files, now_ms = await client.files({})
    if abs(now_ms - clock.now_ms()) > CLOCK_SKEW_MS_MAX:
        raise Refusal(Reason.CLOCK_SKEW, "compared with the authority's")
    try:
        trust = DirectoryTrust.start(dict(files).get("1.root.json", b""), fingerprint)
        trust.apply(files, clock.now_ms())
    except DirectoryRefused as error:
        sentence = f"The federation's directory was refused: {error.why}. Nothing was sent."
        raise StartError(sentence, exit_code=ExitCode.REFUSED) from error
    return trust


async def _approval(
    client: AuthorityClient, join_id: str, wait_s: float
) -> enrolment_service_pb2.GetJoinResponse:
    ask = enrolment_service_pb2.GetJoinRequest(join_id=join_id)
    found = enrolment_service_pb2.GetJoinResponse(state=enrolment_service_pb2.JOIN_STATE_PENDING)
    try:
        async with asyncio.timeout(wait_s):
            while found.state == enrolment_service_pb2.JOIN_STATE_PENDING:
                with refusals():
                    found = await client.enrolment.GetJoin(ask, timeout=CALL_S)
                if found.state == enrolment_service_pb2.JOIN_STATE_PENDING:
                    await asyncio.sleep(POLL_S)
    except TimeoutError as error:
        sentence = f"Officers have not signed {join_id} yet; run the same command again later."
        raise StartError(sentence, exit_code=ExitCode.TEMPORARY) from error
    if found.state != enrolment_service_pb2.JOIN_STATE_APPROVED:
        raise StartError("The officers refused this join.", exit_code=ExitCode.REFUSED)
    return found


def _finish(
    join: Joining, facts: JoinFacts, approved: enrolment_service_pb2.GetJoinResponse
) -> None:
    tls = load_key(join.home.read("tls.key"))
    key = spki_sha256(tls.public_key())
    try:
        files = [(file.name, file.content) for file in approved.files]
        directory = join.trust.apply(files, join.clock.now_ms())
        peer = read_certificate(approved.certificate)
        ours = peer.spiffe_id == str(join.name) and peer.public_key_sha256 == key
    except (DirectoryRefused, Refusal, ValueError) as error:
        sentence = "The authority's answer to the join was refused: it does not verify."
        raise StartError(sentence, exit_code=ExitCode.REFUSED) from error
    if not ours or not _listed(directory, join.name, key, facts):
        sentence = "The authority admitted something else than this machine's own keys."
        raise StartError(sentence, exit_code=ExitCode.REFUSED)
    home = join.home
    DirectoryStore(home.path / "directory").save(join.trust)
    home.write("tls.crt", approved.certificate)
    home.complete(join.name, directory)
    for name in (REQUEST_FILE, TARGETS_FILE):
        (home.path / name).unlink(missing_ok=True)


def _listed(directory: Directory, name: SpiffeId, key: bytes, facts: JoinFacts) -> bool:
    """Whether the directory holds exactly this machine's keys under its name."""
    if name.agency is None:
        gateway = directory.gateways.get(name.name)
        return gateway is not None and (gateway.tls_public_key_sha256, gateway.ledger_vkey) == (
            key,
            facts.ledger_vkey,
        )
    member = directory.members.get(name.agency)
    mine = [node for node in member.nodes if node.instance == name.name] if member else []
    return [(n.signing_key, n.tls_public_key_sha256, n.ledger_vkey) for n in mine] == [
        (facts.signing_key, key, facts.ledger_vkey)
    ]
