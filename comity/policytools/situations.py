"""Situations written down: requests, records and questions by name, built into what the law is asked.

What may be written is whatever the contexts of ``comity.rulings`` hold, facts among them, so that a new
attribute needs no change here. A country that is not written follows from the agency, and the end user's from
the country.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeVar

from comity.policytools.tree import GIVEN, known_keys, read_toml
from comity.rulings import AskContext, RecordLabels, RequestContext, RouteContext, UseContext
from comity.rulings.cells import marking
from comity.rulings.context import UNKNOWN
from comity.rulings.errors import PolicyError, nearest
from comity.rulings.facts import Facts
from comity.rulings.groups import plain_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from comity.policytools.tree import Tree
    from comity.rulings.cells import Words
    from comity.rulings.vocabulary import Vocabulary

# Kinds of situations, by the name of their table in ``given.toml``.
KINDS: Final[Mapping[str, type]] = {
    "request": RequestContext,
    "record": RecordLabels,
    "ask": AskContext,
    "route": RouteContext,
    "use": UseContext,
}
# Attributes that follow from another one where they are not written.
_FROM_AGENCY: Final = {
    "country": "agency",
    "requester_country": "requester",
    "holder_country": "holder",
    "receiver_country": "receiver",
    "target_country": "target",
}
_END_USER: Final = "end_user_country"
# Attributes that say a word of a kind, by the kind.
_WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("agency", "requester", "target", "holder", "receiver"), "agency"),
    **dict.fromkeys(("nationalities", *_FROM_AGENCY, _END_USER, "owner_country"), "country"),
    "role": "role",
    "purpose": "purpose",
    "instrument": "instrument",
    "offence": "offence",
    "subject": "subject",
    "subject_category": "subject",
    "entity_type": "entity",
    "urgency": "urgency",
    "markings": "marking",
    "agency_type": "agency-type",
    "certificates": "certified",
    "selectors": "selector",
    "treaty": "treaty",
    "match": "match",
    "receiver_kind": "receiver-kind",
}

# Attributes by the names of columns, as officers know them from rows.
ALSO: Final[Mapping[str, str]] = {
    "marking": "markings",
    "who": "agency",
    "sought": "subject_category",
    "entity": "entity_type",
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Given:
    """What is taken for granted: kind to attribute to word."""

    file: Path
    words: Mapping[str, Mapping[str, Any]]
    countries: Mapping[str, str]

    def build(
        self,
        kind: type[T],
        told: Mapping[str, Any],
        *,
        file: Path | None = None,
        line: int = 0,
        known: Vocabulary | None = None,
    ) -> T:
        """A situation of a kind, from what is told and what is taken for granted.

        Args:
            kind: request, record or question.
            told: attributes and words.
            file: where they are written, for errors.
            line: the same.
            known: words that may be told, besides ``unknown``; without it any, as solvers make them up.

        Raises:
            PolicyError: an unknown attribute or word, one of the wrong shape, or one that is missing.
        """
        where = file or self.file
        _check_words(where, line, told, {} if known is None else plain_words(known))
        attributes = _attributes(kind)
        facts = _attributes(Facts) if "facts" in attributes else {}
        known_keys(where, line, told, frozenset({*attributes, *facts}))
        table = next(name for name, one in KINDS.items() if one is kind)
        words = {**self.words.get(table, {}), **told}
        for attribute, source in _FROM_AGENCY.items():
            if attribute in attributes and attribute not in words and source in words:
                words[attribute] = self.countries.get(str(words[source]), "unknown")
        if _END_USER in attributes and _END_USER not in words:
            words[_END_USER] = words.get("country", "unknown")
        built: dict[str, Any] = {}
        shaped = {
            one: _shaped(where, line, facts[one], words[one]) for one in facts if one in words
        }
        if "facts" in attributes:
            built["facts"] = words.get("facts") or Facts(**shaped)
        for attribute, one in attributes.items():
            if attribute in built:
                continue
            if attribute in words:
                built[attribute] = _shaped(where, line, one, words[attribute])
            elif one.default is MISSING and one.default_factory is MISSING:
                raise PolicyError(where, line, f'"{attribute}" is missing')
        try:
            return kind(**built)
        except (TypeError, ValueError) as error:
            raise PolicyError(where, line, f"{error}") from error


def _check_words(file: Path, line: int, told: Mapping[str, Any], words: Words) -> None:
    """A mistyped word would count as unknown, and "this is refused" would hold for the wrong reason."""
    for attribute, kind in _WORDS.items():
        said = told.get(attribute, ())
        for word in said.split("|") if isinstance(said, str) else said:
            listed = words.get(kind, frozenset())
            right = word in ("", UNKNOWN) or not listed or word in listed
            if kind == "marking":
                right = right or not marking(str(word), words)
            if not right:
                called = attribute.replace("_", " ")
                raise PolicyError(file, line, f'unknown {called} "{word}"{nearest(word, listed)}')


def _attributes(kind: Any) -> dict[str, Any]:
    return {one.name: one for one in fields(kind) if one.init}


def _shaped(file: Path, line: int, attribute: Any, word: Any) -> Any:
    """A word of a file as the attribute wants it; ``attribute.type`` is text such as ``date``."""
    wanted = str(attribute.type)
    several = wanted.startswith(("frozenset", "tuple"))
    if several and isinstance(word, str):
        word = [part for part in word.split("|") if part]
    if several and isinstance(word, list):
        return frozenset(map(str, word)) if wanted.startswith("frozenset") else tuple(word)
    if isinstance(word, str):
        word = _from_text(wanted, word)
    if word is not None and type(word).__name__ in wanted:
        return word
    raise PolicyError(file, line, f'"{word}" does not fit "{attribute.name}"')


def _from_text(wanted: str, word: str) -> Any:
    """What a command line writes as text."""
    if "date" in wanted:
        try:
            return date.fromisoformat(word)
        except ValueError:
            return word
    if "int" in wanted and word.isdecimal():
        return int(word)
    if "bool" in wanted and word in ("yes", "no"):
        return word == "yes"
    return word


def given(tree: Tree) -> Given:
    """What this folder of law takes for granted; nothing where it says nothing.

    Raises:
        PolicyError: an unknown kind.
    """
    file = tree.root / GIVEN
    words = read_toml(file) if file.is_file() else {}
    known_keys(file, 0, words, frozenset(KINDS))
    return Given(file, words, tree.vocabulary.agencies)


def pairs(told: tuple[str, ...]) -> dict[str, str]:
    """``approval=supervisor`` and the like, as a command is given them.

    Raises:
        ValueError: one has no sign of equality.
    """
    found = {}
    for one in told:
        name, sign, word = one.partition("=")
        if not sign:
            raise ValueError(f'"{one}" is not of the shape attribute=word')
        found[name.replace("-", "_")] = word
    return found


def apart(
    told: Mapping[str, str], kind: str = "request", *, record: bool = True
) -> tuple[dict[str, str], dict[str, str]]:
    """Attributes of the request (or another kind of question), and of the record where there is one.

    Raises:
        ValueError: one is of neither.
    """
    asked, labels = _names(kind), _names("record") if record else frozenset()
    asked |= _names_of(Facts)
    found: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for written, word in told.items():
        name = ALSO.get(written, written)
        if name in labels:
            found[1][name] = word
        elif name in asked:
            found[0][name] = word
        else:
            near = nearest(written, asked | labels | set(ALSO))
            raise ValueError(f'unknown attribute "{written}"{near}')
    return found


def _names(kind: str) -> frozenset[str]:
    return _names_of(KINDS[kind])


def _names_of(kind: Any) -> frozenset[str]:
    return frozenset(one.name for one in fields(kind) if one.init)
