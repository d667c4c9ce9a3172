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
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from comity.policytools.meanings import same_model
from comity.policytools.searching import Search
from comity.policytools.solver import all_of, any_of, negated
from comity.policytools.space import NotEncodable, widened
from comity.policytools.theory import Theory
from comity.policytools.wording import FORMS, listed
from comity.rulings.anatomy import callables
from comity.rulings.columns import Verb
from comity.rulings.errors import MatcherFault
from comity.rulings.functions import ANY, FORM_WORDS
from comity.rulings.offences import Offence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.policytools.situations import Given
    from comity.rulings.columns import Row
    from comity.rulings.context import Form
    from comity.rulings.law import Law

# A row of the old law beside the new one's, where both have the same id.
BEFORE: Final = "BEFORE:"
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
    """

    effects: tuple[Effect, ...]
    same: tuple[Verb, ...]
    unproved: tuple[str, ...]

    @property
    def sentences(self) -> list[str]:
        """For people."""
        told = [one.sentence for one in self.effects]
        told += [f"{verb}: decides as before in every situation there is." for verb in self.same]
        if any(one.verb is Verb.RELEASE for one in self.effects):
            told.append("Every other field leaves as before in every situation there is.")
        return [*told, *self.unproved]


def exactly(old: Law, new: Law, given: Given) -> Exactly:
    """What a new law changes, verb by verb. Blocking; takes a solver."""
    effects: list[Effect] = []
    same: list[Verb] = []
    unproved: dict[str, list[str]] = defaultdict(list)
    for verb in new.models:
        if _reads_alike(old, new, verb):
            continue
        try:
            found = list(_verb(old, new, verb, given))
        except (NotEncodable, MatcherFault) as error:
            unproved[str(error)].append(verb)
            continue
        effects += found
        if not found:
            same.append(verb)
    told = (f"{listed(verbs, 'and')}: nothing is proved, {why}." for why, verbs in unproved.items())
    return Exactly(tuple(effects), tuple(same), tuple(told))


def _reads_alike(old: Law, new: Law, verb: Verb) -> bool:
    """Whether the same rows stand in both laws and mean the same."""
    rows = _cells(old.rows.get(verb, ())) == _cells(new.rows[verb]) and old.links == new.links
    model = same_model(old.models.get(verb, ""), new.models[verb])
    return rows and model and _words(old) == _words(new)


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


def _verb(old: Law, new: Law, verb: Verb, given: Given) -> Iterator[Effect]:
    if not same_model(old.models.get(verb, ""), new.models[verb]):
        raise NotEncodable("the model is another")
    if old.links != new.links or _words(old) != _words(new):
        raise NotEncodable("groups, words or tables differ; what is told besides is of a sample")
    before = tuple(replace(row, id=BEFORE + row.id) for row in old.rows[verb])
    both = widened(replace(new, rows={**new.rows, verb: (*new.rows[verb], *before)}))
    theory = Theory(both, verb, given, rows=new.rows[verb])
    was = theory.encoding.allowed(theory.reading, before)
    engines = (theory.engine(before), theory.engine(new.rows[verb]))
    for more in (True, False):
        allows, refuses = (theory.allowed, was) if more else (was, theory.allowed)
        moved = all_of((allows, negated(refuses)))
        effects = (
            _released(theory, moved, more=more) if verb is Verb.RELEASE else _decided(theory, moved)
        )
        for what, example in effects:
            told = _confirmed(theory, engines, example, more=more)
            yield Effect(verb, more, what, told)


def _confirmed(theory: Theory, engines: Any, found: dict[str, Any], *, more: bool) -> str:
    """The situation in words, once Casbin decided it both ways.

    Raises:
        NotEncodable: it decides otherwise.
    """
    (before, _), (after, row) = (theory.casbin(found, engine) for engine in engines)
    if (before, after) != (not more, more):
        raise NotEncodable("Casbin does not confirm the difference")
    return f"{theory.told(found).removesuffix(':')}, now {theory.by(row)}"


def _decided(theory: Theory, moved: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    found = theory.ordinary(moved)
    if found is not None:
        yield _WHAT[theory.taken.verb], found


def _alike(theory: Theory) -> list[list[str]]:
    """Fields that no row of either law tells apart; what is found of one holds for all of them."""
    called = callables(theory.law.links)["g4"]
    cells = sorted({row.cells["field"] for row in theory.law.rows[Verb.RELEASE]} - {ANY})
    kinds: dict[tuple[bool, ...], list[str]] = defaultdict(list)
    for path in sorted(theory.reading.words["r_field"]):
        kinds[tuple(path == cell or called(path, cell) for cell in cells)].append(path)
    return list(kinds.values())


def _released(theory: Theory, moved: Any, *, more: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Fields with the forms in which they leave now, or do not any more; alike fields together."""
    fields, forms = theory.reading.words["r_field"], theory.reading.words["r_form"]
    moves: dict[str, set[Form]] = defaultdict(set)
    kinds = {paths[0]: paths for paths in _alike(theory)}
    search = Search(theory, moved, any_of(fields[path] for path in kinds))
    while (found := search.next()) is not None:
        path, word = found["r_field"], found["r_form"]
        for one in kinds[path]:
            if word != "generalised" or one in theory.law.how:  # nobody could make it coarser
                moves[one].add(FORM_WORDS[word])
        search.keep(negated(all_of((fields[path], forms[word]))))
    alike: dict[frozenset[Form], list[str]] = defaultdict(list)
    for path, told in moves.items():
        alike[frozenset(told)].append(path)
    for forms_moved, paths in sorted(alike.items(), key=lambda pair: sorted(pair[1])):
        form = max(forms_moved) if more else min(forms_moved)
        word = next(name for name, one in FORM_WORDS.items() if one is form)
        shown = min(paths, key=lambda path: (not theory.usual.is_usual_record(path), path))
        example = theory.ordinary(all_of((moved, fields[shown], forms[word])))
        if example is not None:
            leaves = listed([FORMS[one] for one in sorted(forms_moved, reverse=True)])
            yield f"that {', '.join(sorted(paths))} leaves {leaves} is allowed", example
