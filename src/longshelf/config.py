"""Settings: read once at start-up, checked, frozen, and handed down. Nothing else in Longshelf looks at the environment.

A setting comes from its `LONGSHELF_*` variable, else from `longshelf.toml`, else from its default. `SETTINGS` is the whole list; the
documentation and its test loop over it."""

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from longshelf.errors import Invalid

PREFIX = "LONGSHELF_"
FILE = "longshelf.toml"


YES_NO = ("yes", "no")


def _setting(
    default: Any, doc: str, *, choices: tuple[str, ...] = (), low: int = 0, high: int = 2**31, form: Callable[[str], object] | None = None
) -> Any:
    return field(default=default, metadata={**_facts(doc, choices, low, high), "form": form})


def _facts(doc: str, choices: tuple[str, ...] = (), low: int = 0, high: int = 2**31) -> dict[str, Any]:
    return {"doc": doc, "choices": choices, "range": (low, high), "form": None}


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks separated by commas; a single address is one, too. ValueError names what is none."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def _header(text: str) -> None:
    if text and not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,99}", text):
        raise ValueError(f"{text!r} is not the name of a header")


def _issuer(text: str) -> None:
    parts = urlsplit(text)
    if text and (parts.scheme not in {"https", "http"} or not parts.hostname or parts.query or parts.fragment or parts.username):
        raise ValueError(f"{text!r} is not an address such as https://login.example/realms/home")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting with its default. `read` makes one; tests may make their own."""

    data: Path = field(
        metadata=_facts("Directory of the database, the index and the thumbnails. Default: `longshelf` in the user's data directory.")
    )
    database_url: str = _setting(
        "", "`sqlite:////path/file.db` or `postgresql://user:password@host/database`. Default: SQLite in the data directory."
    )
    redis_url: str = _setting("", "`redis://host:6379/0`: accepted, not used yet; everything is correct without it.")
    host: str = _setting("127.0.0.1", "Address to listen on; `0.0.0.0` for all.")
    port: int = _setting(8417, "Port to listen on.", low=1, high=65_535)
    workers: int = _setting(1, "Web server processes.", low=1, high=256)
    job_workers: int = _setting(2, "Jobs that run at once in one process.", low=1, high=256)
    parsers: int = _setting(0, "Processes that read media files during a scan; 0 for as many as suit the machine.", high=256)
    engine: str = _setting(
        "bitmaps",
        "Who answers lists, counts and facets: `bitmaps` (an index beside the database; SQL answers when it cannot), or `sql` (no index).",
        choices=("bitmaps", "sql"),
    )
    trusted_proxies: str = _setting(
        "",
        "Networks of reverse proxies, separated by commas (`127.0.0.1, 10.0.0.0/8`). Only what comes straight from "
        "one is believed when it names the client (`X-Forwarded-For`), the scheme (`X-Forwarded-Proto`), "
        "the host (`X-Forwarded-Host`) or the user.",
        form=networks,
    )
    proxy_user_header: str = _setting(
        "",
        "Header in which a trusted proxy names the person it has signed in, such as `Remote-User`. The proxy must take away what "
        "the client sends.",
        form=_header,
    )
    proxy_create_users: str = _setting(
        "no", "Whether a person whom the proxy names and nobody knows gets an account, without rights over others.", choices=YES_NO
    )
    oidc_issuer: str = _setting("", "Address of an OpenID Connect provider, as in its `issuer`; empty for none.", form=_issuer)
    oidc_client_id: str = _setting("", "Client id of this server at the provider.")
    oidc_client_secret: str = _setting("", "Client secret; empty for a public client, which PKCE protects all the same.")
    oidc_name: str = _setting("single sign-on", "What the sign-in page calls the provider.")
    oidc_scopes: str = _setting("openid profile email", "Scopes to ask for, separated by spaces.")
    oidc_redirect_url: str = _setting(
        "",
        "Address of `/api/oidc/callback` as registered with the provider. Default: made from the address the browser used.",
        form=_issuer,
    )
    oidc_create_users: str = _setting("no", "Whether a person whom the provider knows and nobody here gets an account.", choices=YES_NO)
    oidc_match: str = _setting(
        "subject",
        "How a person of the provider is found here: `subject` (only who was linked or made before) or `name` (at the first sign-in "
        "also the user of the same name; only for providers where nobody can choose his name).",
        choices=("subject", "name"),
    )
    oidc_admin_group: str = _setting(
        "", "Group whose members are administrators, and nobody else who comes in that way. Empty: the provider has no say."
    )
    oidc_groups_claim: str = _setting("groups", "Claim that lists a person's groups.")
    private_urls: str = _setting(
        "yes",
        "Whether the address of a remote library may be in a private network or on this machine. Addresses of cloud metadata "
        "services never may.",
        choices=YES_NO,
    )
    log: str = _setting("auto", "Form of log lines; `auto` is `console` on a terminal, else `json`.", choices=("auto", "json", "console"))
    log_level: str = _setting("info", "Least severe log line that is written.", choices=("debug", "info", "warning", "error"))

    @property
    def thumbnails(self) -> Path:
        """Where pictures that were made small are kept; may be deleted at any time."""
        return self.data / "thumbnails"

    @property
    def index(self) -> Path:
        """Where the bitmap index is; a pure function of the database, so it may be deleted at any time."""
        return self.data / "index"


@dataclass(frozen=True)
class Setting:
    """One line of the list: `name` in longshelf.toml, `variable` in the environment. `low` and `high` bound numbers, `choices` texts, and
    `form` raises ValueError with the reason for a text it cannot read; `default` is None where it depends on the machine."""

    name: str
    type: type
    default: Any
    doc: str
    choices: tuple[str, ...]
    low: int
    high: int
    form: Callable[[str], object] | None

    @property
    def variable(self) -> str:
        return PREFIX + self.name.upper()

    def check(self, value: Any, source: str) -> Any:
        """The value in its type. Invalid names `source` (the variable, or the line of the file) and says what to write."""
        if self.type is int:
            return self._number(value, source)
        if not isinstance(value, str):
            raise Invalid(source, "write a text in quotes")
        if self.choices and value not in self.choices:
            raise Invalid(source, f"{value!r} is not one of {', '.join(self.choices)}")
        if self.form is not None:
            try:
                self.form(value)
            except ValueError as error:
                raise Invalid(source, str(error)) from None
        return Path(value).expanduser().absolute() if self.type is Path else value

    def _number(self, value: Any, source: str) -> int:
        try:
            number = value if type(value) is int else int(str(value), 10)
        except ValueError:
            number = self.low - 1
        if not self.low <= number <= self.high:
            raise Invalid(source, f"{value!r} is not a whole number from {self.low} to {self.high}")
        return number


SETTINGS: tuple[Setting, ...] = tuple(
    Setting(
        f.name,
        f.type if isinstance(f.type, type) else str,
        None if f.default is MISSING else f.default,
        f.metadata["doc"],
        f.metadata["choices"],
        f.metadata["range"][0],
        f.metadata["range"][1],
        f.metadata["form"],
    )
    for f in fields(Settings)
)


def read(environ: Mapping[str, str] = os.environ, directory: Path | None = None) -> Settings:
    """The settings of this run. The file is `LONGSHELF_CONFIG`, else longshelf.toml in `directory` (default: the current one), else
    the one in the data directory. An empty variable counts as unset. Invalid for a value or a line of the file that makes no sense."""
    given = _from_environment(environ)
    data = given.get("data") or _user_data(environ)
    file = _file(environ, directory or Path.cwd(), data)
    values = {"data": data, **(_from_file(file) if file else {}), **given}
    values["database_url"] = values.get("database_url") or f"sqlite:///{values['data'] / 'longshelf.db'}"
    settings = Settings(**values)
    _check_together(settings)
    return settings


def _check_together(settings: Settings) -> None:
    """Invalid for a setting that says nothing without another."""
    needs = (("proxy_user_header", "trusted_proxies"), ("oidc_issuer", "oidc_client_id"))
    for name, other in needs:
        if getattr(settings, name) and not getattr(settings, other):
            raise Invalid(f"{PREFIX}{name.upper()}", f"also needs {PREFIX}{other.upper()}")


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    return {s.name: s.check(environ[s.variable], s.variable) for s in SETTINGS if environ.get(s.variable)}


def _from_file(path: Path) -> dict[str, Any]:
    known = {setting.name: setting for setting in SETTINGS}
    found: dict[str, Any] = {}
    for name, value in _parsed(path).items():
        source = f"{name} in {path}"
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            raise Invalid(source, f"no such setting{f'; did you mean {close[0]}?' if close else ''}")
        found[name] = known[name].check(value, source)
    return found


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Invalid(str(path), f"cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(str(path), f"is not TOML: {error}") from None


def _file(environ: Mapping[str, str], directory: Path, data: Path) -> Path | None:
    named = environ.get(f"{PREFIX}CONFIG")
    if named:
        return Path(named)
    return next((path for path in (directory / FILE, data / FILE) if path.is_file()), None)


def _user_data(environ: Mapping[str, str]) -> Path:
    base = environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "longshelf"
