"""From folders of policy files to a bundle: strict, bounded, and all or nothing.

A folder may hold, besides documents and tests: ``VERB.conf`` (Casbin's model of a verb, exactly one in all
folders together), ``VERB.csv`` (rows), ``groups.csv`` and ``generalisations.csv``. Order of files and lines
means nothing: rows are put in deciding order by tier, effect, width of the grant and id.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from comity.rulings import groups as grouping
from comity.rulings.bundle import Bundle, Observe
from comity.rulings.columns import COLUMNS, DENYING_TIERS, NODE_VERBS, TIER_NONE, TIERS, Row, Verb
from comity.rulings.context import Form
from comity.rulings.effects import HIDDEN, instead
from comity.rulings.errors import PolicyError, nearest
from comity.rulings.functions import ANY, FORM_WORDS, NONE
from comity.rulings.law import Law
from comity.rulings.models import check_model
from comity.rulings.reading import ROWS_MAX, Line, decode, read_bytes, table
from comity.rulings.reasons import ReasonCode

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from comity.rulings.cells import Words
    from comity.rulings.vocabulary import Vocabulary

_GROUPS: Final = "groups"
_GENERALISATIONS: Final = "generalisations"
_GENERALISATION_COLUMNS: Final = ("field", "how")
# Columns in which a default-deny row must say "whatever".
_DEFAULT_FREE: Final = (
    "form", "id", "tier", "effect", "reason", "instead", "tell", "law", "sentence",
)  # fmt: skip


@dataclass(slots=True)
class _Files:
    """What was found in the folders, not yet believed."""

    folder: Path
    models: dict[Verb, tuple[Path, str]] = field(default_factory=dict)
    rows: dict[Verb, list[Line]] = field(default_factory=dict)
    tables: dict[Verb, list[Path]] = field(default_factory=dict)
    groups: list[Line] = field(default_factory=list)
    generalisations: list[Line] = field(default_factory=list)
    told: list[tuple[str, bytes]] = field(default_factory=list)
    count: int = 0


def load_bundle(
    directories: Sequence[Path],
    *,
    vocabulary: Vocabulary,
    verbs: Collection[Verb] = NODE_VERBS,
    alarm: Callable[[str], None] | None = None,
    observe: Observe | None = None,
    possible_duties: Collection[str] | None = None,
) -> Bundle:
    """Read, check and build the law of these folders. Blocking: build off the event loop, then swap.

    Args:
        directories: folders of the model and of every pack that is in force here.
        vocabulary: every word they may use.
        verbs: what will be asked: ``NODE_VERBS`` or ``GATEWAY_VERBS``. Rows of other verbs are checked
            all the same.
        alarm: told when a matcher raises; it gets no personal data.
        observe: shown every new ruling (``comity.rulings.policies.Shadow.offer``).
        possible_duties: duties that can be met here; a release that is bound by another becomes a refusal.
            ``None`` judges none, for tools.

    Raises:
        PolicyError: whatever is wrong first, with file, line and a sentence.
    """
    law = load_law(directories, vocabulary=vocabulary, verbs=verbs)
    return Bundle(law, alarm=alarm, observe=observe, possible_duties=possible_duties)


def load_law(
    directories: Sequence[Path], *, vocabulary: Vocabulary, verbs: Collection[Verb] = NODE_VERBS
) -> Law:
    """Read and check the law of these folders without building what answers questions.

    Raises:
        PolicyError: whatever is wrong first, with file, line and a sentence.
    """
    if not directories:
        raise PolicyError(Path(), 0, "no folder of policies is given")
    files = _Files(directories[0])
    for directory in directories:
        _find(files, directory)
    groups = grouping.gather(vocabulary, files.groups, files.folder)
    rows = _rows(files, groups.words)
    for verb in verbs:
        _check_complete(files, verb, rows.get(verb, []))
    return Law(
        version=_version(files, vocabulary),
        models={verb: files.models[verb][1] for verb in verbs},
        rows={verb: tuple(rows[verb]) for verb in verbs},
        links=groups.links,
        how=_generalisations(files, groups.words),
        vocabulary=vocabulary,
    )


def _find(files: _Files, directory: Path) -> None:
    if not directory.is_dir():
        raise PolicyError(directory, 0, "is not a folder")
    for file in sorted(directory.iterdir()):
        if file.suffix not in {".conf", ".csv"}:
            continue
        found = read_bytes(file)
        files.told.append((f"{directory.name}/{file.name}", found))
        text = decode(file, found)
        if file.suffix == ".csv":
            _find_lines(files, file, text)
            continue
        verb = _verb(file, tuple(Verb))
        check_model(file, text, verb)
        if verb in files.models:
            raise PolicyError(file, 0, f'a second model of "{verb}": {files.models[verb][0]}')
        files.models[verb] = (file, text)


def _find_lines(files: _Files, file: Path, text: str) -> None:
    if file.stem == _GROUPS:
        lines = list(table(file, text, columns=grouping.COLUMNS))
        files.groups += lines
    elif file.stem == _GENERALISATIONS:
        lines = list(table(file, text, columns=_GENERALISATION_COLUMNS))
        files.generalisations += lines
    else:
        verb = _verb(file, (*Verb, _GROUPS, _GENERALISATIONS))
        lines = list(table(file, text, columns=COLUMNS[verb]))
        files.rows.setdefault(verb, []).extend(lines)
        files.tables.setdefault(verb, []).append(file)
    files.count += len(lines)
    if files.count > ROWS_MAX:
        raise PolicyError(file, 0, f"more than {ROWS_MAX} rows in all")


def _verb(file: Path, known: Collection[str]) -> Verb:
    if file.stem not in set(Verb):
        raise PolicyError(file, 0, f'unknown row type "{file.stem}"{nearest(file.stem, known)}')
    return Verb(file.stem)


def _rows(files: _Files, words: Words) -> dict[Verb, list[Row]]:
    made: dict[Verb, list[Row]] = {}
    seen: dict[str, Line] = {}
    for verb, lines in files.rows.items():
        for line in lines:
            row = read_row(line, verb, words)
            if row.id in seen:
                other = seen[row.id]
                raise line.wrong(f'the id "{row.id}" stands twice: {other.file}:{other.number}')
            seen[row.id] = line
            made.setdefault(verb, []).append(row)
    for rows in made.values():
        rows.sort(key=_deciding_order)
    return made


def _deciding_order(row: Row) -> tuple[int, int, str]:
    """Tier, deny before allow, the widest grant first, then by name: never the order of files."""
    widest = FORM_WORDS.get(row.cells.get("form", "").removeprefix("<="), Form.NOTHING)
    return (row.priority, -widest, row.id)


def read_row(line: Line, verb: Verb, words: Words) -> Row:
    """One line as a row of a verb.

    Raises:
        PolicyError: a cell is missing or wrong, or the cells do not go together.
    """
    cells: dict[str, str] = {}
    for name, column in COLUMNS[verb].items():
        cell = line.cells.get(name, "") or column.default
        if cell is None:
            raise line.wrong(f'the column "{name}" is missing or empty')
        wrong = column.check(cell, words)
        if wrong:
            raise line.wrong(wrong)
        cells[name] = cell
    _check_sense(line, cells)
    tier = TIERS.get(cells.get("tier", ""), TIER_NONE)
    duties = cells.get("duties", NONE)
    return Row(
        verb=verb,
        id=cells["id"],
        priority=tier * 10 + (cells["effect"] == "allow"),
        cells=cells,
        reason=ReasonCode(cells["reason"]),
        duties=() if duties == NONE else tuple(sorted(duties.split("|"))),
        tell=cells["tell"] == "yes",
        law=cells["law"],
        sentence=cells["sentence"],
        how=cells.get("how", NONE).removeprefix(NONE),
        instead=instead(cells["instead"]),
    )


def _check_sense(line: Line, cells: dict[str, str]) -> None:
    if NONE not in (cells["from"], cells["until"]) and cells["until"] < cells["from"]:
        raise line.wrong("ends before it begins")
    wrong = _wrong_grant(cells) if cells["effect"] == "allow" else _wrong_restriction(cells)
    if wrong:
        raise line.wrong(wrong)


def _wrong_grant(cells: dict[str, str]) -> str:
    tier = cells.get("tier", "")
    if tier in DENYING_TIERS:
        return f'the tier "{tier}" only denies'
    if cells.get("form", "<=").startswith(">") or cells.get("form") == "any":
        return "a grant names its highest form, like <=masked"
    if cells["instead"] != NONE:
        return "what happens instead is said of a restriction"
    bound = cells.get("who", ANY) != ANY and cells.get("case", ANY) != ANY
    if tier == "override" and not (
        bound and cells["until"] != NONE and cells.get("approval", NONE) != NONE
    ):
        return "an override is for one member and case, with an approval, until a day"
    return ""


def _wrong_restriction(cells: dict[str, str]) -> str:
    if cells.get("form", ">").startswith("<="):
        return "a restriction names the forms it refuses, like >hit, or any"
    if cells.get("duties", NONE) != NONE:
        return "a restriction has no duties"
    if cells.get("tier") == "override":
        return "an override allows"
    if cells.get("tier") == "default":
        free = all(cell in (ANY, NONE) for name, cell in cells.items() if name not in _DEFAULT_FREE)
        if not free or cells.get("form", "any") != "any":
            return "the default denies everything to everybody, always"
    return _wrong_hiding(cells)


def _wrong_hiding(cells: dict[str, str]) -> str:
    hiding = instead(cells["instead"])
    if hiding is None or hiding.effect not in HIDDEN:
        return ""
    if cells["tell"] == "yes":
        return "what is neither confirmed nor denied is not told: tell no"
    if cells.get("form", "any") != "any":
        return "what is neither confirmed nor denied does not leave in any form"
    return ""


def _check_complete(files: _Files, verb: Verb, rows: list[Row]) -> None:
    if verb not in files.models:
        raise PolicyError(files.folder, 0, f'the model "{verb}.conf" is missing')
    tables = files.tables.get(verb, [files.folder])
    if not rows:
        raise PolicyError(tables[0], 0, f'the policy is empty: there is no row of "{verb}"')
    defaults = [row for row in rows if row.cells.get("tier") == "default"]
    if verb is not Verb.DUTY and not defaults:
        among = "" if len(tables) == 1 else f", here and in {', '.join(map(str, tables[1:]))}"
        raise PolicyError(tables[0], 0, f'the default deny of "{verb}" is missing{among}')


def _generalisations(files: _Files, words: Words) -> dict[str, str]:
    how: dict[str, str] = {}
    for line in files.generalisations:
        for column, kind in zip(_GENERALISATION_COLUMNS, ("path", "generalisation"), strict=True):
            word = line.cells.get(column, "")
            if word not in words[kind]:
                raise line.wrong(f'unknown {column} "{word}"{nearest(word, words[kind])}')
        if line.cells["field"] in how:
            raise line.wrong(f'"{line.cells["field"]}" stands twice')
        how[line.cells["field"]] = line.cells["how"]
    return how


def _version(files: _Files, vocabulary: Vocabulary) -> str:
    told = hashlib.sha256(b"comity/rulings/bundle/1\0" + vocabulary.digest)
    doubled = Counter(name for name, _ in files.told)
    for name, found in sorted(files.told):
        if doubled[name] > 1:
            raise PolicyError(files.folder, 0, f"two folders of the same name hold {name}")
        told.update(f"{name}\0{len(found)}\0".encode() + found)
    return told.hexdigest()
