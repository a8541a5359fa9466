"""Who is asking, and how they come in: the first administrator, sessions, API keys, and a proxy's word.

The rule: a request without a valid session or key is nobody's, and which are valid is asked of the store at every request, so that one
withdrawn in any process is refused at the next. Wrong name, wrong password and disabled account are one answer, and take as long."""

from collections.abc import Callable, Hashable
from typing import NamedTuple

import structlog

from longshelf.accounts import passwords, tokens, users
from longshelf.accounts.throttle import Throttle
from longshelf.errors import Conflict, Invalid, LongshelfError, NotSignedIn
from longshelf.model.times import SECOND
from longshelf.model.viewer import NOBODY, Scope, Viewer
from longshelf.store import accounts as rows
from longshelf.store import api_keys, sessions, setup
from longshelf.store.accounts import User
from longshelf.store.database import Database
from longshelf.store.hot import HotReads
from longshelf.store.sessions import Session

SESSION_SECONDS = 30 * 24 * 3_600  # without use; each use starts it anew
LONGEST_SECONDS = 180 * 24 * 3_600  # with use: then one signs in again
SEEN_EVERY = 3_600 * SECOND  # how often a use is written down
DEVICE_LENGTH = 200
_log = structlog.get_logger()

Later = Callable[[Callable[[], object]], None]


class SetupRequired(NotSignedIn):
    """Nobody can sign in before the first administrator is made."""

    code = "setup_required"


class Origin(NamedTuple):
    """Where a request to come in is from: the client's address, what its browser calls itself, and the session it had until now."""

    address: str
    device: str = ""
    before: str | None = None


class Accounts:
    """Safe to share between threads. `later` runs a small write in the background: reading never waits for one."""

    def __init__(self, database: Database, later: Later, *, hot: HotReads | None = None, create_proxied: bool = False) -> None:
        """`hot` may be shared with others (default: its own). `create_proxied` makes an account for whom a proxy vouches."""
        self.database = database
        self._later = later
        self._hot = hot or HotReads(database)
        self._throttle = Throttle(database)
        self._create_proxied = create_proxied
        self._writing: set[Hashable] = set()  # uses that are being written down: the requests until it is done need not write them too

    # --- who is asking

    def by_session(self, token: str) -> Viewer:
        """NOBODY for a token that is unknown or over."""
        now = self.database.clock()
        token_hash = tokens.digest(token)
        found = sessions.holder(self._hot.rows, token_hash, now)
        if found is None:
            return NOBODY
        if now - found.seen_at > SEEN_EVERY:
            self._write_once(token_hash, lambda: self._see_session(token_hash, now, found.created_at))
        return Viewer(found.user_id, found.name, found.admin)

    def by_key(self, key: str) -> Viewer:
        """NOBODY for a key that is unknown or over. The viewer may do what his key is good for, and no more."""
        now = self.database.clock()
        found = api_keys.holder(self._hot.rows, tokens.digest(key), now)
        if found is None:
            return NOBODY
        if now - (found.used_at or 0) > SEEN_EVERY:
            self._write_once(found.key_id, lambda: self._see_key(found.key_id, now))
        scope = Scope(found.scope)
        return Viewer(found.user_id, found.name, found.admin and scope is Scope.ADMIN, scope)

    def by_proxy(self, name: str) -> Viewer:
        """The person a trusted proxy has signed in. NOBODY when nobody of that name may come in."""
        found = rows.enabled_user(self._hot.rows, name)
        if found is None and self._create_proxied:
            try:
                found = users.add_vouched(self.database, name)
            except LongshelfError as error:  # disabled, or a name nobody can have
                _log.warning("proxy sign-in refused", reason=str(error))
        return NOBODY if found is None else Viewer(found.id, found.name, found.admin)

    def key_expiry(self, key: str) -> int | None:
        """When the key ends, in microseconds; None for one without an end. NotSignedIn for one that is unknown, or over by now."""
        found = api_keys.holder(self._hot.rows, tokens.digest(key), self.database.clock())
        if found is None:
            raise self.refused()
        return found.expires_at

    def refused(self) -> NotSignedIn:
        """What to tell nobody."""
        if self.setup_needed():
            return SetupRequired("Make the first administrator: the server printed where when it started.")
        return NotSignedIn("Sign in, or send an API key.")

    # --- the first administrator

    def setup_needed(self) -> bool:
        with self.database.read() as connection:
            return setup.needed(connection)

    def set_up(self, token: str, name: str, password: str, origin: Origin) -> tuple[User, str]:
        """The first administrator and his session token. Conflict when there is one, Invalid for a wrong token, name or password."""
        name = users.checked_name(name)
        passwords.check_strength(password, name)
        if not self.setup_needed():
            raise Conflict("There already is an administrator. Sign in instead.")
        attempt = self._throttle.attempt("", origin.address)
        password_hash = passwords.hashed(password)
        with self.database.write_quietly() as connection:
            taken = setup.take(connection, tokens.digest(token))
            if not setup.needed(connection):
                raise Conflict("There already is an administrator. Sign in instead.")
            if taken:
                user = rows.add_user(connection, name, password_hash=password_hash, admin=True, at=self.database.clock())
        if not taken:
            _log.warning("setup refused", address=origin.address)
            raise Invalid("token", "not the token this server printed when it started")
        self._throttle.succeeded(attempt)
        return user, self.open_session(user.id, origin)

    # --- sessions

    def sign_in(self, name: str, password: str, origin: Origin) -> tuple[User, str]:
        """The user and a new session token. NotSignedIn for any wrong combination, TooManyAttempts after many."""
        attempt = self._throttle.attempt(name, origin.address)
        with self.database.read() as connection:
            found = rows.user_named(connection, name)
        right = passwords.matches(password, found[1] if found else None)
        if not right or found is None or found[0].disabled_at is not None:
            _log.warning("sign-in refused", address=origin.address)
            raise NotSignedIn("Name or password is wrong.")
        user, stored = found
        token = self.open_session(user.id, origin, checked=stored)
        self._throttle.succeeded(attempt)
        if passwords.outdated(stored):
            with self.database.write_quietly() as connection:
                rows.renew_hash(connection, user.id, stored, passwords.hashed(password))
        return user, token

    def open_session(self, user_id: int, origin: Origin, *, checked: str | None = None) -> str:
        """A new session's token; the one the browser had before is over, so that nobody can have prepared it. `checked` is the password's
        hash that was looked at: NotSignedIn when there is another by now, for a new password ends all sessions that the old one opened."""
        token, now = tokens.new_token(), self.database.clock()
        with self.database.write_quietly() as connection:
            sessions.prune(connection, now)
            if checked is not None and rows.held_hash(connection, user_id) != checked:
                raise NotSignedIn("Name or password is wrong.")
            if origin.before is not None:
                sessions.end(connection, tokens.digest(origin.before))
            device = "".join(sign if sign.isprintable() else " " for sign in origin.device[:DEVICE_LENGTH])
            end = now + SESSION_SECONDS * SECOND
            sessions.add(connection, tokens.digest(token), user_id, at=now, expires_at=end, device=device, address=origin.address)
        _log.info("signed in", user=user_id, address=origin.address)
        return token

    def sign_out(self, token: str) -> None:
        """Ends the session; an unknown one is no error."""
        with self.database.write_quietly() as connection:
            sessions.end(connection, tokens.digest(token))

    def sessions(self, user_id: int) -> list[Session]:
        """The user's, the last seen first."""
        with self.database.read() as connection:
            return sessions.listed(connection, user_id, self.database.clock())

    def end_session(self, user_id: int, session_id: int) -> None:
        """NotFound when the user has no such session."""
        with self.database.write_quietly() as connection:
            sessions.end_one(connection, user_id, session_id)

    def end_other_sessions(self, user_id: int, token: str | None) -> None:
        """All of the user's but the one with this token."""
        with self.database.write_quietly() as connection:
            sessions.end_all(connection, user_id, but=tokens.digest(token) if token else b"")

    # --- one's own account

    def user(self, user_id: int) -> User:
        with self.database.read() as connection:
            return rows.user(connection, user_id)

    def change_password(self, user_id: int, current: str, password: str, address: str) -> None:
        """Every session of the user ends. Invalid for a wrong `current`, TooManyAttempts after many: a stolen session must not become a way
        to guess."""
        user = self.user(user_id)
        passwords.check_strength(password, user.name)
        attempt = self._throttle.attempt(user.name, address)
        with self.database.read() as connection:
            stored = rows.password_hash(connection, user_id)
        if not passwords.matches(current, stored):
            raise Invalid("current", "this is not your password")
        self._throttle.succeeded(attempt)
        password_hash = passwords.hashed(password)
        with self.database.write_quietly() as connection:
            if rows.held_hash(connection, user_id) != stored:
                raise Invalid("current", "this is not your password any more")
            rows.change_user(connection, user_id, password_hash=password_hash)
        _log.info("user changed", user=user_id, fields=["password"])

    # --- uses, written down in the background

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

    def _see_session(self, token_hash: bytes, now: int, created_at: int) -> None:
        end = min(now + SESSION_SECONDS * SECOND, created_at + LONGEST_SECONDS * SECOND)
        with self.database.write_quietly() as connection:
            sessions.see(connection, token_hash, at=now, expires_at=end)

    def _see_key(self, key_id: int, now: int) -> None:
        with self.database.write_quietly() as connection:
            api_keys.see(connection, key_id, now)


def offer_setup(database: Database) -> str | None:
    """A fresh token for making the first administrator, to be printed; None when there is one. An earlier token is void."""
    with database.read() as connection:
        if not setup.needed(connection):
            return None
    token = tokens.new_token()
    with database.write_quietly() as connection:
        setup.offer(connection, tokens.digest(token))
    return token
