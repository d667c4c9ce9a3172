"""Rulings: a mask of thirty fields, cold and warm, five thousand records, a swap; peers on the same rows.

Times are processor time, so that a busy machine does not change them. ``cold_mask_ms`` is the first mask of a
bundle that has ruled on nothing yet; ``swap_ms`` is everything between checked rows and a bundle in force.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any, Final

from bench.kit import policy_law as laws
from bench.kit import policy_peers as peers
from bench.kit.report import Report, median, progress
from comity.rulings import Bundle, Policies
from comity.rulings.stock import stock

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.kit.report import Size
    from comity.rulings.law import Law

ROWS: Final = (10, 100, 1_000, 10_000)
RECORDS: Final = 5_000
ROUNDS: Final = 9
WARM_ROUNDS: Final = 100_000
# At least so long is a peer asked, in seconds of processor time.
PEER_S: Final = 0.5
NOT_INSTALLED: Final = "not installed: pip install --group bench"


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
    while process_time() - before < seconds:
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


def stock_us(bundle: Bundle, seconds: float) -> float:
    """Casbin as it comes: all fields and forms of one record, divided by the questions that takes."""
    slow = stock(bundle)
    engine: Any = slow._engines["release"]  # noqa: SLF001  # what is counted is Casbin's own call
    asked = 0
    honest = engine.ask

    def counting(*values: Any) -> Any:
        nonlocal asked
        asked += 1
        return honest(*values)

    engine.ask = counting
    before = process_time()
    for request, labels in laws.contexts(50, seed=5):
        slow.mask(request, labels)
        if process_time() - before > seconds:
            break
    return (process_time() - before) / asked * 1e6


def figures_of(count: int, peer_s: float) -> dict[str, Any]:
    """Every figure at so many rows."""
    with tempfile.TemporaryDirectory() as folder:
        rows = laws.rows(count)
        law = laws.law(Path(folder), rows)
        bundle = Bundle(law)
        request, labels = laws.contexts(1)[0]
        told = peers.facts(law, request, labels, laws.FIELDS[3], "hit")
        made: dict[str, Any] = {
            "cold_mask_ms": cold_ms(law),
            "warm_mask_us": warm_us(bundle),
            "records_5000x30_ms": records_ms(law),
            "swap_ms": swap_ms(law),
            "stock_pycasbin_field_us": stock_us(bundle, peer_s),
            "cedarpy_field_us": peer_us(lambda: peers.cedar(rows, told), peer_s),
            "regorus_field_us": peer_us(lambda: peers.rego(rows, told, Path(folder)), peer_s),
        }
    for name in ("cedarpy", "regorus"):
        if made[f"{name}_field_us"] is None:
            made[f"{name}_note"] = NOT_INSTALLED
    return {
        name: round(value, 3) if isinstance(value, float) else value for name, value in made.items()
    }


def assertions_per_second() -> float:
    """How fast the tests beside the shipped rows run, loading included."""
    from comity.policytools import testing  # noqa: PLC0415  # the tools come with the command line
    from comity.policytools.tree import open_tree  # noqa: PLC0415

    before = process_time()
    claims = sum(one.claims for one in testing.run_tests(open_tree(laws.POLICIES)))
    return claims / (process_time() - before)


def prove_seconds() -> float | None:
    """Every red line of every shipped law; nothing where the solver is not installed."""
    try:
        from comity.policytools import proving  # noqa: PLC0415
        from comity.policytools.red_lines import red_lines  # noqa: PLC0415
        from comity.policytools.situations import given  # noqa: PLC0415
        from comity.policytools.tree import open_tree  # noqa: PLC0415
    except ImportError:
        return None
    before = process_time()
    tree = open_tree(laws.POLICIES)
    for packs in tree.laws():
        lines = red_lines(tree, packs)
        proving.prove(tree.bundle(packs).law, given(tree), lines, progress=lambda _: None)
    return round(process_time() - before, 1)


def run(size: Size) -> Report:
    """Figures at each number of rows."""
    figures: dict[str, Any] = {}
    table = []
    for count in ROWS[:2] if size.smoke else ROWS:
        progress(f"{count:,} rows")
        made = figures[str(count)] = figures_of(count, peer_s=min(PEER_S, size.seconds))
        table.append(
            {"rows": f"{count:,}"}
            | {
                name.replace("_field", ""): value
                for name, value in made.items()
                if "note" not in name
            }
        )
    progress("tests beside the shipped rows, and their red lines")
    figures["test_assertions_per_s"] = round(assertions_per_second(), 1)
    figures["prove_s"] = None if size.smoke else prove_seconds()
    return Report(
        rows=table,
        figures=figures,
        notes=[
            "Processor time. Peers and Casbin as it comes: one field, one form. A mask here: thirty fields.",
            (
                f"{figures['test_assertions_per_s']:,.0f} assertions a second beside the shipped rows; "
                f"red lines of every shipped law: {_seconds(figures['prove_s'])}."
            ),
        ],
    )


def _seconds(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.1f} s"
