"""Running the programs: one call at a time, or as servers that say when they are ready."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from comity.errors import ExitCode, StartError

if TYPE_CHECKING:
    from collections.abc import Sequence

CALL_S: Final = 120.0
READY_S: Final = 60.0
STOP_S: Final = 15.0
LOOK_S: Final = 0.1
# Ports for servers, below those that Linux gives to outgoing connections.
PORTS: Final = range(20_000, 32_000)
PORT_TRIES: Final = 1_000
_given: Final[set[int]] = set()
# Where the programs are installed: beside this interpreter.
PROGRAMS: Final = Path(sys.executable).parent


def free_port() -> int:
    """A port of loopback that nobody uses, nor the one above it, where a node's officers are served.

    Not one that the kernel hands out: those it may give to any outgoing connection before a server that
    was told the number binds it.

    Raises:
        StartError: none was found.
    """
    for _ in range(PORT_TRIES):
        port = PORTS.start + 2 * secrets.randbelow(len(PORTS) // 2)
        if port not in _given and _unused(port) and _unused(port + 1):
            _given.add(port)
            return port
    raise StartError("No port of loopback is free.", exit_code=ExitCode.UNAVAILABLE)


def _unused(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def call(name: str, *arguments: str, programs: Path = PROGRAMS) -> str:
    """Runs a program of the folder ``programs`` to its end and returns what it printed.

    Raises:
        StartError: it failed; its own sentence is passed on.
    """
    done = subprocess.run(
        [str(programs / name), *arguments],
        capture_output=True,
        text=True,
        timeout=CALL_S,
        check=False,
    )
    if done.returncode:
        sentence = done.stderr.strip() or f"{name} ended with {done.returncode}"
        raise StartError(sentence, exit_code=done.returncode)
    return done.stdout


class Server:
    """A program that runs until it is told to stop; its log goes to a file."""

    def __init__(self, name: str, *arguments: str, log: Path, programs: Path = PROGRAMS) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [str(programs / name), *arguments],
                stdout=subprocess.PIPE,
                stderr=out,
                start_new_session=True,
            )
        self._lines: list[str] = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def _read(self) -> None:
        out = self.process.stdout
        if out is None:
            return
        with out:
            for raw in out:
                with self._news:
                    self._lines.append(raw.decode(errors="replace"))
                    self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def line(self, number: int = 0) -> str:
        """A line it printed, waited for.

        Raises:
            StartError: it ended, or said nothing in time; the end of its log is passed on.
        """

        def there() -> bool:
            return len(self._lines) > number or not self._reader.is_alive()

        with self._news:
            self._news.wait_for(there, READY_S)
            if len(self._lines) > number:
                return self._lines[number]
        tail = "".join(self.log.read_text(errors="replace").splitlines(keepends=True)[-3:])
        raise StartError(f"{self.name} did not start: {tail}", exit_code=ExitCode.UNAVAILABLE)

    def json_line(self, number: int = 0) -> dict[str, Any]:
        """The same, as JSON."""
        found: dict[str, Any] = json.loads(self.line(number))
        return found

    def stop(self) -> int:
        """SIGTERM, then the wait an operator would have; returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def kill(self) -> None:
        """SIGKILL: what a power cut does."""
        self.process.kill()
        self.process.wait()


def concurrently(calls: Sequence[Any]) -> list[Any]:
    """Runs functions in threads and returns their results in order; the first error is raised."""
    results: list[Any] = [None] * len(calls)
    errors: list[BaseException] = []

    def run(place: int) -> None:
        try:
            results[place] = calls[place]()
        except BaseException as error:  # noqa: BLE001  # passed on below
            errors.append(error)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


def running_below(root: Path) -> list[int]:
    """Processes that were started for this folder, in the order in which they would want to end.

    By their command lines: a file of numbers would miss what was started last, and a number alone may be
    another's by now.
    """
    order = ("comity-node", "comity-gateway", "comity")
    found: list[tuple[int, int]] = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            arguments = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue  # it ended meanwhile, or is another user's
        below = any(f"{argument}/".startswith(f"{root}/") for argument in arguments)
        names = [Path(argument).name for argument in arguments[:2]]
        place = next((number for number, name in enumerate(order) if name in names), None)
        if below and place is not None:
            found.append((place, int(entry.name)))
    return [pid for _, pid in sorted(found)]


def end(root: Path) -> int:
    """Ends every process of this folder, by SIGTERM and at last by SIGKILL; returns how many."""
    ended = running_below(root)
    for pid in ended:
        _signal(pid, signal.SIGTERM)
    deadline_s = time.monotonic() + STOP_S
    while (left := running_below(root)) and time.monotonic() < deadline_s:
        time.sleep(LOOK_S)
    for pid in left:
        _signal(pid, signal.SIGKILL)
    return len(ended)


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
