"""What a person and a script get from ``comity ledger``, on the home of a member of a real directory."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from comity.authority.home import Home, ledger_origin
from comity.cli import ledger_verify, ledger_words
from comity.cli.main import comity
from comity.clock import ManualClock
from comity.errors import ExitCode
from comity.identity.names import AgencyId, FederationId, InstanceName, SpiffeId
from comity.identity.store import DirectoryStore
from comity.ledger.note import vkey_of
from comity.store.journal import HEAD_FILE, Draft, Journal
from gateway.relay import entries
from node.exchange import disclosure, marking, tasking
from node.lawmaking import lawmaking
from tests.simulators.authority import Founded
from tests.simulators.ledgers import envelope_id, tamper, with_journal

if TYPE_CHECKING:
    from click.testing import Result

TRANSCRIPTS = Path(__file__).parent / "transcripts"
ORIGIN = "test.comity/node/DE-LP/1"
WHY = {
    "case": "FR-2026-17",
    "entity": "person",
    "instrument": "EU-2023-977",
    "offence": "drug-trafficking",
    "purpose": "INVESTIGATE",
    "stage": 2,
    "subject": "suspect",
}
# What a node of each role writes, in the words of the parts that write it.
WRITTEN = [
    Draft(
        disclosure.RECEIVED,
        envelope_id(1),
        disclosure.canonical({**WHY, "requester": "FR-PJ", "role": "officer", "urgency": 1}),
    ),
    Draft(
        disclosure.ANSWERED,
        envelope_id(1),
        disclosure.outcome_details(
            query_id=envelope_id(1), answer_id=envelope_id(7), outcome=1, ruling_digest=bytes(32)
        ),
    ),
    Draft(
        disclosure.ASKED,
        envelope_id(2),
        disclosure.canonical(
            {
                **WHY,
                "aim": "IDENTIFY",
                "asker": "officer",
                "end_user_country": "",
                "necessity": "the boat leaves tonight",
                "recipients": ["FR-PJ", "ZZ-IM"],
                "role": "officer",
                "urgency": 2,
            }
        ),
    ),
    Draft(
        disclosure.CLOSED,
        envelope_id(2),
        disclosure.canonical(
            {
                "answers": [
                    {
                        "digest": "ab" * 32,
                        "outcome": 1,
                        "reason": "",
                        "receipt": True,
                        "released": 4,
                        "source": "FR-PJ",
                        "withheld": 3,
                    },
                    {
                        "digest": "00" * 32,
                        "outcome": 7,
                        "reason": "",
                        "receipt": False,
                        "released": 0,
                        "source": "ZZ-IM",
                        "withheld": 0,
                    },
                ]
            }
        ),
    ),
]


@dataclass
class Member:
    """A joined home with a ledger in it."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "node"

    @property
    def database(self) -> Path:
        return self.home / "node.db"

    def run(self, *command: str) -> Result:
        runner = CliRunner(env={"COLUMNS": "100"})
        return runner.invoke(comity, ["ledger", *command])


def write(home: Path, drafts: list[Draft], clock: ManualClock) -> None:
    async def story(journal: Journal) -> None:
        for draft in drafts:
            clock.advance(seconds=1)
            await journal.write([draft])

    options = {"clock": clock, "folder": home, "entropy": bytes}
    signer = Home(home).seed("ledger.key")
    with_journal(home / "node.db", story, origin=ORIGIN, signer=signer, **options)


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One member and its directory; copied for each test, as joining takes a while."""
    folder = tmp_path_factory.mktemp("member")
    federation = Founded.found(folder / "authority")
    home = folder / "node"
    federation.admit(home, federation.invite("DE-LP", country="DE"))
    trust = federation.reader()
    DirectoryStore(home / "directory").save(trust)
    name = SpiffeId.node(FederationId("test.comity"), AgencyId("DE-LP"), InstanceName("1"))
    assert ledger_origin(name) == ORIGIN
    assert trust.directory is not None
    Home(home).complete(name, trust.directory)
    write(home, WRITTEN, ManualClock())
    return folder


@pytest.fixture
def member(founded: Path, tmp_path: Path) -> Member:
    shutil.copytree(founded, tmp_path, dirs_exist_ok=True)
    return Member(tmp_path)


def transcript(name: str) -> str:
    return (TRANSCRIPTS / name).read_text("utf-8")


def test_a_lawyer_reads_what_happened_when_and_about_which_query(member: Member) -> None:
    found = member.run("show", str(member.home))
    assert found.output == transcript("ledger-show.txt")
    assert found.exit_code == 0


def test_a_sound_ledger_says_what_was_verified_and_what_was_not(member: Member) -> None:
    found = member.run("verify", str(member.home))
    assert found.output == transcript("ledger-verify.txt")
    assert found.exit_code == 0


def test_a_script_gets_the_same(member: Member) -> None:
    told = json.loads(member.run("verify", str(member.home), "--json").output)
    assert (told["origin"], told["sound"], told["size"], told["findings"]) == (ORIGIN, True, 4, [])
    shown = json.loads(member.run("show", str(member.home), "--json").output)["entries"]
    assert [(one["entry"], one["kind"], one["as_logged"]) for one in shown] == [
        (number, draft.kind, True) for number, draft in enumerate(WRITTEN)
    ]


def test_an_edited_ledger_ends_with_its_own_exit_code(member: Member) -> None:
    tamper(member.database, "UPDATE ledger_entry SET details = x'7b7d' WHERE position = 1")
    found = member.run("verify", str(member.home))
    assert found.exit_code == ExitCode.UNSOUND
    assert "NOT SOUND" in found.stdout
    assert "entry 1 does not say what was logged: it was edited" in found.stdout
    assert "docs/operator/ledger.md" in found.stderr
    shown = member.run("show", str(member.home))
    assert shown.exit_code == ExitCode.UNSOUND
    assert shown.stdout.count("NOT AS LOGGED") == 1
    told = json.loads(member.run("verify", str(member.home), "--json").stdout)
    assert [one["entry"] for one in told["findings"]] == [1]
    proof = member.run("prove", str(member.home), "--entry", "1", "-o", str(member.folder))
    assert proof.exit_code == ExitCode.UNSOUND


def test_the_key_comes_from_the_directory_or_from_the_person(member: Member) -> None:
    database = str(member.database)
    found = member.run("verify", database)
    assert found.exit_code == ExitCode.CONFIG
    assert "--directory" in found.stderr
    assert member.run("verify", database, "--directory", str(member.home)).exit_code == 0
    vkey = vkey_of(ORIGIN, Home(member.home).seed("ledger.key").public)
    assert member.run("verify", database, "--vkey", vkey).exit_code == 0
    for other in (vkey[:-4], vkey.replace("DE-LP", "FR-PJ"), "nonsense"):
        assert member.run("verify", database, "--vkey", other).exit_code == ExitCode.CONFIG


def test_a_member_without_a_key_in_the_directory_is_named(member: Member) -> None:
    found = member.run(
        "verify", str(member.database), "--directory", str(member.home), "--origin", "x"
    )
    assert found.exit_code == ExitCode.DATA
    identity = member.home / "identity.json"
    identity.write_text(identity.read_text().replace("DE-LP", "DE-XX"))
    found = member.run("verify", str(member.home))
    assert found.exit_code == ExitCode.DATA
    assert "no ledger of test.comity/node/DE-XX/1" in found.stderr


def test_a_head_kept_elsewhere_finds_an_old_copy(member: Member, tmp_path: Path) -> None:
    kept, backup = tmp_path / "head.txt", member.database.read_bytes()
    write(member.home, WRITTEN[:2], ManualClock(1_790_000_100_000))
    assert member.run("checkpoint", str(member.home), "-o", str(kept)).exit_code == 0
    since = ("verify", str(member.home), "--since", str(kept))
    found = member.run(*since)
    assert "contains all 6 entries of the checkpoint kept elsewhere" in found.stdout
    member.database.write_bytes(backup)
    (member.home / HEAD_FILE).unlink()  # whoever does this takes the head beside it along
    assert member.run("verify", str(member.home)).exit_code == 0
    found = member.run(*since)
    assert found.exit_code == ExitCode.UNSOUND
    assert "an old copy was put in place" in found.stderr


def test_the_head_beside_the_database_is_compared_unasked(member: Member) -> None:
    backup = member.database.read_bytes()
    write(member.home, WRITTEN[:2], ManualClock(1_790_000_100_000))
    member.database.write_bytes(backup)
    found = member.run("verify", str(member.home))
    assert found.exit_code == ExitCode.UNSOUND
    assert "counts 6 entries, 4 are there" in found.stderr


def test_a_receipt_is_checked_without_the_ledger(member: Member, tmp_path: Path) -> None:
    query = envelope_id(1).hex()
    found = member.run("prove", str(member.home), "--query", query[:12], "-o", str(tmp_path))
    assert found.exit_code == 0
    proofs = sorted(tmp_path.glob("*.tlog-proof"))
    assert [path.name for path in proofs] == ["entry-0.tlog-proof", "entry-1.tlog-proof"]
    member.database.unlink()
    trust = ("--directory", str(member.home))
    found = member.run("verify", "--receipt", str(proofs[1]), *trust)
    assert found.exit_code == 0
    assert "proven" in found.stdout
    assert f"answer released · query {query}" in found.stdout
    told = json.loads(member.run("verify", "--receipt", str(proofs[0]), *trust, "--json").stdout)
    assert (told["entry"], told["kind"], told["query"]) == (0, "query.received", query)
    assert json.loads(told["details"])["requester"] == "FR-PJ"


def test_a_receipt_is_checked_with_the_client_alone(member: Member, tmp_path: Path) -> None:
    member.run("prove", str(member.home), "--entry", "1", "-o", str(tmp_path))
    vkey = vkey_of(ORIGIN, Home(member.home).seed("ledger.key").public)
    missing = dict.fromkeys(("sqlalchemy", "tuf", "securesystemslib", "casbin", "alembic"))
    code = f"import sys; sys.modules.update({missing}); from comity.cli.main import main; main()"

    def alone(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", code, "ledger", *command],
            capture_output=True,
            text=True,
            check=False,
        )

    found = alone("verify", "--receipt", str(tmp_path / "entry-1.tlog-proof"), "--vkey", vkey)
    assert found.returncode == 0, found.stderr
    assert "proven" in found.stdout
    found = alone("verify", str(member.database), "--vkey", vkey)
    assert found.returncode == ExitCode.CONFIG
    assert "is not installed; comity[server] brings it" in found.stderr


def test_a_forged_receipt_proves_nothing(member: Member, tmp_path: Path) -> None:
    member.run("prove", str(member.home), "--entry", "1", "-o", str(tmp_path))
    path = tmp_path / "entry-1.tlog-proof"
    path.write_bytes(path.read_bytes().replace(b"index 1", b"index 0"))
    found = member.run("verify", "--receipt", str(path), "--directory", str(member.home))
    assert found.exit_code == ExitCode.UNSOUND
    assert "proves nothing" in found.stderr


def test_a_sealed_proof_keeps_what_the_entry_says(member: Member, tmp_path: Path) -> None:
    member.run("prove", str(member.home), "--entry", "0", "--sealed", "-o", str(tmp_path))
    path = tmp_path / "entry-0.tlog-proof"
    assert b"FR-2026" not in path.read_bytes()
    found = member.run("verify", "--receipt", str(path), "--directory", str(member.home))
    assert found.exit_code == ExitCode.UNSOUND
    assert "without an opening" in found.stderr


def test_an_erased_entry_keeps_its_place(member: Member, tmp_path: Path) -> None:
    tamper(
        member.database,
        "UPDATE ledger_entry SET salt = NULL, details = NULL WHERE position = 2",
    )
    found = member.run("verify", str(member.home))
    assert found.exit_code == 0
    assert "1 of them erased" in found.stdout
    assert "erased under retention rules" in member.run("show", str(member.home)).stdout
    proof = ("prove", str(member.home), "--entry", "2", "-o", str(tmp_path))
    assert member.run(*proof).exit_code == ExitCode.DATA
    assert member.run(*proof, "--sealed").exit_code == 0


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (("verify",), ExitCode.USAGE, "Name a ledger"),
        (("verify", "nowhere"), ExitCode.DATA, "no home folder or database"),
        (("verify", "."), ExitCode.DATA, "no home of a node or gateway"),
        (("show", "HOME", "--query", "abc"), ExitCode.USAGE, "at least 6"),
        (("show", "HOME", "--query", "no-hex-at-all"), ExitCode.USAGE, "no beginning"),
        (("show", "HOME", "--query", "000000"), ExitCode.DATA, "No entry is about"),
        (("prove", "HOME"), ExitCode.USAGE, "either --entry or --query"),
        (("prove", "HOME", "--entry", "9"), ExitCode.DATA, "There is no entry 9"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_a_documented_code(
    member: Member, command: tuple[str, ...], code: int, words: str
) -> None:
    found = member.run(*(str(member.home) if one == "HOME" else one for one in command))
    assert found.exit_code == code
    assert words in " ".join(found.stderr.split())


def test_a_file_that_is_no_ledger_is_one_sentence(member: Member, tmp_path: Path) -> None:
    noise = tmp_path / "noise.db"
    noise.write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 20)
    for path in (noise, member.home / "identity.json"):
        found = member.run("verify", str(path), "--directory", str(member.home))
        assert found.exit_code == ExitCode.DATA, found.output
        assert "not a database" in found.stderr


def test_a_running_nodes_ledger_can_be_verified(member: Member) -> None:
    async def story(journal: Journal) -> None:
        await journal.write([WRITTEN[0]])
        found = member.run("verify", str(member.home))
        assert found.exit_code == 0
        assert "5 entries" in found.stdout
        await journal.write([WRITTEN[1]])

    signer = Home(member.home).seed("ledger.key")
    with_journal(member.database, story, origin=ORIGIN, signer=signer, folder=member.home)


def test_a_long_log_shows_how_far_it_is(
    member: Member, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ledger_verify, "PROGRESS_FROM", 3)
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    ledger_verify._watch(iter(range(4)), 4)
    assert "verifying" in capsys.readouterr().err


def test_every_kind_that_is_written_has_words_and_is_documented() -> None:
    written = {
        *(disclosure.ASKED, disclosure.CLOSED, disclosure.RECEIVED, disclosure.ANSWERED),
        *(entries.ACCEPTED, entries.CLOSED, disclosure.LEDGER_READ, disclosure.QUERIES_READ),
        *(marking.SET, marking.WITHDRAWN, tasking.DONE),
        *(lawmaking.PROPOSED, lawmaking.APPROVED, lawmaking.PUBLISHED),
    }
    assert written == set(ledger_words.KINDS)
    path = Path(__file__).parents[3] / "docs" / "reference" / "ledger-events.md"
    documented = [
        line.split("|")[1].strip() for line in path.read_text().splitlines() if "|" in line
    ]
    assert [kind.strip("`") for kind in documented if kind.startswith("`")] == list(
        ledger_words.KINDS
    )


def test_details_of_another_release_do_not_break_the_table() -> None:
    for details in (b"[]", b"{}", b"\xff", b'{"outcome":99,"answer":"x"}', b"7", b"null"):
        for kind in (*ledger_words.KINDS, "query.unheard"):
            assert ledger_words.said(kind, details)


def test_help_shows_how_to_do_it() -> None:
    for command in ([], ["verify"], ["show"], ["prove"], ["checkpoint"]):
        found = CliRunner().invoke(comity, ["ledger", *command, "--help"])
        assert found.exit_code == 0
        assert "comity ledger" in found.output
