"""The shapes of displays, their timelines and their screens. Fields may be added, never renamed.

Times are RFC 3339 UTC, seconds are seconds; absent is null. Bodies refuse unknown fields; UNSET means "not sent"."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from longshelf.catalog.paging import Pagination
from longshelf.model.kinds import ItemKind

State = Literal["playing", "paused", "stopped"]
ScreenState = Literal["pairing", "playing", "paused", "stopped"]
Status = Literal["planned", "current", "played", "skipped", "failed", "timeout"]
Outcome = Literal["played", "skipped", "failed"]
Fit = Literal["contain", "cover"]
Rotate = Literal[0, 90, 180, 270]

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Dwell = Annotated[float, msgspec.Meta(ge=1, le=86_400)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]
Volume = Annotated[int, msgspec.Meta(ge=0, le=100)]
Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Generation = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]

DWELL = 10.0  # seconds a picture stands where nobody says


class DisplaySettings(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`dwell`: seconds a picture stands, unless its block says; `rotate`: degrees clockwise."""

    dwell: float = DWELL
    fit: Fit = "contain"
    rotate: Rotate = 0


class SettingsSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    dwell: Dwell | UnsetType = UNSET
    fit: Fit | UnsetType = UNSET
    rotate: Rotate | UnsetType = UNSET


class SlotItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a slot shows. `cover` is a relative address, for who is signed in; a screen uses the slot's `thumb`."""

    id: int
    library_id: int
    kind: ItemKind
    title: str
    subtitle: str | None = None
    date: str | None = None
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    pages: int | None = None
    cover: str | None = None
    color: str | None = None


class DisplayUser(msgspec.Struct, frozen=True, gc=False):
    """`disabled`: the account may not come in, so the display shows nothing."""

    id: int
    name: str
    disabled: bool


class Playing(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is current: `slot` is its id, `position` how many of its `seconds` have passed. `item` is null for an administrator who may not
    see it."""

    slot: int
    generation: int
    block_id: int
    item: SlotItem | None
    position: float
    seconds: float


class Display(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`user` is as whom it plays, null when that account is gone; `note` says why nothing plays, or which block has nothing."""

    id: int
    code: str
    name: str
    state: State
    online: bool
    last_seen_at: str | None
    user: DisplayUser | None
    playlist_id: int | None
    playlist_name: str | None
    current: Playing | None
    volume: int
    muted: bool
    settings: DisplaySettings
    note: str
    generation: int
    version: int
    created_at: str
    claimed_at: str | None


class DisplayList(msgspec.Struct, frozen=True):
    """`online` counts those whose player is there, on all pages."""

    items: list[Display]
    pagination: Pagination
    snapshot: str
    online: int


class TimelineSlot(msgspec.Struct, frozen=True, kw_only=True):
    """`position` runs on from 0 since the last rebuild, `loop` counts the ways through the playlist from 0. `item` is null for an
    administrator who may not see it."""

    id: int
    position: int
    generation: int
    loop: int
    block_id: int
    item: SlotItem | None
    status: Status
    seconds: float


class TimelineView(msgspec.Struct, frozen=True):
    """By position: the last that have ended, the current one, and the next few."""

    generation: int
    slots: list[TimelineSlot]


class PlayedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """`number` counts what the display played; `seconds` is how long, as the player said."""

    number: int
    item: SlotItem
    block_id: int
    outcome: Literal["played", "skipped", "failed", "timeout"]
    seconds: float
    played_at: str


class PlayedList(msgspec.Struct, frozen=True):
    items: list[PlayedEntry]
    pagination: Pagination
    snapshot: str


# --- what administrators say


class ClaimDisplay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`code` as the screen shows it; case, spaces and hyphens do not count. `user_id`: as whom it plays, you when not sent."""

    code: Code
    name: Name
    user_id: Id | UnsetType = UNSET


class EditDisplay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Any of them; what is not sent stays."""

    name: Name | UnsetType = UNSET
    user_id: Id | UnsetType = UNSET
    settings: SettingsSaid | UnsetType = UNSET


class Skip(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`slot_id`: the one you see playing; when another plays by now, nothing happens."""

    slot_id: Id | UnsetType = UNSET


class Seek(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    seconds: Seconds


class SetVolume(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    volume: Volume | UnsetType = UNSET
    muted: bool | UnsetType = UNSET


# --- screens


class NewScreen(msgspec.Struct, frozen=True):
    """`code` is all the player is known by from now on: it keeps it."""

    code: str
    poll_seconds: float


class ScreenSlot(msgspec.Struct, frozen=True, kw_only=True):
    """`media` and `thumb` are relative addresses, null where there is nothing to fetch: where both are, the item's title stands for
    `seconds`. `mime` is the media's type; `parts` counts the files of a longer work, told apart by `n` in the media's
    address. `converted` are addresses of the same film in other forms, in the order they are to be tried where `media` cannot be played:
    they are made while they are watched, have no length and cannot be wound, but begin at any second given as `&start=`. `position` is
    where to go on."""

    id: int
    generation: int
    item: SlotItem
    seconds: float
    position: float
    media: str | None
    converted: list[str]
    mime: str | None
    parts: int
    thumb: str | None


class SeekTo(msgspec.Struct, frozen=True):
    """A new `number` is a new wish to go to `seconds`."""

    number: int
    seconds: float


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """What the player is asked to do. While `state` is `pairing` nothing else is told. `epoch` is another when the display plays as
    somebody else, plays another playlist, or its person may see something else: what the player kept from before is not to be shown."""

    state: ScreenState
    epoch: str = ""
    generation: int = 0
    current: ScreenSlot | None = None
    upcoming: list[ScreenSlot] = []
    volume: int = 100
    muted: bool = False
    seek: SeekTo = SeekTo(0, 0.0)
    settings: DisplaySettings = DisplaySettings()
    name: str = ""
    note: str = ""
    version: int = 0
    poll_seconds: float = 0.0


class Acknowledged(Screen, frozen=True, kw_only=True):
    """`applied`: whether this word changed anything. The rest is how things are now."""

    applied: bool


class Played(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`seconds`: how long it played."""

    slot_id: Id
    generation: Generation
    outcome: Outcome = "played"
    seconds: Seconds = 0.0


class At(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the player is in a slot. `paused`: it does not move on, whatever the reason."""

    slot_id: Id
    generation: Generation
    position: Seconds
    paused: bool = False
