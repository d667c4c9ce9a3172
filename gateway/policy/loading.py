"""Taking the policy that the settings name into force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.rulings import GATEWAY_VERBS
from comity.rulings.shipped import GATEWAY_DEFAULT, policies_in_force

if TYPE_CHECKING:
    from comity.identity.directory import Directory
    from comity.rulings import Policies
    from gateway.settings import Settings


def load_policies(settings: Settings, directory: Directory) -> Policies:
    """The federation's rules; raises ``StartError`` with file, line and sentence."""
    return policies_in_force(
        settings.policies,
        default=GATEWAY_DEFAULT,
        members={member.agency: member.country for member in directory.members.values()},
        verbs=GATEWAY_VERBS,
    )
