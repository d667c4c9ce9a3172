"""Minutiae records (ISO/IEC 19794-2:2005): whether a record is one, before anybody compares it."""

from __future__ import annotations

import struct
from typing import Final

_MAGIC: Final = b"FMR\0 20\0"
_HEADER_BYTES: Final = 24
_VIEW_BYTES: Final = 4
_MINUTIA_BYTES: Final = 6
_EXTENDED_BYTES: Final = 2
# The standard's byte for the number of views allows more; a question is about one person's fingers.
VIEWS_MAX: Final = 10


def minutiae(record: bytes) -> int:
    """How many minutiae a record holds; 0 for what is no such record, whatever it claims."""
    if len(record) < _HEADER_BYTES or not record.startswith(_MAGIC):
        return 0
    (told_bytes,) = struct.unpack_from(">I", record, 8)
    views = record[22]
    if told_bytes != len(record) or not 1 <= views <= VIEWS_MAX:
        return 0
    at, found = _HEADER_BYTES, 0
    for _ in range(views):
        if at + _VIEW_BYTES > len(record):
            return 0
        count = record[at + 3]
        at += _VIEW_BYTES + count * _MINUTIA_BYTES
        if at + _EXTENDED_BYTES > len(record):
            return 0
        (extended_bytes,) = struct.unpack_from(">H", record, at)
        at += _EXTENDED_BYTES + extended_bytes
        found += count
    return found if at == len(record) else 0
