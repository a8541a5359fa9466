"""Passwords as argon2id hashes. Checking takes as long for a name nobody has as for one somebody has."""

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from longshelf.errors import Invalid
from longshelf.model.text import fold

SHORTEST = 8  # characters
LONGEST = 1_000
FEWEST_DISTINCT = 3  # characters: "aaaaaaaa" and "12121212" are no passwords
# What stands at the top of every list of passwords that leaked, of those long enough to be accepted here.
COMMON = frozenset(
    """12345678 123456789 1234567890 0123456789 987654321 0987654321 87654321 123123123 112233445566 147258369 123456789a 1234567a
    a123456789 abcd1234 abc12345 abc123456 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 qazwsxedc zaq12wsx q1w2e3r4 q1w2e3r4t5 asdfghjkl asdfghjk
    asdf1234 qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwerty12345 qwer1234 azertyuiop zxcvbnm123 password password1 password12
    password123 password1234 passw0rd p@ssword p@ssw0rd passwort passwort1 motdepasse contraseña baseball football superman batman123
    princess sunshine iloveyou iloveyou1 trustno1 whatever starwars jennifer michelle computer internet liverpool chocolate
    butterfly samantha charlie1 letmein1 letmein123 welcome1 welcome123 admin123 admin1234 administrator changeme changeit default1
    master123 dragon123 monkey123 shadow123 secret123 testtest test1234 guest123 access14 mustang1 corvette mercedes
    longshelf longshelf1 longshelf123 mediaserver""".split()  # noqa: SIM905 - a hundred quotes read worse
)
_hasher = PasswordHasher()  # the RFC 9106 low-memory profile: 64 MiB, three passes


def check_strength(password: str, name: str = "") -> None:
    """Invalid with the reason when a password must not be used: too short, too long, among the first that anybody tries, or the name of
    whose it is. Which characters are in it is nobody's business."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid("password", f"use {SHORTEST} to {LONGEST} characters")
    said = fold(password)
    if said in COMMON or len(set(said)) < FEWEST_DISTINCT or (name and said == fold(name)):
        raise Invalid("password", "this one is among the first that anybody tries; use another")


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


def outdated(stored: str) -> bool:
    """Whether the hash was made with less effort than is usual now."""
    return _hasher.check_needs_rehash(stored)


@lru_cache(maxsize=1)
def _nobody() -> str:
    """A hash to compare with when there is none."""
    return _hasher.hash("")
