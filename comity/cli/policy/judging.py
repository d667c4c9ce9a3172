"""How ``comity policy explain --verb`` shows the answer to a question of yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.cli.options import print_json
from comity.cli.policy import saying
from comity.cli.policy.saying import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comity.policytools.judging import Judged


def show(found: Judged, *, as_json: bool) -> None:
    """The question, the answer, and why."""
    if as_json:
        print_json(_plain(found))
        return
    said = found.decision
    say(found.question, style=saying.BOLD)
    say("")
    say("yes" if said.allowed else "no", style=saying.GOOD if said.allowed else saying.BAD)
    for sentence in _why(found):
        say(sentence, indent=1)


def _why(found: Judged) -> Iterable[str]:
    said, near = found.decision, found.near
    if said.row:
        yield f"{said.row} ({said.law}): {said.sentence}"
    else:
        yield "one end of it is not shown at all: explain what leaves of its record"
    if not said.allowed:
        hidden = "" if said.tell else ", and neither row nor law"
        yield f"whoever asks is told: {said.reason}{hidden}"
    if found.role:
        yield f"had the {found.role} agreed, it would be a yes, by {found.approved_by}"
    if near is not None and near.row != found.approved_by:
        if near.blocked_by:
            yield f"{near.row} would allow it; {near.blocked_by} stands before it"
        elif near.failed:
            yield f"nearest to a yes: {near.row}, but " + ", and ".join(near.failed)
    if said.duties:
        yield f"bound by: {', '.join(said.duties)}"


def _plain(found: Judged) -> dict[str, Any]:
    said, near = found.decision, found.near
    return {
        "question": found.question,
        "allowed": said.allowed,
        "row": said.row,
        "law": said.law,
        "sentence": said.sentence,
        "reason": str(said.reason),
        "effect": str(said.effect),
        "told": said.tell,
        "duties": list(said.duties),
        "needs": {"role": found.role, "row": found.approved_by} if found.role else None,
        "nearest": near
        and {"row": near.row, "failed": list(near.failed), "blocked_by": near.blocked_by},
    }
