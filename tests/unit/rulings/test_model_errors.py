"""A model of another shape than the one we know is refused, and so is a second one or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from comity.rulings import (
    PolicyError,
    load_bundle,
)
from tests.simulators.law import POLICIES, vocabulary, written

if TYPE_CHECKING:
    from pathlib import Path

from tests.unit.rulings.test_load_errors import RELEASE_CONF, refusal


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("g3 = _, _", "g4 = _, _", 'numbering gap in groups: "g4" where g3 belongs'),
        ("g5 = _, _", "", 'numbering gap in groups: "g5" is missing'),
        ("g5 = _, _", "g5 = _, _\ng6 = _, _", "numbering gap"),
        ("g5 = _, _", "g5 = _, _\nq = _, _", 'unknown row type "q"'),
        ("[role_definition]", "[roles]", 'unknown section "roles"'),
        ("e = priority(p.eft) || deny", "e = some(where (p.eft == allow))", "the effect of"),
        ("e = priority(p.eft) || deny", "", 'the section "e" is missing'),
        ("r = req, rec, field, form", "r = req, rec, field", "requests of"),
        ("priority, id, who, role", "priority, id, whom, role", "do not fit: who, whom"),
        ("&& form(", "&& regexMatch(", "regexMatch is not a function of matchers"),
        ("&& form(", "&& __import__(", "not a function of matchers"),
        ("r.req.agency, p.who", "r.req.__class__, p.who", "attribute __class__ is not allowed"),
        ("(r.form, p.form", "([r.form], p.form", "List is not allowed in a matcher"),
        ("&& form(", "&& eval(p.who) && form(", "not a function of matchers"),
        ("&& form(", "&& 1 + 1 == 2 && form(", "BinOp is not allowed"),
        ("&& form(", "&& nobody == 2 && form(", "nobody is neither of the request nor of a row"),
        ("&& form(", "&& r.rec == 2 && form(", "r_rec may only be used through its attributes"),
        ("&& form(", "&& form(((", "cannot be read"),
        ("&& form(", "&& " + "(" * 5_000 + "form(", "cannot be read"),
        ("&& form(", "&& p.who == '" + "x" * 20_000 + "' && form(", "longer than"),
        ("[matchers]", "[matchers]\nm2 = true", 'a second "m" would be ignored'),
    ],
)
def test_a_model_of_another_shape_is_refused(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    assert old in RELEASE_CONF
    error = refusal(tmp_path, release_conf=RELEASE_CONF.replace(old, new, 1))
    assert sentence in error.sentence
    assert error.file.name == "release.conf"


def test_a_missing_model_and_a_second_one_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert 'model "match.conf" is missing' in refusal(tmp_path / "a", match_conf=None).sentence
    (tmp_path / "b").mkdir()
    folders = [*written(tmp_path / "b"), POLICIES / "model"]
    with pytest.raises(PolicyError, match="a second model"):
        load_bundle(folders, vocabulary=vocabulary())
