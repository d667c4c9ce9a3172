"""A PostgreSQL cluster of one's own, from the Debian package, on a socket in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS: Final = Path("/usr/lib/postgresql")
# PostgreSQL refuses to run as root; its package brings this user along.
USER: Final = "postgres"
SUPERUSER: Final = "comity"


def programs() -> Path:
    """Folder of the newest installed server."""
    found = sorted(PROGRAMS.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        pytest.fail("PostgreSQL is not installed; run: sh scripts/install-debian-packages test")
    return found[-1].parent


class Cluster:
    """One running server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._bin = programs()
        self._schemas = 0

    def _as_user(self, *command: str) -> list[str]:
        return ["runuser", "-u", USER, "--", *command] if os.geteuid() == 0 else list(command)

    def _call(self, name: str, *arguments: str) -> None:
        subprocess.run(
            self._as_user(str(self._bin / name), *arguments),
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            timeout=60,
        )

    def make(self) -> None:
        """Makes its files."""
        data = str(self.folder / "data")
        self._call(
            "initdb", "-D", data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8",
            "--locale=C", "--no-sync",
        )  # fmt: skip

    def start(self) -> None:
        """Starts it and waits until it answers."""
        settings = f"-k {self.folder} -c listen_addresses='' -c max_connections=40"
        self._call(
            "pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", str(self.folder / "log"),
            "-o", settings, "start",
        )  # fmt: skip

    def stop(self, mode: str = "immediate") -> None:
        """Stops it as a power cut does; ``fast``: as an operator does."""
        self._call("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", mode, "stop")

    def schema(self) -> str:
        """URL of a new, empty schema."""
        self._schemas += 1
        name = f"s{self._schemas}"
        with psycopg.connect(f"host={self.folder} user={SUPERUSER} dbname=postgres") as connection:
            connection.execute(f"CREATE SCHEMA {name}")  # type: ignore[arg-type]
        options = quote(f"-c search_path={name}")
        return f"postgresql://{SUPERUSER}@/postgres?host={self.folder}&options={options}"


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A running server; its files are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="comity-postgresql-"))
    try:
        if os.geteuid() == 0:
            found = pwd.getpwnam(USER)
            os.chown(folder, found.pw_uid, found.pw_gid)
        server = Cluster(folder)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
