"""Law follows the directory, also where both change at once."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from comity.rulings.shipped import Federated, FollowedPolicies

OLD, NEW = (Federated({name: "FR"}, {}, ()) for name in ("FR-PJ", "FR-GN"))


def test_a_law_loaded_for_a_directory_that_has_changed_since_is_built_anew_for_the_new_one() -> (
    None
):
    """The new directory's own building may end first: nothing else would bring the old groups up to date."""

    def build(directory: Federated, _: Any) -> Any:
        return SimpleNamespace(law=said[0], directory=directory)

    said = ["first"]
    followed = FollowedPolicies(build, OLD)

    async def in_force(law: str) -> None:
        async with asyncio.timeout(10):
            while (now := current()) != (law, NEW):  # a thread builds it
                assert now[0] in {"first", law}
                await asyncio.sleep(0.001)

    def current() -> tuple[str, Federated]:
        now: Any = followed.policies.current
        return now.law, now.directory

    async def scene() -> None:
        loaded: Any = SimpleNamespace(
            law="second", directory=OLD
        )  # begun before the directory changed
        followed.follow(NEW, lambda: None)
        await in_force("first")
        said[0] = "second"
        followed.put(loaded, OLD)
        assert current() == ("second", OLD)
        await in_force("second")
        held = followed.policies.current
        followed.put(loaded, NEW)  # what was loaded for the directory in force stays as it is
        assert followed.policies.current is loaded is not held

    asyncio.run(scene())
