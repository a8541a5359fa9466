"""How often a password may be tried. Failures are counted per name and address together, per address and per name, so that one guesser is
slowed down early, a crowd of them late, and nobody locks a stranger out with a handful of requests. After some free failures each one more
doubles the wait.

The counts are rows in the database: all processes share them, and starting the server again clears nothing. A name that nobody has counts
like one that somebody has."""

import hashlib
import ipaddress
from typing import NamedTuple

from longshelf.errors import Denied
from longshelf.model.text import fold
from longshelf.model.times import SECOND
from longshelf.store import attempts
from longshelf.store.attempts import Watched
from longshelf.store.database import Database

# What is counted, the failures that cost nothing, and the longest wait in seconds. A name waits briefly even under attack by many, because
# its owner waits too: two tries a minute are nothing against a password of eight characters.
LIMITS: dict[str, tuple[int, int]] = {"pair": (5, 900), "address": (30, 900), "name": (60, 30)}
IPV6_NETWORK = 64  # bits; what one customer gets, so counting single addresses would count nothing


class TooManyAttempts(Denied):
    """Wait `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many failed attempts. Try again in {_spoken(retry_after)}.")
        self.retry_after = retry_after


class Attempt(NamedTuple):
    """One try: counted as failed until `Throttle.succeeded` takes it back."""

    pair: Watched
    others: tuple[Watched, ...]
    at: int


class Throttle:
    """Safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def attempt(self, name: str, address: str) -> Attempt:
        """To be called before a secret is looked at. TooManyAttempts when this name or address has failed too often of late."""
        pair, *others = watched(name, address)
        at = self._database.clock()
        with self._database.write_quietly() as connection:
            wait = attempts.begin(connection, (pair, *others), at)
        if wait:
            raise TooManyAttempts(-(-wait // SECOND))
        return Attempt(pair, tuple(others), at)

    def succeeded(self, attempt: Attempt) -> None:
        """A right password clears what was held against this name from this address; the attempt counts no longer."""
        with self._database.write_quietly() as connection:
            attempts.succeed(connection, attempt.pair, attempt.others, attempt.at)


def watched(name: str, address: str) -> tuple[Watched, Watched, Watched]:
    """What an attempt counts for: the pair, the address, the name."""
    name, address = fold(name), _network(address)
    said = {"pair": f"{name}\n{address}", "address": address, "name": name}
    pair, by_address, by_name = (Watched(_digest(kind, said[kind]), *LIMITS[kind]) for kind in LIMITS)
    return pair, by_address, by_name


def _digest(kind: str, text: str) -> bytes:
    return hashlib.sha256(f"{kind}\n{text}".encode("utf-8", "surrogatepass")).digest()


def _network(address: str) -> str:
    """All of an IPv6 network as one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, IPV6_NETWORK), strict=False))


def _spoken(seconds: int) -> str:
    return f"{seconds} s" if seconds < 120 else f"{-(-seconds // 60)} min"
