"""One verb's law as formulas, with a solver that finds situations and Casbin as it comes to confirm them."""

from __future__ import annotations

import random
from dataclasses import fields
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from comity.policytools import solver
from comity.policytools.answers import facts_of
from comity.policytools.encoding import Encoding
from comity.policytools.limits import Limit
from comity.policytools.ordinary import CALLED, Ordinary
from comity.policytools.searching import Search
from comity.policytools.solver import all_of, negated
from comity.policytools.space import END_USER, OTHER_CASE, SAME_AS, NotEncodable, space_of, widened
from comity.policytools.wording import record_words, request_words
from comity.rulings import AskContext, RecordLabels, RequestContext, RouteContext
from comity.rulings.anatomy import anatomy
from comity.rulings.columns import Verb, as_casbin
from comity.rulings.functions import FUNCTIONS
from comity.rulings.matcher import CONTEXTS
from comity.rulings.stock import StockEngine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comity.policytools.readings import Reading
    from comity.policytools.situations import Given
    from comity.policytools.space import Space
    from comity.rulings.anatomy import Anatomy
    from comity.rulings.columns import Row
    from comity.rulings.law import Law

# Situations that Casbin is asked about before anything is believed; fewer where it takes long.
SAMPLES: Final = 30
SAMPLES_OF_MANY: Final = 12
MANY_ROWS: Final = 1_000


class Theories:
    """The verbs of one law, each encoded when it is first asked about.

    Args:
        law: as loaded; members to come are added.
        given: what an ordinary situation looks like, so that counter-examples do.
        seed: chooses the situations that Casbin is asked about.
    """

    def __init__(self, law: Law, given: Given, *, seed: int = 1) -> None:
        self.law = widened(law)
        self._given = given
        self._random = random.Random(seed)  # noqa: S311 - a sample, no secret
        self._made: dict[Verb, Theory] = {}

    def of(self, verb: Verb) -> Theory:
        """A verb's rows as formulas, compared with Casbin once.

        Raises:
            NotEncodable: something would have to be left out, or Casbin says otherwise.
        """
        if verb not in self._made:
            made = Theory(self.law, verb, self._given)
            made.compare(self._random)
            self._made[verb] = made
        return self._made[verb]


class Theory:
    """One verb's rows as formulas."""

    def __init__(
        self,
        law: Law,
        verb: Verb,
        given: Given,
        *,
        rows: Sequence[Row] | None = None,
        taken: Anatomy | None = None,
        older: Anatomy | None = None,
        space: Space | None = None,
        limit: Limit | None = None,
    ) -> None:
        """Encodes a verb.

        Args:
            law: the law.
            verb: the verb.
            given: what an ordinary situation looks like.
            rows: those that decide, where the law holds others to compare with.
            taken: the model and the rows, where they were taken apart before.
            older: the same with an older law's groups, where both are compared.
            space: the situations, where they are fewer than there are.
            limit: how long it may take, and all that is asked of it.
        """
        self.law = law
        self.taken = taken or anatomy(law, verb)
        self.limit = limit or Limit()
        self.encoding = Encoding(
            self.taken, space or space_of(law, self.taken), self.limit.look, older=older
        )
        self.reading = self.encoding.reading
        first = self.taken.first_decides
        self.allowed = self.encoding.allowed(self.reading, rows) if first else True
        self._given = given
        self._deciding = self.taken.rows if rows is None else rows
        self.usual = Ordinary(self.reading, self.encoding.space.sets, given)
        self._known: dict[tuple[int, int, int], bool] = {}
        self._objects: list[Any] = []
        self._propositions = {
            name: {value: said.decl() for value, said in choice.items()}
            for name, choice in self.reading.words.items()
            if name != END_USER
        }
        self.said = False  # whether the situation read last is allowed
        self._said = solver.z3().Bool("allowed")

    @cached_property
    def _solver(self) -> Any:
        made = solver.solver()
        made.add(self.sound(self.reading), self._said == self.allowed)
        return made

    @cached_property
    def _small(self) -> Any:
        """Knows the situations, not the rows."""
        made = solver.solver()
        made.add(self.sound(self.reading))
        return made

    @cached_property
    def _casbin(self) -> StockEngine:
        return self.engine(self._deciding)

    def engine(self, rows: Sequence[Row]) -> StockEngine:
        """Casbin as it comes over these rows."""
        return StockEngine(
            self.law.models[self.taken.verb],
            rows=lambda names: as_casbin(self.taken.verb, rows, names),
            links=self.law.links,
            functions=FUNCTIONS,
        )

    def sound(self, reading: Reading) -> Any:
        """What every situation obeys."""
        return self.encoding.readings.sound(reading, self.law.vocabulary.agencies)

    # --- Casbin --------------------------------------------------------------------------------------

    def compare(self, chance: random.Random) -> None:
        """Asks Casbin about sampled situations.

        Verbs where every row counts are not decided here, so there is nothing to compare.

        Raises:
            NotEncodable: it decides one otherwise.
        """
        if not self.taken.first_decides:
            return
        rows = self.taken.rows
        count = SAMPLES_OF_MANY if len(rows) > MANY_ROWS else SAMPLES
        for number in range(count):
            # In turns a situation that a row fits, and one that the formula allows: most are refused, and
            # there an encoding that forgets a refusal says the same as Casbin.
            row = chance.choice(rows)
            wanted = [self._said if number % 2 else self.encoding.match(row, self.reading)]
            wanted += self._words_of(chance.choice(rows))
            while wanted and not self.possible(*wanted):
                wanted.pop()
            found = self.situation(*wanted)
            if found is not None and self.casbin(found)[0] != self.said:
                raise NotEncodable("Casbin decides a sampled situation otherwise")

    def _words_of(self, row: Row) -> list[Any]:
        """The plain words of a row's cells, whatever its formula says."""
        wanted = []
        for column, cell in row.cells.items():
            for name in (f"r_req.{column}", f"r_rec.{column}", f"r_{column}"):
                said = self.reading.words.get(name, {}).get(cell)
                if said is not None:
                    wanted.append(said)
            mark = self.reading.words.get("r_rec.markings", {}).get(cell)
            if column == "marking" and mark is not None:
                wanted.append(mark)
        return wanted

    def casbin(
        self, found: Mapping[str, Any], engine: StockEngine | None = None
    ) -> tuple[bool, str]:
        """Casbin's answer to a situation, and the deciding row."""
        chosen = engine or self._casbin
        return chosen.ask(chosen.view(), 0, *values_of(self.taken, found))

    # --- the solver ----------------------------------------------------------------------------------

    def possible(self, *wanted: Any) -> bool:
        """Whether there is such a situation.

        Raises:
            NotEncodable: the solver gives up.
        """
        verdict = solver.verdict(self._solver, *self._named(wanted))
        if verdict == "unknown":
            raise NotEncodable(f"the solver gave up: {self._solver.reason_unknown()}")
        return verdict == "sat"

    def never_without(self, one: Any, other: Any, *rules: Any) -> bool:
        """Whether ``one`` never holds where ``other`` does not, whatever the rows say."""
        if one is False or other is True or one is other:
            return True
        self._small.push()
        self._small.add(*rules, all_of((one, negated(other))))
        verdict = solver.verdict(self._small)
        self._small.pop()
        return verdict == "unsat"

    def differing(self, row: Row, other: Reading, *rules: Any, less: bool) -> bool:
        """Whether a row may fit less (or more) in the other reading; each part is looked at once."""
        here, there = (self.encoding.clauses(row, reading) for reading in (self.reading, other))
        if (here if less else there)[-1] is False:
            return False
        pairs = zip(here, there, strict=False) if less else zip(there, here, strict=False)
        for one, two in pairs:
            if one is two:
                continue
            key = (id(one), id(two), len(rules))
            if key not in self._known:
                self._known[key] = self.never_without(one, two, *rules)
                self._objects.append((one, two))
            if not self._known[key]:
                return True
        return False

    def forget(self) -> None:
        """Comparisons of parts of rows hold for one other reading."""
        self._known.clear()

    def row_by_row(self, other: Reading, *rules: Any) -> bool:
        """Whether in the other reading every grant fits at least, and every refusal at most, as here."""
        return not any(
            self.differing(row, other, *rules, less=row.cells["effect"] == "allow")
            for row in self.taken.rows
        )

    def _named(self, wanted: Sequence[Any]) -> list[Any]:
        """Assumptions have to be plain propositions."""
        named = []
        for one in wanted:
            name = solver.z3().FreshBool("wanted")
            self._solver.add(solver.z3().Implies(name, one))
            named.append(name)
        return named

    def situation(self, *wanted: Any) -> dict[str, Any] | None:
        """A situation of this kind, or nothing."""
        return self._read() if self.possible(*wanted) else None

    def _read(self) -> dict[str, Any]:
        model = self._solver.model()
        self.said = solver.z3().is_true(model[self._said])
        return self.read(model)

    def read(self, model: Any) -> dict[str, Any]:
        """A solver's model as the words of a situation."""
        found: dict[str, Any] = {}
        for name, propositions in self._propositions.items():
            several = name in self.encoding.space.sets
            held = solver.held(model, propositions, single=not several)
            found[name] = frozenset(held) if several else held[0]
        if END_USER in self.reading.words:
            own = found["r_req.country"] == found["r_req.end_user_country"]
            found[END_USER] = found["r_req.agency" if own else "r_req.end_user_country"]
        return found

    def ordinary(self, bad: Any) -> dict[str, Any] | None:
        """A situation of this kind that is as ordinary as can be; nothing where there is none."""
        return Search(self).ordinary(bad)

    # --- words ---------------------------------------------------------------------------------------

    def told(self, found: Mapping[str, Any]) -> str:
        """Who asks for what of which record, in words."""
        told = {
            CALLED.get(name.partition(".")[2], name.partition(".")[2]): word
            for name, word in found.items()
            if name.startswith("r_req.")
        }
        if told.get("case") == OTHER_CASE:
            del told["case"]  # any case that no row names
        granted = self.usual.as_granted(found)
        told["facts"] = facts_of({**found, **_linked(found), **granted})["r_req.facts"]
        kinds = {Verb.ASK: AskContext, Verb.ROUTE: RouteContext}
        request = request_words(self._built(kinds.get(self.taken.verb, RequestContext), told))
        if "r_rec" not in self.taken.request:
            return f"{request}:"
        marked = {
            name.partition(".")[2]: word
            for name, word in found.items()
            if name.startswith("r_rec.")
        }
        if "r_field" in found:
            marked.setdefault("entity_type", str(found["r_field"]).partition(".")[0])
        return f"{request}; the record is {record_words(self._built(RecordLabels, marked))}:"

    def _built(self, kind: Any, told: Mapping[str, Any]) -> Any:
        names = {one.name for one in fields(kind) if one.init}
        shaped = {
            name: list(word) if isinstance(word, frozenset) else word
            for name, word in told.items()
            if name in names
        }
        return self._given.build(kind, shaped)

    def says(self, found: Mapping[str, Any]) -> str:
        """A situation, and that it is allowed."""
        return f"{self.told(found)} {self.leaves(found)}"

    def leaves(self, found: Mapping[str, Any]) -> str:
        """What happens to the field in this situation, had it been allowed."""
        if "r_field" not in found:
            return "passes"
        form = found.get("r_form", "")
        if not form:
            return f"{found['r_field']} may be searched on"
        words = {"full": "in full", "generalised": "made coarser", "masked": "covered"}
        return f"{found['r_field']} leaves {words.get(form, 'as a hit')}"

    def by(self, row_id: str) -> str:
        """The deciding row in words."""
        rows: dict[str, Row] = {row.id: row for row in self.taken.rows}
        row = rows.get(row_id)
        return f"by {row_id} ({row.sentence})" if row else "because no row fits"


def values_of(taken: Anatomy, found: Mapping[str, Any]) -> list[Any]:
    """A situation as the matcher takes it."""
    marks = found.get("r_rec.markings", frozenset())
    facts = facts_of({**found, **_linked(found), "r_rec.facts.markings": marks})
    values: list[Any] = []
    for variable in taken.request:
        if variable not in CONTEXTS:
            values.append(found[variable])
            continue
        told = {
            name.partition(".")[2]: word
            for name, word in found.items()
            if name.startswith(f"{variable}.") and ".facts." not in name
        }
        values.append(SimpleNamespace(**told, facts=facts[f"{variable}.facts"]))
    return values


def _linked(found: Mapping[str, Any]) -> dict[str, Any]:
    """Facts that are another word of the question."""
    return {name: found[same] for name, same in SAME_AS.items() if same in found}
