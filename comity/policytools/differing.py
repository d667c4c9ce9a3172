"""Two laws compared exactly: is there any situation at all in which one allows what the other refuses?

Rules:

* Both laws' rows are formulas over one space of situations (``comity.policytools.encoding``): "none" is
  proved for every situation there is, members to come among them; nothing is sampled.
* Of the verb release this is asked for each field and form, so that what is not listed leaves as before.
* Each effect comes with one situation, as ordinary as can be, on which Casbin decided both ways.
* Where groups, models or words differ, and for duties, of which every row counts, nothing is proved, and
  that is said.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from comity.policytools.both import FIELD, Both, Slice
from comity.policytools.limits import Limit
from comity.policytools.meanings import same_model
from comity.policytools.searching import Search
from comity.policytools.solver import all_of, negated
from comity.policytools.space import NotEncodable
from comity.policytools.theory import Theory
from comity.policytools.wording import FORMS, listed
from comity.rulings.columns import Verb
from comity.rulings.errors import MatcherFault
from comity.rulings.functions import FORM_WORDS
from comity.rulings.offences import Offence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from comity.policytools.situations import Given
    from comity.rulings.columns import Row
    from comity.rulings.context import Form
    from comity.rulings.law import Law

# How long it may take to prove what differs, in seconds of processor time, all verbs together.
PROVING_S: Final = 60.0
# Rows that are looked at together for all fields.
TOGETHER_ROWS_MAX: Final = 1_500
_WHAT: Final = {
    Verb.MATCH: "searching on a field is allowed",
    Verb.ASK: "a question is admitted",
    Verb.ROUTE: "a query passes",
    Verb.RELATION: "a relation is told",
    Verb.ONWARD: "passing data on is allowed",
    Verb.EVIDENCE: "using data in court is allowed",
    Verb.RETAIN: "keeping a copy is allowed",
}


@dataclass(frozen=True, slots=True)
class Effect:
    """What a new law allows and the old one refused, or the other way round.

    Attributes:
        more: whether the new law allows it.
        what: what is allowed, in words.
        example: one such situation.
    """

    verb: Verb
    more: bool
    what: str
    example: str

    @property
    def sentence(self) -> str:
        """For people."""
        when = (
            "in situations in which it was refused" if self.more else "no longer in all situations"
        )
        direction = "more" if self.more else "less"
        return f"{direction}, of all situations: {self.what} {when}; for example {self.example}"


@dataclass(frozen=True, slots=True)
class Exactly:
    """What was proved.

    Attributes:
        effects: everything that one law allows and the other refuses.
        same: verbs with changed rows that decide as before in every situation.
        unproved: of which verbs nothing is proved, and why, in sentences.
        both: both laws' rows of each verb about which something was proved.
        differing: verbs whose rows, or what they are read by, differ.
    """

    effects: tuple[Effect, ...]
    same: tuple[Verb, ...]
    unproved: tuple[str, ...]
    both: Mapping[Verb, Both] = field(default_factory=dict, compare=False)
    differing: tuple[Verb, ...] = ()

    @property
    def sentences(self) -> list[str]:
        """For people."""
        told = [one.sentence for one in self.effects]
        told += [f"{verb}: decides as before in every situation there is." for verb in self.same]
        if any(one.verb is Verb.RELEASE for one in self.effects):
            told.append("Every other field leaves as before in every situation there is.")
        return [*told, *self.unproved]


def exactly(
    old: Law,
    new: Law,
    given: Given,
    *,
    limit: Limit | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Exactly:
    """What a new law changes, verb by verb. Blocking; takes a solver.

    Args:
        old: the law before.
        new: the law now.
        given: what an ordinary situation looks like.
        limit: how long it may take; what it takes by default.
        progress: is told what is being looked at.
    """
    effects: list[Effect] = []
    same: list[Verb] = []
    pairs: dict[Verb, Both] = {}
    differing: list[Verb] = []
    unproved: dict[str, list[str]] = defaultdict(list)
    bound = limit or Limit(PROVING_S)
    for verb in new.models:
        if _reads_alike(old, new, verb):
            continue
        differing.append(verb)
        progress(verb)
        try:
            both = _both(old, new, verb, given, bound)
            found = list(_verb(both))
            pairs[verb] = both
        except (NotEncodable, MatcherFault) as error:
            unproved[str(error)].append(verb)
            continue
        effects += found
        if not found:
            same.append(verb)
    told = (f"{listed(verbs, 'and')}: nothing is proved, {why}." for why, verbs in unproved.items())
    return Exactly(tuple(effects), tuple(same), tuple(told), pairs, tuple(differing))


def _reads_alike(old: Law, new: Law, verb: Verb) -> bool:
    """Whether the same rows stand in both laws and mean the same."""
    rows = _cells(old.rows.get(verb, ())) == _cells(new.rows[verb]) and old.links == new.links
    model = same_model(old.models.get(verb, ""), new.models[verb])
    words = _words(old) == _words(new) and (verb is not Verb.RELEASE or _same_coarser(old, new))
    return rows and model and words


def _cells(rows: tuple[Row, ...]) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    return [(row.id, tuple(row.cells.items())) for row in rows]


def _words(law: Law) -> bytes:
    """What words mean to rulings.

    Decisions about misuse are none, the score is a fact that situations vary; nor are codes of offences in
    other classifications, which no row asks for.
    """
    offences = {
        word: Offence(word, "", "", one.eaw) for word, one in law.vocabulary.crosswalk.items()
    }
    return replace(law.vocabulary, misuse=None, crosswalk=offences).digest


def _same_coarser(old: Law, new: Law) -> bool:
    """Whether the same fields can be made coarser, in whatever way: of others that form is not asked."""
    return old.how.keys() == new.how.keys()


def _both(old: Law, new: Law, verb: Verb, given: Given, limit: Limit) -> Both:
    if not same_model(old.models.get(verb, ""), new.models[verb]):
        raise NotEncodable("the model is another")
    coarser = verb is not Verb.RELEASE or _same_coarser(old, new)
    if _words(old) != _words(new) or not coarser:
        raise NotEncodable("words or tables differ; what is told besides is of a sample")
    return Both(old, new, verb, given, limit)


def _verb(both: Both) -> Iterator[Effect]:
    if not both.changed:
        return
    if not both.taken.first_decides:
        raise NotEncodable(f'of "{both.verb}" not the first row decides')
    told = _released(both) if both.verb is Verb.RELEASE else _decided(both)
    for more, what, theory, example in told:
        (before, _), (after, row) = both.casbin(example)
        if (before, after) != (not more, more):
            raise NotEncodable("Casbin does not confirm the difference")
        situation = theory.told(example).removesuffix(":")
        yield Effect(both.verb, more, what, f"{situation}, now {both.by(row)}")


Told = tuple[bool, str, Theory, dict[str, Any]]


def _moved(part: Slice, *, more: bool) -> Any:
    """When one law allows what the other refuses."""
    theory = part.theory
    was = theory.encoding.allowed(theory.reading, part.was)
    allows, refuses = (theory.allowed, was) if more else (was, theory.allowed)
    return all_of((allows, negated(refuses)))


def _decided(both: Both) -> Iterator[Told]:
    part = both.slice(both.near.union(both.changed))
    for more in (True, False):
        found = part.theory.ordinary(_moved(part, more=more))
        if found is not None:
            yield more, _WHAT[both.verb], part.theory, found


def _released(both: Both) -> Iterator[Told]:
    """Fields with the forms in which they leave now, or do not any more; alike fields together."""
    moves: dict[bool, dict[str, set[Form]]] = {True: defaultdict(set), False: defaultdict(set)}
    where: dict[str, tuple[Slice, str]] = {}
    for part, kinds in _parts(both):
        for more in (True, False):
            for path, word in _moves(part, _moved(part, more=more)):
                for one in kinds[path]:
                    moves[more][one].add(FORM_WORDS[word])
                    where[one] = (part, path)
    for more, told in moves.items():
        yield from _examples(told, where, more=more)


def _parts(both: Both) -> Iterator[tuple[Slice, dict[str, list[str]]]]:
    """Rows that matter, with the fields that changed rows speak of, each of them for those like it.

    Where there are many rows each kind of field is looked at alone: few rows speak of one, and what is asked
    of the solver takes longer the more of them there are.
    """
    near = both.near
    bits = near.union(both.changed)
    kinds = {paths[0]: paths for paths in both.kinds(near.chosen(both.rows, bits))}
    along = {path: near.along(FIELD, path) & bits for path in kinds}
    changed = near.places(both.changed)
    kinds = {path: paths for path, paths in kinds.items() if along[path] & changed}
    if bits.bit_count() <= TOGETHER_ROWS_MAX:
        yield both.slice(bits, list(kinds)), kinds
        return
    for path, paths in kinds.items():
        yield both.slice(along[path], [path]), {path: paths}


def _moves(part: Slice, moved: Any) -> Iterator[tuple[str, str]]:
    """Each field and form that moves."""
    theory = part.theory
    fields, forms = theory.reading.words[FIELD], theory.reading.words["r_form"]
    search = Search(theory, moved)
    while (found := search.next()) is not None:
        path, word = found[FIELD], found["r_form"]
        if word != "generalised" or path in theory.law.how:  # nobody could make it coarser
            yield path, word
        search.keep(negated(all_of((fields[path], forms[word]))))


def _examples(
    moves: Mapping[str, set[Form]],
    where: Mapping[str, tuple[Slice, str]],
    *,
    more: bool,
) -> Iterator[Told]:
    alike: dict[frozenset[Form], list[str]] = defaultdict(list)
    for path, told in moves.items():
        alike[frozenset(told)].append(path)
    for forms_moved, paths in sorted(alike.items(), key=lambda pair: sorted(pair[1])):
        form = max(forms_moved) if more else min(forms_moved)
        word = next(name for name, one in FORM_WORDS.items() if one is form)
        usual = where[paths[0]][0].theory.usual
        shown = min(paths, key=lambda path: (not usual.is_usual_record(path), path))
        part, like = where[shown]
        theory = part.theory
        fields, forms = theory.reading.words[FIELD], theory.reading.words["r_form"]
        moved = all_of((_moved(part, more=more), fields[like], forms[word]))
        example = theory.ordinary(moved)
        if example is not None:
            leaves = listed([FORMS[one] for one in sorted(forms_moved, reverse=True)])
            what = f"that {', '.join(sorted(paths))} leaves {leaves} is allowed"
            yield more, what, theory, example | {FIELD: shown}
