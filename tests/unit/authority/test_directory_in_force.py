"""The directory in force in a process: what the disk does not take is told of, and kept later."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from comity.authority.holder import DirectoryHolder
from comity.identity.directory import Revocations
from comity.identity.names import AgencyId
from comity.identity.store import DirectoryStore
from tests.simulators.authority import Founded
from tests.simulators.installed import disk_full

if TYPE_CHECKING:
    from pathlib import Path

    from comity.identity.directory import Directory

DE = AgencyId("DE")


def test_a_directory_that_the_disk_does_not_take_is_told_of_and_kept_with_the_next_update(
    tmp_path: Path,
) -> None:
    fed = Founded.found(tmp_path / "authority")
    fed.admit(tmp_path / "de", fed.invite("DE"))
    store = DirectoryStore(tmp_path / "directory")
    store.save(fed.reader())
    holder = DirectoryHolder(store, store.load(), fed.clock)
    heard: list[Directory] = []
    holder.on_change(heard.append)
    fed.authority.revoke(Revocations(agencies=frozenset({DE})))
    with disk_full(os.getpid(), at_bytes=16):
        holder.apply(fed.files())
    assert [one.members[DE].active for one in (*heard, holder.current)] == [False, False]
    assert _kept(store).members[DE].active
    holder.apply(fed.files())  # the same, from another link
    assert not _kept(store).members[DE].active
    assert len(heard) == 1


def _kept(store: DirectoryStore) -> Directory:
    found = store.load().directory
    assert found is not None
    return found
