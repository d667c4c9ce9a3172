"""Names, phrases and invitations: one spelling each, slips noticed."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import Reason, StartError
from comity.identity.files import create_private, write_private
from comity.identity.join import JoinFacts
from comity.identity.names import (
    AgencyId,
    FederationId,
    InstanceName,
    NameRefused,
    SpiffeId,
    agency_id,
    country_code,
    federation_id,
    machine_name,
)
from comity.identity.phrase import WORDS, phrase, word
from comity.identity.store import DirectoryStore
from comity.identity.token import InvitationKind, Token, TokenDamaged, secret_hash, secret_matches
from tests.simulators.authority import Founded

if TYPE_CHECKING:
    from pathlib import Path

FED = FederationId("test.comity")
NODE = SpiffeId.node(FED, AgencyId("FR-PJ"), InstanceName("1"))


@pytest.mark.parametrize("text", ["FR", "EU-LISA", "A1-B2-C3", "X" * 32])
def test_agency_ids(text: str) -> None:
    assert agency_id(text) == text


@pytest.mark.parametrize(
    "text", ["", "F", "fr", "FR-", "-FR", "F--R", "FR PJ", "X" * 33, "ÉÉ", "FR\n"]
)
def test_what_is_no_agency_id(text: str) -> None:
    with pytest.raises(NameRefused):
        agency_id(text)


@pytest.mark.parametrize(
    "text",
    [
        "spiffe://test.comity/node/FR-PJ/1",
        "spiffe://test.comity/gateway/gw1",
        "spiffe://test.comity/agency/FR-PJ/system/case-management",
    ],
)
def test_spiffe_ids_have_one_spelling(text: str) -> None:
    assert str(SpiffeId.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://test.comity/node/FR/1",
        "spiffe://test.comity",
        "spiffe://test.comity/node/FR",
        "spiffe://test.comity/node/FR/1/",
        "spiffe://test.comity/node/fr/1",
        "spiffe://test.comity/node/FR/1?x",
        "spiffe://Test.comity/node/FR/1",
        "spiffe://test.comity//node/FR/1",
        "spiffe://test.comity/agency/FR/officer/x",
        "spiffe://user@test.comity/gateway/gw",
    ],
)
def test_what_is_no_spiffe_id_is_nobody(text: str) -> None:
    with pytest.raises(NameRefused) as caught:
        SpiffeId.parse(text)
    assert caught.value.reason is Reason.UNAUTHENTICATED


def test_only_a_system_of_the_agency_is_its_system() -> None:
    system = SpiffeId.system(FED, AgencyId("FR-PJ"), InstanceName("cms"))
    assert system.system_of("test.comity", "FR-PJ") == "cms"
    for name, federation, agency in (
        (system, "test.comity", "DE"),
        (system, "other.comity", "FR-PJ"),
        (NODE, "test.comity", "FR-PJ"),
    ):
        with pytest.raises(NameRefused):
            name.system_of(federation, agency)


def test_other_names() -> None:
    assert (federation_id("a.b-c"), machine_name("gw-1"), country_code("ZZ")) == (
        "a.b-c",
        "gw-1",
        "ZZ",
    )
    for check, text in ((federation_id, "A"), (machine_name, "gw_1"), (country_code, "FRA")):
        with pytest.raises(NameRefused):
            check(text)


def test_the_words_are_2048_and_differ_in_two_letters_at_least() -> None:
    words = {word(number) for number in range(WORDS)}
    assert len(words) == WORDS
    neighbours = {
        text[:at] + letter + text[at + 1 :]
        for text in words
        for at, letter in product(range(5), "abcdefghijklmnopqrstuvwxyz")
        if text[at] != letter
    }
    assert not neighbours & words


def test_a_phrase_depends_on_every_part_and_on_where_it_ends() -> None:
    text = phrase([("a", b"bc"), ("d", b"")])
    assert len(text.split()) == 8
    assert text != phrase([("a", b"b"), ("cd", b"")])
    assert text != phrase([("ab", b"c"), ("d", b"")])
    # Frozen: both ends compute the same, whatever release they run.
    assert phrase([("root", b"x")]) == "pasij jatig lalig pivan bakaf luriv gitaz piril"


@pytest.mark.parametrize(
    "field",
    [
        "root",
        "enrolment_certificate",
        "federation_role",
        "csr",
        "signing_key",
        "agency_key",
        "agency_metadata",
        "key_statement",
    ],
)
def test_a_man_in_the_middle_who_changes_one_thing_changes_the_phrase(field: str) -> None:
    facts = JoinFacts(b"r", b"c", b"f", NODE, b"q", "v", b"s", b"a", b"m", b"k")
    other = replace(facts, **{field: b"other"})
    assert facts.phrase() != other.phrase()
    assert facts.message() != other.message()


TOKEN = Token(
    InvitationKind.NODE, b"i" * 8, b"s" * 16, b"p" * 16, "FR-PJ", "1", "authority.example:7400"
)


def test_an_invitation_survives_mail() -> None:
    text = TOKEN.encode()
    assert Token.decode(text) == TOKEN
    assert Token.decode(f"  {text[:40]}\n{text[40:].upper()} ") == TOKEN
    assert "s" * 16 not in repr(TOKEN)


@given(st.integers(4, len(TOKEN.encode()) - 1), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_mistyped_invitation_is_noticed(at: int, letter: str) -> None:
    text = TOKEN.encode()
    if text[at] == letter:
        return
    spoilt = text[:at] + letter + text[at + 1 :]
    try:
        assert Token.decode(spoilt) == TOKEN  # only unused bits of the last letter
        assert at == len(text) - 1
    except TokenDamaged:
        pass


@given(st.text(max_size=600))
def test_rubbish_is_no_invitation(text: str) -> None:
    for candidate in (text, "cmt-" + text):
        with pytest.raises(TokenDamaged):
            Token.decode(candidate)


def test_the_secret_is_stored_as_a_hash() -> None:
    stored = secret_hash(TOKEN.secret)
    assert TOKEN.secret not in stored
    assert secret_matches(TOKEN.secret, stored)
    assert not secret_matches(b"x" * 16, stored)


def test_a_directory_rests_on_disk_and_is_verified_again(tmp_path: Path) -> None:
    fed = Founded.found(tmp_path / "authority")
    store = DirectoryStore(tmp_path / "directory")
    assert not store.exists()
    store.save(fed.reader())
    fed.clock.advance(hours=1000)
    loaded = store.load()
    assert loaded.directory is not None
    assert loaded.directory.federation == "test.comity"
    assert (tmp_path / "directory").stat().st_mode & 0o777 == 0o700
    kept = tmp_path / "directory" / "directory.json"
    content = kept.read_bytes()
    for spoilt in (content.replace(b"eyJ", b"eyK", 1), b"{}", b"[]", b"\xff", content[:100]):
        write_private(kept, spoilt)
        with pytest.raises(StartError, match="cannot be used"):
            store.load()


def test_a_store_of_another_root_is_refused(tmp_path: Path) -> None:
    ours, theirs = Founded.found(tmp_path / "a"), Founded.found(tmp_path / "b")
    DirectoryStore(tmp_path / "ours").save(ours.reader())
    DirectoryStore(tmp_path / "theirs").save(theirs.reader())
    swapped = (tmp_path / "theirs" / "directory.json").read_bytes()
    (tmp_path / "ours" / "directory.json").write_bytes(swapped)
    with pytest.raises(StartError, match="foreign root"):
        DirectoryStore(tmp_path / "ours").load()


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "key"
    write_private(path, b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_private(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_secret_that_two_programs_make_at_once_is_the_first_ones(tmp_path: Path) -> None:
    path = tmp_path / "index.key"
    create_private(path, b"first")
    create_private(path, b"second")  # it looked before the first was there
    assert path.read_bytes() == b"first"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
