"""Project Wycheproof's vectors through the very functions the envelope uses.

From https://github.com/C2SP/wycheproof (``testvectors_v1``), read where they lie. Each file's count is
checked, so that a file cut short does not pass for one that held.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from nacl import bindings
from nacl.exceptions import CryptoError

from comity.envelope import (
    EncryptionSecret,
    EnvelopeRefused,
    encryption_public_key,
    is_low_order,
    signing_public_key,
    verify_signature,
)

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "vectors" / "wycheproof"
pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(
        not FOLDER.is_dir(), reason="the folder ../shared/data/vectors/wycheproof is absent"
    ),
]

Case = dict[str, Any]


def _cases(name: str, expected: int) -> list[tuple[Case, Case]]:
    """Each test beside its group."""
    with gzip.open(FOLDER / f"{name}_test.json.gz") as file:
        content = json.load(file)
    pairs = [(group, test) for group in content["testGroups"] for test in group["tests"]]
    assert len(pairs) == content["numberOfTests"] == expected
    return pairs


def _of(test: Case, *names: str) -> list[bytes]:
    return [bytes.fromhex(test[name]) for name in names]


def test_ed25519_signatures_verify_or_do_not_as_they_should() -> None:
    for group, test in _cases("ed25519", 151):
        key = signing_public_key(bytes.fromhex(group["publicKey"]["pk"]))
        message, signature = _of(test, "msg", "sig")
        try:
            verify_signature(message, signature, key)
            verifies = True
        except CryptoError:
            verifies = False
        assert verifies == (test["result"] == "valid"), test


def test_x25519_gives_the_shared_secrets_and_refuses_the_constant_one() -> None:
    refused = 0
    for _, test in _cases("x25519", 518):
        point, scalar, shared = _of(test, "public", "private", "shared")
        secret = EncryptionSecret.from_seed(scalar)
        if shared == bytes(32):
            refused += 1
            assert "ZeroSharedSecret" in test["flags"]
            assert is_low_order(point), test
            with pytest.raises(CryptoError):
                secret.shared(point)
            with pytest.raises(EnvelopeRefused):
                encryption_public_key(point)
        else:
            assert secret.shared(encryption_public_key(point)) == shared, test
    assert refused == 31


def test_xchacha20_poly1305_opens_and_seals_as_it_should() -> None:
    encrypt = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt
    decrypt = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt
    for _, test in _cases("xchacha20_poly1305", 315):
        key, nonce, bound, text, sealed, tag = _of(test, "key", "iv", "aad", "msg", "ct", "tag")
        if test["result"] == "valid":
            assert encrypt(text, bound, nonce, key) == sealed + tag, test
            assert decrypt(sealed + tag, bound, nonce, key) == text, test
        else:
            with pytest.raises((CryptoError, ValueError)):
                decrypt(sealed + tag, bound, nonce, key)
