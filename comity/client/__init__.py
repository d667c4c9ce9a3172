"""Calling the agency's own node from Python: typed questions, typed replies, coded errors.

    from comity.client import Aim, Comity, Document, Justification, Purpose, SubjectCategory

    with Comity.open() as comity:
        reply = comity.lookup(Document("AB123456"), why)

``Comity`` waits, ``AsyncComity`` runs in an event loop. It knows the contract (``comity.api.query.v1``)
and mutual TLS; all sealing, law and proof is the node's, so it holds no federation key and may import
neither gateway nor node. Only ``wire`` touches protobuf values; callers see frozen dataclasses.
"""

from comity.client.asynchronous import AsyncComity
from comity.client.blocking import Comity
from comity.client.conversation import Conversation
from comity.client.errors import (
    AccessError,
    BusyError,
    ClosedError,
    ComityCallError,
    ConditionError,
    ExpiredError,
    FaultError,
    MissingError,
    RequestError,
    Unreachable,
)
from comity.client.grouping import Compared, Finding, Group, Member
from comity.client.model import (
    Approval,
    Assertion,
    Assurances,
    Edge,
    Hit,
    Justification,
    Mark,
    PastQuery,
    Question,
    RecordView,
    Reply,
    SourceAnswer,
    Summary,
    Treatment,
)
from comity.client.plain import as_plain
from comity.client.profile import Profile, ProfileError
from comity.client.selectors import (
    Account,
    Aircraft,
    Biometric,
    Container,
    Document,
    Firearm,
    Leg,
    Observable,
    Organisation,
    Person,
    Reference,
    Seizure,
    Selector,
    Shipment,
    StolenObject,
    Vehicle,
    Vessel,
)
from comity.client.words import (
    Aim,
    Band,
    Form,
    ObservableType,
    Outcome,
    Purpose,
    ReferenceType,
    Stage,
    SubjectCategory,
    TargetCheck,
    Urgency,
)
from comity.errors import Reason

__all__ = [
    "AccessError",
    "Account",
    "Aim",
    "Aircraft",
    "Approval",
    "Assertion",
    "Assurances",
    "AsyncComity",
    "Band",
    "Biometric",
    "BusyError",
    "ClosedError",
    "Comity",
    "ComityCallError",
    "Compared",
    "ConditionError",
    "Container",
    "Conversation",
    "Document",
    "Edge",
    "ExpiredError",
    "FaultError",
    "Finding",
    "Firearm",
    "Form",
    "Group",
    "Hit",
    "Justification",
    "Leg",
    "Mark",
    "Member",
    "MissingError",
    "Observable",
    "ObservableType",
    "Organisation",
    "Outcome",
    "PastQuery",
    "Person",
    "Profile",
    "ProfileError",
    "Purpose",
    "Question",
    "Reason",
    "RecordView",
    "Reference",
    "ReferenceType",
    "Reply",
    "RequestError",
    "Seizure",
    "Selector",
    "Shipment",
    "SourceAnswer",
    "Stage",
    "StolenObject",
    "SubjectCategory",
    "Summary",
    "TargetCheck",
    "Treatment",
    "Unreachable",
    "Urgency",
    "Vehicle",
    "Vessel",
    "as_plain",
]
