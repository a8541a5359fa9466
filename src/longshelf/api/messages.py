"""What requests carry and answers hold, apart from the catalogue's own shapes (`catalog/shapes.py`). Fields may be added, never renamed.

Bodies refuse unknown fields, so a misspelt one is an error and not a silent no-op. `UNSET` means "not sent": null clears, absent leaves."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from longshelf.catalog.paging import Pagination

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 9457. `code` is the stable name of the reason; `field` and `reason` come with input the caller can fix; `instance` names the
    log line of a failure of ours."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    instance: str | UnsetType = UNSET


# --- who is asking


class User(msgspec.Struct, frozen=True):
    id: int
    name: str
    admin: bool


class Session(msgspec.Struct, frozen=True):
    user: User


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]


class SetupState(msgspec.Struct, frozen=True):
    """`needed` until there is an administrator."""

    needed: bool


class Setup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first administrator. `token` is the one the server printed when it started."""

    token: Annotated[str, msgspec.Meta(max_length=200)]
    name: Name
    password: Annotated[str, msgspec.Meta(min_length=8, max_length=1_000)]


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """An API key as it is listed; `prefix` is how it begins."""

    id: int
    name: str
    prefix: str
    created_at: str
    used_at: str | None


class NewKey(Key, frozen=True, kw_only=True):
    """The only time the key itself is shown."""

    key: str


class KeyList(msgspec.Struct, frozen=True):
    items: list[Key]
    pagination: Pagination
    snapshot: str


class CreateKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""


# --- libraries and jobs


class LibraryOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`watch` scans when something changes; `audio` is what audio files are; `follow_links` walks into linked folders."""

    audio: Literal["auto", "audiobook", "track"] = "auto"
    follow_links: bool = False
    watch: bool = False


class CreateLibrary(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A folder library. `folders` are absolute paths on the server; its first scan starts at once."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    folders: Annotated[list[Annotated[str, msgspec.Meta(min_length=1, max_length=4_096)]], msgspec.Meta(min_length=1, max_length=100)]
    options: LibraryOptions = LibraryOptions()


class StartScan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`full` reads every file again, changed or not."""

    full: bool = False


class HelloEvent(msgspec.Struct, frozen=True):
    """The first event of a stream."""

    revision: int


# --- saved views and settings


class SaveView(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    query: Annotated[str, msgspec.Meta(max_length=8_000)]


class Health(msgspec.Struct, frozen=True):
    status: Literal["ok", "unavailable"]
    detail: str = ""
