"""What both clients share: the bounds of a call, and a question made from a caller's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from comity.api.query.v1 import mark_service_pb2_grpc, query_service_pb2_grpc
from comity.client import model, selectors, wire
from comity.rpc.options import API_CHANNEL
from comity.rpc.tls import channel_credentials

if TYPE_CHECKING:
    import grpc

    from comity.api.query.v1 import query_service_pb2
    from comity.client.profile import Profile
    from comity.client.words import Stage, Urgency
    from comity.rpc.options import Options

# How long sources are waited for when the caller does not say, and at most (the contract's bound).
WAIT_S_DEFAULT: Final = 5.0
WAIT_S_MAX: Final = 60.0
# What a call gets beyond the wait for sources, so that the reply with who timed out still arrives.
MARGIN_S: Final = 2.0
# A look at what was asked before touches only the node's own database.
BOOK_S: Final = 10.0
# How long the connection may take to come up. It is the only thing that is tried again.
CONNECT_S: Final = 2.0
# Queries fetched with one call when listing.
PAGE_SIZE: Final = 50

# A question sent twice is two queries, so gRPC must not repeat one; it reconnects within CONNECT_S.
_ONCE: Final[Options] = (
    ("grpc.enable_retries", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 500),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)

# The generated modules carry no types.
stub_of: Any = query_service_pb2_grpc.QueryServiceStub
marks_of: Any = mark_service_pb2_grpc.MarkServiceStub

Selectors = selectors.Selector | Sequence[selectors.Selector]


def channel_arguments(profile: Profile) -> tuple[grpc.ChannelCredentials, Options]:
    """Credentials and options of the channel to a profile's node."""
    name: Options = ()
    if profile.server_name:
        name = (("grpc.ssl_target_name_override", profile.server_name),)
    credentials = channel_credentials(profile.identity, server_ca_pem=profile.ca_pem)
    return credentials, (*API_CHANNEL, *_ONCE, *name)


def question_of(
    selectors: Selectors,
    justification: model.Justification,
    *,
    targets: Sequence[str],
    stage: Stage,
    urgency: Urgency,
    max_candidates: int,
    wait_s: float,
    subject_reference: str = "",
) -> query_service_pb2.Question:
    """The question for the wire. Its content is the node's to judge; here only misuse is refused.

    Raises:
        TypeError: something is not of its type, for example one text where a list of members belongs.
        ValueError: an unknown word, or a wait outside its bounds.
    """
    if isinstance(targets, str):
        raise TypeError("targets is a sequence of members, not one text")
    if not 0 < wait_s <= WAIT_S_MAX:
        raise ValueError(f"wait_s must be above 0 and at most {WAIT_S_MAX:g} seconds")
    several = tuple(selectors) if isinstance(selectors, Sequence) else (selectors,)
    return wire.question(
        model.Question(
            selectors=several,
            justification=justification,
            targets=tuple(targets),
            stage=stage,
            urgency=urgency,
            max_candidates=max_candidates,
            wait_ms=max(1, round(wait_s * 1000)),
            subject_reference=subject_reference,
        )
    )
