"""``python -m comity.demo.registers AGENCY --count N --seed S -o FILE``: write an invented register."""

from __future__ import annotations

import json
from typing import TextIO

import click

from comity.demo.registers import AGENCIES, registers

_COUNT_DEFAULT = 10_000


@click.command()
@click.argument("agency", type=click.Choice(AGENCIES))
@click.option("--count", type=click.IntRange(min=0), default=_COUNT_DEFAULT, show_default=True)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Another seed, another register."
)
@click.option(
    "-o",
    "--output",
    type=click.File("w", encoding="utf-8"),
    default="-",
    help="Where to write; standard output when left out.",
)
def main(agency: str, count: int, seed: int, output: TextIO) -> None:
    """Write AGENCY's invented register in the Comity register format (JSON lines)."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    output.writelines(encode(row) + "\n" for row in registers(agency, count, seed))


if __name__ == "__main__":
    main()
