"""What operators and officers type, and what they read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from comity.authority.enrolment import Enrolments
from comity.authority.publishing import Authority
from comity.cli.authority import COMMANDS
from comity.cli.main import comity
from comity.clock import SystemClock
from comity.errors import ExitCode
from comity.identity.token import Token
from tests.simulators.authority import Founded

if TYPE_CHECKING:
    from pathlib import Path

INSTRUMENTS = """
[[instrument]]
id = "LED-977"
title = "Directive (EU) 2023/977"
parties = ["EU"]
from = 2024-12-12
purposes = ["INVESTIGATE"]
reservations = [{ party = "DK", purposes = ["INVESTIGATE"], note = "Protocol 22" }]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "authority"
    run("init", str(folder), "--federation", "test.comity", "--json")
    return folder


def run(*words: str, code: int = ExitCode.OK) -> str:
    result = CliRunner().invoke(comity, ["authority", *words])
    assert result.exit_code == code, result.output
    return result.output


def keys(folder: Path, *numbers: int, root: bool = False) -> list[str]:
    suffix = ".root.pem" if root else ".pem"
    words: list[str] = []
    for number in numbers:
        words += ["--officer", str(folder / "officers" / f"officer-{number}{suffix}")]
    return words


def fed_of(folder: Path) -> Founded:
    opened = Authority(folder, SystemClock())
    return Founded(folder, SystemClock(), opened.trust.fingerprint, opened)


def test_every_command_has_help() -> None:
    listed = run("--help")
    for name in COMMANDS:
        assert name in listed
        assert len(run(name, "--help")) > 100


def test_an_invitation_says_how_its_parts_travel(folder: Path) -> None:
    said = run("invite", "FR", "--name", "PJ", "--country", "FR", "--dir", str(folder))
    assert "by another way" in said
    given = json.loads(
        run("invite-gateway", "gw1", "--address", "h:1", "--dir", str(folder), "--json")
    )
    token = Token.decode(given["token"])
    assert token.name == "gw1"
    assert given["fingerprint"] == fed_of(folder).fingerprint
    assert given["fingerprint"].replace("-", "")[:8] not in given["token"]


@pytest.mark.parametrize(
    "words",
    [
        ("invite", "FR"),
        ("invite", "fr", "--name", "x", "--country", "FR"),
        ("invite", "FR", "--name", "x", "--country", "France"),
        ("invite-gateway", "GW", "--address", "h:1"),
    ],
)
def test_a_bad_invitation_is_one_sentence(folder: Path, words: tuple[str, ...]) -> None:
    said = run(*words, "--dir", str(folder), code=ExitCode.REFUSED)
    assert said.startswith("comity: refused: ")
    assert said.count("\n") == 1


def test_instruments_need_two_officers(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "instruments.toml"
    file.write_text(INSTRUMENTS)
    words = ("instruments", str(file), "--dir", str(folder))
    assert "1/2" in run(*words, *keys(folder, 1), code=ExitCode.REFUSED)
    run(*words, *keys(folder, 1, 2))
    instrument = fed_of(folder).authority.directory.instruments["LED-977"]
    assert instrument.reservations[0].party == "DK"
    file.write_text('[[instrument]]\nid = "X"\n')
    assert "cannot be read" in run(*words, *keys(folder, 1, 2), code=ExitCode.DATA)


def test_officers_sign_again_and_renew_the_root(folder: Path) -> None:
    place = ("--dir", str(folder))
    assert "Version 2" in run("resign", *keys(folder, 2, 3), *place)
    assert "1/2" in run("renew-root", *keys(folder, 1, root=True), *place, code=ExitCode.REFUSED)
    # Day-to-day keys are not root keys.
    assert "0/2" in run("renew-root", *keys(folder, 1, 2), *place, code=ExitCode.REFUSED)
    assert "version 2" in run("renew-root", *keys(folder, 1, 3, root=True), *place)
    fed = fed_of(folder)
    reader = fed.reader()
    assert reader.held()["root"] == 2
    assert reader.fingerprint == fed.fingerprint


def test_suspension_and_reinstatement(folder: Path, tmp_path: Path) -> None:
    fed = fed_of(folder)
    fed.admit(tmp_path / "fr", fed.invite("FR"))
    place = ("--dir", str(folder))
    run("suspend", "FR", *place)
    assert json.loads(run("status", "--json", *place))["members"][0]["status"] == "SUSPENDED"
    run("reinstate", "FR", *keys(folder, 1), *place, code=ExitCode.REFUSED)
    run("reinstate", "FR", *keys(folder, 1, 2), *place)
    status = json.loads(run("status", "--json", *place))
    assert status["members"][0]["status"] == "ACTIVE"
    run("revoke", "--signing-key", status["members"][0]["nodes"][0]["signing_kid"], *place)
    assert json.loads(run("status", "--json", *place))["members"][0]["nodes"] == []
    run("revoke", *place, code=ExitCode.USAGE)
    run("revoke", "--tls-key", "zz", *place, code=ExitCode.USAGE)


def test_approval_shows_the_phrase_and_asks(folder: Path, tmp_path: Path) -> None:
    fed = fed_of(folder)
    join_id = Enrolments(fed.authority).join(fed.ask(tmp_path / "fr", fed.invite("FR")))
    phrase = Enrolments(fed.authority).status(join_id).phrase
    words = ["approve", join_id, "--dir", str(folder), *keys(folder, 1)]
    result = CliRunner().invoke(comity, ["authority", *words], input="n\n")
    assert phrase in result.output
    assert result.exit_code != 0
    assert Enrolments(fed.authority).status(join_id).approvals == 0
    result = CliRunner().invoke(comity, ["authority", *words], input="y\n")
    assert "1 of 2" in result.output
    both = json.loads(
        run("approve", join_id, "--yes", "--json", "--dir", str(folder), *keys(folder, 2))
    )
    assert both["state"] == "APPROVED"
    run("refuse", join_id, "--dir", str(folder), code=ExitCode.REFUSED)
    run("approve", "join-unknown", "--yes", "--dir", str(folder), *keys(folder, 1), code=77)


def test_what_is_missing_is_named(folder: Path, tmp_path: Path) -> None:
    assert "no authority" in run("status", "--dir", str(tmp_path / "x"), code=ExitCode.CONFIG)
    assert "not empty" in run("init", str(folder), code=ExitCode.CANNOT_CREATE)
    assert "two officers" in run("init", str(tmp_path / "y"), "--threshold", "1", code=2)
    words = ("resign", "--officer", str(tmp_path / "none.pem"), "--dir", str(folder))
    assert "none.pem" in run(*words, code=ExitCode.CONFIG)


def test_the_word_is_renewed_by_the_hour_and_what_ends_soon_is_signed_again(tmp_path: Path) -> None:
    fed = Founded.found(tmp_path / "authority")
    assert not fed.authority.refresh()
    fed.clock.advance(hours=1)
    before = fed.authority.trust.held()
    assert fed.authority.refresh()
    after = fed.authority.trust.held()
    assert after["timestamp"] == before["timestamp"] + 1
    assert after["snapshot"] == before["snapshot"]
    fed.clock.advance(hours=12)
    assert fed.authority.refresh()
    assert fed.authority.trust.held()["revocation"] == before["revocation"] + 1
    fed.clock.advance(hours=24 * 30)  # the authority was away for a month
    assert fed.authority.refresh()
    assert fed.reader().directory is not None
