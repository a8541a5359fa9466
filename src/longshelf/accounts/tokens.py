"""Random tokens: 256 bits, and only their SHA-256 is kept. Such a token cannot be guessed, so a fast digest is enough."""

import hashlib
import secrets

BYTES = 32
KEY_BEGINNING = "ls_"  # tells people, and secret scanners, what they have found
PREFIX_LENGTH = 10  # of a key, shown in lists


def new_token() -> str:
    """URL-safe text."""
    return secrets.token_urlsafe(BYTES)


def new_key() -> str:
    return KEY_BEGINNING + new_token()


def digest(token: str) -> bytes:
    """What is stored. Any text has one, so a malformed token is simply unknown."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
