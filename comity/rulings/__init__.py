"""Rulings: the law in force, asked through Casbin; gateway (``route``) and node share it.

It knows policy rows, words and contexts. It must never know records' values, storage, gRPC or protobuf,
and nothing but ``comity.rulings`` may import Casbin.

    ComityError
    └── PolicyError         a policy that cannot be taken into force: file, line and one sentence
"""

from comity.rulings.context import (
    APPROVALS,
    AskContext,
    Form,
    RecordLabels,
    RequestContext,
    RouteContext,
)
from comity.rulings.mask import Approval, Decision, FieldRuling, Mask
from comity.rulings.reasons import ReasonCode

__all__ = [
    "APPROVALS",
    "Approval",
    "AskContext",
    "Decision",
    "FieldRuling",
    "Form",
    "Mask",
    "ReasonCode",
    "RecordLabels",
    "RequestContext",
    "RouteContext",
]
