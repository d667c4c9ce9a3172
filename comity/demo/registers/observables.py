"""Invented telephone numbers, mail addresses, domains, URLs, hashes and wallets, none of them anybody's.

Telephone numbers come from the ranges regulators keep free for fiction (NANPA 555-01xx, Ofcom drama
numbers, ARCEP fiction ranges, BNetzA drama numbers); mail and web from names reserved by RFC 2606;
hashes and wallet addresses are digests of the seed with the right shape and checksum.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from comity.demo.registers.draw import Draw

# (what is fixed, how many figures follow), by regulator.
FICTION_RANGES: Final = {
    "US": (("+1212555010", 1), ("+1415555015", 1), ("+1202555017", 1), ("+131255501", 2)),
    "GB": (("+447700900", 3), ("+442079460", 3), ("+441632960", 3), ("+441134960", 3)),
    "FR": (("+3319900", 4), ("+3326191", 4), ("+3335301", 4), ("+3363998", 4)),
    "DE": (("+493023125", 3), ("+498999998", 3), ("+494066969", 3), ("+496990009", 3)),
}
_RANGES: Final = tuple(
    (start, figures) for ranges in FICTION_RANGES.values() for start, figures in ranges
)
_MAIL_HOSTS: Final = ("example.org", "example.com", "example.net", "mail.example", "post.test")
_HOST_WORDS: Final = (
    "harbour", "meridian", "lantern", "cobalt", "quartz", "delta", "orchid", "falcon", "summit",
    "ember", "juniper", "atlas", "velvet", "raven", "copper", "nimbus", "saffron", "tundra",
)  # fmt: skip
_HOST_USES: Final = ("pay", "login", "cargo", "files", "mail", "shop", "update", "wallet", "track")
_HOST_ENDINGS: Final = ("example", "test", "invalid")
_PROVIDERS: Final = ("Exchange Alpha (invented)", "Telco Nord (invented)", "Host 9 (invented)")
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BITCOIN_CHAIN: Final = "bip122:000000000019d6689c085ae165831e93"
_ETHEREUM_CHAIN: Final = "eip155:1"
_HASH_BYTES: Final = (16, 20, 32, 32)
_KINDS: Final = (
    ("PHONE",) * 6 + ("EMAIL",) * 5 + ("WALLET",) * 4 + ("HASH",) * 2 + ("DOMAIN",) * 2 + ("URL",)
)


def phone(draw: Draw) -> str:
    """A number (E.164) from a range kept for fiction."""
    start, figures = draw.one(_RANGES)
    return start + draw.digits(figures)


def email(draw: Draw) -> str:
    """A mail address under a reserved domain."""
    user = f"{draw.one(_HOST_WORDS)}.{draw.one(_HOST_WORDS)}{draw.below(100_000)}"
    return f"{user}@{draw.one(_MAIL_HOSTS)}"


def domain(draw: Draw) -> str:
    """A domain under a reserved top-level domain."""
    return (
        f"{draw.one(_HOST_USES)}-{draw.one(_HOST_WORDS)}{draw.below(100_000)}"
        f".{draw.one(_HOST_ENDINGS)}"
    )


def _base58check(payload: bytes) -> str:
    body = payload + sha256(sha256(payload).digest()).digest()[:4]
    value, signs = int.from_bytes(body, "big"), ""
    while value:
        value, place = divmod(value, 58)
        signs = _BASE58[place] + signs
    return "1" * (len(body) - len(body.lstrip(b"\0"))) + signs


def wallet(draw: Draw) -> str:
    """A wallet in CAIP-10 form: Bitcoin (Base58Check) or Ethereum (lower case)."""
    if draw.percent(60):
        return f"{_BITCOIN_CHAIN}:{_base58check(bytes([0]) + draw.octets(20))}"
    return f"{_ETHEREUM_CHAIN}:0x{draw.octets(20).hex()}"


def observable(draw: Draw) -> dict[str, object]:
    """What an observable is, whoever records it: fields of ``observable`` without attribution."""
    kind = draw.one(_KINDS)
    if kind == "PHONE":
        value = phone(draw)
    elif kind == "EMAIL":
        value = email(draw)
    elif kind == "WALLET":
        value = wallet(draw)
    elif kind == "HASH":
        value = draw.octets(draw.one(_HASH_BYTES)).hex()
    elif kind == "DOMAIN":
        value = domain(draw)
    else:
        value = f"https://{domain(draw)}/{draw.octets(4).hex()}"
    seen = 2021 + draw.below(5)
    return {
        "observable.observable_type": kind,
        "observable.value": value,
        "observable.first_seen": f"{seen}-{1 + draw.below(12):02}",
        "observable.last_seen": f"{seen + 1}-{1 + draw.below(12):02}-{1 + draw.below(28):02}",
        "observable.provider": draw.one(_PROVIDERS),
    }
