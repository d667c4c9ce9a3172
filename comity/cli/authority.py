"""``comity authority …``: what the federation's authority does, each command loaded when it is called."""

from __future__ import annotations

import importlib
from typing import Final

import click

from comity.cli.lazy import Lazy, Told

_FOUNDING: Final = "comity.authority.commands:"
_OFFICERS: Final = "comity.authority.officer_commands:"
_OPERATORS: Final = "comity.authority.operator_commands:"
COMMANDS: Final = {
    "init": Told(f"{_FOUNDING}init", "Found a federation in the new folder FOLDER."),
    "serve": Told(
        f"{_FOUNDING}serve",
        "Serve enrolment, revocation and freshness from FOLDER until told to stop.",
    ),
    "invite": Told(
        f"{_FOUNDING}invite",
        "Invite a node of AGENCY: print a single-use token and the root's fingerprint.",
    ),
    "invite-gateway": Told(f"{_FOUNDING}invite_gateway", "Invite the gateway process NAME."),
    "approve": Told(
        f"{_OFFICERS}approve",
        "Sign the join JOIN as an officer, after comparing the phrase with the joiner.",
    ),
    "refuse": Told(f"{_OFFICERS}refuse", "Turn the join JOIN down."),
    "status": Told(
        f"{_OPERATORS}status", "Show members, gateways, and the joins that wait for officers."
    ),
    "suspend": Told(
        f"{_OPERATORS}suspend",
        "Suspend the member AGENCY at once; every link learns it within seconds.",
    ),
    "reinstate": Told(
        f"{_OFFICERS}reinstate",
        "End the suspension of AGENCY; needs as many officers as an admission.",
    ),
    "revoke": Told(
        f"{_OPERATORS}revoke",
        "Revoke single keys for good: a node's signing key or anybody's TLS key.",
    ),
    "instruments": Told(
        f"{_OFFICERS}instruments", "Replace the legal instruments by those of the TOML file FILE."
    ),
    "resign": Told(
        f"{_OFFICERS}resign",
        "Sign the federation's role again before its 90 days end; nothing else changes.",
    ),
    "renew-root": Told(
        f"{_OFFICERS}renew_root",
        "Give the root another year; needs the officers' offline keys (officer-N.root.pem).",
    ),
}


class Authority(Lazy):
    """Its refusals are told as such: whoever runs an authority reads what was wrong."""

    def sentence_of(self, error: BaseException) -> tuple[str, int]:
        """What is told of an error, and the exit code."""
        told: tuple[str, int] | None = importlib.import_module(
            "comity.authority.refused"
        ).sentence_of(error)
        return told or super().sentence_of(error)


@click.group(
    cls=Authority, commands_at=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
def authority() -> None:
    """Found and run a federation's authority: members, gateways, revocations.

    The authority never sees any traffic. Its officers' keys belong off its host; of the keys that stay,
    one can only remove members, the others issue certificates for keys the directory already holds.
    """
