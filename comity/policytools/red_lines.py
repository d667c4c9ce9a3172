"""Red lines: what no version of a law may ever do, written beside the rows (``red_lines.toml``).

    [[never]]     nothing that these columns describe is ever allowed; columns as in rows, and what is above
                  a form: form = ">hit"
    [[no_less]]   more of this never releases less: of = "approval"
    [[no_more]]   a record with this marking never gets more than the same record without it
    [[untold]]    what a requester is told of a refusal never comes from these markings or categories

Every red line has an ``id`` and a ``claim`` in one sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from comity.policytools.tree import RED_LINES, known_keys, line_of, read_toml
from comity.rulings.columns import COLUMNS, Verb
from comity.rulings.context import UNKNOWN
from comity.rulings.errors import PolicyError, nearest
from comity.rulings.functions import REFUGEE, REFUGEE_FROM
from comity.rulings.groups import KINDS, plain_words
from comity.rulings.loader import read_row
from comity.rulings.reading import Line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from comity.policytools.tree import Packs, Tree
    from comity.rulings.columns import Row
    from comity.rulings.law import Law

_ID: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{2,47}")
_CLAIM_CHARACTERS_MIN: Final = 10
_COMMON: Final = frozenset({"id", "claim", "law"})
# Columns of a row that a red line has no use for.
_NOT_HERE: Final = frozenset(
    {
        *("id", "tier", "effect", "reason", "tell", "law", "sentence", "duties", "duty"),
        *("how", "instead"),
    }
)


@dataclass(frozen=True, slots=True)
class RedLine:
    """One red line."""

    file: Path
    line: int
    id: str
    claim: str
    verb: Verb


@dataclass(frozen=True, slots=True)
class Never(RedLine):
    """Nothing that ``row`` describes is ever allowed."""

    row: Row


@dataclass(frozen=True, slots=True)
class NoLess(RedLine):
    """More of an attribute never releases less."""

    of: str


@dataclass(frozen=True, slots=True)
class NoMore(RedLine):
    """A record with a marking never gets more than the same record without it."""

    marking: str


@dataclass(frozen=True, slots=True)
class Untold(RedLine):
    """What is told of a refusal never comes from these labels."""

    markings: frozenset[str]
    subjects: frozenset[str]

    def hides(self, marking: str) -> bool:
        """Whether a marking is one of them; ``refugee`` covers refugees from anywhere."""
        known = marking in self.markings
        return known or (REFUGEE in self.markings and marking.startswith(REFUGEE_FROM))


_KINDS: Final[Mapping[str, frozenset[str]]] = {
    "no_less": frozenset({"of"}),
    "no_more": frozenset({"marking"}),
    "untold": frozenset({"markings", "subjects"}),
}


def red_lines(tree: Tree, packs: Packs) -> list[RedLine]:
    """Every red line of a law's packs that concerns what this law is asked.

    Raises:
        PolicyError: with file, line and sentence.
    """
    law = tree.bundle(packs).law
    found: list[RedLine] = []
    for pack in packs:
        file = tree.root / pack / RED_LINES
        if file.is_file():
            found += read_red_lines(file, law)
    ids = [one.id for one in found]
    for one in found:
        if ids.count(one.id) > 1:
            raise PolicyError(one.file, one.line, f'the id "{one.id}" stands twice')
    return [one for one in found if one.verb in law.models]


def read_red_lines(file: Path, law: Law) -> list[RedLine]:
    """The red lines of one file, in the words of a law.

    Raises:
        PolicyError: with file, line and sentence.
    """
    told = read_toml(file)
    known_keys(file, 0, told, frozenset({"never", *_KINDS}))
    found: list[RedLine] = [_never(file, one, law) for one in told.get("never", ())]
    for kind, keys in _KINDS.items():
        found += [_other(file, kind, keys, one, law) for one in told.get(kind, ())]
    return found


def _head(file: Path, told: Mapping[str, Any]) -> tuple[int, str, str]:
    name, claim = str(told.get("id", "")), str(told.get("claim", ""))
    line = line_of(file, f'"{name}"')
    if not _ID.fullmatch(name):
        raise PolicyError(file, line, f'"{name}" is not an id like RED-VICTIM')
    if len(claim) < _CLAIM_CHARACTERS_MIN:
        raise PolicyError(file, line, "a red line needs a claim in words")
    return line, name, claim


def _never(file: Path, told: Mapping[str, Any], law: Law) -> Never:
    line, name, claim = _head(file, told)
    verb = (
        Verb(told.get("verb", Verb.RELEASE)) if told.get("verb", "release") in set(Verb) else None
    )
    if verb is None:
        raise PolicyError(file, line, f'unknown verb "{told["verb"]}"{nearest(told["verb"], Verb)}')
    columns = frozenset(COLUMNS[verb]) - _NOT_HERE
    known_keys(file, line, told, columns | _COMMON | {"verb"})
    cells = {column: str(word) for column, word in told.items() if column in columns}
    head = {"id": name, "effect": "deny", "law": "red line", "sentence": claim}
    if "tier" in COLUMNS[verb]:
        head["tier"] = "bar"
    if "form" in COLUMNS[verb]:
        cells.setdefault("form", "any")
    row = read_row(Line(file, line, {**cells, **head}), verb, words_of(law))
    return Never(file, line, name, claim, verb, row)


def _other(
    file: Path, kind: str, keys: frozenset[str], told: Mapping[str, Any], law: Law
) -> RedLine:
    line, name, claim = _head(file, told)
    known_keys(file, line, told, keys | _COMMON)
    head = (file, line, name, claim, Verb.RELEASE)
    words = law.vocabulary
    if kind == "no_less":
        if told.get("of") != "approval":
            raise PolicyError(file, line, 'only of = "approval" has an order')
        return NoLess(*head, of="approval")
    if kind == "no_more":
        _known(file, line, "marking", [told.get("marking", "")], words.markings)
        return NoMore(*head, marking=str(told["marking"]))
    markings, subjects = told.get("markings", []), told.get("subjects", [])
    _known(file, line, "marking", markings, words.markings | {UNKNOWN})
    _known(file, line, "category", subjects, words.subjects | {UNKNOWN})
    return Untold(*head, markings=frozenset(markings), subjects=frozenset(subjects))


def _known(file: Path, line: int, kind: str, told: list[str], known: frozenset[str]) -> None:
    for word in told:
        if word not in known:
            raise PolicyError(file, line, f'unknown {kind} "{word}"{nearest(str(word), known)}')


def words_of(law: Law) -> dict[str, frozenset[str]]:
    """Every word that cells of a law may say, groups among them."""
    words = dict(plain_words(law.vocabulary))
    for kind, section in KINDS.items():
        groups = frozenset(group for _, group in law.links.get(section, ()))
        words[kind] = words[kind] | groups
    return words
