"""Who is asking, and how they come in: the first administrator, sessions, API keys.

The rule: a request without a valid session or key is nobody's, and which are valid is asked of the store at every request, so that one
withdrawn in any process is refused at the next. Wrong name, wrong password and disabled account are one answer."""

import time
from collections.abc import Callable, Hashable

import structlog

from longshelf.accounts import passwords, tokens, users
from longshelf.accounts.throttle import Throttle
from longshelf.errors import Conflict, Invalid, NotSignedIn
from longshelf.model.times import SECOND
from longshelf.model.viewer import NOBODY, Viewer
from longshelf.store import accounts as rows
from longshelf.store import setup
from longshelf.store.accounts import ApiKey, User
from longshelf.store.database import Database
from longshelf.store.hot import HotReads

SESSION_SECONDS = 30 * 24 * 3_600  # without use; each use starts it anew
SEEN_EVERY = 3_600 * SECOND  # how often a use is written down
_log = structlog.get_logger()

Later = Callable[[Callable[[], object]], None]


class SetupRequired(NotSignedIn):
    """Nobody can sign in before the first administrator is made."""

    code = "setup_required"


class Accounts:
    """Safe to share between threads. `later` runs a small write in the background: reading never waits for one."""

    def __init__(
        self, database: Database, later: Later, *, hot: HotReads | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`hot` may be shared with others (default: its own)."""
        self._database = database
        self._later = later
        self._hot = hot or HotReads(database)
        self._throttle = Throttle(clock)
        self._writing: set[Hashable] = set()  # uses that are being written down: the requests until it is done need not write them too

    # --- who is asking

    def by_session(self, token: str) -> Viewer:
        """NOBODY for a token that is unknown or over."""
        now = self._database.clock()
        token_hash = tokens.digest(token)
        found = rows.session_user(self._hot.rows, token_hash, now)
        if found is None:
            return NOBODY
        user, seen_at = found
        if now - seen_at > SEEN_EVERY:
            self._write_once(token_hash, lambda: self._see_session(token_hash, now))
        return _viewer(user)

    def by_key(self, key: str) -> Viewer:
        """NOBODY for a key that is unknown."""
        found = rows.key_user(self._hot.rows, tokens.digest(key))
        if found is None:
            return NOBODY
        user, key_id, used_at = found
        now = self._database.clock()
        if now - (used_at or 0) > SEEN_EVERY:
            self._write_once(key_id, lambda: self._see_key(key_id, now))
        return _viewer(user)

    def refused(self) -> NotSignedIn:
        """What to tell nobody."""
        if self.setup_needed():
            return SetupRequired("Make the first administrator: the server printed where when it started.")
        return NotSignedIn("Sign in, or send an API key.")

    # --- the first administrator

    def setup_needed(self) -> bool:
        with self._database.read() as connection:
            return setup.needed(connection)

    def set_up(self, token: str, name: str, password: str, address: str) -> tuple[User, str]:
        """The first administrator and his session token. Conflict when there is one, Invalid for a wrong token, name or password."""
        self._throttle.check("", address)
        name = users.checked_name(name)
        passwords.check_strength(password)
        if not self.setup_needed():
            raise Conflict("There already is an administrator. Sign in instead.")
        password_hash = passwords.hashed(password)
        session, now = tokens.new_token(), self._database.clock()
        with self._database.write_quietly() as connection:
            taken = setup.take(connection, tokens.digest(token))
            if taken and setup.needed(connection):
                user = rows.add_user(connection, name, password_hash=password_hash, admin=True, at=now)
                rows.add_session(connection, tokens.digest(session), user.id, at=now, expires_at=_end(now))
                return user, session
            if not setup.needed(connection):
                raise Conflict("There already is an administrator. Sign in instead.")
        self._throttle.failed("", address)
        raise Invalid("token", "not the token this server printed when it started")

    # --- sessions

    def sign_in(self, name: str, password: str, address: str) -> tuple[User, str]:
        """The user and a new session token. NotSignedIn for any wrong combination, TooManyAttempts after many."""
        self._throttle.check(name, address)
        with self._database.read() as connection:
            found = rows.user_named(connection, name)
        right = passwords.matches(password, found[1] if found else None)
        if not right or found is None or found[0].disabled_at is not None:
            self._throttle.failed(name, address)
            _log.warning("sign-in refused", address=address)
            raise NotSignedIn("Name or password is wrong.")
        self._throttle.succeeded(name, address)
        session, now = tokens.new_token(), self._database.clock()
        with self._database.write_quietly() as connection:
            rows.prune_sessions(connection, now)
            rows.add_session(connection, tokens.digest(session), found[0].id, at=now, expires_at=_end(now))
        return found[0], session

    def sign_out(self, token: str) -> None:
        """Ends the session; an unknown one is no error."""
        with self._database.write_quietly() as connection:
            rows.end_session(connection, tokens.digest(token))

    def user(self, user_id: int) -> User:
        with self._database.read() as connection:
            return rows.user(connection, user_id)

    # --- API keys

    def keys(self, user_id: int) -> list[ApiKey]:
        """The user's keys, oldest first."""
        with self._database.read() as connection:
            return rows.keys(connection, user_id)

    def add_key(self, user_id: int, name: str) -> tuple[ApiKey, str]:
        """The key as it is listed, and the key itself, this once."""
        return users.add_key(self._database, user_id, name)

    def remove_key(self, user_id: int, key_id: int) -> None:
        """NotFound when the user has no such key."""
        with self._database.write_quietly() as connection:
            rows.remove_key(connection, user_id, key_id)

    def _write_once(self, what: Hashable, write: Callable[[], None]) -> None:
        if what in self._writing:
            return
        self._writing.add(what)

        def written() -> None:
            try:
                write()
            finally:
                self._writing.discard(what)

        self._later(written)

    def _see_session(self, token_hash: bytes, now: int) -> None:
        with self._database.write_quietly() as connection:
            rows.see_session(connection, token_hash, at=now, expires_at=_end(now))

    def _see_key(self, key_id: int, now: int) -> None:
        with self._database.write_quietly() as connection:
            rows.see_key(connection, key_id, now)


def offer_setup(database: Database) -> str | None:
    """A fresh token for making the first administrator, to be printed; None when there is one. An earlier token is void."""
    with database.read() as connection:
        if not setup.needed(connection):
            return None
    token = tokens.new_token()
    with database.write_quietly() as connection:
        setup.offer(connection, tokens.digest(token))
    return token


def _end(now: int) -> int:
    return now + SESSION_SECONDS * SECOND


def _viewer(user: User) -> Viewer:
    return Viewer(user.id, user.name, user.admin)
