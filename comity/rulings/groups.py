"""Groups: members of the federation, offences, categories, fields and instruments, by kind.

``groups.csv`` has the columns ``kind,member,of``. Five kinds of groups are there without being written:
the country of each agency; the instruments each country is party to; for each field its entity type
(``person``), its sensitivity (``tier-special``) and the stage from which it may leave (``stage-core``); and
``birth-date`` for every field that tells when somebody was born.
"""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Final

from comity.catalogue import Stage, Tier
from comity.rulings.conditions import MATCHES, RECEIVERS, SEARCHED_BY
from comity.rulings.context import UNKNOWN
from comity.rulings.errors import PolicyError, nearest
from comity.rulings.functions import ANY, NONE
from comity.rulings.terms import STANDINGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from comity.rulings.cells import Words
    from comity.rulings.reading import Line
    from comity.rulings.vocabulary import Vocabulary

COLUMNS: Final = ("kind", "member", "of")
# Kind of group to Casbin's section. A model must define every section in this order without a gap,
# because Casbin stops at the first number that is missing and forgets the rest.
KINDS: Final[Mapping[str, str]] = {
    "agency": "g",
    "offence": "g2",
    "subject": "g3",
    "field": "g4",
    "instrument": "g5",
}
# Groups of groups deeper than this are refused; nobody could follow them.
DEPTH_MAX: Final = 12
# Every field that tells when somebody was born, of whatever entity.
BIRTH_DATE: Final = "birth-date"
_GIVEN_FIELD_GROUPS: Final = frozenset(
    [f"tier-{tier.name.lower()}" for tier in Tier]
    + [f"stage-{stage.name.lower()}" for stage in Stage]
    + [BIRTH_DATE]
)


@dataclass(frozen=True, slots=True)
class Groups:
    """All groups of a bundle.

    Attributes:
        links: Casbin's section to member and group.
        words: every kind of word with the groups of that kind, for checking rows.
    """

    links: Mapping[str, tuple[tuple[str, str], ...]]
    words: Words


def plain_words(vocabulary: Vocabulary) -> Words:
    """The vocabulary's words by kind."""
    return {
        "agency": frozenset(vocabulary.agencies) | vocabulary.countries,
        "country": vocabulary.countries,
        "offence": vocabulary.offences,
        "subject": vocabulary.subjects,
        "field": vocabulary.paths,
        "path": vocabulary.paths,
        "instrument": vocabulary.instruments,
        "purpose": vocabulary.purposes,
        "role": vocabulary.roles,
        "marking": vocabulary.markings,
        "duty": vocabulary.duties,
        "entity": frozenset(vocabulary.entities),
        "urgency": vocabulary.urgencies,
        "generalisation": vocabulary.generalisations,
        "relation": vocabulary.relations,
        "desk": vocabulary.desks,
        "agency-type": vocabulary.agency_types,
        "certified": vocabulary.certificates,
        "selector": SEARCHED_BY,
        "treaty": frozenset(STANDINGS),
        "match": MATCHES,
        "receiver-kind": RECEIVERS,
    }


def gather(vocabulary: Vocabulary, lines: Sequence[Line], folder: Path) -> Groups:
    """Groups as written and as given.

    Args:
        vocabulary: words and members.
        lines: the lines of every ``groups.csv``.
        folder: named in errors that no line causes.

    Raises:
        PolicyError: an unknown kind or member, a doubled line, a circle, too deep.
    """
    words = plain_words(vocabulary)
    links: dict[str, dict[tuple[str, str], Line | None]] = {kind: {} for kind in KINDS}
    for pair in _given(vocabulary):
        links[pair[0]][pair[1:]] = None
    for written in lines:
        kind, member, group = (written.cells.get(column, "") for column in COLUMNS)
        if kind not in KINDS:
            raise written.wrong(f'unknown row type "{kind}"{nearest(kind, KINDS)}')
        if group in ("", ANY, NONE, UNKNOWN):
            raise written.wrong(f'"{group}" cannot be a group')
        if (member, group) in links[kind]:
            raise written.wrong(f'"{member}" is in "{group}" already')
        links[kind][member, group] = written
    grown = dict(words)
    for kind, pairs in links.items():
        known = words[kind] | frozenset(group for _, group in pairs)
        if kind == "instrument":
            known = vocabulary.countries
        for (member, _), line in pairs.items():
            if line and member not in known and member != UNKNOWN:
                raise line.wrong(f'unknown {kind} "{member}"{nearest(member, known)}')
        grown[kind] = words[kind] | frozenset(group for _, group in pairs)
        _check_shape(kind, pairs, folder)
    grown["field"] |= _GIVEN_FIELD_GROUPS  # also those that no field happens to be in
    _check_instruments(vocabulary, links["instrument"])
    return Groups(
        links={KINDS[kind]: tuple(sorted(pairs)) for kind, pairs in links.items()}, words=grown
    )


def _given(vocabulary: Vocabulary) -> list[tuple[str, str, str]]:
    given = [("agency", agency, country) for agency, country in vocabulary.agencies.items()]
    given += [
        ("instrument", party, terms.id)
        for terms in vocabulary.terms.values()
        for party in sorted(terms.parties & vocabulary.countries)
    ]
    for entity, infos in vocabulary.entities.items():
        for info in infos:
            given += [
                ("field", info.path, entity),
                ("field", info.path, f"tier-{info.tier.name.lower()}"),
                ("field", info.path, f"stage-{info.stage.name.lower()}"),
            ]
            if info.birth_date:
                given.append(("field", info.path, BIRTH_DATE))
    return given


def _check_instruments(
    vocabulary: Vocabulary, pairs: Mapping[tuple[str, str], Line | None]
) -> None:
    for (_, group), line in pairs.items():
        if line and group not in vocabulary.instruments:
            near = nearest(group, vocabulary.instruments)
            raise line.wrong(f'unknown instrument "{group}"{near}')


def _check_shape(kind: str, pairs: Mapping[tuple[str, str], Line | None], folder: Path) -> None:
    above: dict[str, set[str]] = {}
    for member, group in pairs:
        above.setdefault(member, set()).add(group)
    try:
        order = list(TopologicalSorter(above).static_order())
    except CycleError as error:
        circle = " in ".join(error.args[1])
        raise _about(pairs, error.args[1], folder, f"groups run in a circle: {circle}") from error
    depth: dict[str, int] = {}
    for name in order:  # groups come before their members
        depth[name] = 1 + max((depth[group] for group in above.get(name, ())), default=0)
        if depth[name] > DEPTH_MAX:
            sentence = f'{kind} groups above "{name}" are deeper than {DEPTH_MAX}'
            raise _about(pairs, [name], folder, sentence)


def _about(
    pairs: Mapping[tuple[str, str], Line | None],
    names: Sequence[str],
    folder: Path,
    sentence: str,
) -> PolicyError:
    for (member, _), line in pairs.items():
        if line and member in names:
            return line.wrong(sentence)
    return PolicyError(folder, 0, sentence)
