"""``comity search``: one question to many registers."""

from __future__ import annotations

from typing import Final

import click

from comity.cli import search_people, search_things

_HELP: Final = """Put one question to many registers.

Each command says what it searches by; `comity search vessel --help` and so on have examples. Every
question needs a justification: --purpose, --case, --offence, --basis and --subject, each also as an
environment variable (COMITY_PURPOSE, COMITY_CASE …) for the length of a case. Words may be shortened.

\b
  comity search person "Amina Haddad" --born 1981 \\
    --purpose investigate --case FR-2026-17 --offence drug-trafficking \\
    --basis EU-2023-977 --subject suspect

Exit code 0: every source was searched; 75: some were not, and say so; others: nothing was answered
(docs/reference/exit-codes.md).
"""


@click.group(help=_HELP)
def search() -> None:
    """Put one question to many registers."""


for _command in (*search_people.COMMANDS, *search_things.COMMANDS):
    search.add_command(_command)
