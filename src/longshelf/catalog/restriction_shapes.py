"""The shapes of restrictions on the wire: what is set, what it would hide, why something is hidden, and what a person hid himself."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from longshelf.catalog.paging import Pagination
from longshelf.model.restrictions import Restrictions

ProfileName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Source = Literal["restrictions", "profile", "own"]


class UserRestrictions(Restrictions, frozen=True, kw_only=True):
    """What is kept from one person: his own rules, and the shared profile that holds beside them (null for none)."""

    profile_id: int | None


class SetRestrictions(Restrictions, frozen=True, kw_only=True):
    """The whole of a person's own rules; what is left out is not restricted. The shared profile stays as it is unless it is named: null
    takes it away. `unrated` left out hides what has no age rating from a person with a ceiling."""

    profile_id: int | UnsetType | None = UNSET


class SaveProfile(Restrictions, frozen=True, kw_only=True):
    """A whole shared profile."""

    name: ProfileName


class Profile(Restrictions, frozen=True, kw_only=True):
    """Rules that several people share; `users` are their ids."""

    id: int
    name: str
    users: list[int]


class ProfileList(msgspec.Struct, frozen=True):
    items: list[Profile]
    pagination: Pagination
    snapshot: str


class HiddenByRule(msgspec.Struct, frozen=True, kw_only=True):
    """What one part of a profile hides by itself. `rule` is its place in `rules`; null for the age rating and the libraries. `missing` are
    ids of the rule that no entity has any more."""

    part: Literal["rule", "age_rating", "libraries"]
    rule: int | None
    source: Source
    about: str
    hidden_items: int
    missing: list[int]


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules would do, counted among the items the asking administrator sees. Rules may hide the same items, so the parts may add
    up to more than the whole."""

    hidden_items: int
    visible_items: int
    hidden_by_rule: list[HiddenByRule]


class PathStep(msgspec.Struct, frozen=True, kw_only=True):
    type: Literal["entity", "item", "library"]
    id: int
    kind: str
    name: str


class HiddenReason(msgspec.Struct, frozen=True, kw_only=True):
    """`about` is a sentence; `path` leads from what the rule names to the item, and is empty where a rule looks at the item alone."""

    source: Source
    part: Literal["rule", "age_rating", "libraries", "hidden"]
    rule: int | None
    about: str
    path: list[PathStep]


class WhyHidden(msgspec.Struct, frozen=True, kw_only=True):
    """Every reason there is; one alone would hide the item."""

    item_id: int
    user_id: int
    visible: bool
    reasons: list[HiddenReason]


class HiddenThing(msgspec.Struct, frozen=True, kw_only=True):
    """Something a person hid himself. Show it again with PUT {"hidden": false} at its own `/me`."""

    type: Literal["item", "entity"]
    id: int
    kind: str
    name: str


class HiddenList(msgspec.Struct, frozen=True):
    items: list[HiddenThing]
    pagination: Pagination
    snapshot: str
