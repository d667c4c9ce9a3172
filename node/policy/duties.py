"""Duties that this node can meet: those it passes on with the data, and those that are carried out here.

A duty that a row names and that stands in none of these lists turns the release into a refusal: what was
promised to a person, an authority or a court and cannot be done is no condition but a pretence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

HOUR_MS: Final = 3_600_000
# Bind whoever receives the data; they leave inside the sealed answer, and the disclosure proves it.
PASSED_ON: Final = frozenset(
    {
        "feedback-30d",
        "flag-contested",
        "no-court-use",
        "no-onward",
        "locate-only",
        "no-surrender",
        "reconfirm-before-action",
        "report-whereabouts",
        "retain-7d",
        "retain-30d",
        "retain-90d",
        "retain-180d",
        "watermark",
    }
)
# Met by writing down: the owner's ledger holds when, to whom, for what purpose and under which instrument,
# and the ruling beside it every field, its form and the row that let it leave (LED 35 and 38(3)).
# `keep-confidential` binds whoever answers the person's request for access, and who reads it there.
IN_THE_RULING: Final = frozenset({"document-transfer", "keep-confidential", "log-full"})


@dataclass(frozen=True, slots=True)
class ForADesk:
    """A duty that people carry out: a task of one desk, written with the disclosure or nothing leaves.

    Attributes:
        desk: whose it is, of the vocabulary's desks.
        within_ms: time it has.
    """

    desk: str
    within_ms: int


# A day for being told, as "without delay" (LED 35(2)) is met by a desk that is not there at night; three days
# where the duty itself says so, and for an assurance that is to be filed.
FOR_A_DESK: Final[Mapping[str, ForADesk]] = {
    "assurance-recorded": ForADesk("legal-officer", 72 * HOUR_MS),
    "notify-child-unit": ForADesk("child-unit", 24 * HOUR_MS),
    "notify-dpo": ForADesk("data-protection", 24 * HOUR_MS),
    "notify-owner": ForADesk("duty-desk", 24 * HOUR_MS),
    "notify-subject": ForADesk("data-protection", 720 * HOUR_MS),
    "post-review-72h": ForADesk("legal-officer", 72 * HOUR_MS),
}
# Somebody met a record that a row keeps silent: whoever looks after it has a day, too.
ALERT_WITHIN_MS: Final = 24 * HOUR_MS
POSSIBLE_DUTIES: Final = PASSED_ON | IN_THE_RULING | FOR_A_DESK.keys()
