"""The values say what the contract says; nothing that is not known counts as searched."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest

from comity.api.query.v1 import (
    answer_pb2,
    justification_pb2,
    query_service_pb2,
    reason_pb2,
    selector_pb2,
)
from comity.api.record.v1 import options_pb2, values_pb2
from comity.client import model, selectors, wire, words
from comity.client.errors import ERRORS, ComityCallError
from comity.errors import Reason

if TYPE_CHECKING:
    from enum import StrEnum


@pytest.mark.parametrize(
    ("kind", "contract", "prefix", "apart"),
    [
        (words.Purpose, justification_pb2.Purpose, "PURPOSE_", set()),
        (words.SubjectCategory, justification_pb2.SubjectCategory, "SUBJECT_CATEGORY_", set()),
        (words.Aim, justification_pb2.Aim, "AIM_", set()),
        (words.TargetCheck, justification_pb2.TargetCheck, "TARGET_CHECK_", set()),
        (words.Urgency, query_service_pb2.Urgency, "URGENCY_", set()),
        (words.ObservableType, selector_pb2.ObservableType, "OBSERVABLE_TYPE_", set()),
        (words.ReferenceType, selector_pb2.ReferenceType, "REFERENCE_TYPE_", set()),
        (words.Outcome, answer_pb2.Outcome, "OUTCOME_", {"UNKNOWN"}),
        (words.Form, answer_pb2.Form, "FORM_", set()),
        (words.Band, answer_pb2.Band, "BAND_", {"UNTOLD"}),
        # A question never asks for what never leaves.
        (words.Stage, options_pb2.Stage, "STAGE_", {"NEVER"}),
    ],
)
def test_words_are_the_contracts(
    kind: type[StrEnum], contract: Any, prefix: str, apart: set[str]
) -> None:
    told = {name.removeprefix(prefix) for name, number in contract.items() if number}
    assert {word.value for word in kind} ^ told == apart


@pytest.mark.parametrize(
    ("kind", "contract"),
    [
        *(
            (kind, selector_pb2.Selector.DESCRIPTOR.fields_by_name[by].message_type)
            for by, kind in selectors.SELECTORS.items()
        ),
        (model.Justification, justification_pb2.Justification),
        (model.Assurances, justification_pb2.Assurances),
        (model.Question, query_service_pb2.Question),
        (model.SourceAnswer, answer_pb2.SourceAnswer),
        (model.Hit, answer_pb2.Hit),
        (model.Edge, answer_pb2.Edge),
        (model.Treatment, answer_pb2.FieldTreatment),
        (model.Approval, answer_pb2.Approval),
        (model.PastQuery, query_service_pb2.QueryRecord),
        (model.Reply, query_service_pb2.LookupResponse),
    ],
)
def test_no_field_of_the_contract_is_left_out(kind: Any, contract: Any) -> None:
    contract = getattr(contract, "DESCRIPTOR", contract)
    assert {part.name for part in fields(kind)} == set(contract.fields_by_name)


def test_every_kind_of_selector_of_the_contract_has_its_class() -> None:
    assert set(selectors.SELECTORS) == set(selector_pb2.Selector.DESCRIPTOR.fields_by_name)
    parts = {part.name for part in fields(model.Assertion)}
    assert parts == set(values_pb2.Assertion.DESCRIPTOR.fields_by_name)


def test_every_selector_goes_out_and_comes_back() -> None:
    why = model.Justification(
        purpose=words.Purpose.INVESTIGATE,
        case_reference="A-1",
        offence="none",
        subject_category=words.SubjectCategory.OBJECT,
        aim=words.Aim.MORE_DATA,
        legal_basis="EU-2023-977",
        necessity="so",
        on_behalf_of_country="FR",
        assurances=model.Assurances(
            confirmed_references=("DE-0123456789ABCDEF",),
            facts="f",
            threat="t",
            sentence="s",
            exculpatory=True,
            preservation=True,
            target_check=words.TargetCheck.ORDINARY,
        ),
    )
    for selector in (
        selectors.Person("x", family_name="f", given_name="g", birth_date="1974", sex="F"),
        selectors.Document("AB1", issuing_country="FR", document_type="P", mrz="I<"),
        selectors.Vehicle(vin="V", plate="P", plate_country="NZ"),
        selectors.Organisation("o", number="1", country="GB"),
        selectors.StolenObject(serial_number="1", title="t", maker="m"),
        selectors.Observable(words.ObservableType.IP, "0xabc", port=7, time="t", platform="p"),
        selectors.Vessel("n", imo_number="1", mmsi="2", call_sign="c", hull_number="h"),
        selectors.Aircraft("r", icao_address="a", serial_number="s"),
        selectors.Container("c"),
        selectors.Firearm("s", make="m"),
        selectors.Account("n", country="DE"),
        selectors.Seizure("r", substance="s", place="p", legs=(selectors.Leg("TR", "BG"),)),
        selectors.Shipment("r", container_number="c", first_date="2026", last_date="2026"),
        selectors.Shipment(goods="bananas", place="Antwerp"),
        selectors.Biometric("r", name="n", template=b"FMR"),
        selectors.Reference(words.ReferenceType.NOTICE, "1"),
    ):
        asked = model.Question((selector,), why, ("DE-LP",), words.Stage.FULL, wait_ms=7)
        record = query_service_pb2.QueryRecord(question=wire.question(asked))
        assert wire.past_query(record).question == asked


def test_an_outcome_of_a_newer_node_never_counts_as_searched() -> None:
    message = answer_pb2.SourceAnswer(source="DE-LP")
    message.ParseFromString(message.SerializeToString() + b"\x10\x63")  # outcome 99
    (answer,) = wire.answers([message])
    assert answer.outcome is words.Outcome.UNKNOWN
    assert not answer.outcome.searched
    (unset,) = wire.answers([answer_pb2.SourceAnswer(source="DE-LP")])
    assert not unset.outcome.searched


def _reply(
    *answers: model.SourceAnswer, asked: tuple[str, ...], absent: tuple[str, ...] = ()
) -> Any:
    summary = model.Summary("", asked, absent, 0, 0, 0, 0, 0.0, None)
    return model.Reply("", answers, summary)


def test_in_doubt_a_source_was_not_searched() -> None:
    said_no = model.SourceAnswer("DE-LP", words.Outcome.NO_HIT)
    refused = model.SourceAnswer("GB-CA", words.Outcome.REFUSED)
    assert _reply(said_no, asked=("DE-LP",)).not_searched == ()
    # Asked and missing among the answers.
    assert _reply(said_no, asked=("DE-LP", "ZZ-IM")).not_searched == ("ZZ-IM",)
    # Its outcome is not one of looking, whatever the summary forgot.
    assert _reply(said_no, refused, asked=("DE-LP", "GB-CA")).not_searched == ("GB-CA",)
    # The summary says so, whatever the answer claims.
    assert _reply(said_no, asked=("DE-LP",), absent=("DE-LP",)).not_searched == ("DE-LP",)


def test_every_reason_has_an_error_and_the_contract_has_every_reason() -> None:
    assert set(ERRORS) == set(Reason)
    told = {name.removeprefix("ERROR_REASON_") for name, _ in reason_pb2.ErrorReason.items()}
    assert told - {"UNSPECIFIED"} == {reason.value for reason in Reason}


def test_a_reason_of_a_newer_node_is_a_fault_not_a_crash() -> None:
    refused = query_service_pb2.Refused()
    refused.ParseFromString(b"\x10\x63")  # reason 99
    assert wire.refused(refused).reason is Reason.INTERNAL


def test_an_errors_text_names_field_and_reference() -> None:
    error = ComityCallError("No.", field="a.b", reference="f00")
    assert str(error) == "No. (field a.b) (reference f00)"
    assert not error.retryable
