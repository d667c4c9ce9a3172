"""The documents lead somewhere, can all be found, and promise nothing that no test keeps."""

from __future__ import annotations

import ast
import importlib
import re
from typing import TYPE_CHECKING

import click
import pytest

from comity.cli.main import comity
from gateway.cli.main import gateway as gateway_program
from node.cli.main import node as node_program
from node.rpc.query_service import ASKING_ROLES, SEEING_ROLES
from node.storage.callers import ROLES
from scripts import generate_settings
from tests.unit.docs.pages import PAGES, ROOT, anchors, links, prose, rows

if TYPE_CHECKING:
    from pathlib import Path

DOCS = ROOT / "docs"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name_of(page)}: {link}"
        if anchor:
            assert anchor in anchors(target), f"{name_of(page)}: {link}"


def test_every_page_can_be_reached_from_the_index() -> None:
    found: set[Path] = set()
    todo = [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page in found:
            continue
        found.add(page)
        inner = (link.partition("#")[0] for link in links(page) if "://" not in link)
        todo += [(page.parent / path).resolve() for path in inner if path.endswith(".md")]
    assert sorted(map(name_of, set(DOCS.rglob("*.md")) - found)) == []


def test_every_page_that_code_refers_to_exists() -> None:
    missing = {}
    for folder in ("comity", "gateway", "node", "proto", "bench"):
        for source in (ROOT / folder).rglob("*"):
            if source.suffix in {".py", ".proto"} and "_pb2" not in source.name:
                for path in re.findall(r"\bdocs/[\w./-]+", source.read_text("utf-8")):
                    told = path.rstrip(".")
                    if not ((ROOT / told).exists() or any(ROOT.glob(f"{told}-*"))):
                        missing[told] = name_of(source)
    assert missing == {}


def test_security_names_for_each_claim_a_test_that_exists() -> None:
    claims = [row for row in rows(DOCS / "security.md") if len(row) == 2]
    assert len(claims) > 40
    for claim, shown in claims:
        named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", shown)
        assert named, f"no test shows: {claim}"
        for file, test in named:
            tree = ast.parse((ROOT / file).read_text("utf-8"))
            there = {one.name for one in ast.walk(tree) if isinstance(one, FUNCTIONS)}
            assert test in there, f"{file} has no {test}, which is to show: {claim}"


def test_security_asks_every_question_and_says_what_is_not_guaranteed() -> None:
    sections = re.split(r"^## ", prose(DOCS / "security.md"), flags=re.MULTILINE)[1:]
    asked = [section.partition(":")[0] for section in sections]
    assert asked == [
        *("Confidentiality", "Integrity", "Availability", "Access", "Keys", "Purpose"),
        "Minimisation",
    ]
    assert all("\nNot guaranteed: " in section for section in sections)


def test_the_glossarys_words_are_in_the_code() -> None:
    named = [row[2].strip("`") for row in rows(DOCS / "glossary.md") if row[2]]
    assert len(named) > 25
    for name in named:
        module, _, attribute = name.rpartition(".")
        try:
            importlib.import_module(name)
        except ModuleNotFoundError:
            assert hasattr(importlib.import_module(module), attribute), name


def test_the_page_of_settings_is_what_the_programs_read() -> None:
    told = generate_settings.PAGE.read_text("utf-8")
    assert told == generate_settings.page(), "run `make generate`"


def test_the_roles_are_the_nodes() -> None:
    told = {row[0]: (row[1] == "yes", row[2] == "yes") for row in rows(DOCS / "reference/roles.md")}
    assert told == {role: (role in ASKING_ROLES, role in SEEING_ROLES) for role in ROLES}


def test_every_decision_is_listed() -> None:
    listed = {link for link in links(DOCS / "adr/README.md") if link.endswith(".md")}
    assert listed == {page.name for page in (DOCS / "adr").glob("0*.md")}


def sentences_of_code() -> list[re.Pattern[str]]:
    """Texts of the programs, with anything where a value goes."""
    found = []
    for folder in ("comity", "gateway", "node"):
        for source in (ROOT / folder).rglob("*.py"):
            if "_pb2" in source.name:
                continue
            for one in ast.walk(ast.parse(source.read_text("utf-8"))):
                parts = one.values if isinstance(one, ast.JoinedStr) else [one]
                texts = [part.value if isinstance(part, ast.Constant) else None for part in parts]
                if any(isinstance(text, str) and " " in text for text in texts):
                    found.append(texts)
    return ["".join(part if isinstance(part, str) else "…" for part in texts) for texts in found]


def test_the_operators_find_only_sentences_that_programs_say() -> None:
    said = [re.sub(r"[\s…]+", " ", text) for text in sentences_of_code()]
    for page in ("troubleshooting.md", "joining.md"):
        for row in rows(DOCS / "operator" / page):
            if len(row) < 3:
                continue
            for part in re.split(r"[…:]", row[0]):
                words = " ".join(part.split()).strip(" .:")
                if len(words) > 12:
                    assert any(words in text for text in said), f"{page}: nobody says {words!r}"


def commands_of_documents() -> list[tuple[str, str]]:
    """Every call of a program in code, inline or in blocks, with its page."""
    found = set()
    for page in PAGES:
        text = page.read_text("utf-8").replace("\\\n", " ")
        for span in re.findall(r"`([^`\n]+)`", text) + re.findall(r"^.*$", text, re.MULTILINE):
            for call in re.findall(
                r"(?:^| |bin/)((?:comity|comity-node|comity-gateway) [a-z-].*)", span
            ):
                told = re.split(r"[`|;]| && |…", call)[0].strip()
                if span.startswith(("comity", "  ", ".venv", "COMITY", "/opt")) or "`" not in span:
                    found.add((name_of(page), told))
    return sorted(found)


PROGRAMS = {"comity": comity, "comity-node": node_program, "comity-gateway": gateway_program}


@pytest.mark.parametrize(("page", "call"), commands_of_documents())
def test_every_command_in_a_document_exists_with_its_options(page: str, call: str) -> None:
    name, *words = call.split()
    command: click.Command = PROGRAMS[name]
    context = click.Context(command, info_name=name)
    path = [name]
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        if found is None:
            assert path != [name], f"{page}: there is no `{name} {words[0]}`"
            break
        path.append(words.pop(0))
        command = found
    options = {option for one in command.params for option in one.opts} | {"--help", "-h"}
    for word in words:
        if word.startswith("--"):
            assert word.partition("=")[0].strip("[]") in options, f"{page}: {' '.join(path)} {word}"


def test_every_make_target_in_a_document_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in PAGES:
        for named in re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE):
            assert named in targets, f"{name_of(page)}: make {named}"
