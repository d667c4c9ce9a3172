"""Taking the policy that the settings name into force, and keeping it in step with the directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.rulings import GATEWAY_VERBS
from comity.rulings.shipped import (
    GATEWAY_DEFAULT,
    Federated,
    FollowedPolicies,
    federated,
    policies_in_force,
)

if TYPE_CHECKING:
    from comity.identity.directory import Directory
    from comity.rulings import Bundle
    from comity.rulings.bundle import Observe
    from gateway.settings import Settings


def load_policies(settings: Settings, directory: Directory) -> FollowedPolicies:
    """The federation's rules; raises ``StartError`` with file, line and sentence."""

    def build(known: Federated, observe: Observe) -> Bundle:
        return policies_in_force(
            settings.policies,
            default=GATEWAY_DEFAULT,
            directory=known,
            verbs=GATEWAY_VERBS,
            observe=observe,
        )

    return FollowedPolicies(build, federated(directory))
