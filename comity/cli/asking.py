"""Putting one selector as a question, and telling what came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from comity.cli.groups import plain_groups
from comity.cli.options import console, justification_of, print_json
from comity.cli.render import render_reply
from comity.cli.wording import heading_of
from comity.client import Comity, as_plain, model
from comity.client.words import SubjectCategory
from comity.errors import ExitCode

if TYPE_CHECKING:
    from comity.client.selectors import Selector


def ask_about_a_thing(selector: Selector, options: dict[str, Any]) -> None:
    """The same about something that is no person: its category need not be said."""
    options["subject"] = options["subject"] or SubjectCategory.OBJECT
    ask(selector, options)


def ask(selector: Selector, options: dict[str, Any]) -> None:
    """Asks, prints, and ends with the exit code that says whether every source was searched."""
    why = justification_of(options)
    question = model.Question(
        selectors=(selector,),
        justification=why,
        targets=tuple(target.upper() for target in options["targets"]),
        stage=options["stage"],
        urgency=options["urgency"],
        subject_reference=options["subject_reference"],
    )
    with Comity.open(options["profile"]) as client:
        reply = client.lookup(
            selector,
            why,
            targets=question.targets,
            stage=question.stage,
            urgency=question.urgency,
            wait_s=options["wait_s"],
            subject_reference=question.subject_reference,
        )
    if options["as_json"]:
        beside = {"not_searched": list(reply.not_searched), "groups": plain_groups(reply)}
        print_json({**as_plain(reply), **beside})
    else:
        render_reply(console(), reply, heading_of(question), references=options["references"])
    if reply.not_searched:
        click.get_current_context().exit(ExitCode.TEMPORARY)
