"""The table itself: scripts, hostile text, and that nothing unsearched reads like "no hit"."""

from __future__ import annotations

import io

import pytest
from click.testing import CliRunner
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from comity.cli import wording
from comity.cli.grid import Cell, clean, print_rows
from comity.cli.main import comity
from comity.cli.render import render_reply
from comity.client import (
    Approval,
    Assertion,
    Band,
    Form,
    Hit,
    Observable,
    ObservableType,
    Outcome,
    RecordView,
    Reply,
    Seizure,
    SourceAnswer,
    Summary,
    Treatment,
)


def rendered(reply: Reply, *, width: int = 120, terminal: bool = False) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=terminal, highlight=False)
    render_reply(console, reply, "a question")
    return out.getvalue()


def reply_of(*answers: SourceAnswer, absent: tuple[str, ...] = ()) -> Reply:
    asked = tuple(answer.source for answer in answers)
    return Reply("", answers, Summary("", asked, absent, 0, 0, 0, 0, 1234.5, None, ("VIN: odd",)))


def hit_of(value: str, **treatment: str) -> Hit:
    record = RecordView("person", {"person.birth_place": value})
    ruled = Treatment("person.birth_place", Form.FULL, "OK", **treatment)
    return Hit("XX-1", "person", Band.EXACT, 1.0, (), record, (ruled,), ())


@pytest.mark.parametrize("outcome", [one for one in Outcome if not one.searched])
@pytest.mark.parametrize("width", [80, 120])
def test_a_source_not_searched_never_reads_like_no_hit(outcome: Outcome, width: int) -> None:
    text = rendered(reply_of(SourceAnswer("ZZ-IM", outcome)), width=width)
    assert "ZZ-IM   not searched" in text or "ZZ-IM  not searched" in text
    assert "1 source not searched" in text
    assert "no hit" not in text


def test_a_no_hit_that_the_node_counts_as_not_searched_is_shown_as_that() -> None:
    answer = SourceAnswer("ZZ-IM", Outcome.NO_HIT, complete=True)
    assert "no hit" in rendered(reply_of(answer))
    assert "no hit" not in rendered(reply_of(answer, absent=("ZZ-IM",)))


def test_what_looks_wrong_in_the_question_is_said_below_the_answers() -> None:
    assert "note: VIN: odd" in rendered(reply_of(SourceAnswer("ZZ-IM", Outcome.NO_HIT)))


def test_a_source_missing_among_the_answers_gets_a_line() -> None:
    summary = Summary("", ("DE-LP", "ZZ-IM"), (), 0, 0, 0, 0, 1.0, None)
    said = SourceAnswer("DE-LP", Outcome.NO_HIT, complete=True)
    assert "no answer came" in rendered(Reply("", (said,), summary))


@pytest.mark.parametrize("value", ["東京都千代田区", "القاهرة", "กรุงเทพ", "Zürich", "🏙 Cairo"])
def test_columns_line_up_in_every_script(value: str) -> None:
    lines = rendered(
        reply_of(SourceAnswer("DE", Outcome.HIT, hits=(hit_of(value, row="R1"),)))
    ).splitlines()
    header = lines[1]
    row = next(line for line in lines if value in line)
    assert cell_len(row[: row.index("R1")]) == cell_len(header[: header.index("because")])


@pytest.mark.parametrize(
    "hostile",
    ["\x1b[2J\x1b[31mred", "line\nbreak\r", "abc\u202ecba", "\u2066x\u2069", "a\u2028b", "\x9b2J"],
)
def test_hostile_text_can_do_no_more_than_be_read(hostile: str) -> None:
    hit = hit_of(hostile, row=hostile, law=hostile)
    answer = SourceAnswer(hostile, Outcome.HIT, hits=(hit,))
    refused = SourceAnswer("ZZ", Outcome.REFUSED, sentence=hostile)
    text = rendered(reply_of(answer, refused))
    for forbidden in "\x1b\r\x9b\u202e\u2066\u2069\u2028":
        assert forbidden not in text
    # Without the cleaning the same text would have reached the terminal.
    assert clean(hostile) != hostile
    assert text.count("\n") <= 8


def test_rich_markup_in_data_is_only_text() -> None:
    hit = hit_of("[bold]x[/bold] [link=http://a]y[/link]", row="R")
    assert "[bold]x[/bold]" in rendered(reply_of(SourceAnswer("DE", Outcome.HIT, hits=(hit,))))


def test_a_right_to_left_value_keeps_the_next_column_in_its_place_on_a_terminal_only() -> None:
    reply = reply_of(SourceAnswer("DE", Outcome.HIT, hits=(hit_of("القاهرة", row="1974"),)))
    assert "\u200e" in rendered(reply, terminal=True)
    assert "\u200e" not in rendered(reply)


def test_several_hits_of_one_source_are_told_apart() -> None:
    answer = SourceAnswer("DE", Outcome.HIT, hits=(hit_of("A"), hit_of("B")), complete=True)
    text = rendered(reply_of(answer))
    assert "2 hits" in text
    assert text.count("exact") == 2


def test_long_lists_are_cut_and_say_so() -> None:
    shown = wording.values_of(tuple(str(number) for number in range(20)))
    assert shown[-1] == "… 14 more (--json shows all)"
    assert len(shown) == 7


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (Approval("supervisor", Form.FULL, "R"), "a supervisor's approval would release it (R)"),
        (
            Approval("authority", Form.GENERALISED, ""),
            "an authority's approval would release it in a coarser form",
        ),
        (Approval("", Form.MASKED, ""), "a person's approval would release it masked"),
    ],
)
def test_what_an_approval_would_change_reads_as_a_sentence(told: Approval, words: str) -> None:
    assert wording.approval_words(told) == words


def test_composite_values_read_as_their_parts() -> None:
    address = {"line": "Rue 1", "city": "Lyon", "postcode": "69001", "country": "FR"}
    number = {"scheme": "national-id", "value": "123", "country": "FR"}
    assert wording.values_of((address,)) == ["Rue 1, 69001 Lyon, FR"]
    assert wording.values_of((number,)) == ["123 (national id, FR)"]
    drug = {"name": "heroin", "cas_number": "561-27-3", "form": "POWDER", "weight_kg": "231"}
    assert wording.values_of((drug,)) == ["heroin (CAS 561-27-3), powder, 231 kg"]
    assert wording.values_of(({"cas_number": "50-36-2", "purity_percent": "62"},)) == [
        "CAS 50-36-2, 62 % pure"
    ]
    covered = {"scheme": "…id", "value": "…23", "country": "…"}
    assert wording.values_of((covered,)) == ["…23"]


@pytest.mark.parametrize("width", [80, 120])
def test_until_when_a_record_is_kept_is_told_with_it(width: int) -> None:
    """Prüm II Article 51(4)(b): told at supply."""
    told = Assertion(handling_code="H1", review_on="2029-02-11", delete_on="2036-12-31")
    record = RecordView("person", {"person.birth_place": "Zelengrad"}, told)
    ruled = Treatment("person.birth_place", Form.FULL, "OK")
    hit = Hit("XX-1", "person", Band.EXACT, 1.0, (), record, (ruled,), ())
    shown = rendered(reply_of(SourceAnswer("DE-LP", Outcome.HIT, hits=(hit,))), width=width)
    assert "review due 2029-02-11, deletion due 2036-12-31" in " ".join(shown.split())
    silent = wording.dated_words(Assertion(handling_code="H1"))
    assert silent == []


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("NEED_CONFIRM", "details withheld · a match must be confirmed first"),
        ("NEED_FACTS", "details withheld · a description of the facts is missing"),
        ("NEED_SOMETHING_NEW", "details withheld · need something new"),
        ("NO_LEGAL_BASIS", ""),
    ],
)
def test_of_a_bare_hit_it_is_said_what_more_waits_for(reason: str, told: str) -> None:
    """The second step of Prüm II is the asker's: whoever reads only "hit" waits for nothing."""
    record = RecordView("person", {})
    ruled = Treatment("person", Form.HIT, reason, row="EU-PRUM-HIT", law="Prüm II 37")
    hit = Hit("XX-1", "person", Band.EXACT, 1.0, (), record, (ruled,), ())
    shown = " ".join(rendered(reply_of(SourceAnswer("DE-LP", Outcome.HIT, hits=(hit,)))).split())
    assert told in shown
    assert ("details" in shown) is bool(told)


def test_a_cell_wraps_inside_its_columns() -> None:
    out = io.StringIO()
    rows = [
        (Cell(0, Text("one two three")), Cell(1, Text("x"))),
        (Cell(0, Text("wide " * 3), None),),
    ]
    print_rows(Console(file=out, width=40), rows, [5, 10], indent=1)
    assert out.getvalue() == " one    x\n two\n three\n wide wide wide\n"


def test_a_heading_shows_of_a_payment_card_no_more_than_its_ends() -> None:
    asked = Observable(ObservableType.CARD, "4111111111111111")
    assert wording.selector_words(asked) == "card 411111…1111"
    assert wording.selector_words(Observable(ObservableType.IMEI, "490154203237518")) == (
        "imei 490154203237518"
    )


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("2024-05", "", "from 2024-05"),
        ("", "2024-05", "until 2024-05"),
        ("2024", "2024", "2024"),
        ("2024-05", "2025", "2024-05 to 2025"),
    ],
)
def test_a_heading_tells_a_period_as_one(first: str, last: str, told: str) -> None:
    asked = Seizure(substance="heroin", first_date=first, last_date=last)
    assert wording.selector_words(asked) == f"seizure heroin, {told}"


def test_a_leg_of_three_ends_is_refused_instead_of_looked_for_as_a_place() -> None:
    legs = ("--leg", "Santos:Guayaquil:Rotterdam")
    told = CliRunner().invoke(comity, ["search", "seizure", "--drug", "heroin", *legs])
    assert told.exit_code == 2  # as click ends for a wrong option
    assert "--leg A:B --leg B:C" in told.output
