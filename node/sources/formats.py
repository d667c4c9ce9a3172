"""The one list of formats that can be imported."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from comity.errors import ExitCode, StartError
from node.sources import ftm, interpol, mapping, ofac, register, stix, table, un

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from node.sources.rows import Item


@dataclass(frozen=True, slots=True)
class Importer:
    """One format.

    Attributes:
        name: what the operator types.
        about: one line for the list of formats.
        source: the register its records belong to, unless the operator names another.
        read: yields records and quarantined rows of a file.
    """

    name: str
    about: str
    source: str
    read: Callable[[Path], Iterator[Item]]


TABLE: Final = "table"
_BUILT_IN: Final = (
    Importer("ofac-sdn", "OFAC SDN list: sdn.csv with alt.csv and add.csv", ofac.SOURCE, ofac.read),
    Importer("un-consolidated", "UN Security Council consolidated list, XML", un.SOURCE, un.read),
    Importer("ftm", "FollowTheMoney entities, JSON lines", ftm.SOURCE, ftm.read),
    Importer("interpol-notice", "INTERPOL notices, JSON", interpol.SOURCE, interpol.read),
    Importer("stix", "STIX 2.1 bundle: what it names exactly", stix.SOURCE, stix.read),
    Importer("register", "Comity register format, JSON lines", register.SOURCE, register.read),
)


def formats() -> tuple[Importer, ...]:
    """Every format that needs no mapping of the operator's."""
    return _BUILT_IN + tuple(_mapped(name, mapping.named(name)) for name in mapping.shipped())


def _mapped(name: str, rules: mapping.Mapping) -> Importer:
    about = f"{rules.entity} table of {name} ({rules.format})"
    return Importer(name, about, rules.source, partial(table.read, mapping=rules))


def importer(name: str, *, mapping_path: Path | None = None) -> Importer:
    """The importer of a format.

    Args:
        name: a name of ``formats()``, or ``table`` with a mapping.
        mapping_path: the mapping's file; only with ``table``, where it is needed.

    Raises:
        StartError: no such format, or the mapping is missing, wrong or not asked for.
    """
    if name == TABLE:
        if mapping_path is None:
            raise StartError("The format table needs --mapping FILE.", exit_code=ExitCode.USAGE)
        return _mapped(TABLE, mapping.from_file(mapping_path))
    found = next((one for one in formats() if one.name == name), None)
    if found is None:
        known = ", ".join([one.name for one in formats()] + [TABLE])
        raise StartError(f"No such format: {name}. There are {known}.", exit_code=ExitCode.USAGE)
    if mapping_path is not None:
        raise StartError(f"The format {name} takes no mapping.", exit_code=ExitCode.USAGE)
    return found
