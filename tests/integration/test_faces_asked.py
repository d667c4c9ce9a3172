"""A face is asked about for an offence of a year or more: at the asker's node, and again at the owner's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from comity.client import Biometric, ComityCallError, Outcome
from comity.errors import Reason
from node.records.record import Labels, Record
from tests.integration.test_exchange import run, why
from tests.simulators.law import POLICIES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.federation import Federation

ASKER, OWNER = "FR-PJ", "DE-LP"


def reference(number: str, modality: str) -> Record:
    fields = {"biometric.reference": number, "biometric.modality": modality}
    return Record(number, "test", "biometric", fields, Labels("suspect"))


def test_golden_case_2_through_the_node_as_it_derives_what_is_asked(tmp_path: Path) -> None:
    penalties = (POLICIES / "penalties.csv").read_text("utf-8").splitlines()
    assert not [one for one in penalties if one.startswith("FR,stalking,")], "no penalty is known"
    serious = replace(why(), legal_basis="EU-PRUM-II", offence="drug-trafficking")
    unknown = replace(serious, offence="stalking")

    async def scene(fed: Federation) -> None:
        fed.hold(OWNER, reference("FRI-2026-1001", "FACE"), reference("FIN-2026-1002", "FINGER"))
        async with fed.caller(ASKER) as node:
            for stated in ("FACE", ""):
                face = Biometric("FRI-2026-1001", modality=stated)
                with pytest.raises(ComityCallError) as refused:
                    await node.lookup(face, unknown, wait_s=10)
                assert refused.value.reason is Reason.ADMISSION_DENIED
                assert "Faces are compared" in str(refused.value)
                (found,) = (await node.lookup(face, serious, wait_s=10)).answers
                assert found.outcome is Outcome.HIT
            finger = Biometric("FIN-2026-1002", modality="FINGER")
            (found,) = (await node.lookup(finger, unknown, wait_s=10)).answers
            assert found.outcome is not Outcome.REFUSED
            # Calling a face a finger passes the floor and finds nothing.
            called = Biometric("FRI-2026-1001", modality="FINGER")
            (missed,) = (await node.lookup(called, serious, wait_s=10)).answers
            assert (missed.outcome, missed.hits) == (Outcome.NO_HIT, ())

    run(scene, tmp_path, ASKER, OWNER)
