"""Weighing one published name against the name asked for, with what is known beside it.

The score is a sum that can be told to an investigator and a court: how well the tokens align, weighed by
how rare they are, then birth date, nationality and sex as capped evidence. A name alone never confirms.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz.distance import Indel, JaroWinkler

from node.records.names import codes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Similarity from which two tokens count as spellings of one name.
ALIKE_MIN: Final = 0.60
# Where only the consonants agree, as between scripts, similarity is at least this.
CODE_SIMILARITY: Final = 0.86
CODE_LETTERS_MIN: Final = 2
# A token's weight is bounded: the commonest still says a little, the rarest does not say everything.
WEIGHT_MIN: Final = 0.2
WEIGHT_MAX: Final = 8.0
# Names behind the weights at least, so that a register of a hundred people scores like a large one.
NAMES_MIN: Final = 100_000
# Log-odds of a perfect alignment, and what is lost as it worsens.
PERFECT_LOGIT: Final = 2.6
ALIGNMENT_LOSS: Final = 9.5
MISSING_LOSS: Final = 2.4
# Log-odds of evidence beside the name; capped so that nothing vetoes.
BIRTH_DATE_SAME: Final = 4.2
BIRTH_YEAR_SAME: Final = 2.6
BIRTH_YEAR_NEAR: Final = 0.5
BIRTH_YEAR_OTHER: Final = -2.6
NATIONALITY_SAME: Final = 0.7
NATIONALITY_OTHER: Final = -0.7
SEX_OTHER: Final = -2.0
YEAR_CHARACTERS: Final = 4


class Evidence(NamedTuple):
    """What stands beside a name, asked or stored; empty where unknown."""

    birth_dates: tuple[str, ...] = ()
    nationalities: tuple[str, ...] = ()
    sex: str = ""


class Weighed(NamedTuple):
    """A score with its reasons."""

    score: float
    reasons: tuple[str, ...]
    used: frozenset[str]


def similarity(asked: str, stored: str) -> float:
    """How alike two tokens are, 0 to 1."""
    if asked == stored:
        return 1.0
    spelled = 0.4 * JaroWinkler.similarity(asked, stored) + 0.6 * Indel.normalized_similarity(
        asked, stored
    )
    if len(asked) == 1 or len(stored) == 1:
        return 0.6 if asked[:1] == stored[:1] else 0.0
    common = codes(asked) & codes(stored)
    if any(len(one) >= CODE_LETTERS_MIN for one in common):
        return max(spelled, min(CODE_SIMILARITY, 0.55 + 0.5 * spelled))
    return spelled


def weight(names: int, total: int) -> float:
    """How much a token says: the rarer, the more."""
    return min(WEIGHT_MAX, max(WEIGHT_MIN, math.log(max(total, NAMES_MIN) / max(names, 1))))


def weigh(
    asked: Sequence[str],
    stored: Sequence[str],
    weights: Mapping[str, float],
    *,
    asked_beside: Evidence,
    stored_beside: Evidence,
) -> Weighed:
    """The probability that both names are one person's, and why."""
    pairs = _align(asked, stored)
    heaviest = max(weights.values(), default=WEIGHT_MAX)

    def weight_of(token: str) -> float:
        return weights.get(token, heaviest)

    total = sum(weight_of(one) for one in asked) or 1.0
    agreed = sum(likeness * weight_of(one) for one, _, likeness in pairs)
    left = {other for _, other, _ in pairs}
    extra = sum(1 for one in stored if one not in left)
    missing = len(asked) - len(pairs)
    rarity = min(1.0, agreed / (2 * math.log(NAMES_MIN)) * 2)
    logit = PERFECT_LOGIT * (0.4 + 0.6 * rarity)
    logit -= ALIGNMENT_LOSS * (1 - agreed / total)
    logit -= MISSING_LOSS * (missing / max(len(asked), 1)) + 0.35 * extra
    if len(asked) == 1 or len(stored) == 1:
        logit -= 1.2
    beside, reasons, used = _beside(asked_beside, stored_beside)
    score = 1 / (1 + math.exp(-(logit + beside)))
    return Weighed(score, (*_words(asked, stored, pairs), *reasons), used)


def _align(asked: Sequence[str], stored: Sequence[str]) -> list[tuple[str, str, float]]:
    """Pairs of tokens, each used once, the most alike first."""
    scored = sorted(
        (
            (likeness, i, j)
            for i, one in enumerate(asked)
            for j, other in enumerate(stored)
            if (likeness := similarity(one, other)) >= ALIKE_MIN
        ),
        key=lambda found: (-found[0], found[1], found[2]),
    )
    rows: set[int] = set()
    columns: set[int] = set()
    pairs = []
    for likeness, i, j in scored:
        if i not in rows and j not in columns:
            rows.add(i)
            columns.add(j)
            pairs.append((asked[i], stored[j], likeness))
    return pairs


def _beside(asked: Evidence, stored: Evidence) -> tuple[float, list[str], frozenset[str]]:
    total, reasons, used = 0.0, [], set()
    if asked.birth_dates and stored.birth_dates:
        used.add("person.birth_date")
        found, words = max(
            _birth(one, other) for one in asked.birth_dates for other in stored.birth_dates
        )
        total += found
        reasons.append(words)
    if asked.nationalities and stored.nationalities:
        used.add("person.nationalities")
        same = set(asked.nationalities) & set(stored.nationalities)
        total += NATIONALITY_SAME if same else NATIONALITY_OTHER
        reasons.append("same nationality" if same else "another nationality")
    if asked.sex and stored.sex and "X" not in {asked.sex, stored.sex} and asked.sex != stored.sex:
        used.add("person.sex")
        total += SEX_OTHER
        reasons.append("another sex")
    return total, reasons, frozenset(used)


def _birth(asked: str, stored: str) -> tuple[float, str]:
    shared = min(len(asked), len(stored))
    if asked[:shared] == stored[:shared]:
        if shared > YEAR_CHARACTERS:
            return BIRTH_DATE_SAME, "same date of birth"
        return BIRTH_YEAR_SAME, "same year of birth"
    apart = abs(int(asked[:YEAR_CHARACTERS]) - int(stored[:YEAR_CHARACTERS]))
    if apart == 0:
        return BIRTH_YEAR_NEAR, "same year, another day of birth"
    if apart == 1:
        return BIRTH_YEAR_NEAR, "year of birth one apart"
    return BIRTH_YEAR_OTHER, "another year of birth"


def _words(
    asked: Sequence[str], stored: Sequence[str], pairs: Sequence[tuple[str, str, float]]
) -> list[str]:
    words = []
    exact = sum(1 for _, _, likeness in pairs if likeness == 1.0)
    if exact == len(asked) == len(stored):
        words.append("name spelled alike")
    elif exact:
        words.append(f"{exact} of {len(asked)} parts of the name spelled alike")
    close = len(pairs) - exact
    if close:
        plural = "s" if close > 1 else ""
        words.append(f"{close} part{plural} of the name in another spelling")
    order = [
        list(stored).index(other) for one in asked for first, other, _ in pairs if first == one
    ]
    if order != sorted(order):
        words.append("parts of the name in another order")
    if len(stored) > len(pairs):
        words.append("the record has further names")
    if len(asked) > len(pairs):
        words.append("a part of the name is not in the record")
    return words
