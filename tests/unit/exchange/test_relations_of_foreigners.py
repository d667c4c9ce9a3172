"""At the other end of a relation a person is ruled on by all that is known of it, as by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from comity.clock import ManualClock
from comity.rulings import Form
from comity.store.engine import open_engine
from node.exchange.relating import Relating
from node.policy.law import View
from node.records.reading import Register
from node.records.record import Labels, Record
from node.records.store import RecordStore
from node.records.values import Assertion
from node.storage.migrating import migrate
from tests.simulators.law import request, shipped

if TYPE_CHECKING:
    from pathlib import Path

    from comity.rulings import Mask

NOW_MS = 1_795_600_000_000  # in November 2026


def held(key: str, entity: str, subject: str, **fields: Any) -> Record:
    named = {f"{entity}.{name}": value for name, value in fields.items()}
    return Record(key, "test", entity, named, Labels(subject), Assertion())


@pytest.mark.parametrize(
    ("nationalities", "form"), [(("PT",), Form.FULL), (("CH",), Form.HIT), ((), Form.HIT)]
)
def test_a_foreigner_behind_a_car_is_not_ruled_on_as_a_national(
    tmp_path: Path, nationalities: tuple[str, ...], form: Form
) -> None:
    engine = open_engine(tmp_path / "node.db")
    migrate(engine)
    store = RecordStore(engine, index_key=b"k" * 32)
    edge = {"relation_type": "owner", "from_reference": "keeper", "to_reference": "car"}
    store.upsert_many(
        [
            held("car", "vehicle", "object", plate="AB123CD"),
            held("keeper", "person", "suspect", sex="F", nationalities=nationalities),
            held("e1", "relation", "object", **edge),
        ]
    )
    numbers = store.of_source("test", ["car", "keeper"])
    register = Register(store, ManualClock(NOW_MS))
    view = View(
        shipped("ch"),
        request(agency="GB-CA", country="GB", instrument="UNTOC", owner_country="CH"),
    )
    seen: list[Mask] = []
    relating = Relating(register, view, lambda _, __, mask: seen.append(mask))  # type: ignore[arg-type, func-returns-value, return-value]
    (label,) = register.labels([numbers["car"]], nationalities=True).values()
    ((told,), _) = relating.edges(numbers["car"], label)
    assert told.relation == "owner"
    assert seen[0]["person.names"].form is form
    # Asked for by name, the same person is ruled on in the same way.
    (alone,) = register.labels([numbers["keeper"]], nationalities=True).values()
    assert view.mask(alone)["person.names"] == seen[0]["person.names"]
    store.close()
    engine.dispose()
