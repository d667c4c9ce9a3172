"""The four invented agencies and what their registers are like.

Shares are in percent. Each law keeps other things: a French judicial police register knows persons,
vehicles and stolen art; a German state police register persons with addresses, documents and vehicles;
a British crime agency persons, organisations and observables; the interior ministry of ``ZZ`` (an
ISO 3166 user-assigned code: no country) persons in their own scripts, and documents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Profile:
    """How one agency's register is made.

    Attributes:
        agency: its identifier in the federation.
        country: ISO 3166-1 alpha-2 of its jurisdiction.
        scheme: how it romanises names (``comity.demo.registers.spelling``).
        folds: whether it drops diacritics.
        native_scripts: whether a name in another script stands first in that script.
        kinds: what a row is about, a hundred entries.
        cultures: where its people's names come from, by share.
        addresses: share of persons with an address.
        contacts: share of persons with a telephone number or mail address.
    """

    agency: str
    country: str
    scheme: str
    folds: bool
    native_scripts: bool
    kinds: tuple[str, ...]
    cultures: tuple[str, ...]
    addresses: int
    contacts: int


def _shares(**shares: int) -> tuple[str, ...]:
    return tuple(kind for kind, share in shares.items() for _ in range(share))


PROFILES: Final[dict[str, Profile]] = {
    "FR-PJ": Profile(
        agency="FR-PJ",
        country="FR",
        scheme="french",
        folds=False,
        native_scripts=False,
        kinds=_shares(person=68, vehicle=17, stolen_object=12, observable=3),
        cultures=_shares(
            french=45,
            arabic=14,
            russian=6,
            spanish=7,
            polish=4,
            turkish=5,
            german=4,
            english=4,
            vietnamese=4,
            chinese=3,
            greek=1,
            korean=1,
            hindi=2,
        ),
        addresses=45,
        contacts=25,
    ),
    "DE-LP": Profile(
        agency="DE-LP",
        country="DE",
        scheme="german",
        folds=False,
        native_scripts=False,
        kinds=_shares(person=66, identity_document=16, vehicle=18),
        cultures=_shares(
            german=44,
            turkish=13,
            russian=9,
            arabic=9,
            polish=9,
            greek=4,
            french=3,
            spanish=2,
            english=2,
            vietnamese=2,
            chinese=1,
            korean=1,
            hindi=1,
        ),
        addresses=85,
        contacts=30,
    ),
    "GB-CA": Profile(
        agency="GB-CA",
        country="GB",
        scheme="english",
        folds=True,
        native_scripts=False,
        kinds=_shares(person=56, organisation=18, observable=26),
        cultures=_shares(
            english=45,
            hindi=10,
            arabic=9,
            polish=7,
            russian=6,
            chinese=6,
            turkish=4,
            spanish=3,
            french=3,
            german=2,
            greek=2,
            vietnamese=2,
            korean=1,
        ),
        addresses=35,
        contacts=45,
    ),
    "ZZ-IM": Profile(
        agency="ZZ-IM",
        country="ZZ",
        scheme="loose",
        folds=True,
        native_scripts=True,
        kinds=_shares(person=72, identity_document=28),
        cultures=_shares(
            arabic=30,
            russian=30,
            greek=6,
            chinese=8,
            korean=6,
            hindi=8,
            turkish=6,
            english=3,
            french=3,
        ),
        addresses=40,
        contacts=15,
    ),
}
AGENCIES: Final = tuple(PROFILES)
