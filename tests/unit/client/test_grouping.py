"""Records of several sources that may be about the same stand together, and stay several records."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from comity.cli.groups import plain_groups, print_groups
from comity.client import (
    Band,
    Finding,
    Form,
    Hit,
    Outcome,
    RecordView,
    Reply,
    SourceAnswer,
    Summary,
    Treatment,
)
from comity.client.grouping import grouped


def hit(
    reference: str,
    entity: str = "person",
    band: Band = Band.PROBABLE,
    masked: str = "",
    **told: Any,
) -> Hit:
    fields = {f"{entity}.{name}": value for name, value in told.items()}
    treatments = (Treatment(f"{entity}.{masked}", Form.MASKED, "GENERALISED"),) if masked else ()
    return Hit(reference, entity, band, 0.9, (), RecordView(entity, fields), treatments, ())


def names(*full: str) -> tuple[dict[str, str], ...]:
    return tuple({"kind": "LEGAL", "full": one} for one in full)


def reply(**sources: tuple[Hit, ...]) -> Reply:
    answers = tuple(
        SourceAnswer(source.replace("_", "-"), Outcome.HIT, hits=hits)
        for source, hits in sources.items()
    )
    summary = Summary("", tuple(one.source for one in answers), (), 0, 0, 0, 0, 0.0, None)
    return Reply("", answers, summary)


def references(told: Reply) -> list[set[str]]:
    return [{one.hit.record_reference for one in group.members} for group in told.groups]


AMINA = names("Amina Haddad", "أمينة حداد")
LATIN = ({"kind": "LEGAL", "full": "Amina Haddad", "script": "Latn"},)
ARABIC = ({"kind": "LEGAL", "full": "أمينة حداد", "script": "Arab"},)


def test_the_same_person_at_two_sources_is_shown_with_what_agrees_and_what_contradicts() -> None:
    told = reply(
        DE_LP=(hit("DE-1", names=AMINA, birth_date="1981", sex="F", nationalities=("DE",)),),
        GB_CA=(
            hit(
                "GB-1",
                names=names("HADDAD, Amína"),
                birth_date="1981-05-03",
                sex="M",
                nationalities=("GB",),
            ),
        ),
    )
    (group,) = told.groups
    assert group.because == ("same name",)
    findings = {one.field: one.finding for one in group.compared}
    assert findings == {
        "person.names": Finding.AGREES,
        "person.birth_date": Finding.IN_PART,
        "person.sex": Finding.CONTRADICTS,
        "person.nationalities": Finding.DIFFERS,
    }
    (contradiction,) = group.of(Finding.CONTRADICTS)
    assert contradiction.values == (("DE-LP", "F"), ("GB-CA", "M"))


def test_two_records_of_one_source_are_never_held_to_be_the_same() -> None:
    twice = (hit("DE-1", names=AMINA), hit("DE-2", names=AMINA))
    assert grouped(reply(DE_LP=twice).answers) == ()
    told = reply(DE_LP=twice, GB_CA=(hit("GB-1", names=AMINA),))
    assert references(told) == [{"DE-1", "GB-1"}]


def test_a_number_that_agrees_comes_before_a_name() -> None:
    number = ({"scheme": "national-id", "value": "X 123-456"},)
    told = reply(
        DE_LP=(
            hit("DE-1", names=AMINA),
            hit("DE-2", names=names("A. Haddad"), national_ids=number),
        ),
        GB_CA=(hit("GB-1", names=AMINA, national_ids=({"value": "x 123 456"},)),),
    )
    assert references(told) == [{"DE-2", "GB-1"}]
    assert told.groups[0].because == ("same number",)


def test_names_in_two_scripts_stand_together_when_both_fit_and_were_born_alike() -> None:
    arabic = hit("ZZ-1", names=names("أمينة حداد"), birth_date="1981-05-03")
    latin = hit("DE-1", names=names("Amina Haddad"), birth_date="1981")
    assert references(reply(DE_LP=(latin,), ZZ_IM=(arabic,))) == [{"DE-1", "ZZ-1"}]
    weak = hit("ZZ-1", band=Band.POSSIBLE, names=names("أمينة حداد"), birth_date="1981-05-03")
    assert references(reply(DE_LP=(latin,), ZZ_IM=(weak,))) == []
    other = hit("ZZ-1", names=names("أمينة حداد"), birth_date="1982")
    assert references(reply(DE_LP=(latin,), ZZ_IM=(other,))) == []


def test_names_in_two_scripts_are_not_said_to_differ() -> None:
    def said(*other: dict[str, str]) -> Finding:
        latin = hit("DE-1", names=LATIN, birth_date="1981")
        told = reply(DE_LP=(latin,), ZZ_IM=(hit("ZZ-1", names=other, birth_date="1981"),))
        return next(one.finding for one in told.groups[0].compared if one.field == "person.names")

    assert said(*ARABIC) is Finding.OTHER_SCRIPT
    assert said(*ARABIC, {"full": "Layla Rahimi", "script": "Latn"}) is Finding.DIFFERS
    assert said(*ARABIC, *LATIN) is Finding.AGREES


def test_names_in_two_scripts_need_something_rarer_in_common_than_sex_and_nationality() -> None:
    def shown(**common: Any) -> list[set[str]]:
        theirs = {"birth_date": common.pop("born")} if "born" in common else {}
        one = hit("DE-1", names=LATIN, birth_date="1981", **common)
        other = hit("ZZ-1", names=ARABIC, **theirs, **common)
        return references(reply(DE_LP=(one,), ZZ_IM=(other,)))

    common = {"sex": "F", "nationalities": ("ZZ",)}
    assert shown(**common) == []
    assert shown(**common, birth_place="Madinat al-Zahr") == [{"DE-1", "ZZ-1"}]
    assert shown(birth_place="Madinat al-Zahr") == []
    assert shown(**common, birth_place="Madinat al-Zahr", born="1990") == []
    # In one script names can be compared: that they differ counts.
    one = hit("DE-1", names=latin_name("Amina Haddad"), birth_place="Zahr", **common)
    other = hit("ZZ-1", names=latin_name("Salma Nasser"), birth_place="Zahr", **common)
    assert references(reply(DE_LP=(one,), ZZ_IM=(other,))) == []


def latin_name(full: str) -> tuple[dict[str, str], ...]:
    return ({"kind": "LEGAL", "full": full, "script": "Latn"},)


def test_what_left_covered_is_not_compared() -> None:
    covered = hit("GB-1", masked="phones", names=names("B C"), phones=("…34",))
    open_one = hit("DE-1", names=names("D E"), phones=("…34",))
    assert references(reply(DE_LP=(open_one,), GB_CA=(covered,))) == []


def test_other_people_and_other_things_stay_apart() -> None:
    told = reply(
        DE_LP=(hit("DE-1", names=AMINA), hit("DE-2", "vehicle", vin="V1", colour="blue")),
        GB_CA=(hit("GB-1", names=names("Zoltan Nagy")), hit("GB-2", "vehicle", vin="V2")),
    )
    assert told.groups == ()


def test_a_vehicle_known_twice_says_what_contradicts() -> None:
    told = reply(
        DE_LP=(hit("DE-1", "vehicle", vin="V1", colour="blue"),),
        FR_PJ=(hit("FR-1", "vehicle", vin="v1", colour="red"),),
        GB_CA=(hit("GB-1", "vehicle", vin="V1"),),
    )
    assert references(told) == [{"DE-1", "FR-1", "GB-1"}]
    findings = {one.field: one.finding for one in told.groups[0].compared}
    assert findings == {
        "vehicle.vin": Finding.AGREES,
        "vehicle.colour": Finding.CONTRADICTS,
    }


def test_groups_read_as_sentences_and_as_json() -> None:
    told = reply(
        DE_LP=(hit("DE-1", names=AMINA, birth_date="1981", sex="F"),),
        GB_CA=(hit("GB-1", names=AMINA, birth_date="1979", sex="F"),),
    )
    console = Console(width=90, record=True, file=io.StringIO())
    print_groups(console, told, {"DE-LP": "Landespolizei"})
    text = console.export_text()
    assert "perhaps the same person: Landespolizei DE-1, GB-CA GB-1 (same name)" in text
    assert "contradicts  birth date  Landespolizei: 1981" in text
    assert "GB-CA: 1979" in text
    (plain,) = plain_groups(told)
    assert plain["because"] == ["same name"]
    assert {one["field"]: one["finding"] for one in plain["compared"]} == {
        "person.names": "AGREES",
        "person.birth_date": "CONTRADICTS",
        "person.sex": "AGREES",
    }


def test_a_date_that_a_source_knows_besides_contradicts_nothing() -> None:
    besides = (
        {"date": "1981-05-03", "certainty": "STATED"},
        {"earliest": "1979", "latest": "1983"},
    )
    ours = hit("DE-1", names=AMINA, birth_date="1980", further_birth_dates=besides)

    def born(theirs: str) -> Finding:
        (group,) = reply(DE_LP=(ours,), GB_CA=(hit("GB-1", names=AMINA, birth_date=theirs),)).groups
        return next(one.finding for one in group.compared if one.field == "person.birth_date")

    assert born("1981-05-03") is Finding.IN_PART
    assert born("1981-05") is Finding.IN_PART
    assert born("1982") is Finding.CONTRADICTS
