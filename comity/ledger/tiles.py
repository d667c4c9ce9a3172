"""C2SP tlog-tiles: a Merkle tree cut into tiles, 256 hashes wide and 8 levels high.

Tile ``index`` at tile level ``level`` holds the hashes of complete subtrees (``8 × level``, i) for i from
``256 × index``. A tile is full or, at the right edge, partial. What lies between two tile levels is
recomputed. Full tiles never change, so they are written once; of the partial ones at level 0 nothing is
stored, as the entries themselves say it.

Source: C2SP ``tlog-tiles.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from comity.envelope.merkle import node_hash
from comity.ledger.errors import LedgerError
from comity.ledger.tree import Frontier

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from comity.ledger.tree import Lookup, Node

    ReadTile = Callable[[int, int], bytes]

HASH_BYTES: Final = 32
TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
TILE_BYTES: Final = TILE_WIDTH * HASH_BYTES
# Levels that a tree of 2^63 leaves can need.
TILE_LEVELS_MAX: Final = 8
_LAST: Final = TILE_WIDTH - 1
_DIGITS: Final = 3


class Tile(NamedTuple):
    """A full or partial tile with its content; ``position`` counts tiles of its level."""

    level: int
    position: int
    hashes: bytes


def partial_width(level: int, size: int) -> int:
    """Hashes in the partial tile at a tile level of a tree of ``size`` leaves; 0: there is none."""
    return size >> TILE_HEIGHT * level & _LAST


def tile_levels(size: int) -> int:
    """Number of tile levels that a tree of ``size`` leaves has."""
    return -(-size.bit_length() // TILE_HEIGHT)


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """A tile's resource name, for example ``tile/0/x001/x234/067.p/12``.

    Raises:
        LedgerError: no such tile.
    """
    if not (0 <= level < TILE_LEVELS_MAX and index >= 0 and 1 <= width <= TILE_WIDTH):
        raise LedgerError("no such tile")
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // _DIGITS) * _DIGITS)
    parts = [digits[at : at + _DIGITS] for at in range(0, len(digits), _DIGITS)]
    name = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
    return f"tile/{level}/{name}" + ("" if width == TILE_WIDTH else f".p/{width}")


def lookup_in(read: ReadTile) -> Lookup:
    """Hashes of complete subtrees, out of tiles; each tile is read once.

    Args:
        read: content of a tile by level and index, at least as wide as the tree needs.
    """
    tiles: dict[tuple[int, int], bytes] = {}

    def find(node: Node) -> bytes:
        level, shift = divmod(node[0], TILE_HEIGHT)
        start = node[1] << shift
        name = level, start >> TILE_HEIGHT
        if name not in tiles:
            tiles[name] = read(*name)
        return _fold(tiles[name], start & _LAST, 1 << shift)

    return find


def _fold(tile: bytes, first: int, width: int) -> bytes:
    """Root over ``width`` hashes of a tile, a power of two, from hash ``first`` on."""
    hashes = _cut(tile[first * HASH_BYTES : (first + width) * HASH_BYTES])
    if len(hashes) != width:
        raise LedgerError("a tile of the log is too narrow")
    while len(hashes) > 1:
        hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]


def _cut(hashes: bytes) -> list[bytes]:
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


class OpenTiles:
    """The partial tiles at a tree's right edge, lowest level first."""

    __slots__ = ("_open",)

    def __init__(self, partial: Sequence[bytes] = ()) -> None:
        self._open = [bytearray(one) for one in partial]

    def copy(self) -> OpenTiles:
        """Independent ones."""
        return OpenTiles([bytes(one) for one in self._open])

    def partial(self, level: int) -> bytes:
        """What the open tile at a tile level holds so far."""
        return bytes(self._open[level]) if level < len(self._open) else b""

    def take(self, complete: Mapping[Node, bytes], *, first: int, size: int) -> list[Tile]:
        """Adds what ``Frontier.append`` completed between the two sizes.

        Returns:
            Tiles to store: every one that became full, and the partial ones above level 0.
        """
        changed: list[Tile] = []
        level = 0
        while True:
            depth = TILE_HEIGHT * level
            low, high = first >> depth, size >> depth
            if low == high:
                return changed
            if level == len(self._open):
                self._open.append(bytearray())
            edge = self._open[level]
            for index in range(low, high):
                edge += complete[depth, index]
                if index & _LAST == _LAST:
                    changed.append(Tile(level, index >> TILE_HEIGHT, bytes(edge)))
                    edge.clear()
            if level and edge:
                changed.append(Tile(level, high >> TILE_HEIGHT, bytes(edge)))
            level += 1

    def frontier(self, size: int) -> Frontier:
        """The frontier of the tree of ``size`` leaves whose right edge this is.

        Raises:
            LedgerError: these are the open tiles of a tree of another size.
        """
        peaks: dict[int, bytes] = {}
        for level in range(max(len(self._open), tile_levels(size))):
            tile, width, first = self.partial(level), partial_width(level, size), 0
            if len(tile) != width * HASH_BYTES:
                raise LedgerError("the log's right edge does not have its size")
            for shift in range(TILE_HEIGHT - 1, -1, -1):
                if width >> shift & 1:
                    peaks[TILE_HEIGHT * level + shift] = _fold(tile, first, 1 << shift)
                    first += 1 << shift
        return Frontier(size, peaks)
