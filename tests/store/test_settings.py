"""Settings kept in the database."""

from typing import Any

import pytest

from longshelf.store import settings
from longshelf.store.database import Database


@pytest.mark.parametrize("value", [True, None, 3, "text", {"a": [1, 2]}])
def test_values_come_back_as_they_were(database: Database, value: Any) -> None:
    with database.write_quietly() as connection:
        settings.put(connection, "flag", "before")
        settings.put(connection, "flag", value)
        assert settings.get(connection, "flag", "default") == value


def test_a_removed_setting_is_at_its_default_again(database: Database) -> None:
    with database.write_quietly() as connection:
        settings.put(connection, "flag", 1)
        settings.remove(connection, "flag")
        settings.remove(connection, "flag")
        assert settings.get(connection, "flag", "default") == "default"


def test_the_secret_is_random_stays_the_same_and_is_never_listed(database: Database) -> None:
    secret = settings.secret(database)
    assert len(secret) == 32
    assert settings.secret(database) == secret
    with database.write_quietly() as connection:
        settings.put(connection, "flag", 1)
        assert settings.everything(connection) == {"flag": 1}
