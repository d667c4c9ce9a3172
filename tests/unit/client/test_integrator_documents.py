"""The documents for integrators say what the code does: their programs run, their tables are complete."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

from comity.cli.failures import INTERRUPTED, REASON_CODES
from comity.client.errors import ERRORS
from comity.errors import CATALOGUE, ExitCode, Reason
from tests.simulators.query_node import served

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"


def program(document: str, name: str) -> str:
    text = (DOCS / "integrator" / document).read_text("utf-8")
    found = re.search(rf"<!-- run: {name} -->\n```python\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


def run_program(code: str, folder: Path, *, outside: bool = False) -> str:
    """Runs it in a Python of its own; ``outside``: where our own packages cannot be imported."""

    async def story() -> str:
        async with served(folder) as node:
            flags = ["-I"] if outside else []
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, *flags, "-W", "error", "-c", code, str(folder)),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                cwd=folder if outside else ROOT,
                env={"COMITY_PROFILE": str(node.profile), "PYTHONPATH": str(ROOT)},
            )
            out, err = await process.communicate()
            assert process.returncode == 0, err.decode()
            return out.decode()

    return asyncio.run(story())


def test_the_ten_lines_are_ten_and_run(tmp_path: Path) -> None:
    code = program("python.md", "lookup")
    assert len([line for line in code.splitlines() if line.strip()]) <= 10
    # The simulator answers by case reference; only that changes.
    out = run_program(code.replace("FR-2026-17", "HIT-2026-17"), tmp_path)
    assert "DE-LP DE-7F3A09C21B44D0E8 {'person.names'" in out
    assert out.splitlines()[-1] == "not searched: ZZ-IM"


def test_the_held_stream_runs(tmp_path: Path) -> None:
    out = run_program(program("python.md", "converse"), tmp_path)
    assert out.splitlines() == [
        f"{number} [('DE-LP', 'NO_HIT')]" for number in ("AB123456", "CD987654")
    ]


def test_the_program_without_our_code_runs_through_reflection(tmp_path: Path) -> None:
    code = program("any-language.md", "reflection")
    assert "import comity" not in code
    assert "from comity" not in code
    banned = "import sys\nsys.modules['comity'] = None\n"
    out = run_program(banned + code, tmp_path, outside=True)
    assert '"queryId": "abab' in out
    assert '"outcome": "OUTCOME_NO_HIT"' in out


def rows(document: str) -> list[list[str]]:
    text = (DOCS / "reference" / document).read_text("utf-8")
    found = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in found]


def test_the_table_of_errors_is_the_catalogue() -> None:
    told = [row for row in rows("errors.md") if row[0] in Reason.__members__]
    assert told == [
        [
            str(reason),
            public.status,
            "yes" if public.retryable else "no",
            ERRORS[reason].__name__,
            public.sentence,
        ]
        for reason, public in CATALOGUE.items()
    ]


def test_the_contracts_comment_on_each_reason_names_its_status() -> None:
    proto = (ROOT / "proto/comity/api/query/v1/reason.proto").read_text("utf-8")
    for reason, public in CATALOGUE.items():
        comment = re.search(rf"  // ([^\n]*)\n  ERROR_REASON_{reason} = ", proto)
        assert comment is not None
        assert f" {public.status}" in comment[1]


def test_the_exit_codes_are_all_told_and_each_reason_once() -> None:
    table = rows("exit-codes.md")
    codes = {int(row[0]): row[1] for row in table if row[0].isdigit() and len(row) == 3}
    known = {value: name for name, value in vars(ExitCode).items() if name.isupper()}
    assert codes == {**known, INTERRUPTED: "–"}
    told = {
        Reason(reason): int(row[0])
        for row in table
        if row[0].isdigit() and len(row) == 2
        for reason in row[1].split(", ")
    }
    assert told == REASON_CODES
