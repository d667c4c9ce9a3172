"""Options that the commands share: the profile, the justification, whom to ask, how to print."""

from __future__ import annotations

import inspect
import json
import sys
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

import click
from rich.console import Console

from comity.client import calls
from comity.client.model import Assurances, Justification
from comity.client.words import Aim, Purpose, Stage, SubjectCategory, TargetCheck, Urgency

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from enum import StrEnum

_MISSING: Final = (
    "A question needs a justification; missing: {missing}. Give them as options, or once for a case as "
    "environment variables such as COMITY_CASE."
)


class Word(click.ParamType[Any]):
    """One of the contract's words, in any case, with hyphens, or by an unambiguous beginning."""

    def __init__(self, kind: type[StrEnum], *, without: Iterable[StrEnum] = ()) -> None:
        left_out = set(without)
        self.name = kind.__name__.lower()
        self._words = {
            word.value.lower().replace("_", "-"): word for word in kind if word not in left_out
        }

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002
        """Few words stand in the help text; of many, only their kind."""
        return "|".join(self._words) if len(self._words) <= 4 else "WORD"  # noqa: PLR2004

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> StrEnum:
        """Finds the word."""
        told = str(value).lower().replace("_", "-")
        found = [word for name, word in self._words.items() if name.startswith(told)]
        if told in self._words:
            return self._words[told]
        if len(found) != 1:
            several = "could be several" if found else "is none"
            self.fail(f"{value!r} {several} of {', '.join(self._words)}", param, ctx)
        return found[0]


def profile_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--profile``."""
    return click.option(
        "--profile",
        type=click.Path(),
        metavar="PATH",
        help="Profile of the caller (or COMITY_PROFILE; else ~/.config/comity/profile.toml).",
    )(command)


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")

_JUSTIFICATION: Final = (
    click.option(
        "--purpose",
        envvar="COMITY_PURPOSE",
        type=Word(Purpose),
        help="Why, for example investigate.",
    ),
    click.option(
        "--case", envvar="COMITY_CASE", metavar="REF", help="The case, in your own numbering."
    ),
    click.option(
        "--offence",
        envvar="COMITY_OFFENCE",
        metavar="WORD",
        help="For example drug-trafficking; none for none.",
    ),
    click.option(
        "--basis",
        envvar="COMITY_BASIS",
        metavar="INSTRUMENT",
        help="Legal basis, for example EU-2023-977.",
    ),
    click.option(
        "--subject",
        envvar="COMITY_SUBJECT",
        type=Word(SubjectCategory),
        help="Who that is in your case: suspect, victim, witness … or object.",
    ),
    click.option(
        "--aim",
        envvar="COMITY_AIM",
        type=Word(Aim),
        default="identify",
        show_default=True,
        help="What it is for.",
    ),
    click.option(
        "--necessity",
        metavar="TEXT",
        default="",
        help="Why it is necessary; stays in your own ledger.",
    ),
    click.option(
        "--on-behalf-of",
        metavar="COUNTRY",
        default="",
        help="Country of the end user, when you ask for another agency.",
    ),
)
# What the agency states and answers for: signed with the question, named in both ledgers.
_STATED: Final = (
    click.option(
        "--confirm",
        "confirmed_references",
        metavar="REFERENCE",
        multiple=True,
        help="A record of an earlier reply that you compared with the case and confirm; repeatable.",
    ),
    click.option(
        "--facts",
        metavar="TEXT",
        default="",
        help="The facts of the case, for the owners.",
    ),
    click.option(
        "--threat",
        metavar="TEXT",
        default="",
        help="An imminent threat, for the owners; with --urgency emergency.",
    ),
    click.option(
        "--assure",
        "sentence",
        metavar="TEXT",
        default="",
        help="An assurance about the sentence, for example that death will not be sought.",
    ),
    click.option(
        "--exculpatory", is_flag=True, help="The data are sought for the defence, or to exonerate."
    ),
    click.option(
        "--preservation",
        is_flag=True,
        help="Ask only that data be kept: no more than a hit is answered.",
    ),
    click.option(
        "--confidential",
        is_flag=True,
        help="Ask owners to keep from the person that you asked.",
    ),
    click.option(
        "--target-check",
        type=Word(TargetCheck),
        help="Whether who is asked about is staff, a public figure or close to you.",
    ),
)
_ASKING: Final = (
    click.option(
        "--to",
        "targets",
        metavar="AGENCY",
        multiple=True,
        help="Ask this member; repeatable. By default: all.",
    ),
    click.option("--stage", type=Word(Stage), default="core", show_default=True, help="How much."),
    click.option(
        "--urgency", type=Word(Urgency), default="normal", show_default=True, help="How soon."
    ),
    click.option(
        "--about",
        "subject_reference",
        envvar="COMITY_ABOUT",
        metavar="REF",
        default="",
        help="Your own reference of the person, for `comity mark`; by default the case.",
    ),
    click.option(
        "--references",
        is_flag=True,
        help="Name each record's whole reference, as `comity mark` takes it.",
    ),
    click.option(
        "--wait",
        "wait_s",
        metavar="SECONDS",
        type=click.FloatRange(0, calls.WAIT_S_MAX, min_open=True),
        default=calls.WAIT_S_DEFAULT,
        show_default=True,
        help="How long to wait for sources.",
    ),
    json_option,
    profile_option,
)


def asking_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Every option of a question besides what is searched for."""
    for option in reversed((*_JUSTIFICATION, *_STATED, *_ASKING)):
        command = option(command)
    return command


def examples(*lines: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Example calls at the end of a command's help, line by line."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        told = inspect.cleandoc(command.__doc__ or "")
        command.__doc__ = "\n".join((told, "", "\b", *(f"  {line}" for line in lines)))
        return command

    return add


def justification_of(options: dict[str, Any]) -> Justification:
    """Takes the justification out of a command's options.

    Raises:
        click.UsageError: something is missing; all of it is named at once.
    """
    names = ("purpose", "case", "offence", "basis", "subject")
    missing = [f"--{name}" for name in names if not options[name]]
    if missing:
        raise click.UsageError(_MISSING.format(missing=", ".join(missing)))
    return Justification(
        purpose=options.pop("purpose"),
        case_reference=options.pop("case"),
        offence=options.pop("offence").lower(),
        subject_category=options.pop("subject"),
        aim=options.pop("aim"),
        legal_basis=options.pop("basis").upper(),
        necessity=options.pop("necessity"),
        on_behalf_of_country=options.pop("on_behalf_of").upper(),
        assurances=Assurances(
            **{part.name: options.pop(part.name) for part in fields(Assurances)},
        ),
    )


def console() -> Console:
    """Standard output; without colours when it is no terminal or NO_COLOR is set."""
    return Console(highlight=False, emoji=False, markup=False)


def print_json(plain: dict[str, Any]) -> None:
    """One object on one line, in UTF-8."""
    sys.stdout.write(json.dumps(plain, ensure_ascii=False) + "\n")
