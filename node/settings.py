"""Settings of a node: ``HOME/node.toml``, every one with a safe default and a sentence.

An unknown or ill-typed setting is an error with the file's name: a mistyped limit must not silently be
the default.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

from comity.errors import ExitCode, StartError

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "node.toml"
# With less no law at all could be looked at, nor a better one be put in force.
LAW_CPU_S_MIN: Final = 2
LAW_MEMORY_MIB_MIN: Final = 256


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may set.

    Attributes:
        listen: ``host:port`` for agency systems; loopback by default, no port is open to others.
        admin_listen: ``host:port`` for policy officers and auditors; empty: one port above ``listen``, on
            loopback.
        hosts: names and addresses in the listener's certificate, as agency systems dial it.
        database: file in the home, or a database URL.
        policies: folders of the policy in force, in order.
        answer_floor_ms: every answer leaves this long after its query arrived, or twice, three times … as
            long when it was not ready, so that time does not tell hit from no-hit; best above the 99.9th
            percentile of search and ruling.
        questions_per_day: questions that this agency's callers may ask in a day (UTC) before its law counts
            the capacity as used up; 0: no capacity is agreed, so none is used up.
        assurances_accepted: members whose assurances about a sentence this agency's legal officer accepts; an
            assurance of any other is none.
        law_cpu_s: seconds of processor time that looking at a law (checking, testing, proving, comparing it)
            may take, in a process of its own; what takes longer is refused.
        law_memory_mib: MiB of memory that the same may take.
        name_search: whether names are searched; a node of objects only may switch it off.
        log_level: DEBUG, INFO, WARNING or ERROR; personal data is in none of them.
    """

    listen: str = "127.0.0.1:7443"
    admin_listen: str = ""
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1")
    database: str = "node.db"
    policies: tuple[str, ...] = field(default=())
    answer_floor_ms: int = 20
    questions_per_day: int = 0
    assurances_accepted: tuple[str, ...] = field(default=())
    law_cpu_s: int = 300
    law_memory_mib: int = 2048
    name_search: bool = True
    log_level: str = "INFO"

    @property
    def admin_address(self) -> str:
        """Where policy officers and auditors call."""
        if self.admin_listen:
            return self.admin_listen
        port = int(self.listen.rpartition(":")[2])
        return f"127.0.0.1:{port + 1 if port else 0}"

    @classmethod
    def load(cls, home: Path) -> Settings:
        """Reads ``node.toml`` of a home; all defaults when there is none."""
        path = home / FILE
        if not path.exists():
            return cls()
        try:
            found = tomllib.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            sentence = f"{path} cannot be read as TOML: {error}"
            raise StartError(sentence, exit_code=ExitCode.CONFIG) from error
        return cls(**_checked(found, path))


def _checked(found: dict[str, Any], path: Path) -> dict[str, Any]:
    known = {part.name: type(part.default) for part in fields(Settings)}
    checked: dict[str, Any] = {}
    for name, value in found.items():
        if name not in known:
            sentence = f"{path}: unknown setting {name!r}; known are {', '.join(sorted(known))}."
            raise StartError(sentence, exit_code=ExitCode.CONFIG)
        shaped = tuple(value) if isinstance(value, list) else value
        if type(shaped) is not known[name]:
            sentence = f"{path}: {name} must be a {known[name].__name__}."
            raise StartError(sentence, exit_code=ExitCode.CONFIG)
        checked[name] = shaped
    for name in ("answer_floor_ms", "questions_per_day"):
        if checked.get(name, 0) < 0:
            raise StartError(f"{path}: {name} is negative.", exit_code=ExitCode.CONFIG)
    for name, least in (("law_cpu_s", LAW_CPU_S_MIN), ("law_memory_mib", LAW_MEMORY_MIB_MIN)):
        if checked.get(name, least) < least:
            sentence = f"{path}: {name} is less than {least}, which no law can be looked at with."
            raise StartError(sentence, exit_code=ExitCode.CONFIG)
    return checked
