"""One situation explained where law is in force: what becomes of each field or of a question, and why.

The same use case as on a folder (``comity.policytools``), over the law in force here or over a draft, which
was examined within limits before it was kept. Nothing of the register is read: a record is described by its
labels.
"""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from comity.clock import day_of
from comity.errors import Reason, Refusal, StartError
from comity.policytools.archive import decoded
from comity.policytools.explaining import Explained, explain
from comity.policytools.judging import Judged, judge
from comity.policytools.situations import Given, apart
from comity.policytools.tree import GIVEN, MODEL, read_toml
from comity.rulings import PolicyError, RecordLabels, RequestContext, Verb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from comity.clock import Clock
    from comity.rulings import Bundle
    from node.storage.policies import StoredDraft

_TODAY: Final = "today"


class LookingAtLaw:
    """What officers ask about single situations. Blocking.

    Args:
        in_force: the law in force, and a folder of it.
        load: loads folders as the node would.
        draft: gives a draft by its id; raises ``Refusal`` NOT_FOUND.
        clock: says what day it is.
    """

    def __init__(
        self,
        *,
        in_force: Callable[[], tuple[Bundle, str]],
        load: Callable[[Sequence[str]], Bundle],
        draft: Callable[[str], StoredDraft],
        clock: Clock,
    ) -> None:
        self._in_force = in_force
        self._load = load
        self._draft = draft
        self._clock = clock

    def explain(self, draft_id: str, told: Mapping[str, str]) -> tuple[str, Explained]:
        """The version of the law that decided, and what it makes of a situation.

        Raises:
            Refusal: INVALID_REQUEST for a situation that nobody understands; NOT_FOUND.
        """
        with self._law(draft_id) as (bundle, given), _understood():
            request, record = apart(told)
            request.setdefault(_TODAY, self._today())
            known = bundle.law.vocabulary
            found = explain(
                bundle,
                given.build(RequestContext, request, known=known),
                given.build(RecordLabels, record, known=known),
            )
            return bundle.version, found

    def judge(self, draft_id: str, verb: Verb, told: Mapping[str, str]) -> tuple[str, Judged]:
        """The version of the law that decided, and its answer to a question of yes or no.

        Raises:
            Refusal: INVALID_REQUEST for a situation that nobody understands; NOT_FOUND.
        """
        with self._law(draft_id) as (bundle, given), _understood():
            return bundle.version, judge(bundle, given, verb, told, today=self._today())

    def _today(self) -> str:
        return f"{day_of(self._clock.now_ms())}"

    @contextlib.contextmanager
    def _law(self, draft_id: str) -> Iterator[tuple[Bundle, Given]]:
        if not draft_id:
            bundle, folder = self._in_force()
            yield bundle, _given(Path(folder).parent, bundle)
            return
        draft = self._draft(draft_id)
        with tempfile.TemporaryDirectory(prefix="comity-law-") as name:
            root = Path(name) / "law"
            decoded(draft.archive).unpack(root)
            try:
                bundle = self._load([str(root / one) for one in (MODEL, *draft.packs)])
            except StartError as error:
                raise Refusal(Reason.INVALID_REQUEST, str(error), field="draft_id") from error
            yield bundle, _given(root, bundle)


@contextlib.contextmanager
def _understood() -> Iterator[None]:
    """Whoever describes a situation that nobody understands is told which word it is."""
    try:
        yield
    except (PolicyError, ValueError) as error:
        sentence = error.sentence if isinstance(error, PolicyError) else str(error)
        raise Refusal(
            Reason.INVALID_REQUEST, sentence, field="attributes", hint=sentence
        ) from error


def _given(root: Path, bundle: Bundle) -> Given:
    """What this law takes for granted, with the members that the directory lists."""
    file = root / GIVEN
    words = read_toml(file) if file.is_file() else {}
    return Given(file, words, bundle.law.vocabulary.agencies)
