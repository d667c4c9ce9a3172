"""What is stated of an officer has one form on the wire, and tells no officer from another by its days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from comity.errors import Reason, Refusal
from comity.wire.v1 import query_pb2
from node.link.codec import WireCodec
from node.qualifications import (
    CERTIFIED,
    CLEARANCE,
    NOT_QUALIFIED,
    SWORN,
    Entry,
    Qualifications,
    qualifications,
)
from tests.simulators.car_question import QUESTION

if TYPE_CHECKING:
    from node.exchange.model import SealedQuestion

TODAY = date(2026, 11, 24)
TOLD = Qualifications(
    sworn=True, clearance=3, certificates=frozenset({"face", "discreet"}), until=TODAY
)


def body(told: Qualifications) -> SealedQuestion:
    return replace(QUESTION, reply_public_key=bytes(31) + b"\x09", qualifications=told)


def wire(told: Qualifications) -> query_pb2.QueryBody:
    return query_pb2.QueryBody.FromString(WireCodec().encode_question(body(told)))


@pytest.mark.parametrize("told", [TOLD, NOT_QUALIFIED, Qualifications(sworn=True, until=TODAY)])
def test_what_is_stated_arrives_as_it_was_stated(told: Qualifications) -> None:
    codec = WireCodec()
    assert codec.decode_question(codec.encode_question(body(told))).qualifications == told


def test_a_question_that_states_nothing_looks_as_it_always_did() -> None:
    assert not wire(NOT_QUALIFIED).HasField("qualifications")


@pytest.mark.parametrize(
    "changed",
    [
        {"certificates": ["face", "discreet"]},
        {"certificates": ["discreet", "discreet"]},
        {"certificates": ["Discreet"]},
        {"certificates": [chr(97 + number) for number in range(17)]},
        {"clearance": 5},
        {"until": "2026-02-30"},
        {"until": ""},
        {"sworn": False, "clearance": 0, "certificates": []},
    ],
)
def test_what_is_stated_in_another_form_is_refused(changed: dict[str, Any]) -> None:
    message = wire(TOLD)
    for name, value in changed.items():
        if name == "certificates":
            del message.qualifications.certificates[:]
            message.qualifications.certificates.extend(value)
        else:
            setattr(message.qualifications, name, value)
    with pytest.raises(Refusal) as refused:
        WireCodec().decode_question(message.SerializeToString(deterministic=True))
    assert refused.value.reason is Reason.ENVELOPE_REFUSED


def test_two_officers_whose_entries_end_on_other_days_state_the_same() -> None:
    def stated(days: int) -> Qualifications:
        return qualifications([Entry(SWORN, "", 0, TODAY + timedelta(days=days))], today=TODAY)

    assert stated(30) == stated(900) == Qualifications(sworn=True, until=TODAY + timedelta(days=1))
    assert stated(0).until == TODAY
    assert stated(-1) is NOT_QUALIFIED


def test_an_entry_that_ended_takes_nothing_else_with_it() -> None:
    entries = [
        Entry(CERTIFIED, "face", 0, TODAY),
        Entry(CLEARANCE, "", 4, TODAY - timedelta(days=1)),
    ]
    found = qualifications(entries, today=TODAY)
    assert (found.certificates, found.clearance, found.sworn) == (frozenset({"face"}), 0, False)
    assert found.stated == ["certified-face"]
