"""What a bundle is made of, and what it asks of an engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from comity.rulings.columns import as_casbin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comity.rulings.columns import Row, Verb
    from comity.rulings.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Law:
    """What a bundle is made of, checked by the loader.

    Attributes:
        version: SHA-256 over the exact bytes of every file and every word, in hexadecimal.
        models: Casbin's model text of each verb.
        rows: rows of each verb in deciding order.
        links: groups, by Casbin's section.
        how: field path to its way of generalising.
    """

    version: str
    models: Mapping[Verb, str]
    rows: Mapping[Verb, tuple[Row, ...]]
    links: Mapping[str, tuple[tuple[str, str], ...]]
    how: Mapping[str, str]
    vocabulary: Vocabulary

    def tokens(self, verb: Verb, names: list[str]) -> list[list[str]]:
        """Rows as Casbin takes them, in the order of the model's columns (``p_who``)."""
        return as_casbin(verb, self.rows[verb], names)


class AsksCasbin(Protocol):
    """One verb's model with its rows; ``comity.rulings.engine`` says what the parts mean."""

    separate: bool

    def survivors(self, req: Any, rec: Any = None) -> int:
        """Rows that may match for this request and record."""
        ...

    def survivors_each(self, requests: Sequence[Any], rec: Any, *, but: str) -> tuple[int, ...]:
        """The same for requests that differ in one attribute."""
        ...

    def along(self, variable: str, word: str) -> int:
        """Rows that may match for this field, form or duty."""
        ...

    def view(self) -> Any:
        """Casbin for one ruling."""
        ...

    def ask(self, view: Any, bits: int, *values: Any) -> tuple[bool, str]:
        """Casbin's answer over these rows, and the deciding row's id."""
        ...

    def refusing(
        self, view: Any, bits: int, among: frozenset[str], *values: Any
    ) -> tuple[str, ...]:
        """Which rows among these refuse, besides the deciding one, before a row would allow."""
        ...


BuildsEngine = Callable[..., AsksCasbin]
