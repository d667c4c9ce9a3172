"""Duties that this node can meet: those it passes on with the data, and those it carries out itself.

A duty that a row names and that stands in neither list turns the release into a refusal: what was promised
to a person, an authority or a court and cannot be done is no condition but a pretence.
"""

from __future__ import annotations

from typing import Final

# Bind whoever receives the data; they leave inside the sealed answer, and the disclosure proves it.
PASSED_ON: Final = frozenset(
    {
        "feedback-30d",
        "flag-contested",
        "no-court-use",
        "no-onward",
        "no-surrender",
        "reconfirm-before-action",
        "retain-7d",
        "retain-30d",
        "retain-90d",
        "retain-180d",
        "watermark",
    }
)
# Met by the entry that the owner's ledger and the ruling beside it make of every disclosure: what left, to
# whom, why, by which row. Its desks are named there (``node.exchange.deciding``).
IN_THE_RULING: Final = frozenset(
    {
        "assurance-recorded",
        "document-transfer",
        "log-full",
        "notify-child-unit",
        "notify-dpo",
        "notify-owner",
        "post-review-72h",
    }
)
POSSIBLE_DUTIES: Final = PASSED_ON | IN_THE_RULING
