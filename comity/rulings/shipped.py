"""Where the shipped packs are, and taking folders of policy into force for a running server."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

from comity.errors import ExitCode, StartError
from comity.rulings.errors import PolicyError
from comity.rulings.loader import load_bundle
from comity.rulings.policies import Policies, Shadow
from comity.rulings.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from comity.identity.directory import Directory, Instrument
    from comity.rulings.bundle import Bundle, Observe
    from comity.rulings.columns import Verb

log = logging.getLogger(__name__)

VOCABULARY: Final = "vocabulary.toml"
# Pause between two checks of sampled rulings.
SHADOW_EVERY_S: Final = 2.0
# What is in force where an operator names no folder: the models and the absolute bars release nothing.
NODE_DEFAULT: Final = ("model", "core")
GATEWAY_DEFAULT: Final = ("model", "core", "federation")


def shipped_policies() -> Path:
    """The packs that came with the installation; in a checkout, its ``policies`` folder."""
    packaged = Path(str(resources.files("comity") / "_policies"))
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[2] / "policies"


@dataclass(frozen=True, slots=True)
class Federated:
    """What policies take from the signed directory.

    Attributes:
        members: member to its country.
        groups: the directory's groups, to the countries of their members.
        instruments: legal instruments with parties, dates and reservations.
    """

    members: Mapping[str, str]
    groups: Mapping[str, frozenset[str]]
    instruments: tuple[Instrument, ...]


def federated(directory: Directory) -> Federated:
    """A directory, as policies know it."""
    groups: dict[str, set[str]] = {}
    for member in directory.members.values():
        for group in (*member.groups, *member.jurisdictions):
            groups.setdefault(group, set()).add(member.country)
    return Federated(
        members={member.agency: member.country for member in directory.members.values()},
        groups={group: frozenset(countries) for group, countries in groups.items()},
        instruments=tuple(directory.instruments[name] for name in sorted(directory.instruments)),
    )


def policies_in_force(
    folders: Sequence[str],
    *,
    default: Sequence[str],
    directory: Federated,
    verbs: Collection[Verb],
    observe: Observe | None = None,
    possible_duties: Collection[str] | None = None,
) -> Bundle:
    """Loads the folders an operator named, or the default ones.

    Args:
        folders: in the settings' order; the vocabulary stands beside the first.
        default: names of shipped folders, used where none is named.
        directory: members, groups and instruments, signed.
        verbs: what will be asked.
        observe: shown every new ruling.
        possible_duties: duties that can be met here.

    Raises:
        StartError: with file, line and sentence.
    """
    chosen = [Path(one) for one in folders] or [shipped_policies() / one for one in default]
    try:
        words = load_vocabulary(chosen[0].parent / VOCABULARY).with_members(directory.members)
        words = words.with_instruments(directory.instruments, directory.groups)
        return load_bundle(
            chosen,
            vocabulary=words,
            verbs=verbs,
            observe=observe,
            possible_duties=possible_duties,
        )
    except PolicyError as error:
        raise StartError(
            f"The policy cannot be taken into force: {error}", exit_code=ExitCode.CONFIG
        ) from error


class FollowedPolicies:
    """Policies that follow the directory: a new member is a new word, and groups know it at once.

    The bundle is built in a thread and swapped whole; a bundle that cannot be built leaves the old one
    in force and is told to the operator. A sample of all rulings is decided again by Casbin as it comes.

    Args:
        build: makes the bundle for a directory; its rulings are shown to what it is given.
        directory: the directory to begin with.
    """

    def __init__(self, build: Callable[[Federated, Observe], Bundle], directory: Federated) -> None:
        self._build = build
        self._directory = directory
        self._put = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="policies")
        self.shadow = Shadow(alarm=lambda sentence: log.critical("%s", sentence))
        self.policies = Policies(build(directory, self.shadow.offer))

    @property
    def directory(self) -> Federated:
        """The directory as the law in force knows it."""
        return self._directory

    def put(self, bundle: Bundle, directory: Federated) -> None:
        """Puts another law in force; what is being built of the one before is not taken any more.

        Args:
            bundle: the law.
            directory: what it was built for; where another has come meanwhile, it is built anew for that.
        """
        self._put += 1
        self.policies.swap(bundle)
        if directory != self._directory:
            self._rebuild(lambda: None)

    def follow(self, directory: Federated, swapped: Callable[[], None]) -> None:
        """Builds anew if the directory says something else; calls ``swapped`` once it is in force."""
        if directory == self._directory:
            return
        self._directory = directory
        self._rebuild(swapped)

    def _rebuild(self, swapped: Callable[[], None]) -> None:
        began, directory = self._put, self._directory
        loop = asyncio.get_running_loop()
        building = loop.run_in_executor(self._thread, self._build, directory, self.shadow.offer)

        def done(found: asyncio.Future[Bundle]) -> None:
            error = found.exception()
            if error is not None:
                log.error("policies not rebuilt for the new directory: %s", type(error).__name__)
                return
            if began != self._put:  # another law came into force meanwhile: build that one
                self._rebuild(swapped)
                return
            self.policies.swap(found.result())
            swapped()

        building.add_done_callback(done)

    async def watch(self) -> None:
        """Checks samples of rulings until it is cancelled; one at a time, because each takes its time."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                await asyncio.sleep(SHADOW_EVERY_S)
                await loop.run_in_executor(self._thread, self.shadow.check_next, self.policies)
        finally:
            self._thread.shutdown(wait=False, cancel_futures=True)
