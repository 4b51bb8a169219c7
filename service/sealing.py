"""Encrypt a file with a passphrase: scrypt for the key, AES-256-GCM in chunks, so that size is no matter.

Chunks are numbered and the last one is marked (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár,
2015): none can be changed, left out, moved or cut off unnoticed.
"""

from __future__ import annotations

import os
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from data.errors import PilahError

MAGIC = b"PILAHENC1"
_SALT, _PREFIX, _CHUNK, _TAG = 16, 7, 1 << 20, 16
_COST = {"length": 32, "n": 1 << 15, "r": 8, "p": 1}  # 32 MB and a tenth of a second for each guess


def is_sealed(source: IO[bytes]) -> bool:
    """Say whether a file is encrypted; its position is left at the start."""
    head = source.read(len(MAGIC))
    source.seek(0)
    return head == MAGIC


def seal(source: IO[bytes], target: IO[bytes], passphrase: str) -> None:
    """Write the encrypted form of ``source``."""
    salt, prefix = os.urandom(_SALT), os.urandom(_PREFIX)
    cipher = _cipher(passphrase, salt)
    target.write(MAGIC + salt + prefix)
    number, chunk = 0, source.read(_CHUNK)
    while True:
        following = source.read(_CHUNK)
        target.write(cipher.encrypt(_nonce(prefix, number, last=not following), chunk, MAGIC))
        if not following:
            return
        number, chunk = number + 1, following


def unseal(source: IO[bytes], target: IO[bytes], passphrase: str) -> None:
    """Write the plain form of ``source``.

    :raises PilahError: PLH-512 if the passphrase is wrong or the file was changed or cut.
    """
    head = source.read(len(MAGIC) + _SALT + _PREFIX)
    salt, prefix = head[len(MAGIC) : -_PREFIX], head[-_PREFIX:]
    if len(head) != len(MAGIC) + _SALT + _PREFIX or not head.startswith(MAGIC):
        raise PilahError("PLH-512", "the file has no readable head")
    cipher = _cipher(passphrase, salt)
    number, chunk = 0, source.read(_CHUNK + _TAG)
    while True:
        following = source.read(_CHUNK + _TAG)
        try:
            target.write(cipher.decrypt(_nonce(prefix, number, last=not following), chunk, MAGIC))
        except InvalidTag:
            raise PilahError("PLH-512", f"chunk {number}") from None
        if not following:
            return
        number, chunk = number + 1, following


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, **_COST).derive(passphrase.encode()))


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])
