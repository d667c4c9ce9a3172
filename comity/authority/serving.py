"""The authority's process: enrolment, freshness by the hour, and news to everyone who watches."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from comity.api.directory.v1 import (
    directory_service_pb2,
    directory_service_pb2_grpc,
    enrolment_service_pb2,
    enrolment_service_pb2_grpc,
)
from comity.authority.publishing import Authority
from comity.authority.service import DirectoryServicer, EnrolmentServicer, News
from comity.clock import SystemClock
from comity.errors import ExitCode, StartError
from comity.identity.documents import DirectoryRefused
from comity.identity.join import CLOCK_SKEW_MS_MAX
from comity.rpc.options import API_SERVER
from comity.rpc.serving import Listener, listen
from comity.rpc.tls import Shown, renewable_server_credentials

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from comity.clock import Clock

# How soon what another process changed (an approval, a suspension) is noticed.
LOOK_S: Final = 0.25
STOP_GRACE_S: Final = 2.0

log = logging.getLogger(__name__)

# Generated modules carry no types.
_add_enrolment: Any = enrolment_service_pb2_grpc.add_EnrolmentServiceServicer_to_server
_add_directory: Any = directory_service_pb2_grpc.add_DirectoryServiceServicer_to_server


@contextlib.asynccontextmanager
async def running(
    folder: Path, address: str, *, clock: Clock | None = None
) -> AsyncIterator[Listener]:
    """Serves the authority in ``folder`` while the context lasts.

    Args:
        folder: made by ``comity authority init``.
        address: ``host:port`` to listen on; port 0 takes a free one.
        clock: tells the time.

    Raises:
        StartError: no authority there, a missing key file, a port in use, a clock that went back.
    """
    authority = Authority(folder, clock or SystemClock())
    _refuse_past(authority)
    _refresh(authority)
    news = News()
    enrolment, directory = EnrolmentServicer(authority), DirectoryServicer(authority, news)
    names = (
        enrolment_service_pb2.DESCRIPTOR.services_by_name["EnrolmentService"].full_name,
        directory_service_pb2.DESCRIPTOR.services_by_name["DirectoryService"].full_name,
    )
    listener = await listen(
        address=address,
        credentials=renewable_server_credentials(lambda: Shown(authority.tls(), None)),
        options=API_SERVER,
        services=(
            (names[0], partial(_add_enrolment, enrolment)),
            (names[1], partial(_add_directory, directory)),
        ),
    )
    stop = asyncio.Event()
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_look(authority, news, stop))
            try:
                yield listener
            finally:
                stop.set()
                news.end()
                await listener.stop(STOP_GRACE_S)
    finally:
        authority.state.close()


def _refuse_past(authority: Authority) -> None:
    """A clock set back would certify and vouch for a time that is over: nobody would believe it."""
    behind_ms = authority.directory.as_of_ms - authority.clock.now_ms()
    if behind_ms > CLOCK_SKEW_MS_MAX:
        sentence = (
            f"This machine's clock is {behind_ms // 1000} seconds behind the last time that this authority "
            "vouched for its directory. Set the clock and start again."
        )
        raise StartError(sentence, exit_code=ExitCode.CONFIG)


def _refresh(authority: Authority, before: str = "") -> str:
    """Vouches if it is time. Members stop by themselves when nobody vouches; serving goes on.

    Returns:
        Why it could not; that is in the log once, unless it was ``before``.
    """
    try:
        authority.refresh()
    except DirectoryRefused as error:
        why = error.why
    except sqlite3.Error as error:  # a full disk
        why = str(error)
    else:
        return ""
    if why != before:
        log.error("cannot vouch for the directory: %s", why)  # no trace needed
    return why


async def _look(authority: Authority, news: News, stop: asyncio.Event) -> None:
    """Vouches by the hour; tells watchers whenever what is published has changed."""
    told, why = authority.trust.held(), ""
    while not stop.is_set():
        why = _refresh(authority, why)
        if authority.trust.held() != told:
            told = authority.trust.held()
            news.tell()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_S)
