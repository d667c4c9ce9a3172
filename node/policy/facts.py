"""Facts that a node establishes about a request: from the directory, its shape, and what its asker signed.

Rules:

* What a member *is* (type, competence, contact point, suspension, membership of a joint team) comes from the
  directory that the federation's officers signed, whatever the request says.
* What is known of a member and of its officer is known of nobody else: where it asks for another country, it
  is not known of whoever gets the answer.
* The shape of a question is counted, not asked for; so is the capacity that is used up.
* What only the asking agency can know (the facts of its case, a threat, whom it asks about) is a statement
  that it signed with the question. A statement makes its own fact true and nothing else; rows say what that
  opens.
* A statement about a record counts only with the reference that this node gave that agency for that record:
  no other node and no other agency can name it. A system confirms nothing.
* What is asked to be kept only is not released: a request for preservation is judged at the stage of a hit.
* An assurance about a sentence is one where this agency's legal officer accepts that member's assurances.
* What an officer is (sworn, cleared, certified) is stated by the officer's own node from its operator's
  entries, counts on its day, and never for a system.
* A consent has no source yet; it stays unknown, and what is unknown is stricter
  (docs/policy-officer/attributes.md).
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from node.qualifications import MACHINES, NOT_QUALIFIED

if TYPE_CHECKING:
    from comity.identity.directory import Member
    from comity.rulings import Facts
    from node.exchange.model import Assurances
    from node.qualifications import Qualifications

# Groups of the directory that say what a member is.
COMPETENT: Final = "COMPETENT-AUTHORITY"
CONTACT_POINT: Final = "SPOC"
# Empowered by its national law to search for missing persons and unidentified remains (Prüm II Article 29).
MISSING_PERSONS: Final = "MISSING-PERSONS-AUTHORITY"
TYPE: Final = "TYPE-"
# A joint investigation team is a group of the directory, its case is called alike: JIT-FR-CH-7, JIT:FR-CH-7.
TEAM_CASE: Final = "JIT:"
TEAM: Final = "JIT-"
# Declared to a country that it would be answered the same question, as reciprocity wants: RECIPROCITY-CH.
RECIPROCITY: Final = "RECIPROCITY-"
# Urgencies of a routing, lowest and highest.
NORMAL: Final = 1
EMERGENCY: Final = 3
# Members times shapes of question times what is stated: a few hundred at most.
FACTS_REMEMBERED: Final = 4_096


def member_facts(
    shape: Facts, member: Member | None, *, case: str, urgency: int, toward: str = ""
) -> Facts:
    """What the directory says of an asking member, beside the shape of its question.

    ``toward`` is the country that is asked; empty where several are.
    """
    groups = member.groups if member else frozenset()
    return _member_facts(
        shape,
        groups,
        active=member is not None and member.active,
        in_team=case.startswith(TEAM_CASE) and TEAM + case.removeprefix(TEAM_CASE) in groups,
        urgent=urgency > NORMAL,
        reciprocity=RECIPROCITY + toward in groups if toward else None,
    )


@lru_cache(maxsize=FACTS_REMEMBERED)
def _member_facts(
    shape: Facts,
    groups: frozenset[str],
    *,
    active: bool,
    in_team: bool,
    urgent: bool,
    reciprocity: bool | None,
) -> Facts:
    kinds = sorted(group for group in groups if group.startswith(TYPE))
    return replace(
        shape,
        competent=COMPETENT in groups,
        contact_point=CONTACT_POINT in groups,
        missing_persons=MISSING_PERSONS in groups,
        suspended=not active,
        agency_type=kinds[0].removeprefix(TYPE).lower() if kinds else None,
        team_member=in_team,
        urgent=urgent,
        reciprocity=reciprocity,
    )


def stated_facts(facts: Facts, stated: Assurances, *, urgency: int, accepted: bool) -> Facts:
    """What the asking agency signed, as far as it counts.

    Args:
        facts: what is known besides.
        stated: as signed with the question.
        urgency: of the routing, which the gateway saw, too.
        accepted: whether this agency's legal officer accepts that member's assurances about sentences.
    """
    return _stated_facts(
        facts,
        described=bool(stated.facts.strip()),
        assurance=accepted and bool(stated.sentence.strip()),
        threat=urgency >= EMERGENCY and bool(stated.threat.strip()),
        exculpatory=stated.exculpatory,
        preservation=stated.preservation,
        confidential=stated.confidential,
        sensitive_target=stated.sensitive,
    )


@lru_cache(maxsize=FACTS_REMEMBERED)
def _stated_facts(
    facts: Facts,
    *,
    described: bool,
    assurance: bool,
    threat: bool,
    exculpatory: bool,
    preservation: bool,
    confidential: bool,
    sensitive_target: bool | None,
) -> Facts:
    """Remembered without what was written: it may name people."""
    return replace(
        facts,
        confirmed=False,
        described=described,
        assurance=assurance,
        threat=threat,
        exculpatory=exculpatory,
        preservation=preservation,
        confidential=confidential,
        sensitive_target=sensitive_target,
    )


@lru_cache(maxsize=FACTS_REMEMBERED)
def relayed_facts(facts: Facts) -> Facts:
    """Of a question asked for another country: what the member is that asks says nothing of that country.

    Unknown is stricter, so a relay lends neither its competence, its reciprocity nor its team to anybody.
    """
    return replace(
        facts,
        competent=None,
        contact_point=None,
        missing_persons=None,
        team_member=None,
        reciprocity=None,
        agency_type=None,
    )


def qualified_facts(facts: Facts, counting: Qualifications) -> Facts:
    """What is known of the officer who asks; of one with no entry nothing is."""
    return facts if counting is NOT_QUALIFIED else _qualified_facts(facts, counting)


@lru_cache(maxsize=FACTS_REMEMBERED)
def _qualified_facts(facts: Facts, counting: Qualifications) -> Facts:
    return replace(
        facts,
        sworn=counting.sworn or None,
        clearance=counting.clearance or None,
        certificates=counting.certificates or None,
    )


def confirmable(stated: Assurances, *, role: str) -> frozenset[str]:
    """References of records whose match a person confirmed."""
    return frozenset() if role in MACHINES else frozenset(stated.confirmed)
