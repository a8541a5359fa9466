"""Rows of sessions. A token comes here only as its SHA-256 digest. A disabled user has no session that works."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from longshelf.errors import NotFound
from longshelf.store.database import run

Ask = Callable[..., Iterable[Any]]

_HELD = """SELECT s.seen_at, s.created_at, u.id, u.name, u.admin FROM session AS s JOIN "user" AS u ON u.id = s.user_id
    WHERE s.token_hash = ? AND s.expires_at > ? AND u.disabled_at IS NULL"""


class Holder(NamedTuple):
    """Whose session it is, and when it began and was last written as seen (microseconds)."""

    user_id: int
    name: str
    admin: bool
    created_at: int
    seen_at: int


class Session(msgspec.Struct, frozen=True):
    """A session as its owner sees it."""

    id: int
    token_hash: bytes
    device: str
    address: str
    created_at: int
    seen_at: int
    expires_at: int


def add(connection: Connection, token_hash: bytes, user_id: int, *, at: int, expires_at: int, device: str = "", address: str = "") -> None:
    text = "INSERT INTO session (token_hash, user_id, device, address, created_at, seen_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
    run(connection, text, token_hash, user_id, device, address, at, at, expires_at)


def holder(ask: Ask, token_hash: bytes, at: int) -> Holder | None:
    """None when the session is unknown, over, or its user is disabled."""
    for seen_at, created_at, user_id, name, admin in ask(_HELD, token_hash, at):
        return Holder(user_id, name, bool(admin), created_at, seen_at)
    return None


def see(connection: Connection, token_hash: bytes, *, at: int, expires_at: int) -> None:
    """The session was used: it now lasts until `expires_at`."""
    run(connection, "UPDATE session SET seen_at = ?, expires_at = ? WHERE token_hash = ?", at, expires_at, token_hash)


def listed(connection: Connection, user_id: int, at: int) -> list[Session]:
    """The user's sessions that are not over, the last seen first."""
    text = """SELECT id, token_hash, device, address, created_at, seen_at, expires_at FROM session
        WHERE user_id = ? AND expires_at > ? ORDER BY seen_at DESC, id DESC"""
    return [Session(number, bytes(token), *rest) for number, token, *rest in run(connection, text, user_id, at)]


def end(connection: Connection, token_hash: bytes) -> None:
    """An unknown one is no error."""
    run(connection, "DELETE FROM session WHERE token_hash = ?", token_hash)


def end_one(connection: Connection, user_id: int, session_id: int) -> None:
    """NotFound when the user has no such session."""
    if run(connection, "DELETE FROM session WHERE id = ? AND user_id = ?", session_id, user_id).rowcount == 0:
        raise NotFound(f"There is no session {session_id}.")


def end_all(connection: Connection, user_id: int, *, but: bytes = b"") -> None:
    """Signs the user out everywhere, apart from the session with the digest `but`."""
    run(connection, "DELETE FROM session WHERE user_id = ? AND token_hash <> ?", user_id, but)


def prune(connection: Connection, at: int) -> int:
    """Forgets sessions that are over; how many."""
    return run(connection, "DELETE FROM session WHERE expires_at <= ?", at).rowcount
