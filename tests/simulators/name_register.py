"""A register of people known by name, with its index and matcher, for tests of the search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import create_engine

from comity.store.engine import open_engine
from node.matching.evidence import Evidence
from node.matching.found import Found
from node.matching.life import NameIndex
from node.matching.matcher import RegisterMatcher
from node.matching.settling import settle
from node.records import schema
from node.records.name_index import PublishedNames
from node.records.record import Labels, Record
from node.records.store import RecordStore
from node.records.values import BirthDate, OrganisationName, PersonName

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 10


class NameRegister:
    """People by key, searched as a node searches them; the snapshot lies in ``folder``."""

    def __init__(self, folder: Path | None = None, *, database: str = "") -> None:
        self.engine = open_engine(database) if database else create_engine("sqlite://")
        schema.metadata.create_all(self.engine)
        self.store = RecordStore(self.engine, index_key=bytes(32))
        self.names = PublishedNames(self.engine)
        self.folder = folder
        self.open()

    def open(self) -> None:
        """A node that starts anew on the same register."""
        self.index = NameIndex(self.names, self.folder)
        self.index.open()
        self.matcher = RegisterMatcher(self.store, self.names, self.index)

    def close(self) -> None:
        """Lets the database go."""
        self.names.close()
        self.store.close()
        self.engine.dispose()

    def add(
        self,
        people: dict[str, tuple[str, ...]],
        *,
        born: str = "",
        born_too: tuple[BirthDate, ...] = (),
        load: int = 0,
        markings: frozenset[str] = frozenset(),
    ) -> None:
        """Stores people with their names, the first legal, the others aliases."""
        self.store.upsert_many(
            (
                Record(
                    key,
                    "list",
                    "person",
                    {
                        "person.names": tuple(
                            PersonName("LEGAL" if not at else "ALIAS", full)
                            for at, full in enumerate(names)
                        ),
                        **({"person.birth_date": born} if born else {}),
                        **({"person.further_birth_dates": born_too} if born_too else {}),
                    },
                    Labels(markings=markings),
                )
                for key, names in people.items()
            ),
            load=load,
        )
        # A running node does this beside its queries.
        self.index.keep_up(self.names)

    def add_organisation(self, key: str, name: str) -> None:
        """Stores an organisation."""
        fields = {"organisation.names": (OrganisationName("LEGAL", name),)}
        self.store.upsert_many([Record(key, "list", "organisation", fields)])

    def add_vessels(self, *names: str) -> None:
        """Stores vessels, each under its name."""
        self.store.upsert_many(
            [
                Record(name, "list", "vessel", {"vessel.names": (OrganisationName("LEGAL", name),)})
                for name in names
            ]
        )

    def find(
        self,
        name: str,
        beside: Evidence | None = None,
        *,
        entity: str = "person",
        limit: int = LIMIT,
    ) -> Found:
        """What a search by name finds for somebody who may see everything, at most so many records."""
        found = self.matcher.by_name(name, entity, beside or Evidence())
        settled = settle(found.candidates)
        return Found(tuple(settled[:limit]), more=len(settled) > limit, behind=found.behind)

    def keys(
        self, name: str, beside: Evidence | None = None, *, entity: str = "person"
    ) -> list[str]:
        """Owner's keys of what is found, best first."""
        found = self.find(name, beside, entity=entity)
        with self.engine.connect() as connection:
            rows = connection.execute(schema.record.select()).all()
        key_of = {row.id: row.source_key for row in rows}
        return [key_of[one.record_id] for one in found.candidates]
