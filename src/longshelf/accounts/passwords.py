"""Passwords as argon2id hashes. Checking takes as long for a name nobody has as for one somebody has."""

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from longshelf.errors import Invalid

SHORTEST = 8  # characters
LONGEST = 1_000
_hasher = PasswordHasher()  # the RFC 9106 low-memory profile: 64 MiB, three passes


def check_strength(password: str) -> None:
    """Invalid with the reason when a password must not be used."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid("password", f"use {SHORTEST} to {LONGEST} characters")


def hashed(password: str) -> str:
    """A new salted hash. Takes some 50 ms and 64 MiB, on purpose."""
    return _hasher.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether the password belongs to the hash. None (no such user) and "" (no password) are never matched, and take as long."""
    try:
        right = _hasher.verify(stored or _nobody(), password)
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False
    return right and bool(stored)


@lru_cache(maxsize=1)
def _nobody() -> str:
    """A hash to compare with when there is none."""
    return _hasher.hash("")
