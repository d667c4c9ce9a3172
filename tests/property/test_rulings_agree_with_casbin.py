"""Fast rulings equal those of Casbin as it comes, over fuzzed policies and the shipped packs.

Casbin as it comes takes its time: what is compared here takes a minute and a half of processor time.
``make test-long`` compares ten times as much. One economy: the matcher's text, always the same, is parsed
once instead of at every question; ``test_shipped_packs`` does without it.
"""

from __future__ import annotations

import ast
import os
from functools import lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from casbin.util import expression

from comity.rulings import APPROVALS, GATEWAY_VERBS, Bundle, Form, Verb
from comity.rulings.stock import stock
from tests.simulators.fuzzed_law import RELATIONS, Fuzz
from tests.simulators.law import NODE_PACKS, shipped

if TYPE_CHECKING:
    from pathlib import Path

# ``make test-long`` sets ten.
TIMES = int(os.environ.get("COMITY_FUZZ_TIMES", "1"))
# With the highest approval there is no what-if, which costs Casbin as it comes five times as much.
MOSTLY_APPROVED = ("judge",) * 120 + APPROVALS
SMALL_SEEDS = 10
SMALL_POLICIES = 10
USES = ("onward", "evidence_use", "retain")
# Some of these take half a minute of processor time, on a machine that may be busy with other things.
pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expression, "ast", SimpleNamespace(parse=lru_cache(64)(ast.parse)))


def differences(
    bundle: Bundle, fuzz: Fuzz, rulings: int, approvals: tuple[str, ...] = MOSTLY_APPROVED
) -> tuple[int, int, int]:
    """Rulings compared, those of them that release something, and those that differ."""
    slow = stock(bundle)
    compared = released = differing = 0
    while compared < rulings:
        request, record = fuzz.request(approvals), fuzz.labels()
        mask, wanted = bundle.mask(request, record), slow.mask(request, record)
        compared += len(wanted)
        released += sum(ruling.form >= Form.HIT for ruling in wanted.values())
        differing += sum(mask[path] != wanted[path] for path in wanted)
        differing += mask.alerts != wanted.alerts or mask.contact != wanted.contact
    return compared, released, differing


@pytest.mark.usefixtures("parsed_once")
@pytest.mark.parametrize("seed", range(SMALL_SEEDS))
def test_a_hundred_thousand_rulings_of_small_policies(tmp_path: Path, seed: int) -> None:
    compared = released = 0
    for number in range(SMALL_POLICIES * TIMES):
        fuzz = Fuzz(seed * 1_000 + number, wild=0.94 if number % 2 else 0.9, deny=0.12)
        bundle = fuzz.bundle(tmp_path / str(number), 4 + number % 3)
        done, let_out, differing = differences(
            bundle, fuzz, 100_000 // (SMALL_SEEDS * SMALL_POLICIES)
        )
        compared += done
        released += let_out
        assert differing == 0
    assert compared >= 100_000 // SMALL_SEEDS
    assert released > compared * 0.2


@pytest.mark.usefixtures("parsed_once")
@pytest.mark.parametrize(
    ("rows", "wild", "deny", "rulings"), [(1_000, 0.7, 0.12, 2_000), (10_000, 0.4, 0.06, 200)]
)
def test_large_policies(tmp_path: Path, rows: int, wild: float, deny: float, rulings: int) -> None:
    fuzz = Fuzz(rows, wild=wild, deny=deny)
    bundle = fuzz.bundle(tmp_path / "law", rows, (Verb.RELEASE, Verb.DUTY))
    compared, released, differing = differences(bundle, fuzz, rulings * TIMES, ("judge",))
    assert (compared >= rulings * TIMES, released > compared * 0.2, differing) == (True, True, 0)


@pytest.mark.usefixtures("parsed_once")
def test_what_approvals_would_change(tmp_path: Path) -> None:
    compared = released = 0
    for seed in range(77, 82):  # one small law may release next to nothing
        fuzz = Fuzz(seed, wild=0.85, deny=0.2)
        bundle = fuzz.bundle(tmp_path / str(seed), 8)
        done, let_out, differing = differences(bundle, fuzz, 120 * TIMES, APPROVALS)
        assert differing == 0
        compared += done
        released += let_out
    assert (compared >= 500, released > 50) == (True, True)


@pytest.mark.parametrize("pack", NODE_PACKS)
def test_shipped_packs(pack: str) -> None:
    compared, _released, differing = differences(shipped(pack), Fuzz(11), 60, ("none", "judge"))
    assert (compared >= 60, differing) == (True, 0)


@pytest.mark.usefixtures("parsed_once")
def test_every_other_verb(tmp_path: Path) -> None:
    allowed = dict.fromkeys(("match", "ask", "route", "relation", *USES), 0)
    for seed in range(4 * TIMES):
        fuzz = Fuzz(seed, wild=0.85, deny=0.15)
        node = fuzz.bundle(tmp_path / f"node{seed}", 10)
        gateway = fuzz.bundle(tmp_path / f"gateway{seed}", 10, GATEWAY_VERBS)
        slow_node, slow_gateway = stock(node), stock(gateway)
        for _ in range(25):
            request, labels, other = fuzz.request(("judge",)), fuzz.labels(), fuzz.labels()
            fields = node.match(request, labels)
            assert fields == slow_node.match(request, labels)
            allowed["match"] += bool(fields)
            relation = fuzz.one(*RELATIONS)
            told = node.relate(request, labels, relation, other)
            assert told == slow_node.relate(request, labels, relation, other)
            allowed["relation"] += told.allowed
            asking, routing, use = fuzz.asking(), fuzz.routing(), fuzz.use()
            admitted = node.admit(asking)
            assert admitted == slow_node.admit(asking)
            allowed["ask"] += admitted.allowed
            passed = gateway.route(routing)
            assert passed == slow_gateway.route(routing)
            allowed["route"] += passed.allowed
            for verb in USES:
                answer = getattr(node, verb)(use, labels)
                assert answer == getattr(slow_node, verb)(use, labels)
                allowed[verb] += answer.allowed
    assert all(count > 2 for count in allowed.values()), allowed


@pytest.mark.usefixtures("parsed_once")
def test_a_difference_would_be_seen(tmp_path: Path) -> None:
    fuzz = Fuzz(1, wild=0.9, deny=0.15)
    bundle = fuzz.bundle(tmp_path / "law", 12)
    engine = bundle._engines["release"]
    honest = engine.survivors_each
    engine.survivors_each = lambda *_args, **_named: tuple(  # type: ignore[method-assign]
        bits & (bits - 1)
        for bits in honest(*_args, **_named)  # the first row that matches is lost
    )
    assert differences(bundle, fuzz, 300)[2] > 0
