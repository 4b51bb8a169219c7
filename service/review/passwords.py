"""Passwords: hashed with argon2id (RFC 9106), checked in a thread so that nobody else waits."""

from __future__ import annotations

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
_HASHER = PasswordHasher(time_cost=2, memory_cost=32 * 1024, parallelism=1)
_BUSY = asyncio.Semaphore(2)  # a flood of sign-ins takes two threads and 64 MiB, no more


@cache
def _nobody() -> str:
    return _HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    """Hash a password."""
    return _HASHER.hash(password)


def fault(password: str, login: str) -> str | None:
    """Say in Indonesian why a password is not good enough; ``None`` if it is.

    >>> fault("rahasia", "ani")
    'Kata sandi paling sedikit 10 karakter.'
    """
    if len(password) < SHORTEST:
        return f"Kata sandi paling sedikit {SHORTEST} karakter."
    if len(password) > 200:
        return "Kata sandi paling banyak 200 karakter."
    if login.casefold() in password.casefold() or len(set(password)) < 5:
        return "Kata sandi terlalu mudah ditebak."
    return None


async def hash_apart(password: str) -> str:
    """Hash a password in a thread."""
    async with _BUSY:
        return await asyncio.to_thread(hash_password, password)


async def is_right(password: str, hashed: str | None) -> bool:
    """Check a password in a thread; it takes as long where there is no such person.

    :param hashed: ``None`` where there is no such person or no password.
    """

    def check() -> bool:
        nobody = _nobody()
        try:
            return _HASHER.verify(hashed or nobody, password[:200]) and hashed is not None
        except (VerificationError, InvalidHashError):
            return False

    async with _BUSY:
        return await asyncio.to_thread(check)
