"""What requests carry and answers hold, apart from the catalogue's own shapes (`catalog/shapes.py`). Fields may be added, never renamed.

Bodies refuse unknown fields, so a misspelt one is an error and not a silent no-op. `UNSET` means "not sent": null clears, absent leaves."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from longshelf.api.feed_messages import Addresses, Subscriptions
from longshelf.catalog.paging import Pagination
from longshelf.model.viewer import Scope

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
    """`via` is what let the caller in: a sign-in, an API key, or a proxy that vouches. `scope` bounds what he may do by it."""

    user: User
    via: Literal["session", "key", "proxy"] = "session"
    scope: Scope = Scope.ADMIN


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
    """An API key as it is listed; `prefix` is how it begins. `user` is its owner; with `expires_at` null it lasts until withdrawn."""

    id: int
    user: User
    name: str
    prefix: str
    scope: Scope
    created_at: str
    used_at: str | None
    expires_at: str | None


class NewKey(Key, frozen=True, kw_only=True):
    """The only time the key itself is shown."""

    key: str


class KeyList(msgspec.Struct, frozen=True):
    items: list[Key]
    pagination: Pagination
    snapshot: str


class CreateKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`scope` null gives all that its maker may do now; `expires_in` is in seconds from now, null for a key without an end."""

    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    scope: Scope | None = None
    expires_in: Annotated[int, msgspec.Meta(ge=60, le=3_153_600_000)] | None = None


# --- libraries and jobs


class LibraryOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`watch` scans when something changes; `audio` is what audio files are; `follow_links` walks into linked folders."""

    audio: Literal["auto", "audiobook", "track"] = "auto"
    follow_links: bool = False
    watch: bool = False


class StashServer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A Stash server to mirror. The key is kept apart and never shown again. `poll_minutes` 5-10080; `listen` keeps a subscription open."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
    api_key: Annotated[str, msgspec.Meta(max_length=4_096)] = ""
    poll_minutes: int = 60
    reconcile_hours: int = 24
    listen: bool = True


class ChangeStash(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change of a mirrored server; what is not sent stays. An `api_key` of "" is none."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)] | UnsetType = UNSET
    api_key: Annotated[str, msgspec.Meta(max_length=4_096)] | UnsetType = UNSET
    poll_minutes: int | UnsetType = UNSET
    reconcile_hours: int | UnsetType = UNSET
    listen: bool | UnsetType = UNSET


class CreateLibrary(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A folder library, with `stash` the mirror of a Stash server, or with `feeds` or `opml` a library of feeds. `folders` are absolute
    paths on the server; it is read at once. `options` are of folder libraries."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    folders: Annotated[list[Annotated[str, msgspec.Meta(min_length=1, max_length=4_096)]], msgspec.Meta(max_length=100)] = []
    options: LibraryOptions = LibraryOptions()
    stash: StashServer | None = None
    feeds: Addresses = []
    opml: Subscriptions = ""


class StartSync(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`incremental` asks for what changed, `reconcile` compares everything, `full` writes everything anew. `allow_removals` believes that
    what is missing upstream is gone, however much it is."""

    mode: Literal["incremental", "reconcile", "full"] = "incremental"
    allow_removals: bool = False


class StashHook(msgspec.Struct, frozen=True):
    """What Stash's plugin tells: the hook's `type` ("Scene.Update.Post") and the `id` of what it is about. Other fields are not read."""

    type: Annotated[str, msgspec.Meta(max_length=100)] = ""
    id: int | None = None


class EditOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Any of a folder library's options; what is left out stays."""

    audio: Literal["auto", "audiobook", "track"] | UnsetType = UNSET
    follow_links: bool | UnsetType = UNSET
    watch: bool | UnsetType = UNSET


class EditLibrary(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Any of them. `folders` are all folders it is to have from now on, in any order; those that are known keep what was found in them, and
    a scan takes in the others and out what was in those left out."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | UnsetType = UNSET
    folders: (
        Annotated[list[Annotated[str, msgspec.Meta(min_length=1, max_length=4_096)]], msgspec.Meta(min_length=1, max_length=100)]
        | UnsetType
    ) = UNSET
    options: EditOptions | UnsetType = UNSET


class StartScan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`full` reads every file again, changed or not."""

    full: bool = False


class DisplaysEvent(msgspec.Struct, frozen=True):
    """Displays were removed: ask for the list again."""

    removed: bool


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
