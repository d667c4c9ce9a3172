"""Rulings: the law in force, asked through Casbin; gateway (``route``) and node share it.

It knows policy rows, words and contexts. It must never know records' values, storage, gRPC or protobuf,
and nothing but ``comity.rulings`` may import Casbin.

    ComityError
    └── PolicyError         a policy that cannot be taken into force: file, line and one sentence
"""

from comity.rulings.bundle import Bundle
from comity.rulings.columns import GATEWAY_VERBS, NODE_VERBS, Verb
from comity.rulings.context import APPROVALS, Form, RecordLabels, RequestContext
from comity.rulings.effects import Effect, Instead
from comity.rulings.errors import PolicyError
from comity.rulings.facts import Facts
from comity.rulings.loader import load_bundle
from comity.rulings.mask import Approval, Decision, FieldRuling, Mask
from comity.rulings.policies import Policies, Shadow
from comity.rulings.questions import AskContext, RouteContext, UseContext
from comity.rulings.reasons import REASONS, ReasonCode
from comity.rulings.vocabulary import Vocabulary, load_vocabulary

__all__ = [
    "APPROVALS",
    "GATEWAY_VERBS",
    "NODE_VERBS",
    "REASONS",
    "Approval",
    "AskContext",
    "Bundle",
    "Decision",
    "Effect",
    "Facts",
    "FieldRuling",
    "Form",
    "Instead",
    "Mask",
    "Policies",
    "PolicyError",
    "ReasonCode",
    "RecordLabels",
    "RequestContext",
    "RouteContext",
    "Shadow",
    "UseContext",
    "Verb",
    "Vocabulary",
    "load_bundle",
    "load_vocabulary",
]
