"""Rows of a register, made alone from their number.

One row in eight is a *shared slot*: what it is about belongs to the world, not to the agency, and about
half of the agencies whose registers keep such things know it, each under its own spelling and partly
with other data. The rest an agency knows alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from comity.demo.registers import (
    documents,
    further,
    observables,
    people,
    surroundings,
    things,
    vehicles,
)
from comity.demo.registers.draw import Draw

if TYPE_CHECKING:
    from collections.abc import Callable

    from comity.demo.registers.profiles import Profile

Row = dict[str, object]
Fields = dict[str, object]

# Every so many rows one is a shared slot.
SHARED_EVERY: Final = 8
# Every so many rows one is of a further kind; the place is none of a shared slot's.
FURTHER_EVERY: Final = 20
FURTHER_AT: Final = 15
_RELATION_PERCENT: Final = 40
_KNOWN_PERCENT: Final = 55
_WORLD_KINDS: Final = (
    ("person",) * 11 + ("vehicle",) * 3 + ("identity_document",) * 3 + ("observable",) * 3
)
_WORLD_CULTURES: Final = (
    "arabic", "russian", "turkish", "chinese", "greek", "korean", "hindi", "french", "german",
    "polish", "spanish", "english", "vietnamese",
)  # fmt: skip
_WORLD_COUNTRIES: Final = ("FR", "DE", "GB", "ZZ", "PL", "ES")
_MINORS_PERCENT: Final = 4
_WARNINGS: Final = ("ARMED", "VIOLENT", "ESCAPED", "SUICIDE_RISK")
_OCCUPATIONS: Final = ("driver", "merchant", "mechanic", "clerk", "student", "cook", "electrician")
_MARKS: Final = ("scar on left forearm", "tattoo: compass, right shoulder", "missing fingertip")
_ALERTS: Final = ("STOLEN",) * 7 + ("EMBEZZLED", "SEIZE_EVIDENCE", "PLATE_STOLEN")
_SUMMARIES: Final = (
    "Named in connection with a courier network.",
    "Seen at two addresses under observation in the same case.",
    "Proceedings pending; see the case file.",
)
# What a quarter of a hundred persons have besides, and what it says.
_EXTRAS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (("person.warnings", _WARNINGS),) * 2
    + (("person.occupations", _OCCUPATIONS),) * 3
    + (("person.marks", _MARKS),) * 2
    + (("person.languages", ()),) * 3
    + (("person.summary", _SUMMARIES),) * 4
    + (("", ()),) * 11
)


@dataclass(frozen=True, slots=True)
class _Making:
    """One row in the making.

    Attributes:
        profile: the agency's habits.
        number: the row's.
        own: numbers that belong to the agency's row.
        thing: numbers that belong to what the row is about; the same at every agency when shared.
        shared: whether other agencies may know it.
    """

    profile: Profile
    number: int
    own: Draw
    thing: Draw
    shared: bool


def row(profile: Profile, seed: int, number: int) -> Row:
    """Row ``number`` of an agency's register: key, entity, fields, labels, assertion."""
    if number % FURTHER_EVERY == FURTHER_AT:
        return _further(profile, seed, number)
    own = Draw(seed, profile.agency, number)
    thing = Draw(seed, f"{profile.agency}/thing", number)
    kind = own.one(profile.kinds)
    if number % SHARED_EVERY == 0:
        shared = Draw(seed, "world", number // SHARED_EVERY)
        shared_kind = shared.one(_WORLD_KINDS)
        if own.percent(_KNOWN_PERCENT) and shared_kind in profile.kinds:
            made = _Making(profile, number, own, thing=shared, shared=True)
            return _BUILDERS[shared_kind](made)
    return _BUILDERS[kind](_Making(profile, number, own, thing=thing, shared=False))


def _further(profile: Profile, seed: int, number: int) -> Row:
    own = Draw(seed, profile.agency, number)
    thing = Draw(seed, f"{profile.agency}/thing", number)
    made = _Making(profile, number, own, thing=thing, shared=False)
    if own.percent(_RELATION_PERCENT):
        ends = [row(profile, seed, number - back) for back in (2, 1)]
        found = _relation(made, ends)
        if found is not None:
            return found
    entity = own.one(tuple(further.MAKERS))
    fields = further.MAKERS[entity](thing, profile.country)
    if entity not in further.PERSONAL:
        return _assembled(made, entity, fields)
    person = people.being(thing, cultures=profile.cultures)
    fields[f"{entity}.subject_names"] = people.names(person, own, profile)[:1]
    return {**_assembled(made, entity, fields), "labels": surroundings.labels(own, person)}


def _relation(made: _Making, ends: list[Row]) -> Row | None:
    """An edge between two rows; nothing where such rows have none."""
    ends.sort(key=lambda end: end["entity"] != "person")  # a person comes first
    one, other = ends
    kinds = further.RELATIONS.get((str(one["entity"]), str(other["entity"])))
    if kinds is None:
        return None
    fields: Fields = {
        "relation.relation_type": made.own.one(kinds),
        "relation.from_type": one["entity"],
        "relation.from_reference": one["key"],
        "relation.to_type": other["entity"],
        "relation.to_reference": other["key"],
        "relation.since": surroundings.recent_date(made.own),
    }
    return _assembled(made, "relation", fields)


def _assembled(made: _Making, entity: str, fields: Fields) -> Row:
    return {
        "key": f"{made.profile.agency}-{entity[0].upper()}{made.number:08}",
        "entity": entity,
        "fields": fields,
        "labels": surroundings.object_labels(made.own),
        "assertion": surroundings.assertion(made.own, contested=False),
    }


def _person(made: _Making) -> Row:
    profile, own, thing = made.profile, made.own, made.thing
    person = people.being(
        thing,
        cultures=_WORLD_CULTURES if made.shared else profile.cultures,
        minor=thing.percent(_MINORS_PERCENT),
    )
    labels = surroundings.labels(own, person)
    fields: Fields = {
        "person.names": people.names(person, own, profile),
        "person.birth_date": people.birth_date(person, own),
        "person.nationalities": [person.country],
    }
    if own.percent(92):
        fields["person.sex"] = person.sex
    if own.percent(60):
        fields["person.birth_country"] = person.country
    if labels["subject"] != "unknown":
        fields["person.status"] = labels["subject"]
    _person_details(fields, profile, own, person)
    contested = "contested" in str(labels["markings"])
    return {
        "key": f"{profile.agency}-P{made.number:08}",
        "entity": "person",
        "fields": fields,
        "labels": labels,
        "assertion": surroundings.assertion(own, contested=contested),
    }


def _person_details(fields: Fields, profile: Profile, own: Draw, person: people.Being) -> None:
    if own.percent(profile.addresses):
        fields["person.addresses"] = [surroundings.address(own, profile.country)]
    if own.percent(profile.contacts):
        fields["person.phones"] = [observables.phone(own)]
    if own.percent(profile.contacts // 2):
        fields["person.emails"] = [observables.email(own)]
    if own.percent(18):
        value = f"X{own.digits(8)}{own.one('ABCDEFGH')}"
        fields["person.national_ids"] = [
            {"scheme": "national-id", "value": value, "country": person.country}
        ]
    path, choices = own.one(_EXTRAS)
    if path == "person.languages":
        fields[path] = [person.culture.language]
    elif path == "person.summary":
        fields[path] = own.one(choices)
    elif path:
        fields[path] = [own.one(choices)]


def _vehicle(made: _Making) -> Row:
    profile, own, thing = made.profile, made.own, made.thing
    country = thing.one(_WORLD_COUNTRIES) if made.shared else profile.country
    fields = vehicles.vehicle(thing, country)
    fields["vehicle.alert"] = own.one(_ALERTS)
    fields["vehicle.theft_date"] = surroundings.recent_date(own)
    fields["vehicle.theft_place"] = surroundings.town(own, profile.country)
    fields["vehicle.report_number"] = f"{profile.country}-{own.digits(7)}"
    if own.percent(15):
        del fields["vehicle.vin"]
    if own.percent(12):
        keeper = people.being(own, cultures=profile.cultures)
        fields["vehicle.keeper_names"] = people.names(keeper, own, profile)[:1]
    return _assembled(made, "vehicle", fields)


def _document(made: _Making) -> Row:
    profile, own, thing = made.profile, made.own, made.thing
    issuer = thing.one(documents.ISSUERS) if made.shared or own.percent(25) else profile.country
    if thing.percent(12):
        fields = documents.blank(thing, issuer)
    else:
        fields = documents.document(thing, issuer)
        holder = people.being(thing, cultures=_WORLD_CULTURES if made.shared else profile.cultures)
        fields["identity_document.holder_names"] = people.names(holder, own, profile)[:1]
        fields["identity_document.holder_birth_date"] = people.birth_date(holder, own)
    fields["identity_document.theft_date"] = surroundings.recent_date(own)
    fields["identity_document.theft_country"] = profile.country
    fields["identity_document.report_number"] = f"{profile.country}-{own.digits(7)}"
    return _assembled(made, "identity_document", fields)


def _organisation(made: _Making) -> Row:
    profile, own, thing = made.profile, made.own, made.thing
    fields = things.organisation(thing, profile.country)
    fields["organisation.addresses"] = [surroundings.address(own, profile.country)]
    if own.percent(45):
        officer = people.being(own, cultures=profile.cultures)
        fields["organisation.officers"] = [people.names(officer, own, profile)[0]["full"]]
    return _assembled(made, "organisation", fields)


def _stolen_object(made: _Making) -> Row:
    profile, own, thing = made.profile, made.own, made.thing
    fields = things.stolen_object(thing)
    fields["stolen_object.theft_date"] = surroundings.recent_date(own)
    fields["stolen_object.theft_place"] = (
        f"{things.theft_place(own)}, {surroundings.town(own, profile.country)}"
    )
    fields["stolen_object.report_number"] = f"{profile.country}-{own.digits(7)}"
    return _assembled(made, "stolen_object", fields)


def _observable(made: _Making) -> Row:
    profile, own, thing = made.profile, made.own, made.thing
    fields = observables.observable(thing)
    if own.percent(30):
        user = people.being(own, cultures=profile.cultures)
        fields["observable.subscriber_names"] = people.names(user, own, profile)[:1]
    if own.percent(25):
        fields["observable.summary"] = own.one(_SUMMARIES)
    return _assembled(made, "observable", fields)


_BUILDERS: Final[dict[str, Callable[[_Making], Row]]] = {
    "person": _person,
    "vehicle": _vehicle,
    "identity_document": _document,
    "organisation": _organisation,
    "stolen_object": _stolen_object,
    "observable": _observable,
}
