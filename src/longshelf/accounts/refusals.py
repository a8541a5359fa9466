"""Why a sign-in service does not let somebody in; apart from `oidc` so that who does not use one need not load its libraries."""

from typing import Literal

from longshelf.errors import LongshelfError

Reason = Literal["denied", "expired", "unavailable", "refused", "unknown", "name_taken", "disabled"]


class OidcFailed(LongshelfError):
    """`code` is for the sign-in page, the message for the log."""

    def __init__(self, code: Reason, reason: str) -> None:
        super().__init__(reason)
        self.code = code
