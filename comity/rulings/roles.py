"""Groups: a role manager for Casbin whose look-ups read a closure and change nothing.

Casbin's own adds every name it is asked about to its tables and gives up after ten levels; this one is
read-only once links are there, so threads may share it, and follows groups of groups to their end.
"""

from __future__ import annotations

from typing import Final

from comity.rulings.pycasbin import RoleManager

_NOBODY: Final[frozenset[str]] = frozenset()


def closure(links: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    """For each member every group it belongs to, directly or through other groups."""
    closed: dict[str, frozenset[str]] = {}
    for member, direct in links.items():
        above: set[str] = set()
        ahead = list(direct)
        while ahead:
            group = ahead.pop()
            if group not in above:
                above.add(group)
                ahead.extend(links.get(group, ()))
        closed[member] = frozenset(above)
    return closed


class ClosureRoles(RoleManager):  # type: ignore[misc]  # pycasbin's types are of no use
    """Implements Casbin's role manager over a closure."""

    def __init__(self) -> None:
        self._links: dict[str, set[str]] = {}
        self._above: dict[str, frozenset[str]] | None = None

    def clear(self) -> None:
        """Forget every link; Casbin does so before it loads."""
        self._links = {}
        self._above = None

    def add_link(self, name1: str, name2: str, *domain: str) -> None:
        """``name1`` belongs to ``name2``."""
        if domain:
            raise ValueError("groups have no domains")
        self._links.setdefault(name1, set()).add(name2)
        self._above = None

    def delete_link(self, name1: str, name2: str, *domain: str) -> None:
        """A bundle never changes."""
        raise NotImplementedError(f"{name1} in {name2} {domain}: a bundle never changes")

    def has_link(self, name1: str, name2: str, *_domain: str) -> bool:
        """Whether ``name1`` is ``name2`` or belongs to it."""
        above = self._above
        if above is None:
            above = self._above = closure(self._links)
        return name1 == name2 or name2 in above.get(name1, _NOBODY)

    def get_roles(self, name: str, *_domain: str) -> list[str]:
        """Groups that ``name`` belongs to directly."""
        return sorted(self._links.get(name, ()))

    def get_users(self, name: str, *_domain: str) -> list[str]:
        """Direct members of ``name``."""
        return sorted(member for member, groups in self._links.items() if name in groups)

    def print_roles(self) -> None:
        """Nothing: groups are not logged."""
