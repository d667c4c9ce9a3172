"""The owner's own record of a ruling: canonical JSON, put together from parts that recur.

What a mask gave for labels is the same text each time, so it is written once. The text is the one that
``json`` writes with sorted keys and no white space.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from comity.policytools.replaying import labels_of, text_of

if TYPE_CHECKING:
    from comity.rulings import Mask, RecordLabels, Vocabulary
    from node.policy.law import View
    from node.records.record import RecordId

# Texts of masks for labels that are remembered; beyond it they are written again.
TEXTS_REMEMBERED: Final = 1_024


class Entry:
    """What was ruled on one record; its relations are entered later."""

    __slots__ = ("_text", "candidates", "confirmed", "edges", "match", "record_id", "visible")

    def __init__(self, text: _Text, record_id: RecordId, *, visible: bool) -> None:
        self._text = text
        self.record_id = record_id
        self.visible = visible
        self.candidates: int | None = None  # in the answer, where rows ask how many there are
        self.match: str | None = None  # how sure, where rows ask it
        self.confirmed = False
        self.edges: list[dict[str, Any]] = []

    def __str__(self) -> str:
        text = self._text
        edges = f'"edges":{text_of(self.edges)},' if self.edges else ""
        candidates = "" if self.candidates is None else f'"candidates":{self.candidates},'
        confirmed = '"confirmed":true,' if self.confirmed else ""
        match = "" if self.match is None else f'"match":"{self.match}",'
        visible = "true" if self.visible else "false"
        return (
            f"{{{text.alerts}{candidates}{confirmed}{edges}{text.ruled},"
            f'{match}"record":{self.record_id},{text.rows},"visible":{visible}}}'
        )


class _Text:
    """What a mask for labels says, in JSON."""

    __slots__ = ("alerts", "mask", "rows", "ruled")

    def __init__(self, mask: Mask, labels: RecordLabels, words: Vocabulary | None) -> None:
        self.mask = mask
        alerts = [[row, desk] for row, desk in mask.alerts]
        self.alerts = f'"alerts":{text_of(alerts)},' if alerts else ""
        forms = {path: int(one.form) for path, one in mask.items() if one.form}
        self.ruled = f'"forms":{text_of(forms)},"labels":{text_of(labels_of(labels, words))}'
        rows = sorted({one.row for one in mask.values() if one.form})
        self.rows = f'"rows":{text_of(rows)}'


class Trails:
    """Writes trails; one for a node, because the same masks come again."""

    __slots__ = ("_texts",)

    def __init__(self) -> None:
        self._texts: dict[tuple[int, str], _Text] = {}

    def entry(
        self,
        mask: Mask,
        labels: RecordLabels,
        record_id: RecordId,
        *,
        visible: bool,
        words: Vocabulary | None = None,
    ) -> Entry:
        """What was ruled on a record."""
        key = (id(mask), labels.key)
        text = self._texts.get(key)
        if text is None or text.mask is not mask:
            if len(self._texts) >= TEXTS_REMEMBERED:
                self._texts.clear()
            text = self._texts[key] = _Text(mask, labels, words)
        return Entry(text, record_id, visible=visible)


def recorded(view: View, trail: list[Entry]) -> bytes:
    """The whole ruling: the policy, what was ruled on each record, and the request it was ruled for."""
    records = ",".join(map(str, trail))
    return (
        f'{{"policy":"{view.version.hex()}","records":[{records}],"request":{view.recorded}}}'
    ).encode()
