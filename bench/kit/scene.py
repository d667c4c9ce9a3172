"""A federation to measure: founded, joined and started as an operator would, in a folder that vanishes."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.demo.federation import Federation
from comity.demo.registers import registers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.demo.federation import Agency

ASKED_MAX = 500


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A folder on the disk that the operating system names for temporary files; removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="comity-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def federation(root: Path, agencies: tuple[Agency, ...]) -> Iterator[Federation]:
    """A founded and joined federation; nothing of it runs yet but its authority."""
    fed = Federation(root, agencies=agencies)
    try:
        fed.found()
        fed.join_all()
        for name in (*fed.gateway_names, *(agency.id for agency in agencies)):
            fed.set(name, "log_level", "WARNING")
        yield fed
    finally:
        fed.stop()


def register_file(path: Path, records: int) -> list[str]:
    """Writes an invented register; returns numbers of documents in it to ask for."""
    numbers: list[str] = []
    with path.open("w", encoding="utf-8") as out:
        for row in registers("DE-LP", records, 1):
            if row["entity"] == "identity_document":
                fields: Any = row["fields"]
                number = fields["identity_document.number"]
                if any(character.isdigit() for character in number):  # others may not be asked for
                    numbers.append(number)
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return numbers[:ASKED_MAX]
