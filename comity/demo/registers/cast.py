"""The characters of the demonstration (``cast.toml`` beside this module).

Every one of them exists to make one question telling; ``Character.teaches`` says which. Their rows stand
first in each register they are in, whatever the seed, so that a demonstration can count on them.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.demo.registers.rows import Row

# What surrounds a character's row unless the file says otherwise.
_ASSERTION: Final = {
    "nature": "FACT",
    "source_reliability": "A",
    "information_accuracy": "1",
    "handling_code": "H0",
    "collected_on": "2026-02-11",
    "review_on": "2029-02-11",
    "delete_on": "2036-12-31",
    "contested": False,
}


@dataclass(frozen=True, slots=True)
class Character:
    """Somebody or something the demonstration asks about.

    Attributes:
        name: a short handle for code, such as ``muhammad-al-hassan``.
        who: one sentence for the reader of the demonstration.
        teaches: what asking about it shows.
        rows: the row in the register of each agency that knows it.
    """

    name: str
    who: str
    teaches: str
    rows: Mapping[str, Row]


def _row(told: Mapping[str, Any]) -> Row:
    fields = dict(told["fields"])
    if told["entity"] == "person":
        fields["person.status"] = told["subject"]
    return {
        "key": told["key"],
        "entity": told["entity"],
        "fields": fields,
        "labels": {"subject": told["subject"], "markings": list(told.get("markings", ()))},
        "assertion": _ASSERTION | told.get("assertion", {}),
    }


@cache
def cast() -> tuple[Character, ...]:
    """Every character, in the order of the file."""
    text = files("comity.demo.registers").joinpath("cast.toml").read_text(encoding="utf-8")
    return tuple(
        Character(
            told["name"],
            told["who"],
            told["teaches"],
            MappingProxyType({row["agency"]: _row(row) for row in told["rows"]}),
        )
        for told in tomllib.loads(text)["character"]
    )


def character(name: str) -> Character:
    """The character of that name.

    Raises:
        KeyError: there is none.
    """
    return {who.name: who for who in cast()}[name]


def cast_rows(agency: str) -> tuple[Row, ...]:
    """The rows of the cast in one agency's register."""
    return tuple(who.rows[agency] for who in cast() if agency in who.rows)
