"""A profile is checked whole, in one sentence, before anything is dialled."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.client import Profile, ProfileError
from comity.client.profile import FILE_BYTES_MAX, default_path
from comity.errors import ExitCode
from tests.simulators.certificates import TestAuthority
from tests.simulators.query_node import CALLER, write_profile


@pytest.fixture(scope="module")
def authority() -> TestAuthority:
    return TestAuthority.create()


def test_paths_are_resolved_against_the_profiles_own_folder(
    tmp_path: Path, authority: TestAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_profile(tmp_path, "127.0.0.1:7443", authority)
    monkeypatch.chdir("/")
    profile = Profile.load(file)
    assert profile == Profile.load(tmp_path)
    assert (profile.address, profile.name) == ("127.0.0.1:7443", CALLER)
    assert "PRIVATE KEY" not in repr(profile)


def test_the_default_comes_from_the_environment_or_the_users_settings(
    tmp_path: Path, authority: TestAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_profile(tmp_path, "127.0.0.1:7443", authority)
    monkeypatch.setenv("COMITY_PROFILE", str(file))
    assert Profile.load().address == "127.0.0.1:7443"
    monkeypatch.delenv("COMITY_PROFILE")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/settings")
    assert default_path() == Path("/settings/comity/profile.toml")
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", "/home/desk")
    assert default_path() == Path("/home/desk/.config/comity/profile.toml")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"address = ", "is not TOML"),
        (b"\xff\xfe", "is not TOML"),
        (b'address = "a:1"\n', "lacks 'certificate'"),
        (b"address = 1\n", "lacks 'address'"),
        (b'adress = "a:1"\n', "unknown setting 'adress'"),
        (b"x" * (FILE_BYTES_MAX + 1), "too large"),
    ],
)
def test_a_broken_profile_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes, says: str
) -> None:
    (tmp_path / "profile.toml").write_bytes(content)
    with pytest.raises(ProfileError, match=says) as refused:
        Profile.load(tmp_path)
    assert refused.value.exit_code == ExitCode.CONFIG


def test_a_missing_profile_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="COMITY_PROFILE"):
        Profile.load(tmp_path / "none.toml")


def test_a_missing_key_an_expired_certificate_and_anothers_key_are_told_apart(
    tmp_path: Path, authority: TestAuthority
) -> None:
    write_profile(tmp_path, "127.0.0.1:1", authority)
    (tmp_path / "key.pem").unlink()
    with pytest.raises(ProfileError, match=r"no file .*key\.pem"):
        Profile.load(tmp_path)
    write_profile(tmp_path, "127.0.0.1:1", authority, identity=authority.issue(CALLER, hours=-1))
    with pytest.raises(ProfileError, match="expired on"):
        Profile.load(tmp_path)
    write_profile(tmp_path, "127.0.0.1:1", authority)
    (tmp_path / "key.pem").write_bytes(authority.issue(CALLER).key_pem)
    with pytest.raises(ProfileError, match="do not belong together"):
        Profile.load(tmp_path)
    write_profile(tmp_path, "127.0.0.1:1", authority)
    (tmp_path / "key.pem").write_bytes(b"no key")
    with pytest.raises(ProfileError, match="not a private key"):
        Profile.load(tmp_path)
    write_profile(tmp_path, "127.0.0.1:1", authority)
    (tmp_path / "ca.pem").write_bytes(b"no certificate")
    with pytest.raises(ProfileError, match="CA"):
        Profile.load(tmp_path)


@pytest.mark.parametrize("uris", [(), (CALLER, "spiffe://test.comity/other")])
def test_a_certificate_without_exactly_one_name_is_nobodys(
    tmp_path: Path, authority: TestAuthority, uris: tuple[str, ...]
) -> None:
    write_profile(tmp_path, "127.0.0.1:1", authority, identity=authority.issue(*uris))
    with pytest.raises(ProfileError, match="not a caller's"):
        Profile.load(tmp_path)
