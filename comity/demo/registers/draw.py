"""Numbers for invention: the same on every machine, Python version and day.

Not ``random``: its ``choice`` and ``randrange`` may change between Python versions, and a stream makes
row 1,000,000 depend on all rows before. Here every thing invented has its own name (seed, what, which),
and its numbers come from BLAKE2b of that name (RFC 7693), so any row can be made alone and the first
thousand rows of a register are the same however many follow. Nothing here is secret.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

# One BLAKE2b output holds 512 bits: more than most rows use.
_BLOCK_BYTES: Final = 64
# Refill while this many bits are left, so that a draw's bias stays below one in 2**40.
_RESERVE: Final = 1 << 64
_SEED_BYTES_MAX: Final = 64


class Draw:
    """A finite supply of numbers that belong to one invented thing.

    Args:
        seed: the register's seed.
        what: what is drawn for, such as ``person``.
        which: its number.
    """

    __slots__ = ("_bits", "_key", "_name", "_round")

    def __init__(self, seed: int, what: str, which: int) -> None:
        self._key = str(seed).encode()[:_SEED_BYTES_MAX]
        self._name = f"{what}:{which}".encode()
        self._round = 0
        self._bits = int.from_bytes(
            blake2b(self._name, key=self._key, digest_size=_BLOCK_BYTES).digest(), "big"
        )

    def below(self, bound: int) -> int:
        """A whole number from 0 to ``bound`` - 1."""
        if self._bits < _RESERVE:
            self._refill()
        self._bits, number = divmod(self._bits, bound)
        return number

    def one(self, things: Sequence[T]) -> T:
        """One of some things, each as likely."""
        return things[self.below(len(things))]

    def percent(self, share: int) -> bool:
        """True in ``share`` of a hundred cases."""
        return self.below(100) < share

    def digits(self, count: int) -> str:
        """So many decimal digits, leading zeros included."""
        return str(self.below(10**count)).zfill(count)

    def letters(self, count: int, alphabet: str) -> str:
        """So many letters of an alphabet."""
        return "".join([alphabet[self.below(len(alphabet))] for _ in range(count)])

    def octets(self, count: int) -> bytes:
        """So many bytes, for hashes and addresses."""
        self._round += 1
        name = self._name + b"#%d" % self._round
        return blake2b(name, key=self._key, digest_size=count).digest()

    def _refill(self) -> None:
        self._bits = int.from_bytes(self.octets(_BLOCK_BYTES), "big") | _RESERVE << 448
