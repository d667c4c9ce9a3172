"""The shipped packs do what the tests beside them say, and no row of them is dead weight."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from comity.rulings import Decision, FieldRuling, Form
from tests.simulators.law import (
    NODE_PACKS,
    POLICIES,
    asking,
    labels,
    request,
    routing,
    shipped,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES = sorted(POLICIES.glob("*/*_test.toml"))


@dataclass(frozen=True)
class Case:
    file: Path
    told: dict[str, Any]
    verb: str
    test: dict[str, Any]

    @property
    def pack(self) -> str:
        return str(self.told["packs"][-1])


def cases() -> Iterator[Any]:
    for file in FILES:
        told = tomllib.loads(file.read_text("utf-8"))
        for verb in ("test", "ask", "route"):
            for test in told.get(verb, ()):
                case = Case(file, told, verb, test)
                yield pytest.param(case, id=f"{file.parent.name}: {test['claim']}")


def said(ruling: FieldRuling, wanted: str) -> str:
    """The ruling in the words of the test, as far as it says anything."""
    words = [ruling.form.name.lower()]
    if " by " in wanted:
        words += ["by", ruling.row]
    if " needs " in wanted:
        words += ["needs", ruling.needs.role if ruling.needs else "nothing"]
    return " ".join(words)


@pytest.mark.parametrize("case", list(cases()))
def test_then(case: Case) -> None:
    test, bundle = case.test, shipped(case.pack)
    if case.verb != "test":
        when = test.get("when", {})
        decision: Decision = (
            bundle.admit(asking(**when)) if case.verb == "ask" else bundle.route(routing(**when))
        )
        assert f"{'yes' if decision.allowed else 'no'} by {decision.row}" == test["then"]
        return
    given = dict(case.told["given"]["records"][test["record"]])
    record = labels(
        given["subject"],
        *given.get("markings", ()),
        entity_type=given.get("entity_type", "person"),
    )
    asked = request(**case.told["given"]["requests"][test["request"]] | test.get("when", {}))
    mask = bundle.mask(asked, record)
    wanted = dict(test.get("then", {}))
    everywhere = wanted.pop("*", None)
    if everywhere:
        wanted = dict.fromkeys(mask, everywhere) | wanted
    assert {path: said(mask[path], words) for path, words in wanted.items()} == wanted
    assert set(test.get("duties", ())) <= set(mask.duties)
    searchable = bundle.match(asked, record)
    assert set(test.get("searchable", ())) <= searchable
    assert not set(test.get("not_searchable", ())) & searchable
    if test.get("searchable") == []:
        assert not searchable


def test_every_pack_has_tests_and_a_page() -> None:
    packs = {"core", "federation", *NODE_PACKS}
    assert {file.parent.name for file in FILES} == packs
    assert all((POLICIES / pack / "README.md").is_file() for pack in packs)


@pytest.mark.parametrize("pack", NODE_PACKS)
def test_what_may_be_searched_on_may_leave_at_least_as_a_hit(pack: str) -> None:
    bundle = shipped(pack)
    for subject in ("suspect", "victim", "missing", "witness", "contact"):
        for marking in ("minor", "third-party", "refugee"):
            record = labels(subject, marking)
            mask = bundle.mask(request(), record)
            assert all(mask[path].form >= Form.HIT for path in bundle.match(request(), record))
