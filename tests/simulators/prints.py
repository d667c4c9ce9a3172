"""Minutiae records (ISO/IEC 19794-2:2005) of nobody's fingers."""

from __future__ import annotations

import struct


def minutiae_record(count: int, *, seed: int = 1) -> bytes:
    """One view with so many minutiae; another seed, another finger."""
    view = bytes([1, 0, 80, count])
    for place in range(count):
        x, y = (seed * 37 + place * 53) % 500, (seed * 91 + place * 71) % 500
        view += struct.pack(">HHBB", 0x4000 | x, y, (seed * 17 + place * 29) % 256, 80)
    view += struct.pack(">H", 0)
    sizes = struct.pack(">HHHHH", 0, 500, 500, 197, 197)
    header = b"FMR\0 20\0" + struct.pack(">I", 24 + len(view)) + sizes + bytes([1, 0])
    return header + view
