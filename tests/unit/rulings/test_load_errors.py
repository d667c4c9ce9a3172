"""Every mistake in a policy is named: which file, which line, what, and the nearest word."""

from __future__ import annotations

import os
import re
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from comity.rulings import (
    GATEWAY_VERBS,
    PolicyError,
    load_bundle,
    load_vocabulary,
    loader,
    reading,
)
from comity.rulings.reading import FILE_BYTES_MAX
from tests.simulators.law import ASK, DUTY, GROUPS, MATCH, POLICIES, RELEASE, vocabulary, written

if TYPE_CHECKING:
    from pathlib import Path

HEAD = (
    "tier,id,who,case,purpose,instrument,offence,subject,marking,stage,field,form,approval,from,until,"
    "effect,reason,duties,law,sentence\n"
)
DEFAULT = "default,DEFAULT-DENY,,,,,,,,,,any,,,,deny,,,LED 8,Nothing else leaves anybody.\n"
GOOD = {
    "tier": "grant",
    "id": "GRANT-ONE",
    "form": "<=full",
    "effect": "allow",
    "law": "LED 9",
    "sentence": "A sentence of law.",
}
TOO_DEEP = "kind,member,of\nagency,FR,g0\n" + "".join(f"agency,g{n},g{n + 1}\n" for n in range(12))


RELEASE_CONF = (POLICIES / "model" / "release.conf").read_text("utf-8")


def line(**cells: str) -> str:
    told = GOOD | cells
    return ",".join(told.get(name, "") for name in HEAD.strip().split(",")) + "\n"


def refusal(folder: Path, **changes: str | bytes | None) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        load_bundle(written(folder, **changes), vocabulary=vocabulary())
    return caught.value


def test_a_file_of_short_lines_without_end_is_refused_before_they_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = GROUPS + "agency,FR,eu\n" * 200_000
    tracemalloc.start()
    monkeypatch.setattr(reading, "ROWS_MAX", 5_000)
    error = refusal(tmp_path, groups=many)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "more than 5000 rows" in str(error)
    assert (error.file.name, error.line) == ("groups.csv", 5_002)
    assert peak < 10 * len(many)  # the text a few times, and not a hundred times what a line is


def test_the_rows_of_all_files_together_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "ROWS_MAX", 3)
    assert "more than 3 rows in all" in str(refusal(tmp_path))


def test_the_smallest_law_loads(tmp_path: Path) -> None:
    bundle = load_bundle(written(tmp_path), vocabulary=vocabulary())
    assert re.fullmatch("[0-9a-f]{64}", bundle.version)


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"effect": "alow"}, 'bad effect "alow": one of allow, deny; did you mean "allow"?'),
        ({"tier": "grand"}, 'bad tier "grand"'),
        ({"who": "FR-PG"}, 'unknown member, country or group "FR-PG"; did you mean "FR-PJ"?'),
        ({"who": "XX"}, 'unknown member, country or group "XX"'),
        ({"who": "FR|DE"}, "takes one word: name a group, or write a row for each"),
        ({"who": "FR|DX"}, 'unknown member, country or group "FR|DX"'),
        ({"purpose": "INVESTIGATION"}, '"INVESTIGATION"; did you mean "INVESTIGATE"?'),
        ({"purpose": "INVESTIGATE|"}, 'unknown purpose ""'),
        ({"purpose": "*|DETECT"}, "mixes * with words"),
        ({"instrument": "EU-2023-978"}, '"EU-2023-978"; did you mean "EU-2023-977"?'),
        ({"offence": "homocide"}, 'unknown offence "homocide"; did you mean "homicide"?'),
        ({"subject": "suspekt"}, 'unknown subject category "suspekt"; did you mean "suspect"?'),
        ({"marking": "minors"}, 'unknown marking "minors"; did you mean "minor"?'),
        ({"marking": "refugee-from:Z"}, 'unknown country "Z"'),
        ({"field": "person.name"}, 'unknown field "person.name"; did you mean "person.names"?'),
        ({"field": "person.*"}, 'unknown field "person.*"'),
        ({"form": "<=coarse"}, 'bad form "<=coarse"'),
        ({"approval": "boss"}, 'bad approval "boss"'),
        ({"stage": "2"}, '"2" is not a stage like <2 or >=3'),
        ({"from": "2026-13-01"}, '"2026-13-01" is not a day'),
        ({"from": "20260101"}, '"20260101" is not a day'),
        ({"from": "2026-02-01", "until": "2026-01-01"}, "ends before it begins"),
        ({"reason": "BANK_SECRECY"}, 'bad reason "BANK_SECRECY"'),
        ({"duties": "retain-1d"}, 'unknown duty "retain-1d"'),
        ({"law": ""}, 'the column "law" is missing or empty'),
        ({"sentence": "No."}, "a row needs a sentence"),
        ({"id": "grant one"}, "is not an id"),
        ({"form": "any"}, "a grant names its highest form"),
        ({"form": ">hit"}, "a grant names its highest form"),
        ({"effect": "deny"}, "a restriction names the forms it refuses"),
        ({"effect": "deny", "form": "any", "duties": "no-onward"}, "a restriction has no duties"),
        ({"tier": "bar"}, 'the tier "bar" only denies'),
        ({"tier": "override"}, "an override is for one member and case"),
        (
            {"tier": "override", "who": "FR-PJ", "case": "C-1", "approval": "authority"},
            "an override is for one member and case, with an approval, until a day",
        ),
        (
            {"tier": "override", "who": "FR-PJ", "until": "2027-01-01", "approval": "authority"},
            "an override is for one member and case",
        ),
        ({"tier": "default", "effect": "deny", "form": "any", "who": "FR"}, "everything to everybody"),
        ({"sentence": "x" * 1_025}, 'the cell "sentence" is longer than 1024 characters'),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named_with_its_line(
    tmp_path: Path, cells: dict[str, str], sentence: str
) -> None:
    error = refusal(tmp_path, release=HEAD + "\n# a comment\n" + DEFAULT + line(**cells))
    assert sentence in error.sentence
    assert (error.file.name, error.line) == ("release.csv", 5)


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ("confirmd,-,-,-", 'unknown condition "confirmd"; did you mean "confirmed"?'),
        ("asker-penalty,-,-,-", '"asker-penalty" is written asker-penalty>=… or asker-penalty<…'),
        ("asker-penalty<year,-,-,-", '"year" in "asker-penalty<year" is not a number'),
        ("confirmed>=1,-,-,-", '"confirmed>=1" is written confirmed'),
        ("confirmed||urgent,-,-,-", "is not a condition"),
        ("&".join(["urgent"] * 7) + ",-,-,-", "more than 6 conditions"),
        ("marked=minr,-,-,-", 'unknown marking "minr"; did you mean "minor"?'),
        ("treaty=endless,-,-,-", 'unknown treaty "endless"'),
        ("selector=fase,-,-,-", 'unknown selector "fase"; did you mean "face"?'),
        ("not-certified=discret,-,-,-", 'unknown certified "discret"; did you mean "discreet"?'),
        ("agency-type=polis,-,-,-", 'unknown agency-type "polis"; did you mean "police"?'),
        ("a" * 1_000 + ",-,-,-", "is not a condition"),
        ("-,silence:duty-desk,no,-", 'unknown effect "silence"; did you mean "silent"?'),
        ("-,silent:nobody,no,-", 'bad "nobody" after "silent:"'),
        ("-,human:boss,yes,-", 'bad "boss" after "human:"'),
        ("-,judicial:FAX,yes,-", 'bad "FAX" after "judicial:"'),
        ("-,defer:0,yes,-", 'bad "0" after "defer:"'),
        ("-,ncnd:x,no,-", '"ncnd" takes nothing after it'),
        ("-,ncnd,yes,-", "what is neither confirmed nor denied is not told: tell no"),
        ("-,-,yes,yaer", 'unknown generalisation "yaer"; did you mean "year"?'),
    ],
)
def test_a_wrong_condition_effect_or_way_is_named_with_its_line(
    tmp_path: Path, cells: str, sentence: str
) -> None:
    head = "tier,id,form,effect,law,sentence,when,instead,tell,how\n"
    default = "default,DEFAULT-DENY,any,deny,LED 8,Nothing else leaves anybody.,-,-,yes,-\n"
    wrong = f"bar,BAR-ONE,any,deny,LED 8,A sentence of law.,{cells}\n"
    error = refusal(tmp_path, release=head + default + wrong)
    assert sentence in error.sentence
    assert (error.file.name, error.line) == ("release.csv", 3)


def test_what_is_hidden_leaves_in_no_form_and_what_is_granted_has_no_instead(
    tmp_path: Path,
) -> None:
    head = "tier,id,form,effect,law,sentence,instead,tell\n"
    default = "default,DEFAULT-DENY,any,deny,LED 8,Nothing else leaves anybody.,-,yes\n"
    half = "bar,BAR-ONE,>hit,deny,LED 8,A sentence of law.,ncnd,no\n"
    (tmp_path / "a").mkdir()
    assert "in any form" in refusal(tmp_path / "a", release=head + default + half).sentence
    grant = "grant,GRANT-ONE,<=full,allow,LED 8,A sentence of law.,ncnd,no\n"
    (tmp_path / "b").mkdir()
    assert (
        "said of a restriction" in refusal(tmp_path / "b", release=head + default + grant).sentence
    )


@pytest.mark.parametrize(
    ("file", "text", "at", "sentence"),
    [
        ("offences.csv", "offence,iccs,ecris,eaw\nTheft,0502,-,-\n", 2, "is not a word for an offence"),
        ("offences.csv", "offence,iccs,ecris,eaw\ntheft,x,-,-\n", 2, "is not a code"),
        ("offences.csv", "offence,iccs,ecris,eaw\ntheft,0502,-,33\n", 2, "no place on a list of 32"),
        ("offences.csv", "offence,iccs,ecris,eaw\n", 0, "names no offence"),
        ("penalties.csv", "country,offence,months\nFR,thfet,6\n", 2, 'did you mean "theft"?'),
        ("penalties.csv", "country,offence,months\nXX,theft,6\n", 2, 'unknown country "XX"'),
        ("penalties.csv", "country,offence,months\nFR,theft,-6\n", 2, "is not a number of months"),
        ("penalties.csv", "country,offence,months\nFR,theft,6\nFR,theft,7\n", 3, "stand twice"),
        ("instruments.toml", "[[instrument]", 0, "is not TOML"),
        ("instruments.toml", '[[instrument]]\nid = "X"\n', 0, "is not a list of instruments"),
    ],
)  # fmt: skip
def test_a_wrong_table_of_law_is_named_with_its_line(
    tmp_path: Path, file: str, text: str, at: int, sentence: str
) -> None:
    for name in ("vocabulary.toml", "offences.csv", "penalties.csv", "instruments.toml"):
        (tmp_path / name).write_bytes((POLICIES / name).read_bytes())
    (tmp_path / file).write_text(text, "utf-8")
    with pytest.raises(PolicyError) as caught:
        load_vocabulary(tmp_path / "vocabulary.toml")
    assert sentence in caught.value.sentence
    assert (caught.value.file.name, caught.value.line) == (file, at)


@pytest.mark.parametrize(
    ("release", "at", "sentence"),
    [
        (HEAD + DEFAULT + "grant,SHORT\n", 3, "has 2 columns where the header has 20"),
        (HEAD + DEFAULT + line().strip() + ",more\n", 3, "has 21 columns"),
        (HEAD + DEFAULT + line() + line(), 4, 'the id "GRANT-ONE" stands twice'),
        (HEAD.replace("subject", "subjet") + DEFAULT, 1, 'unknown column "subjet"; did you mean "subject"?'),
        (HEAD.replace("case", "who") + DEFAULT, 1, 'the column "who" stands twice'),
        (HEAD.replace("effect,", "") + DEFAULT.replace("deny,", ""), 2, 'the column "effect" is missing'),
        (HEAD + DEFAULT + 'grant,"BROKEN', 3, "is not CSV"),
        (HEAD + line(), 0, 'the default deny of "release" is missing'),
        (HEAD, 0, 'the policy is empty: there is no row of "release"'),
        ("", 0, "has no header line"),
        (None, 0, 'the policy is empty: there is no row of "release"'),
        ((HEAD + DEFAULT).encode() + b"grant,\xff", 3, "is not UTF-8"),
        (HEAD + DEFAULT + "grant,\0", 3, "contains a NUL character"),
        (b"#" * (FILE_BYTES_MAX + 1), 0, "is larger than"),
        (HEAD.replace(",", ";") + DEFAULT, 1, "separates its columns by semicolons; save it with commas"),
        (HEAD.replace(",", "\t") + DEFAULT, 1, "separates its columns by tabs"),
    ],
)  # fmt: skip
def test_a_broken_table_is_refused(
    tmp_path: Path, release: str | bytes | None, at: int, sentence: str
) -> None:
    error = refusal(tmp_path, release=release)
    assert sentence in error.sentence
    assert error.line == at


def test_a_table_that_a_spreadsheet_saved_loads(tmp_path: Path) -> None:
    """With a mark before the text, lines that end the other way, and empty cells after a comment."""
    text = HEAD + "# a comment" + "," * HEAD.count(",") + "\n" + DEFAULT + line()
    saved = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    bundle = load_bundle(written(tmp_path, release=saved), vocabulary=vocabulary())
    assert "GRANT-ONE" in bundle.rows


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    folders = written(tmp_path, retain=None)
    os.mkfifo(folders[-1] / "retain.csv")
    with pytest.raises(PolicyError, match=r"retain\.csv: is no regular file"):
        load_bundle(folders, vocabulary=vocabulary())


def test_what_is_missing_in_all_tables_names_the_tables(tmp_path: Path) -> None:
    error = refusal(tmp_path, release=HEAD + line())
    assert error.file.name == "release.csv"


def test_law_that_is_older_than_the_list_of_certificates_names_any(tmp_path: Path) -> None:
    for name in ("vocabulary.toml", "offences.csv", "penalties.csv", "instruments.toml"):
        (tmp_path / name).write_bytes((POLICIES / name).read_bytes())
    file = tmp_path / "vocabulary.toml"
    text = file.read_text("utf-8")
    start = text.index("certificates = [")
    file.write_text(text[:start] + text[text.index("]", start) + 1 :], "utf-8")
    older = load_vocabulary(file)
    head = "tier,id,form,effect,law,sentence,when\n"
    default = "default,DEFAULT-DENY,any,deny,LED 8,Nothing else leaves anybody.,-\n"
    row = "bar,BAR-ONE,any,deny,LED 8,A sentence of law.,not-certified=diving\n"
    (tmp_path / "law").mkdir()
    folders = written(tmp_path / "law", release=head + default + row)
    assert "BAR-ONE" in load_bundle(folders, vocabulary=older).rows
    with pytest.raises(PolicyError, match="diving"):
        load_bundle(folders, vocabulary=vocabulary())


@pytest.mark.parametrize(
    ("groups", "at", "sentence"),
    [
        ("kind,member,of\nagencies,FR,eu\n", 2, 'unknown row type "agencies"; did you mean "agency"?'),
        ("kind,member,of\nagency,F,eu\n", 2, 'unknown agency "F"'),
        ("kind,member,of\nagency,FR,*\n", 2, '"*" cannot be a group'),
        ("kind,member,of\nagency,FR,eu\nagency,FR,eu\n", 3, '"FR" is in "eu" already'),
        ("kind,member,of\nagency,FR,eu\nagency,eu,europe\nagency,europe,eu\n", 3, "run in a circle"),
        ("kind,member,of\ninstrument,FR,EU-2023-97\n", 2, 'unknown instrument "EU-2023-97"'),
        ("kind,member,of\ninstrument,FRA,EU-2023-977\n", 2, 'unknown instrument "FRA"'),
        (TOO_DEEP, 3, "deeper than 12"),
    ],
)  # fmt: skip
def test_a_wrong_group_is_refused(tmp_path: Path, groups: str, at: int, sentence: str) -> None:
    error = refusal(tmp_path, groups=groups)
    assert sentence in error.sentence
    assert (error.file.name, error.line) == ("groups.csv", at)


def test_an_unknown_file_of_rows_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path, relase=RELEASE)
    assert error.sentence == 'unknown row type "relase"; did you mean "release"?'


def test_a_generalisation_that_no_node_knows_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path, generalisations="field,how\nperson.birth_date,yaer\n")
    assert error.sentence == 'unknown how "yaer"; did you mean "year"?'


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="is not a folder"):
        load_bundle([tmp_path / "nowhere"], vocabulary=vocabulary())
    with pytest.raises(PolicyError, match="no folder"):
        load_bundle([], vocabulary=vocabulary())


def test_rows_of_verbs_that_are_not_asked_are_checked_all_the_same(tmp_path: Path) -> None:
    route = (
        "tier,id,effect,law,sentence\ndefault,ROUTE-DEFAULT,deny,Treaty 1,Nothing passes at all.\n"
    )
    folders = written(tmp_path, route=route, ask=ASK.replace("deny", "dney"))
    with pytest.raises(PolicyError, match=r"ask\.csv:2: bad effect"):
        load_bundle(folders, vocabulary=vocabulary(), verbs=GATEWAY_VERBS)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("purposes = [", "is not TOML"),
        ("porposes = []", 'unknown list "porposes"; did you mean "purposes"?'),
        ("purposes = []", 'the list "purposes" is missing or empty'),
        ('purposes = ["A", "A"]', '"A" stands twice in "purposes"'),
        ('purposes = ["A|B"]', '"A|B" in "purposes" is not a word'),
        ('purposes = ["unknown"]', "reserved for unknown words"),
    ],
)
def test_a_wrong_vocabulary_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "vocabulary.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(PolicyError) as caught:
        load_vocabulary(file)
    assert sentence in caught.value.sentence


def test_the_version_covers_every_byte_and_every_word(tmp_path: Path) -> None:
    versions = set()
    for number, changes in enumerate(
        (
            {},
            {"release": RELEASE + "# a comment\n"},
            {"groups": GROUPS + "agency,IT,eu\n"},
            {"match": MATCH.replace("LED 8", "LED 9")},
            {"duty": DUTY.replace("DUTY-LOG", "DUTY-LOGGED")},
            {"release_conf": RELEASE_CONF + "# a comment\n"},
        )
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        versions.add(load_bundle(written(folder, **changes), vocabulary=vocabulary()).version)
    (tmp_path / "again").mkdir()
    folders = written(tmp_path / "again")
    other_words = vocabulary().with_members({"IT-CC": "IT"})
    versions.add(load_bundle(folders, vocabulary=other_words).version)
    assert len(versions) == 7
    assert load_bundle(folders, vocabulary=vocabulary()).version in versions
