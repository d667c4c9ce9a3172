"""What is told of each source, as lines of six parts, before anybody knows how wide the terminal is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich.text import Text

from comity.cli import wording
from comity.cli.grid import clean
from comity.client.model import SourceAnswer
from comity.client.words import Band, Form, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from comity.client.model import Edge, Hit, Mark, Reply, Treatment

# Characters of a record's reference shown in the table: enough to tell records apart.
REFERENCE_SHOWN: Final = 7
# Withheld fields named one by one when no approval would release them; more are counted.
NAMED_MAX: Final = 2

DIM: Final = "dim"
HIT: Final = "bold green"
ABSENT: Final = "bold yellow"
HELD: Final = "yellow"

PARTLY: Final = "not everything it holds was searched"
# Outcomes of a search that show no record: word, usual note, style.
_WITHOUT_HITS: Final = {
    Outcome.HIT: ("hit", "", HIT),
    Outcome.NO_HIT: ("no hit", "", DIM),
    Outcome.REFINE: ("refine", "too many candidates: ask more precisely", HELD),
    Outcome.PENDING: ("pending", "a person at the source has to decide first", HELD),
}


Told = tuple[Text, Text, Text] | tuple[Text, Text]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the first three columns, then what is told beside them.

    Attributes:
        source: who answers; empty below the first line.
        outcome: what it found.
        record: which record.
        told: field, form and cause; field and a note across the other two; or a note across all three.
    """

    source: Text
    outcome: Text
    record: Text
    told: Told | Text


NONE: Final = Text()


def lines_of(reply: Reply, names: Mapping[str, str], *, kept: bool) -> list[Line]:
    """Every line of a reply, hits first and what was not searched last."""
    absent = frozenset(reply.not_searched)

    def place(answer: SourceAnswer) -> tuple[bool, bool, bool, str]:
        partly = not any(hit.record.fields for hit in answer.hits)
        return answer.source in absent, not answer.hits, partly, answer.source

    return [
        line
        for answer in sorted(_accounted(reply), key=place)
        for line in _source(answer, names, absent=answer.source in absent, kept=kept)
    ]


def _accounted(reply: Reply) -> Iterable[SourceAnswer]:
    """Every source asked, also one that the node left out."""
    yield from reply.answers
    there = {answer.source for answer in reply.answers}
    for source in reply.not_searched:
        if source not in there:
            yield SourceAnswer(source, Outcome.UNKNOWN, sentence="no answer came")


def _source(
    answer: SourceAnswer, names: Mapping[str, str], *, absent: bool, kept: bool
) -> list[Line]:
    source = Text(clean(names.get(answer.source, answer.source)), style="cyan")
    if absent:
        outcome = Text("not searched", style=ABSENT)
        why = Text(wording.why_not_searched(answer), style=HELD)
        return [Line(source, outcome, NONE, why)]
    if answer.hits:
        return _hits(source, answer)
    word, usual, style = _WITHOUT_HITS[answer.outcome]
    note = clean(answer.sentence) or usual
    if answer.outcome is Outcome.HIT and not kept:
        note = "what was released is not kept here"
    elif answer.outcome is Outcome.NO_HIT and not answer.complete:
        note = PARTLY
    return [Line(source, Text(word, style=style), NONE, Text(note, style=DIM))]


def _hits(source: Text, answer: SourceAnswer) -> list[Line]:
    lines: list[Line] = []
    bare = all(not hit.record.fields for hit in answer.hits)
    number = len(answer.hits)
    if bare:
        outcome = "hit only" if number == 1 else f"{number} hits only"
    else:
        band = answer.hits[0].band
        best = "" if band is Band.UNTOLD else f", {_band(band)}" if number == 1 else ""
        outcome = f"{number} hit{'s' if number > 1 else ''}{best}"
    for hit in answer.hits:
        told = [*_marked(answer.mark_on(hit)), *_hit(hit)]
        record = Text(_short(hit.record_reference))
        if number > 1 and hit.band is not Band.UNTOLD:
            record.append(f"\n{_band(hit.band)}", style=DIM)
        for place, cells in enumerate(told):
            first = not lines
            lines.append(
                Line(
                    source if first else NONE,
                    Text(outcome, style=HIT) if first else NONE,
                    record if place == 0 else NONE,
                    cells,
                )
            )
    if not answer.complete:
        lines.append(Line(NONE, NONE, NONE, Text(PARTLY, style=HELD)))
    return lines


def _marked(mark: Mark | None) -> list[Told]:
    """What this agency itself said of the record."""
    if mark is None:
        return []
    note = Text(f"not this person · {mark.set_at:%Y-%m-%d} by {clean(mark.set_by)}", style=HELD)
    note.append(f" · {clean(mark.reason)} ({mark.mark_id})", style=DIM)
    return [(Text("marked", style=HELD), note)]


def _band(band: Band) -> str:
    """A band in words."""
    return wording.plain_word(band)


def _short(reference: str) -> str:
    told = clean(reference)
    return told if len(told) <= REFERENCE_SHOWN + 1 else f"{told[:REFERENCE_SHOWN]}…"


def _hit(hit: Hit) -> list[Told]:
    cells: list[Told] = []
    laws: set[str] = set()
    ruled = {one.field: one for one in hit.treatments}
    for path, value in hit.record.fields.items():
        treatment = ruled.get(path)
        leaves = Text("\n".join(wording.values_of(value)))
        if treatment is not None and treatment.form in {Form.GENERALISED, Form.MASKED}:
            leaves.append(f" ({treatment.form.lower()})", style=DIM)
        because = _row(treatment, laws) if treatment else "the owner told no ruling"
        cells.append((Text(wording.field_name(path)), leaves, Text(because)))
    for one in hit.treatments:
        if one.form is Form.HIT:
            cells.append((Text("–"), Text("–"), Text(_row(one, laws))))
            waits = wording.waits_for(one)
            if waits:
                cells.append((Text("details", style=DIM), _held(waits, several=True)))
    cells.extend(_withheld([one for one in hit.treatments if one.form is Form.NOTHING]))
    cells.extend(_edge(edge, laws) for edge in hit.edges)
    cells.extend(_handling(hit))
    return cells or [(Text("–"), Text("–"), NONE)]


def _edge(edge: Edge, laws: set[str]) -> Told:
    """A relation: what it is, what it leads to, as far as that may be seen, and the row that told it."""
    other = edge.other
    lines = [f"{wording.plain_word(other.entity_type)} {_short(other.record_reference)}"]
    for path, value in other.record.fields.items():
        lines.append(f"{wording.field_name(path)}: {', '.join(wording.values_of(value))}")
    told = Text("\n".join(lines))
    since, until = clean(edge.since), clean(edge.until)
    if since or until:
        told.append(f"\n{since or '…'} to {until or 'now'}", style=DIM)
    arrow = "→" if edge.outward else "←"
    because = _cited(clean(edge.row), clean(edge.law), laws) or "the owner told no row"
    return Text(f"{arrow} {wording.plain_word(edge.relation)}"), told, Text(because)


def _row(treatment: Treatment, laws: set[str]) -> str:
    """The deciding row, with its law where it stands first."""
    row, law = clean(treatment.row), clean(treatment.law)
    if not row:
        return clean(treatment.sentence) or wording.reason_words(treatment.reason)
    return _cited(row, law, laws)


def _cited(row: str, law: str, laws: set[str]) -> str:
    if not law or row in laws:
        return row
    laws.add(row)
    return f"{row} · {law}"


def _withheld(treatments: Sequence[Treatment]) -> list[Told]:
    groups: dict[tuple[bool, str], list[str]] = {}
    for one in treatments:
        cause = (one.approval is not None, wording.why_withheld(one))
        groups.setdefault(cause, []).append(wording.field_name(one.field))
    cells: list[Told] = []
    for (approvable, because), fields in sorted(groups.items(), key=lambda one: not one[0][0]):
        many = len(fields) > NAMED_MAX and not approvable
        named = f"{len(fields)} other fields" if many else ", ".join(fields)
        cells.append((Text(named, style=DIM), _held(because, several=len(fields) > 1)))
    return cells


def _held(because: str, *, several: bool) -> Text:
    """That something is withheld, and why; of several fields in the plural."""
    if several:
        because = because.replace("would release it", "would release them")
        because = because.replace("it leaves", "they leave")
    return Text.assemble(("withheld", HELD), f" · {because}")


def _handling(hit: Hit) -> list[Told]:
    """How the receiver has to treat the record: code, evaluation, duties."""
    told = hit.record.assertion
    duties = wording.duties_words(hit.obligations)
    code = evaluation = conditions = ""
    if told is not None:
        code = clean(told.handling_code)
        grade = clean(told.source_reliability + told.information_accuracy)
        words = [word for word in (wording.plain_word(told.nature), grade) if word]
        words += [wording.plain_word(told.classification)] if told.classification else []
        words += [clean(told.tlp)] if told.tlp else []
        words += wording.contested_words(told)
        words += wording.dated_words(told)
        evaluation = ", ".join(words)
        said = (told.handling_conditions, *told.restrictions)
        conditions = "; ".join(clean(one) for one in said if one)
    note = Text(" · ".join(one for one in (code, evaluation) if one), style=DIM)
    for one in (conditions, duties):
        if one:
            note.append(" · " if note.plain else "", style=DIM)
            note.append(one, style="magenta")
    return [(Text("handling", style=DIM), note)] if note.plain else []
