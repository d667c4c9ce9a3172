"""From a matcher's syntax tree to a formula, over every situation of a finite space.

Rules:

* ``and``, ``or`` and ``not`` become what they are. What is left, a comparison or a call, is *asked*
  (``comity.policytools.answers``): the function that Casbin calls is called with every value there is, and
  the answers are the formula. Nothing is said twice, so nothing can be said differently.
* What cannot be encoded is refused; a wildcard is a cell like any other and goes through the same functions.
"""

from __future__ import annotations

import ast
import itertools
from typing import TYPE_CHECKING, Any, Final

from comity.policytools import answers
from comity.policytools.answers import FACTS, facts_of
from comity.policytools.readings import Readings
from comity.policytools.solver import all_of, any_of, negated
from comity.policytools.space import MARKED, SAME_AS, NotEncodable, fact, subsets
from comity.rulings.anatomy import attributes_in
from comity.rulings.conditions import atoms
from comity.rulings.matcher import CONTEXTS, names_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from comity.policytools.answers import Leaf
    from comity.policytools.readings import Choice, Reading
    from comity.policytools.space import Space
    from comity.rulings.anatomy import Anatomy
    from comity.rulings.columns import Row
    from comity.rulings.conditions import Atom

# A row of an older law beside a new one's.
BEFORE: Final = "BEFORE:"
_WHEN: Final = "p_when"
_MARKS: Final = "r_rec.markings"


class Encoding:
    """A verb's model and rows as formulas.

    Args:
        taken: the model and the rows.
        space: the situations.
        look: is called before a part of a row is encoded, and may end it by raising.
        older: the same model with other groups, by which rows of an older law (``BEFORE``) are read.
        readings: where another encoding of the same space has them.
    """

    def __init__(
        self,
        taken: Anatomy,
        space: Space,
        look: Callable[[], None] = lambda: None,
        *,
        older: Anatomy | None = None,
        readings: Readings | None = None,
    ) -> None:
        self.taken = taken
        self._look = look
        self.space = space
        self._leaves: dict[int, Leaf] = {}
        self.readings = readings or Readings(space)
        self._older: Encoding | None = None
        if older is not None:
            self._older = Encoding(older, space, look, readings=self.readings)
        self.reading = self.readings.first
        self._parts: dict[tuple[int, ...], dict[tuple[str, ...], Any]] = {}
        self._shared: dict[int, list[dict[tuple[str, ...], Any]]] = {}
        self._cells: dict[str, list[tuple[str, ...]]] = {}
        self._matches: dict[tuple[int, ...], Any] = {}
        self._facts: dict[tuple[int, tuple[Atom, ...]], Choice] = {}
        self._kept: list[Reading] = []
        self._read_by = [self._reads(clause.tree) for clause in taken.clauses]

    def _reads(self, tree: ast.expr) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Places of the columns and words of a question that a part of the matcher reads."""
        names = names_in(tree)
        columns = tuple(place for place, one in enumerate(self.taken.tokens) if one in names)
        read = [
            name
            for source, attribute in attributes_in(tree)
            for name in self._words_of(f"{source}.{attribute}")
        ]
        read += [one for one in self.taken.request if one in names and one not in CONTEXTS]
        for name in read:
            if name not in self.reading.words:
                raise NotEncodable(f'nobody knows the values of "{name}", which the matcher reads')
        return columns, tuple(read)

    def _words_of(self, name: str) -> list[str]:
        """An attribute's own word, or the words of all facts it holds."""
        if name.partition(".")[2] != FACTS:
            return [name]
        held = [one for one in self.space.scalars if one.startswith(f"{name}.")]
        held += [same for one, same in SAME_AS.items() if one.startswith(name)]
        held += [_MARKS] if MARKED.startswith(name) else []
        return [one for one in held if one in self.reading.words]

    # --- rows ----------------------------------------------------------------------------------------

    def clauses(self, row: Row, reading: Reading) -> list[Any]:
        """When each part of the matcher holds for a row; equal parts are one object."""
        if self._older is not None and row.id.startswith(BEFORE):
            return self._older.clauses(row, reading)
        words = self.taken.words(row)
        found = []
        for clause, told, parts in zip(
            self.taken.clauses, self.cells(row), self._parts_of(reading), strict=True
        ):
            known = parts.get(told)
            if known is None:
                self._look()
                known = parts[told] = self._tree(clause.tree, words, reading)
            found.append(known)
            if known is False:
                break
        return found

    def clause(self, place: int, row: Row) -> Any:
        """When one part of the matcher holds for a row, in the first reading."""
        if self._older is not None and row.id.startswith(BEFORE):
            return self._older.clause(place, row)
        parts, told = self._parts_of(self.reading)[place], self.cells(row)[place]
        if told not in parts:
            self._look()
            words = self.taken.words(row)
            parts[told] = self._tree(self.taken.clauses[place].tree, words, self.reading)
        return parts[told]

    def cells(self, row: Row) -> list[tuple[str, ...]]:
        """A row's cells that each part of the matcher reads."""
        cells = self._cells.get(row.id)
        if cells is None:
            words = self.taken.words(row)
            cells = self._cells[row.id] = [
                tuple([words[column] for column in columns]) for columns, _ in self._read_by
            ]
        return cells

    def holds(self, place: int, row: Row, values: Sequence[Any]) -> bool:
        """Whether one part of the matcher holds for a row and the words of a question."""
        older = self._older is not None and row.id.startswith(BEFORE)
        taken = self._older.taken if self._older is not None and older else self.taken
        return bool(taken.clauses[place].holds(*values, *taken.words(row)))

    def read_by(self, place: int) -> tuple[str, ...]:
        """Words of a question that one part of the matcher reads."""
        return self._read_by[place][1]

    def _parts_of(self, reading: Reading) -> list[dict[tuple[str, ...], Any]]:
        """For each part of the matcher, formulas by cells; readings share what they read alike."""
        known = self._shared.get(id(reading))
        if known is None:
            known = []
            for place, (_, read) in enumerate(self._read_by):
                key = (place, *(id(reading.words[name]) for name in read))
                known.append(self._parts.setdefault(key, {}))
            self._shared[id(reading)] = known
            self._kept.append(reading)  # so that its address, and its words', stay their own
        return known

    def match(self, row: Row, reading: Reading) -> Any:
        """When a row fits."""
        parts = self.clauses(row, reading)
        key = tuple(map(id, parts))
        if key not in self._matches:
            self._matches[key] = all_of(parts)
        return self._matches[key]

    def allowed(self, reading: Reading, rows: Sequence[Row] | None = None) -> Any:
        """When the first row that fits allows; of these rows, where only some are to count."""
        if not self.taken.first_decides:
            raise NotEncodable(f'of "{self.taken.verb}" not the first row decides')
        formula: Any = False
        chosen = self.taken.rows if rows is None else rows
        blocks = itertools.groupby(chosen, key=lambda row: row.cells["effect"])
        for effect, block in reversed([(effect, list(block)) for effect, block in blocks]):
            fits = any_of(self.match(row, reading) for row in block)
            allows = effect == "allow"
            formula = any_of((fits, formula)) if allows else all_of((negated(fits), formula))
        return formula

    def decided_by(
        self,
        reading: Reading,
        chosen: Callable[[Row], bool],
        rows: Sequence[Row] | None = None,
    ) -> Any:
        """When the first row that fits, of all or of these, is one of the chosen."""
        formula: Any = False
        among = self.taken.rows if rows is None else rows
        blocks = [(one, list(some)) for one, some in itertools.groupby(among, key=chosen)]
        for wanted, block in reversed(blocks):
            fits = any_of(self.match(row, reading) for row in block)
            formula = any_of((fits, formula)) if wanted else all_of((negated(fits), formula))
        return formula

    def first(self, row: Row, reading: Reading, rows: Sequence[Row] | None = None) -> Any:
        """When this row is the first that fits, of all or of these."""
        among = self.taken.rows if rows is None else rows
        earlier = among[: among.index(row)]
        before = any_of(self.match(one, reading) for one in earlier)
        return all_of((self.match(row, reading), negated(before)))

    # --- syntax --------------------------------------------------------------------------------------

    def _tree(self, tree: ast.expr, words: tuple[str, ...], reading: Reading) -> Any:
        if isinstance(tree, ast.BoolOp):
            parts = [self._tree(part, words, reading) for part in tree.values]
            return all_of(parts) if isinstance(tree.op, ast.And) else any_of(parts)
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
            return negated(self._tree(tree.operand, words, reading))
        if isinstance(tree, ast.Call) and self._facts_in(tree):
            return self._conditions(tree, words, reading)
        if isinstance(tree, (ast.Call, ast.Compare)):
            return self._asked(tree, words, reading)
        raise NotEncodable(f"{ast.unparse(tree)} is neither a comparison nor a call")

    @staticmethod
    def _facts_in(tree: ast.Call) -> bool:
        return any(name == FACTS for _, name in attributes_in(tree))

    def _conditions(self, tree: ast.Call, words: tuple[str, ...], reading: Reading) -> Any:
        """The ``when`` column: asked about the facts that this row's conditions read."""
        cells = {
            one.id: words[self.taken.tokens.index(one.id)]
            for one in tree.args
            if isinstance(one, ast.Name)
        }
        told = next((word for name, word in cells.items() if name == _WHEN), None)
        if told is None or not isinstance(tree.func, ast.Name):
            raise NotEncodable(f"{ast.unparse(tree)} reads facts in a way that nobody knows")
        function = self.taken.functions[tree.func.id]
        read: dict[str, tuple[Atom, ...]] = {}
        for atom in atoms(told):
            read[fact(atom)] = (*read.get(fact(atom), ()), atom)
        choices = [self._fact(name, about, reading) for name, about in read.items()]

        def holds(values: tuple[Any, ...]) -> bool:
            facts = facts_of(dict(zip(read, values, strict=True)))
            return bool(function(*(_argument(one, cells, facts) for one in tree.args)))

        return answers.formula(answers.tried(holds, [tuple(one) for one in choices], ()), choices)

    def _fact(self, name: str, about: tuple[Atom, ...], reading: Reading) -> Choice:
        """A fact's values as far as these conditions tell them apart; the first of some stands for all."""
        if name != MARKED:
            same = SAME_AS.get(name, name)
            told = same if same in reading.words else name
            if told not in reading.words:
                raise NotEncodable(f"no row of this kind asks about {about[0].name}")
            choice = reading.words[told]
            key = (id(choice), about)
            if key not in self._facts:
                self._facts[key] = {
                    alike[0]: any_of(choice[value] for value in alike)
                    for alike in answers.told_apart(name, about, tuple(choice))
                }
            return self._facts[key]
        marks = reading.words[_MARKS]
        named = sorted({atom.value for atom in about})
        return {
            held: all_of(
                marks.get(one, False) if one in held else negated(marks.get(one, False))
                for one in named
            )
            for held in subsets(named)
        }

    def _asked(self, tree: ast.expr, words: tuple[str, ...], reading: Reading) -> Any:
        leaf = self._leaf(tree)
        cells = tuple(words[place] for place in leaf.columns)
        choices = [reading.words[name] for name in (*leaf.scalars, *leaf.sets)]
        key = (cells, *map(id, choices))
        known = leaf.formulas.get(key)
        if known is None:
            if cells not in leaf.known:
                domains = [tuple(self.reading.words[name]) for name in leaf.scalars]
                elements = self.space.sets[leaf.sets[0]] if leaf.sets else ()
                leaf.known[cells] = answers.answers(leaf, cells, domains, elements)
            known = leaf.formulas[key] = answers.formula(leaf.known[cells], choices)
        return known

    def _leaf(self, tree: ast.expr) -> Leaf:
        known = self._leaves.get(id(tree))
        if known is None:
            columns, read = self._reads(tree)
            known = self._leaves[id(tree)] = answers.leaf(
                tree,
                read=read,
                sets=self.space.sets,
                columns=columns,
                tokens=self.taken.tokens,
                functions=self.taken.functions,
            )
        return known


def _argument(tree: ast.expr, cells: Mapping[str, str], facts: Mapping[str, Any]) -> Any:
    if isinstance(tree, ast.Constant):
        return tree.value
    return cells[tree.id] if isinstance(tree, ast.Name) else facts[ast.unparse(tree)]
