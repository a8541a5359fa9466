"""Who is asking. Every read takes a Viewer; a viewer nobody knows sees nothing."""

import msgspec


class Viewer(msgspec.Struct, frozen=True):
    """A signed-in user, or nobody (`user_id` None). `admin` permits changes; it never widens what a query returns."""

    user_id: int | None
    name: str = ""
    admin: bool = False

    @property
    def known(self) -> bool:
        return self.user_id is not None


NOBODY = Viewer(None)
