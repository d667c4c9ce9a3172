"""Taking the policy that the settings name into force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.rulings import NODE_VERBS
from comity.rulings.shipped import NODE_DEFAULT, policies_in_force

if TYPE_CHECKING:
    from comity.identity.directory import Directory
    from comity.rulings import Policies
    from node.settings import Settings


def load_policies(settings: Settings, directory: Directory) -> Policies:
    """The node's law; raises ``StartError`` with file, line and sentence."""
    return policies_in_force(
        settings.policies,
        default=NODE_DEFAULT,
        members={member.agency: member.country for member in directory.members.values()},
        verbs=NODE_VERBS,
    )
