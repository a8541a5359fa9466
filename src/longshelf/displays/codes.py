"""Pairing codes: what a player is known by, before the claim and after it. Short enough to be typed from a wall, and guessed at by nobody:
wrong ones are counted for the address they come from, and one that has sent too many is not listened to for a while, right or wrong."""

import secrets

from longshelf.accounts.throttle import TooManyAttempts, watched
from longshelf.errors import NotFound
from longshelf.model.times import SECOND
from longshelf.store import attempts, displays
from longshelf.store.attempts import Watched
from longshelf.store.database import Database
from longshelf.store.displays import DisplayRow
from longshelf.store.hot import HotReads

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without I, L, O, 0 and 1, which look alike
LENGTH = 8
FREE, LONGEST = 20, 900  # wrong codes of an address that cost nothing, and the longest wait in seconds
FREE_SCREENS = 60  # new screens of an address, likewise


def new_code() -> str:
    """As it is stored: without the hyphen it is shown with."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def shown(code: str) -> str:
    """ABCDEFGH as ABCD-EFGH."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def read(text: str) -> str:
    """As it is stored, from what somebody typed; "" for what cannot be a code."""
    code = "".join(sign for sign in text.upper() if sign not in " -")
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""


class Codes:
    """Looks codes up. Safe to share between threads."""

    def __init__(self, database: Database, hot: HotReads) -> None:
        self._database = database
        self._hot = hot

    def find(self, text: str, address: str) -> DisplayRow:
        """The display, claimed or not. NotFound for a wrong code, TooManyAttempts from an address that has sent many."""
        counted = _watched("screen code", address, FREE)
        now = self._database.clock()
        wait = attempts.waiting(self._hot, counted.key, now)
        if wait:
            raise TooManyAttempts(-(-wait // SECOND))
        code = read(text)
        found = displays.by_code(self._hot, code) if code else None
        if found is None:
            self._count(counted, now)
            raise NotFound("No screen is known by this code. Open /screen anew: it shows another one.")
        return found

    def check_new(self, address: str) -> None:
        """TooManyAttempts where many screens have been opened of late."""
        self._count(_watched("screen made", address, FREE_SCREENS), self._database.clock())

    def _count(self, counted: Watched, now: int) -> None:
        with self._database.write_quietly() as connection:
            wait = attempts.begin(connection, [counted], now)
        if wait:
            raise TooManyAttempts(-(-wait // SECOND))


def _watched(what: str, address: str, free: int) -> Watched:
    """Names of accounts hold no line breaks, so no sign-in counts as one of these."""
    pair, _, _ = watched(f"\n{what}", address)
    return Watched(pair.key, free, LONGEST)
