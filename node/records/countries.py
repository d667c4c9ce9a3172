"""Country names and codes as lists write them, as ISO 3166-1 alpha-2.

pycountry knows the standard's names; the words below are what OFAC, the UN and INTERPOL write instead.
Former countries keep their ISO 3166-3 two-letter code. What is not known is not guessed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import pycountry

# As many different spellings as all lists together have, many times over.
_CACHE_WORDS_MAX: Final = 4_096
_SAID: Final = {
    "bosnia-herzegovina": "BA",
    "british virgin islands": "VG",
    "virgin islands, british": "VG",
    "brunei": "BN",
    "burma": "MM",
    "cape verde": "CV",
    "congo, democratic republic of the": "CD",
    "congo, republic of the": "CG",
    "cote d ivoire": "CI",
    "cote d'ivoire": "CI",
    "ivory coast": "CI",
    "czechoslovakia": "CS",
    "democratic republic of the congo": "CD",
    "east germany": "DD",
    "england": "GB",
    "great britain": "GB",
    "hong kong": "HK",
    "former soviet union": "SU",
    "china, hong kong special administrative region": "HK",
    "iran": "IR",
    "iran (islamic republic of)": "IR",
    "korea, north": "KP",
    "north korea": "KP",
    "korea, south": "KR",
    "south korea": "KR",
    "kosovo": "XK",
    "laos": "LA",
    "macau": "MO",
    "micronesia": "FM",
    "moldova": "MD",
    "netherlands antilles": "AN",
    "north macedonia, the republic of": "MK",
    "the republic of north macedonia": "MK",
    "macedonia, the former yugoslav republic of": "MK",
    "palestinian": "PS",
    "palestine": "PS",
    "state of palestine": "PS",
    "west bank": "PS",
    "region: gaza": "PS",
    "region: crimea": "UA",
    "russia": "RU",
    "russian federation": "RU",
    "serbia and montenegro": "CS",
    "soviet union": "SU",
    "ussr": "SU",
    "st. kitts and nevis": "KN",
    "st. vincent and the grenadines": "VC",
    "swaziland": "SZ",
    "syria": "SY",
    "tanzania": "TZ",
    "the gambia": "GM",
    "bahamas, the": "BS",
    "turkey": "TR",
    "uae": "AE",
    "uk": "GB",
    "u.k.": "GB",
    "usa": "US",
    "u.s.a.": "US",
    "vatican": "VA",
    "venezuela": "VE",
    "vietnam": "VN",
    "yugoslavia": "YU",
    "zaire": "ZR",
}
_CODE: Final = re.compile(r"^[A-Za-z]{2}$")
# ISO 3166-1 user-assigned codes, which illustrative federations use.
_USER_ASSIGNED: Final = re.compile(r"^(?:AA|Q[M-Z]|X[A-Z]|ZZ)$")


@lru_cache(maxsize=_CACHE_WORDS_MAX)
def code(text: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of a country named or coded in any usual way, or nothing."""
    word = text.strip().rstrip(".").strip()
    said = _SAID.get(word.lower().replace("\u2019", "'"))
    if said is not None:
        return said
    if _CODE.match(word) and _USER_ASSIGNED.match(word.upper()):
        return word.upper()
    try:
        found = pycountry.countries.lookup(word)
    except LookupError:
        return None
    return str(found.alpha_2)
