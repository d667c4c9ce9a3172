"""Two laws compared: in which situations which field leaves in more or less, in sentences.

What changes at all is proved (``comity.policytools.differing``), and so are the conditions under which
fields leave otherwise (``comity.policytools.moving``), for as many changed rows as there is time for. Where
nothing can be proved, because groups, words or tables differ, situations around changed rows are looked at:
all of them or a sample, and that is said. Casbin decides all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from comity.policytools.differing import PROVING_S, Exactly, exactly
from comity.policytools.limits import Limit, TooLong
from comity.policytools.meanings import asks_tables, moved, offences_moved
from comity.policytools.moving import Move, moving
from comity.policytools.sampling import SITUATIONS_MAX, Situation, Situations, common
from comity.policytools.space import NotEncodable, widened
from comity.policytools.wording import FORMS, listed, row_words
from comity.rulings import Bundle, Form
from comity.rulings.anatomy import callables
from comity.rulings.columns import Verb
from comity.rulings.errors import MatcherFault
from comity.rulings.functions import ANY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from comity.policytools.moving import Moving
    from comity.policytools.sampling import Around
    from comity.policytools.situations import Given
    from comity.policytools.telling import Telling
    from comity.rulings.columns import Row
    from comity.rulings.law import Law

# How long conditions may take, in seconds of processor time, and of how many changed rows they are told at
# most: nobody reads more, and what fields and forms move at all is told of every row.
CONDITIONS_S: Final = 12.0
CONDITIONS_ROWS_MAX: Final = 60
# Rows that are named where many are not looked at.
NAMED_MAX: Final = 12
# Where nothing can be proved: situations looked at around all changed rows together, and around each at
# least, and how long that may take.
SITUATIONS_ALL: Final = 15_000
SITUATIONS_MIN: Final = 50
SAMPLING_S: Final = 12.0


@dataclass(frozen=True, slots=True)
class Change:
    """Fields that leave otherwise.

    Attributes:
        row: the row that decides now, or several where another is gone; where less leaves, what refuses.
        why: that row's sentence; empty where there are several.
        when: with which words of a question; where situations were sampled, what they have in common.
        since: that another row is gone or otherwise, where that is why.
        count: in how many of the situations looked at.
        looked_at: how many situations were looked at, and of how many, in words; empty where it was proved.
    """

    field: str
    before: Form
    after: Form
    row: str
    why: str
    when: str
    since: str = ""
    count: int = 0
    looked_at: str = ""

    @property
    def sentence(self) -> str:
        """For people."""
        direction = "more" if self.after > self.before else "less"
        why = f": {self.why}" if self.why else "."
        by = f", by {self.row}{why}" if self.row else "."
        where = "Of all situations there are"
        if self.looked_at:
            where = f"In {self.count:,} of {self.looked_at}"
        when = f": {self.when}" if self.when else ""
        if not self.looked_at and not self.when:
            where = "With any words of a question"
        return f"{direction}: {self.field} {self._moves()}{self.since}{by} {where}{when}."

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
        changes: fields that leave otherwise, each with when.
        left_out: of which rows it is not told when they move fields, in sentences.
    """

    rows: tuple[str, ...]
    exact: Exactly
    changes: tuple[Change, ...]
    left_out: tuple[str, ...] = ()

    @property
    def sentences(self) -> list[str]:
        """Everything, for people."""
        changes = (one.sentence for one in self.changes)
        return [*self.rows, *self.exact.sentences, *changes, *self.left_out]


Progress = Callable[[str], None]


def compare(
    old: Bundle, new: Bundle, given: Given, *, progress: Progress = lambda _: None
) -> Compared:
    """What a new law changes against an old one. Blocking.

    Args:
        old: the law before.
        new: the law now.
        given: what an ordinary situation looks like.
        progress: is told what is being looked at.
    """
    rows = _changed(old, new)
    told = tuple(_told(old.rows.get(name), new.rows.get(name)) for name in rows)
    told += (*_decided(old.law, new.law), *moved(old.law, new.law))
    exact = exactly(old.law, new.law, given, limit=Limit(PROVING_S), progress=progress)
    proved = moving(exact.both, Limit(CONDITIONS_S))
    if proved is not None:
        changes, left_out = _proved(proved, progress)
    elif Verb.RELEASE in exact.both or Verb.RELEASE not in exact.differing:
        changes, left_out = [], []
    else:
        changes, left_out = _sampled(old, new, rows, given, progress)
    return Compared(told, exact, tuple(changes), tuple(left_out))


def _proved(moves: Moving, progress: Progress) -> tuple[list[Change], list[str]]:
    """When each changed row moves fields, over every situation there is."""
    telling = moves.telling
    found: list[Change] = []
    unsaid: dict[str, list[str]] = defaultdict(list)
    names = moves.rows()
    for number, name in enumerate(names, start=1):
        if number > CONDITIONS_ROWS_MAX:
            unsaid[f"because conditions of {CONDITIONS_ROWS_MAX} rows are told at most"].append(
                name
            )
            continue
        progress(f"row {number} of {len(names)}")
        try:
            found += [_change(moves, telling, one) for one in moves.of(name)]
        except (NotEncodable, MatcherFault) as error:
            unsaid[str(error)].append(name)
    return sorted(found, key=lambda one: one.after < one.before), _unsaid(unsaid, len(names))


def _unsaid(unsaid: Mapping[str, list[str]], count: int) -> list[str]:
    return [
        f"When fields leave otherwise is not told of {len(names):,} of {count:,} rows that were added, "
        f"changed or removed ({listed(_few(names), 'and')}), {why}. What leaves otherwise is told of all of "
        "them above."
        for why, names in unsaid.items()
    ]


def _few(names: list[str]) -> list[str]:
    return (
        names
        if len(names) <= NAMED_MAX
        else [*names[: NAMED_MAX - 1], f"{len(names) - NAMED_MAX + 1:,} others"]
    )


def _change(moves: Moving, telling: Telling, one: Move) -> Change:
    """A move in words."""
    own = one.rows == (one.changed,)
    since = "" if own else f", now that {one.changed} is {moves.fate(one.changed)}"
    several = len(one.rows) > 1 or one.more_rows
    row = listed([*one.rows, *(["others"] if one.more_rows else [])])
    why = "" if several else moves.sentence(row)
    when = telling.told(one.space, one.words, one.without)
    return Change(telling.fields(one.fields), one.before, one.after, row, why, when, since)


def _sampled(
    old: Bundle, new: Bundle, names: list[str], given: Given, progress: Progress
) -> tuple[list[Change], list[str]]:
    """What changed in situations around changed rows, all of them or a sample."""
    changed = [new.rows.get(name) or old.rows[name] for name in names]
    releases = [row for row in changed if row.verb is Verb.RELEASE]
    rows = releases[: SITUATIONS_ALL // SITUATIONS_MIN]
    most = min(SITUATIONS_MAX, max(SITUATIONS_MIN, SITUATIONS_ALL // max(len(rows), 1)))
    before, after = (Bundle(widened(one.law)) for one in (old, new))
    offences = offences_moved(old.law, new.law)
    looks = [Situations(one.law, given, offences=offences, most=most) for one in (before, after)]
    limit, found, done = Limit(SAMPLING_S), list[Change](), 0
    for row in rows:
        progress(f"row {done + 1} of {len(releases)}")
        kept = row.id in new.rows
        law = (after if kept else before).law
        try:
            around = looks[kept].around(row, _types(row, law))
            found += list(_changes(around, before, after, limit))
        except TooLong:
            break
        done += 1
    left_out = []
    if done < len(releases):
        left_out.append(
            f"Situations were looked at around {done:,} of {len(releases):,} changed rows; around the "
            f"others, from {releases[done].id} on, none were."
        )
    return _merged(found), left_out


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


def _changes(around: Around, before: Bundle, after: Bundle, limit: Limit) -> Iterable[Change]:
    found: dict[tuple[str, Form, Form, str], list[Situation]] = defaultdict(list)
    for situation in around.looked_at:
        limit.look()
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
        yield Change(path, was, now, by, why, when, count=len(some), looked_at=around.words)


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
        merged.append(replace(first, field=fields))
    return sorted(merged, key=lambda one: (one.after < one.before, one.field))
