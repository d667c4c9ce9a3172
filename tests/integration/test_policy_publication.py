"""Law on a running federation: proposed, approved by two others, in force, and back; and ways around it."""

from __future__ import annotations

import asyncio
import functools
import json
import os
import re
import shlex
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text, update

from comity.cli.main import comity
from comity.client import Aim, Justification, Purpose, SubjectCategory, Vehicle, as_plain
from comity.errors import ExitCode, StartError
from comity.store.ledger_schema import entry
from node.app import NodeApp
from node.cli.main import node as node_program
from node.lawmaking.in_force import FOLDER
from node.storage.schema import policy_draft, policy_revision
from tests.simulators.federation import Federation
from tests.simulators.law import POLICIES
from tests.simulators.policy_pages import DOCS, Command, commands, rewritten
from tests.simulators.policy_trees import row_of

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

pytestmark = pytest.mark.timeout(
    300
)  # laws are tested and proved, which takes a busy machine its time

VIN = "1M8GDM9AXKP042788"
COLOUR = "vehicle.colour"
ROW = row_of(
    POLICIES / "eu-member" / "release.csv",
    tier="jurisdiction",
    id="EU-COLOUR",
    field="vehicle.colour",
    form="any",
    effect="deny",
    reason="NO_LEGAL_BASIS",
    law="LED 8",
    sentence="What colour a vehicle has is not told.",
)
WHY = Justification(
    purpose=Purpose.INVESTIGATE,
    case_reference="FR-2026-1",
    offence="drug-trafficking",
    subject_category=SubjectCategory.OBJECT,
    aim=Aim.IDENTIFY,
    legal_basis="EU-2023-977",
)


class Officers:
    """Four people at one node, each with a certificate, and the command line."""

    def __init__(self, fed: Federation, agency: str, folder: Path) -> None:
        self.fed = fed
        self.agency = agency
        self.folder = folder
        roles = {"anna": "policy-editor", "bert": "policy-approver", "cleo": "policy-approver"}
        roles |= {"dora": "officer", "emil": "policy-editor"}
        self.profiles = {name: fed.profile(agency, name, role) for name, role in roles.items()}

    async def says(self, who: str, *words: str, columns: int = 100) -> Result:
        environment = {"COMITY_PROFILE": str(self.profiles[who]), "COLUMNS": str(columns)}
        runner = CliRunner(env=environment)
        return await asyncio.to_thread(runner.invoke, comity, ["policy", *words])

    def edited(self, row: str = ROW) -> str:
        """The shipped law with a row more."""
        root = self.folder / "edited"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(POLICIES, root)
        file = root / "eu-member" / "release.csv"
        file.write_text(file.read_text("utf-8") + row, "utf-8")
        return str(root / "eu-member")

    async def proposed(self, path: str = "", who: str = "anna") -> str:
        told = await self.says(
            who, "propose", path or self.edited(), "--reason", "colours are not needed", "--json"
        )
        assert told.exit_code in (ExitCode.OK, ExitCode.DATA), told.output + told.stderr
        return str(json.loads(told.stdout)["draft_id"])

    async def approved(self, draft: str, *names: str) -> None:
        for name in names or ("bert", "cleo"):
            told = await self.says(name, "approve", draft, "--yes")
            assert told.exit_code == ExitCode.OK, told.output + told.stderr


async def colour(fed: Federation, name: str) -> bool:
    """Whether FR learns the colour of DE's car."""
    async with fed.caller("FR-PJ", name) as client:
        reply = await client.lookup(Vehicle(vin=VIN), WHY, targets=["DE-LP"], wait_s=30)
    (answer,) = reply.answers
    return "blue" in str(as_plain(answer))


def scene(play: Any) -> Any:
    """Plays on a federation in which DE holds a blue car."""

    @functools.wraps(play)
    def test(tmp_path: Path) -> None:
        from tests.integration.test_exchange import car  # noqa: PLC0415

        async def run() -> None:
            async with asyncio.timeout(280), Federation.of(tmp_path / "fed") as fed:
                fed.hold("DE-LP", car())
                await play(fed, Officers(fed, "DE-LP", tmp_path))

        asyncio.run(run())

    del test.__wrapped__  # pytest looks at its own arguments
    return test


@scene
async def test_an_edit_takes_effect_after_two_approvals_and_goes_back_the_same_way(
    fed: Federation, officers: Officers
) -> None:
    assert await colour(fed, "one")
    draft = await officers.proposed()
    assert "EU-COLOUR" in (await officers.says("bert", "log")).output
    await officers.approved(draft)
    assert await colour(fed, "two")
    published = await officers.says("anna", "publish", draft)
    assert published.exit_code == ExitCode.OK, published.output + published.stderr
    assert "revision 1 is in force" in published.output
    assert not await colour(fed, "three")
    replayed = await officers.says(
        "bert", "replay", await officers.proposed(str(POLICIES / "eu-member"), "emil")
    )
    assert "1 time  FR, INVESTIGATE: vehicle.colour in full instead of withheld" in replayed.output
    again = await officers.proposed(str(POLICIES / "eu-member"), "emil")
    await officers.approved(again)
    assert (await officers.says("emil", "publish", again)).exit_code == ExitCode.OK
    assert await colour(fed, "four")
    back = await officers.says(
        "anna", "rollback", "1", "--reason", "it was right after all", "--json"
    )
    number = json.loads(back.stdout)["draft_id"]
    await officers.approved(number)
    # Whoever may approve may publish.
    assert "revision 3 is in force" in (await officers.says("cleo", "publish", number)).output
    assert not await colour(fed, "five")
    with fed.nodes["DE-LP"].app.engine.connect() as connection:
        kinds = connection.execute(select(entry.c.kind).where(entry.c.kind.like("policy.%")))
        told = [kind for (kind,) in kinds]
    assert told.count("policy.published") == 3
    assert told.count("policy.approved") == 6


@scene
async def test_one_approver_the_author_and_the_same_person_twice_are_not_enough(
    fed: Federation, officers: Officers
) -> None:
    draft = await officers.proposed()
    alone = await officers.says("anna", "publish", draft)
    assert alone.exit_code == ExitCode.REFUSED
    assert "0 of 2 approvals" in alone.stderr
    await officers.approved(draft, "bert")
    twice = await officers.says("bert", "approve", draft, "--yes")
    assert (twice.exit_code, "another person has to" in twice.stderr) == (ExitCode.REFUSED, True)
    assert "1 of 2 approvals" in (await officers.says("anna", "publish", draft)).stderr
    assert (await officers.says("anna", "approve", draft, "--yes")).exit_code == ExitCode.REFUSED
    assert (await officers.says("dora", "log")).exit_code == ExitCode.REFUSED
    assert (
        await officers.says("bert", "propose", officers.edited(), "--reason", "though I may not")
    ).exit_code == ExitCode.REFUSED
    assert fed.nodes["DE-LP"].app.law.in_force.current is None
    assert await colour(fed, "one")


@scene
async def test_an_author_who_became_an_approver_still_does_not_approve(
    fed: Federation, officers: Officers
) -> None:
    draft = await officers.proposed()
    app = fed.nodes["DE-LP"].app
    with app.engine.begin() as connection:
        connection.execute(text("UPDATE caller SET role = 'policy-approver' WHERE name = 'anna'"))
    fed.clock.advance(hours=0.01)
    told = await officers.says("anna", "approve", draft, "--yes")
    assert told.exit_code == ExitCode.REFUSED
    assert "Its author does not approve a draft" in told.stderr


@scene
async def test_a_draft_that_breaks_a_red_line_or_a_test_is_never_published(
    fed: Federation, officers: Officers
) -> None:
    row = {"tier": "grant", "id": "EU-CHILD", "marking": "minor", "field": "file", "form": "<=full"}
    file = POLICIES / "eu-member" / "release.csv"
    path = officers.edited(row_of(file, effect="allow", **row))
    told = await officers.says("anna", "propose", path, "--reason", "more openness")
    assert told.exit_code == ExitCode.DATA
    assert "WRONG  the red line RED-MINOR does not hold" in told.output
    draft = re.findall(r"draft ([0-9a-f]{12})", told.output)[0]
    await officers.approved(draft)
    refused = await officers.says("anna", "publish", draft)
    assert refused.exit_code == ExitCode.REFUSED
    assert "RED-MINOR" in refused.stderr
    assert await colour(fed, "one")


@scene
async def test_files_changed_after_their_approval_are_not_published(
    fed: Federation, officers: Officers
) -> None:
    draft = await officers.proposed()
    await officers.approved(draft)
    app = fed.nodes["DE-LP"].app
    other = await officers.proposed(str(POLICIES / "eu-member"), "emil")
    with app.engine.begin() as connection:
        archive = select(policy_draft.c.archive).where(policy_draft.c.draft_id == other)
        forged = connection.execute(archive).scalar_one()
        connection.execute(
            update(policy_draft).where(policy_draft.c.draft_id == draft).values(archive=forged)
        )
    told = await officers.says("anna", "publish", draft)
    assert told.exit_code == ExitCode.REFUSED
    assert "Its files were changed since it was proposed." in told.stderr


@scene
async def test_a_publication_for_another_day_waits_for_it(
    fed: Federation, officers: Officers
) -> None:
    draft = await officers.proposed()
    await officers.approved(draft)
    app = fed.nodes["DE-LP"].app
    told = await officers.says("anna", "publish", draft, "--from", "2100-01-01")
    assert "past, or too far away" in told.stderr
    day = (fed.clock.now_ms() // 1000 + 7200) // 60 * 60
    at = __import__("datetime").datetime.fromtimestamp(day, __import__("datetime").UTC)
    told = await officers.says("anna", "publish", draft, "--from", f"{at:%Y-%m-%dT%H:%M}")
    assert "revision 1 waits for its day" in told.output, told.stderr
    assert await colour(fed, "one")
    assert not await app.law.lawmaking.take_due()
    fed.clock.advance(hours=2.1)
    assert await app.law.lawmaking.take_due()
    assert app.law.in_force.current.statement.sequence == 1
    assert "EU-COLOUR" in app.law.policies.policies.current.rows


def _restarted(fed: Federation) -> NodeApp:
    app = NodeApp(fed.home("DE-LP"), fed.clock)
    law: Any = fed.nodes["DE-LP"].app.law.in_force
    law.current = None
    law.start()
    return app


@scene
async def test_a_published_law_survives_a_restart_and_a_forged_one_does_not(
    fed: Federation, officers: Officers
) -> None:
    draft = await officers.proposed()
    await officers.approved(draft)
    await officers.says("anna", "publish", draft)
    app = fed.nodes["DE-LP"].app
    law = app.law.in_force
    _restarted(fed)
    assert law.current.statement.sequence == 1
    with app.engine.begin() as connection:  # somebody with the database writes another law into it
        forged = connection.execute(select(policy_revision.c.archive)).scalar_one()
        connection.execute(update(policy_revision).values(archive=forged.replace(b"deny", b"alow")))
    _restarted(fed)  # the copy beside the database is believed
    assert law.current.statement.sequence == 1
    assert "EU-COLOUR" in app.law._load(law.folders()).rows
    copy = fed.home("DE-LP") / FOLDER / "000001.revision"
    copy.write_bytes(copy.read_bytes().replace(b"deny", b"alow"))
    with pytest.raises(StartError, match="Revision 1 of the law cannot be believed"):
        _restarted(fed)


@scene
async def test_a_database_from_before_the_publication_brings_no_older_law_back(
    fed: Federation, officers: Officers
) -> None:
    draft = await officers.proposed()
    await officers.approved(draft)
    await officers.says("anna", "publish", draft)
    app = fed.nodes["DE-LP"].app
    with app.engine.begin() as connection:
        connection.execute(policy_revision.delete())
    _restarted(fed)
    assert app.law.in_force.current.statement.sequence == 1
    (fed.home("DE-LP") / FOLDER / "000001.revision").unlink()
    with pytest.raises(StartError, match="an older law is not put in force"):
        _restarted(fed)


@scene
async def test_law_is_explained_and_looked_up_in_reverse_where_it_is_in_force(
    fed: Federation, officers: Officers
) -> None:
    """What the node says of its law is what the same files say in a folder; a draft is asked alike."""
    words = ["agency=FR-PJ", "subject=object", "entity_type=vehicle", "today=2026-11-24"]
    folder = await officers.says("bert", "explain", str(POLICIES / "eu-member"), *words)
    told = await officers.says("bert", "explain", "--node", *words)
    assert told.exit_code == ExitCode.OK, told.output + told.stderr
    assert told.output == folder.output
    assert "in full:" in told.output
    for question in (
        ["ask", "role=analyst", "over_quota=no"],
        ["relation", "relation=associate", "other=contact", "stage=3"],
        ["onward", "receiver=GB-CA"],
    ):
        asks = ["--verb", *question, "today=2026-11-24"]
        folder = await officers.says("bert", "explain", str(POLICIES / "eu-member"), *asks)
        told = await officers.says("bert", "explain", "--node", *asks)
        assert (told.exit_code, told.output) == (ExitCode.OK, folder.output), told.stderr
    draft = await officers.proposed()
    drafted = await officers.says(
        "anna", "explain", "--draft", draft, *words, "--field", "vehicle.colour"
    )
    assert "withheld: colour" in drafted.output
    assert "EU-COLOUR" in drafted.output
    ways = [
        json.loads((await officers.says("bert", "who-can", *how, COLOUR, "--json")).stdout)["ways"]
        for how in ([str(POLICIES / "eu-member")], ["--node"], ["--draft", draft])
    ]
    in_folder, at_node, in_draft = ([one["row"] for one in way] for way in ways)
    assert in_folder == at_node
    assert "EU-THING" in at_node
    assert in_draft == []
    for typed, near in (("subjekt=victim", "subject"), ("subject=victm", "victim")):
        wrong = await officers.says("bert", "explain", "--node", typed)
        assert (wrong.exit_code, f'did you mean "{near}"' in wrong.stderr) == (ExitCode.DATA, True)
    nobody = await officers.says("bert", "who-can", "--node", "vehicle.smell")
    assert (nobody.exit_code, "There is no field" in nobody.stderr) == (ExitCode.DATA, True)
    for command in (["explain", "--node"], ["who-can", "--node", COLOUR]):
        refused = await officers.says(
            "dora", *command
        )  # an officer asks; the law is not hers to read
        assert refused.exit_code == ExitCode.REFUSED, refused.output


@scene
async def test_check_loads_what_a_start_would_put_in_force(
    fed: Federation, officers: Officers
) -> None:
    home = fed.home("DE-LP")

    def check() -> Result:
        return CliRunner().invoke(node_program, ["check", "--home", str(home)])

    settings = (home / "node.toml").read_text("utf-8")
    assert "law of the settings" in check().output
    draft = await officers.proposed()
    await officers.approved(draft)
    await officers.says("anna", "publish", draft)
    before = {path: path.stat().st_mtime_ns for path in (home / FOLDER).rglob("*")}
    assert "law of revision 1" in check().output
    # The settings' folders do not count any more, and the running node's files are not touched.
    (home / "node.toml").write_text(settings.replace("eu-member", "nowhere"), "utf-8")
    assert "law of revision 1" in check().output
    assert {path: path.stat().st_mtime_ns for path in (home / FOLDER).rglob("*")} == before
    with fed.nodes["DE-LP"].app.engine.begin() as connection:
        connection.execute(policy_revision.delete())
    (home / FOLDER / "000001.revision").unlink()
    lost = check()
    assert lost.exit_code == ExitCode.CONFIG
    assert "Revision 1 of the law cannot be believed" in lost.output + lost.stderr


def _normal(told: str, ids: dict[str, str]) -> str:
    """What differs from run to run, made the same: times, digests, ids, places in the ledger."""
    for number in re.findall(r"draft ([0-9a-f]{12})", told):
        ids.setdefault(number, f"{len(ids) + 1:012d}")
    for number, name in ids.items():
        told = told.replace(number, name)
    told = re.sub(r"\d{4}-\d\d-\d\d\s+\d\d:\d\d", "2026-11-26 13:30", told)
    told = re.sub(r"[0-9a-f]{64}", "9f" * 32, told)
    return re.sub(r"entry\s+\d+\s+of", "entry 7 of", told)


@scene
async def test_the_page_about_publishing_is_followed_word_for_word(
    fed: Federation, officers: Officers
) -> None:
    page = DOCS / "publishing.md"
    edited = officers.edited()
    assert await colour(fed, "one")
    ids: dict[str, str] = {}
    told: list[tuple[Command, str]] = []
    for command in commands(page):
        line = command.line.replace("edited/eu-member", edited)
        for number, name in ids.items():
            line = line.replace(name, number)
        result = await officers.says(command.who, *shlex.split(line)[2:], columns=80)
        told.append((command, _normal(result.output, ids)))
    assert len(told) > 5
    if os.environ.get("COMITY_WRITE_PAGES"):
        page.write_text(rewritten(page, told), "utf-8")
    for command, now in told:
        assert now == command.printed, command.line
