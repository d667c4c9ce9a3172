"""Two laws compared: in which situations which field leaves in more or less, in sentences.

What changes at all is proved (``comity.policytools.differing``). How often and under which conditions is
looked at: every row that was added, removed or changed, itself or through a group it names, in situations in
which it applies, all of them or a sample; both laws rule on each, and Casbin decides all of them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from comity.policytools.differing import Exactly, exactly
from comity.policytools.meanings import asks_tables, moved, offences_moved
from comity.policytools.sampling import SITUATIONS_MAX, Situation, Situations, common
from comity.policytools.space import widened
from comity.policytools.wording import FORMS, row_words
from comity.rulings import Bundle, Form
from comity.rulings.anatomy import callables
from comity.rulings.columns import Verb
from comity.rulings.functions import ANY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from comity.policytools.sampling import Around
    from comity.policytools.situations import Given
    from comity.rulings.columns import Row
    from comity.rulings.law import Law

# Situations looked at around all changed rows together, and around each at least: where another pack takes
# the place of one, every row of both has changed.
SITUATIONS_ALL: Final = 15_000
SITUATIONS_MIN: Final = 50


@dataclass(frozen=True, slots=True)
class Change:
    """One field that leaves otherwise.

    Attributes:
        row: the row that decides now; where less leaves, the one that refuses.
        count: in how many of the situations looked at.
        looked_at: how many situations were looked at, and of how many, in words.
        when: what those have in common.
    """

    field: str
    before: Form
    after: Form
    row: str
    why: str
    count: int
    looked_at: str
    when: str

    @property
    def sentence(self) -> str:
        """For people."""
        direction = "more" if self.after > self.before else "less"
        by = f", by {self.row}: {self.why}" if self.row else "."
        when = f": {self.when}" if self.when else ""
        return (
            f"{direction}: {self.field} {self._moves()}{by} In {self.count:,} of "
            f"{self.looked_at}{when}."
        )

    def _moves(self) -> str:
        many = ", " in self.field
        now = f"{'leave' if many else 'leaves'} {FORMS[self.after]}"
        if self.after is Form.NOTHING:
            now = f"{'are' if many else 'is'} withheld"
        if self.before is Form.NOTHING:
            return f"{now} where {'they were' if many else 'it was'} withheld"
        return f"{now} instead of {FORMS[self.before]}"


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs.

    Attributes:
        rows: what stands otherwise, in sentences: rows, decisions about misuse, and what rows are read by.
        exact: what is allowed and was not, or the other way round, proved over every situation.
        changes: fields that leave otherwise, in the situations looked at.
    """

    rows: tuple[str, ...]
    exact: Exactly
    changes: tuple[Change, ...]

    @property
    def sentences(self) -> list[str]:
        """Everything, for people."""
        return [*self.rows, *self.exact.sentences, *(one.sentence for one in self.changes)]


def compare(old: Bundle, new: Bundle, given: Given) -> Compared:
    """What a new law changes against an old one. Blocking."""
    rows = _changed(old, new)
    told = tuple(_told(old.rows.get(name), new.rows.get(name)) for name in rows)
    told += (*_decided(old.law, new.law), *moved(old.law, new.law))
    before, after = (Bundle(widened(one.law)) for one in (old, new))
    changed = [new.rows.get(name) or old.rows[name] for name in rows]
    releases = [row for row in changed if row.verb is Verb.RELEASE]
    most = max(SITUATIONS_MIN, SITUATIONS_ALL // max(len(releases), 1))
    found: list[Change] = []
    for row in releases:
        law = after.law if row.id in new.rows else before.law
        around = Situations(
            law,
            given,
            entity_types=_types(row, law),
            offences=offences_moved(old.law, new.law) if asks_tables(row) else (),
            most=min(most, SITUATIONS_MAX),
        ).around(row)
        found += _changes(around, before, after)
    return Compared(told, exactly(old.law, new.law, given), tuple(_merged(found)))


def _told(old: Row | None, new: Row | None) -> str:
    if old is None and new is not None:
        return f"new row: {row_words(new)}"
    if new is None and old is not None:
        return f"row gone: {row_words(old)}"
    if old is None or new is None:
        return ""
    columns = [name for name in new.cells if new.cells[name] != old.cells.get(name)]
    if not columns:
        why = "a group it names, a penalty or a list that it asks for changed"
        return f"{new.id} applies to others, because {why}. {new.sentence}"
    words = "; ".join(f"{name} was {old.cells.get(name)}, is {new.cells[name]}" for name in columns)
    return f"{new.id} changed: {words}. {new.sentence}"


def _decided(old: Law, new: Law) -> Iterator[str]:
    """Decisions about misuse that one law has and the other has not."""
    before, after = old.vocabulary.misuse, new.vocabulary.misuse
    if after is None:
        if before is not None:
            yield "misuse: no decisions are kept any more, so every score is unknown: as the worst."
        return
    if before is None:
        yield "misuse: decisions are kept now; members without one have the score 0."
    known = before or {}
    for agency in sorted({*known, *after}):
        was, now = known.get(agency), after.get(agency)
        if now is None and was is not None:
            score = f"score {was.score} to {was.until}"
            yield f"misuse: the decision about {agency}, {score}, is gone."
        elif now is not None and now != was:
            had = "had no score" if was is None else f"had {was.score} to {was.until}"
            term = f"from {now.decided} to {now.until}"
            yield f"misuse: {agency} {had}, has {now.score} {term}. {now.reason}"


def _changed(old: Bundle, new: Bundle) -> list[str]:
    names = sorted({*old.rows, *new.rows})
    groups, tables = _groups_changed(old.law, new.law), offences_moved(old.law, new.law)
    found = []
    for name in names:
        one, other = old.rows.get(name), new.rows.get(name)
        if (
            one is None
            or other is None
            or one.cells != other.cells
            or groups & {word for cell in other.cells.values() for word in cell.split("|")}
            or (tables and asks_tables(other))
        ):
            found.append(name)
    return found


def _groups_changed(old: Law, new: Law) -> set[str]:
    """Groups whose members changed, directly or through other groups."""
    changed: set[str] = set()
    called: list[Mapping[str, Callable[..., bool]]] = [callables(one.links) for one in (old, new)]
    for section, pairs in new.links.items():
        before = old.links.get(section, ())
        moved = {member for member, _ in {*pairs} ^ {*before}}
        every = {group for _, group in (*pairs, *before)}
        for group in every:
            if any(
                called[0][section](one, group) != called[1][section](one, group) for one in moved
            ):
                changed.add(group)
    return changed


def _changes(around: Around, before: Bundle, after: Bundle) -> Iterable[Change]:
    found: dict[tuple[str, Form, Form, str], list[Situation]] = defaultdict(list)
    for situation in around.looked_at:
        one = before.mask(situation.request, situation.labels)
        other = after.mask(situation.request, situation.labels)
        for path, ruling in other.items():
            was = one[path].form if path in one else Form.NOTHING
            if ruling.form is not was:
                by = ruling.row if ruling.form > was else ruling.capped_by or ruling.row
                found[path, was, ruling.form, by].append(situation)
    for (path, was, now, by), some in found.items():
        decided = after.rows.get(by)
        why = decided.sentence if decided else "No rule allows it."
        when = common(some, around.looked_at)
        yield Change(path, was, now, by, why, len(some), around.words, when)


def _types(row: Row, law: Law) -> list[str]:
    """Kinds of records whose fields a row speaks of."""
    cell, called = row.cells.get("field", ANY), callables(law.links)
    return sorted(
        entity
        for entity, fields in law.vocabulary.entities.items()
        if cell == ANY or any(called["g4"](field.path, cell) for field in fields)
    )


def _merged(found: list[Change]) -> list[Change]:
    """Fields that change alike, together; what releases more comes first."""
    best: dict[tuple[object, ...], Change] = {}
    for one in found:  # two changed rows may speak of the same change; the fuller account is told
        key = (one.field, one.before, one.after, one.row)
        if key not in best or best[key].count < one.count:
            best[key] = one
    alike: dict[tuple[object, ...], list[Change]] = defaultdict(list)
    for one in best.values():
        alike[one.before, one.after, one.row, one.count, one.when].append(one)
    merged = []
    for same in alike.values():
        first = same[0]
        fields = ", ".join(dict.fromkeys(one.field for one in same))
        merged.append(
            Change(
                fields,
                first.before,
                first.after,
                first.row,
                first.why,
                first.count,
                first.looked_at,
                first.when,
            )
        )
    return sorted(merged, key=lambda one: (one.after < one.before, one.field))
