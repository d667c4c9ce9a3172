"""What a node listens on: one listener for the agency's systems, one for policy officers and auditors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.api.admin.v1 import (
    policy_service_pb2,
    policy_service_pb2_grpc,
    task_service_pb2,
    task_service_pb2_grpc,
)
from comity.api.ledger.v1 import ledger_service_pb2, ledger_service_pb2_grpc
from comity.api.query.v1 import (
    mark_service_pb2,
    mark_service_pb2_grpc,
    query_service_pb2,
    query_service_pb2_grpc,
)
from comity.authority.home import ledger_origin
from comity.rpc import options
from comity.rpc.serving import Listener, listen
from comity.rpc.tls import renewable_server_credentials
from node.exchange.tasking import Desks
from node.opening import database_of
from node.rpc.callers import Callers
from node.rpc.ledger_service import LedgerServicer
from node.rpc.mark_service import MarkServicer
from node.rpc.policy_service import PolicyServicer
from node.rpc.query_service import QueryServicer
from node.rpc.task_service import TaskServicer
from node.storage.tasks import SqlTaskBook
from node.systems import ListenerCertificate, systems_ca

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AsyncExitStack

    import grpc

    from node.app.exchange import Exchange
    from node.app.foundation import Foundation
    from node.app.law import NodeLaw

# Generated modules carry no types.
_add_query: Any = query_service_pb2_grpc.add_QueryServiceServicer_to_server
_add_ledger: Any = ledger_service_pb2_grpc.add_LedgerServiceServicer_to_server
_add_marks: Any = mark_service_pb2_grpc.add_MarkServiceServicer_to_server
_add_policy: Any = policy_service_pb2_grpc.add_PolicyServiceServicer_to_server
_add_tasks: Any = task_service_pb2_grpc.add_TaskServiceServicer_to_server


def _name(module: Any, service: str) -> str:
    return str(module.DESCRIPTOR.services_by_name[service].full_name)


def _credentials(base: Foundation) -> grpc.ServerCredentials:
    ca = systems_ca(base.home, base.identity.agency, base.clock.now_ms())
    shown = ListenerCertificate(base.identity, ca, base.settings.hosts, base.clock)
    return renewable_server_credentials(shown)


def callers_of(base: Foundation) -> Callers:
    """Who may call the node; for both listeners."""
    return Callers(
        agency=base.identity.agency,
        federation=base.identity.federation,
        register=base.callers,
        clock=base.clock,
    )


async def listen_to_systems(
    base: Foundation, exchange: Exchange, callers: Callers, stack: AsyncExitStack
) -> Listener:
    """The listener for the agency's own systems, officers and auditors."""
    asking = QueryServicer(
        asking=exchange.asking,
        callers=callers,
        book=exchange.book,
        journal=base.journal,
        marking=exchange.marking,
    )
    auditing = LedgerServicer(
        callers=callers,
        journal=base.journal,
        where=database_of(base.home, base.settings),
        origin=ledger_origin(base.identity.name),
        vkey=base.identity.ledger_vkey,
    )
    stack.callback(auditing.close)
    marks = MarkServicer(marking=exchange.marking, callers=callers)
    services: list[tuple[str, Callable[[grpc.aio.Server], None]]] = [
        (_name(query_service_pb2, "QueryService"), lambda server: _add_query(asking, server)),
        (_name(ledger_service_pb2, "LedgerService"), lambda server: _add_ledger(auditing, server)),
        (_name(mark_service_pb2, "MarkService"), lambda server: _add_marks(marks, server)),
    ]
    return await listen(
        address=base.settings.listen,
        credentials=_credentials(base),
        options=options.API_SERVER,
        services=services,
    )


async def listen_to_officers(base: Foundation, law: NodeLaw, callers: Callers) -> Listener:
    """The listener for policy officers, and for desks that have something to do."""
    servicer = PolicyServicer(
        lawmaking=law.lawmaking,
        callers=callers,
        version=lambda: law.policies.policies.current.version,
        past=law.past,
        looking=law.looking,
        examining=law.examining,
    )
    desks = Desks(book=SqlTaskBook(base.engine), journal=base.journal, clock=base.clock)
    tasks = TaskServicer(desks=desks, callers=callers, clock=base.clock)
    return await listen(
        address=base.settings.admin_address,
        credentials=_credentials(base),
        options=options.ADMIN_SERVER,
        services=[
            (
                _name(policy_service_pb2, "PolicyService"),
                lambda server: _add_policy(servicer, server),
            ),
            (_name(task_service_pb2, "TaskService"), lambda server: _add_tasks(tasks, server)),
        ],
    )
