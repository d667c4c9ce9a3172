"""The signed directory in frames that fit a link, however many members it has.

A member's metadata takes one or two KiB; a link's message carries a few hundred. Files are cut wherever a
frame is full: the node joins them again, and what counts are their signatures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.api.relay.v1 import relay_service_pb2 as relay

if TYPE_CHECKING:
    from collections.abc import Sequence

# Content in one frame; names and tags come on top and stay far below a batch's bytes.
FRAME_BYTES_MAX: Final = 128 * 1024
# What a name and its tags may take beside the content, so that many small files fill a frame too.
FILE_OVERHEAD_BYTES: Final = 128


def directory_frames(files: Sequence[tuple[str, bytes]]) -> list[relay.GatewayFrame]:
    """Metadata as frames, in order; all but the last say that more follows."""
    frames = [relay.GatewayFrame(directory=relay.DirectoryUpdate())]
    room = FRAME_BYTES_MAX
    for name, content in files:
        at = 0
        while at < len(content) or not content:
            if room <= FILE_OVERHEAD_BYTES:
                frames[-1].directory.more = True
                frames.append(relay.GatewayFrame(directory=relay.DirectoryUpdate()))
                room = FRAME_BYTES_MAX
            part = content[at : at + room - FILE_OVERHEAD_BYTES]
            frames[-1].directory.files.add(name=name, content=part)
            room -= len(part) + FILE_OVERHEAD_BYTES
            at += len(part)
            if not content:
                break
    return frames
