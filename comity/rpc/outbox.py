"""The writing half of a link: frames queued here leave in batches.

Whatever waits when the writer wakes goes out as one message, at most 32 frames or 256 KiB. Coalescing
is what makes a held stream fast (docs/performance.md); the writer never sleeps to collect more. A frame that
nobody waits for does not wake it: it goes with the next message, within 20 ms.

Sources take turns, so that one busy member cannot starve the others, and every queue is bounded: a full
one refuses at once and its owner answers OVERLOADED.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from comity.errors import ComityError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

BATCH_FRAMES_MAX: Final = 32
BATCH_BYTES_MAX: Final = 256 * 1024
# What may wait on one link, altogether and for one source: room for a burst, not for a flood.
QUEUE_FRAMES_MAX: Final = 4_096
QUEUE_BYTES_MAX: Final = 32 * 1024 * 1024
SOURCE_FRAMES_MAX: Final = 2_048
# Control frames (heartbeat, status, credit) need no credit but are bounded too.
CONTROL_FRAMES_MAX: Final = 8_192
# How long a frame that nobody waits for lets others come into the same message.
LEISURE_S: Final = 0.02

F = TypeVar("F")


class OutboxFullError(ComityError):
    """The link's queue, or this source's share of it, is full."""


class Outbox(Generic[F]):
    """A bounded queue with fair turns and a coalescing writer."""

    __slots__ = (
        "_bytes",
        "_closed",
        "_control",
        "_frames",
        "_leisure",
        "_sources",
        "_turns",
        "_wake",
        "bytes_max",
        "frames_max",
        "source_frames_max",
    )

    def __init__(
        self,
        *,
        frames_max: int = QUEUE_FRAMES_MAX,
        bytes_max: int = QUEUE_BYTES_MAX,
        source_frames_max: int = SOURCE_FRAMES_MAX,
    ) -> None:
        self.frames_max = frames_max
        self.bytes_max = bytes_max
        self.source_frames_max = source_frames_max
        self._control: deque[tuple[F, int]] = deque()
        self._sources: dict[Hashable, deque[tuple[F, int]]] = {}
        self._turns: deque[Hashable] = deque()
        self._frames = 0
        self._bytes = 0
        self._closed = False
        self._wake = asyncio.Event()
        self._leisure: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return self._frames + len(self._control)

    @property
    def waiting_bytes(self) -> int:
        """Bytes of the frames that wait."""
        return self._bytes

    def put(self, frame: F, size_bytes: int, *, source: Hashable = None) -> None:
        """Queues an envelope-carrying frame.

        Raises:
            OutboxFullError: the queue or the source's share is full, or the link is closed.
        """
        queue = self._sources.get(source)
        if (
            self._closed
            or self._frames >= self.frames_max
            or self._bytes + size_bytes > self.bytes_max
            or (queue is not None and len(queue) >= self.source_frames_max)
        ):
            raise OutboxFullError("outbox full")
        if queue is None:
            queue = self._sources[source] = deque()
            self._turns.append(source)
        queue.append((frame, size_bytes))
        self._frames += 1
        self._bytes += size_bytes
        self._wake.set()

    def put_control(self, frame: F, size_bytes: int = 0, *, pressing: bool = True) -> None:
        """Queues a control frame; they go first.

        Args:
            frame: the frame.
            size_bytes: what it counts in a batch; small frames need not say.
            pressing: whether somebody waits for it. If not, the next message takes it along, within 20 ms:
                a question that is alone is spared a message.

        Raises:
            OutboxFullError: the peer does not read even these; its link deserves to end.
        """
        if self._closed or len(self._control) >= CONTROL_FRAMES_MAX:
            raise OutboxFullError("control queue full")
        self._control.append((frame, size_bytes))
        if pressing:
            self._wake.set()
        elif self._leisure is None:
            self._leisure = asyncio.get_running_loop().call_later(LEISURE_S, self._wake.set)

    def close(self) -> None:
        """Refuses further frames; ``run`` returns once what waits is written."""
        self._closed = True
        self._wake.set()

    def _take(self) -> list[F]:
        batch: list[F] = []
        control = self._control
        size = 0
        while control and len(batch) < BATCH_FRAMES_MAX:
            frame, frame_bytes = control[0]
            if size and size + frame_bytes > BATCH_BYTES_MAX:
                return batch
            control.popleft()
            batch.append(frame)
            size += frame_bytes
        turns = self._turns
        while turns and len(batch) < BATCH_FRAMES_MAX:
            source = turns[0]
            queue = self._sources[source]
            frame, frame_bytes = queue[0]
            if size and size + frame_bytes > BATCH_BYTES_MAX:
                break
            queue.popleft()
            turns.popleft()
            if queue:
                turns.append(source)
            else:
                del self._sources[source]
            batch.append(frame)
            size += frame_bytes
            self._frames -= 1
            self._bytes -= frame_bytes
        return batch

    async def run(self, write: Callable[[list[F]], Awaitable[object]]) -> None:
        """Writes batches until closed and empty. ``write`` sends one message; its errors end the run."""
        wake = self._wake
        while True:
            await wake.wait()
            wake.clear()
            if self._leisure is not None:
                self._leisure.cancel()
                self._leisure = None
            batch = self._take()
            if not batch and self._closed:
                return
            if self._closed or len(self):
                wake.set()
            if batch:
                await write(batch)
