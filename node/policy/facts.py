"""Facts that a node establishes about a request: from the signed directory and from the question's shape.

Rules:

* What a member *is* (type, competence, contact point, suspension) comes from the directory that the
  federation's officers signed, whatever the request says.
* The shape of a question is counted, not asked for.
* Facts that only a person can establish (a confirmed match, a consent, an assurance) come from review
  records; while there are none they stay unknown, and what is unknown is stricter.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from comity.identity.directory import Member
    from comity.rulings import Facts

# Groups of the directory that say what a member is.
COMPETENT: Final = "COMPETENT-AUTHORITY"
CONTACT_POINT: Final = "SPOC"
TYPE: Final = "TYPE-"


def member_facts(shape: Facts, member: Member | None, *, urgent: bool) -> Facts:
    """What the directory says of an asking member, beside the shape of its question."""
    groups = member.groups if member else frozenset()
    kinds = sorted(group for group in groups if group.startswith(TYPE))
    return replace(
        shape,
        competent=COMPETENT in groups,
        contact_point=CONTACT_POINT in groups,
        suspended=member is None or not member.active,
        agency_type=kinds[0].removeprefix(TYPE).lower() if kinds else None,
        urgent=urgent,
    )
