"""The policy in force, swapped as one reference, and its check against Casbin as it comes.

A query takes ``current`` once and is ruled by that bundle to its end, whatever happens meanwhile.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from comity.rulings.mask import Mask
from comity.rulings.stock import stock

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.rulings.bundle import Bundle
    from comity.rulings.columns import Verb

# One in so many new rulings is decided again; rulings that are remembered were new once.
SHADOW_ONE_IN: Final = 64
# Rulings that wait for their check; when more come, the oldest go unchecked.
SHADOW_WAITING_MAX: Final = 256


class Policies:
    """Holds the bundle in force; threads may read ``current`` while another swaps.

    Once a difference was found (``distrust``), whatever comes is decided by Casbin as it comes, until the
    process starts anew: the fault was in our code, not in one law.
    """

    __slots__ = ("_distrusted", "current")

    def __init__(self, bundle: Bundle) -> None:
        self.current = bundle
        self._distrusted = False

    def swap(self, bundle: Bundle) -> Bundle:
        """Put another bundle in force; gives the one before."""
        before, self.current = self.current, stock(bundle) if self._distrusted else bundle
        return before

    def distrust(self) -> None:
        """Casbin as it comes decides from now on."""
        if not self._distrusted:
            self._distrusted = True
            self.current = stock(self.current)


class _Sample(NamedTuple):
    bundle: Bundle
    verb: Verb
    asked: tuple[Any, ...]
    answer: object


class Shadow:
    """Takes samples of rulings and decides them again with Casbin as it comes.

    Bundles are built with ``observe=shadow.offer``. The owner of the process runs ``check_next`` now and
    then in an executor, because Casbin as it comes takes its time. A difference is told to ``alarm`` and
    puts Casbin as it comes in force: slow and right.

    Args:
        alarm: told of a difference, in a sentence without personal data.
        one_in: one in so many new rulings is checked.
    """

    def __init__(self, *, alarm: Callable[[str], None], one_in: int = SHADOW_ONE_IN) -> None:
        self._alarm = alarm
        self._one_in = one_in
        self._seen = 0
        self._waiting: deque[_Sample] = deque(maxlen=SHADOW_WAITING_MAX)
        self._reference: tuple[Bundle, Bundle] | None = None

    def offer(self, bundle: Bundle, verb: Verb, asked: tuple[Any, ...], answer: object) -> None:
        """A new ruling was given; perhaps it is kept for checking."""
        self._seen += 1
        if self._seen % self._one_in == 0:
            self._waiting.append(_Sample(bundle, verb, asked, answer))

    @property
    def waiting(self) -> int:
        """Rulings that wait for their check."""
        return len(self._waiting)

    def check_next(self, policies: Policies) -> bool:
        """Decide one waiting ruling again; false when none waits. Blocking.

        Args:
            policies: where Casbin as it comes is put in force after a difference.
        """
        try:
            sample = self._waiting.popleft()
        except IndexError:
            return False
        if self._reference is None or self._reference[0] is not sample.bundle:
            self._reference = (sample.bundle, stock(sample.bundle))
        again = self._reference[1].answer(sample.verb, *sample.asked)
        if again != sample.answer:
            self._alarm(
                f"a ruling of policy {sample.bundle.version[:12]} on {sample.verb} differs from Casbin's "
                f"own{_where(sample.answer, again)}; Casbin as it comes decides from now on"
            )
            policies.distrust()
        return True


def _where(answer: object, again: object) -> str:
    if not isinstance(answer, Mask) or not isinstance(again, Mask):
        return ""
    paths = sorted(path for path in again if again[path] != answer.get(path))
    return f" on {', '.join(paths)}"
