"""What leaves of a record that may be shown, and what its requester is told of the rest.

Rules:

* The mask limits what is read from the store; a second filter at the exit drops whatever it does not name.
* What is told of withheld fields comes from the mask alone, so it says nothing about which of them the
  record has.
* What a mask means is worked out once; the same few masks come again and again.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from comity.catalogue import FIELDS
from comity.rulings import ReasonCode
from node.exchange import release
from node.exchange.model import Released, Treatment
from node.policy.law import Form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from comity.rulings import FieldRuling, Mask, RecordLabels
    from node.exchange.model import Routing
    from node.exchange.pseudonyms import Pseudonyms
    from node.matching.found import Candidate
    from node.policy.law import View
    from node.records.record import RecordId

# A field whose stage comes later than the one asked for.
NEED_CONFIRM: Final = str(ReasonCode.NEED_CONFIRM)
LATER: Final = "it leaves at a later stage of the exchange"
# A field whose deciding row grants a hit and no more: that row's sentence says what it grants.
HIT_ONLY: Final = "no more than a hit may leave"
# Masks whose told treatments are remembered; beyond it they are built again.
TREATMENTS_REMEMBERED: Final = 1_024
# Sets of fields that records of one kind have, for each mask.
COMBINATIONS_REMEMBERED: Final = 64
# Told where nothing of how well a record matched may be: possible.
WEAKEST_BAND: Final = 3


class Reading(Protocol):
    """The register's reading, masked."""

    def read(
        self, record_ids: Sequence[RecordId], paths: Iterable[str]
    ) -> Mapping[RecordId, Mapping[str, object]]:
        """Only these fields of these records."""
        ...

    def assertion(self, record_id: RecordId) -> object | None:
        """How the record is to be judged and handled."""
        ...


class Telling:
    """Makes what leaves of a record."""

    __slots__ = ("_pseudonyms", "_reading", "_told")

    def __init__(self, reading: Reading, pseudonyms: Pseudonyms) -> None:
        self._reading = reading
        self._pseudonyms = pseudonyms
        self._told: dict[tuple[int, int], tuple[Mask, _Told]] = {}

    def contact(
        self, routing: Routing, candidate: Candidate, label: RecordLabels, mask: Mask
    ) -> Released:
        """A reference and whom to contact, no data: not even how well it matched."""
        told = Treatment(
            field=label.entity_type,
            form=int(Form.HIT),
            reason=str(ReasonCode.UNAVAILABLE),
            sentence=f"No data leave; contact the owner's {mask.contact} with this reference.",
        )
        return Released(
            reference=self._pseudonyms.reference(routing.sender, candidate.record_id),
            entity_type=label.entity_type,
            band=WEAKEST_BAND,
            score=0.0,
            match_reasons=(),
            fields={},
            assertion=None,
            treatments=(told,),
            obligations=(),
        )

    def release(
        self,
        view: View,
        routing: Routing,
        candidate: Candidate,
        label: RecordLabels,
        mask: Mask,
    ) -> Released:
        """What leaves of a record: only what the mask names, in the forms it names.

        Args:
            view: the query under the law in force.
            routing: whose query it is.
            candidate: the record, and how it matched.
            label: what the law looked at.
            mask: what the law made of it.
        """
        told = self._told_of(mask, label.entity_type, view.stage)
        values: dict[str, object] = {}
        if told.readable:
            stored = self._reading.read([candidate.record_id], told.readable)
            pseudonym = partial(self._pseudonyms.name, routing.sender)
            for path, value in stored.get(candidate.record_id, {}).items():
                ruling = told.forms.get(path)
                if ruling is None:
                    continue  # the second filter: what the mask does not name stays
                formed = _formed(value, ruling, pseudonym)
                if formed is not None:
                    values[path] = formed
        return Released(
            reference=self._pseudonyms.reference(routing.sender, candidate.record_id),
            entity_type=label.entity_type,
            band=int(candidate.band),
            score=candidate.score if values else 0.0,
            match_reasons=candidate.reasons if values else (),
            fields=values,
            assertion=self._reading.assertion(candidate.record_id) if values else None,
            treatments=told.treatments(frozenset(values)),
            obligations=told.obligations,
        )

    def _told_of(self, mask: Mask, entity_type: str, stage: int) -> _Told:
        known = self._told.get((id(mask), stage))
        if known is not None and known[0] is mask:
            return known[1]
        told = _Told(mask, entity_type, stage)
        if len(self._told) >= TREATMENTS_REMEMBERED:
            self._told.clear()
        self._told[id(mask), stage] = (mask, told)
        return told


class _Told:
    """What a mask means at a stage, worked out once: what is read, what is told."""

    __slots__ = ("_known", "bare", "forms", "obligations", "readable", "released", "withheld")

    def __init__(self, mask: Mask, entity_type: str, stage: int) -> None:
        self.forms: dict[str, FieldRuling] = {}
        self.released: dict[str, Treatment] = {}
        withheld: list[Treatment] = []
        for field in FIELDS[entity_type]:
            ruling = mask[field.path]
            if ruling.form >= Form.MASKED and field.stage <= stage:
                self.forms[field.path] = ruling
                self.released[field.path] = _treatment(field.path, ruling, int(ruling.form))
            elif ruling.form >= Form.MASKED:
                withheld.append(
                    Treatment(field.path, int(Form.NOTHING), NEED_CONFIRM, sentence=LATER)
                )
            else:
                told = _treatment(field.path, ruling, int(Form.NOTHING))
                if ruling.form is Form.HIT and told.sentence:
                    told = replace(told, sentence=HIT_ONLY)
                withheld.append(told)
        self.readable = tuple(self.forms)
        self.withheld = tuple(withheld)
        # A bare hit names the record as a whole and the row that allowed it.
        allowed = next(one for one in mask.values() if one.form >= Form.HIT)
        self.bare = (_treatment(entity_type, allowed, int(Form.HIT)),)
        duties = {
            duty for ruling in mask.values() if ruling.form >= Form.HIT for duty in ruling.duties
        }
        self.obligations = tuple(sorted(duties))
        self._known: dict[frozenset[str], tuple[Treatment, ...]] = {}

    def treatments(self, leaving: frozenset[str]) -> tuple[Treatment, ...]:
        """What is told when these fields leave; the same tuple each time, so that it is encoded once."""
        known = self._known.get(leaving)
        if known is None:
            told = tuple(self.released[path] for path in self.forms if path in leaving)
            known = told + self.withheld if told else self.bare
            if len(self._known) >= COMBINATIONS_REMEMBERED:
                self._known.clear()
            self._known[leaving] = known
        return known


def _treatment(path: str, ruling: FieldRuling, form: int) -> Treatment:
    needs = ruling.needs
    return Treatment(
        field=path,
        form=form,
        reason=str(ruling.reason),
        row=ruling.row if ruling.tell else "",
        law=ruling.law if ruling.tell else "",
        sentence=ruling.sentence if ruling.tell else "",
        approval_role=needs.role if needs and ruling.tell else "",
        approval_form=int(needs.form) if needs and ruling.tell else 0,
        approval_row=needs.row if needs and ruling.tell else "",
    )


def _formed(value: object, ruling: FieldRuling, pseudonym: Callable[[str], str]) -> object | None:
    if ruling.form is Form.FULL:
        return value
    if ruling.form is Form.GENERALISED:
        return release.generalise(value, ruling.how, pseudonym)
    if ruling.form is Form.MASKED:
        return release.mask(value)
    return None
