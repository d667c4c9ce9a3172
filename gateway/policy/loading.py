"""Taking the policy that the settings name into force, and keeping it in step with the directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.rulings import GATEWAY_VERBS
from comity.rulings.shipped import GATEWAY_DEFAULT, FollowedPolicies, members_of, policies_in_force

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.identity.directory import Directory
    from comity.rulings import Policies
    from gateway.settings import Settings


def load_policies(settings: Settings, directory: Directory) -> FollowedPolicies:
    """The federation's rules; raises ``StartError`` with file, line and sentence."""

    def build(members: Mapping[str, str]) -> Policies:
        return policies_in_force(
            settings.policies, default=GATEWAY_DEFAULT, members=members, verbs=GATEWAY_VERBS
        )

    return FollowedPolicies(build, members_of(directory))
