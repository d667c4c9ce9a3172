"""What a ruling says: a mask over the fields of one record, or a decision about one question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from comity.rulings.context import Form
from comity.rulings.effects import HIDDEN, Effect

if TYPE_CHECKING:
    from collections.abc import ItemsView, Iterable, Iterator, KeysView, ValuesView

    from comity.rulings.effects import Instead
    from comity.rulings.reasons import ReasonCode

_DESKS: Final = HIDDEN | {Effect.CONTACT_ONLY}


@dataclass(frozen=True, slots=True)
class Approval:
    """What a human decision would change: whose, into which form, by which row."""

    role: str
    form: Form
    row: str


@dataclass(frozen=True, slots=True)
class FieldRuling:
    """What the law makes of one field of one kind of record, for one request.

    Attributes:
        form: the highest form that is allowed.
        row: the deciding row: the one that allowed ``form``, or refused even a hit.
        law: its legal reference.
        sentence: its plain sentence.
        reason: coded reason, fit to be told even when ``tell`` is false.
        duties: what binds whoever receives it, sorted: the row's own and those of every duty row.
        tell: whether every row this ruling names may be told to the requester.
        needs: what an approval would change; ``None`` when none would.
        how: the way of generalising that ``Form.GENERALISED`` stands for; empty where there is none.
        capped_by: the row that refused the next higher form; empty for ``Form.FULL``.
        effect: what that amounts to.
        detail: its desk, role, channel, hours or ways of making coarser.
        remedy: what would have to happen for more to leave; ``None`` when nothing would do.
    """

    form: Form
    row: str
    law: str
    sentence: str
    reason: ReasonCode
    duties: tuple[str, ...]
    tell: bool
    needs: Approval | None
    how: str
    capped_by: str
    effect: Effect
    detail: str
    remedy: Instead | None


class Mask(Mapping[str, FieldRuling]):
    """One ruling for each field of an entity type; immutable and shared between equal requests.

    Attributes:
        best: the highest form of any field; below ``Form.HIT`` the record was never there.
        readable: paths that may be read from the store at all (``Form.MASKED`` and above).
        duties: union of the duties of all fields that leave in any form.
        alerts: rows by which nothing is said and a desk of the owner is told, with that desk: every one that
            holds, whichever row decides.
        contact: desk that may be named although nothing else leaves; empty where none may, and where any row
            neither confirms nor denies the record, whichever row decides.
    """

    __slots__ = ("_rulings", "alerts", "best", "contact", "duties", "readable")

    _rulings: Mapping[str, FieldRuling]
    best: Form
    readable: frozenset[str]
    duties: tuple[str, ...]
    alerts: tuple[tuple[str, str], ...]
    contact: str

    def __init__(
        self,
        rulings: Mapping[str, FieldRuling],
        silent: Iterable[tuple[str, str]] = (),
        *,
        kept_silent: bool = False,
    ) -> None:
        """Takes the rulings.

        Args:
            rulings: one for each field.
            silent: rows that keep silent beside those that decide, each with the desk it tells.
            kept_silent: whether a row neither confirms nor denies the record, whichever row decides.
        """
        leaving = [ruling for ruling in rulings.values() if ruling.form >= Form.HIT]
        set_once = object.__setattr__
        set_once(self, "_rulings", MappingProxyType(dict(rulings)))
        set_once(self, "best", max((ruling.form for ruling in leaving), default=Form.NOTHING))
        set_once(
            self,
            "readable",
            frozenset(path for path, ruling in rulings.items() if ruling.form >= Form.MASKED),
        )
        set_once(self, "duties", tuple(sorted({duty for one in leaving for duty in one.duties})))
        special = [ruling for ruling in rulings.values() if ruling.effect in _DESKS]
        deciding = {
            (one.row, one.detail) for one in special if one.effect is Effect.SILENT_TO_OWNER
        }
        contact = {one.detail for one in special if one.effect is Effect.CONTACT_ONLY}
        alerts = deciding | set(silent)
        hidden = bool(leaving) or kept_silent or any(one.effect in HIDDEN for one in special)
        set_once(self, "alerts", tuple(sorted(alerts)))
        set_once(self, "contact", "" if hidden else min(contact, default=""))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a mask does not change: {name}")

    def __getitem__(self, path: str) -> FieldRuling:
        return self._rulings[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rulings)

    def __len__(self) -> int:
        return len(self._rulings)

    def items(self) -> ItemsView[str, FieldRuling]:
        """Paths with their rulings."""
        return self._rulings.items()

    def keys(self) -> KeysView[str]:
        """The paths."""
        return self._rulings.keys()

    def values(self) -> ValuesView[FieldRuling]:
        """The rulings."""
        return self._rulings.values()


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes or no to one question, and the row that says so.

    Attributes:
        allowed: the answer.
        row: the deciding row.
        law: its legal reference.
        reason: coded reason, fit to be told even when ``tell`` is false.
        sentence: its plain sentence.
        duties: what binds whoever goes ahead.
        effect: what the answer amounts to.
        detail: its desk, role, channel, hours or days.
        people: how many people must decide, where people must.
        tell: whether the row may be told to whoever asked.
    """

    allowed: bool
    row: str
    law: str
    reason: ReasonCode
    sentence: str
    duties: tuple[str, ...] = ()
    effect: Effect = Effect.DENY
    detail: str = ""
    people: int = 1
    tell: bool = True
