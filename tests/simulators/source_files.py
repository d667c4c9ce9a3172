"""Small files in the shape of the published lists, invented, and a register to load them into."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from sqlalchemy import create_engine

from node.records import schema
from node.records.store import RecordStore
from node.sources.rows import Quarantined, Read

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from node.records.record import Record
    from node.sources.rows import Item

SDN = (
    '10,"AL-EXAMPLE, Omar","individual","SDGT] [IRGC","Minister of Nothing"' + ",-0- " * 6 + ',"'
    "DOB 09 Mar 1974; alt. DOB 1975; POB Zelengrad, Syria; nationality Syria; citizen Iran; "
    "Gender Male; Passport A123456 (Syria) issued 01 Feb 2010 expires 31 Jan 2020; "
    "alt. Passport B77 (Iran); National ID No. 990-11 (Syria); Tax ID No. 4455 (Syria); "
    "Email Address omar@example.org; Phone Number 442079460123; "
    "Digital Currency Address - XBT 1BoatSLRHtKNngkdXEeobR76b53LETtpyT; "
    "a.k.a. 'CHEPE'; Linked To: NOBODY\"\r\n"
    '11,"EXAMPLE TRADING, S.A.",-0- ,"CUBA"' + ",-0- " * 7 + ',"Organization Established Date '
    "02 Jul 1999; Tax ID No. 77-8 (Panama); Registration Number 12345 (Panama); a.k.a. 'ETSA'.\"\r\n"
    '12,"EXAMPLE STAR","vessel","CUBA"' + ",-0- " * 8 + "\r\n"
    '13,"NOBODY AT ALL","individual","SDGT"' + ",-0- " * 7 + ',"DOB circa 1961 to 1963."\r\n'
    "\x1a"
)
ALT = (
    '10,1,"aka","AL-EKSAMPL, Umar",-0- \r\n'
    '10,2,"fka","AL-FORMER, Omar",-0- \r\n'
    '11,3,"nka","EXAMPLE TRADING INTERNATIONAL",-0- \r\n'
    '12,4,"aka","STAR",-0- \r\n'
    '99,5,"aka","LOST",-0- \r\n'
    "\x1a"
)
ADD = '10,1,"Harbour Street 1","Zelengrad","Syria",-0- \r\n11,2,-0- ,-0- ,"Panama",-0- \r\n\x1a'
COMMENTS = "10,\" OF IMPORTANCE; a.k.a. 'EL CHEPE'.\"\r\n\x1a"


def ofac_set(folder: Path, *, packed: bool = False) -> Path:
    """An SDN set in a folder; the path of sdn.csv."""
    for name, text in (("sdn", SDN), ("alt", ALT), ("add", ADD), ("sdn_comments", COMMENTS)):
        if packed:
            (folder / f"{name}.csv.gz").write_bytes(gzip.compress(text.encode()))
        else:
            (folder / f"{name}.csv").write_text(text, newline="")
    return folder / ("sdn.csv.gz" if packed else "sdn.csv")


def records(items: Iterable[Item]) -> dict[str, Record]:
    """The records among some items, by key."""
    return {item.record.source_key: item.record for item in items if isinstance(item, Read)}


def refused(items: Iterable[Item]) -> list[tuple[int, str]]:
    """Line and reason of what was quarantined."""
    return [(item.line, str(item.why)) for item in items if isinstance(item, Quarantined)]


def register(path: Path | None = None) -> RecordStore:
    """An empty register, in memory or in a file."""
    engine = create_engine(f"sqlite:///{path}" if path else "sqlite://")
    schema.metadata.create_all(engine)
    return RecordStore(engine, index_key=b"k" * 32)
