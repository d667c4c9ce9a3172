"""A directory of any size goes over a link in messages that the link carries."""

from __future__ import annotations

import pytest

from comity.errors import Reason, Refusal
from comity.rpc.options import LINK_MESSAGE_BYTES_MAX
from comity.rpc.outbox import BATCH_BYTES_MAX, Outbox
from gateway.rpc.directory_frames import directory_frames
from node.link import directory_parts
from node.link.directory_parts import DirectoryParts

MEMBERS = [(f"1.agency-{number:04}.json", bytes([number % 256]) * 1_700) for number in range(600)]
LARGE = ("3.federation.json", bytes(range(256)) * 2_000)
FILES = [("timestamp.json", b"t" * 400), LARGE, *MEMBERS, ("empty.json", b""), ("last.json", b"l")]


def joined(files: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    parts = DirectoryParts()
    whole = None
    for frame in directory_frames(files):
        assert whole is None, "an update ended before its last frame"
        update = frame.directory
        whole = parts.take([(one.name, one.content) for one in update.files], more=update.more)
    assert whole is not None
    return whole


@pytest.mark.parametrize("files", [FILES, FILES[:1], [], [LARGE], MEMBERS[:3]])
def test_what_a_gateway_cuts_a_node_joins_again(files: list[tuple[str, bytes]]) -> None:
    assert joined(files) == files


def test_six_hundred_members_fit_where_one_message_would_not() -> None:
    frames = directory_frames(FILES)
    whole = sum(len(content) for _, content in FILES)
    assert whole > LINK_MESSAGE_BYTES_MAX  # in one message, as it was, no node could attach
    outbox: Outbox[object] = Outbox()
    for frame in frames:
        outbox.put_control(frame, frame.ByteSize())
    sent = 0
    while batch := outbox._take():
        size = sum(frame.ByteSize() for frame in batch)  # type: ignore[attr-defined]
        assert size <= BATCH_BYTES_MAX < LINK_MESSAGE_BYTES_MAX
        sent += len(batch)
    assert sent == len(frames)


def test_parts_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory_parts, "UPDATE_BYTES_MAX", 10_000)
    parts = DirectoryParts()
    for number in range(10):
        assert parts.take([(f"{number}.json", bytes(1_000))], more=True) is None
    with pytest.raises(Refusal) as refused:
        parts.take([("10.json", bytes(1_000))], more=True)
    assert refused.value.reason is Reason.TOO_LARGE
