"""What a node tells of law, as the values that the commands show."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import click

from comity.api.admin.v1 import policy_service_pb2 as api
from comity.cli.policy import remote, saying
from comity.errors import ExitCode
from comity.policytools.archive import gathered
from comity.policytools.checking import Finding, Weight
from comity.policytools.examining import (
    Checked,
    Differing,
    Failed,
    FieldChange,
    LineProved,
    Proved,
    Tested,
)
from comity.policytools.explaining import Explained, FieldExplained, Miss, Told
from comity.policytools.judging import Judged, NearYes
from comity.policytools.reverse import Access
from comity.policytools.tree import open_tree
from comity.rulings import Form, ReasonCode
from comity.rulings.effects import Effect
from comity.rulings.mask import Approval, Decision, FieldRuling

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


def examined(
    what: api.Examination.ValueType,
    path: Path | None,
    draft: str,
    profile: str | None,
    *,
    day: date | None = None,
) -> api.ExamineLawResponse:
    """What a node says of a law as a whole; what it is looking at is shown meanwhile.

    Args:
        what: the examination.
        path: a pack in a folder, to be handed in; ``None``: a draft there, or the law in force there.
        draft: a draft there.
        profile: of the caller.
        day: as on which a check looks at it; today by default.

    Raises:
        click.UsageError: a folder and a draft, or a folder of several packs.
        ComityCallError: see ``comity.client.errors``.
    """
    request = api.ExamineLawRequest(examination=what, draft_id=draft, day=f"{day or ''}")
    if path is not None:
        if draft:
            raise click.UsageError("Name a folder or a draft, not both.")
        packs, archive = packed(path)
        request.packs.extend(packs)
        request.archive = archive
    tell = saying.progress("your node looks at")
    told = api.ExamineLawResponse()
    with (
        remote.service(profile) as node,
        contextlib.closing(node.told("ExamineLaw", request)) as said,
    ):
        tell("the law")
        for told in said:
            tell(told.progress)
    saying.progress_done()
    if told.refused:
        click.echo(told.refused, err=True)
        click.get_current_context().exit(ExitCode.DATA)
    return told


def packed(path: Path) -> tuple[tuple[str, ...], bytes]:
    """The pack in a folder with the core, and all files that belong to them.

    Raises:
        click.UsageError: it is a folder of several packs.
        PolicyError: it is no folder of law, or it is too large.
    """
    tree = open_tree(path)
    if len(tree.chosen) != 1:
        raise click.UsageError(f"Name the pack to be in force: {', '.join(tree.chosen)}.")
    packs = tree.usual(tree.chosen[0])
    return packs, gathered(tree.root, packs).encoded


def checked(told: api.ExamineLawResponse) -> Checked:
    """A check."""
    found = told.checked
    findings = tuple(
        Finding(Weight(one.weight), one.file, one.line, one.row, one.sentence)
        for one in found.findings
    )
    return Checked(tuple(tuple(one.names) for one in found.laws), found.rows, findings)


def tested(told: api.ExamineLawResponse) -> list[Tested]:
    """Tests, law by law."""
    return [
        Tested(
            packs=tuple(law.packs),
            claims=law.claims,
            assertions=law.assertions,
            failures=tuple(
                Failed(one.claim, one.sentence, one.file, one.line) for one in law.failures
            ),
            rows=law.rows,
            rows_not_tested=tuple(law.rows_not_tested),
            elapsed_s=law.elapsed_s,
        )
        for law in told.tested.laws
    ]


def proved(told: api.ExamineLawResponse) -> list[Proved]:
    """Red lines, law by law."""
    return [
        Proved(
            tuple(law.packs),
            tuple(
                LineProved(
                    id=one.id,
                    claim=one.claim,
                    holds=one.holds,
                    counter_example=one.counter_example,
                    file=one.file,
                    line=one.line,
                    elapsed_s=one.elapsed_s,
                )
                for one in law.proofs
            ),
        )
        for law in told.proved.laws
    ]


def differing(told: api.ExamineLawResponse) -> list[Differing]:
    """A comparison, law by law."""
    return [
        Differing(
            packs=tuple(law.packs),
            rows=tuple(law.rows),
            proved=tuple(law.proved),
            changes=tuple(FieldChange(one.sentence, one.more) for one in law.changes),
        )
        for law in told.compared.laws
    ]


def explained(message: api.ExplainRulingResponse) -> Explained:
    """One situation."""
    return Explained(
        request=message.request,
        record=message.record,
        fields=tuple(_field(one) for one in message.fields),
        duties=tuple(message.duties),
        duty_rows=tuple((one.duty, _told(one.row)) for one in message.duty_rows),
    )


def judged(message: api.ExplainRulingResponse) -> Judged:
    """One question of yes or no."""
    said = message.decision
    near = said.nearest
    return Judged(
        question=message.request,
        decision=Decision(
            allowed=said.allowed,
            row=said.row.id,
            law=said.row.law,
            reason=ReasonCode(said.reason),
            sentence=said.row.sentence,
            duties=tuple(said.duties),
            effect=Effect(said.effect),
            tell=said.told,
        ),
        role=said.needs.role,
        approved_by=said.needs.row,
        near=NearYes(near.row, tuple(near.failed), near.blocked_by) if near.row else None,
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
            looked_before=not one.unless_not_looked_at,
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
