"""Where law stands on disk: one folder with ``vocabulary.toml``, a model, and packs beside each other."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from comity.rulings import GATEWAY_VERBS, NODE_VERBS, Bundle, load_bundle, load_vocabulary
from comity.rulings.columns import COLUMNS, Verb
from comity.rulings.errors import PolicyError, nearest
from comity.rulings.reading import decode, read_bytes, table
from comity.rulings.shipped import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from comity.rulings.vocabulary import Vocabulary

MODEL: Final = "model"
# The pack that holds everywhere; red lines and rows of it belong to every law.
CORE: Final = "core"
TESTS: Final = "*_test.toml"
RED_LINES: Final = "red_lines.toml"
GIVEN: Final = "given.toml"

Packs = tuple[str, ...]


class Place(NamedTuple):
    """Where a row stands."""

    file: Path
    line: int


@dataclass(slots=True)
class Tree:
    """A folder of law.

    Attributes:
        root: holds ``vocabulary.toml`` and the packs.
        chosen: the packs a command is about.
        partial: packs may be missing, and tests that need them are left to whoever has them.
    """

    root: Path
    chosen: Packs
    vocabulary: Vocabulary
    partial: bool = False
    _bundles: dict[Packs, Bundle] = field(default_factory=dict)

    def folders(self, packs: Packs) -> list[Path]:
        """The folders of a law: the model, then its packs."""
        return [self.root / name for name in (MODEL, *packs)]

    def bundle(self, packs: Packs) -> Bundle:
        """The law of these packs, loaded once.

        Raises:
            PolicyError: with file, line and sentence.
        """
        known = self._bundles.get(packs)
        if known is None:
            known = self._bundles[packs] = load_bundle(
                self.folders(packs), vocabulary=self.vocabulary, verbs=self.verbs(packs)
            )
        return known

    def verbs(self, packs: Packs) -> tuple[Verb, ...]:
        """What is asked of this law: a gateway's questions where its last pack only routes."""
        last = self.root / packs[-1]
        routes = (last / "route.csv").exists() and not (last / "release.csv").exists()
        return GATEWAY_VERBS if routes else NODE_VERBS

    def laws(self) -> list[Packs]:
        """Which packs are in force together: as the tests beside them say, else with the core."""
        found: dict[Packs, None] = {}
        for pack in self.chosen:
            named = [tuple(read_toml(file).get("packs", ())) for file in self.tests(pack)]
            for packs in named or [self.usual(pack)]:
                found[packs or self.usual(pack)] = None
        return list(found)

    def releasing(self) -> Packs:
        """The law of the one chosen pack, of which it can be asked what leaves.

        Raises:
            PolicyError: it only says what a gateway passes on.
        """
        packs = self.laws()[0]
        if Verb.RELEASE not in self.verbs(packs):
            sentence = "says what a gateway passes on; of what leaves a register it says nothing"
            raise PolicyError(self.root / packs[-1], 0, sentence)
        return packs

    def usual(self, pack: str) -> Packs:
        """A pack and the core."""
        has_core = pack != CORE and (self.root / CORE).is_dir()
        return (CORE, pack) if has_core else (pack,)

    def own(self, packs: Packs) -> Packs:
        """The packs of a law that a command is about; rows of the others are looked at elsewhere."""
        return tuple(pack for pack in packs if pack in self.chosen)

    def places(self, packs: Packs) -> dict[str, Place]:
        """Where each row of these packs stands, by its id."""
        found = {}
        for pack in packs:
            for file in sorted((self.root / pack).glob("*.csv")):
                if file.stem in set(Verb):
                    text = decode(file, read_bytes(file))
                    for line in table(file, text, columns=COLUMNS[Verb(file.stem)]):
                        found[line.cells.get("id", "")] = Place(file, line.number)
        return found

    def tests(self, pack: str) -> list[Path]:
        """Files of tests beside a pack's rows."""
        found = sorted((self.root / pack).glob(TESTS))
        return [file for file in found if not self.partial or self._has_packs_of(file)]

    def _has_packs_of(self, file: Path) -> bool:
        return all((self.root / str(pack)).is_dir() for pack in read_toml(file).get("packs", ()))


def open_tree(path: Path) -> Tree:
    """A folder of packs, or one pack.

    Raises:
        PolicyError: neither, or its vocabulary cannot be read.
    """
    if (path / VOCABULARY).is_file():
        root = path
        chosen = tuple(sorted(one.name for one in path.iterdir() if _is_pack(one)))
    elif _is_pack(path) and (path.resolve().parent / VOCABULARY).is_file():
        root, chosen = path.resolve().parent, (path.resolve().name,)
    else:
        sentence = f"is neither a pack nor a folder of packs with {VOCABULARY}"
        raise PolicyError(path, 0, sentence)
    if not chosen:
        raise PolicyError(path, 0, "holds no pack")
    return Tree(root, chosen, load_vocabulary(root / VOCABULARY))


def _is_pack(path: Path) -> bool:
    return path.is_dir() and path.name != MODEL and any(path.glob("*.csv"))


def read_toml(file: Path) -> dict[str, Any]:
    """A TOML file, bounded like every policy file.

    Raises:
        PolicyError: not readable, too large, or not TOML.
    """
    try:
        return tomllib.loads(decode(file, read_bytes(file)))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise PolicyError(file, 0, f"is not TOML: {error}") from error


def line_of(file: Path, text: str) -> int:
    """The line on which a text first stands, for errors; 0 when it is not there."""
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        if text and text in line:
            return number
    return 0


def known_keys(file: Path, line: int, told: Mapping[str, Any], known: frozenset[str]) -> None:
    """Refuses a key that means nothing here.

    Raises:
        PolicyError: naming the nearest key.
    """
    for key in told:
        if key not in known:
            raise PolicyError(file, line, f'unknown word "{key}"{nearest(key, known)}')
