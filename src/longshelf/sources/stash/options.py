"""How one Stash server is to be mirrored: where it is and how often it is asked. Kept as the library's configuration.

The rule: no secret is among it. The API key lives in the settings store and nowhere else."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec

from longshelf.errors import Invalid, OutOfRange

POLL_MINUTES = 60
POLL_RANGE = (5, 10_080)  # minutes; a poll makes Stash read its whole table, so oftener is not kind
RECONCILE_HOURS = 24


class StashOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`url` is the server's address without `/graphql`, e.g. `http://stash.lan:9999`. `poll_minutes` is how often changes are asked for;
    `reconcile_hours` how often everything is compared, which finds what Stash does not tell. `listen` keeps a subscription open."""

    url: str
    poll_minutes: int = POLL_MINUTES
    reconcile_hours: int = RECONCILE_HOURS
    listen: bool = True

    @property
    def graphql(self) -> str:
        """Where questions go."""
        return f"{self.url}/graphql"

    @property
    def socket(self) -> str:
        """Where the subscription goes."""
        return "ws" + self.graphql.removeprefix("http")


def parse(config: Mapping[str, Any]) -> StashOptions:
    """Options from a library's configuration or a request. Invalid names the field and what to write."""
    try:
        return msgspec.convert(dict(config), StashOptions)
    except msgspec.ValidationError as error:
        raise Invalid("options", str(error)) from None


def check(options: StashOptions) -> StashOptions:
    """For a library that is being added: the same options with a tidy address. Invalid or OutOfRange with what to write."""
    low, high = POLL_RANGE
    if not low <= options.poll_minutes <= high:
        raise OutOfRange("poll_minutes", f"from {low} to {high}")
    if not 1 <= options.reconcile_hours <= 8_760:
        raise OutOfRange("reconcile_hours", "from 1 to 8760")
    return msgspec.structs.replace(options, url=tidy(options.url))


def tidy(url: str) -> str:
    """The address as it is kept: no `/graphql`, no slash at the end. Invalid for what is no plain http(s) address; its text is not
    repeated, for it may hold a password."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise Invalid("url", "write an address such as http://stash.lan:9999") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Invalid("url", "write an address such as http://stash.lan:9999")
    if parts.username is not None or parts.password is not None:
        raise Invalid("url", "leave user and password out; give an API key instead")
    if parts.query or parts.fragment:
        raise Invalid("url", "leave out everything from ? on; give an API key instead")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    path = parts.path.rstrip("/").removesuffix("/graphql").rstrip("/")
    return urlunsplit((parts.scheme, f"{host}:{port}" if port else host, path, "", ""))
