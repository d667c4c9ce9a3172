"""A sound question of FR-PJ about a car, as its owner's node has it; ``replace`` makes it another."""

from __future__ import annotations

from node.exchange.model import ANSWER_BUCKET_BYTES, Routing, SealedQuestion, Stage, Urgency
from node.records.selectors import VehicleSelector

VIN = "1M8GDM9AXKP042788"
ROUTING = Routing(
    sender="FR-PJ",
    recipients=("DE-LP",),
    instrument="EU-2023-977",
    purpose="INVESTIGATE",
    entity_type="vehicle",
    stage=Stage.CORE,
    urgency=Urgency.NORMAL,
    answer_bucket_bytes=ANSWER_BUCKET_BYTES,
)
QUESTION = SealedQuestion(
    reply_public_key=b"",
    selectors=(VehicleSelector(vin=VIN),),
    case="C-1",
    offence="drug-trafficking",
    subject_category="object",
    aim="identify",
    end_user_country="FR",
    role="officer",
    asker=b"",
    max_candidates=0,
)
