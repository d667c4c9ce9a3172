"""``python -m bench NAME``: prints a table for people, then one JSON line."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from pathlib import Path

BENCHES = sorted(
    module.name
    for module in pkgutil.iter_modules([str(Path(__file__).parent)])
    if not module.name.startswith("_") and module.name not in {"report", "bare"}
)


def main() -> int:
    """Runs one bench, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", choices=[*BENCHES, "all"])
    parser.add_argument("--quick", action="store_true", help="a tenth of the rounds, for a look")
    options = parser.parse_args()
    for name in BENCHES if options.name == "all" else [options.name]:
        importlib.import_module(f"bench.{name}").run(quick=options.quick)
    return 0


if __name__ == "__main__":
    sys.exit(main())
