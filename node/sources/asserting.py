"""What surrounds an assertion, as an owner's row or mapping says it: read part by part, or refused.

Rules: every part is one that the contract knows (``comity.api.record.v1.Assertion``), and holds what the
contract says. A part that is said wrongly is refused whole, never guessed at: it tells a receiver how far
to trust a record and what may be done with it. A part that is not said counts as not evaluated, the
stricter (``building.UNEVALUATED``). What is contested since a day is contested.
"""

from __future__ import annotations

from dataclasses import asdict
from inspect import signature
from typing import Any, Final

from node.records import normalise
from node.records.values import Assertion
from node.sources.building import UNEVALUATED

# Europol's 4×4 system and handling codes; classes that members' schemes map to (data-model sheet b.0).
WORDS: Final[dict[str, tuple[str, ...]]] = {
    "nature": ("FACT", "ASSESSMENT", "MIXED"),
    "source_reliability": ("A", "B", "C", "X"),
    "information_accuracy": ("1", "2", "3", "4"),
    "handling_code": ("H0", "H1", "H2", "H3"),
    "tlp": ("TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR"),
    "classification": ("UNMARKED", "RESTRICTED", "CONFIDENTIAL", "SECRET"),
}
DATES: Final = (
    "collected_on",
    "review_on",
    "delete_on",
    "valid_from",
    "valid_until",
    "contested_since",
)
# Conditions that nobody can take in at once are no conditions; longer ones are mistakes.
RESTRICTIONS_MAX: Final = 32
TEXT_CHARS_MAX: Final = 2_000
_PARTS: Final = frozenset(signature(Assertion).parameters)
_CONDITIONAL: Final = "H3"


class NotAnAssertionError(Exception):
    """What is wrong with an assertion; names the part, never what it holds."""


def assertion(said: Any) -> Assertion:
    """What a row or a mapping says surrounds its records.

    Args:
        said: an object by the contract's names; none: nothing was evaluated.

    Raises:
        NotAnAssertionError: a part that the contract does not know, or that holds something else.
    """
    if said is None:
        return UNEVALUATED
    if not isinstance(said, dict) or not said.keys() <= _PARTS:
        raise NotAnAssertionError("it has parts of comity.api.record.v1.Assertion")
    parts = {name: _part(name, part) for name, part in said.items()}
    if parts.get("contested_since"):
        parts["contested"] = True
    made = Assertion(**{**asdict(UNEVALUATED), **{k: part for k, part in parts.items() if part}})
    if made.handling_conditions and made.handling_code != _CONDITIONAL:
        raise NotAnAssertionError("handling_conditions go with handling_code H3")
    if made.valid_until and made.valid_until < made.valid_from[: len(made.valid_until)]:
        raise NotAnAssertionError("valid_until is before valid_from")
    return made


def _part(name: str, said: Any) -> Any:
    if name == "contested":
        if not isinstance(said, bool):
            raise NotAnAssertionError("contested is true or false")
        return said
    if name == "restrictions":
        return _restrictions(said)
    text = _text(name, said)
    if text and name in WORDS and text not in WORDS[name]:
        raise NotAnAssertionError(f"{name} is one of {', '.join(WORDS[name])}")
    if text and name in DATES:
        date = normalise.partial_date(text)
        if not date:
            raise NotAnAssertionError(f"{name} is no date")
        return date
    return text


def _restrictions(said: Any) -> tuple[str, ...]:
    """Each restriction a text of its own; one text is one restriction."""
    listed = [said] if isinstance(said, str) else said
    if not isinstance(listed, list) or len(listed) > RESTRICTIONS_MAX:
        raise NotAnAssertionError(f"restrictions are a list of at most {RESTRICTIONS_MAX} texts")
    return tuple(text for one in listed if (text := _text("restrictions", one)))


def _text(name: str, said: Any) -> str:
    if not isinstance(said, str):
        raise NotAnAssertionError(f"{name} is text")
    text = said.strip()
    if len(text) > TEXT_CHARS_MAX:
        raise NotAnAssertionError(f"{name} is longer than {TEXT_CHARS_MAX} characters")
    return text
