"""Red lines as theorems: over every situation there is, does one exist that breaks the line?

Rules:

* The formula comes from the matcher's own tree (``comity.policytools.encoding``), the situations from the
  vocabulary (``comity.policytools.space``); what cannot be encoded is not proved.
* Casbin as it comes is asked about sampled situations first. One difference, and nothing is proved.
* A counter-example is confirmed by Casbin before it is shown, and shown as a sentence.
* A solver that gives up has proved nothing; nor has a red line about what no row tells apart.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from comity.policytools.red_lines import Never, NoLess, NoMore, RedLine, Untold
from comity.policytools.solver import all_of, any_of, implied, negated, one_of
from comity.policytools.space import NotEncodable
from comity.policytools.theory import Theories
from comity.rulings import APPROVALS
from comity.rulings.errors import MatcherFault
from comity.rulings.functions import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from comity.policytools.readings import Reading
    from comity.policytools.situations import Given
    from comity.policytools.theory import Theory
    from comity.rulings.columns import Row
    from comity.rulings.law import Law

_APPROVAL: Final = "r_req.approval"
_MARKINGS: Final = "r_rec.markings"
_SUBJECT: Final = "r_rec.subject"


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of one red line.

    Attributes:
        holds: proved for every situation.
        sentence: empty where it holds; else the counter-example, or why nothing was proved.
    """

    red_line: RedLine
    holds: bool
    sentence: str
    elapsed_s: float


def prove(
    law: Law, given: Given, lines: Iterable[RedLine], *, progress: Callable[[str], None]
) -> list[Proof]:
    """Each red line of a law in turn."""
    theories = Theories(law, given)
    done = []
    for line in lines:
        began_s = time.perf_counter()
        progress(line.id)
        try:
            sentence = _Lines(theories.of(line.verb)).broken(line)
        except (NotEncodable, MatcherFault) as error:
            sentence = f"nothing is proved: {error}"
        done.append(Proof(line, not sentence, sentence, time.perf_counter() - began_s))
    return done


class _Lines:
    """Red lines over one theory."""

    __slots__ = ("_theory",)

    def __init__(self, theory: Theory) -> None:
        self._theory = theory

    def broken(self, line: RedLine) -> str:
        """The counter-example in a sentence; empty when there is none."""
        match line:
            case Never():
                return self._never(line)
            case NoLess():
                return self._no_less(line)
            case NoMore():
                return self._no_more(line)
            case Untold():
                return self._untold(line)
        raise NotEncodable(f"{type(line).__name__} is no kind of red line")

    def _never(self, line: Never) -> str:
        described = self._theory.encoding.match(line.row, self._theory.reading)
        found = self._theory.ordinary(all_of((described, self._theory.allowed)))
        if found is None:
            # Of what no situation has nothing is proved by there being none.
            if self._theory.ordinary(described) is None:
                raise NotEncodable("no row tells apart what this red line is about")
            return ""
        allowed, row = self._theory.casbin(found)
        if not allowed:
            raise NotEncodable("Casbin does not confirm the counter-example")
        return f"{self._theory.says(found)}, {self._theory.by(row)}"

    def _no_less(self, line: NoLess) -> str:
        del line
        levels = self._theory.reading.words[_APPROVAL]
        for less, more in itertools.pairwise(APPROVALS):
            fixed = {_flat(_APPROVAL): self._theory.encoding.readings.fixed(_APPROVAL, more)}
            other = self._theory.reading.instead(**fixed)
            self._theory.forget()
            if self._theory.row_by_row(other, levels[less]):
                continue
            after = self._theory.encoding.allowed(other)
            found = self._theory.ordinary(
                all_of((levels[less], self._theory.allowed, negated(after)))
            )
            if found is not None:
                refused = self._confirm(found, {_APPROVAL: more}, first=True)
                who = "nobody has agreed" if less == "none" else f"the {less} has agreed"
                return (
                    f"{self._theory.says(found)} while {who}, and not once the "
                    f"{more} has agreed, {self._theory.by(refused)}"
                )
        return ""

    def _no_more(self, line: NoMore) -> str:
        marks = self._theory.reading.words[_MARKINGS]
        bare = self._theory.reading.instead(**{_flat(_MARKINGS): {**marks, line.marking: False}})
        self._theory.forget()
        if self._theory.row_by_row(bare, marks[line.marking]):
            return ""
        other = self._theory.encoding.allowed(bare)
        found = self._theory.ordinary(
            all_of((marks[line.marking], self._theory.allowed, negated(other)))
        )
        if found is None:
            return ""
        self._confirm(found, {_MARKINGS: found[_MARKINGS] - {line.marking}}, first=True)
        by = self._theory.by(self._theory.casbin(found)[1])
        without = f"and would not leave without the mark {line.marking}"
        return f"{self._theory.says(found)}, {by} {without}"

    def _untold(self, line: Untold) -> str:
        """A row that is told decides, at some approval, because of a label that must not be told."""
        theory = self._theory
        marks, subject = theory.reading.words[_MARKINGS], theory.reading.words[_SUBJECT]
        bare = {mark: False if line.hides(mark) else said for mark, said in marks.items()}
        free = theory.encoding.readings.fresh(
            "instead", [one for one in subject if one not in line.subjects]
        )
        same = [implied(said, free[one]) for one, said in subject.items() if one in free]
        rules = (one_of(free.values()), *same)
        reading = theory.reading.instead(
            **{_flat(_MARKINGS): bare, _flat(_SUBJECT): {**dict.fromkeys(subject, False), **free}}
        )
        for row, bad in self._decided_by_label(reading, rules):
            found = theory.ordinary(all_of((bad, *rules)))
            if found is None:
                continue
            allowed, by = theory.casbin(found)
            if by != row.id or allowed is not _grants(row):
                raise NotEncodable("Casbin does not confirm the counter-example")
            what = "would leave with the approval it needs" if allowed else "refused"
            why = "this row is told to the requester, and decides only because of what must stay hidden"
            return f"{theory.told(found)} {what}, {theory.by(by)}; {why}"
        return ""

    def _decided_by_label(
        self, without: Reading, rules: Sequence[Any]
    ) -> Iterator[tuple[Row, Any]]:
        """Rows that are told and may decide because of a hidden label, each with when it does so.

        First whatever comes near it: a told row decides, and some row fits otherwise without the labels.
        Their order is looked at for one such row after another, until no other is left; there are few,
        because what hides a label decides before anything that is told. The approval is a word of the
        situation like any other, so that what is told of other approvals than the one on record ("a
        supervisor's would release it") is among them.
        """
        theory, encoding = self._theory, self._theory.encoding
        rows = {one.id: one for one in theory.taken.rows}
        theory.forget()
        near = all_of(
            (
                encoding.decided_by(theory.reading, _told),
                any_of(self._otherwise(without, rules)),
                *rules,
            )
        )
        while (found := theory.situation(near)) is not None:
            row = rows.get(theory.casbin(found)[1])
            if row is None or not _told(row):
                raise NotEncodable("Casbin decides by another row")
            first = encoding.first(row, theory.reading)
            # An earlier row, visible in the answer, that the labels keep from fitting.
            gained = (
                encoding.match(one, without)
                for one in theory.taken.rows[: theory.taken.rows.index(row)]
                if _seen(one)
            )
            lost = negated(encoding.match(row, without))
            yield row, all_of((first, any_of((lost, *gained))))
            near = all_of((near, negated(first)))

    def _otherwise(self, without: Reading, rules: Sequence[Any]) -> Iterator[Any]:
        """When a row fits otherwise without the labels: a told one less, one that shows more."""
        theory, match = self._theory, self._theory.encoding.match
        for row in theory.taken.rows:
            if _told(row) and theory.differing(row, without, *rules, less=True):
                yield all_of((match(row, theory.reading), negated(match(row, without))))
            if _seen(row) and theory.differing(row, without, *rules, less=False):
                yield all_of((match(row, without), negated(match(row, theory.reading))))

    def _confirm(self, found: Mapping[str, Any], change: Mapping[str, Any], *, first: bool) -> str:
        """Casbin allows the one situation and refuses the other; gives the refusing row.

        Raises:
            NotEncodable: it does not.
        """
        allowed, row = self._theory.casbin({**found, **change})
        if self._theory.casbin(found)[0] is not first or allowed is first:
            raise NotEncodable("Casbin does not confirm the counter-example")
        return row


def _flat(name: str) -> str:
    return name.replace(".", "__")


def _grants(row: Row) -> bool:
    return row.cells["effect"] == "allow"


def _seen(row: Row) -> bool:
    """Whether an answer shows that a row decided."""
    return _grants(row) or row.tell


def _told(row: Row) -> bool:
    """Whether a refusal tells of a row: of one that refuses, or that would release after an approval."""
    return row.tell and (not _grants(row) or row.cells["approval"] != NONE)
