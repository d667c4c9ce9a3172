"""Prints are compared by what an agency installs, and only for whom and for what the law names."""

from __future__ import annotations

import asyncio
import base64
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from comity.client import Band, Biometric, Outcome, Purpose, Stage
from node.records.record import Labels, Record
from tests.integration.test_selectors import ASKER, OWNER, why
from tests.simulators.federation import Federation
from tests.simulators.prints import minutiae_record

if TYPE_CHECKING:
    from pathlib import Path

PROBE, TRACE, VICTIM = (minutiae_record(20, seed=seed) for seed in (1, 2, 3))
# A distribution as an agency installs it beside the node: it holds two records to be one finger's when
# they are the same bytes, which shows the way and compares nothing.
PACKAGE = """
class Same:
    name = "same bytes 1"
    threshold = 0.5

    def compare(self, probe, template):
        return 1.0 if probe == template else 0.0
"""


@pytest.fixture
def comparer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "site"
    told = folder / "same_bytes-1.dist-info"
    told.mkdir(parents=True)
    (folder / "same_bytes.py").write_text(PACKAGE)
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: same-bytes\nVersion: 1\n")
    (told / "entry_points.txt").write_text("[comity.fingerprints]\nsame = same_bytes:Same\n")
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])


def prints(key: str, template: bytes, subject: str) -> Record:
    fields = {
        "biometric.modality": "FINGER",
        "biometric.reference": f"AFIS-2026-{key}",
        "biometric.template": base64.b64encode(template).decode(),
    }
    return Record(key, "test", "biometric", fields, Labels(subject))


@pytest.mark.usefixtures("comparer")
def test_prints_are_compared_where_the_law_lets_them_be(tmp_path: Path) -> None:
    pruem = replace(why(), legal_basis="EU-PRUM-II")

    async def scene() -> None:
        async with asyncio.timeout(90), Federation.of(tmp_path / "fed", (ASKER, OWNER)) as fed:
            fed.hold(
                OWNER,
                prints("1001", PROBE, "suspect"),
                prints("1002", TRACE, "unidentified"),
                prints("1003", VICTIM, "victim"),
            )
            async with (
                fed.caller(ASKER) as officer,
                fed.caller(ASKER, "gate", "system") as gate,
            ):
                for template, reference in ((PROBE, "AFIS-2026-1001"), (TRACE, "AFIS-2026-1002")):
                    reply = await officer.lookup(
                        Biometric(template=template), pruem, stage=Stage.CORE, wait_s=20
                    )
                    assert reply.hits, reply.answers
                    ((_, hit),) = reply.hits
                    assert hit.band is Band.PROBABLE
                    assert hit.match_reasons == ("minutiae compared by same bytes 1",)
                    assert hit.record.fields["biometric.reference"] == reference
                    assert "biometric.template" not in hit.record.fields
                    assert "reconfirm-before-action" in hit.obligations
                nobody = Biometric(template=minutiae_record(20, seed=4))
                nothing = [
                    (officer, nobody, pruem),
                    (officer, Biometric(template=VICTIM), pruem),
                    # Another instrument, another purpose, and a machine: the same finger is not met.
                    (officer, Biometric(template=PROBE), why()),
                    (officer, Biometric(template=PROBE), replace(pruem, purpose=Purpose.PREVENT)),
                    (gate, Biometric(template=PROBE), pruem),
                ]
                for caller, selector, because in nothing:
                    reply = await caller.lookup(selector, because, wait_s=20)
                    assert reply.answers[0].outcome is Outcome.NO_HIT, (because, reply.answers)

    asyncio.run(scene())
