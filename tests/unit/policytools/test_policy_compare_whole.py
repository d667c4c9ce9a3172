"""What `comity policy diff` proves of changed rows, held against laws and questions drawn at random.

Everything that Casbin decides otherwise must be told: the field, both forms, and every word of the question.
And of what is told each word must occur: a solver that knows all rows, not only those that can meet a changed
one, finds such a situation.
"""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Any

import pytest

from comity.policytools import both as beside
from comity.policytools import comparing, differing, solver
from comity.policytools.comparing import compare
from comity.policytools.differing import exactly
from comity.policytools.limits import Limit
from comity.policytools.moving import Move, Moving
from comity.policytools.searching import Search
from comity.policytools.situations import given
from comity.policytools.solver import all_of, any_of, negated
from comity.policytools.space import OTHER_CASE, OTHER_WORD
from comity.policytools.tree import open_tree
from comity.rulings import Form, Verb, load_bundle
from comity.rulings.asked import asked, labelled
from comity.rulings.functions import FORM_WORDS
from tests.simulators.fuzzed_law import Fuzz
from tests.simulators.law import POLICIES, vocabulary
from tests.simulators.policy_trees import changed, copied, row_of

if TYPE_CHECKING:
    from pathlib import Path

    from comity.policytools.both import Both
    from comity.rulings import Bundle, RecordLabels, RequestContext

# Laws drawn at random; `make test-long` draws ten.
TIMES = int(os.environ.get("COMITY_FUZZ_TIMES", "1"))
ROWS = 40
QUESTIONS = 400
GROUND = given(open_tree(POLICIES))
LONG_S = 300.0


def pair(folder: Path, seed: int, *groups: str) -> tuple[Bundle, Bundle]:
    """A law drawn at random, and the same with rows that are gone, others, and new ones.

    With members of ``groups`` besides rows stay as they are.
    """
    drawn, fuzz = random.Random(seed), Fuzz(seed, wild=0.85)
    head, *rows = fuzz.table(Verb.RELEASE, ROWS).splitlines()
    other = Fuzz(seed + 1_000, wild=0.85).table(Verb.RELEASE, ROWS).splitlines()[1:-1]
    now = list(rows)
    for number in drawn.sample(range(ROWS), 6):
        now[number] = other[number]  # the same id, other cells
    for number in sorted(drawn.sample(range(ROWS), 3), reverse=True):
        del now[number]
    now += [row.replace("RELEASE-", "FRESH-") for row in other[:3]]
    now = rows if groups else now
    built = []
    for name, lines in (("old", rows), ("new", now)):
        pack = folder / name / "pack"
        pack.parent.mkdir()
        fuzz = Fuzz(seed, wild=0.85)
        fuzz.bundle(pack, 5)
        (pack / "release.csv").write_text("\n".join([head, *lines]) + "\n", "utf-8")
        if name == "new" and groups:
            told = (pack / "groups.csv").read_text("utf-8")
            (pack / "groups.csv").write_text("\n".join([told.rstrip(), *groups]) + "\n", "utf-8")
        built.append(load_bundle([POLICIES / "model", pack], vocabulary=vocabulary()))
    return built[0], built[1]


def words_of(
    bundle: Bundle, request: RequestContext, labels: RecordLabels, space: Any
) -> tuple[dict[str, Any], frozenset[str]]:
    """A question as the words of a space, and the record's marks."""
    req, rec = (
        asked(request, bundle.law.vocabulary),
        labelled(labels, bundle.law.vocabulary, request),
    )
    told: dict[str, Any] = {}
    for name, values in space.scalars.items():
        source, _, attribute = name.partition(".")
        if source not in ("r_req", "r_rec"):
            continue
        value: Any = req if source == "r_req" else rec
        for part in attribute.split("."):
            value = getattr(value, part)
        if attribute == "case" and value not in values:
            value = OTHER_CASE
        elif attribute == "today":
            value = max((one for one in values if one <= value), default=min(values))
        elif ".facts." in name and value is not None and value not in values:
            numbers = [one for one in values if type(one) is int]
            if numbers:
                value = max((one for one in numbers if one <= value), default=min(numbers))
            elif isinstance(value, frozenset):
                value &= frozenset().union(*(one for one in values if one))
            else:
                value = OTHER_WORD
        told[name] = value
    return told, rec.markings & frozenset(space.sets["r_rec.markings"])


def covers(move: Move, bundle: Bundle, request: RequestContext, labels: RecordLabels) -> bool:
    """Whether a move tells of each word of a question."""
    told, marks = words_of(bundle, request, labels, move.space)
    bare = frozenset(move.space.sets["r_rec.markings"]) - marks
    return (
        all(value in move.words[name] for name, value in told.items())
        and marks <= move.words["r_rec.markings"]
        and bare <= move.without
    )


def possible(bundle: Bundle, request: RequestContext) -> bool:
    """Whether a member asks from its own country, as members do."""
    homes = bundle.law.vocabulary.agencies
    return homes.get(request.agency, request.country) == request.country


@pytest.mark.parametrize(
    ("seed", "groups"),
    [
        *((seed, ()) for seed in range(TIMES - 1)),
        (5, ("agency,ZZ,eu", "subject,witness,accused")),
        (
            8,
            (
                *("agency,GB,eu", "offence,dissent,serious"),
                *("subject,contact,accused", "field,person.sex,contact"),
            ),
        ),
    ],
)
def test_everything_that_leaves_otherwise_is_told_with_every_word_of_its_question(
    tmp_path: Path, seed: int, groups: tuple[str, ...]
) -> None:
    old, new = pair(tmp_path, seed, *groups)
    exact = exactly(old.law, new.law, GROUND, limit=Limit(LONG_S))
    assert Verb.RELEASE in exact.both
    moving = Moving(exact.both[Verb.RELEASE], Limit(LONG_S))
    moves = [move for name in moving.rows() for move in moving.of(name)]
    leaves = [(one.more, one.what) for one in exact.effects if one.verb is Verb.RELEASE]
    fuzz, met = Fuzz(seed + 5_000), 0
    for _ in range(QUESTIONS):
        request, labels = fuzz.request(), fuzz.labels()
        if not possible(new, request):
            continue
        before, after = (one.mask(request, labels) for one in (old, new))
        for path, ruling in after.items():
            was, now = before[path].form, ruling.form
            if was is now:
                continue
            met += 1
            assert any(
                (move.before, move.after) == (was, now)
                and path in move.fields
                and covers(move, new, request, labels)
                for move in moves
            ), (path, was, now, request, labels)
            assert any(more is (now > was) and path in what for more, what in leaves)
    assert met or not moves


def whole(both: Both) -> tuple[Any, Search]:
    """All rows of both laws as formulas, and a search among them."""
    part = both.slice(both.near.all)
    return part, Search(part.theory)


def leaving(part: Any, rows: Any, form: Form, coarser: Any) -> Any:
    """When a form is the highest that these rows allow."""
    encoding, told = part.theory.encoding, []
    for word, one in FORM_WORDS.items():
        reading = part.theory.reading.instead(r_form=encoding.readings.fixed("r_form", word))
        allowed = encoding.allowed(reading, rows)
        allowed = all_of((allowed, coarser)) if one is Form.GENERALISED else allowed
        if one >= form:
            told.append(allowed if one is form else negated(allowed))
    return all_of(told)


@pytest.mark.parametrize("seed", range(TIMES))
def test_each_word_that_is_told_occurs(tmp_path: Path, seed: int) -> None:
    old, new = pair(tmp_path, seed)
    both = exactly(old.law, new.law, GROUND, limit=Limit(LONG_S)).both[Verb.RELEASE]
    moving = Moving(both, Limit(LONG_S))
    moves = [move for name in moving.rows() for move in moving.of(name)]
    assert moves
    part, search = whole(both)
    words = part.theory.reading.words
    coarser = any_of(words["r_field"][path] for path in words["r_field"] if path in both.law.how)
    drawn = random.Random(seed)
    for move in drawn.sample(moves, min(len(moves), 3)):
        happens = search.named(
            all_of(
                (
                    leaving(part, part.was, move.before, coarser),
                    leaving(part, part.now, move.after, coarser),
                    any_of(words["r_field"][path] for path in move.fields),
                )
            )
        )
        for path in drawn.sample(move.fields, min(len(move.fields), 3)):
            assert search.possible(happens, words["r_field"][path])
        for name, values in move.words.items():
            for value in drawn.sample(sorted(values, key=str), min(len(values), 5)):
                like = value
                if name == "r_req.today":  # a day of the same interval
                    earlier = [one for one in words[name] if one <= value]
                    like = max(earlier, default=min(words[name]))
                assert search.possible(happens, words[name][like]), (move, name, value)


def test_who_decides_now_is_named_with_what_is_gone(tmp_path: Path) -> None:
    old, new = pair(tmp_path, 2)
    gone = set(old.rows) - set(new.rows)
    for change in compare(old, new, GROUND).changes:
        for name in gone:
            assert name not in change.row
        if change.since:
            assert "now that" in change.sentence


def test_the_same_is_told_where_each_field_is_looked_at_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = pair(tmp_path, 3)
    together = exactly(old.law, new.law, GROUND, limit=Limit(LONG_S))
    monkeypatch.setattr(differing, "TOGETHER_ROWS_MAX", 0)
    monkeypatch.setattr(beside, "STOCK_ROWS_MAX", 0)
    alone = exactly(old.law, new.law, GROUND, limit=Limit(LONG_S))
    assert [(one.more, one.what) for one in alone.effects] == [
        (one.more, one.what) for one in together.effects
    ]


def test_what_there_is_no_time_for_is_said_and_what_is_proved_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = pair(tmp_path, 5)
    monkeypatch.setattr(comparing, "CONDITIONS_S", 0.0)
    found = compare(old, new, GROUND)
    assert found.changes == ()
    (sentence,) = found.left_out
    assert "is not told of 12 of 12 rows" in sentence
    assert "because it takes longer than 0 seconds" in sentence
    assert found.exact.effects
    monkeypatch.setattr(comparing, "PROVING_S", 0.0)
    told = compare(old, new, GROUND).exact
    assert told.effects == ()
    assert any("release: nothing is proved" in one for one in told.unproved)


def test_of_many_changed_rows_some_are_told_and_the_others_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = pair(tmp_path, 5)
    monkeypatch.setattr(comparing, "CONDITIONS_ROWS_MAX", 2)
    found = compare(old, new, GROUND)
    (sentence,) = found.left_out
    assert "is not told of 10 of 12 rows" in sentence
    assert "conditions of 2 rows are told at most" in sentence


def puzzle(folder: Path, marks: int, seed: int = 3) -> tuple[Bundle, Bundle]:
    """Law made to keep a solver busy: a grant that decides where a hard puzzle of marks has a solution.

    Each restriction excludes one combination of three marks, so many that it is open whether any is left.
    """
    drawn = random.Random(seed)
    root = copied(folder)
    names = [f"puzzle-{number}" for number in range(marks)]
    listed = ", ".join(f'"{name}"' for name in names)
    changed(root / "vocabulary.toml", ("markings = [", f"markings = [{listed}, "))
    table = root / "zz" / "release.csv"
    head, _, rows = table.read_text("utf-8").partition("\n")
    table.write_text(f"{head},when\n" + "".join(f"{row},-\n" for row in rows.splitlines()), "utf-8")
    before = open_tree(root / "zz").bundle(("core", "zz"))
    added = [
        row_of(
            table,
            tier="grant",
            id="ZZ-PUZZLE",
            field="vehicle.colour",
            form="<=full",
            effect="allow",
        )
    ]
    for number in range(int(marks * 4.26)):
        three = drawn.sample(names, 3)
        when = "&".join(f"{drawn.choice(('', 'not-'))}marked={name}" for name in three)
        words = {"tier": "jurisdiction", "id": f"ZZ-NOT-{number:04}", "effect": "deny"}
        words |= {"field": "vehicle.colour", "form": "any", "reason": "NO_LEGAL_BASIS"}
        added.append(row_of(table, when=when, **words))
    changed(table, added="".join(added))
    return before, open_tree(root / "zz").bundle(("core", "zz"))


def test_law_made_to_keep_a_comparison_busy_ends_it_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = puzzle(tmp_path, 420)
    monkeypatch.setattr(comparing, "PROVING_S", 8.0)
    monkeypatch.setattr(comparing, "CONDITIONS_S", 4.0)
    monkeypatch.setattr(comparing, "SAMPLING_S", 2.0)
    found = compare(old, new, GROUND)
    assert any("release: nothing is proved" in one for one in found.exact.unproved)
    assert any("takes longer than 8 seconds" in one for one in found.exact.unproved)
    assert found.left_out


def test_a_solver_takes_no_longer_than_there_is_time() -> None:
    """A puzzle that no solver ends soon."""
    drawn, made = random.Random(1), solver.solver()
    words = [solver.z3().Bool(f"word-{number}") for number in range(600)]
    for _ in range(int(len(words) * 4.26)):
        made.add(any_of(drawn.choice((one, negated(one))) for one in drawn.sample(words, 3)))
    assert solver.within(made, Limit(1.0))
    assert solver.verdict(made) == "unknown"
