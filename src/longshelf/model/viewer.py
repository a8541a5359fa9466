"""Who is asking. Every read takes a Viewer; a viewer nobody knows sees nothing."""

from enum import StrEnum

import msgspec


class Scope(StrEnum):
    """What a way in is good for; each includes those before it. A session is good for everything its user may do."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    def includes(self, other: "Scope") -> bool:
        return _ORDER.index(self) >= _ORDER.index(other)


_ORDER = tuple(Scope)


class Viewer(msgspec.Struct, frozen=True):
    """A signed-in user, or nobody (`user_id` None). `admin` permits changes to what belongs to all; it never widens what a query returns,
    and an API key below the scope `admin` takes it away. Without the scope `write` nothing may be changed."""

    user_id: int | None
    name: str = ""
    admin: bool = False
    scope: Scope = Scope.ADMIN

    @property
    def known(self) -> bool:
        return self.user_id is not None


NOBODY = Viewer(None)
