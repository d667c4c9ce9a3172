"""The wheel, built once and installed into an environment of its own; a federation started from it.

No network: the environment sees the locked dependencies of the running interpreter through one path file,
and the wheel's own copy of the packages stands before them.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import sysconfig
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.demo.federation import AGENCIES, Federation
from comity.demo.processes import STOP_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
SOON_S = 20.0
LOOK_S = 0.02
MAPPED_MAX_BYTES = 512 * 1024 * 1024
PROGRAMS = {"comity": "comity", "comity-node": "node", "comity-gateway": "gateway"}
FULL_AT_BYTES = 16


@dataclass(frozen=True)
class Installed:
    """The built wheel and where it was installed."""

    wheel: Path
    programs: Path
    packages: Path

    @property
    def policies(self) -> Path:
        return self.packages / "comity" / "_policies"

    def run(
        self, name: str, *arguments: object, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        """A program to its end, whatever the end is."""
        return subprocess.run(
            [str(self.programs / name), *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=self.programs,  # away from the source tree, which an interpreter would prefer
            **options,
        )

    def with_clock_off(self, folder: Path, seconds: int) -> Path:
        """Programs whose clock is off: the installed ones, behind a few lines that shift it."""
        folder.mkdir()
        for name, package in PROGRAMS.items():
            script = folder / name
            script.write_text(
                f"#!{self.programs / 'python'}\n"
                "import time\n"
                "from comity.clock import SystemClock\n"
                f"SystemClock.now_ms = lambda self: time.time_ns() // 1_000_000 + {seconds * 1000}\n"
                f"from {package}.cli.main import main\n"
                "main()\n"
            )
            script.chmod(0o700)
        return folder

    def run_on_full_disk(self, name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        """A program of which no file grows beyond a few bytes: every write fails."""
        limit = (FULL_AT_BYTES, FULL_AT_BYTES)
        return self.run(
            name,
            *arguments,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
        )


def install(folder: Path) -> Installed:
    """Builds the wheel from the tree and installs it, offline."""
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", folder / "dist", ROOT)
    (wheel,) = (folder / "dist").glob("*.whl")
    environment = folder / "environment"
    _run(sys.executable, "-m", "venv", "--without-pip", environment)
    (packages,) = environment.glob("lib/python*/site-packages")
    _run(
        sys.executable, "-m", "pip", "--disable-pip-version-check", "--python",
        environment / "bin" / "python", "install", "--no-deps", "--no-index", wheel,
    )  # fmt: skip
    (packages / "locked.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return Installed(wheel, environment / "bin", packages)


def _run(*command: object) -> None:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def federation(installed: Installed, root: Path, *names: str, gateways: int) -> Federation:
    """A federation of the installed programs, nothing started yet."""
    agencies = tuple(agency for agency in AGENCIES if agency.id in names)
    return Federation(
        root,
        agencies=agencies,
        gateways=gateways,
        policies=installed.policies,
        programs=installed.programs,
    )


def until(check: Callable[[], Any], within_s: float = SOON_S) -> Any:
    """What ``check`` returns once it is true; fails when that takes too long."""
    deadline_s = time.monotonic() + within_s
    while not (found := check()):
        assert time.monotonic() < deadline_s, "it never came to that"
        time.sleep(LOOK_S)
    return found


def rows(database: Path, statement: str, *values: object) -> list[Any]:
    """Rows of a running process's database, read only."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return connection.execute(statement, values).fetchall()


@contextlib.contextmanager
def halted(pid: int) -> Iterator[None]:
    """A process that neither answers nor ends: what a machine in trouble looks like."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def disk_full(pid: int, *, at_bytes: int) -> Iterator[None]:
    """No file of the process grows beyond ``at_bytes``: every write there fails."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (at_bytes, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def memory_holds(pid: int, wanted: bytes) -> bool:
    """Whether a running process's writable memory holds these bytes."""
    maps = Path(f"/proc/{pid}/maps").read_text()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in maps.splitlines():
            span, access = line.split()[:2]
            start, end = (int(part, 16) for part in span.split("-"))
            if "rw" not in access or end - start > MAPPED_MAX_BYTES:
                continue
            try:
                memory.seek(start)
                if wanted in memory.read(end - start):
                    return True
            except (OSError, ValueError, OverflowError):
                continue  # guard pages and device memory cannot be read
    return False


def files_hold(folder: Path, wanted: bytes) -> bool:
    """Whether any file below a folder holds these bytes."""
    return any(path.is_file() and wanted in path.read_bytes() for path in folder.rglob("*"))


def terminate(fed: Federation, *names: str) -> dict[str, int]:
    """SIGTERM to each; exit codes. A process that must be killed shows as -9."""
    servers = [(name, fed.servers.pop(name)) for name in names]
    for _, server in servers:
        server.process.send_signal(signal.SIGTERM)
    return {name: _ended(server.process) for name, server in servers}


def _ended(process: subprocess.Popen[bytes]) -> int:
    try:
        return process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def remove(folder: Path) -> None:
    """Removes what a scene made."""
    shutil.rmtree(folder, ignore_errors=True)
