"""What the demonstration prints: headings, steps with their time, the verdicts on the ledgers."""

from __future__ import annotations

import textwrap
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.text import Text

from comity.demo.federation import AGENCIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.demo.story import Scene

# Steps and their times stand this wide, or as wide as the terminal.
STEP_CELLS: Final = 80
NAMES: Final = {agency.id: f"{agency.country} {agency.name}" for agency in AGENCIES}


class Stage:
    """Prints, and keeps the time."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        self._began_s = time.monotonic()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the curtain."""
        return time.monotonic() - self._began_s

    def say(self, text: str = "", style: str = "") -> None:
        """One line."""
        self.console.print(Text(text, style=style))

    def note(self, text: str, style: str = "", indent: str = "   ") -> None:
        """A sentence below a table; its further lines stand under its first word."""
        lines = textwrap.wrap(
            text, self.console.width, initial_indent=indent, subsequent_indent=indent + "  "
        )
        self.console.print(Text("\n".join(lines), style=style))

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """A step with its time; on a terminal it says what it is doing meanwhile."""
        began_s = time.monotonic()
        if self.console.is_terminal:
            with self.console.status(f"{what} …"):
                yield
        else:
            yield
        took = f"{time.monotonic() - began_s:6.1f} s"
        room = min(self.console.width, STEP_CELLS) - len(took)
        self.console.print(Text(f"{f'  {what}':<{room}}{took}", style="dim"))

    def heading(self, number: int, scene: Scene) -> Text:
        """One line that says who asks whom what, why and by which law."""
        whom = (
            "everyone"
            if not scene.targets
            else " and ".join(NAMES[target] for target in scene.targets)
        )
        why = scene.why
        offence = why.offence.replace("-", " ")
        return Text(
            f"{number}  {NAMES[scene.asker]} asks {whom} · {scene.about} · "
            f"{why.purpose}, {offence} · {scene.law}",
            style="bold",
        )
