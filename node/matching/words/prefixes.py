"""What writers glue to the beginning of a name: articles, and words for son, father and of.

``Alghamdi`` is ``al-Ghamdi``, ``Essaadi`` ``as-Saadi``, ``Benjelloun`` ``Ben Jelloun``, ``Vandermeer``
``van der Meer``. A word keeps its whole spelling; the bare one is another spelling of it.
"""

from __future__ import annotations

import re
from typing import Final

# What is left must be long enough to be told from other names, and begin with a consonant.
_BARE: Final = (
    re.compile(
        "^(?:al|el|ul|ben|bin|bou|abu|abou|ould)(?=[bcdfghjklmnpqrstvwxyz][aeiouyhrlw])(.{5,})$"
    ),
    # The article's l becomes what follows it.
    re.compile("^[aei](?:(?=([dnrstz])\\1)[dnrstz]|s(?=sh|ch)|c(?=ch))(.{5,})$"),
    re.compile(
        "^(?:van(?:de[nr]?)?|von(?:de[mnr])?|del(?:a|as|os|le|lo|la)|ter|ten)"
        "(?=[bcdfghjklmnpqrstvwz][aeiouyhrl])(.{4,})$"
    ),
    re.compile("^(?:de|del|di|d[ao]s|du|le|la)(?=[bcdfghjklmnpqrstvwz][aeiouyhrl])(.{5,})$"),
    re.compile("^(?:mac|mc|fitz)(?=[bcdfghjklmnpqrstvwz])(.{4,})$"),
)


def bare(word: str) -> str:
    """A word in ASCII letters without what is glued to its beginning; empty where nothing is."""
    for one in _BARE:
        found = one.match(word)
        if found:
            return found[found.lastindex or 0]
    return ""
