"""A founded federation in a folder, with its officers at hand and joins without a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comity.authority import roles
from comity.authority.asks import JoinAsk, NodeAsk
from comity.authority.ceremony import found
from comity.authority.enrolment import Enrolments
from comity.authority.home import Home
from comity.authority.inviting import Invitations
from comity.authority.preparing import Joining, prepare
from comity.authority.publishing import Authority
from comity.clock import ManualClock
from comity.identity.names import AgencyId, FederationId, InstanceName
from comity.identity.trust import DirectoryTrust, root_fingerprint

if TYPE_CHECKING:
    from pathlib import Path

    from comity.identity.directory import Directory
    from comity.identity.token import Token


@dataclass
class Founded:
    """An authority, its officers, and whoever joined."""

    folder: Path
    clock: Any
    fingerprint: str
    authority: Authority

    @classmethod
    def found(cls, folder: Path, *, address: str = "127.0.0.1:1", clock: Any = None) -> Founded:
        clock = clock or ManualClock()
        fingerprint = found(
            folder, federation=FederationId("test.comity"), address=address, clock=clock
        )
        return cls(folder, clock, fingerprint, Authority(folder, clock))

    def officer(self, number: int, *, root: bool = False) -> Any:
        suffix = ".root.pem" if root else ".pem"
        path = self.folder / "officers" / f"officer-{number}{suffix}"
        return roles.load_signer(path.read_bytes())

    @property
    def freshness(self) -> Any:
        return roles.load_signer((self.folder / "freshness.pem").read_bytes())

    def invite(
        self,
        agency: str,
        instance: str = "1",
        country: str = "FR",
        groups: tuple[str, ...] = (),
    ) -> Token:
        return Invitations(self.authority).invite_node(
            AgencyId(agency), InstanceName(instance), name=agency, country=country, groups=groups
        )

    def invite_gateway(self, name: str = "gw1", address: str = "127.0.0.1:7401") -> Token:
        return Invitations(self.authority).invite_gateway(InstanceName(name), address)

    def reader(self) -> DirectoryTrust:
        """A member's own trust, up to date."""
        trust = DirectoryTrust.start(self.root, self.fingerprint)
        trust.apply(self.files(), self.clock.now_ms())
        return trust

    @property
    def root(self) -> bytes:
        return dict(self.files())["1.root.json"]

    def files(self) -> list[tuple[str, bytes]]:
        return list(self.authority.trust.files())

    def joining(self, home: Path, token: Token) -> Joining:
        pem = self.authority.read("enrolment.crt")
        return Joining(Home(home), token, self.reader(), pem, self.clock)

    def ask(self, home: Path, token: Token, agency_key: Path | None = None) -> JoinAsk:
        request, _ = prepare(self.joining(home, token), agency_key)
        return as_ask(request)

    def approve(self, join_id: str) -> Directory:
        for number in (1, 2):
            Enrolments(self.authority).approve(join_id, self.officer(number))
        return self.authority.directory

    def admit(self, home: Path, token: Token, agency_key: Path | None = None) -> Directory:
        join_id = Enrolments(self.authority).join(self.ask(home, token, agency_key))
        return self.approve(join_id)


def as_ask(request: Any) -> JoinAsk:
    """A request message as the edge reads it."""
    node = request.node if request.HasField("node") else None
    return JoinAsk(
        request.token_id,
        request.token_secret,
        request.csr,
        request.ledger_vkey,
        request.directory_version,
        request.now_ms,
        NodeAsk(
            node.signing_key,
            node.agency_key,
            node.agency_metadata,
            node.key_statement,
            node.signature,
        )
        if node is not None
        else None,
    )


__all__ = ["Founded", "as_ask", "root_fingerprint"]
