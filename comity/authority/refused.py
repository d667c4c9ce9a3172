"""What the authority's commands say of a refusal, and the exit code."""

from __future__ import annotations

from comity.errors import ExitCode, Refusal
from comity.identity.documents import DirectoryRefused


def sentence_of(error: BaseException) -> tuple[str, int] | None:
    """One sentence and the exit code; nothing for what is no refusal."""
    if isinstance(error, DirectoryRefused):
        return f"refused: {error.why}", ExitCode.REFUSED
    if isinstance(error, Refusal):
        return f"refused: {error.detail or error.reason}", ExitCode.REFUSED
    return None
