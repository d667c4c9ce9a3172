"""Rulings: masks cold and warm, five thousand records, a swap, red lines; peers on the same rows.

Times are processor time, so that a busy machine does not change them. ``cold_mask_ms`` is the first mask of a
bundle that has ruled on nothing yet; ``swap_ms`` is everything between checked rows and a bundle in force;
``prove_s`` at a number of rows is every red line over shipped law with so many rows beside it; ``diff_s`` is
what `comity policy diff` takes where one of those rows changed, and where a tenth of them did, ``who_can_s``
what `who-can` takes of an address in these changed laws. Whoever takes long is asked less often: a peer for
half a second, and five times at least.
"""

from __future__ import annotations

import itertools
import random
import tempfile
from functools import partial
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any, Final

from bench.kit import policy_law as laws
from bench.kit import policy_many as many
from bench.kit import policy_peers as peers
from bench.kit.report import Report, median, progress
from comity.policytools import comparing, proving, reverse, testing
from comity.policytools.red_lines import red_lines
from comity.policytools.situations import given
from comity.policytools.tree import open_tree
from comity.rulings import Bundle, Policies, Verb
from comity.rulings.asked import asked, labelled
from comity.rulings.functions import FORM_WORDS, FUNCTIONS
from comity.rulings.stock import StockEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bench.kit.report import Size
    from comity.policytools.tree import Packs, Tree
    from comity.rulings.law import Law

ROWS: Final = (10, 100, 1_000, 10_000)
RECORDS: Final = 5_000
ROUNDS: Final = 9
WARM_ROUNDS: Final = 100_000
# So long is a peer asked, in seconds of processor time, and so often at least.
PEER_S: Final = 0.5
PEER_ASKED_MIN: Final = 5
# Kinds of changes, and which share of the rows they change.
CHANGES: Final = {"one_row": 0.0, "tenth": 0.1}
ADDRESS: Final = "person.addresses"
NOT_INSTALLED: Final = "not installed: make bench"


def cold_ms(law: Law) -> float:
    """The first mask of a new bundle."""
    taken = []
    for request, labels in laws.contexts(ROUNDS):
        bundle = Bundle(law)
        before = process_time()
        bundle.mask(request, labels)
        taken.append((process_time() - before) * 1e3)
    return median(taken)


def warm_us(bundle: Bundle) -> float:
    """A mask that was given before."""
    ((request, labels),) = laws.contexts(1)
    bundle.mask(request, labels)
    before = process_time()
    for _ in range(WARM_ROUNDS):
        bundle.mask(request, labels)
    return (process_time() - before) / WARM_ROUNDS * 1e6


def records_ms(law: Law) -> float:
    """One new question over five thousand records, every field's form looked at."""
    ((request, _),) = laws.contexts(1)
    kinds = [labels for _, labels in laws.contexts(200)]
    records = [kinds[number % len(kinds)] for number in range(RECORDS)]
    taken = []
    for _ in range(3):
        bundle = Bundle(law)
        leaving = 0
        before = process_time()
        for labels in records:
            leaving += sum(1 for one in bundle.mask(request, labels).values() if one.form)
        taken.append((process_time() - before) * 1e3)
    return median(taken)


def swap_ms(law: Law) -> float:
    """From checked rows to a bundle in force."""
    policies = Policies(Bundle(law))
    taken = []
    for _ in range(ROUNDS):
        before = process_time()
        policies.swap(Bundle(law))
        taken.append((process_time() - before) * 1e3)
    return median(taken)


def each_us(ask: Callable[[], object], seconds: float) -> float:
    """One question, asked for a while."""
    ask()
    before, count = process_time(), 0
    while count < PEER_ASKED_MIN or process_time() - before < seconds:
        ask()
        count += 1
    return (process_time() - before) / count * 1e6


def peer_us(make: Callable[[], Callable[[], object]], seconds: float) -> float | None:
    """A peer's time for one field and form, or nothing where it is not installed."""
    try:
        ask = make()
    except ImportError:
        return None
    return each_us(ask, seconds)


def stock_us(law: Law, seconds: float) -> float:
    """Casbin as it comes: one field of one record in one form, drawn anew for each question.

    A mask would be some four hundred such questions, half a minute of them at ten thousand rows.
    """
    engine = StockEngine(
        law.models[Verb.RELEASE],
        rows=lambda names: law.tokens(Verb.RELEASE, names),
        links=law.links,
        functions=FUNCTIONS,
    )
    words = law.vocabulary
    drawn = random.Random(5)  # noqa: S311  # a bench wants to repeat itself
    questions = itertools.cycle(laws.contexts(50, seed=5))

    def ask() -> object:
        request, labels = next(questions)
        told = (asked(request, words), labelled(labels, words, request))
        field, form = drawn.choice(laws.FIELDS), drawn.choice(tuple(FORM_WORDS))
        return engine.ask(engine.view(), 0, *told, field, form)

    return each_us(ask, seconds)


def figures_of(count: int, peer_s: float) -> dict[str, Any]:
    """Every figure at so many rows."""

    def measured(what: str, take: Callable[[], Any]) -> Any:
        progress(f"{count:>6,} rows: {what}")
        return take()

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = laws.rows(count)
        law = laws.law(folder, rows)
        request, labels = laws.contexts(1)[0]
        told = peers.facts(law, request, labels, laws.FIELDS[3], "hit")
        made: dict[str, Any] = {
            "cold_mask_ms": measured("cold mask", lambda: cold_ms(law)),
            "warm_mask_us": measured("warm mask", lambda: warm_us(Bundle(law))),
            "records_5000x30_ms": measured("5,000 records", lambda: records_ms(law)),
            "swap_ms": measured("swap", lambda: swap_ms(law)),
            "stock_pycasbin_field_us": measured("Casbin", lambda: stock_us(law, peer_s)),
            "cedarpy_field_us": measured(
                "Cedar", lambda: peer_us(lambda: peers.cedar(rows, told), peer_s)
            ),
            "regorus_field_us": measured(
                "regorus", lambda: peer_us(lambda: peers.rego(rows, told, folder), peer_s)
            ),
            "prove_s": measured("red lines", lambda: prove_seconds(*many.tree(folder, count))),
            "diff_s": {},
            "who_can_s": {},
        }
        before = open_tree(folder / "policies")
        for kind, share in CHANGES.items():
            after = many.changed(folder / kind, count, max(1, int(count * share)))
            said = kind.replace("_", " ")
            made["diff_s"][kind] = measured(
                f"comparing, {said} changed", partial(diff_seconds, before, after)
            )
            made["who_can_s"][kind] = measured(
                f"who can, {said} changed", partial(who_can_seconds, after)
            )
    for peer in ("cedarpy", "regorus"):
        if made[f"{peer}_field_us"] is None:
            made[f"{peer}_note"] = NOT_INSTALLED
    return {
        name: round(value, 3) if isinstance(value, float) else value for name, value in made.items()
    }


def assertions_per_second() -> float:
    """How fast the tests beside the shipped rows run, loading included."""
    before = process_time()
    claims = sum(one.claims for one in testing.run_tests(open_tree(laws.POLICIES)))
    return claims / (process_time() - before)


def prove_seconds(tree: Tree, packs: Packs) -> float:
    """Every red line of one law.

    Raises:
        RuntimeError: one does not hold: how long that took would mean nothing.
    """
    before = process_time()
    proofs = proving.prove(
        tree.bundle(packs).law, given(tree), red_lines(tree, packs), progress=lambda _: None
    )
    broken = [proof for proof in proofs if not proof.holds]
    if broken:
        raise RuntimeError(f"{broken[0].red_line.id}: {broken[0].sentence}")
    return process_time() - before


def diff_seconds(before: Tree, after: Tree) -> float:
    """Two laws compared."""
    old, new = (one.bundle(many.PACKS) for one in (before, after))
    began_s = process_time()
    comparing.compare(old, new, given(after))
    return round(process_time() - began_s, 2)


def who_can_seconds(tree: Tree) -> float:
    """Who can learn an address."""
    law = tree.bundle(many.PACKS)
    began_s = process_time()
    reverse.who_can(law, ADDRESS, given(tree))
    return round(process_time() - began_s, 2)


def prove_shipped_seconds(laws_at_most: int | None = None) -> float:
    """Every red line of every shipped law."""
    tree = open_tree(laws.POLICIES)
    return sum(prove_seconds(tree, packs) for packs in [*tree.laws()][:laws_at_most])


def flat(figures: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Figures of several kinds one beside the other."""
    for name, value in figures.items():
        if isinstance(value, dict):
            yield from ((f"{name} {kind}", one) for kind, one in value.items())
        else:
            yield name, value


def run(size: Size) -> Report:
    """Figures at each number of rows."""
    figures: dict[str, Any] = {}
    table = []
    for count in ROWS[:1] if size.smoke else ROWS:
        made = figures[str(count)] = figures_of(count, peer_s=min(PEER_S, size.seconds))
        table.append(
            {"rows": f"{count:,}"}
            | {
                name.replace("_field", "").replace("_", " "): value
                for name, value in flat(made)
                if "note" not in name
            }
        )
    progress("tests beside the shipped rows, and their red lines")
    figures["test_assertions_per_s"] = round(assertions_per_second(), 1)
    figures["prove_s"] = round(prove_shipped_seconds(1 if size.smoke else None), 1)
    return Report(
        rows=table,
        figures=figures,
        notes=[
            "Processor time. Peers and Casbin as it comes: one field, one form. A mask here: thirty fields.",
            (
                f"{figures['test_assertions_per_s']:,.0f} assertions a second beside the shipped rows; "
                f"red lines of every shipped law: {figures['prove_s']} s."
            ),
        ],
    )
