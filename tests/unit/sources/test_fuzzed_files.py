"""Whatever a file holds, an importer yields rows or refuses the file in one sentence; nothing else."""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import StartError
from node.sources.formats import formats
from node.sources.rows import Quarantined, Read
from tests.simulators.source_files import ADD, ALT, SDN

NAMES = [one.name for one in formats()]
IMPORTERS = {one.name: one for one in formats()}
WORDS = st.sampled_from(
    ["id", "schema", "properties", "Person", "name", "key", "entity", "fields", "labels", "vehicle",
     "entity_id", "_embedded", "notices", "date_of_birth", "1974", "person.names", "\ud800", "\0", "-0-"]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
BYTES = st.one_of(
    st.binary(max_size=400),
    st.binary(max_size=200).map(gzip.compress),
    st.lists(VALUES, max_size=5).map(
        lambda rows: "\n".join(map(json.dumps, rows)).encode()
    ),
    VALUES.map(lambda value: json.dumps(value).encode()),
    st.lists(st.sampled_from(SDN.splitlines(keepends=True)), max_size=6).map(
        lambda rows: "".join(rows).encode()
    ),
    st.text(alphabet='<>/"&;!ABINDVUL ', max_size=200).map(str.encode),
)  # fmt: skip


def _all(name: str, content: bytes) -> list[Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "sdn.csv")
        path.write_bytes(content)
        Path(folder, "alt.csv").write_text(ALT)
        Path(folder, "add.csv").write_text(ADD)
        try:
            return list(IMPORTERS[name].read(path))
        except StartError:
            return []


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None)
@given(content=BYTES)
def test_an_importer_raises_nothing_of_its_own_making(name: str, content: bytes) -> None:
    for item in _all(name, content):
        assert isinstance(item, (Read, Quarantined))
        assert item.line >= 0
