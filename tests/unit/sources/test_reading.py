"""Files are hostile until read: sizes, bytes, compression, quotes, nesting."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from comity.errors import StartError
from node.sources import reading
from node.sources.jsonrows import JsonRow, objects
from node.sources.reading import document, lines
from node.sources.tables import Cells, table
from tests.simulators.source_files import refused

if TYPE_CHECKING:
    from pathlib import Path


def _file(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


def test_gzip_is_known_by_content_not_by_name(tmp_path: Path) -> None:
    path = _file(tmp_path, gzip.compress(b"one\ntwo\n"))
    assert [line.text for line in lines(path)] == ["one", "two"]


def test_the_cpm_end_mark_and_the_byte_order_mark_are_no_text(tmp_path: Path) -> None:
    path = _file(tmp_path, b"\xef\xbb\xbfone\r\n\r\ntwo\r\n\x1a")
    assert [(line.number, line.text) for line in lines(path)] == [(1, "one"), (3, "two")]


def test_a_gzip_bomb_is_refused_before_it_fills_anything(tmp_path: Path) -> None:
    path = _file(tmp_path, gzip.compress(b"\0" * (reading.UNPACK_FREE_BYTES * 4)))
    with pytest.raises(StartError, match="unpacks to more than"):
        list(lines(path))


def test_a_cut_gzip_file_is_one_clear_sentence(tmp_path: Path) -> None:
    path = _file(tmp_path, gzip.compress(b"row\n" * 9_000)[:-20])
    with pytest.raises(StartError, match="not a whole gzip file"):
        list(lines(path))


def test_a_missing_file_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="cannot be read"):
        list(lines(tmp_path / "nowhere"))


def test_an_overlong_line_is_passed_over_and_the_next_one_read(tmp_path: Path) -> None:
    path = _file(tmp_path, b"x" * (reading.LINE_BYTES_MAX * 2 + 5) + b"\nnext\n")
    first, second = lines(path)
    assert (first.too_long, len(first.text)) == (True, reading.LINE_BYTES_MAX)
    assert (second.number, second.text) == (2, "next")


def test_a_document_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "DOCUMENT_BYTES_MAX", 10)
    with pytest.raises(StartError, match="larger than"):
        document(_file(tmp_path, b"[" + b"1," * 20 + b"1]"))


@pytest.mark.parametrize("bad", [b"a,\0,c", b"a,\xff\xfe,c"])
def test_nul_and_undecodable_bytes_cost_one_row(tmp_path: Path, bad: bytes) -> None:
    rows = list(table(lines(_file(tmp_path, b"a,b,c\n" + bad + b"\nd,e,f\n"))))
    assert [row.values for row in rows if isinstance(row, Cells)] == [
        ["a", "b", "c"],
        ["d", "e", "f"],
    ]
    assert refused(rows) == [(2, "NUL or undecodable bytes")]


def test_another_encoding_can_be_named(tmp_path: Path) -> None:
    path = _file(tmp_path, "Müller\n".encode("cp1252"))
    assert [line.text for line in lines(path, "cp1252")] == ["Müller"]


def test_an_open_quote_costs_one_row_not_the_rest_of_the_file(tmp_path: Path) -> None:
    rows = list(table(lines(_file(tmp_path, b'a,"b\nc,d\n' + b"e,f\n" * 200))))
    assert refused(rows) == [(1, "not parsable")]
    assert len(rows) == 202


def test_a_quoted_field_may_hold_line_ends(tmp_path: Path) -> None:
    first, second = table(lines(_file(tmp_path, b'a,"b\nb2\nb3"\nc,d\n')))
    assert isinstance(first, Cells)
    assert isinstance(second, Cells)
    assert first.values == ["a", "b\nb2\nb3"]
    assert (second.line, second.values) == (4, ["c", "d"])


def test_text_after_a_closing_quote_is_refused_not_guessed(tmp_path: Path) -> None:
    assert refused(table(lines(_file(tmp_path, b'"a"x,b\nc,d\n')))) == [(1, "not parsable")]


@pytest.mark.parametrize(
    "bad",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a": NaN}',
        b'{"a": ' + b"9" * 10_000 + b"}",
        b"[1, 2]",
        b'"text"',
        b"{",
        b'{"a": 1} {"b": 2}',
    ],
)
def test_what_is_no_json_object_costs_one_row(tmp_path: Path, bad: bytes) -> None:
    rows = list(objects(lines(_file(tmp_path, b'{"n": 1}\n' + bad + b'\n{"n": 2}\n'))))
    assert [row.value for row in rows if isinstance(row, JsonRow)] == [{"n": 1}, {"n": 2}]
    assert refused(rows) == [(2, "not parsable")]


def test_json_escapes_do_not_hide_control_characters_from_the_row(tmp_path: Path) -> None:
    rows = list(objects(lines(_file(tmp_path, json.dumps({"a": "\0"}).encode()))))
    assert isinstance(rows[0], JsonRow)
