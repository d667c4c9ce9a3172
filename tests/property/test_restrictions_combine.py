"""Several restrictions on one field: each is kept, whatever their order, and the coarsest wins."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.rulings import Form, load_bundle
from comity.rulings.coarser import KINDS, THEN, at_least, strictest
from comity.rulings.stock import stock
from node.exchange.release import GENERALISERS, PSEUDONYM, generalise
from node.records.values import Address
from tests.simulators.law import labels, request, vocabulary, written

if TYPE_CHECKING:
    from pathlib import Path

    from comity.rulings import Bundle

WAYS = (*GENERALISERS, PSEUDONYM)
BIRTH = "person.birth_date"
HEAD = "tier,id,marking,field,form,how,effect,law,sentence"
GRANT = f"grant,GRANT,*,{BIRTH},<=full,-,allow,LED 8,Everything leaves unless restricted."
DEFAULT = "default,DEFAULT-DENY,*,*,any,-,deny,LED 8,Nothing else leaves."
USUAL = f"field,how\n{BIRTH},month\n"


def law_of(folder: Path, *rows: str) -> Bundle:
    table = "\n".join((HEAD, *rows, GRANT, DEFAULT)) + "\n"
    folders = written(folder, release=table, generalisations=USUAL)
    return load_bundle(folders, vocabulary=vocabulary())


@given(st.lists(st.sampled_from(WAYS), max_size=6))
def test_every_way_is_kept_or_a_coarser_one_of_its_kind(ways: list[str]) -> None:
    told = strictest(ways)
    assert all(at_least(told, way) for way in ways)
    assert set(told.split(THEN)) <= {*ways, ""}
    assert strictest(reversed(ways)).count(THEN) == told.count(THEN)


@given(st.lists(st.sampled_from(WAYS), max_size=6))
def test_more_restrictions_are_never_finer(ways: list[str]) -> None:
    for size in range(len(ways)):
        fewer = strictest(ways[:size])
        assert all(at_least(strictest(ways), way) for way in filter(None, fewer.split(THEN)))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (KINDS[0], "1974-03-09"),
        (KINDS[1], Address(line="Am Wehr 1", city="Dorf", region="Land", country="DE")),
        (KINDS[2], "u33db2m3"),
    ],
    ids=["days", "places", "geohashes"],
)
def test_what_is_left_is_as_coarse_as_each_of_them(kind: tuple[str, ...], value: object) -> None:
    """Making it coarser once more, in the way of any of them, takes nothing away."""
    for ways in itertools.permutations(kind):
        for size in range(1, len(ways) + 1):
            left = generalise(value, strictest(ways[:size]))
            assert left is not None
            for way in ways[:size]:
                assert generalise(left, way) == left


@pytest.mark.parametrize("ways", list(itertools.permutations(("month", "year", "decade"), 2)))
@pytest.mark.parametrize("tiers", [("record", "treaty"), ("record", "record"), ("bar", "purpose")])
def test_the_coarsest_restriction_wins_wherever_it_stands(
    tmp_path: Path, ways: tuple[str, str], tiers: tuple[str, str]
) -> None:
    rows = [
        f"{tier},ROW-{number},*,{BIRTH},>generalised,{way},deny,LED 4(1)(c),Only coarser dates leave."
        for number, (tier, way) in enumerate(zip(tiers, ways, strict=True))
    ]
    law = law_of(tmp_path, *rows)
    wanted = max(ways, key=KINDS[0].index)
    for bundle in (law, stock(law)):
        ruling = bundle.mask(request(), labels())[BIRTH]
        assert (ruling.form, ruling.how) == (Form.GENERALISED, wanted)


def test_a_restriction_behind_a_row_that_allows_binds_nobody(tmp_path: Path) -> None:
    law = law_of(
        tmp_path,
        f"record,FIRST,H1,{BIRTH},>generalised,year,deny,LED 4(1)(c),Only years leave.",
        f"record,EARLY,minor,{BIRTH},<=full,-,allow,LED 8,Of whoever is marked everything leaves.",
        f"treaty,LAST,*,{BIRTH},>generalised,decade,deny,LED 4(1)(c),Only decades leave.",
    )
    for bundle in (law, stock(law)):
        both = bundle.mask(request(), labels("suspect", "H1", "minor"))[BIRTH]
        assert (both.form, both.how) == (Form.GENERALISED, "year")
        bare = bundle.mask(request(), labels("suspect", "H1"))[BIRTH]
        assert (bare.form, bare.how) == (Form.GENERALISED, "decade")
