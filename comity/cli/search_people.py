"""``comity search`` for people, their documents, organisations and files about them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from comity.cli.asking import ask, ask_about_a_thing
from comity.cli.options import Word, asking_options, examples
from comity.client import selectors
from comity.client.words import ReferenceType


@click.command()
@click.argument("name", default="")
@click.option("--family", default="", metavar="NAME", help="Family name, instead of NAME.")
@click.option("--given", default="", metavar="NAME", help="Given names, instead of NAME.")
@click.option("--born", default="", metavar="DATE", help="1974, 1974-03 or 1974-03-09.")
@click.option("--nationality", default="", metavar="COUNTRY", help="ISO 3166-1 alpha-2.")
@click.option("--sex", type=click.Choice(["M", "F", "X"], case_sensitive=False), default=None)
@asking_options
@examples(
    'comity search person "Amina Haddad" --born 1981',
    "comity search person --family Haddad --given Amina --born 1981-05-03",
)
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
    selector = selectors.Person(
        name,
        family_name=family,
        given_name=given,
        birth_date=born,
        nationality=nationality.upper(),
        sex=sex or "",
    )
    ask(selector, options)


@click.command()
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
@examples(
    "comity search document L898902C3 --country FR --type P",
    'comity search document --mrz "$(cat zone.txt)"',
)
def document(number: str, *, country: str, document_type: str, mrz: str, **options: Any) -> None:
    """Ask about a document by NUMBER or zone."""
    if bool(number) == bool(mrz):
        raise click.UsageError("A document is searched by NUMBER or --mrz, one of them.")
    selector = selectors.Document(
        number, issuing_country=country.upper(), document_type=document_type.upper(), mrz=mrz
    )
    ask(selector, options)


@click.command()
@click.argument("name", default="")
@click.option("--number", default="", help="Registration number, tax number or LEI.")
@click.option("--country", default="", metavar="COUNTRY", help="Country of registration.")
@asking_options
@examples(
    'comity search organisation "Grauwald Freight"',
    "comity search organisation --number 12345678 --country GB",
)
def organisation(name: str, *, number: str, country: str, **options: Any) -> None:
    """Ask about an organisation by NAME or --number."""
    if not (name or number):
        raise click.UsageError("An organisation is searched by NAME or --number.")
    ask(selectors.Organisation(name, number=number, country=country.upper()), options)


@click.command()
@click.argument("reference", default="")
@click.option("--name", default="", help="Whose it is, any script.")
@click.option(
    "--template",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with a minutiae record (ISO/IEC 19794-2) to be compared.",
)
@click.option(
    "--modality",
    type=click.Choice(("FACE", "FINGER", "PALM", "IRIS", "DNA"), case_sensitive=False),
    default=None,
    help="What it was taken of; left out, it counts as a face.",
)
@asking_options
@examples(
    "comity search biometric AFIS-2026-001234 --modality finger",
    "comity search biometric --template latent.fmr",
)
def biometric(
    reference: str, *, name: str, template: Path | None, modality: str | None, **options: Any
) -> None:
    """Ask about a biometric reference or compare fingers.

    By REFERENCE number, by name, or by a minutiae record that owners compare with theirs.
    """
    if sum(map(bool, (reference, name, template))) != 1:
        raise click.UsageError("One of REFERENCE, --name and --template is searched by.")
    data = template.read_bytes() if template else b""
    asked = selectors.Biometric(reference, name=name, template=data, modality=modality or "")
    ask(asked, options)


@click.command("file")
@click.argument("number")
@click.option(
    "--type",
    "kind",
    type=Word(ReferenceType),
    required=True,
    metavar="WORD",
    help="case, event, offence, evidence-item or notice.",
)
@asking_options
@examples(
    "comity search file 2026/12345 --type notice",
    "comity search file d41d8cd98f00b204e9800998ecf8427e --type evidence-item",
)
def reference(number: str, *, kind: ReferenceType, **options: Any) -> None:
    """Ask about a case, exhibit, notice or the like.

    By the NUMBER that its owner gave.
    """
    ask_about_a_thing(selectors.Reference(kind, number), options)


COMMANDS: Final = (person, document, organisation, biometric, reference)
