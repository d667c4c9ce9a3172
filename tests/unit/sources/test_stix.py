"""STIX bundles: what is named exactly is found, and what is more than that is not made into it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from comity.errors import StartError
from node.sources import stix
from node.sources.rows import Quarantined, Read, Why

if TYPE_CHECKING:
    from pathlib import Path

GREEN = "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"
RED = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"
MD5 = "d41d8cd98f00b204e9800998ecf8427e"


def bundle(folder: Path, *objects: Any) -> list[Any]:
    path = folder / "bundle.json"
    path.write_text(json.dumps({"type": "bundle", "id": "bundle--1", "objects": objects}))
    return list(stix.read(path))


def indicator(pattern: Any, **more: Any) -> dict[str, Any]:
    return {
        "type": "indicator",
        "id": "indicator--1",
        "pattern_type": "stix",
        "pattern": pattern,
        "valid_from": "2026-01-02T03:04:05Z",
    } | more


def named(items: list[Any]) -> list[tuple[str, str]]:
    fields = [one.record.fields for one in items if isinstance(one, Read)]
    paths = ("observable.observable_type", "observable.value")
    return [(str(one[paths[0]]), str(one[paths[1]])) for one in fields]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("[ipv4-addr:value = '192.0.2.7']", [("IP", "192.0.2.7")]),
        (" [ domain-name:value='Pay-Lantern.example.' ] ", [("DOMAIN", "pay-lantern.example")]),
        (
            "[ipv6-addr:value = '2001:DB8::1' OR url:value = 'https://a.example/\\'x']",
            [("IP", "2001:db8::1"), ("URL", "https://a.example/'x")],
        ),
        (
            f"[file:hashes.MD5 = '{MD5}'] OR [file:hashes.'MD5' = '{MD5[::-1]}']",
            [("HASH", MD5), ("HASH", MD5[::-1])],
        ),
        ("[email-addr:value = 'a@b.example']", [("EMAIL", "a@b.example")]),
        ("[mac-addr:value = '00:1b:44:11:3a:b7']", [("MAC", "001B44113AB7")]),
    ],
)
def test_what_a_pattern_names_exactly_is_read(
    tmp_path: Path, pattern: str, found: list[tuple[str, str]]
) -> None:
    items = bundle(tmp_path, indicator(pattern, name="Lantern"))
    assert named(items) == found
    record = items[0].record
    assert record.fields["observable.first_seen"] == "2026-01-02T03:04:05Z"
    assert record.fields["observable.summary"] == "Lantern"
    assert (record.assertion.nature, record.assertion.source_reliability) == ("ASSESSMENT", "X")
    assert len({one.record.source_key for one in items}) == len(items)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (indicator("[ipv4-addr:value = '1.2.3.4' AND domain-name:value = 'a.example']"), None),
        (
            indicator("[ipv4-addr:value = '1.2.3.4'] FOLLOWEDBY [url:value = 'http://a.example/']"),
            None,
        ),
        (indicator("[ipv4-addr:value = '1.2.3.4'] WITHIN 5 SECONDS"), None),
        (indicator("[domain-name:value LIKE '%.example']"), None),
        (indicator("[domain-name:value != 'a.example']"), None),
        (indicator("[file:name = 'a.exe' OR domain-name:value = 'a.example']"), None),
        (indicator("[ipv4-addr:value = '198.51.100.0/24']"), Why.BAD_VALUE),
        (indicator("[" + "(" * 10_000), None),
        (indicator("[url:value = '" + "\\" * 9_999 + "']"), None),
        (indicator(""), None),
        (indicator(7), Why.BAD_VALUE),
        (indicator("x", pattern_type="snort"), None),
        ({"type": "malware", "id": "malware--1"}, None),
        ({"type": "domain-name", "value": "a.example"}, Why.MISSING_KEY),
        ({"type": "domain-name", "id": "domain-name--1", "value": ["a.example"]}, Why.BAD_VALUE),
        ({"type": "file", "id": "file--1", "hashes": [MD5]}, None),
        ("text", Why.NOT_PARSABLE),
        ({"type": []}, Why.NOT_PARSABLE),
    ],
)
def test_what_is_more_or_less_than_exact_values_costs_itself_only(
    tmp_path: Path, told: Any, why: Why | None
) -> None:
    right = {"type": "domain-name", "id": "domain-name--2", "value": "b.example"}
    wrong, found = bundle(tmp_path, told, right)
    assert isinstance(wrong, Quarantined)
    assert wrong.why is (why or Why.UNSUPPORTED_ENTITY)
    assert named([found]) == [("DOMAIN", "b.example")]


@pytest.mark.parametrize(
    ("marked", "markings"),
    [
        ({}, set()),
        ({"object_marking_refs": [GREEN]}, set()),
        ({"object_marking_refs": [GREEN, RED]}, {"originator-controlled"}),
        ({"object_marking_refs": ["marking-definition--0"]}, {"originator-controlled"}),
        ({"object_marking_refs": RED}, {"originator-controlled"}),
        ({"granular_markings": [{"lang": "en"}]}, {"originator-controlled"}),
    ],
)
def test_what_its_author_restricts_or_may_restrict_is_marked(
    tmp_path: Path, marked: dict[str, Any], markings: set[str]
) -> None:
    told = {"type": "file", "id": "file--1", "hashes": {"MD5": MD5}} | marked
    (item,) = bundle(tmp_path, told)
    assert item.record.labels.markings == markings


@pytest.mark.parametrize("text", ["[]", "{}", '{"type":"bundle"}', "{", '{"objects":[]}'])
def test_what_is_no_bundle_is_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(StartError, match=r"is (no STIX bundle|not JSON)"):
        list(stix.read(path))
