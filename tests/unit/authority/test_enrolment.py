"""Joining: who is admitted, what is refused, and that refusals look alike."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from comity.authority import enrolment as enrolling
from comity.authority import roles
from comity.authority.asks import JoinAsk
from comity.authority.ca import (
    new_key,
    request,
)
from comity.authority.enrolment import PENDING_LIFE_MS, Enrolments
from comity.authority.home import Home
from comity.authority.inviting import ATTEMPTS_MAX
from comity.authority.preparing import prepare
from comity.envelope.keys import SigningSecret
from comity.errors import Reason, Refusal
from comity.identity.directory import MemberStatus, Revocations
from comity.identity.documents import DirectoryRefused
from comity.identity.names import AgencyId
from comity.identity.token import TOKEN_LIFE_MS
from tests.simulators.authority import Founded

if TYPE_CHECKING:
    from pathlib import Path

FR = AgencyId("FR")


@pytest.fixture
def fed(tmp_path: Path) -> Founded:
    return Founded.found(tmp_path / "authority")


def refusal(call: Any, *args: Any, **kwargs: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call(*args, **kwargs)
    return caught.value


def test_two_officers_admit_a_node(fed: Founded, tmp_path: Path) -> None:
    ask = fed.ask(tmp_path / "fr", fed.invite("FR"))
    enrolments = Enrolments(fed.authority)
    join_id = enrolments.join(ask)
    assert enrolments.status(join_id).approvals == 0
    status = enrolments.approve(join_id, fed.officer(1))
    assert (status.enrolment.state, status.approvals) == ("PENDING", 1)
    assert FR not in fed.authority.directory.members
    status = enrolments.approve(join_id, fed.officer(1))
    assert (status.enrolment.state, status.approvals) == ("PENDING", 1)  # the same officer again
    status = enrolments.approve(join_id, fed.officer(3))
    assert status.enrolment.state == "APPROVED"
    assert ask.node is not None
    assert fed.reader().directory.members[FR].nodes[0].signing_key == ask.node.signing_key  # type: ignore[union-attr]


def test_a_key_that_is_no_officers_signs_nothing(fed: Founded, tmp_path: Path) -> None:
    enrolments = Enrolments(fed.authority)
    join_id = enrolments.join(fed.ask(tmp_path / "fr", fed.invite("FR")))
    for key in (roles.new_signer(), fed.freshness, fed.officer(1, root=True)):
        assert refusal(enrolments.approve, join_id, key).reason is Reason.NOT_PERMITTED


def test_both_ends_see_one_phrase(fed: Founded, tmp_path: Path) -> None:
    token = fed.invite("FR")
    _, facts = prepare(fed.joining(tmp_path / "fr", token), None)
    join_id = Enrolments(fed.authority).join(fed.ask(tmp_path / "fr", token))
    assert Enrolments(fed.authority).status(join_id).phrase == facts.phrase()


def test_with_another_authority_in_between_the_phrases_differ(fed: Founded, tmp_path: Path) -> None:
    """The man in the middle has the token and his own certificate; the joiner was not shown ours."""
    token = fed.invite("FR")
    evil = Founded.found(tmp_path / "evil")
    joining = replace(
        fed.joining(tmp_path / "fr", token), enrolment_pem=evil.authority.read("enrolment.crt")
    )
    _, seen_by_joiner = prepare(joining, None)
    own = fed.ask(tmp_path / "his", token)  # he joins with keys of his own
    join_id = Enrolments(fed.authority).join(own)
    assert Enrolments(fed.authority).status(join_id).phrase != seen_by_joiner.phrase()


def test_a_request_altered_on_its_way_does_not_verify(fed: Founded, tmp_path: Path) -> None:
    token = fed.invite("FR")
    ask = fed.ask(tmp_path / "fr", token)
    his = request(new_key())
    error = refusal(Enrolments(fed.authority).join, replace(ask, csr=his))
    assert (error.reason, error.field) == (Reason.INVALID_REQUEST, "node.signature")


def outsiders(fed: Founded, tmp_path: Path) -> dict[str, JoinAsk]:
    """Every way an invitation can be wrong."""
    good = fed.ask(tmp_path / "a", fed.invite("FR"))
    used = fed.ask(tmp_path / "b", fed.invite("DE", country="DE"))
    Enrolments(fed.authority).join(used)
    assert used.node is not None
    other = Founded.found(tmp_path / "other", clock=fed.clock)
    foreign = other.ask(tmp_path / "c", other.invite("FR"))
    expired = fed.ask(tmp_path / "d", fed.invite("US", country="US"))
    fed.clock.advance(seconds=TOKEN_LIFE_MS / 1000)
    fed.authority.refresh()
    now_ms = fed.clock.now_ms()
    fresh = fed.ask(tmp_path / "e", fed.invite("ES", country="ES"))
    return {
        "unknown": replace(good, token_id=b"?" * 8, now_ms=now_ms),
        "wrong": replace(fresh, token_secret=b"?" * 16),
        "used by another request": replace(used, ledger_vkey="x" * 20, now_ms=now_ms),
        "foreign": replace(foreign, now_ms=now_ms),
        "expired": replace(expired, now_ms=now_ms),
        "for a node, used by a gateway": replace(fresh, node=None),
    }


def test_every_wrong_invitation_gets_the_same_answer(fed: Founded, tmp_path: Path) -> None:
    enrolments = Enrolments(fed.authority)
    answers = {
        name: refusal(enrolments.join, ask) for name, ask in outsiders(fed, tmp_path).items()
    }
    assert {(error.reason, error.field) for error in answers.values()} == {
        (Reason.TOKEN_REFUSED, None)
    }
    assert len({error.detail for error in answers.values()}) > 3  # the operator's log knows more


def test_guessing_exhausts_an_invitation(fed: Founded, tmp_path: Path) -> None:
    ask = fed.ask(tmp_path / "fr", fed.invite("FR"))
    enrolments = Enrolments(fed.authority)
    for _ in range(ATTEMPTS_MAX):
        refusal(enrolments.join, replace(ask, token_secret=b"?" * 16))
    assert refusal(enrolments.join, ask).reason is Reason.TOKEN_REFUSED


def test_the_same_request_again_is_the_same_join(fed: Founded, tmp_path: Path) -> None:
    token = fed.invite("FR")
    first = Enrolments(fed.authority).join(fed.ask(tmp_path / "fr", token))
    assert Enrolments(fed.authority).join(fed.ask(tmp_path / "fr", token)) == first
    stolen = fed.ask(tmp_path / "thief", token)
    assert refusal(Enrolments(fed.authority).join, stolen).reason is Reason.TOKEN_REFUSED


def test_the_token_is_nowhere_in_the_records(fed: Founded, tmp_path: Path) -> None:
    token = fed.invite("FR")
    Enrolments(fed.authority).join(fed.ask(tmp_path / "fr", token))
    for path in fed.folder.glob("authority.sqlite*"):
        assert token.secret not in path.read_bytes()


@pytest.mark.parametrize("seconds", [-121, 121])
def test_a_wrong_clock_is_named(fed: Founded, tmp_path: Path, seconds: int) -> None:
    ask = fed.ask(tmp_path / "fr", fed.invite("FR"))
    ask = replace(ask, now_ms=ask.now_ms + seconds * 1000)
    assert refusal(Enrolments(fed.authority).join, ask).reason is Reason.CLOCK_SKEW


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("signing_key", b"\x02" + bytes(31)),
        ("agency_key", bytes(32)),
        ("agency_metadata", b"x" * 100),
        ("key_statement", b"x" * 200),
        ("signature", bytes(64)),
    ],
)
def test_a_proof_that_fails_names_its_field(
    fed: Founded, tmp_path: Path, field: str, value: bytes
) -> None:
    ask = fed.ask(tmp_path / "fr", fed.invite("FR"))
    assert ask.node is not None
    error = refusal(
        Enrolments(fed.authority).join, replace(ask, node=replace(ask.node, **{field: value}))
    )
    assert error.reason is Reason.INVALID_REQUEST
    assert str(error.field).startswith("node.")


def test_an_invitation_for_one_agency_admits_no_other(fed: Founded, tmp_path: Path) -> None:
    """The joiner's own papers say DE, his invitation FR: the invitation names him."""
    german = fed.joining(tmp_path / "x", replace(fed.invite("FR"), name="DE"))
    request_, _ = prepare(german, None)
    ask = JoinAsk.decode(_encoded(request_))
    ask = replace(ask, token_secret=request_.token_secret, now_ms=request_.now_ms)
    assert refusal(Enrolments(fed.authority).join, ask).reason is Reason.INVALID_REQUEST


def _encoded(request_: Any) -> bytes:
    from tests.simulators.authority import as_ask  # noqa: PLC0415  # read once

    return as_ask(request_).encode()


def test_a_second_node_needs_the_agencys_root_key(fed: Founded, tmp_path: Path) -> None:
    fed.admit(tmp_path / "one", fed.invite("FR"))
    directory = fed.admit(tmp_path / "two", fed.invite("FR", "2"), tmp_path / "one" / "agency.pem")
    assert [node.instance for node in directory.members[FR].nodes] == ["1", "2"]


def test_a_replaced_agency_key_is_loud(fed: Founded, tmp_path: Path) -> None:
    fed.admit(tmp_path / "one", fed.invite("FR"))
    enrolments = Enrolments(fed.authority)
    join_id = enrolments.join(fed.ask(tmp_path / "again", fed.invite("FR")))
    assert enrolments.status(join_id).replaces_agency_key
    directory = fed.approve(join_id)
    key = Home(tmp_path / "again").seed("signing.key").public
    assert [node.signing_key for node in directory.members[FR].nodes] == [key]


def test_a_further_node_does_not_end_a_suspension(fed: Founded, tmp_path: Path) -> None:
    fed.admit(tmp_path / "one", fed.invite("FR"))
    fed.authority.revoke(Revocations(frozenset({FR})))
    directory = fed.admit(tmp_path / "two", fed.invite("FR", "2"), tmp_path / "one" / "agency.pem")
    assert directory.members[FR].status is MemberStatus.SUSPENDED


def test_a_stolen_key_of_another_node_admits_nobody(fed: Founded, tmp_path: Path) -> None:
    fed.admit(tmp_path / "fr", fed.invite("FR"))
    thief = tmp_path / "de"
    thief.mkdir()
    (thief / "signing.key").write_bytes((tmp_path / "fr" / "signing.key").read_bytes())
    join_id = Enrolments(fed.authority).join(fed.ask(thief, fed.invite("DE", country="DE")))
    with pytest.raises(DirectoryRefused, match="occurs twice"):
        fed.approve(join_id)
    assert "DE" not in fed.authority.directory.members
    assert fed.reader().directory is not None


def test_a_join_overtaken_by_another_is_signed_anew(fed: Founded, tmp_path: Path) -> None:
    enrolments = Enrolments(fed.authority)
    first = enrolments.join(fed.ask(tmp_path / "fr", fed.invite("FR")))
    second = enrolments.join(fed.ask(tmp_path / "de", fed.invite("DE", country="DE")))
    enrolments.approve(first, fed.officer(1))
    fed.approve(second)
    assert enrolments.status(first).approvals == 0
    assert set(fed.approve(first).members) == {"FR", "DE"}


def test_a_join_nobody_took_up_is_refused(fed: Founded, tmp_path: Path) -> None:
    enrolments = Enrolments(fed.authority)
    join_id = enrolments.join(fed.ask(tmp_path / "fr", fed.invite("FR")))
    fed.clock.advance(seconds=PENDING_LIFE_MS / 1000 + 1)
    assert enrolments.status(join_id).enrolment.state == "REFUSED"
    assert refusal(enrolments.status, "join-nonexistent").reason is Reason.NOT_FOUND


def test_an_invitation_taken_up_in_time_answers_its_own_joiner_later(
    fed: Founded, tmp_path: Path
) -> None:
    token = fed.invite("FR")
    first = Enrolments(fed.authority).join(fed.ask(tmp_path / "fr", token))
    fed.clock.advance(seconds=TOKEN_LIFE_MS / 1000)
    fed.authority.refresh()
    assert Enrolments(fed.authority).join(fed.ask(tmp_path / "fr", token)) == first
    thief = fed.ask(tmp_path / "thief", token)
    assert refusal(Enrolments(fed.authority).join, thief).reason is Reason.TOKEN_REFUSED


def test_homes_are_private(fed: Founded, tmp_path: Path) -> None:
    fed.admit(tmp_path / "fr", fed.invite("FR"))
    for folder in (tmp_path / "fr", fed.folder):
        for path in (folder, *folder.rglob("*")):
            assert path.stat().st_mode & 0o077 == 0, path
    assert SigningSecret.from_seed((tmp_path / "fr" / "signing.key").read_bytes()).public


def test_a_join_that_lapsed_is_approved_by_nobody_and_takes_nobodys_room(
    fed: Founded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enrolling, "PENDING_MAX", 1)
    enrolments = Enrolments(fed.authority)
    join_id = enrolments.join(fed.ask(tmp_path / "fr", fed.invite("FR")))
    enrolments.approve(join_id, fed.officer(1))
    fed.clock.advance(seconds=PENDING_LIFE_MS / 1000 + 1)
    fed.authority.refresh()
    assert refusal(enrolments.approve, join_id, fed.officer(2)).reason is Reason.NOT_FOUND
    assert FR not in fed.authority.directory.members
    assert enrolments.join(fed.ask(tmp_path / "de", fed.invite("DE", country="DE")))
