"""Settings of a gateway process: ``HOME/gateway.toml``, every one with a safe default and a sentence."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

from comity.errors import ExitCode, StartError

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "gateway.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may set.

    Attributes:
        listen: ``host:port`` for links; empty: the address that the directory gives this gateway.
        database: file in the home, or a database URL.
        policies: folders of the federation's policy, in order.
        quota_per_day: queries each member may send a day.
        log_level: DEBUG, INFO, WARNING or ERROR; personal data is in none of them.
    """

    listen: str = ""
    database: str = "gateway.db"
    policies: tuple[str, ...] = field(default=())
    quota_per_day: int = 10_000_000
    log_level: str = "INFO"

    @classmethod
    def load(cls, home: Path) -> Settings:
        """Reads ``gateway.toml`` of a home; all defaults when there is none."""
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
    known = {
        "listen": str,
        "database": str,
        "policies": tuple,
        "quota_per_day": int,
        "log_level": str,
    }
    if set(known) != {part.name for part in fields(Settings)}:
        raise TypeError("settings and their types disagree")
    checked: dict[str, Any] = {}
    for name, value in found.items():
        shaped = tuple(value) if isinstance(value, list) else value
        if type(shaped) is not known.get(name):
            sentence = (
                f"{path}: {name} is no setting, or of the wrong type; see `comity-gateway check`."
            )
            raise StartError(sentence, exit_code=ExitCode.CONFIG)
        checked[name] = shaped
    return checked
