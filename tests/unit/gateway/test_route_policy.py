"""The federation's own policy, as shipped, at the gateway; and when what it said no longer holds."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from comity.clock import ManualClock
from gateway.policy.loading import load_policies
from gateway.policy.route import FederationPolicy
from gateway.relay.model import Routing
from gateway.settings import Settings
from tests.simulators.relay_desk import Desk

if TYPE_CHECKING:
    from comity.identity.directory import Directory

NAMES = ("FR-PJ", "DE-LP", "GB-CA")


@pytest.fixture(scope="module")
def directory() -> Directory:
    return Desk.directory_of(NAMES, ManualClock().now_ms())


def routing(**changes: object) -> Routing:
    values = Routing(
        sender="FR-PJ",
        recipients=("DE-LP", "GB-CA"),
        instrument="EU-2023-977",
        purpose="INVESTIGATE",
        entity_type="vehicle",
        stage=2,
        urgency="NORMAL",
        answer_bucket_bytes=16_384,
    )
    return replace(values, **changes)  # type: ignore[arg-type]


def test_what_was_said_before_no_longer_holds_once_policy_or_directory_is_another(
    directory: Directory,
) -> None:
    followed = load_policies(Settings(), directory)
    held = SimpleNamespace(current=directory)
    policy = FederationPolicy(policies=followed.policies, directories=held, clock=ManualClock())
    first = policy.epoch
    assert policy.epoch == first
    held.current = replace(directory)
    second = policy.epoch
    assert second > first
    followed.policies.swap(load_policies(Settings(), directory).policies.current)
    assert policy.epoch > second == policy.epoch - 1


def test_a_member_that_is_none_may_ask_nobody(directory: Directory) -> None:
    followed = load_policies(Settings(), directory)
    held = SimpleNamespace(current=directory)
    policy = FederationPolicy(policies=followed.policies, directories=held, clock=ManualClock())
    asked = routing(sender="XX-NOBODY")
    assert policy.refused(asked) == set(asked.recipients)
    assert policy.refused(routing(purpose="NO-SUCH-PURPOSE")) == set(asked.recipients)
