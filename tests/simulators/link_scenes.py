"""Scenes of links: a federation in which one agency holds a car, asked for over whatever links there are."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Any

from comity.client import Outcome, Vehicle
from node.records.record import Labels, Record
from tests.simulators.car_question import VIN
from tests.simulators.exchange_scenes import why
from tests.simulators.federation import Federation

if TYPE_CHECKING:
    from pathlib import Path

CAR = Record("car", "test", "vehicle", {"vehicle.vin": VIN}, Labels("object"))
NUMBERS = itertools.count()
ASKER, OWNER, OTHER = "FR-PJ", "DE-LP", "GB-CA"


def run(scene: Any, folder: Path, *agencies: str, **options: Any) -> None:
    async def play() -> None:
        async with (
            asyncio.timeout(60),
            Federation.of(folder, agencies or (ASKER, OWNER), **options) as fed,
        ):
            fed.hold(OWNER, CAR)
            await scene(fed)

    asyncio.run(play())


async def asked(fed: Federation, agency: str = ASKER, **more: Any) -> dict[str, Outcome]:
    name = f"officer-{next(NUMBERS)}"
    async with fed.caller(agency, name) as caller:
        reply = await caller.lookup(Vehicle(vin=VIN), why(), wait_s=8, **more)
    return {one.source: one.outcome for one in reply.answers}


def attached(fed: Federation, agency: str, name: str = "gw1") -> int:
    return sum(1 for link in fed.gateways[name].app.relay.links if link.agency == agency)
