"""What law a start of this node would put in force, loaded without touching a node that runs."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from comity.clock import SystemClock
from comity.envelope import SigningSecret
from comity.policytools.tree import MODEL
from comity.rulings.shipped import federated
from node.lawmaking.in_force import POLICY_KEY_FILE, LawInForce
from node.policy.loading import load_folders, load_policies
from node.storage.policies import PolicyBook

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from comity.identity.directory import Directory
    from node.lawmaking.revision import Revision
    from node.settings import Settings


def check_law(home: Path, settings: Settings, directory: Directory, engine: Engine) -> str:
    """Loads the law that a start would put in force, and every scheduled one; says which that is.

    The settings' folders count only where nothing was published. Published files are unpacked somewhere
    else: those in the home are a running node's.

    Raises:
        StartError: one that cannot be loaded, or a published one that is not believed.
    """
    key = home / POLICY_KEY_FILE
    current: Revision | None = None
    scheduled: list[Revision] = []
    if key.exists():
        public = SigningSecret.from_seed(key.read_bytes()).public
        book = PolicyBook(engine)
        in_force = LawInForce(home=home, book=book, key=public, clock=SystemClock())
        current, scheduled = in_force.published()
    if current is None:
        load_policies(settings, directory)
    for revision in (*filter(None, [current]), *scheduled):
        with tempfile.TemporaryDirectory(prefix="comity-law-") as name:
            root = Path(name) / "law"
            revision.archive.unpack(root)
            folders = [str(root / one) for one in (MODEL, *revision.statement.packs)]
            load_folders(folders, federated(directory))
    told = (
        "law of the settings"
        if current is None
        else f"law of revision {current.statement.sequence}"
    )
    later = ", ".join(str(one.statement.sequence) for one in reversed(scheduled))
    return f"{told}, revision {later} to come" if later else told
