"""Where the shipped packs are, and taking folders of policy into force for a running server."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

from comity.errors import ExitCode, StartError
from comity.rulings.errors import PolicyError
from comity.rulings.loader import load_bundle
from comity.rulings.policies import Policies
from comity.rulings.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from comity.rulings.columns import Verb

VOCABULARY: Final = "vocabulary.toml"
# What is in force where an operator names no folder: the models and the absolute bars release nothing.
NODE_DEFAULT: Final = ("model", "core")
GATEWAY_DEFAULT: Final = ("model", "core", "federation")


def shipped_policies() -> Path:
    """The packs that came with the installation; in a checkout, its ``policies`` folder."""
    packaged = Path(str(resources.files("comity") / "_policies"))
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[2] / "policies"


def policies_in_force(
    folders: Sequence[str],
    *,
    default: Sequence[str],
    members: Mapping[str, str],
    verbs: Collection[Verb],
) -> Policies:
    """Loads the folders an operator named, or the default ones.

    Args:
        folders: in the settings' order; the vocabulary stands beside the first.
        default: names of shipped folders, used where none is named.
        members: member to country, from the signed directory.
        verbs: what will be asked.

    Raises:
        StartError: with file, line and sentence.
    """
    chosen = [Path(one) for one in folders] or [shipped_policies() / one for one in default]
    try:
        vocabulary = load_vocabulary(chosen[0].parent / VOCABULARY).with_members(members)
        return Policies(load_bundle(chosen, vocabulary=vocabulary, verbs=verbs))
    except PolicyError as error:
        raise StartError(
            f"The policy cannot be taken into force: {error}", exit_code=ExitCode.CONFIG
        ) from error
