"""What is told of law, as messages of the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.api.admin.v1 import policy_service_pb2 as api

if TYPE_CHECKING:
    from comity.policytools.explaining import Explained, FieldExplained, Told
    from comity.policytools.judging import Judged


def explained(version: str, found: Explained) -> api.ExplainRulingResponse:
    """One situation."""
    return api.ExplainRulingResponse(
        version=version,
        request=found.request,
        record=found.record,
        fields=[_field(one) for one in found.fields],
        duties=found.duties,
        duty_rows=[api.DutyExplained(duty=duty, row=_row(row)) for duty, row in found.duty_rows],
    )


def judged(version: str, found: Judged) -> api.ExplainRulingResponse:
    """One question of yes or no."""
    said, near = found.decision, found.near
    told = api.DecisionExplained(
        allowed=said.allowed,
        row=api.LawRow(id=said.row, law=said.law, sentence=said.sentence),
        reason=said.reason,
        effect=said.effect,
        told=said.tell,
        duties=said.duties,
    )
    if found.role:
        told.needs.role, told.needs.row = found.role, found.approved_by
    if near is not None:
        told.nearest.row, told.nearest.blocked_by = near.row, near.blocked_by
        told.nearest.failed.extend(near.failed)
    return api.ExplainRulingResponse(version=version, request=found.question, decision=told)


def _row(row: Told) -> api.LawRow:
    return api.LawRow(id=row.id, law=row.law, sentence=row.sentence, when=row.when)


def _field(one: FieldExplained) -> api.FieldExplained:
    ruling = one.ruling
    told = api.FieldExplained(
        field=one.path,
        form=ruling.form.name.lower(),
        how=ruling.how,
        row=api.LawRow(id=ruling.row, law=ruling.law, sentence=ruling.sentence),
        reason=ruling.reason,
        told=ruling.tell,
        duties=ruling.duties,
        searchable=one.searchable,
    )
    if ruling.needs is not None:
        needs = ruling.needs
        told.needs.role, told.needs.form = needs.role, needs.form.name.lower()
        told.needs.row = needs.row
    if one.capped_by is not None:
        told.capped_by.CopyFrom(_row(one.capped_by))
    if one.miss is not None:
        told.nearest.row, told.nearest.form = one.miss.row, one.miss.form.name.lower()
        told.nearest.failed.extend(one.miss.failed)
        told.nearest.blocked_by = one.miss.blocked_by
    return told
