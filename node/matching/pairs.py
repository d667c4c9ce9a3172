"""Comparing two names without an index: are they one name, written twice?

Other than in a search nothing is known of how common the words are; what decides is how well the worst
words of both agree. The policy is the field's: a slip, another order, a middle name left out, an initial
or another script is the same name; one word exchanged for another is a different one.
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from importlib import resources
from itertools import permutations
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from pycountry import countries
from rapidfuzz.distance import Indel, JaroWinkler, Levenshtein

from node.matching.index.frequencies import reference
from node.matching.model import probability
from node.matching.words.cleaning import latin
from node.matching.words.numerals import numbers
from node.matching.words.readings import NameOf, readings
from node.matching.words.scripts import Script, script_of
from node.matching.words.tokens import token, word_hash

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from node.matching.words.readings import Reading
    from node.matching.words.tokens import Token

FILE: Final = "pair_model.json"
# From here two names are taken for one.
MATCH_MIN: Final = 0.5
READINGS_MAX: Final = 6
FORMS_COMPARED_MAX: Final = 4
PAIR_MIN: Final = 0.4
INITIAL_NEARNESS: Final = 0.75
CODE_NEARNESS: Final = 0.80
SYMBOL_NEARNESS: Final = 0.93
JARO_WINKLER_SHARE: Final = 0.4
EDITS_MAX: Final = 4
_REMEMBERED: Final = 1 << 14

# Name and direction of every feature: +1 speaks for one name, -1 against, 0 either.
FEATURES: Final = (
    ("worst word", 1),
    ("mean word", 1),
    ("missing on both sides", -1),
    ("missing on one side", -1),
    ("whole string", 1),
    ("glued string", 1),
    ("spelled the same", 1),
    ("same sound", 1),
    ("known spellings of one name", 1),
    ("initials", 0),
    ("organisation, a number on one side", -1),
    ("syllables differ", -1),
    ("one word only", -1),
    ("edits", -1),
    ("first letters differ", -1),
    ("organisation", 0),
    ("organisation, missing", -1),
    ("another script", 0),
    ("worst word close", 1),
    ("whole string close", 1),
    ("words left over", -1),
    ("organisation, a country on one side", -1),
    ("another known name", -1),
)
CLOSE: Final = 0.8
# Words of the shorter name, or of one that the other writes as one word, that are tried in every order.
ORDERED_WORDS_MAX: Final = 3
# Of a hundred thousand names that many hold a word that is known as a name.
KNOWN_MIN: Final = 5


class Met(NamedTuple):
    """How two words meet."""

    nearness: float
    same: bool
    sound: bool
    symbol: bool
    initial: bool
    edits: int
    first_differs: bool
    another: bool


class PairScorer:
    """The trained comparison."""

    __slots__ = ("_bias", "_weights")

    def __init__(self, bias: float, weights: Sequence[float]) -> None:
        self._bias = bias
        self._weights = tuple(weights)

    @staticmethod
    @cache
    def shipped() -> PairScorer:
        """The one that is shipped; read once."""
        text = resources.files("node.matching").joinpath(FILE).read_text("utf-8")
        stored = json.loads(text)
        return PairScorer(
            float(stored["bias"]), [float(stored["weights"][name]) for name, _ in FEATURES]
        )

    def score(self, first: str, second: str, *, organisation: bool = False) -> float:
        """The probability that two names are one; 0 when either has no readable word."""
        best = 0.0
        for one, other in compared(first, second, organisation=organisation):
            values = features(one, other, organisation=organisation)
            logit = self._bias + sum(
                weight * value for weight, value in zip(self._weights, values, strict=True)
            )
            best = max(best, probability(logit))
        return best


def compared(
    first: str, second: str, *, organisation: bool = False
) -> Iterator[tuple[Reading, Reading]]:
    """The readings of both names that are compared.

    Two names in syllables of one script are compared syllable by syllable alone: with the given name
    written together, another syllable would look like a slip.
    """
    whose = NameOf.ORGANISATION if organisation else NameOf.PERSON
    ones = readings(first, whose)[:READINGS_MAX]
    others = readings(second, whose)[:READINGS_MAX]
    if ones and others and _in_syllables(ones[0]) & _in_syllables(others[0]):
        ones, others = ones[:1], others[:1]
    for one in ones:
        for other in others:
            yield one, other


def _in_syllables(reading: Reading) -> set[Script]:
    """The script of a name written in syllables; nothing for other names."""
    whole = len(reading) > 1 and all(len(word) == 1 for word in reading)
    return {script_of(word) for word in reading if whole} & {Script.HAN, Script.HANGUL}


def features(first: Reading, second: Reading, *, organisation: bool) -> list[float]:
    """One number a feature; the same whichever name comes first."""
    if len(first) > len(second) or (len(first) == len(second) and first > second):
        first, second = second, first
    one, other = [token(word) for word in first], [token(word) for word in second]
    met, left = _align(one, other)
    count = len(met)
    missing_first, missing_second = len(one) - count, len(other) - count
    both = min(missing_first, missing_second)
    a, b = [each.forms[0] for each in one], [each.forms[0] for each in other]
    unlike = [each for each in met if not each.same]
    worst = min((each.nearness for each in met), default=0.0) if not both else 0.0
    another = sum(each.another for each in unlike)
    glued = _glued(a, b)
    return [
        worst,
        sum(each.nearness for each in met) / max(1, len(one)),
        float(both),
        float(max(missing_first, missing_second) - both),
        Indel.normalized_similarity(" ".join(sorted(a)), " ".join(sorted(b))),
        glued,
        (count - len(unlike)) / max(1, len(one)),
        sum(each.sound for each in unlike) / max(1, len(unlike)),
        sum(each.symbol for each in unlike) / max(1, len(unlike)),
        float(sum(each.initial for each in met)),
        float(organisation and len(numbers(first)) != len(numbers(second))),
        float(any(not each.same and _syllable(each_token) for each, each_token in left)),
        float(len(one) == 1),
        min(EDITS_MAX, sum(each.edits for each in unlike)) / EDITS_MAX,
        float(any(each.first_differs for each in unlike)),
        float(organisation),
        float(organisation) * (missing_first + missing_second),
        float(any(x.native for x in one) != any(x.native for x in other)),
        max(0.0, worst - CLOSE),
        max(0.0, glued - CLOSE),
        (missing_first + missing_second) / (len(one) + len(other)),
        float(organisation and _countries(first) != _countries(second)),
        float(another),
    ]


def _glued(one: Sequence[str], other: Sequence[str]) -> float:
    """How alike two names are with their words written together, the shorter one's in the best order."""
    whole = "".join(other)
    orders = permutations(one) if len(one) <= ORDERED_WORDS_MAX else (one,)
    if len(other) <= ORDERED_WORDS_MAX and len(one) == 1:
        whole, orders = one[0], permutations(other)
    return max(Indel.normalized_similarity("".join(order), whole) for order in orders)


def _align(
    one: Sequence[Token], other: Sequence[Token]
) -> tuple[list[Met], list[tuple[Met, Token]]]:
    """Pairs of words, the nearest first, each word once; and each pair with its first word."""
    scored = sorted(
        (
            (met.nearness, -i, -j, met)
            for i, a in enumerate(one)
            for j, b in enumerate(other)
            if (met := meet(a.text, b.text)).nearness >= PAIR_MIN
        ),
        reverse=True,
    )
    rows, columns = set[int](), set[int]()
    found: list[tuple[Met, Token]] = []
    for _, i, j, met in scored:
        if i not in rows and j not in columns:
            rows.add(i)
            columns.add(j)
            found.append((met, one[-i]))
    return [met for met, _ in found], found


@lru_cache(maxsize=_REMEMBERED)
def meet(first: str, second: str) -> Met:
    """How two words meet."""
    a, b = token(first), token(second)
    if first == second:
        return Met(1.0, True, True, True, False, 0, False, False)  # noqa: FBT003  # a row of a table
    form, other = a.forms[0], b.forms[0]
    if 1 in {len(form), len(other)} and not (a.native and b.native):
        initial = form[:1] == other[:1] and len(form) != len(other)
        near = INITIAL_NEARNESS if initial else 0.0
        return Met(near, False, False, False, initial, 0, not initial, False)  # noqa: FBT003
    spelled = max(
        JARO_WINKLER_SHARE * JaroWinkler.similarity(x, y)
        + (1 - JARO_WINKLER_SHARE) * Indel.normalized_similarity(x, y)
        for x in a.forms[:FORMS_COMPARED_MAX]
        for y in b.forms[:FORMS_COMPARED_MAX]
    )
    sound = not set(a.codes).isdisjoint(b.codes)
    symbol = not set(a.symbols).isdisjoint(b.symbols)
    near = spelled
    if sound:
        near = max(near, CODE_NEARNESS if a.native or b.native else (near + CODE_NEARNESS) / 2)
    if symbol:
        near = max(near, SYMBOL_NEARNESS)
    edits = min(
        Levenshtein.distance(x, y)
        for x in a.forms[:FORMS_COMPARED_MAX]
        for y in b.forms[:FORMS_COMPARED_MAX]
    )
    if symbol:
        # A known spelling is no slip, however many letters differ.
        return Met(near, False, sound, True, False, 0, False, False)  # noqa: FBT003
    another = set(a.folds).isdisjoint(b.folds) and _is_known(a) and _is_known(b)
    return Met(near, False, sound, False, False, edits, form[:1] != other[:1], another)  # noqa: FBT003


def _is_known(one: Token) -> bool:
    """Whether a word is a name by itself, so that it is hardly a slip of another one."""
    if one.symbols:
        return True
    held = reference().spellings(np.array([word_hash(one.text)], np.uint64))
    return int(held[0]) >= KNOWN_MIN


@cache
def _country_words() -> frozenset[str]:
    names = (getattr(one, kind, "") for one in countries for kind in ("name", "common_name"))
    return frozenset(latin(name.casefold()) for name in names if " " not in name)


def _countries(reading: Reading) -> set[str]:
    """Countries named in a name: a group's companies are told apart by them."""
    return {word for word in map(latin, reading) if word in _country_words()}


def _syllable(one: Token) -> bool:
    return one.native and len(one.text) == 1
