"""This node's past rulings, looked at under a draft."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.errors import Reason, Refusal, StartError
from comity.policytools.archive import decoded
from comity.policytools.replaying import Replayed, replay
from comity.policytools.tree import MODEL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from comity.policytools.replaying import NamesCase
    from comity.rulings import Bundle
    from node.storage.policies import StoredDraft


class PastRulings:
    """Rulings that this node recorded with its disclosures.

    Args:
        recorded: gives the newest recorded rulings, at most so many.
        load: loads folders as the node would.
        name_case: makes the digest under which a case was recorded.
    """

    def __init__(
        self,
        recorded: Callable[[int], Iterator[bytes]],
        load: Callable[[Sequence[str]], Bundle],
        name_case: NamesCase,
    ) -> None:
        self._recorded = recorded
        self._load = load
        self._name_case = name_case

    def under(self, draft: StoredDraft, limit: int) -> Replayed:
        """What the draft would have changed. Blocking.

        Raises:
            Refusal: the draft cannot be loaded.
        """
        with tempfile.TemporaryDirectory(prefix="comity-law-") as name:
            root = Path(name) / "law"
            decoded(draft.archive).unpack(root)
            try:
                bundle = self._load([str(root / one) for one in (MODEL, *draft.packs)])
            except StartError as error:
                raise Refusal(Reason.INVALID_REQUEST, str(error), field="draft_id") from error
            return replay(self._read(limit), bundle, self._name_case)

    def _read(self, limit: int) -> Iterator[dict[str, Any]]:
        for ruling in self._recorded(limit):
            told = json.loads(ruling)
            if told:
                yield told
