"""What an administrator keeps from a person: a restriction profile, as it stands on the wire and in the store.

The rule: everything in it only takes away. Several profiles of one person are ANDed, so the stricter always wins, and what a rule cannot
make sense of it hides."""

from typing import Annotated, Literal

import msgspec

from longshelf.model.kinds import EntityKind

MAX_RULES = 100
MAX_RULE_IDS = 10_000

Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Mode = Literal["exclude", "include"]
Unrated = Literal["show", "hide"]


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`exclude` hides what carries one of the entities, and whatever carries what carries them. `include` hides every item that carries
    none of them nor one below them; items with no entity of the kind at all are hidden too with `restrict_empty`, and shown without. An
    include list of which no entity is left hides everything."""

    kind: EntityKind
    mode: Mode
    ids: Annotated[tuple[Id, ...], msgspec.Meta(max_length=MAX_RULE_IDS)]
    restrict_empty: bool = False


class Restrictions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole profile. `age_rating_max` in years, null for no ceiling; `unrated` says what a ceiling does to items without an age rating
    and means nothing without one. `libraries` are the only ones that may be seen; null for all, also those added later."""

    rules: Annotated[tuple[Rule, ...], msgspec.Meta(max_length=MAX_RULES)] = ()
    age_rating_max: Annotated[int, msgspec.Meta(ge=0, le=99)] | None = None
    unrated: Unrated = "hide"
    libraries: Annotated[tuple[Id, ...], msgspec.Meta(max_length=1_000)] | None = None

    @property
    def restricts(self) -> bool:
        """Whether it takes anything away."""
        return bool(self.rules) or self.age_rating_max is not None or self.libraries is not None


NONE = Restrictions(unrated="show")
