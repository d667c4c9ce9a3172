"""Where the shipped packs are, and taking folders of policy into force for a running server."""

from __future__ import annotations

import asyncio
import logging
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

from comity.errors import ExitCode, StartError
from comity.rulings.errors import PolicyError
from comity.rulings.loader import load_bundle
from comity.rulings.policies import Policies
from comity.rulings.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from comity.identity.directory import Directory
    from comity.rulings.columns import Verb

log = logging.getLogger(__name__)

VOCABULARY: Final = "vocabulary.toml"
# What is in force where an operator names no folder: the models and the absolute bars release nothing.
NODE_DEFAULT: Final = ("model", "core")
GATEWAY_DEFAULT: Final = ("model", "core", "federation")


def shipped_policies() -> Path:
    """The packs that came with the installation; in a checkout, its ``policies`` folder."""
    packaged = Path(str(resources.files("comity") / "_policies"))
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[2] / "policies"


def policies_in_force(
    folders: Sequence[str],
    *,
    default: Sequence[str],
    members: Mapping[str, str],
    verbs: Collection[Verb],
) -> Policies:
    """Loads the folders an operator named, or the default ones.

    Args:
        folders: in the settings' order; the vocabulary stands beside the first.
        default: names of shipped folders, used where none is named.
        members: member to country, from the signed directory.
        verbs: what will be asked.

    Raises:
        StartError: with file, line and sentence.
    """
    chosen = [Path(one) for one in folders] or [shipped_policies() / one for one in default]
    try:
        vocabulary = load_vocabulary(chosen[0].parent / VOCABULARY).with_members(members)
        return Policies(load_bundle(chosen, vocabulary=vocabulary, verbs=verbs))
    except PolicyError as error:
        raise StartError(
            f"The policy cannot be taken into force: {error}", exit_code=ExitCode.CONFIG
        ) from error


class FollowedPolicies:
    """Policies that follow the directory: a new member is a new word, and groups know it at once.

    The bundle is built in a thread and swapped whole; a bundle that cannot be built leaves the old one
    in force and is told to the operator.
    """

    def __init__(
        self, build: Callable[[Mapping[str, str]], Policies], members: Mapping[str, str]
    ) -> None:
        self._build = build
        self._members = dict(members)
        self.policies = build(members)

    def follow(self, members: Mapping[str, str], swapped: Callable[[], None]) -> None:
        """Builds anew if members changed; calls ``swapped`` in the event loop once it is in force."""
        if dict(members) == self._members:
            return
        self._members = dict(members)
        loop = asyncio.get_running_loop()
        building = loop.run_in_executor(None, self._build, self._members)

        def done(found: asyncio.Future[Policies]) -> None:
            error = found.exception()
            if error is not None:
                log.error("policies not rebuilt for the new directory: %s", type(error).__name__)
                return
            self.policies.swap(found.result().current)
            swapped()

        building.add_done_callback(done)


def members_of(directory: Directory) -> dict[str, str]:
    """Member to country, as policies know them."""
    return {member.agency: member.country for member in directory.members.values()}
