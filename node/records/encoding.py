"""Fields as the register keeps them: JSON without white space, and a digest that tells a changed record."""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from comity.catalogue import FIELDS
from node.records import normalise
from node.records.values import VALUE_TYPES, Assertion

if TYPE_CHECKING:
    from node.records.record import Record

DIGEST_BYTES: Final = 16

_VALUE_OF: Final = {
    info.path: VALUE_TYPES.get(info.values or "") for fields in FIELDS.values() for info in fields
}


def encode(value: object) -> str:
    """A field's value as JSON."""

    def plain(one: Any) -> Any:
        if is_dataclass(one) and not isinstance(one, type):
            return {key: part for key, part in asdict(one).items() if part}
        return one

    shaped = [plain(one) for one in value] if isinstance(value, tuple) else plain(value)
    return json.dumps(shaped, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def decode(path: str, stored: str) -> object:
    """The value behind ``encode``."""
    if stored[:1] == '"' and "\\" not in stored:
        return stored[1:-1]  # plain text, as most fields are
    shaped = json.loads(stored)
    kind = _VALUE_OF.get(path)
    if isinstance(shaped, list):
        return tuple(kind(**one) if kind is not None else one for one in shaped)
    return shaped


def encode_assertion(assertion: Assertion) -> str:
    """An assertion as JSON, without the parts that nobody said."""
    return json.dumps({key: part for key, part in asdict(assertion).items() if part})


def decode_assertion(stored: str) -> Assertion:
    """The assertion behind ``encode_assertion``; one text where a list belongs is one restriction."""
    parts = json.loads(stored)
    said = parts.get("restrictions", ())
    restrictions = (said,) if isinstance(said, str) else tuple(said)
    return Assertion(**{**parts, "restrictions": restrictions})


def digest_of(record: Record, *more: bytes) -> bytes:
    """What tells whether a record changed; ``more`` stands for what its fields do not say."""
    whole = json.dumps(
        [
            record.entity_type,
            record.labels.subject,
            sorted(record.labels.markings),
            asdict(record.assertion),
            {path: encode(value) for path, value in record.fields.items()},
            normalise.NORMALISER_VERSION,
        ],
        sort_keys=True,
    )
    return blake2b(b"".join((whole.encode(), *more)), digest_size=DIGEST_BYTES).digest()
