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
    from collections.abc import Callable, Sequence

    from comity.identity.directory import Directory
    from comity.rulings import Bundle
    from comity.rulings.bundle import Observe
    from node.settings import Settings


def load_folders(
    folders: Sequence[str], directory: Federated, observe: Observe | None = None
) -> Bundle:
    """Folders of law as this node loads them; raises ``StartError`` with file, line and sentence."""
    return policies_in_force(
        folders,
        default=NODE_DEFAULT,
        directory=directory,
        verbs=NODE_VERBS,
        observe=observe,
        possible_duties=POSSIBLE_DUTIES,
    )


def load_policies(
    settings: Settings,
    directory: Directory,
    published: Callable[[], Sequence[str]] = tuple,
) -> FollowedPolicies:
    """The node's law; raises ``StartError`` with file, line and sentence.

    Args:
        settings: name the folders while nothing was published here.
        directory: names members, groups and instruments.
        published: gives the folders of the revision in force; none before the first.
    """

    def build(known: Federated, observe: Observe) -> Bundle:
        return load_folders(published() or settings.policies, known, observe)

    return FollowedPolicies(build, federated(directory))
