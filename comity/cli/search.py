"""``comity search``: one question to many registers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from comity.cli.options import Word, asking_options, console, justification_of, print_json
from comity.cli.render import render_reply
from comity.cli.wording import heading_of
from comity.client import Comity, as_plain, model
from comity.client.words import ObservableType, SubjectCategory
from comity.errors import ExitCode

if TYPE_CHECKING:
    from comity.client.model import Selector

_HELP: Final = """Put one question to many registers.

Every question needs a justification: --purpose, --case, --offence, --basis and --subject, each also as an
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


def _ask(selector: Selector, options: dict[str, Any]) -> None:
    why = justification_of(options)
    question = model.Question(
        selectors=(selector,),
        justification=why,
        targets=tuple(target.upper() for target in options["targets"]),
        stage=options["stage"],
        urgency=options["urgency"],
    )
    with Comity.open(options["profile"]) as client:
        reply = client.lookup(
            selector,
            why,
            targets=question.targets,
            stage=question.stage,
            urgency=question.urgency,
            wait_s=options["wait_s"],
        )
    if options["as_json"]:
        print_json({**as_plain(reply), "not_searched": list(reply.not_searched)})
    else:
        render_reply(console(), reply, heading_of(question))
    if reply.not_searched:
        click.get_current_context().exit(ExitCode.TEMPORARY)


@search.command()
@click.argument("name", default="")
@click.option("--family", default="", metavar="NAME", help="Family name, instead of NAME.")
@click.option("--given", default="", metavar="NAME", help="Given names, instead of NAME.")
@click.option("--born", default="", metavar="DATE", help="1974, 1974-03 or 1974-03-09.")
@click.option("--nationality", default="", metavar="COUNTRY", help="ISO 3166-1 alpha-2.")
@click.option("--sex", type=click.Choice(["M", "F", "X"], case_sensitive=False), default=None)
@asking_options
def person(
    name: str,
    *,
    family: str,
    given: str,
    born: str,
    nationality: str,
    sex: str | None,
    **options: Any,
) -> None:
    """Ask about a person by NAME in any script.

    Two of given name, family name and full birth date make a search; a register asks to refine when too
    many fit.
    """
    if not (name or family or given):
        raise click.UsageError("A person is searched by NAME, or by --family and --given.")
    selector = model.Person(
        name,
        family_name=family,
        given_name=given,
        birth_date=born,
        nationality=nationality.upper(),
        sex=sex or "",
    )
    _ask(selector, options)


@search.command()
@click.argument("number", default="")
@click.option(
    "--country", default="", metavar="COUNTRY", help="Issuing country, ISO 3166-1 alpha-2."
)
@click.option(
    "--type", "document_type", default="", metavar="CODE", help="ICAO 9303 code, or national-id."
)
@click.option(
    "--mrz", default="", metavar="ZONE", help="Machine-readable zone as read, instead of NUMBER."
)
@asking_options
def document(number: str, *, country: str, document_type: str, mrz: str, **options: Any) -> None:
    """Ask about an identity or travel document by NUMBER or machine-readable zone."""
    if bool(number) == bool(mrz):
        raise click.UsageError("A document is searched by NUMBER or --mrz, one of them.")
    selector = model.Document(
        number, issuing_country=country.upper(), document_type=document_type.upper(), mrz=mrz
    )
    _ask(selector, options)


@search.command()
@click.option("--vin", default="", help="Complete vehicle identification number.")
@click.option("--plate", default="", help="Complete registration mark.")
@click.option("--country", default="", metavar="COUNTRY", help="Country of the plate.")
@asking_options
def vehicle(*, vin: str, plate: str, country: str, **options: Any) -> None:
    """Ask about a vehicle by complete VIN or complete plate."""
    if not (vin or plate):
        raise click.UsageError("A vehicle is searched by --vin or --plate.")
    options["subject"] = options["subject"] or SubjectCategory.OBJECT
    _ask(model.Vehicle(vin=vin, plate=plate, plate_country=country.upper()), options)


@search.command()
@click.argument("name", default="")
@click.option("--number", default="", help="Registration number, tax number or LEI.")
@click.option("--country", default="", metavar="COUNTRY", help="Country of registration.")
@asking_options
def organisation(name: str, *, number: str, country: str, **options: Any) -> None:
    """Ask about an organisation by NAME or --number."""
    if not (name or number):
        raise click.UsageError("An organisation is searched by NAME or --number.")
    _ask(model.Organisation(name, number=number, country=country.upper()), options)


@search.command("object")
@click.option("--serial", default="", metavar="NUMBER", help="Serial number.")
@click.option("--title", default="", help="Title or short name.")
@click.option("--maker", default="", help="Artist or maker, beside a title.")
@asking_options
def stolen_object(*, serial: str, title: str, maker: str, **options: Any) -> None:
    """Ask about a stolen object by serial number or title."""
    if not (serial or title):
        raise click.UsageError("An object is searched by --serial or --title.")
    options["subject"] = options["subject"] or SubjectCategory.OBJECT
    _ask(model.StolenObject(serial_number=serial, title=title, maker=maker), options)


@search.command()
@click.argument("value")
@click.option(
    "--type",
    "kind",
    type=Word(ObservableType),
    required=True,
    metavar="WORD",
    help="phone, email, domain, url, hash or wallet.",
)
@asking_options
def observable(value: str, *, kind: ObservableType, **options: Any) -> None:
    """Ask about a phone, mail, web or wallet address, or a hash.

    Exactly as it is: VALUE is a phone number, mail address, domain, URL, hash or wallet.
    """
    _ask(model.Observable(kind, value), options)
