"""Small facts about this installation, by name: flags, secrets, choices an admin made. Values are anything JSON can hold."""

import secrets
from typing import Any

import msgspec
from sqlalchemy import Connection

from longshelf.store.database import Database, run

OWN_KEY = "secret"  # the name under which the installation keeps its random key
SECRET_BYTES = 32


def get(connection: Connection, name: str, default: Any = None) -> Any:
    value = run(connection, "SELECT value FROM setting WHERE name = ?", name).scalar()
    return default if value is None else msgspec.json.decode(value)


def everything(connection: Connection) -> dict[str, Any]:
    """All of them but secrets."""
    found = run(connection, "SELECT name, value FROM setting WHERE name NOT LIKE ? ORDER BY name", f"{OWN_KEY}%")
    return {name: msgspec.json.decode(value) for name, value in found}


def put(connection: Connection, name: str, value: Any) -> None:
    text = "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    run(connection, text, name, msgspec.json.encode(value).decode())


def remove(connection: Connection, name: str) -> None:
    """Back to the default. Nothing happens when it was not set."""
    run(connection, "DELETE FROM setting WHERE name = ?", name)


def secret_name(of: str) -> str:
    """The name under which a secret is kept, so that it is never listed."""
    return f"{OWN_KEY}.{of}"


def secret(database: Database) -> bytes:
    """The installation's own random key (32 bytes), made by whoever asks first; every process gets the same one."""
    with database.read() as connection:
        known = get(connection, OWN_KEY)
    if known is None:
        with database.write_quietly() as connection:
            text = "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING"
            run(connection, text, OWN_KEY, msgspec.json.encode(secrets.token_hex(SECRET_BYTES)).decode())
            known = get(connection, OWN_KEY)
    return bytes.fromhex(known)
