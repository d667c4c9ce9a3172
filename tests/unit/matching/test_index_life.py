"""The life of the name index: snapshots, news, deletions, kills, versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from node.matching import life, snapshots
from node.matching.checking import check
from node.matching.words import readings
from node.records.name_index import NamesUnreadable
from tests.simulators.name_register import NameRegister

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from node.records.name_index import PublishedNames

SYLLABLES = ("ba", "do", "ki", "lu", "mer", "nos", "pra", "tev", "zan", "wil")


def people(count: int, first: int = 0) -> dict[str, tuple[str, ...]]:
    """Invented people with different names."""

    def word(number: int) -> str:
        return "".join(SYLLABLES[int(digit)] for digit in f"{number:04}").title()

    return {
        f"p{n}": (f"{word(n * 7 % 9973)} {word(n * 13 % 9967)}",)
        for n in range(first, first + count)
    }


def silent(what: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


@pytest.fixture(name="register")
def _register(tmp_path: Path, where: str) -> Iterator[NameRegister]:
    register = NameRegister(tmp_path / "index", database=where)
    yield register
    register.close()


def test_a_snapshot_finds_what_news_in_memory_found(register: NameRegister, tmp_path: Path) -> None:
    register.add(people(300))
    asked = [names[0] for names in people(300).values()][::29]
    before = [register.find(name).candidates[:1] for name in asked]
    snapshots.build(register.names, tmp_path / "index")
    register.open()
    after = [register.find(name).candidates[:1] for name in asked]
    assert [one[0].record_id for one in before] == [one[0].record_id for one in after]
    assert register.index.size == 300
    assert check(register.names, tmp_path / "index", silent).sound


def test_signs_that_have_no_spelling_are_stored_too(register: NameRegister, tmp_path: Path) -> None:
    register.add({"sign": ("أ Vanterpool", "ـء", "\U0001f600 ۞ Zwierz")})
    snapshots.build(register.names, tmp_path / "index")
    register.open()
    assert register.keys("Vanterpool أ") == ["sign"]
    assert check(register.names, tmp_path / "index", silent).sound


def test_what_came_since_the_snapshot_is_found_at_once(
    register: NameRegister, tmp_path: Path
) -> None:
    register.add(people(50))
    snapshots.build(register.names, tmp_path / "index")
    register.open()
    register.store.upsert_many([])
    register.add({"new": ("Quirinus Vanterpool",)})
    assert register.keys("Vanterpool Quirinus") == ["new"]
    for number in range(12):
        register.add({f"n{number}": (f"Ottokar Zwierz{number * 'a'}bski",)})
    assert register.keys("Quirinus Vanterpool") == ["new"]
    assert check(register.names, tmp_path / "index", silent).since == 13


def test_a_query_takes_small_news_in_without_anybody_keeping_up(register: NameRegister) -> None:
    from node.records.record import Record  # noqa: PLC0415
    from node.records.values import PersonName  # noqa: PLC0415

    fields = {"person.names": (PersonName("LEGAL", "Quirinus Vanterpool"),)}
    register.store.upsert_many([Record("fresh", "list", "person", fields)])
    assert register.keys("Quirinus Vanterpool") == ["fresh"]


def test_a_search_beside_a_large_load_says_that_it_has_not_seen_every_name(
    register: NameRegister,
) -> None:
    from node.matching.life import INLINE_NAMES_MAX  # noqa: PLC0415
    from node.records.record import Record  # noqa: PLC0415
    from node.records.values import PersonName  # noqa: PLC0415

    names = ["Quirinus Vanterpool", *(f"Ottokar Zwierz {n}" for n in range(INLINE_NAMES_MAX + 1))]
    register.store.upsert_many(
        [
            Record(name, "list", "person", {"person.names": (PersonName("LEGAL", name),)})
            for name in names
        ]
    )
    register.index.segments("person")
    assert register.index.behind
    register.index.keep_up(register.names)
    assert not register.index.behind
    assert register.keys("Quirinus Vanterpool") == ["Quirinus Vanterpool"]


def test_what_was_deleted_is_never_a_candidate_however_old_the_index(
    register: NameRegister, tmp_path: Path
) -> None:
    register.add({"gone": ("Quirinus Vanterpool",), "stays": ("Ottokar Zwierzbski",)}, load=1)
    snapshots.build(register.names, tmp_path / "index")
    register.open()
    assert register.keys("Quirinus Vanterpool") == ["gone"]
    register.add({"stays": ("Ottokar Zwierzbski",)}, load=2)
    assert register.store.delete_missing("list", load=2) == 1
    assert register.keys("Quirinus Vanterpool") == []
    assert register.keys("Ottokar Zwierzbski") == ["stays"]
    assert check(register.names, tmp_path / "index", silent).gone == 1


def test_a_changed_name_is_found_and_the_old_one_is_not(
    register: NameRegister, tmp_path: Path
) -> None:
    register.add({"one": ("Quirinus Vanterpool",)})
    snapshots.build(register.names, tmp_path / "index")
    register.open()
    register.add({"one": ("Balthasar Meyrink",)})
    assert register.keys("Balthasar Meyrink") == ["one"]
    assert register.keys("Quirinus Vanterpool") == []


class Killed(Exception):
    """The process ended here."""


def test_a_killed_build_goes_on_where_it_stopped(
    register: NameRegister, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "BATCH_NAMES", 40)
    register.add(people(200))
    read: list[int] = []

    def told(what: str, done: int, total: int) -> None:
        read.append(done)
        if len(read) == 3:
            raise Killed

    with pytest.raises(Killed):
        snapshots.build(register.names, tmp_path / "index", told)
    assert snapshots.load(tmp_path / "index") is None
    asked_after: list[int] = []
    original = register.names.after

    def after(number: int, limit: int) -> object:
        asked_after.append(number)
        return original(number, limit)

    monkeypatch.setattr(register.names, "after", after)
    snapshots.build(register.names, tmp_path / "index")
    assert asked_after[0] == 120
    found = check(register.names, tmp_path / "index", silent)
    assert found.sound
    assert (found.names, found.since, found.missing, found.gone) == (200, 0, 0, 0)


def test_an_index_of_another_normaliser_is_not_used(
    register: NameRegister, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register.add(people(20))
    for module in (snapshots, readings):
        monkeypatch.setattr(module, "NORMALISER_VERSION", 1)
    snapshots.build(register.names, tmp_path / "index")
    monkeypatch.undo()
    assert snapshots.load(tmp_path / "index") is None
    assert not check(register.names, tmp_path / "index", silent).sound
    register.open()
    name = next(iter(people(1).values()))[0]
    assert register.keys(name) == ["p0"]


def test_a_missing_name_is_seen_by_the_check(register: NameRegister, tmp_path: Path) -> None:
    register.add(people(30))
    held: PublishedNames = register.names
    snapshots.build(held, tmp_path / "index")
    with register.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE name SET text = 'Quirinus Vanterpool' WHERE id = 7")
    found = check(held, tmp_path / "index", silent)
    assert found.missing == 1
    assert not found.sound


def test_many_news_make_a_new_snapshot_due_and_it_is_taken_up(
    register: NameRegister, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "REBUILD_NAMES_MIN", 20)
    register.add(people(10))
    snapshots.build(register.names, tmp_path / "index")
    register.open()
    assert not register.index.overdue
    register.add(people(60, first=100))
    assert register.index.overdue
    snapshots.build(register.names, tmp_path / "index")
    register.index.renew()
    assert not register.index.overdue
    assert register.index.size == 70
    assert register.keys(people(1, first=120)["p120"][0])[:1] == ["p120"]


def test_an_update_reads_only_what_came_since_and_drops_what_is_gone(
    register: NameRegister, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register.add({**people(300), "gone": ("Balthasar Meyrink",)}, load=1)
    snapshots.build(register.names, tmp_path / "index")
    register.add({**people(300), "new": ("Quirinus Vanterpool", "김보기 (別名)")}, load=2)
    register.store.delete_missing("list", load=2)
    read: list[int] = []
    original = register.names.after

    def after(number: int, limit: int) -> object:
        batch = original(number, limit)
        read.append(len(batch))
        return batch

    monkeypatch.setattr(register.names, "after", after)
    snapshots.update(register.names, tmp_path / "index")
    assert sum(read) == 2
    found = check(register.names, tmp_path / "index", silent)
    assert (found.names, found.since, found.missing, found.gone) == (302, 0, 0, 0)
    # The same as if it had been built from nothing.
    updated = _told(register)
    snapshots.build(register.names, tmp_path / "index")
    assert updated == _told(register)
    assert "new" in updated["Quirinus Vanterpool"]
    assert updated["Balthasar Meyrink"] == []


def _told(register: NameRegister) -> dict[str, list[object]]:
    register.open()
    asked = [names[0] for names in people(300).values()][::37]
    return {
        name: [
            *register.keys(name),
            *((one.score, one.reasons) for one in register.find(name).candidates),
        ]
        for name in (*asked, "Quirinus Vanterpool", "Balthasar Meyrink", "Kim Bogi")
    }


def test_a_killed_update_goes_on_where_it_stopped(
    register: NameRegister, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "BATCH_NAMES", 40)
    register.add(people(100))
    snapshots.build(register.names, tmp_path / "index")
    register.add(people(200, first=500))
    told: list[int] = []

    def killed(what: str, done: int, total: int) -> None:
        told.append(done)
        if len(told) == 3:
            raise Killed

    with pytest.raises(Killed):
        snapshots.update(register.names, tmp_path / "index", killed)
    found = check(register.names, tmp_path / "index", silent)
    assert (found.missing, found.since) == (0, 200)
    snapshots.update(register.names, tmp_path / "index", lambda _, done, __: told.append(done))
    assert told[3] == 160
    found = check(register.names, tmp_path / "index", silent)
    assert (found.names, found.since, found.missing) == (300, 0, 0)


def test_one_process_builds_at_a_time(register: NameRegister, tmp_path: Path) -> None:
    register.add(people(30))

    def meanwhile(what: str, done: int, total: int) -> None:
        with pytest.raises(snapshots.IndexBusyError):
            snapshots.update(register.names, tmp_path / "index")

    snapshots.build(register.names, tmp_path / "index", meanwhile)
    snapshots.update(register.names, tmp_path / "index")
    assert check(register.names, tmp_path / "index", silent).sound


def test_numbers_of_names_are_never_used_again(register: NameRegister) -> None:
    register.add({"one": ("Quirinus Vanterpool",)}, load=1)
    last = register.names.last()
    register.store.delete_missing("list", load=2)
    register.add({"two": ("Ottokar Zwierzbski",)})
    assert [one.name_id for one in register.names.after(0, 10)] == [last + 1]


def test_names_that_cannot_be_read_for_a_while_are_read_again(register: NameRegister) -> None:
    register.add({"one": ("Quirinus Vanterpool",)})
    with register.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE name RENAME TO away")
    with pytest.raises(NamesUnreadable):
        register.find("Quirinus Vanterpool")
    with register.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO name")
    assert register.keys("Quirinus Vanterpool") == ["one"]
