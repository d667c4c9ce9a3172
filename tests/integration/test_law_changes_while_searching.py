"""Between search and release the law changes, or what the directory says of a treaty: the later one rules."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from comity.client import Outcome, Person
from comity.identity.directory import Instrument
from node.policy.loading import load_folders
from node.records.record import Labels, Record
from node.records.values import PersonName
from tests.integration.test_exchange import run, why
from tests.simulators.law import POLICIES
from tests.simulators.policy_trees import row_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from comity.client import SourceAnswer
    from tests.simulators.federation import Federation

OWNER = "DE-LP"
NAME, NAMES = "Jadwiga Jablonewska", "person.names"


def hold(fed: Federation) -> None:
    fields = {NAMES: (PersonName(kind="LEGAL", full=NAME),)}
    fed.hold(OWNER, Record("one", "test", "person", fields, Labels("suspect")))


class Meanwhile:
    """The owner's search, after which something happens, once, before anything is ruled on for release."""

    def __init__(self, fed: Federation, happens: Callable[[], Awaitable[None]]) -> None:
        deciding = fed.nodes[OWNER].app.answering._deciding
        self._searching = deciding._searching
        self._happens: Callable[[], Awaitable[None]] | None = happens
        self.found = 0
        deciding._searching = deciding._showing._searching = self

    def can_search(self, selector: Any) -> bool:
        return bool(self._searching.can_search(selector))

    async def search(self, *asked: Any) -> Any:
        found = await self._searching.search(*asked)
        self.found += len(found.candidates)
        happens, self._happens = self._happens, None
        if happens is not None:
            await happens()
        return found


async def ask(fed: Federation, agency: str, officer: str, instrument: str) -> SourceAnswer:
    async with fed.caller(agency, officer) as node:
        reply = await node.lookup(
            Person(NAME), why(legal_basis=instrument), targets=[OWNER], wait_s=20
        )
    (answer,) = reply.answers
    return answer


def version(fed: Federation) -> str:
    return str(fed.nodes[OWNER].app.law.policies.policies.current.version)


def test_golden_case_35_a_law_put_in_force_after_the_search_rules_on_what_it_found(
    tmp_path: Path,
) -> None:
    edited = tmp_path / "edited"
    shutil.copytree(POLICIES, edited)
    file = edited / "eu-member" / "release.csv"
    row = row_of(
        POLICIES / "eu-member" / "release.csv",
        tier="jurisdiction",
        id="EU-NAMES",
        field=NAMES,
        form=">hit",
        effect="deny",
        reason="NO_LEGAL_BASIS",
        law="LED 8",
        sentence="What somebody is called is not told.",
    )
    file.write_text(file.read_text("utf-8") + row, "utf-8")

    async def scene(fed: Federation) -> None:
        hold(fed)
        before = await ask(fed, "FR-PJ", "one", "EU-2023-977")
        assert NAMES in before.hits[0].record.fields
        old, policies = version(fed), fed.nodes[OWNER].app.law.policies

        async def published() -> None:
            folders = [str(edited / one) for one in ("model", "core", "eu-member")]
            directory = policies.directory
            policies.put(await asyncio.to_thread(load_folders, folders, directory), directory)

        meanwhile = Meanwhile(fed, published)
        after = await ask(fed, "FR-PJ", "two", "EU-2023-977")
        assert meanwhile.found, "the search was made, and found it, under the old law"
        assert version(fed) != old
        (hit,) = after.hits
        assert hit.record is None or NAMES not in hit.record.fields
        assert NAME.split()[1] not in str(after)

    run(scene, tmp_path / "fed", "FR-PJ", OWNER)


def test_golden_case_17_what_ends_in_the_directory_after_the_search_is_no_basis_of_the_release(
    tmp_path: Path,
) -> None:
    async def scene(fed: Federation) -> None:
        hold(fed)
        before = await ask(fed, "GB-CA", "one", "TCA-2020")
        assert before.outcome is Outcome.HIT
        assert NAMES in before.hits[0].record.fields
        policies = fed.nodes[OWNER].app.law.policies

        async def ended() -> None:
            parties, first, last = frozenset({"GB", "DE"}), date(2021, 5, 1), date(2021, 12, 31)
            treaty = Instrument("TCA-2020", "Trade and Cooperation Agreement", parties, first, last)
            instruments = (*policies.directory.instruments, treaty)
            followed = asyncio.Event()
            policies.follow(replace(policies.directory, instruments=instruments), followed.set)
            async with asyncio.timeout(30):
                await followed.wait()

        meanwhile = Meanwhile(fed, ended)
        after = await ask(fed, "GB-CA", "two", "TCA-2020")
        assert meanwhile.found, "the search was made, and found it, while the treaty was in force"
        assert (after.outcome, after.hits) == (Outcome.NO_HIT, ())

    run(scene, tmp_path / "fed", "GB-CA", OWNER)
