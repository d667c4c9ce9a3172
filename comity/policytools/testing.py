"""Running the tests beside the rows, and which rows they made decide."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from comity.policytools.situations import given
from comity.policytools.written import EVERYWHERE, Then, read_tests
from comity.rulings.anatomy import anatomy
from comity.rulings.asked import asked, edge, labelled
from comity.rulings.columns import Verb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from comity.policytools.tree import Packs, Tree
    from comity.policytools.written import DecisionTest, ReleaseTest, Written
    from comity.rulings import (
        Bundle,
        Decision,
        FieldRuling,
        Mask,
        RecordLabels,
        RequestContext,
    )
    from comity.rulings.anatomy import Anatomy


@dataclass(frozen=True, slots=True)
class Failure:
    """A test whose claim does not hold."""

    file: Path
    line: int
    claim: str
    sentence: str


@dataclass(slots=True)
class LawTested:
    """What the tests of one law said.

    Attributes:
        assertions: single expectations that were compared.
        silent: rows that decided in no test, by id.
        rows: how many rows there are.
    """

    packs: Packs
    claims: int = 0
    assertions: int = 0
    failures: list[Failure] = field(default_factory=list)
    silent: tuple[str, ...] = ()
    rows: int = 0
    elapsed_s: float = 0.0


def run_tests(tree: Tree, *, progress: Callable[[str], None] | None = None) -> list[LawTested]:
    """Runs every test beside the chosen packs; one result for each law.

    Raises:
        PolicyError: a law or a file of tests cannot be read.
    """
    ground = given(tree)
    by_law: dict[Packs, list[Written]] = {packs: [] for packs in tree.laws()}
    for pack in tree.chosen:
        for file in tree.tests(pack):
            written = read_tests(file, tree, ground)
            by_law.setdefault(written.packs, []).append(written)
    done = []
    for packs, files in by_law.items():
        if progress:
            progress(", ".join(packs))
        done.append(_run(tree, packs, files))
    return done


def _run(tree: Tree, packs: Packs, files: list[Written]) -> LawTested:
    began_s = time.perf_counter()
    run = _Run(tree.bundle(packs), LawTested(packs))
    for written in files:
        for test in written.release:
            run.release(test)
        for decision in written.decisions:
            run.decision(decision)
    own = {row for written in files for row in tree.places((written.file.parent.name,))}
    run.close(own & set(tree.bundle(packs).rows))
    run.done.elapsed_s = time.perf_counter() - began_s
    return run.done


class _Run:
    __slots__ = ("_anatomies", "_bundle", "_decided", "_known", "done")

    def __init__(self, bundle: Bundle, done: LawTested) -> None:
        self._bundle = bundle
        self._decided: set[str] = set()
        self._anatomies: dict[Verb, Anatomy] = {}
        self._known: set[tuple[str, str]] = set()
        self.done = done

    def release(self, test: ReleaseTest) -> None:
        self.done.claims += 1
        mask = self._bundle.mask(test.request, test.labels)
        wanted = dict(test.then)
        everywhere = wanted.pop(EVERYWHERE, None)
        if everywhere is not None:
            wanted = dict.fromkeys(mask, everywhere) | wanted
        self._decided_by(mask)
        for path, then in wanted.items():
            self.done.assertions += 1
            if path not in mask:
                self._fail(test, f"{path} is no field of a record like this")
            elif not _holds(then, mask[path]):
                self._fail(test, _differs(path, then, mask[path]))
        for duty in test.duties:
            self.done.assertions += 1
            if duty not in mask.duties:
                known = ", ".join(mask.duties) or "none"
                self._fail(test, f'the duty "{duty}" is missing; duties are {known}')
        if test.alerts is not None:
            self.done.assertions += 1
            told = sorted({desk for _, desk in mask.alerts})
            if told != sorted(test.alerts):
                self._fail(test, f"told here: {', '.join(told) or 'nobody'}")
        self._searchable(test)
        self._deeper(test, mask)

    def _searchable(self, test: ReleaseTest) -> None:
        may = self._bundle.match(test.request, test.labels)
        for path in test.searchable or ():
            self.done.assertions += 1
            if path not in may:
                self._fail(test, f"{path} may not be searched on")
        for path in test.not_searchable:
            self.done.assertions += 1
            if path in may:
                self._fail(test, f"{path} may be searched on")
        if test.searchable == ():
            self.done.assertions += 1
            if may:
                self._fail(test, f"{', '.join(sorted(may))} may be searched on")

    def decision(self, test: DecisionTest) -> None:
        self.done.claims += 1
        self.done.assertions += 1
        said: Decision = self._bundle.answer(test.verb, *test.asked)
        row = said.row
        if test.verb is Verb.RELATION and not row:
            row = self._second_line(*test.asked)
        self._decided.add(row)
        found = Then("yes" if said.allowed else "no", row)
        if found.form != test.then.form or (test.then.by and found.by != test.then.by):
            self._fail(test, f'expected "{test.then}"; the law says "{found}": {said.sentence}')
        for duty in test.duties:
            self.done.assertions += 1
            if duty not in said.duties:
                known = ", ".join(said.duties) or "none"
                self._fail(test, f'the duty "{duty}" is missing; duties are {known}')

    def _second_line(
        self, request: RequestContext, one: RecordLabels, relation: str, other: RecordLabels
    ) -> str:
        """The row that would refuse a relation, had not what is at one end of it been hidden before."""
        words = self._bundle.law.vocabulary
        ends = edge(*(labelled(labels, words, request) for labels in (one, other)))
        taken = self._anatomy(Verb.RELATION)
        by = next(_deciding(taken, (relation,), asked(request, words), ends), "")
        return by if by and self._bundle.rows[by].cells["effect"] == "deny" else ""

    def _anatomy(self, verb: Verb) -> Anatomy:
        if verb not in self._anatomies:
            self._anatomies[verb] = anatomy(self._bundle.law, verb)
        return self._anatomies[verb]

    def _decided_by(self, mask: Mask) -> None:
        for ruling in mask.values():
            self._decided.update((ruling.row, ruling.capped_by))
            if ruling.needs:
                self._decided.add(ruling.needs.row)
        self._decided.update(row for row, _ in mask.alerts)

    def _deeper(self, test: ReleaseTest, mask: Mask) -> None:
        """Rows of duties and of searching, which a mask does not name."""
        key = (test.request.key, test.labels.key)
        if key in self._known:
            return
        self._known.add(key)
        req = asked(test.request, self._bundle.law.vocabulary)
        rec = labelled(test.labels, self._bundle.law.vocabulary, test.request)
        for verb, words in ((Verb.DUTY, mask.duties), (Verb.MATCH, tuple(mask))):
            if verb in self._bundle.law.models:
                self._decided.update(_deciding(self._anatomy(verb), words, req, rec))

    def _fail(self, test: ReleaseTest | DecisionTest, sentence: str) -> None:
        self.done.failures.append(Failure(test.file, test.line, test.claim, sentence))

    def close(self, own: set[str]) -> None:
        self.done.rows = len(own)
        self.done.silent = tuple(sorted(own - self._decided))


def _deciding(taken: Anatomy, words: tuple[str, ...], req: Any, rec: Any) -> Iterator[str]:
    """Rows that decide, or that count, about each of the words."""
    about = [clause for clause in taken.clauses if clause.variables]
    nobody = (req, rec, "")
    rows = [
        row
        for row in taken.rows
        if all(c.holds(*nobody, *taken.words(row)) for c in taken.clauses if not c.variables)
    ]
    for word in words:
        for row in rows:
            if all(clause.holds(req, rec, word, *taken.words(row)) for clause in about):
                yield row.id
                if taken.first_decides:
                    break


def _holds(then: Then, ruling: FieldRuling) -> bool:
    return (
        then.form == ruling.form.name.lower()
        and then.by in ("", ruling.row)
        and then.needs in ("", ruling.needs.role if ruling.needs else "nothing")
    )


def _differs(path: str, then: Then, ruling: FieldRuling) -> str:
    needs = ruling.needs.role if ruling.needs else "nothing"
    found = Then(ruling.form.name.lower(), ruling.row, needs if then.needs else "")
    return f'{path}: expected "{then}"; the law says "{found}": {ruling.sentence}'
