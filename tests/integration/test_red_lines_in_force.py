"""A red line in force at a node binds the draft that gives it up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from comity.errors import ExitCode
from tests.integration.test_policy_publication import Officers, scene
from tests.simulators.policy_trees import cells, changed

if TYPE_CHECKING:
    from tests.simulators.federation import Federation

pytestmark = pytest.mark.timeout(
    300
)  # a law is tested and proved, which takes a busy machine its time


@scene
async def test_a_draft_that_drops_the_red_line_that_it_breaks_is_never_published(
    fed: Federation, officers: Officers
) -> None:
    """Nothing in its own files stands against it: its tests hold, and so do the red lines that are left."""
    path = officers.edited("")
    core = officers.folder / "edited" / "core"
    changed(
        core / "red_lines.toml",
        ('marking = "outside-validity"\nform = ">hit"', 'marking = "unknown"'),
    )
    cells(core / "release.csv", "REC-OUTSIDE-VALIDITY", approval="supervisor")
    for tests in (*core.glob("*_test.toml"), *core.parent.glob("eu-member/*_test.toml")):
        tests.write_text("", "utf-8")
    (core / "core_test.toml").write_text(
        '[[test]]\nclaim = "who a suspect is"\nthen = { "person.names" = "full" }\n',
        "utf-8",
    )
    told = await officers.says("anna", "propose", path, "--reason", "simpler to read", columns=400)
    assert told.exit_code == ExitCode.DATA
    assert "· the red line RED-OUTDATED is another: form was >hit, is -; marking was" in told.output
    assert "· test gone: “" in told.output
    assert "WRONG  it breaks a red line that is in force, RED-OUTDATED" in told.output
    draft = re.findall(r"draft ([0-9a-f]{12})", told.output)[0]
    await officers.approved(draft)
    refused = await officers.says("anna", "publish", draft)
    assert refused.exit_code == ExitCode.REFUSED
    assert "it breaks a red line that is in force, RED-OUTDATED" in refused.stderr
