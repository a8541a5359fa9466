"""Settings come from variables, the file and defaults, in that order, and nonsense is named."""

from pathlib import Path

import pytest

from longshelf import config
from longshelf.errors import Invalid


def test_defaults_put_sqlite_into_the_users_data_directory(tmp_path: Path) -> None:
    settings = config.read({"XDG_DATA_HOME": str(tmp_path)}, tmp_path)
    assert settings.data == tmp_path / "longshelf"
    assert settings.database_url == f"sqlite:///{tmp_path}/longshelf/longshelf.db"
    assert (settings.host, settings.port) == ("127.0.0.1", 8417)


def test_a_variable_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    (tmp_path / "longshelf.toml").write_text('port = 9000\nhost = "0.0.0.0"\n')
    settings = config.read({"LONGSHELF_PORT": "9001", "LONGSHELF_DATA": str(tmp_path)}, tmp_path)
    assert (settings.port, settings.host, settings.workers) == (9001, "0.0.0.0", 1)


def test_the_file_may_lie_in_the_data_directory_or_be_named(tmp_path: Path) -> None:
    (tmp_path / "longshelf.toml").write_text("port = 9000")
    (tmp_path / "other.toml").write_text("port = 9002")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environ = {"LONGSHELF_DATA": str(tmp_path)}
    assert config.read(environ, elsewhere).port == 9000
    assert config.read({**environ, "LONGSHELF_CONFIG": str(tmp_path / "other.toml")}, elsewhere).port == 9002


def test_an_empty_variable_counts_as_unset(tmp_path: Path) -> None:
    assert config.read({"LONGSHELF_PORT": "", "LONGSHELF_DATA": str(tmp_path)}, tmp_path).port == 8417


def test_the_database_follows_a_data_directory_set_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "longshelf.toml").write_text(f'data = "{tmp_path}/shelf"')
    assert config.read({"XDG_DATA_HOME": str(tmp_path)}, tmp_path).database_url == f"sqlite:///{tmp_path}/shelf/longshelf.db"


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("LONGSHELF_PORT", "http", "1 to 65535"),
        ("LONGSHELF_PORT", "0", "1 to 65535"),
        ("LONGSHELF_PORT", "65536", "1 to 65535"),
        ("LONGSHELF_LOG", "xml", "auto, json, console"),
        ("LONGSHELF_WORKERS", "-1", "1 to 256"),
        ("LONGSHELF_TRUSTED_PROXIES", "10.0.0.0/8, proxy.local", "proxy.local"),
        ("LONGSHELF_TRUSTED_PROXIES", "10.0.0.1/8", "host bits"),
        ("LONGSHELF_PROXY_USER_HEADER", "Remote User", "not the name of a header"),
        ("LONGSHELF_PROXY_USER_HEADER", "Remote-User", "LONGSHELF_TRUSTED_PROXIES"),  # from whom?
        ("LONGSHELF_OIDC_ISSUER", "login.example", "not an address"),
        ("LONGSHELF_OIDC_ISSUER", "https://login.example", "LONGSHELF_OIDC_CLIENT_ID"),
        ("LONGSHELF_PRIVATE_URLS", "maybe", "yes, no"),
    ],
)
def test_a_bad_variable_is_named_with_what_to_write(tmp_path: Path, variable: str, value: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as caught:
        config.read({variable: value}, tmp_path)
    assert caught.value.field == variable


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("prot = 1", "did you mean port"),
        ("port = true", "1 to 65535"),
        ("host = 1", "text in quotes"),
        ("port =", "not TOML"),
    ],
)
def test_a_bad_line_of_the_file_is_named_with_what_to_write(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "longshelf.toml").write_text(text)
    with pytest.raises(Invalid, match=says) as caught:
        config.read({"XDG_DATA_HOME": str(tmp_path)}, tmp_path)
    assert "longshelf.toml" in caught.value.field


def test_a_missing_named_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        config.read({"LONGSHELF_CONFIG": str(tmp_path / "none.toml")}, tmp_path)


def test_every_setting_has_a_variable_a_sentence_and_a_default_that_passes_its_own_check() -> None:
    for setting in config.SETTINGS:
        assert setting.variable == "LONGSHELF_" + setting.name.upper()
        assert setting.doc.endswith(".")
        if setting.default not in (None, ""):
            assert setting.check(setting.default, setting.name) == setting.default


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = config.read({"LONGSHELF_DATA": str(tmp_path)}, tmp_path)
    with pytest.raises(AttributeError):
        settings.port = 1  # type: ignore[misc]
