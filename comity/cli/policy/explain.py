"""``comity policy explain``: one request, one record, every field, and why; or one question of yes or no."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import click

from comity.api.admin.v1 import policy_service_pb2 as api
from comity.cli.options import json_option, print_json, profile_option
from comity.cli.policy import from_node, judging, remote, saying
from comity.cli.policy.saying import say
from comity.cli.wording import plain_word
from comity.policytools.explaining import Explained, FieldExplained, Miss
from comity.policytools.explaining import explain as explained
from comity.policytools.judging import JUDGED, Judged, judge
from comity.policytools.situations import apart, given, pairs
from comity.policytools.tree import Tree, open_tree
from comity.policytools.wording import FORMS, form_words
from comity.policytools.written import read_tests
from comity.rulings import Form, PolicyError, RecordLabels, RequestContext, Verb
from comity.rulings.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from comity.rulings import FieldRuling

# As written here click shows examples; a docstring with its mark would have to be escaped.
_HELP: Final = """Explain one request: each field's form, row, law, duties, and what would change it.

PATH is one pack; with --node the law in force at your node explains, with --draft a draft there. What you
do not say is taken from given.toml beside the packs, for example

\b
  comity policy explain policies/eu-member subject=witness approval=judge
  comity policy explain policies/eu-member marking=minor agency=GB-CA \\
    instrument=TCA-2020
  comity policy explain --node subject=witness approval=judge

With --verb it says whether a question would be admitted (ask), a relation told, or data passed on, used in
court or kept, and which row decides:

\b
  comity policy explain policies/eu-member --verb ask role=analyst
  comity policy explain policies/eu-member --verb relation relation=associate \\
    other=contact stage=3
"""
_STYLES: Final = {Form.FULL: saying.GOOD, Form.NOTHING: saying.DIM, Form.HIT: saying.WARN}


@click.command(help=_HELP)
@click.argument("words", nargs=-1, metavar="[PATH] [ATTRIBUTE=WORD]...")
@click.option("--request", "asked", default="", help="A request by its name in the tests.")
@click.option(
    "--field",
    "wanted",
    multiple=True,
    help="Only this field, for example person.names; repeatable.",
)
@click.option(
    "--verb",
    type=click.Choice([str(one) for one in JUDGED]),
    help="A question of yes or no, instead of what leaves of a record.",
)
@click.option("--record", "labels", default="", help="A record by its name in the tests.")
@saying.node_options
@json_option
@profile_option
def explain(
    words: tuple[str, ...],
    *,
    asked: str,
    labels: str,
    wanted: tuple[str, ...],
    verb: str | None,
    node: bool,
    draft: str,
    as_json: bool,
    profile: str | None,
) -> None:
    """The command; its help says what it does."""
    folders = [word for word in words[:1] if "=" not in word]
    at_node = node or bool(draft)
    if at_node and (folders or asked or labels):
        raise click.UsageError("A node explains the law it has: name no folder or tests.")
    if verb and (asked or labels or wanted):
        raise click.UsageError("A question of yes or no has no fields, and is told in attributes.")
    try:
        told = pairs(words[len(folders) :])
        if verb:
            judged = _judged(Verb(verb), told, None if at_node else folders, draft, profile)
            judging.show(judged, as_json=as_json)
            return
        if at_node:
            found = _at_node(told, draft, profile)
        else:
            found = _in_folder(saying.folder(folders), apart(told), asked, labels)
    except ValueError as error:
        raise click.UsageError(_whole(str(error))) from error
    found = _only(found, wanted)
    if as_json:
        print_json(_plain(found))
    else:
        _show(found)


def _only(found: Explained, wanted: tuple[str, ...]) -> Explained:
    """What was found of these fields; of all where none is named."""
    if not wanted:
        return found
    kept = tuple(one for one in found.fields if one.path in wanted)
    if len(kept) != len(set(wanted)):
        paths = [one.path for one in found.fields]
        none = next(one for one in wanted if one not in paths)
        sentence = f"A record like this has no field {none}{nearest(none, paths)}"
        raise click.UsageError(_whole(sentence))
    return replace(found, fields=kept)


def _whole(sentence: str) -> str:
    """A sentence with its end."""
    return sentence if sentence.endswith("?") else f"{sentence}."


def _at_node(told: Mapping[str, str], draft: str, profile: str | None) -> Explained:
    attributes = [api.Attribute(name=name, word=word) for name, word in told.items()]
    request = api.ExplainRulingRequest(draft_id=draft, attributes=attributes)
    with remote.service(profile) as service:
        return from_node.explained(service.call("ExplainRuling", request))


def _judged(
    verb: Verb, told: Mapping[str, str], folders: list[str] | None, draft: str, profile: str | None
) -> Judged:
    """A question of yes or no; where there are no folders, asked of the node."""
    if folders is None:
        attributes = [api.Attribute(name=name, word=word) for name, word in told.items()]
        request = api.ExplainRulingRequest(draft_id=draft, attributes=attributes, verb=verb)
        with remote.service(profile) as service:
            return from_node.judged(service.call("ExplainRuling", request))
    tree = _one_pack(saying.folder(folders))
    try:
        return judge(tree.bundle(tree.releasing()), given(tree), verb, told)
    except PolicyError as error:  # what was typed is at fault, and no file
        raise ValueError(error.sentence) from error


def _one_pack(path: Path) -> Tree:
    tree = open_tree(path)
    if len(tree.chosen) != 1:
        raise click.UsageError(f"Name one pack: {', '.join(tree.chosen)}.")
    return tree


def _in_folder(
    path: Path, told: tuple[dict[str, str], dict[str, str]], asked: str, labels: str
) -> Explained:
    tree = _one_pack(path)
    known = _named(tree)
    ground = given(tree)
    request = {**_find(known[0], asked, "request"), **told[0]}
    record = {**_find(known[1], labels, "record"), **told[1]}
    bundle, words = tree.bundle(tree.releasing()), tree.vocabulary
    try:
        built = (
            ground.build(RequestContext, request, known=words),
            ground.build(RecordLabels, record, known=words),
        )
    except PolicyError as error:  # what was typed is at fault, and no file
        raise ValueError(error.sentence) from error
    return explained(bundle, *built)


def _named(tree: Tree) -> tuple[dict[str, Mapping[str, Any]], dict[str, Mapping[str, Any]]]:
    requests: dict[str, Mapping[str, Any]] = {}
    records: dict[str, Mapping[str, Any]] = {}
    ground = given(tree)
    for file in tree.tests(tree.chosen[0]):
        written = read_tests(file, tree, ground)
        requests.update(written.requests)
        records.update(written.records)
    return requests, records


def _find(known: Mapping[str, Mapping[str, Any]], name: str, kind: str) -> Mapping[str, Any]:
    if name and name not in known:
        raise click.UsageError(f"There is no {kind} {name!r}; there are {', '.join(known)}.")
    return known.get(name, {})


def _alike(found: Explained) -> list[tuple[FieldExplained, list[str]]]:
    """Fields with the same ruling and the same miss, together."""
    groups: dict[tuple[FieldRuling, Miss | None], tuple[FieldExplained, list[str]]] = {}
    for one in found.fields:
        coarser = one.ruling.form is Form.GENERALISED
        alike = one.ruling if coarser else replace(one.ruling, how="")
        groups.setdefault((alike, one.miss), (one, []))[1].append(one.path)
    return sorted(groups.values(), key=lambda pair: -pair[0].ruling.form)


def _show(found: Explained) -> None:
    say(found.request, style=saying.BOLD)
    say(found.record, style=saying.BOLD, lead="about a record: ")
    if found.best < Form.HIT:
        say("Nothing leaves: the other side sees what it would see had we no such record.")
    for one, paths in _alike(found):
        ruling = one.ruling
        say("")
        names = ", ".join(plain_word(path.partition(".")[2]) for path in paths)
        form = form_words(ruling.form, ruling.how)
        say(names, lead=f"{form}: ", style=_STYLES.get(ruling.form, ""))
        for sentence in _why(one):
            say(sentence, indent=1)
    say("")
    searchable = [plain_word(one.path.partition(".")[2]) for one in found.fields if one.searchable]
    say(", ".join(searchable) or "nothing", lead="may be searched on: ")
    say(", ".join(found.duties) or "none", lead="duties: ")
    for duty, row in found.duty_rows:
        say(f"{duty} by {row.id} ({row.law}): {row.sentence}", indent=1)


def _why(one: FieldExplained) -> Iterable[str]:
    ruling = one.ruling
    if ruling.row:
        yield f"{ruling.row} ({ruling.law}): {ruling.sentence}"
    else:
        yield ruling.sentence
    if ruling.form is not Form.FULL:
        capping = one.capped_by
        if capping is not None and capping.id != ruling.row:
            yield f"not more, by {capping.id} ({capping.law}): {capping.sentence}"
        hidden = "" if ruling.tell else ", and neither row nor law"
        yield f"the other side is told: {ruling.reason}{hidden}"
    if ruling.needs is not None:
        role, form = ruling.needs.role, FORMS[ruling.needs.form]
        yield f"had the {role} agreed, it would leave {form}, by {ruling.needs.row}"
    said = ruling.needs is not None and one.miss is not None and one.miss.row == ruling.needs.row
    if one.miss is not None and not said and (one.miss.failed or one.miss.blocked_by):
        yield _missed(one.miss)
    if ruling.duties:
        yield f"bound by: {', '.join(ruling.duties)}"


def _missed(miss: Miss) -> str:
    form = FORMS[miss.form]
    if miss.blocked_by:
        return f"{miss.row} would release it {form}; {miss.blocked_by} stands before it"
    return f"nearest to more: {miss.row} would release it {form}, but " + ", and ".join(miss.failed)


def _plain(found: Explained) -> dict[str, Any]:
    return {
        "request": found.request,
        "record": found.record,
        "best": found.best.name.lower(),
        "duties": list(found.duties),
        "fields": [_plain_field(one) for one in found.fields],
    }


def _plain_field(one: FieldExplained) -> dict[str, Any]:
    ruling, needs = one.ruling, one.ruling.needs
    return {
        "field": one.path,
        "form": ruling.form.name.lower(),
        "how": ruling.how,
        "row": ruling.row,
        "law": ruling.law,
        "sentence": ruling.sentence,
        "reason": str(ruling.reason),
        "told": ruling.tell,
        "capped_by": ruling.capped_by,
        "duties": list(ruling.duties),
        "needs": needs and {"role": needs.role, "form": needs.form.name.lower(), "row": needs.row},
        "nearest": one.miss
        and {
            "row": one.miss.row,
            "form": one.miss.form.name.lower(),
            "failed": list(one.miss.failed),
            "blocked_by": one.miss.blocked_by,
        },
        "searchable": one.searchable,
    }
