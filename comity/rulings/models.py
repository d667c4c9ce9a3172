"""Casbin model files: one per verb, each of the shape its verb needs and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from comity.rulings.columns import COLUMNS, Verb
from comity.rulings.errors import PolicyError
from comity.rulings.functions import FUNCTIONS
from comity.rulings.groups import KINDS
from comity.rulings.matcher import MatcherRefused, parse
from comity.rulings.pycasbin import Model

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PRIORITY: Final = "priority(p_eft) || deny"
_ALLOW_AND_DENY: Final = "some(where (p_eft == allow)) && !some(where (p_eft == deny))"
_SHAPES: Final[Mapping[Verb, tuple[tuple[str, ...], str]]] = {
    Verb.RELEASE: (("r_req", "r_rec", "r_field", "r_form"), _PRIORITY),
    Verb.MATCH: (("r_req", "r_rec", "r_field"), _PRIORITY),
    Verb.DUTY: (("r_req", "r_rec", "r_duty"), _ALLOW_AND_DENY),
    Verb.ASK: (("r_req",), _PRIORITY),
    Verb.ROUTE: (("r_req",), _PRIORITY),
    Verb.RELATION: (("r_req", "r_rec", "r_relation"), _PRIORITY),
    Verb.ONWARD: (("r_req", "r_rec"), _PRIORITY),
    Verb.EVIDENCE: (("r_req", "r_rec"), _PRIORITY),
    Verb.RETAIN: (("r_req", "r_rec"), _PRIORITY),
}
_SECTIONS: Final = {
    "request_definition": "r",
    "policy_definition": "p",
    "role_definition": "g",
    "policy_effect": "e",
    "matchers": "m",
}
_KEY: Final = re.compile(r"([a-z]+)(\d*)\s*=")


def check_model(file: Path, text: str, verb: Verb) -> None:
    """Refuse a model that is not of its verb's shape.

    Raises:
        PolicyError: an unknown or second section, a gap in the numbering of groups, other requests,
            columns or effects than the verb has, or a matcher that is not allowed.
    """
    _check_keys(file, text)
    model = Model()
    try:
        model.load_model_from_text(text)
    except Exception as error:
        raise PolicyError(file, 0, f"Casbin cannot read it: {error}") from error
    request, effect = _SHAPES[verb]
    for section in _SECTIONS.values():
        if not model[section]:
            raise PolicyError(file, 0, f'the section "{section}" is missing')
    if tuple(model["r"]["r"].tokens) != request:
        asked = ", ".join(token.removeprefix("r_") for token in request)
        raise PolicyError(file, 0, f'requests of "{verb}" are: {asked}')
    columns = {f"p_{column.token}" for column in COLUMNS[verb].values() if column.token}
    columns |= {"p_priority"} if effect == _PRIORITY else set()
    found = model["p"]["p"].tokens
    if set(found) != columns or len(found) != len(columns):
        wrong = sorted(columns.symmetric_difference(found)) or ["one twice"]
        named = ", ".join(name.removeprefix("p_") for name in wrong)
        raise PolicyError(file, 0, f'columns of "{verb}" do not fit: {named}')
    if model["e"]["e"].value != effect:
        raise PolicyError(file, 0, f'the effect of "{verb}" must be: {effect.replace("p_", "p.")}')
    functions = {*FUNCTIONS, *KINDS.values()}
    try:
        parse(model["m"]["m"].value, functions=functions, names={*request, *found})
    except MatcherRefused as error:
        raise PolicyError(file, _line_of(text, "m"), str(error)) from error


def _check_keys(file: Path, text: str) -> None:
    section = ""
    groups: list[str] = []
    continued = False
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        part_of_last, continued = continued, line.endswith("\\")
        if part_of_last or not line or line.startswith("#"):
            continue
        if line.startswith("["):
            section = line.strip("[]")
            if section not in _SECTIONS:
                raise PolicyError(file, number, f'unknown section "{section}"')
            continue
        key = _KEY.match(line)
        if section == "" or key is None or key[1] != _SECTIONS[section]:
            raise PolicyError(file, number, f'unknown row type "{line.split("=")[0].strip()}"')
        if key[1] == "g":
            groups.append(key[1] + key[2])
            expected = list(KINDS.values())[: len(groups)]
            if groups != expected:
                wanted = expected[-1] if len(groups) <= len(KINDS) else "no more"
                sentence = f'numbering gap in groups: "{groups[-1]}" where {wanted} belongs'
                raise PolicyError(file, number, sentence)
        elif key[2]:
            raise PolicyError(file, number, f'a second "{key[1]}" would be ignored')
    if len(groups) != len(KINDS):
        missing = list(KINDS.values())[len(groups)]
        raise PolicyError(file, 0, f'numbering gap in groups: "{missing}" is missing')


def _line_of(text: str, key: str) -> int:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip().startswith((f"{key} ", f"{key}=")):
            return number
    return 0
