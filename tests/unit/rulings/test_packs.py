"""The shipped packs do what the tests beside them say, and no row of them is dead weight."""

from __future__ import annotations

from functools import cache

import pytest

from comity.policytools import testing
from comity.policytools.tree import open_tree
from comity.rulings import Form
from tests.simulators.law import NODE_PACKS, POLICIES, labels, request, shipped

FILES = sorted(POLICIES.glob("*/*_test.toml"))


@cache
def _by_law() -> dict[str, testing.LawTested]:
    return {" + ".join(one.packs): one for one in testing.run_tests(open_tree(POLICIES))}


@pytest.mark.parametrize("law", [" + ".join(one) for one in open_tree(POLICIES).laws()])
def test_every_claim_beside_the_rows_holds(law: str) -> None:
    assert _by_law()[law].claims
    assert not [f"{one.claim}: {one.sentence}" for one in _by_law()[law].failures]


def test_every_pack_has_tests_and_a_page() -> None:
    packs = {"core", "federation", *NODE_PACKS}
    assert {file.parent.name for file in FILES} == packs
    assert all((POLICIES / pack / "README.md").is_file() for pack in packs)


@pytest.mark.parametrize("pack", NODE_PACKS)
def test_what_may_be_searched_on_may_leave_at_least_as_a_hit(pack: str) -> None:
    bundle = shipped(pack)
    for subject in ("suspect", "victim", "missing", "witness", "contact"):
        for marking in ("minor", "third-party", "refugee"):
            record = labels(subject, marking)
            mask = bundle.mask(request(), record)
            assert all(mask[path].form >= Form.HIT for path in bundle.match(request(), record))
