"""Loading: idempotent, counted, private quarantine, nothing lost and nothing removed by accident."""

from __future__ import annotations

import json
import stat
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.exc import OperationalError

from comity.cli.sentences import Sentences
from comity.clock import ManualClock
from comity.demo.registers import registers
from comity.errors import ExitCode, StartError
from node.records.writing import BATCH_RECORDS, LoadCounts
from node.sources.commands import formats_command, import_command
from node.sources.formats import Importer, importer
from node.sources.load import DryRun, Store, load
from node.sources.rows import Quarantined, Why
from tests.simulators.source_files import ofac_set, register

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from node.records.record import Record
    from node.records.store import RecordStore


def _rows(path: Path, rows: Iterable[dict]) -> Path:
    path.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    )
    return path


def _plates(*pairs: tuple[str, str]) -> list[dict]:
    return [
        {"key": key, "entity": "vehicle", "fields": {"vehicle.plate": plate}}
        for key, plate in pairs
    ]


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    store = register()
    first = load(importer("ofac-sdn"), store, ofac_set(tmp_path))
    again = load(importer("ofac-sdn"), store, tmp_path)
    assert (first.added, first.changed, first.unchanged, first.quarantined) == (7, 0, 0, 1)
    assert (again.added, again.changed, again.unchanged, again.quarantined) == (0, 0, 7, 1)


def test_every_row_is_counted_exactly_once(tmp_path: Path) -> None:
    path = _rows(tmp_path / "r.jsonl", [*registers("FR-PJ", 3_000, 1), {"key": 1}, {"key": 2}])
    told: list[int] = []
    report = load(importer("register"), register(), path, progress=told.append)
    assert report.read == 3_002
    assert report.read == report.added + report.changed + report.unchanged + report.quarantined
    assert report.by_reason == {"no key": 2}
    assert told == sorted(told)
    assert told[-1] == 3_002
    assert len(told) == 3_000 // BATCH_RECORDS + 1


def test_a_changed_row_is_changed_and_only_that(tmp_path: Path) -> None:
    store, path = register(), tmp_path / "r.jsonl"
    load(importer("register"), store, _rows(path, _plates(("1", "A-1"), ("2", "B-2"))))
    report = load(importer("register"), store, _rows(path, _plates(("1", "A-1"), ("2", "B-9"))))
    assert (report.added, report.changed, report.unchanged) == (0, 1, 1)


def test_a_key_used_twice_with_other_content_is_quarantined_the_second_time(tmp_path: Path) -> None:
    store, path = register(), tmp_path / "r.jsonl"
    _rows(path, _plates(("1", "A-1"), ("1", "A-1"), ("1", "Z-9")))
    for expected in ((1, 1), (0, 2)):
        report = load(importer("register"), store, path)
        assert (report.added, report.unchanged) == expected
        assert report.by_reason == {"key already used with other content": 1}


def test_the_quarantine_file_is_private_and_says_where_and_why(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text('{"key": "1"\n{"key": "2", "entity": "ghost", "fields": {}}\n')
    kept = tmp_path / "quarantine.jsonl"
    kept.write_text("from an earlier load")
    kept.chmod(0o644)
    load(importer("register"), register(), path, quarantine_path=kept)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    first, second = map(json.loads, kept.read_text().splitlines())
    assert (first["line"], first["reason"], first["raw"]) == (1, "not parsable", '{"key": "1"')
    assert (second["line"], second["reason"], second["detail"]) == (
        2,
        "unsupported entity type",
        "ghost",
    )


def _blanks(*ends: tuple[str, str]) -> list[dict]:
    paths = ("identity_document.blank_range_from", "identity_document.blank_range_to")
    fields = [{path: end for path, end in zip(paths, pair, strict=True) if end} for pair in ends]
    return [
        {
            "key": str(number),
            "entity": "identity_document",
            "fields": {"identity_document.document_type": "PASSPORT", **told},
        }
        for number, told in enumerate(fields)
    ]


def test_a_batch_that_no_number_between_its_ends_finds_is_kept_and_warned_of(
    tmp_path: Path,
) -> None:
    ends = (
        ("ZE 0004000", "ZE 0004999"),
        ("ZE 0004000", "ZF 0004999"),
        ("ZE 0004000", "ZG 0004999"),
        ("ZE 0004000", "ZE 04999"),
        ("ZE 0004999", "ZE 0004000"),
        ("ZE 0004000", ""),
        ("ZE 0004000", "unknown"),
        ("", ""),
    )
    kept, store = tmp_path / "kept.jsonl", register()
    path = _rows(tmp_path / "r.jsonl", _blanks(*ends))
    for added in (len(ends), 0):  # told each time, or the second operator never hears of it
        report = load(importer("register"), store, path, quarantine_path=kept)
        assert (report.added, report.quarantined, report.warned) == (added, 0, 6)
        assert report.warnings == {
            "batch of blank documents that ends before it begins": 1,
            "batch of blank documents whose ends are no numbers of a series": 1,
            "batch of blank documents whose ends lie in two series": 3,
            "batch of blank documents with one end": 1,
        }
    rows = [*map(json.loads, kept.read_text().splitlines())]
    assert [(row["line"], row["detail"], row["kept"]) for row in rows] == [
        (number + 1, str(number), True) for number in range(1, 7)
    ]


def test_a_quarantine_file_is_not_followed_through_a_link(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    kept = tmp_path / "quarantine.jsonl"
    kept.symlink_to(victim)
    path = tmp_path / "r.jsonl"
    path.write_text("nothing\n")
    load(importer("register"), register(), path, quarantine_path=kept)
    assert victim.read_text() == "precious"


def test_a_quarantine_file_that_cannot_be_written_stops_the_load_first(tmp_path: Path) -> None:
    path = _rows(tmp_path / "r.jsonl", _plates(("1", "A-1")))
    store = register()
    with pytest.raises(StartError, match="quarantine file") as refusal:
        load(importer("register"), store, path, quarantine_path=tmp_path / "no" / "q.jsonl")
    assert refusal.value.exit_code == ExitCode.CANNOT_CREATE
    assert store.counts() == {}


def test_a_complete_file_removes_what_it_no_longer_names(tmp_path: Path) -> None:
    store, path, clock = register(), tmp_path / "r.jsonl", ManualClock()
    ours, rows = importer("register"), _plates(("1", "A-1"), ("2", "B-2"))
    load(ours, store, _rows(path, rows), complete=True, clock=clock)
    load(ours, store, _rows(path, rows), source="other", clock=clock)
    clock.advance(hours=24)
    report = load(ours, store, _rows(path, rows[:1]), complete=True, clock=clock)
    assert (report.unchanged, report.removed) == (1, 1)
    assert store.counts() == {("register", "vehicle"): 1, ("other", "vehicle"): 2}


def test_a_partial_file_removes_nothing(tmp_path: Path) -> None:
    store, path = register(), tmp_path / "r.jsonl"
    load(importer("register"), store, _rows(path, _plates(("1", "A-1"), ("2", "B-2"))))
    report = load(importer("register"), store, _rows(path, _plates(("1", "A-1"))))
    assert report.removed == 0
    assert store.counts() == {("register", "vehicle"): 2}


def test_a_complete_load_that_brought_nothing_removes_nothing(tmp_path: Path) -> None:
    store, path, clock = register(), tmp_path / "r.jsonl", ManualClock()
    load(importer("register"), store, _rows(path, _plates(("1", "A-1"))), clock=clock)
    clock.advance(hours=1)
    path.write_text("an error page\n")
    assert load(importer("register"), store, path, complete=True, clock=clock).removed == 0
    assert store.counts() == {("register", "vehicle"): 1}


class _Picky:
    """A store that cannot hold one of the records."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.held: list[str] = []

    def upsert_many(self, records: Iterable[Record], *, load: int = 0) -> LoadCounts:
        batch = [record.source_key for record in records]
        if "bad" in batch:
            raise self.error
        self.held += batch
        return LoadCounts(len(batch), 0, 0)

    def delete_missing(self, source: str, *, load: int) -> int:
        return 0


def test_a_record_the_store_refuses_costs_itself_not_its_batch(tmp_path: Path) -> None:
    path = _rows(tmp_path / "r.jsonl", _plates(("1", "A-1"), ("bad", "B-2"), ("3", "C-3")))
    store = _Picky(UnicodeEncodeError("utf-8", "x", 0, 1, "surrogates"))
    report = load(importer("register"), store, path)
    assert store.held == ["1", "3"]
    assert (report.added, report.by_reason) == (2, {"refused by the store": 1})


def test_a_store_that_broke_is_no_bad_row(tmp_path: Path) -> None:
    path = _rows(tmp_path / "r.jsonl", _plates(("bad", "B-2")))
    broken = _Picky(OperationalError("x", {}, Exception("database or disk is full")))
    with pytest.raises(StartError, match=r"disk is full.*run the same import again") as refusal:
        load(importer("register"), broken, path)
    assert refusal.value.exit_code == ExitCode.DISK


def test_a_dry_run_counts_and_stores_nothing(tmp_path: Path) -> None:
    report = load(importer("ofac-sdn"), DryRun(), ofac_set(tmp_path))
    assert (report.added, report.unchanged, report.quarantined) == (0, 7, 1)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    held: list[int] = []

    class Watching(_Picky):
        def upsert_many(self, records: Iterable[Record], *, load: int = 0) -> LoadCounts:
            held.append(sum(1 for _ in records))
            return LoadCounts(held[-1], 0, 0)

    path = _rows(tmp_path / "r.jsonl", _plates(*((str(n), f"A-{n}") for n in range(5_000))))
    load(importer("register"), Watching(ValueError()), path)
    assert max(held) <= BATCH_RECORDS
    assert sum(held) == 5_000


def _nothing_beside(home: Path, *, quiet: bool) -> None:
    """A register without a name index."""


def _cli(store: RecordStore, *words: str) -> Result:
    program = Sentences(
        "comity-node", {"import": import_command(lambda _home: nullcontext(store), _nothing_beside)}
    )
    return CliRunner().invoke(program, ["import", *words])


def test_the_command_tells_what_became_of_the_file(tmp_path: Path) -> None:
    path, store = ofac_set(tmp_path), register()
    home = tmp_path / "home"
    home.mkdir()
    told = _cli(store, "ofac-sdn", str(path), "--home", str(home))
    assert told.exit_code == 0
    assert "8 read: 7 added, 0 changed, 0 unchanged, 1 quarantined" in told.output
    assert "1 belongs to no entity" in told.output
    kept = home / "quarantine" / "ofac-sdn.jsonl"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    again = _cli(store, "ofac-sdn", str(path), "--home", str(home), "--json")
    report = json.loads(again.output)
    assert (report["unchanged"], report["quarantine"]) == (7, str(kept))


def test_a_clean_load_leaves_no_quarantine_file(tmp_path: Path) -> None:
    path = _rows(tmp_path / "r.jsonl", _plates(("1", "A-1")))
    told = _cli(register(), "register", str(path), "--home", str(tmp_path), "--json")
    assert json.loads(told.output)["quarantine"] is None
    assert not list((tmp_path / "quarantine").iterdir())


def test_a_mistake_is_one_sentence_and_a_documented_exit_code(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_text("<a><b></a>")
    told = _cli(register(), "un-consolidated", str(path), "--home", str(tmp_path))
    assert told.exit_code == ExitCode.DATA
    assert told.stderr.startswith("comity-node: ")
    assert "is not well-formed" in told.stderr
    assert "Traceback" not in told.output
    told = _cli(register(), "nothing", str(path), "--home", str(tmp_path))
    assert told.exit_code == ExitCode.USAGE
    for more in ((), ("--dry-run",)):
        mistyped = tmp_path / "hmoe"
        told = _cli(register(), "ofac-sdn", str(ofac_set(tmp_path)), "--home", str(mistyped), *more)
        assert told.exit_code == ExitCode.CONFIG
        assert told.stderr == f"comity-node: There is no folder {mistyped}.\n"
        assert not mistyped.exists()


def test_a_dry_run_opens_no_register(tmp_path: Path) -> None:
    def refuse(_home: Path) -> AbstractContextManager[Store]:
        raise AssertionError

    def refuse_to_take_in(home: Path, *, quiet: bool) -> None:
        raise AssertionError

    told = CliRunner().invoke(
        import_command(refuse, refuse_to_take_in),
        ["ofac-sdn", str(ofac_set(tmp_path)), "--home", str(tmp_path), "--dry-run", "--json"],
    )
    assert told.exit_code == 0


def test_formats_are_listed() -> None:
    told = CliRunner().invoke(formats_command, ["--json"])
    assert {"ofac-sdn", "table"} <= {one["format"] for one in json.loads(told.output)}


def test_a_source_can_be_named_by_the_operator(tmp_path: Path) -> None:
    store = register()
    load(importer("ofac-sdn"), store, ofac_set(tmp_path), source="ofac-2026")
    assert {source for source, _ in store.counts()} == {"ofac-2026"}


def test_an_importer_that_yields_only_refusals_loads_nothing(tmp_path: Path) -> None:
    bad = Importer("bad", "", "bad", lambda _path: iter([Quarantined(1, Why.NOT_PARSABLE, "", "")]))
    report = load(bad, register(), tmp_path)
    assert (report.read, report.quarantined, report.added) == (1, 1, 0)
