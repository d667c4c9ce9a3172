"""What a node knows of a request beyond its words: facts that the ``when`` column of a row asks about.

Rules:

* A fact is put here by the node that rules, from what it can verify: certificate, signed directory, its own
  review records, clock, tables of law. Nothing is copied from a request's body because it says so.
* ``None`` is "nobody knows". A grant whose condition is not known to hold gives nothing; a restriction whose
  condition is not known to fail applies (``comity.rulings.conditions``).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts about one request.

    Attributes:
        confirmed: a qualified person at the requester confirmed the match (Prüm II 47(1)).
        described: a description of the facts of the case came along.
        owner_consent: the owner's consent to this very use is on record and unexpired.
        third_consent: the consent of whoever the data came from is on record.
        assurance: an assurance about the sentence is on record and a legal officer accepted it.
        threat: an imminent threat to life or public security was declared, with its reason.
        exculpatory: the data are sought for the defence or to exonerate.
        preservation: only keeping is asked for, not release.
        confidential: the asker wants it kept from the person that it asked (UNTOC 18(20)).
        same_purpose: the use is the one the data were supplied for.
        same_offence: the proceedings are about the offence that the data were supplied for.
        receiver_kind: of a later use, who is to get the data: member, private-body or public.
        team_member: the requester is a member of the joint investigation team of this case.
        competent: the directory lists the requester as a competent authority.
        contact_point: it is a single point of contact or national central bureau.
        suspended: the directory has it as suspended.
        reciprocity: it declared to the owner's country that it would answer the same question.
        missing_persons: the directory lists it as empowered to search for missing persons and remains.
        agency_type: police, border, customs, prosecution, court, fiu …, from the directory.
        sworn: the officer is a sworn law enforcement officer.
        clearance: the officer's clearance, 1 restricted to 4 top secret.
        certificates: what the officer is trained for: ``face``, ``fingerprint`` …
        misuse: the requester's misuse score as decided, 0 to 100; the table of decisions says it.
        urgent: the urgency lane was asked for, with a reason.
        over_quota: the agreed capacity of the day is used up.
        volume: questions that the requester put to this node within a day, counted in steps.
        candidates: how many records the answer shows; counted once it is settled which those are.
        match: how sure the match with this record is: exact, probable or possible; known like ``candidates``.
        name_parts: how many of given name, family name and full birth date are searched by.
        selectors: kinds of what is searched by: ``name``, ``face``, ``keeper`` …
        bulk: more than one individual case is asked about.
        sensitive_target: own staff, a public figure, or somebody close to the asker.
        asker_penalty_months: maximum penalty of the offence in the requester's law.
        owner_penalty_months: the same in the owner's law; 0 where the conduct is no offence.
        list_offence: the offence is one of the thirty-two for which double criminality is not tested.
        double_criminality: the conduct is an offence under both laws.
        treaty: standing of the instrument invoked: in-force, not-yet, expired, reserved, off-purpose.
        key: identity as one string.
    """

    confirmed: bool | None = None
    described: bool | None = None
    owner_consent: bool | None = None
    third_consent: bool | None = None
    assurance: bool | None = None
    threat: bool | None = None
    exculpatory: bool | None = None
    preservation: bool | None = None
    same_purpose: bool | None = None
    team_member: bool | None = None
    competent: bool | None = None
    contact_point: bool | None = None
    suspended: bool | None = None
    agency_type: str | None = None
    sworn: bool | None = None
    clearance: int | None = None
    certificates: frozenset[str] | None = None
    misuse: int | None = None
    urgent: bool | None = None
    over_quota: bool | None = None
    candidates: int | None = None
    name_parts: int | None = None
    selectors: frozenset[str] | None = None
    bulk: bool | None = None
    sensitive_target: bool | None = None
    asker_penalty_months: int | None = None
    owner_penalty_months: int | None = None
    list_offence: bool | None = None
    double_criminality: bool | None = None
    treaty: str | None = None
    missing_persons: bool | None = None
    reciprocity: bool | None = None
    confidential: bool | None = None
    same_offence: bool | None = None
    receiver_kind: str | None = None
    volume: int | None = None
    match: str | None = None
    key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        told = []
        for one in fields(self):
            if one.name == "key":
                continue
            value = getattr(self, one.name)
            if value is not None:
                plain = "|".join(sorted(value)) if isinstance(value, frozenset) else str(value)
                told.append(f"{one.name}={plain}")
        object.__setattr__(self, "key", ";".join(told))

    def __hash__(self) -> int:
        """Of the key, which says everything: thirty attributes need not be gone through each time."""
        return hash(self.key)


# Nothing is known.
NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """Facts about one record, as conditions see them.

    Attributes:
        own_national: the person is a national of the owner's country.
        asker_national: the person is a national of the country that asks, directly or through another.
        closed_to_asker: the owner closed the record to the country that asks, directly or through another.
        addressed_to_asker: the owner addressed it to the country that asks; also to the one that it asks for.
        flagged_by_asker: the country that asks flagged what the record asks for as not possible with it.
        markings: everything its owner marked it with.
    """

    own_national: bool | None = None
    asker_national: bool | None = None
    closed_to_asker: bool | None = None
    addressed_to_asker: bool | None = None
    flagged_by_asker: bool | None = None
    markings: frozenset[str] = frozenset()


NO_RECORD_FACTS = RecordFacts()
