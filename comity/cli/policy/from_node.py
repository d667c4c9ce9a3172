"""What a node tells of its law, as the values that the commands show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.policytools.explaining import Explained, FieldExplained, Miss, Told
from comity.policytools.reverse import Access
from comity.rulings import Form, ReasonCode
from comity.rulings.effects import Effect
from comity.rulings.mask import Approval, FieldRuling

if TYPE_CHECKING:
    from comity.api.admin.v1 import policy_service_pb2 as api


def explained(message: api.ExplainRulingResponse) -> Explained:
    """One situation."""
    return Explained(
        request=message.request,
        record=message.record,
        fields=tuple(_field(one) for one in message.fields),
        duties=tuple(message.duties),
        duty_rows=tuple((one.duty, _told(one.row)) for one in message.duty_rows),
    )


def ways(message: api.WhoCanResponse) -> list[Access]:
    """Ways to learn a field."""
    return [
        Access(
            row=_told(one.row),
            form=_form(one.form),
            unless=tuple(_told(row) for row in one.unless),
            example=one.example,
            count=one.count,
            looked_at=one.looked_at,
            there_are=one.situations,
        )
        for one in message.ways
    ]


def _told(row: Any) -> Told:
    return Told(row.id, row.law, row.sentence, row.when)


def _form(word: str) -> Form:
    return Form[word.upper()]


def _field(one: api.FieldExplained) -> FieldExplained:
    needs = one.needs
    ruling = FieldRuling(
        form=_form(one.form),
        row=one.row.id,
        law=one.row.law,
        sentence=one.row.sentence,
        reason=ReasonCode(one.reason),
        duties=tuple(one.duties),
        tell=one.told,
        needs=Approval(needs.role, _form(needs.form), needs.row) if one.HasField("needs") else None,
        how=one.how,
        capped_by=one.capped_by.id,
        # What a ruling amounts to is not shown; the form says it.
        effect=Effect.DENY,
        detail="",
        remedy=None,
    )
    miss = None
    if one.HasField("nearest"):
        near = one.nearest
        miss = Miss(near.row, _form(near.form), tuple(near.failed), near.blocked_by)
    capped = _told(one.capped_by) if one.HasField("capped_by") else None
    return FieldExplained(one.field, ruling, miss, searchable=one.searchable, capped_by=capped)
