"""`comity policy prove`: red lines hold in every situation, or a sentence shows the one where they do not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from comity.errors import ExitCode
from comity.policytools import encoding, proving
from comity.policytools.checking import Weight
from comity.policytools.reach import out_of_reach
from comity.policytools.red_lines import red_lines
from comity.policytools.situations import given
from comity.policytools.theory import Theories
from comity.policytools.tree import Tree, open_tree
from comity.rulings import PolicyError, Verb
from tests.simulators.law import POLICIES
from tests.simulators.policy_trees import cells, changed, copied, row_of, run, tree_with

if TYPE_CHECKING:
    from pathlib import Path

NEVER = '[[never]]\nid = "RED-X"\nclaim = "Nothing at all leaves."\n'


def grant(row: str = "EU-WRONG", **words: str) -> str:
    told = {"tier": "grant", "field": "*", "form": "<=full", "sentence": "A row that is wrong."}
    file = POLICIES / "eu-member" / "release.csv"
    return row_of(file, id=row, effect="allow", **told | words)


def broken(tree: Tree) -> dict[str, str]:
    """Red lines that do not hold, with the sentence."""
    packs = tree.laws()[0]
    lines = [one for one in red_lines(tree, packs) if one.verb is not Verb.MATCH]
    proofs = proving.prove(tree.bundle(packs).law, given(tree), lines, progress=lambda _: None)
    return {one.red_line.id: one.sentence for one in proofs if not one.holds}


def test_the_red_lines_of_the_shipped_packs_hold() -> None:
    result = run("prove", POLICIES)
    assert result.exit_code == ExitCode.OK, result.output
    assert "red lines hold." in result.output


def test_a_victim_released_abroad_is_shown_as_a_sentence(tmp_path: Path) -> None:
    root = copied(tmp_path)
    cells(root / "core" / "release.csv", "BAR-VICTIM", subject="deceased")
    row = grant(who="third-country", subject="victim", field="person.addresses", form="<=masked")
    text = (root / "eu-member" / "release.csv").read_text()
    (root / "eu-member" / "release.csv").write_text(text + row)
    cells(root / "eu-member" / "release.csv", "EU-3RD-CONTACT", who="CH")
    cells(root / "eu-member" / "release.csv", "EU-NO-ADEQUACY", who="CH")
    result = run("prove", root / "eu-member", columns=2000)
    assert result.exit_code == ExitCode.DATA
    assert "BROKEN  No address, telephone or mail of a victim ever leaves" in result.output
    assert "by EU-WRONG (A row that is wrong.)" in result.output
    assert "red lines do not hold." in result.output


def test_a_wildcard_is_a_cell_like_any_other(tmp_path: Path) -> None:
    """A row for every field slipped past an encoding that dropped wildcards."""
    root = copied(tmp_path)
    cells(root / "core" / "release.csv", "BAR-INFORMANT", subject="deceased")
    changed(root / "eu-member" / "release.csv", added=grant())
    assert "leaves in full, by EU-" in broken(open_tree(root / "eu-member"))["RED-INFORMANT"]


def test_an_approval_that_takes_away_is_found(tmp_path: Path) -> None:
    """Rows cannot say it, so the model has to be wrong: restrictions that begin with an approval."""
    root = copied(tmp_path)
    changed(
        root / "model" / "release.conf",
        (
            "approval(r.req.approval, p.approval, p.eft)",
            "approval(r.req.approval, p.approval, 'allow')",
        ),
    )
    found = broken(open_tree(root / "eu-member"))
    assert (
        "while nobody has agreed, and not once the supervisor has agreed" in found["RED-APPROVAL"]
    )


def test_a_mark_that_opens_a_record_of_a_child_is_found(tmp_path: Path) -> None:
    tree = tree_with(tmp_path, "eu-member", added=grant(marking="minor", field="file"))
    found = broken(tree)
    assert set(found) == {"RED-MINOR"}
    assert "marked minor" in found["RED-MINOR"]
    assert "would not leave without the mark minor" in found["RED-MINOR"]


@pytest.mark.timeout(60)
def test_numbers_that_many_rows_compare_are_proved_about(tmp_path: Path) -> None:
    """Each row is asked about what its own conditions tell apart: of all numbers there were 60^4 choices."""
    numbers = [
        f"asker-penalty<{12 + each}&owner-penalty>={each}&misuse<{each}&candidates<{2 + each}"
        for each in range(40)
    ]
    rows = [
        row_of(
            POLICIES / "eu-member" / "release.csv",
            tier="jurisdiction",
            id=f"EU-NUMBER-{each}",
            field="file",
            form="any",
            effect="deny",
            reason="NO_LEGAL_BASIS",
            when=when,
        )
        for each, when in enumerate(numbers)
    ]
    wrong = grant(marking="minor", field="file", when="asker-penalty<30&clearance>=1&misuse<5")
    tree = tree_with(tmp_path, "eu-member", added="".join(rows) + wrong)
    (sentence,) = broken(tree).values()
    assert "by EU-WRONG" in sentence


@pytest.mark.parametrize(
    ("pack", "row", "before", "broke"),
    [
        ("ch", "CAP-MINOR-BIRTH", "person.birth_date", ("BIRTH", "leaves in full")),
        ("us", "CAP-MINOR-NARRATIVE", "family", ("NARRATIVE", ".summary leaves")),
    ],
)
def test_a_cap_for_minors_that_leaves_a_field_out_is_found(
    tmp_path: Path, pack: str, row: str, before: str, broke: tuple[str, str]
) -> None:
    """The birth date was capped in the person's record and left in full with the notice about the child."""
    root = copied(tmp_path)
    cells(root / "core" / "release.csv", row, field=before)
    sentence = broken(open_tree(root / pack))[f"RED-MINOR-{broke[0]}"]
    assert broke[1] in sentence
    assert "marked minor" in sentence


def test_a_member_of_nobody_is_found(tmp_path: Path) -> None:
    root = copied(tmp_path)
    cells(root / "core" / "release.csv", "BAR-WHO-UNKNOWN", who="CH")
    changed(
        root / "zz" / "release.csv",
        added="grant,ZZ-ANY,*,*,*,*,object,*,thing,<=hit,-,allow,OK,-,yes,Code 1,Anybody may know.\n",
    )
    assert "of unknown" in broken(open_tree(root / "zz"))["RED-UNKNOWN-ORGANISATION"]


def test_a_refusal_that_tells_of_a_protected_label_is_found(tmp_path: Path) -> None:
    root = copied(tmp_path)
    cells(root / "core" / "release.csv", "BAR-PROTECTED", tell="yes", instead="-")
    found = broken(open_tree(root / "zz"))
    assert set(found) == {"RED-UNTOLD"}
    assert "by BAR-PROTECTED" in found["RED-UNTOLD"]
    assert "marked protected" in found["RED-UNTOLD"]


def test_a_red_line_about_routing_is_proved_where_routing_is_asked(tmp_path: Path) -> None:
    root = copied(tmp_path)
    cells(root / "federation" / "route.csv", "ROUTE-TARGET-UNKNOWN", target="CH")
    cells(root / "federation" / "route.csv", "ROUTE-ZZ", target="unknown")
    assert "asks unknown" in broken(open_tree(root / "federation"))["RED-ROUTE-TARGET"]


@pytest.mark.parametrize(
    ("matcher", "says"),
    [
        ("oneOf(p.role, r.req.shoe_size)", 'nobody knows the values of "shoe_size"'),
        ("p.role", "is neither a comparison nor a call"),
    ],
)
def test_what_cannot_be_encoded_is_not_proved(tmp_path: Path, matcher: str, says: str) -> None:
    root = copied(tmp_path)
    changed(root / "model" / "release.conf", ("oneOf(p.role, r.req.role)", matcher))
    found = broken(open_tree(root / "zz"))
    assert says in found["RED-VICTIM"]
    assert found["RED-VICTIM"].startswith("nothing is proved")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ('when = "volume>=10"', "no row of this kind asks about volume"),
        ('when = "sworn"', "no row of this kind asks about sworn"),
        ('case = "CASE-9"', "no row tells apart what this red line is about"),
        ('who = "FI"', "no row tells apart what this red line is about"),
    ],
)
def test_of_what_no_row_tells_apart_nothing_is_proved(
    tmp_path: Path, words: str, says: str
) -> None:
    """Without it, "nothing of a person ever leaves in case CASE-9" would hold, of no situation at all."""
    root = copied(tmp_path)
    file = root / "core" / "red_lines.toml"
    file.write_text(f'{NEVER}field = "person"\n{words}\n', "utf-8")
    assert broken(open_tree(root / "eu-member"))["RED-X"] == f"nothing is proved: {says}"


def test_an_encoding_that_casbin_contradicts_proves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The mitigation is the comparison: without it a wrong encoding would prove anything."""
    right = encoding.Encoding.match

    def forgetful(self: Any, row: Any, reading: Any) -> Any:
        return False if row.cells["effect"] == "deny" else right(self, row, reading)

    monkeypatch.setattr(encoding.Encoding, "match", forgetful)
    found = broken(open_tree(POLICIES / "zz"))
    assert "Casbin decides a sampled situation otherwise" in found["RED-VICTIM"]


@pytest.mark.parametrize(
    ("added", "says"),
    [
        (NEVER + 'whoo = "eu"\n', 'unknown word "whoo"'),
        (NEVER + 'who = "euu"\n', "unknown member, country or group"),
        ('[[never]]\nid = "x"\nclaim = "Nothing at all leaves."\n', "is not an id"),
        ('[[never]]\nid = "RED-X"\nclaim = "?"\n', "needs a claim"),
        ('[[never]]\nid = "RED-VICTIM"\nclaim = "Nothing at all leaves."\n', "stands twice"),
        (NEVER.replace("never", "no_more") + 'marking = "minr"\n', 'did you mean "minor"?'),
    ],
)  # fmt: skip
def test_a_mistake_in_a_red_line_is_named(tmp_path: Path, added: str, says: str) -> None:
    root = copied(tmp_path)
    changed(root / "core" / "red_lines.toml", added="\n" + added)
    with pytest.raises(PolicyError, match=r"red_lines\.toml:\d+") as caught:
        red_lines(open_tree(root / "zz"), ("core", "zz"))
    assert says in str(caught.value)


def test_rows_that_never_decide_are_named_with_what_stands_before_them(tmp_path: Path) -> None:
    root = copied(tmp_path)
    file = root / "zz" / "release.csv"
    changed(
        file,
        added="grant,ZZ-SHADOW,*,INVESTIGATE,*,*,missing,minor,contact,<=hit,-,allow,OK,-,yes,"
        "Code 1,Never reached.\ngrant,ZZ-NEVER,ZZ,*,EU-PRUM-II,*,object,*,thing,<=hit,-,allow,OK,"
        "-,yes,Code 1,ZZ is not party to it.\n",
    )
    tree = open_tree(root / "zz")
    found = {
        one.row: (one.weight, one.sentence)
        for one in out_of_reach(
            tree.bundle(("core", "zz")).law,
            given(tree),
            tree.places(("zz",)),
            progress=lambda _: None,
        )
    }
    assert found == {
        "ZZ-SHADOW": (
            Weight.WARNING,
            "never decides: CAP-MINOR-CONTACT stands before it in every situation",
        ),
        "ZZ-NEVER": (Weight.WARNING, "can never fit: its conditions exclude each other"),
    }


def test_members_to_come_are_among_the_situations() -> None:
    law = open_tree(POLICIES).bundle(("core", "zz")).law
    ground = given(open_tree(POLICIES))
    agencies = Theories(law, ground).of(Verb.RELEASE).encoding.space.scalars["r_req.agency"]
    assert {"FR-PJ", "member-of-NO", "unknown"} <= set(agencies)


def test_json_holds_the_counter_example(tmp_path: Path) -> None:
    root = copied(tmp_path)
    cells(root / "core" / "release.csv", "BAR-PROTECTED", tell="yes", instead="-")
    told = json.loads(run("prove", root / "zz", "--json").stdout)
    (wrong,) = [one for one in told["laws"][0]["proofs"] if not one["holds"]]
    assert (told["broken"], wrong["id"]) == (1, "RED-UNTOLD")
    assert wrong["counter_example"]


WHAT_IFS = {
    "a grant for the marked alone, after an approval": {
        "tier": "record",
        "id": "ZZ-SOURCE",
        "marking": "originator-controlled",
        "field": "identity",
        "form": "<=full",
        "approval": "supervisor",
        "effect": "allow",
        "sentence": "Of what a source gave, a supervisor may release who it is.",
    },
    "a restriction that gives way to an approval": {
        "tier": "record",
        "id": "ZZ-SOURCE",
        "marking": "originator-controlled",
        "field": "identity",
        "form": ">hit",
        "approval": "supervisor",
        "effect": "deny",
        "reason": "NEED_CONSENT_OWNER",
        "sentence": "Of what a source gave, a supervisor says what leaves.",
    },
}


@pytest.mark.parametrize("row", WHAT_IFS.values(), ids=list(WHAT_IFS))
def test_what_an_approval_would_change_does_not_depend_on_a_hidden_label(
    tmp_path: Path, row: dict[str, str]
) -> None:
    """That a supervisor's approval would release it is told, so it must not come from such a label."""
    root = copied(tmp_path)
    file = root / "zz" / "release.csv"
    cells(root / "core" / "release.csv", "REC-SOURCE", id="ZZZ-SOURCE")  # comes after, in its tier
    changed(file, added=row_of(file, **row))
    found = broken(open_tree(root / "zz"))
    assert "by ZZ-SOURCE" in found["RED-UNTOLD"]
    assert "marked originator-controlled" in found["RED-UNTOLD"]


def test_a_told_refusal_that_stands_only_where_a_label_keeps_a_grant_away_is_found(
    tmp_path: Path,
) -> None:
    """Told "no rule allows this" of the marked alone, one learns of the mark."""
    root = copied(tmp_path)
    cells(root / "core" / "release.csv", "REC-SOURCE", marking="H0")
    cells(root / "core" / "release.csv", "REC-THIRD-PARTY", marking="H0")
    file = root / "zz" / "release.csv"
    head, _, rows = file.read_text("utf-8").partition("\n")
    wide = "\n".join(f"{one},-" for one in rows.splitlines())
    file.write_text(f"{head},when\n{wide}\n", "utf-8")
    cells(file, "ZZ-WANTED", when="not-marked=originator-controlled")
    found = broken(open_tree(root / "zz"))
    assert "by DEFAULT-DENY" in found["RED-UNTOLD"]
