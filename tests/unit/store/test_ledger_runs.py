"""Entries are found by the id of their envelope through sorted runs, as reading through would find them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from comity.clock import ManualClock
from comity.ledger.audit import Audit
from comity.ledger.runs import PAGE_ITEMS, PREFIX_BYTES, RUN_ENTRIES, pages_of, places_in
from comity.store.journal import Draft, Journal
from comity.store.reader import LedgerReader
from tests.simulators.ledgers import VERIFIER, audited, envelope_id, fill, tamper, with_journal

if TYPE_CHECKING:
    from comity.ledger.audit import Entry

NOBODY = bytes(32)
# Two whole runs and some entries that are in none yet.
SIZE = 2 * RUN_ENTRIES + 300
EVERY = 7
FIRST_PAGE_GONE = (
    "DELETE FROM ledger_run WHERE run = 0 AND first ="
    " (SELECT first FROM ledger_run WHERE run = 0 ORDER BY first LIMIT 1)"
)


def log_of_many(where: str) -> None:
    """A log where each query has two entries, and every seventh entry is about no query."""

    async def story(journal: Journal) -> None:
        for start in range(0, SIZE, 500):
            await journal.write(
                [
                    Draft("some.kind", envelope_id(n // 2) if n % EVERY else NOBODY, b"%d" % n)
                    for n in range(start, min(start + 500, SIZE))
                ]
            )

    with_journal(where, story, clock=ManualClock())


def read_through(log: LedgerReader, low: bytes, high: bytes) -> list[Entry]:
    return [one for one in log.entries() if low <= one.envelope_id <= high]


def test_what_runs_find_is_what_reading_through_finds(where: str) -> None:
    log_of_many(where)
    with LedgerReader.open(where) as log:
        for number in (1, 2, 700, RUN_ENTRIES // 2, RUN_ENTRIES // 2 + 1, SIZE // 2 - 1):
            one = envelope_id(number)
            found = log.about(one, one)
            assert found
            assert found == read_through(log, one, one)
            assert found == log.latest(10, about=one)
        # All that begin with a figure; and an id of which there is nothing.
        assert log.about(b"\x50" + bytes(31), b"\x5f" + b"\xff" * 31) == read_through(
            log, b"\x50" + bytes(31), b"\x5f" + b"\xff" * 31
        )
        assert log.about(b"\x01" * 32, b"\x01" * 32) == []


def test_pages_of_entries_about_one_envelope_follow_each_other(where: str) -> None:
    log_of_many(where)
    with LedgerReader.open(where) as log:
        everything = read_through(log, NOBODY, NOBODY)
        assert len(everything) > 2 * PAGE_ITEMS  # more than a page of a run in each run
        paged: list[Entry] = []
        before = SIZE
        while page := log.latest(100, before=before, about=NOBODY):
            paged = page + paged
            before = page[0].position
        assert paged == everything


def test_a_run_that_hides_an_entry_is_found_by_verifying(where: str) -> None:
    log_of_many(where)
    assert audited(where).sound
    tamper(where, FIRST_PAGE_GONE)
    with LedgerReader.open(where) as log:
        hidden = NOBODY  # the smallest id; its page is the one that is gone
        assert len(log.about(hidden, hidden)) < len(read_through(log, hidden, hidden))
        unaware = Audit(VERIFIER, (), log.tile)
        assert list(unaware.run(log.entries(), log.heads()))
        assert unaware.sound
    (finding,) = audited(where).findings
    assert finding.position == 0
    assert "some would not be shown" in finding.sentence


def test_opening_a_log_mends_its_runs(where: str) -> None:
    log_of_many(where)
    tamper(
        where,
        "DELETE FROM ledger_run WHERE run = 1",
        "INSERT INTO ledger_run (log, run, first, items) SELECT id, 9, envelope_id, envelope_id"
        " FROM ledger_log, ledger_entry WHERE position = 0",
    )
    fill(where, 3, first=SIZE)
    assert audited(where).sound
    with LedgerReader.open(where) as log:
        assert log.ids(1)
        assert log.ids(9) == []


def test_a_log_whose_first_entries_were_deleted_with_their_run_is_told_and_not_stumbled_over(
    where: str,
) -> None:
    log_of_many(where)
    gone = "DELETE FROM ledger_entry WHERE position < :end"
    tamper(where, gone, end=RUN_ENTRIES)
    tamper(where, "DELETE FROM ledger_run")
    fill(where, 3, first=SIZE)  # its end is whole, so it opens
    assert any("missing" in one.sentence for one in audited(where).findings)


def test_an_invented_run_keeps_no_reader_busy(where: str) -> None:
    log_of_many(where)
    tamper(
        where,
        "INSERT INTO ledger_run (log, run, first, items) SELECT id, 1000000000000, envelope_id, envelope_id"
        " FROM ledger_log, ledger_entry WHERE position = 0",
    )
    with LedgerReader.open(where) as log:
        one = envelope_id(1)
        assert log.about(one, one) == read_through(log, one, one)


@given(
    ids=st.lists(st.binary(min_size=32, max_size=32) | st.just(NOBODY), max_size=600),
    between=st.tuples(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32)),
)
def test_a_run_names_every_place_and_cuts_no_page_between_equal_ids(
    ids: list[bytes], between: tuple[bytes, bytes]
) -> None:
    low, high = sorted(between)
    pages = pages_of(ids)
    named = {place for page in pages for place in places_in(page.items, low, high)}
    assert {place for place, one in enumerate(ids) if low <= one <= high} <= named
    assert all(
        low[:PREFIX_BYTES] <= ids[place][:PREFIX_BYTES] <= high[:PREFIX_BYTES] for place in named
    )
    firsts = [page.first for page in pages]
    assert firsts == sorted(set(firsts))
