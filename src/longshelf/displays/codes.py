"""Pairing codes: what a player is known by, before the claim and after it. Short enough to be typed from a wall, and guessed at by nobody:
wrong ones are counted for the address they come from, and one that has sent too many is not listened to for a while, right or wrong.

A code that was right from an address within the last hour is no guess there: it is listened to whatever others at the address send, and
not counted when its display has been removed. This is known to the process that heard it; another learns it when it hears the code."""

import secrets
import threading
from collections import OrderedDict

from longshelf.accounts.throttle import TooManyAttempts, watched
from longshelf.errors import NotFound, ScreenRemoved
from longshelf.model.times import SECOND
from longshelf.store import attempts, displays
from longshelf.store.attempts import Watched
from longshelf.store.database import Database
from longshelf.store.displays import REMOVED, DisplayRow
from longshelf.store.hot import HotReads

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without I, L, O, 0 and 1, which look alike
LENGTH = 8
FREE, LONGEST = 20, 900  # wrong codes of an address that cost nothing, and the longest wait in seconds
KNOWN_SECONDS, KNOWN_MOST = 3_600, 10_000  # how long, and how many at once, codes are known that were right
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
        self._known: OrderedDict[tuple[bytes, str], int] = OrderedDict()
        self._turn = threading.Lock()

    def find(self, text: str, address: str) -> DisplayRow:
        """The display, claimed or not. NotFound for a wrong code, ScreenRemoved for that of a display that was removed of late,
        TooManyAttempts from an address that has sent many."""
        counted = _watched("screen code", address, FREE)
        now = self._database.clock()
        code = read(text)
        known = self._is_known(counted.key, code, now)
        wait = 0 if known else attempts.waiting(self._hot, counted.key, now)
        if wait:
            raise TooManyAttempts(-(-wait // SECOND))
        found = displays.by_code(self._hot, code) if code else None
        if found is not None:
            self._know(counted.key, code, now)
        else:
            if not known:
                self._count(counted, now)
            raise NotFound("No screen is known by this code. Open /screen anew: it shows another one.")
        if found.state == REMOVED:
            raise ScreenRemoved("The display of this code was removed. Its screen shows another code.")
        return found

    def made(self, code: str, address: str) -> None:
        """A new code was told to this address: it is right there."""
        self._know(_watched("screen code", address, FREE).key, code, self._database.clock())

    def check_new(self, address: str) -> None:
        """TooManyAttempts where many screens have been opened of late."""
        self._count(_watched("screen made", address, FREE_SCREENS), self._database.clock())

    def _is_known(self, key: bytes, code: str, now: int) -> bool:
        """Whether it was right from there within the last hour."""
        with self._turn:
            heard = self._known.get((key, code))
        return heard is not None and heard >= now - KNOWN_SECONDS * SECOND

    def _know(self, key: bytes, code: str, now: int) -> None:
        with self._turn:
            self._known[key, code] = now
            self._known.move_to_end((key, code))
            if len(self._known) > KNOWN_MOST:
                self._known.popitem(last=False)

    def _count(self, counted: Watched, now: int) -> None:
        with self._database.write_quietly() as connection:
            wait = attempts.begin(connection, [counted], now)
        if wait:
            raise TooManyAttempts(-(-wait // SECOND))


def _watched(what: str, address: str, free: int) -> Watched:
    """Names of accounts hold no line breaks, so no sign-in counts as one of these."""
    pair, _, _ = watched(f"\n{what}", address)
    return Watched(pair.key, free, LONGEST)
