"""The recorded ruling is put together from parts, and is what ``json`` writes, whatever is in it."""

from __future__ import annotations

import itertools
import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from comity.catalogue import FIELDS
from comity.rulings import FieldRuling, Form, Mask, ReasonCode, RecordLabels
from comity.rulings.effects import Effect
from node.exchange.trail import TEXTS_REMEMBERED, Trails, recorded

VIEW: Any = SimpleNamespace(version=bytes(range(32)), recorded='{"case":"\\"{}\\" é"}')
EDGE = {"edge": 7, "row": 'R"1', "told": False}


def ruling(row: str, form: Form, effect: Effect, detail: str = "") -> FieldRuling:
    return FieldRuling(
        form=form, row=row, law="", sentence="", reason=ReasonCode.OK, duties=(), tell=True,
        needs=None, how="", capped_by="", effect=effect, detail=detail, remedy=None,
    )  # fmt: skip


def mask(row: str, alerts: tuple[tuple[str, str], ...] = ()) -> Mask:
    rulings = {one.path: ruling(row, Form.HIT, Effect.HIT_ONLY) for one in FIELDS["person"]}
    silent = [ruling(by, Form.NOTHING, Effect.SILENT_TO_OWNER, desk) for by, desk in alerts]
    return Mask({**rulings, **dict(zip(rulings, silent, strict=False))})


def labels(*markings: str) -> RecordLabels:
    return RecordLabels("person", "suspect", frozenset(markings), frozenset({"FR", "DE"}))


@pytest.mark.parametrize(
    ("alerts", "edges", "confirmed", "visible"),
    list(itertools.product(((), (('A"é', "desk"),)), ([], [EDGE]), (True, False), (True, False))),
)
def test_the_text_is_canonical(
    *,
    alerts: tuple[tuple[str, str], ...],
    edges: list[dict[str, Any]],
    confirmed: bool,
    visible: bool,
) -> None:
    entry = Trails().entry(
        mask('R"ü{}', alerts), labels("a", "ß"), cast("Any", 12), visible=visible
    )
    entry.edges, entry.confirmed = edges, confirmed
    entry.candidates = 3 if visible else None
    text = recorded(VIEW, [entry, entry]).decode()
    told = json.loads(text)
    assert json.dumps(
        {**told, "request": None}, sort_keys=True, separators=(",", ":")
    ) == text.replace(VIEW.recorded, "null")
    (one, two) = told["records"]
    assert one == two
    assert one["record"] == 12
    assert one["visible"] is visible
    assert one.get("confirmed", False) is confirmed
    assert one.get("edges", []) == edges
    assert one.get("alerts", []) == [list(alert) for alert in alerts]
    assert one["rows"] == ['R"ü{}']
    assert one["labels"]["markings"] == ["a", "ß"]


def test_another_mask_or_other_labels_never_get_the_text_of_one_before() -> None:
    trails = Trails()
    for number in range(TEXTS_REMEMBERED + 10):
        # Each mask is dropped at once, so that another soon lies at its address.
        entry = trails.entry(mask(f"R{number}"), labels(f"m{number}"), cast("Any", 1), visible=True)
        told = json.loads(str(entry))
        assert told["rows"] == [f"R{number}"]
        assert told["labels"]["markings"] == [f"m{number}"]
