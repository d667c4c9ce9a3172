"""Tests as they are written beside the rows (``*_test.toml``), read strictly.

packs = ["core", "eu-member"]
[given.requests]   name = { agency = "FR-PJ", … }
[given.records]    name = { subject = "suspect", markings = ["minor"] }
[[test]]           claim, request, record, when = {…}, then = {…}, duties, alerts, searchable, not_searchable
[[ask]] [[route]]  claim, when = {…}, then = "yes by ROW", duties
[[onward]] [[evidence-use]] [[retain]]   the same, and record
[[relation]]       the same, and request, record, other, relation
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from comity.policytools.tree import known_keys, line_of, read_toml
from comity.rulings import AskContext, RecordLabels, RequestContext, RouteContext, UseContext, Verb
from comity.rulings.errors import PolicyError, nearest
from comity.rulings.functions import FORM_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from comity.policytools.situations import Given
    from comity.policytools.tree import Packs, Tree
    from comity.rulings.vocabulary import Vocabulary

# Questions that a table of tests asks with a yes or a no.
DECISIONS: Final[Mapping[Verb, type]] = {
    Verb.ASK: AskContext,
    Verb.ROUTE: RouteContext,
    Verb.ONWARD: UseContext,
    Verb.EVIDENCE: UseContext,
    Verb.RETAIN: UseContext,
    Verb.RELATION: RequestContext,
}
EVERYWHERE: Final = "*"
# Tests of one file; more belong into a second file.
TESTS_MAX: Final = 5_000
_FILE: Final = frozenset({"packs", "given", "test", *map(str, DECISIONS)})
_RELEASE: Final = frozenset(
    {
        *("claim", "request", "record", "when", "then"),
        *("duties", "alerts", "searchable", "not_searchable"),
    }
)
_DECISION: Final = frozenset({"claim", "when", "then", "duties"})
_ALSO: Final[Mapping[Verb, frozenset[str]]] = {
    Verb.ONWARD: frozenset({"record"}),
    Verb.EVIDENCE: frozenset({"record"}),
    Verb.RETAIN: frozenset({"record"}),
    Verb.RELATION: frozenset({"request", "record", "other", "relation"}),
}
_FORMS: Final = "|".join(("nothing", *FORM_WORDS))
_THEN_FIELD: Final = re.compile(
    rf"(?P<form>{_FORMS})(?: by (?P<by>[A-Z0-9-]+))?(?: needs (?P<needs>[a-z]+))?"
)
_THEN_DECISION: Final = re.compile(r"(?P<form>yes|no)(?: by (?P<by>[A-Z0-9-]+))?")


@dataclass(frozen=True, slots=True)
class Then:
    """What a test expects of one field or of one question."""

    form: str
    by: str = ""
    needs: str = ""

    def __str__(self) -> str:
        by = f" by {self.by}" if self.by else ""
        return self.form + by + (f" needs {self.needs}" if self.needs else "")


@dataclass(frozen=True, slots=True)
class ReleaseTest:
    """Given a request and a record, then these fields leave in these forms.

    Attributes:
        alerts: desks of the owner that are told; ``None`` where the test does not say, empty for nobody.
    """

    file: Path
    line: int
    claim: str
    request: RequestContext
    labels: RecordLabels
    then: Mapping[str, Then]
    duties: tuple[str, ...]
    searchable: tuple[str, ...] | None
    not_searchable: tuple[str, ...]
    alerts: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class DecisionTest:
    """Given a question, then yes or no.

    Attributes:
        asked: what ``Bundle.answer`` is asked of the verb.
    """

    file: Path
    line: int
    claim: str
    verb: Verb
    asked: tuple[Any, ...]
    then: Then
    duties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """One file of tests."""

    file: Path
    packs: Packs
    release: tuple[ReleaseTest, ...]
    decisions: tuple[DecisionTest, ...]
    requests: Mapping[str, Mapping[str, Any]]
    records: Mapping[str, Mapping[str, Any]]


def read_tests(file: Path, tree: Tree, given: Given) -> Written:
    """One file of tests.

    Raises:
        PolicyError: an unknown word, name or field, with the line where it stands.
    """
    told = read_toml(file)
    known_keys(file, 0, told, _FILE)
    packs = told.get("packs") or list(tree.usual(file.parent.name))
    for pack in packs:
        if not (tree.root / str(pack)).is_dir():
            raise PolicyError(file, line_of(file, "packs"), f'there is no pack "{pack}"')
    named = told.get("given", {})
    known_keys(file, line_of(file, "given"), named, frozenset({"requests", "records"}))
    reader = _Reader(
        file, given, named.get("requests", {}), named.get("records", {}), tree.vocabulary
    )
    paths, relations = tree.vocabulary.paths, tree.vocabulary.relations
    count = sum(len(told.get(kind, ())) for kind in ("test", *DECISIONS))
    if count > TESTS_MAX:
        raise PolicyError(file, 0, f"more than {TESTS_MAX} tests")
    return Written(
        file=file,
        packs=tuple(packs),
        release=tuple(reader.release(one, paths) for one in told.get("test", ())),
        decisions=tuple(
            reader.decision(verb, one, relations)
            for verb in DECISIONS
            for one in told.get(verb.value, ())
        ),
        requests=reader.requests,
        records=reader.records,
    )


class _Reader:
    __slots__ = ("_file", "_given", "_known", "records", "requests")

    def __init__(
        self,
        file: Path,
        given: Given,
        requests: Mapping[str, Mapping[str, Any]],
        records: Mapping[str, Mapping[str, Any]],
        known: Vocabulary,
    ) -> None:
        self._known = known
        self._file = file
        self._given = given
        self.requests = requests
        self.records = records

    def release(self, told: Mapping[str, Any], paths: frozenset[str]) -> ReleaseTest:
        claim, line = self._claim(told, _RELEASE)
        asked = {**self._named("request", self.requests, told, line), **told.get("when", {})}
        record = self._named("record", self.records, told, line)
        then = told.get("then", {})
        for path in (*then, *told.get("searchable", ()), *told.get("not_searchable", ())):
            if path not in paths and path != EVERYWHERE:
                raise PolicyError(self._file, line, f'unknown field "{path}"{nearest(path, paths)}')
        build = self._given.build
        searchable, alerts = told.get("searchable"), told.get("alerts")
        return ReleaseTest(
            file=self._file,
            line=line,
            claim=claim,
            request=build(RequestContext, asked, file=self._file, line=line, known=self._known),
            labels=build(RecordLabels, record, file=self._file, line=line, known=self._known),
            then={path: self._then(_THEN_FIELD, word, line) for path, word in then.items()},
            duties=tuple(told.get("duties", ())),
            searchable=None if searchable is None else tuple(searchable),
            not_searchable=tuple(told.get("not_searchable", ())),
            alerts=None if alerts is None else tuple(alerts),
        )

    def decision(
        self, verb: Verb, told: Mapping[str, Any], relations: frozenset[str]
    ) -> DecisionTest:
        claim, line = self._claim(told, _DECISION | _ALSO.get(verb, frozenset()))
        when = {**self._named("request", self.requests, told, line), **told.get("when", {})}
        kind, build = DECISIONS[verb], self._given.build
        asked: list[Any] = [build(kind, when, file=self._file, line=line, known=self._known)]
        if verb in _ALSO:
            asked.append(self._record("record", told, line))
        if verb is Verb.RELATION:
            relation = str(told.get("relation", ""))
            if relation not in relations:
                sentence = f'unknown relation "{relation}"{nearest(relation, relations)}'
                raise PolicyError(self._file, line, sentence)
            asked += [relation, self._record("other", told, line)]
        return DecisionTest(
            file=self._file,
            line=line,
            claim=claim,
            verb=verb,
            asked=tuple(asked),
            then=self._then(_THEN_DECISION, told.get("then", ""), line),
            duties=tuple(told.get("duties", ())),
        )

    def _record(self, key: str, told: Mapping[str, Any], line: int) -> RecordLabels:
        """The record that a key of a test names; the given one where it names none."""
        named = {"record": told[key]} if key in told else {}
        words = self._named("record", self.records, named, line)
        return self._given.build(RecordLabels, words, file=self._file, line=line, known=self._known)

    def _claim(self, told: Mapping[str, Any], known: frozenset[str]) -> tuple[str, int]:
        claim = told.get("claim", "")
        line = line_of(self._file, str(claim))
        if not isinstance(claim, str) or not claim:
            raise PolicyError(self._file, line, "a test needs a claim in words")
        known_keys(self._file, line, told, known)
        return claim, line

    def _named(
        self, kind: str, named: Mapping[str, Mapping[str, Any]], told: Mapping[str, Any], line: int
    ) -> Mapping[str, Any]:
        name = told.get(kind)
        if name is None:
            return {}
        if name not in named:
            sentence = f'there is no {kind} "{name}" under given{nearest(str(name), named)}'
            raise PolicyError(self._file, line, sentence)
        return named[name]

    def _then(self, pattern: re.Pattern[str], word: object, line: int) -> Then:
        found = pattern.fullmatch(str(word))
        if found is None:
            shape = (
                'a form, perhaps "by ROW" and "needs ROLE"'
                if pattern is _THEN_FIELD
                else "yes or no, perhaps by ROW"
            )
            raise PolicyError(self._file, line, f'"{word}" is not {shape}')
        told = found.groupdict()
        return Then(told["form"], told["by"] or "", told.get("needs") or "")
