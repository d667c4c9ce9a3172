"""``python -m bench NAME``: progress while it runs, a table for people, then one JSON line."""

from __future__ import annotations

import argparse
import ast
import importlib
import pkgutil
import signal
import sys
from pathlib import Path

from bench.kit.report import Size, show

BENCHES = sorted(
    module.name
    for module in pkgutil.iter_modules([str(Path(__file__).parent)])
    if not module.ispkg and not module.name.startswith("_")
)
INTERRUPTED = 130


def _about(name: str) -> str:
    source = Path(__file__).with_name(f"{name}.py").read_text("utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]


def _parser() -> argparse.ArgumentParser:
    listed = "\n".join(f"  {name:<10}{_about(name)}" for name in BENCHES)
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=__doc__,
        epilog=f"benches:\n{listed}\n  {'all':<10}every one of them, one after another",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=[*BENCHES, "all"], metavar="NAME", help="see below")
    default = Size()
    parser.add_argument(
        "--seconds",
        type=float,
        default=default.seconds,
        help="length of one measured round (%(default)s)",
    )
    parser.add_argument(
        "--rounds",
        type=int,
        default=default.rounds,
        help="rounds of each measurement, the best of which counts (%(default)s)",
    )
    parser.add_argument(
        "--smoke", action="store_true", help="tiny: shows that it runs, its figures mean nothing"
    )
    return parser


def _extra(
    parser: argparse.ArgumentParser, name: str, more: list[str]
) -> argparse.Namespace | None:
    """What a bench takes beside the common options, by its ``arguments()``."""
    if not more:
        return None
    bench = None if name == "all" else importlib.import_module(f"bench.{name}")
    if bench is None or not hasattr(bench, "arguments"):
        parser.error(f"unknown: {' '.join(more)}")
    found: argparse.Namespace = bench.arguments().parse_args(more)
    return found


def main() -> int:
    """Runs one bench, or all."""
    parser = _parser()
    if len(sys.argv) == 1:
        parser.print_help()
        return 2
    options, more = parser.parse_known_args()
    extra = _extra(parser, options.name, more)
    if options.seconds <= 0 or options.rounds < 1:
        parser.error("--seconds and --rounds must be positive")
    size = Size.smallest() if options.smoke else Size(options.seconds, options.rounds)
    # Whoever ends us (Ctrl-C, a supervisor) ends what we started too: every bench cleans up on its way out.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        for name in BENCHES if options.name == "all" else [options.name]:
            bench = importlib.import_module(f"bench.{name}")
            show(name, bench.run(size) if extra is None else bench.run(size, extra))
    except KeyboardInterrupt:
        print("interrupted; everything that was started has been stopped", file=sys.stderr)
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
