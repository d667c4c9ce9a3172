"""A whole federation on one machine: authority, gateways, nodes, each its own process.

Everything goes through the programs' own command lines: founding, invitations, joins signed by two
officers after comparing the phrase, imports, callers.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from comity.demo.processes import PROGRAMS, READY_S, Server, call, concurrently, free_port
from comity.errors import ExitCode, StartError
from comity.rulings.shipped import GATEWAY_DEFAULT, shipped_policies

if TYPE_CHECKING:
    from pathlib import Path

FEDERATION: Final = "demo.comity"
# How often a log is looked at.
LOOK_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Agency:
    """One invented agency.

    Attributes:
        id: member id.
        name: as people say it.
        country: ISO 3166-1 alpha-2 or user-assigned.
        packs: folders of policy beside the models and the core.
    """

    id: str
    name: str
    country: str
    packs: tuple[str, ...]


AGENCIES: Final = (
    Agency("FR-PJ", "Police judiciaire", "FR", ("eu-member",)),
    Agency("DE-LP", "Landespolizei", "DE", ("eu-member",)),
    Agency("GB-CA", "Crime agency", "GB", ("gb",)),
    Agency("ZZ-IM", "Interior ministry", "ZZ", ("zz",)),
)


class Federation:
    """Folders and processes of one federation below ``root``."""

    def __init__(
        self,
        root: Path,
        *,
        agencies: tuple[Agency, ...] = AGENCIES,
        gateways: int = 1,
        policies: Path | None = None,
        programs: Path = PROGRAMS,
    ) -> None:
        """Names the parts; nothing is started.

        Args:
            root: folder of everything.
            agencies: who joins.
            gateways: how many gateway processes.
            policies: folder of packs; by default those shipped.
            programs: folder of the installed programs.
        """
        self.root = root
        self._programs = programs
        self.agencies = agencies
        self.policies = policies or shipped_policies()
        self.authority_address = f"127.0.0.1:{free_port()}"
        self.gateway_names = tuple(f"gateway-{number + 1}" for number in range(gateways))
        self.servers: dict[str, Server] = {}
        self.listen: dict[str, str] = {}
        self.fingerprint = ""

    # --- places --------------------------------------------------------------------------------------

    @property
    def authority(self) -> Path:
        """The authority's folder."""
        return self.root / "authority"

    def home(self, name: str) -> Path:
        """The home of a node (by agency) or gateway (by name)."""
        return self.root / name

    def log(self, name: str) -> Path:
        """The log of a process."""
        return self.root / f"{name}.log"

    def profile(self, agency: str, name: str) -> Path:
        """Profile of a caller added by ``add_caller``."""
        return self.root / "callers" / agency / name / "profile.toml"

    def _call(self, name: str, *arguments: str) -> str:
        return call(name, *arguments, programs=self._programs)

    # --- founding and joining --------------------------------------------------------------------------

    def found(self) -> None:
        """Founds the federation and starts its authority."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        arguments = ["--federation", FEDERATION, "--address", self.authority_address, "--json"]
        instruments = self.policies / "instruments.toml"
        if instruments.exists():
            arguments += ["--instruments", str(instruments)]
        told = json.loads(
            self._call("comity", "authority", "init", str(self.authority), *arguments)
        )
        self.fingerprint = told["fingerprint"]
        self.start_authority()

    def start_authority(self) -> None:
        """Starts the authority's process."""
        server = Server(
            "comity",
            "authority",
            "serve",
            str(self.authority),
            log=self.log("authority"),
            programs=self._programs,
        )
        self.servers["authority"] = server
        server.line()

    def join_all(self) -> None:
        """Invites and joins every gateway and node; two officers sign each."""
        joins = [self._gateway_join(name) for name in self.gateway_names]
        joins += [self._node_join(agency) for agency in self.agencies]
        asked = concurrently([lambda join=join: join.json_line(0) for join in joins])
        officers = sorted((self.authority / "officers").iterdir())
        keys = [str(path) for path in officers if "root" not in path.name][:2]
        for told in asked:
            self._call(
                "comity", "authority", "approve", told["join"], "--dir", str(self.authority),
                "--officer", keys[0], "--officer", keys[1], "--phrase", told["phrase"], "--json",
            )  # fmt: skip
        for join in joins:
            join.json_line(1)
            join.process.wait(30)

    def _invite(self, *arguments: str) -> str:
        told = json.loads(
            self._call("comity", "authority", *arguments, "--dir", str(self.authority), "--json")
        )
        return str(told["token"])

    def _gateway_join(self, name: str) -> Server:
        address = f"127.0.0.1:{free_port()}"
        token = self._invite("invite-gateway", name, "--address", address)
        return Server(
            "comity-gateway", "join", token, "--root", self.fingerprint, "--json",
            "--home", str(self.home(name)),
            *(part for pack in GATEWAY_DEFAULT for part in ("--policy", str(self.policies / pack))),
            log=self.log(name), programs=self._programs,
        )  # fmt: skip

    def _node_join(self, agency: Agency) -> Server:
        token = self._invite(
            "invite", agency.id, "--name", agency.name, "--country", agency.country
        )
        self.listen[agency.id] = f"127.0.0.1:{free_port()}"
        packs = ("model", "core", *agency.packs)
        policies = [part for pack in packs for part in ("--policy", str(self.policies / pack))]
        return Server(
            "comity-node", "join", token, "--root", self.fingerprint, "--json",
            "--home", str(self.home(agency.id)), "--listen", self.listen[agency.id], *policies,
            log=self.log(agency.id), programs=self._programs,
        )  # fmt: skip

    # --- running -----------------------------------------------------------------------------------------

    def set(self, name: str, setting: str, value: object) -> None:
        """Adds a setting to a node's or gateway's file."""
        file = "gateway.toml" if name in self.gateway_names else "node.toml"
        with (self.home(name) / file).open("a", encoding="utf-8") as out:
            out.write(f"{setting} = {json.dumps(value)}\n")

    def load(self, agency: str, form: str, path: Path, *options: str) -> dict[str, object]:
        """Imports a file into a node's register; returns the report."""
        told: dict[str, object] = json.loads(
            self._call(
                "comity-node",
                "import",
                form,
                str(path),
                "--home",
                str(self.home(agency)),
                "--json",
                *options,
            )
        )
        return told

    def add_caller(self, agency: str, name: str, role: str) -> Path:
        """Lets a system or officer call its node; returns the profile."""
        profile = self.profile(agency, name)
        self._call(
            "comity-node", "system", "add", name, "--role", role,
            "--home", str(self.home(agency)), "-o", str(profile.parent),
        )  # fmt: skip
        return profile

    def start(self, name: str, programs: Path | None = None) -> Server:
        """Starts a gateway or a node, perhaps of other ``programs``, and waits until it is ready."""
        kind = "comity-gateway" if name in self.gateway_names else "comity-node"
        server = Server(
            kind, "serve", "--home", str(self.home(name)),
            log=self.log(name), programs=programs or self._programs,
        )  # fmt: skip
        self.servers[name] = server
        server.json_line(0)
        return server

    def start_all(self) -> None:
        """Starts every gateway, then every node."""
        concurrently([lambda name=name: self.start(name) for name in self.gateway_names])
        concurrently([lambda agency=agency: self.start(agency.id) for agency in self.agencies])

    def wait_for_log(self, name: str, words: str, *, times: int = 1) -> None:
        """Waits until a process's log says ``words`` so many times.

        Raises:
            StartError: it never did.
        """
        deadline_s = time.monotonic() + READY_S
        while self.log(name).read_text(errors="replace").count(words) < times:
            if time.monotonic() > deadline_s:
                sentence = f"{name} never said {words!r}; see {self.log(name)}."
                raise StartError(sentence, exit_code=ExitCode.UNAVAILABLE)
            time.sleep(LOOK_S)

    def stop(self) -> None:
        """Stops everything: nodes, then gateways, then the authority."""
        names = [agency.id for agency in self.agencies if agency.id in self.servers]
        concurrently([self.servers.pop(name).stop for name in names])
        names = [name for name in self.gateway_names if name in self.servers]
        concurrently([self.servers.pop(name).stop for name in names])
        for name in list(self.servers):
            self.servers.pop(name).stop()
