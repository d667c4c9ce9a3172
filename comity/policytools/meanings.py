"""What two laws' rows are read by, compared: the model, words, ways of making coarser, tables, instruments.

A row may stay as it is, and the law change all the same: through a matcher that reads it otherwise, a
penalty that it asks for, an instrument that ended. Whoever approves a law is told of each such change in a
sentence, so that none can pass for "nothing differs".
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

from comity.policytools.wording import listed
from comity.rulings.conditions import atoms
from comity.rulings.functions import NONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from comity.rulings.columns import Row, Verb
    from comity.rulings.law import Law
    from comity.rulings.offences import Offence
    from comity.rulings.terms import Terms

# Sentences about one table; how many more there are is said.
SENTENCES_MAX: Final = 20
# Conditions that are worked out from the tables of penalties and offences.
FROM_TABLES: Final = frozenset(
    {"asker-penalty", "owner-penalty", "double-criminality", "list-offence"}
)
_LISTS: Final[Mapping[str, str]] = {
    "purposes": "purpose",
    "offences": "offence",
    "subjects": "category",
    "markings": "marking",
    "instruments": "instrument",
    "roles": "role",
    "duties": "duty",
    "generalisations": "way of making a value coarser",
    "urgencies": "urgency",
    "relations": "relation",
    "desks": "desk",
    "agency_types": "type of agency",
    "countries": "country",
    "certificates": "certificate",
}


def moved(old: Law, new: Law) -> list[str]:
    """Everything but rows, groups and decisions about misuse that the new law has otherwise, in sentences."""
    return [
        *_models(old.models, new.models),
        *_words(old, new),
        *_bounded(_coarser(old.how, new.how), "fields"),
        *_bounded(_offences(old.vocabulary.crosswalk, new.vocabulary.crosswalk), "offences"),
        *_bounded(_penalties(old.vocabulary.penalties, new.vocabulary.penalties), "penalties"),
        *_bounded(_terms(old.vocabulary.terms, new.vocabulary.terms), "instruments"),
    ]


def offences_moved(old: Law, new: Law) -> tuple[str, ...]:
    """Offences of which what rows ask of penalties and of the list may be answered otherwise."""
    was, now = old.vocabulary, new.vocabulary
    about = {word for (_, word), _ in set(was.penalties.items()) ^ set(now.penalties.items())}
    lists = ({word for word, one in each.crosswalk.items() if one.eaw} for each in (was, now))
    return tuple(sorted(about.union(set.symmetric_difference(*lists))))


def asks_tables(row: Row) -> bool:
    """Whether a row asks for a penalty, for double criminality, or for the list of offences."""
    return any(one.name in FROM_TABLES for one in atoms(row.cells.get("when", NONE)))


def _bounded(sentences: Iterable[str], what: str) -> Iterator[str]:
    told = list(sentences)
    yield from told[:SENTENCES_MAX]
    if len(told) > SENTENCES_MAX:
        yield f"and {len(told) - SENTENCES_MAX} more {what} changed."


def _models(old: Mapping[Verb, str], new: Mapping[Verb, str]) -> Iterator[str]:
    for verb in sorted({*old, *new}):
        was, now = (_lines(each.get(verb, "")) for each in (old, new))
        if was == now:
            continue
        lines = [one for one in difflib.ndiff(was, now) if one[:2] in ("- ", "+ ")]
        shown = "; ".join(f"{'gone' if one[0] == '-' else 'new'}: {one[2:]}" for one in lines)
        yield (
            f"the model of {verb} is another: every row about {verb} is read otherwise, and no comparison of "
            f"rows says what that changes ({shown})."
        )


def same_model(old: str, new: str) -> bool:
    """Whether two models say the same, whatever their comments and layout."""
    return _lines(old) == _lines(new)


def _lines(model: str) -> list[str]:
    """What a model says, without comments and layout."""
    lines = (" ".join(line.rstrip("\\").split()) for line in model.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _words(old: Law, new: Law) -> Iterator[str]:
    for name, called in _LISTS.items():
        was: frozenset[str] = getattr(old.vocabulary, name)
        now: frozenset[str] = getattr(new.vocabulary, name)
        if now - was:
            yield f"new among the words for a {called}: {listed(sorted(now - was), 'and')}."
        if was - now:
            gone = listed(sorted(was - now), "and")
            yield f"gone from the words for a {called}, and unknown from then on: {gone}."
    before, after = old.vocabulary.agencies, new.vocabulary.agencies
    for agency in sorted({*before, *after}):
        if before.get(agency) != after.get(agency):
            told = [each.get(agency, "no member") for each in (before, after)]
            yield f"member {agency}: was {told[0]}, is {told[1]}."


def _coarser(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for field in sorted({*old, *new}):
        was, now = old.get(field), new.get(field)
        if was == now:
            continue
        if now is None:
            yield f"{field} leaves coarser no more; it was made coarser by {was}."
        else:
            had = "left so in no way" if was is None else f"was by {was}"
            yield f"{field} is made coarser by {now}; it {had}."


def _offences(old: Mapping[str, Offence], new: Mapping[str, Offence]) -> Iterator[str]:
    for word in sorted({*old} & {*new}):
        was, now = old[word], new[word]
        said = [
            f"{name} was {getattr(was, attribute) or NONE}, is {getattr(now, attribute) or NONE}"
            for name, attribute in (
                ("ICCS", "iccs"),
                ("ECRIS", "ecris"),
                ("place on the list", "eaw"),
            )
            if getattr(was, attribute) != getattr(now, attribute)
        ]
        if said:
            yield f"offence {word}: {'; '.join(said)}."


def _penalties(
    old: Mapping[tuple[str, str], int], new: Mapping[tuple[str, str], int]
) -> Iterator[str]:
    for where in sorted({*old, *new}):
        was, now = old.get(where), new.get(where)
        if was != now:
            country, offence = where
            yield f"maximum penalty for {offence} in {country}: was {_months(was)}, is {_months(now)}."


def _months(most: int | None) -> str:
    if most is None:
        return "unknown"
    return f"{most:,} months" if most else "none, no offence"


def _terms(old: Mapping[str, Terms], new: Mapping[str, Terms]) -> Iterator[str]:
    for name in sorted({*old, *new}):
        was, now = old.get(name), new.get(name)
        if was == now:
            continue
        if was is None or now is None:
            yield f"instrument {name}: {'its terms are known now' if was is None else 'its terms are gone'}."
        else:
            yield f"instrument {name}: {'; '.join(_apart(was, now))}."


def _apart(was: Terms, now: Terms) -> Iterator[str]:
    for country in sorted(was.parties ^ now.parties):
        yield f"{country} is {'no party any more' if country in was.parties else 'a party now'}"
    for called, before, after in (
        ("first day", was.first, now.first),
        ("last day", was.last or "open", now.last or "open"),
        ("purposes", _any(was.purposes), _any(now.purposes)),
        ("reservations", _reserved(was), _reserved(now)),
    ):
        if before != after:
            yield f"{called} was {before}, is {after}"


def _any(words: frozenset[str]) -> str:
    return ", ".join(sorted(words)) or "any"


def _reserved(terms: Terms) -> str:
    told = (f"{who} for {_any(what)}" for who, what in terms.reservations)
    return "; ".join(told) or "none"
