"""An agency's node as its systems see it: the real contract over real mutual TLS, answers made up.

What it does with a question is chosen by the question's case reference, so that a test reads as a story:

    HIT-…        one hit, one bare hit, one source not searched
    ALL-…        one source, searched, no hit
    SLOW-…       never answers
    REASON-…     refused with that reason
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import grpc

from comity.api.query.v1 import answer_pb2, justification_pb2, query_service_pb2_grpc, selector_pb2
from comity.api.query.v1 import query_service_pb2 as api
from comity.api.record.v1 import options_pb2, person_pb2, record_pb2, values_pb2
from comity.errors import CATALOGUE, Reason, Refusal
from comity.rpc.errors import as_refusal
from comity.rpc.options import API_SERVER
from comity.rpc.serving import Listener, listen
from comity.rpc.tls import TlsIdentity, peer_of, server_credentials
from tests.simulators.certificates import TestAuthority

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

CALLER = "spiffe://test.comity/agency/FR-PJ/system/desk"
QUERY_ID = "ab" * 32
ENDED_MS = 1_790_000_000_000
_stubs: Any = query_service_pb2_grpc


def released_hit() -> answer_pb2.Hit:
    """A record in part released: names in full, birth date by the year, the rest withheld."""
    person = person_pb2.Person(
        names=[
            values_pb2.PersonName(kind="LEGAL", full="Мухаммад аль-Хасан", script="Cyrl"),
            values_pb2.PersonName(kind="ALIAS", full="محمد الحسن", script="Arab"),
        ],
        birth_date="1974",
        nationalities=["SY"],
        warnings=["ARMED"],
    )
    full, coarse, nothing = (
        answer_pb2.FORM_FULL,
        answer_pb2.FORM_GENERALISED,
        answer_pb2.FORM_NOTHING,
    )
    row = {"row": "EU-SUSPECT-ID", "law": "LED 9(3)"}
    approval = answer_pb2.Approval(role="supervisor", form=full, row="EU-SUSPECT-CONTACT")
    made = answer_pb2.FieldTreatment
    return answer_pb2.Hit(
        record_reference="DE-7F3A09C21B44D0E8",
        entity_type=record_pb2.ENTITY_TYPE_PERSON,
        band=answer_pb2.BAND_PROBABLE,
        score=0.93,
        match_reasons=["name", "birth year"],
        record=record_pb2.Record(
            person=person,
            assertion=values_pb2.Assertion(
                nature="FACT",
                source_reliability="B",
                information_accuracy="2",
                handling_code="H1",
                review_on="2031-01-01",
            ),
        ),
        treatments=[
            made(field="person.names", form=full, reason="OK", **row),
            made(field="person.birth_date", form=coarse, reason="GENERALISED", **row),
            made(field="person.nationalities", form=full, reason="OK", **row),
            made(field="person.warnings", form=full, reason="OK", row="EU-SAFETY", law="LED 7(2)"),
            *(
                made(
                    field=f"person.{name}",
                    form=nothing,
                    reason="NEED_CONSENT_OWNER",
                    approval=approval,
                )
                for name in ("addresses", "phones", "emails")
            ),
            *(
                made(field=f"person.{name}", form=nothing, reason="NO_LEGAL_BASIS")
                for name in ("national_ids", "marks", "parents", "summary", "photo_reference")
            ),
        ],
        obligations=["no-onward", "retain-90d"],
    )


def bare_hit() -> answer_pb2.Hit:
    """Only that something matches."""
    return answer_pb2.Hit(
        record_reference="GB-01C9D7720A5B11EF",
        entity_type=record_pb2.ENTITY_TYPE_PERSON,
        band=answer_pb2.BAND_PROBABLE,
        treatments=[
            answer_pb2.FieldTreatment(
                field="person",
                form=answer_pb2.FORM_HIT,
                reason="OK",
                row="GB-TCA-HIT",
                law="TCA Part Three",
            )
        ],
        obligations=["no-onward"],
    )


def answers_with_hits() -> list[answer_pb2.SourceAnswer]:
    """A hit, a bare hit, and a source that was not searched."""
    made = answer_pb2.SourceAnswer
    return [
        made(
            source="DE-LP",
            outcome=answer_pb2.OUTCOME_HIT,
            hits=[released_hit()],
            complete=True,
            elapsed_ms=4.2,
            answer_digest=b"\x11" * 32,
            receipt=b"proof",
        ),
        made(source="GB-CA", outcome=answer_pb2.OUTCOME_HIT, hits=[bare_hit()], complete=True),
        made(
            source="ZZ-IM",
            outcome=answer_pb2.OUTCOME_OFFLINE,
            reason="OFFLINE",
            sentence="node offline for 40 s",
        ),
    ]


def summary_with_hits() -> answer_pb2.Summary:
    """The accounting of ``answers_with_hits``."""
    summary = answer_pb2.Summary(
        asked=["DE-LP", "GB-CA", "ZZ-IM"],
        not_searched=["ZZ-IM"],
        fields_released=4,
        fields_withheld=8,
        receipts_verified=2,
        receipts_due=2,
        elapsed_ms=6.1,
    )
    summary.ended_at.FromMilliseconds(ENDED_MS)
    return summary


def answers_without() -> list[answer_pb2.SourceAnswer]:
    """One source, searched, nothing it may tell."""
    return [
        answer_pb2.SourceAnswer(source="DE-LP", outcome=answer_pb2.OUTCOME_NO_HIT, complete=True)
    ]


def summary_without() -> answer_pb2.Summary:
    """The accounting of ``answers_without``."""
    summary = answer_pb2.Summary(
        asked=["DE-LP"], receipts_verified=1, receipts_due=1, elapsed_ms=3.0
    )
    summary.ended_at.FromMilliseconds(ENDED_MS)
    return summary


def past_record() -> api.QueryRecord:
    """A query asked before."""
    record = api.QueryRecord(
        query_id=QUERY_ID,
        asked_by="desk",
        question=api.Question(
            selectors=[
                selector_pb2.Selector(
                    person=selector_pb2.PersonSelector(name="Muhammad al-Hasan", birth_date="1974")
                )
            ],
            justification=justification_pb2.Justification(
                purpose=justification_pb2.PURPOSE_INVESTIGATE,
                case_reference="HIT-4711",
                offence="drug-trafficking",
                subject_category=justification_pb2.SUBJECT_CATEGORY_SUSPECT,
                aim=justification_pb2.AIM_IDENTIFY,
                legal_basis="EU-2023-977",
            ),
            stage=options_pb2.STAGE_CORE,
        ),
        answers=answers_with_hits(),
        summary=summary_with_hits(),
    )
    for answer in record.answers:
        del answer.hits[:]
    record.asked_at.FromMilliseconds(ENDED_MS - 6)
    return record


class FakeNode(query_service_pb2_grpc.QueryServiceServicer):
    """Answers as its case references say; remembers what it was asked and what was cancelled."""

    def __init__(self) -> None:
        self.asked: list[api.Question] = []
        self.deadlines_s: list[float | None] = []
        self.callers: list[str] = []
        self.arrived = asyncio.Event()
        self.cancelled = asyncio.Event()
        self.cancels: list[int] = []
        self.batches: list[int] = []
        self.in_flight_max = 0
        self.hold = 0
        self.pages = 1

    def _judge(self, question: api.Question, context: Any) -> str:
        self.asked.append(question)
        self.callers.append(peer_of(context).spiffe_id)
        self.deadlines_s.append(context.time_remaining())
        kind, _, word = question.justification.case_reference.partition("-")
        if kind == "REASON":
            if word == Reason.INTERNAL:
                raise RuntimeError("Muhammad al-Hasan must not be quoted")
            raise Refusal(Reason(word), "internal words", field="question.targets")
        return kind

    async def _slow(self) -> None:
        self.arrived.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled.set()

    async def Lookup(self, request: Any, context: Any) -> api.LookupResponse:  # noqa: N802
        kind = self._judge(request.question, context)
        if kind == "SLOW":
            await self._slow()
        hits = kind == "HIT"
        return api.LookupResponse(
            query_id=QUERY_ID,
            answers=answers_with_hits() if hits else answers_without(),
            summary=summary_with_hits() if hits else summary_without(),
        )

    async def Search(self, request: Any, context: Any) -> AsyncIterator[api.SearchResponse]:  # noqa: N802
        kind = self._judge(request.question, context)
        first, *rest = answers_with_hits()
        yield api.SearchResponse(query_id=QUERY_ID, answers=[first])
        if kind == "SLOW":
            await self._slow()
        if kind == "CUT":
            return
        yield api.SearchResponse(query_id=QUERY_ID, answers=rest, summary=summary_with_hits())

    async def Converse(self, request_iterator: Any, context: Any) -> None:  # noqa: N802
        held: list[api.Told] = []
        flying: set[int] = set()
        async for request in request_iterator:
            self.batches.append(len(request.asks))
            self.cancels.extend(request.cancels)
            if request.cancels:
                self.cancelled.set()
            flying.update(ask.correlation for ask in request.asks)
            self.in_flight_max = max(self.in_flight_max, len(flying))
            for ask in request.asks:
                told = self._told(ask, context)
                if told is not None:
                    held.append(told)
            if len(held) >= self.hold:
                # Last in, first out: whoever trusts order instead of correlation gets another's answer.
                held.reverse()
                flying.difference_update(told.correlation for told in held)
                await context.write(api.ConverseResponse(tolds=held))
                held.clear()

    def _told(self, ask: api.Ask, context: Any) -> api.Told | None:
        try:
            kind = self._judge(ask.question, context)
        except Exception as error:  # noqa: BLE001  # as the node does
            refusal, reference = as_refusal(error)
            return api.Told(
                correlation=ask.correlation,
                refused=api.Refused(
                    code=grpc.StatusCode[CATALOGUE[refusal.reason].status].value[0],
                    reason=f"ERROR_REASON_{refusal.reason}",
                    sentence=CATALOGUE[refusal.reason].sentence,
                    field=refusal.field or "",
                    reference=reference or "",
                ),
            )
        if kind == "SLOW":
            self.arrived.set()
            return None
        query_id = ask.question.justification.case_reference.encode().hex()
        return api.Told(
            correlation=ask.correlation,
            query_id=query_id,
            answers=answers_without(),
            summary=summary_without(),
        )

    async def GetQuery(self, request: Any, context: Any) -> api.GetQueryResponse:  # noqa: N802
        if request.query_id != QUERY_ID:
            raise Refusal(Reason.NOT_FOUND, "no such query")
        return api.GetQueryResponse(query=past_record())

    async def ListQueries(self, request: Any, context: Any) -> api.ListQueriesResponse:  # noqa: N802
        page = int(request.page_token or 1)
        token = str(page + 1) if page < self.pages else ""
        return api.ListQueriesResponse(queries=[past_record()], next_page_token=token)


class Served:
    """A fake node on a port of its own, with the profile of a caller it knows."""

    def __init__(self, node: FakeNode, listener: Listener, folder: Path) -> None:
        self.node = node
        self.listener = listener
        self.folder = folder
        self.profile = folder / "profile.toml"

    async def stop(self) -> None:
        await self.listener.stop(0)


@contextlib.asynccontextmanager
async def served(
    folder: Path, *, authority: TestAuthority | None = None, server: TlsIdentity | None = None
) -> AsyncIterator[Served]:
    """Starts one; ``server`` stands in for its own certificate."""
    own = authority or TestAuthority.create()
    node = FakeNode()
    name = "spiffe://test.comity/agency/FR-PJ/system/listener"
    listener = await listen(
        address="127.0.0.1:0",
        credentials=server_credentials(
            server or own.issue(name, server=True), client_ca_pem=own.pem
        ),
        options=API_SERVER,
        services=[
            (
                "comity.api.query.v1.QueryService",
                lambda running: _stubs.add_QueryServiceServicer_to_server(node, running),
            )
        ],
    )
    write_profile(folder, f"127.0.0.1:{listener.port}", own)
    running = Served(node, listener, folder)
    try:
        yield running
    finally:
        await running.stop()


def write_profile(
    folder: Path, address: str, authority: TestAuthority, *, identity: TlsIdentity | None = None
) -> Path:
    """The four files that ``comity-node system add`` writes."""
    caller = identity or authority.issue(CALLER)
    (folder / "certificate.pem").write_bytes(caller.certificate_pem)
    (folder / "key.pem").write_bytes(caller.key_pem)
    (folder / "ca.pem").write_bytes(authority.pem)
    (folder / "profile.toml").write_text(
        f'address = "{address}"\ncertificate = "certificate.pem"\nkey = "key.pem"\nca = "ca.pem"\n'
    )
    return folder / "profile.toml"
