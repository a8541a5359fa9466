"""What requests about people carry and answers hold: accounts as an administrator sees them, and one's own. Rules as in `messages`."""

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from longshelf.api.messages import Name
from longshelf.catalog.paging import Pagination

Password = Annotated[str, msgspec.Meta(min_length=8, max_length=1_000)]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A person with an account. `last_seen_at` is the last use of a session or key, to the hour; `has_password` is false for who comes in
    by a proxy or a sign-in service only; `linked` says whether an account of the sign-in service is his."""

    id: int
    name: str
    admin: bool
    disabled: bool
    has_password: bool
    linked: bool
    created_at: str
    last_seen_at: str | None


class AccountList(msgspec.Struct, frozen=True):
    items: list[Account]
    pagination: Pagination
    snapshot: str


class AddAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    password: Password
    admin: bool = False


class ChangeAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is absent stays. A new password ends all sessions of the person, and `disabled` also stops his keys."""

    name: Name | UnsetType = UNSET
    password: Password | UnsetType = UNSET
    admin: bool | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET


class ChangePassword(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`current` is the password until now."""

    current: Annotated[str, msgspec.Meta(max_length=1_000)]
    password: Password


class OpenSession(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody is signed in. `device` is what the browser said of itself; `seen_at` is exact to the hour; `current` is the one that
    asks."""

    id: int
    device: str
    address: str
    created_at: str
    seen_at: str
    expires_at: str
    current: bool


class SessionList(msgspec.Struct, frozen=True):
    items: list[OpenSession]
    pagination: Pagination
    snapshot: str


class SignInWays(msgspec.Struct, frozen=True, kw_only=True):
    """`oidc` is where to send the browser for the sign-in service, relative to the server, and `oidc_name` what to call it; null without
    one. It takes `next`, a path of the UI, and on failure leads to /sign-in?problem=denied|expired|unavailable|refused|unknown|
    name_taken|disabled."""

    password: bool
    oidc: str | None
    oidc_name: str | None
