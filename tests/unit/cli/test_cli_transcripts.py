"""What a person and a script get from ``comity``, against a node's contract over real mutual TLS."""

from __future__ import annotations

import asyncio
import functools
import json
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from comity.cli import main as program
from comity.cli.failures import INTERRUPTED, REASON_CODES
from comity.cli.main import comity
from comity.client import Comity
from comity.errors import CATALOGUE, ExitCode, Reason
from tests.simulators.query_node import QUERY_ID, Served, served

if TYPE_CHECKING:
    from click.testing import Result

WHY = (
    *("--purpose", "inv", "--offence", "drug-trafficking", "--basis", "eu-2023-977"),
    *("--subject", "suspect", "--aim", "identify"),
)
PERSON = ("search", "person", "Мухаммад аль-Хасан", "--born", "1974", *WHY)


TRANSCRIPTS = Path(__file__).parent / "transcripts"


def run_cli(
    folder: Path,
    *commands: tuple[str, ...],
    columns: int = 80,
    stopped: bool = False,
    pages: int = 1,
) -> tuple[list[Result], Served]:
    """Each command in turn against one node; ``stopped``: nobody is there."""

    async def story() -> tuple[list[Result], Served]:
        async with served(folder) as node:
            node.node.pages = pages
            if stopped:
                await node.stop()
            environment = {"COMITY_PROFILE": str(node.profile), "COLUMNS": str(columns)}
            runner = CliRunner(env=environment)

            def run() -> list[Result]:
                return [runner.invoke(comity, list(command)) for command in commands]

            return await asyncio.to_thread(run), node

    return asyncio.run(story())


@pytest.mark.parametrize("columns", [80, 120])
def test_a_search_reads_source_by_source_and_field_by_field(tmp_path: Path, columns: int) -> None:
    (result,), node = run_cli(tmp_path, (*PERSON, "--case", "HIT-1"), columns=columns)
    assert result.output == (TRANSCRIPTS / f"search-{columns}.txt").read_text("utf-8")
    assert max(map(len, result.output.splitlines())) <= columns
    assert "\x1b" not in result.output
    assert result.exit_code == ExitCode.TEMPORARY  # ZZ-IM was not searched
    assert node.node.asked[0].justification.legal_basis == "EU-2023-977"


def test_the_exit_code_is_zero_only_when_every_source_was_searched(tmp_path: Path) -> None:
    (result,), _ = run_cli(tmp_path, (*PERSON, "--case", "ALL-1"))
    assert result.exit_code == ExitCode.OK
    assert "DE-LP  no hit\n" in result.output
    assert (
        "released 0 fields, withheld 0, 1 source searched · receipts 1/1 · 3.0 ms" in result.output
    )


def test_every_command_puts_its_selector(tmp_path: Path) -> None:
    case = ("--case", "ALL-1", *WHY)
    results, node = run_cli(
        tmp_path,
        ("search", "person", "--family", "Haddad", "--given", "Amina", "--sex", "f", *case),
        ("search", "document", "AB123456", "--country", "fr", *case),
        ("search", "vehicle", "--plate", "AB-12", "--country", "nz", "--case", "ALL-1", *WHY[:6]),
        ("search", "organisation", "Nordwind", "--number", "HRB 1", *case),
        ("search", "object", "--title", "Stilleben", "--case", "ALL-1", *WHY[:6]),
        ("search", "observable", "+33 6 12 34 56 78", "--type", "phone", *case),
        ("search", "person", "A B", "--to", "de-lp", "--stage", "hit", "--wait", "1.5", *case),
        ("search", "vessel", "Grey Meridian", "--imo", "9074729", *case),
        ("search", "aircraft", "ZZ-ABC", "--address", "FFABCD", *case),
        ("search", "container", "CSQU3054383", *case),
        ("search", "firearm", "AB 123456", "--make", "Northwyke", *case),
        ("search", "account", "DE89370400440532013000", "--country", "de", *case),
        ("search", "seizure", "--drug", "cocaine", "--leg", "EC:NL", "--leg", ":Hamburg", *case),
        ("search", "shipment", "--container", "CSQU3054383", "--from", "2026-01", *case),
        ("search", "biometric", "AFIS-1", *case),
        ("search", "file", "2026/12345", "--type", "notice", *case),
    )
    assert [result.exit_code for result in results] == [0] * 16, [one.output for one in results]
    asked = node.node.asked
    selectors = [str(one.selectors[0]).split() for one in asked]
    assert [words[0] for words in selectors] == [
        *("person", "document", "vehicle", "organisation", "stolen_object", "observable", "person"),
        *("vessel", "aircraft", "container", "firearm", "account", "seizure", "shipment"),
        *("biometric", "reference"),
    ]
    legs = [(one.origin, one.destination) for one in asked[12].selectors[0].seizure.legs]
    assert legs == [("EC", "NL"), ("", "Hamburg")]
    assert "seizure cocaine, EC to NL, anywhere to Hamburg" in results[12].output
    assert asked[0].selectors[0].person.sex == "F"
    assert (
        asked[2].justification.subject_category == 8
    )  # a vehicle is an object unless said otherwise
    assert (list(asked[6].targets), asked[6].stage, asked[6].wait_ms) == (["DE-LP"], 1, 1500)


def test_a_missing_justification_names_everything_that_is_missing(tmp_path: Path) -> None:
    command = ("search", "person", "A B", "--case", "ALL-1")
    (result,), node = run_cli(tmp_path, command)
    assert result.exit_code == ExitCode.USAGE
    assert "missing: --purpose, --offence, --basis, --subject" in " ".join(result.output.split())
    assert node.node.asked == []


def test_the_justification_of_a_case_may_stand_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        *(("PURPOSE", "INVESTIGATE"), ("CASE", "ALL-7"), ("OFFENCE", "none")),
        *(("BASIS", "EU-2023-977"), ("SUBJECT", "witness")),
    ):
        monkeypatch.setenv(f"COMITY_{name}", value)
    (result,), node = run_cli(tmp_path, ("search", "document", "AB123456"))
    assert result.exit_code == ExitCode.OK
    assert node.node.asked[0].justification.subject_category == 4


def test_an_ambiguous_word_is_refused(tmp_path: Path) -> None:
    command = (*PERSON[:5], *WHY, "--case", "ALL-1", "--purpose", "p")
    (result,), _ = run_cli(tmp_path, command)
    assert result.exit_code == ExitCode.USAGE
    assert "could be several" in result.output


KEYS = {
    "": {"query_id", "answers", "summary", "not_searched", "groups"},
    "answer": {
        *("source", "outcome", "reason", "sentence", "hits", "complete", "elapsed_ms"),
        *("answer_digest", "receipt", "marks"),
    },
    "hit": {
        *("record_reference", "entity_type", "band", "score", "match_reasons", "record"),
        *("treatments", "obligations", "edges"),
    },
    "record": {"entity_type", "fields", "assertion"},
    "treatment": {"field", "form", "reason", "row", "law", "sentence", "approval"},
    "summary": {
        *("query_id", "asked", "not_searched", "fields_released", "fields_withheld"),
        *("receipts_verified", "receipts_due", "elapsed_ms", "ended_at", "warnings"),
    },
}


def test_json_is_one_object_whose_keys_are_promised(tmp_path: Path) -> None:
    (result,), _ = run_cli(tmp_path, (*PERSON, "--case", "HIT-1", "--json"))
    assert result.output.count("\n") == 1
    told: Any = json.loads(result.output)
    answer = told["answers"][0]
    hit = answer["hits"][0]
    assert set(told) == KEYS[""]
    assert set(answer) == KEYS["answer"]
    assert set(hit) == KEYS["hit"]
    assert set(hit["record"]) == KEYS["record"]
    assert set(hit["treatments"][0]) == KEYS["treatment"]
    assert set(told["summary"]) == KEYS["summary"]
    assert told["not_searched"] == ["ZZ-IM"]
    assert hit["record"]["fields"]["person.names"][1]["full"] == "محمد الحسن"
    assert answer["answer_digest"] == "11" * 32
    assert told["summary"]["ended_at"] == "2026-09-21T14:13:20.000Z"
    assert result.exit_code == ExitCode.TEMPORARY


@pytest.mark.parametrize("reason", Reason)
def test_every_refusal_is_one_sentence_on_stderr_and_a_documented_code(
    tmp_path: Path, reason: Reason
) -> None:
    (result,), _ = run_cli(tmp_path, (*PERSON, "--case", f"REASON-{reason}"))
    assert result.exit_code == REASON_CODES[reason]
    assert result.stdout == ""
    line = result.stderr.splitlines()[-1]
    assert line.startswith(f"comity: {reason}: {CATALOGUE[reason].sentence}")
    assert ("reference" in line) is (reason is Reason.INTERNAL)


def test_nobody_there_and_a_broken_profile_have_codes_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = functools.partial(Comity.open, connect_s=0.05)
    monkeypatch.setattr("comity.cli.asking.Comity.open", impatient)
    (gone, profile), _ = run_cli(
        tmp_path,
        (*PERSON, "--case", "ALL-1"),
        (*PERSON, "--case", "ALL-1", "--profile", str(tmp_path / "none")),
        stopped=True,
    )
    assert gone.exit_code == ExitCode.UNAVAILABLE
    assert "nothing was asked" in gone.stderr
    assert profile.exit_code == ExitCode.CONFIG
    assert "comity-node system add" in profile.stderr


def test_queries_are_listed_and_shown_by_the_beginning_of_their_id(tmp_path: Path) -> None:
    (listed, shown, as_json, other), _ = run_cli(
        tmp_path,
        ("query", "list"),
        ("query", "show", QUERY_ID[:8]),
        ("query", "list", "--json"),
        ("query", "show", "00" * 32),
        columns=120,
    )
    header, row = listed.output.splitlines()
    assert header.split() == ["asked", "(UTC)", "query", "by", "about", "why", "outcomes"]
    assert row == (
        "2026-09-21 14:13:19  abababababab  desk  person  investigate, HIT-4711  "
        "2 hits, 1 not searched"
    )
    assert "what was released is not kept here" in shown.output
    words = [line.split() for line in shown.output.splitlines()]
    assert ["ZZ-IM", "not", "searched", "node", "offline", "for", "40", "s"] in words
    assert QUERY_ID in shown.output
    assert len(json.loads(as_json.output)["queries"]) == 1
    assert other.exit_code == ExitCode.DATA
    assert "NOT_FOUND" in other.stderr


def test_a_part_that_cannot_be_imported_costs_one_sentence_not_the_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = EntryPoint("broken", "comity.cli.no_such_module:command", program.GROUPS)

    def found(**wanted: str) -> list[EntryPoint]:
        return [broken] if wanted.get("name", "broken") == "broken" else []

    monkeypatch.setattr(program, "entry_points", found)
    runner = CliRunner()
    listing = runner.invoke(comity, ["--help"])
    assert listing.exit_code == 0
    assert "(not available: comity.cli.no_such_module is not installed)" in listing.output
    assert "Put one question to many registers." in listing.output
    called = runner.invoke(comity, ["broken"])
    assert called.exit_code == ExitCode.CONFIG
    assert "The command 'broken' is not available" in called.stderr
    assert "Traceback" not in called.output


def test_ctrl_c_ends_cleanly(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("comity.cli.query.Comity.open", interrupted)
    result = CliRunner().invoke(comity, ["query", "list"])
    assert result.exit_code == INTERRUPTED
    assert result.stderr == "comity: interrupted\n"


def test_an_unexpected_error_shows_a_reference_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("Muhammad al-Hasan")

    monkeypatch.setattr("comity.cli.query.Comity.open", broken)
    result = CliRunner().invoke(comity, ["query", "list"])
    assert result.exit_code == ExitCode.SOFTWARE
    assert "reference" in result.stderr
    assert "Hasan" not in result.output


def test_version_and_an_unknown_command() -> None:
    runner = CliRunner()
    assert runner.invoke(comity, ["--version"]).output.startswith("comity, version ")
    assert runner.invoke(comity, ["no-such"]).exit_code == ExitCode.USAGE
