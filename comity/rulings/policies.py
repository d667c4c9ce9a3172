"""The policy in force, swapped as one reference, and its check against Casbin as it comes.

A query takes ``current`` once and is ruled by that bundle to its end, whatever happens meanwhile.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from comity.rulings.stock import stock

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.rulings.bundle import Bundle
    from comity.rulings.context import RecordLabels, RequestContext
    from comity.rulings.mask import Mask

# One in so many new rulings is decided again; rulings that are remembered were new once.
SHADOW_ONE_IN: Final = 64
# Rulings that wait for their check; when more come, the oldest go unchecked.
SHADOW_WAITING_MAX: Final = 256


class Policies:
    """Holds the bundle in force; threads may read ``current`` while another swaps."""

    __slots__ = ("current",)

    def __init__(self, bundle: Bundle) -> None:
        self.current = bundle

    def swap(self, bundle: Bundle) -> Bundle:
        """Put another bundle in force; gives the one before."""
        before, self.current = self.current, bundle
        return before


class _Sample(NamedTuple):
    bundle: Bundle
    request: RequestContext
    labels: RecordLabels
    mask: Mask


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

    def offer(
        self, bundle: Bundle, request: RequestContext, labels: RecordLabels, mask: Mask
    ) -> None:
        """A new ruling was given; perhaps it is kept for checking."""
        self._seen += 1
        if self._seen % self._one_in == 0:
            self._waiting.append(_Sample(bundle, request, labels, mask))

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
        reference = self._reference[1]
        again = reference.mask(sample.request, sample.labels)
        if dict(again) != dict(sample.mask):
            fields = sorted(path for path in again if again[path] != sample.mask.get(path))
            self._alarm(
                f"a ruling of policy {sample.bundle.version[:12]} differs from Casbin's own on "
                f"{', '.join(fields)}; Casbin as it comes decides from now on"
            )
            if policies.current is sample.bundle:
                policies.swap(reference)
        return True
