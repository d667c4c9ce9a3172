"""Taking the policy that the settings name into force, and keeping it in step with the directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.rulings import NODE_VERBS
from comity.rulings.shipped import (
    NODE_DEFAULT,
    Federated,
    FollowedPolicies,
    federated,
    policies_in_force,
)
from node.policy.duties import POSSIBLE_DUTIES

if TYPE_CHECKING:
    from comity.identity.directory import Directory
    from comity.rulings import Bundle
    from comity.rulings.bundle import Observe
    from node.settings import Settings


def load_policies(settings: Settings, directory: Directory) -> FollowedPolicies:
    """The node's law; raises ``StartError`` with file, line and sentence."""

    def build(known: Federated, observe: Observe) -> Bundle:
        return policies_in_force(
            settings.policies,
            default=NODE_DEFAULT,
            directory=known,
            verbs=NODE_VERBS,
            observe=observe,
            possible_duties=POSSIBLE_DUTIES,
        )

    return FollowedPolicies(build, federated(directory))
