"""What a bundle remembers: bounded, and started afresh when full."""

from __future__ import annotations

from typing import Final, Generic, TypeVar

# Different rulings remembered; at ten thousand rows each takes some 15 kB.
RULINGS_REMEMBERED_MAX: Final = 4_096
# Exact questions remembered with the ruling they led to.
QUESTIONS_REMEMBERED_MAX: Final = 32_768

T = TypeVar("T")


class Questions(Generic[T]):
    """Exact questions and what they led to: two look-ups in dictionaries of strings."""

    __slots__ = ("_count", "by_request")

    def __init__(self) -> None:
        self.by_request: dict[str, dict[str, T]] = {}
        self._count = 0

    def keep(self, request_key: str, labels_key: str, value: T) -> None:
        """Remember where an exact question led."""
        if self._count >= QUESTIONS_REMEMBERED_MAX:
            self.by_request = {}
            self._count = 0
        self.by_request.setdefault(request_key, {})[labels_key] = value
        self._count += 1


class Known(Generic[T]):
    """Rulings by what rows distinguish; starts afresh when full."""

    __slots__ = ("_by_key",)

    def __init__(self) -> None:
        self._by_key: dict[object, T] = {}

    def get(self, key: object) -> T | None:
        """What is remembered, or nothing."""
        return self._by_key.get(key)

    def keep(self, key: object, value: T) -> None:
        """Remember."""
        if len(self._by_key) >= RULINGS_REMEMBERED_MAX:
            self._by_key = {}
        self._by_key[key] = value
