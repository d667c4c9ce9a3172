"""A database is brought to the present schema once, whoever opens it and however many do."""

from __future__ import annotations

import runpy
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import inspect

from comity.errors import ExitCode, StartError
from comity.store.engine import open_engine
from comity.store.migrating import newest
from gateway.storage import migrating as of_gateway
from node.storage import migrating as of_node
from node.storage.queries import SqlQueryBook
from node.storage.replay import ReplayBook

if TYPE_CHECKING:
    from pathlib import Path

OPENERS = 6
PROGRAM = """
import sys
from comity.store.engine import open_engine
from node.storage.migrating import migrate
engine = open_engine(sys.argv[1])
print("there", flush=True)
sys.stdin.readline()
migrate(engine)
"""


def test_programs_that_open_a_new_database_at_once_all_find_it_made(tmp_path: Path) -> None:
    database = tmp_path / "node.db"
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(OPENERS)
    ]
    for one in openers:
        assert one.stdout is not None
        assert one.stdout.readline() == "there\n"
    ended = [one.stdin.write("\n") and one.stdin.flush() for one in openers if one.stdin]
    assert len(ended) == OPENERS
    told = [(one.communicate()[1], one.returncode) for one in openers]
    assert told == [("", 0)] * OPENERS


@pytest.mark.parametrize("part", [of_node, of_gateway], ids=["node", "gateway"])
def test_a_database_of_a_newer_release_is_refused_in_one_sentence(
    tmp_path: Path, part: object
) -> None:
    engine = open_engine(tmp_path / "some.db")
    part.migrate(engine)  # type: ignore[attr-defined]
    part.migrate(engine)  # type: ignore[attr-defined]  # nothing is left to do
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'of tomorrow'")
    with pytest.raises(StartError, match="newer release") as caught:
        part.migrate(engine)  # type: ignore[attr-defined]
    assert caught.value.exit_code == ExitCode.CONFIG
    engine.dispose()


@pytest.mark.parametrize("part", [of_node, of_gateway], ids=["node", "gateway"])
def test_a_migrations_file_begins_with_its_number_and_follows_the_one_before(part: Any) -> None:
    """By this a start knows, without Alembic, that nothing is to be done."""
    before = None
    for path in sorted((part.SCRIPTS / "versions").glob("[0-9]*.py")):
        number = path.stem.partition("_")[0]
        told = runpy.run_path(str(path))
        assert (told["revision"], told["down_revision"]) == (number, before)
        before = number
    assert newest(part.SCRIPTS) == before


def test_a_database_at_the_newest_migration_needs_no_alembic(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "node.db")
    of_node.migrate(engine)
    engine.dispose()
    code = (
        "import sys; sys.modules['alembic'] = None\n"
        "from comity.store.engine import open_engine\n"
        "from node.storage.migrating import migrate\n"
        "migrate(open_engine(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "node.db")], check=True)


def test_receipts_and_what_was_answered_are_kept_when_rows_are_sorted_by_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = tmp_path / "until"
    later = [
        path.name for path in (of_node.SCRIPTS / "versions").iterdir() if "0008" < path.name < "_"
    ]
    shutil.copytree(
        of_node.SCRIPTS, until, ignore=lambda _, names: [one for one in names if one in later]
    )
    engine = open_engine(tmp_path / "node.db")
    with monkeypatch.context() as patched:
        patched.setattr(of_node, "SCRIPTS", until)
        of_node.migrate(engine)
    answered, open_still, sender = b"a" * 32, b"o" * 32, b"s" * 16
    with engine.begin() as connection:
        for statement, values in (
            ("INSERT INTO query VALUES (?, 7, 'anna', x'', '[]', '{}')", (answered,)),
            ("INSERT INTO receipt VALUES (?, 'DE-LP', x'01')", (answered,)),
            ("INSERT INTO disclosure VALUES (?, x'', x'')", (answered,)),
            ("INSERT INTO replay VALUES (?, ?, ?, 5, 1)", (sender, b"1" * 16, answered)),
            ("INSERT INTO replay VALUES (?, ?, ?, 5, 0)", (sender, b"2" * 16, open_still)),
        ):
            connection.exec_driver_sql(statement, values)
    of_node.migrate(engine)
    past = SqlQueryBook(engine).one(answered, name="anna", everyone=False)
    assert past is not None
    assert past.receipts == {"DE-LP": b"\x01"}
    with engine.begin() as connection:
        given = {"sender_kid": sender, "expires_ms": 5}
        told = [
            ReplayBook().claim(msg_id=number * 16, query_id=query_id, **given)(connection).answered
            for number, query_id in ((b"1", answered), (b"2", open_still))
        ]
        assert told == [True, False]
        assert ReplayBook.load(connection).prune(5)(connection) == [open_still]
    engine.dispose()


def test_a_migration_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "migrations"
    broken.mkdir()
    for file in of_node.SCRIPTS.rglob("*.py"):
        target = broken / file.relative_to(of_node.SCRIPTS)
        target.parent.mkdir(exist_ok=True)
        target.write_text(file.read_text("utf-8"), "utf-8")
    last = broken / "versions" / "9999_fails.py"
    heads = sorted(path.stem[:4] for path in (broken / "versions").glob("0*.py"))
    last.write_text(
        f'revision = "9999"\ndown_revision = "{heads[-1]}"\n\n\n'
        'def upgrade() -> None:\n    raise RuntimeError("as a test wants it")\n',
        "utf-8",
    )
    engine = open_engine(tmp_path / "node.db")
    monkeypatch.setattr(of_node, "SCRIPTS", broken)
    with pytest.raises(RuntimeError, match="as a test wants it"):
        of_node.migrate(engine)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
