"""``comity search`` for things, accounts and what people are reached by."""

from __future__ import annotations

from typing import Any, Final

import click

from comity.cli.asking import ask, ask_about_a_thing
from comity.cli.options import Word, asking_options, examples
from comity.client import selectors
from comity.client.words import ObservableType


@click.command()
@click.option("--vin", default="", help="Complete vehicle identification number.")
@click.option("--plate", default="", help="Complete registration mark.")
@click.option("--country", default="", metavar="COUNTRY", help="Country of the plate.")
@asking_options
@examples(
    "comity search vehicle --plate AB-123-CD --country FR",
    "comity search vehicle --vin WVWZZZ1KZAW000001",
)
def vehicle(*, vin: str, plate: str, country: str, **options: Any) -> None:
    """Ask about a vehicle by complete VIN or complete plate."""
    if not (vin or plate):
        raise click.UsageError("A vehicle is searched by --vin or --plate.")
    ask_about_a_thing(
        selectors.Vehicle(vin=vin, plate=plate, plate_country=country.upper()), options
    )


@click.command("object")
@click.option("--serial", default="", metavar="NUMBER", help="Serial number.")
@click.option("--title", default="", help="Title or short name.")
@click.option("--maker", default="", help="Artist or maker, beside a title.")
@asking_options
@examples(
    'comity search object --title "Still life with quinces"',
    "comity search object --serial WX123456",
)
def stolen_object(*, serial: str, title: str, maker: str, **options: Any) -> None:
    """Ask about a stolen object by serial number or title."""
    if not (serial or title):
        raise click.UsageError("An object is searched by --serial or --title.")
    ask_about_a_thing(
        selectors.StolenObject(serial_number=serial, title=title, maker=maker), options
    )


@click.command()
@click.argument("value")
@click.option(
    "--type",
    "kind",
    type=Word(ObservableType),
    required=True,
    metavar="WORD",
    help="phone, email, domain, url, hash, wallet, ip, imsi, imei, iccid, mac, handle or card.",
)
@click.option("--port", type=click.IntRange(1, 65_535), default=None, help="Source port of an ip.")
@click.option("--time", default="", metavar="TIME", help="When it was in use, RFC 3339 or a date.")
@click.option("--platform", default="", metavar="NAME", help="Platform of a handle.")
@asking_options
@examples(
    'comity search observable "+33 1 99 00 12 34" --type phone',
    "comity search observable 192.0.2.7 --type ip --port 40123 --time 2026-03-01T10:00:00Z",
)
def observable(
    value: str,
    *,
    kind: ObservableType,
    port: int | None,
    time: str,
    platform: str,
    **options: Any,
) -> None:
    """Ask about a phone, address, hash or handle.

    Exactly as it is, whatever the notation: phone numbers, mail, web, network and wallet addresses,
    handsets, SIM and payment cards, hashes, names on platforms.
    """
    selector = selectors.Observable(kind, value, port=port or 0, time=time, platform=platform)
    ask(selector, options)


@click.command()
@click.argument("name", default="")
@click.option("--imo", default="", metavar="NUMBER", help="IMO number.")
@click.option("--mmsi", default="", metavar="NUMBER", help="Maritime Mobile Service Identity.")
@click.option("--call-sign", default="", metavar="SIGN", help="Radio call sign.")
@click.option("--hull", default="", metavar="NUMBER", help="Hull number (ISO 10087).")
@asking_options
@examples(
    "comity search vessel --imo 9074729",
    'comity search vessel "Grey Meridian"',
)
def vessel(name: str, *, imo: str, mmsi: str, call_sign: str, hull: str, **options: Any) -> None:
    """Ask about a vessel by NAME or by one of its numbers."""
    if not (name or imo or mmsi or call_sign or hull):
        raise click.UsageError(
            "A vessel is searched by NAME, --imo, --mmsi, --call-sign or --hull."
        )
    selector = selectors.Vessel(
        name, imo_number=imo, mmsi=mmsi, call_sign=call_sign, hull_number=hull
    )
    ask_about_a_thing(selector, options)


@click.command()
@click.argument("registration", default="")
@click.option("--address", default="", metavar="HEX", help="24-bit address.")
@click.option("--serial", default="", metavar="NUMBER", help="Maker's serial number.")
@asking_options
@examples(
    "comity search aircraft D-ZQXY",
    "comity search aircraft --address 3C65AC",
)
def aircraft(registration: str, *, address: str, serial: str, **options: Any) -> None:
    """Ask about an aircraft by REGISTRATION or number."""
    if not (registration or address or serial):
        raise click.UsageError("An aircraft is searched by REGISTRATION, --address or --serial.")
    selector = selectors.Aircraft(registration, icao_address=address, serial_number=serial)
    ask_about_a_thing(selector, options)


@click.command()
@click.argument("number")
@asking_options
@examples(
    "comity search container CSQU3054383",
)
def container(number: str, **options: Any) -> None:
    """Ask about a freight container by its complete NUMBER."""
    ask_about_a_thing(selectors.Container(number), options)


@click.command()
@click.argument("serial")
@click.option("--make", default="", help="Maker; makers use the same numbers.")
@asking_options
@examples(
    'comity search firearm "AB 123456" --make Northwyke',
)
def firearm(serial: str, *, make: str, **options: Any) -> None:
    """Ask about a firearm by its SERIAL number as stamped."""
    ask_about_a_thing(selectors.Firearm(serial, make=make), options)


@click.command()
@click.argument("number")
@click.option("--country", default="", metavar="COUNTRY", help="Country of the institution.")
@asking_options
@examples(
    'comity search account "DE89 3704 0044 0532 0130 00"',
)
def account(number: str, *, country: str, **options: Any) -> None:
    """Ask about an account by its NUMBER.

    An IBAN, or the bank's own number.
    """
    ask_about_a_thing(selectors.Account(number, country=country.upper()), options)


_leg_option: Final = click.option(
    "--leg",
    "legs",
    multiple=True,
    metavar="FROM:TO",
    help="A leg of its route; a country's code or a place, either may be left out.",
)
_first_option: Final = click.option(
    "--from", "first", default="", metavar="DATE", help="First day."
)
_last_option: Final = click.option(
    "--to-date", "last", default="", metavar="DATE", help="Last day."
)


def _legs(told: tuple[str, ...]) -> tuple[selectors.Leg, ...]:
    """Legs as they were given.

    Raises:
        click.BadParameter: more than two ends; it would be looked for as one place of that name.
    """
    for one in told:
        if one.count(":") > 1:
            raise click.BadParameter(
                f"{one} has more than two ends; give each leg by itself: --leg A:B --leg B:C",
                param_hint="--leg",
            )
    ends = (one.partition(":") for one in told)
    return tuple(selectors.Leg(first.strip(), last.strip()) for first, _, last in ends)


@click.command()
@click.argument("reference", default="")
@click.option("--drug", default="", metavar="NAME", help="Substance, by name or CAS number.")
@click.option("--place", default="", help="Port, airport, crossing or town.")
@click.option("--country", default="", metavar="COUNTRY", help="Country of the place.")
@_first_option
@_last_option
@_leg_option
@asking_options
@examples(
    "comity search seizure --drug cocaine --country NL --from 2026-01 --to-date 2026-03",
    "comity search seizure --drug heroin --leg TR:BG",
)
def seizure(
    reference: str,
    *,
    drug: str,
    place: str,
    country: str,
    first: str,
    last: str,
    legs: tuple[str, ...],
    **options: Any,
) -> None:
    """Ask about a seizure by REFERENCE or what is known.

    Two of what, where, when and which way make a search.
    """
    selector = selectors.Seizure(
        reference,
        substance=drug,
        place=place,
        country=country.upper(),
        first_date=first,
        last_date=last,
        legs=_legs(legs),
    )
    ask_about_a_thing(selector, options)


@click.command()
@click.argument("reference", default="")
@click.option("--container", default="", metavar="NUMBER", help="A container it travels in.")
@click.option(
    "--goods", default="", metavar="WORDS", help="What it carries, as declared, or a drug."
)
@click.option("--place", default="", metavar="PLACE", help="Where a leg begins or ends.")
@_first_option
@_last_option
@_leg_option
@asking_options
@examples(
    "comity search shipment ZZWB-2026-0001",
    "comity search shipment --leg BR:NL --from 2026-02 --to-date 2026-02",
    "comity search shipment --goods bananas --place Antwerp",
)
def shipment(
    reference: str,
    *,
    container: str,
    goods: str,
    place: str,
    first: str,
    last: str,
    legs: tuple[str, ...],
    **options: Any,
) -> None:
    """Ask about a shipment by REFERENCE or what is known.

    By reference, by container, or by two of what, where, when and which way.
    """
    selector = selectors.Shipment(
        reference,
        container_number=container,
        goods=goods,
        place=place,
        first_date=first,
        last_date=last,
        legs=_legs(legs),
    )
    ask_about_a_thing(selector, options)


COMMANDS: Final = (
    vehicle,
    vessel,
    aircraft,
    container,
    firearm,
    stolen_object,
    account,
    observable,
    seizure,
    shipment,
)
