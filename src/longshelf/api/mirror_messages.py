"""What requests about mirrored libraries carry. Conventions as in `api/messages.py`."""

from typing import Annotated

import msgspec

from longshelf.sources.stash.user_data import DATA_KINDS, DataKind
from longshelf.tasks.push_back import PUSHED

_UserId = Annotated[int, msgspec.Meta(ge=1, le=2**31)]
_Kinds = Annotated[list[DataKind], msgspec.Meta(min_length=1, max_length=5)]


class ProbeServer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address and a key to try. Without `api_key`, `library_id` names the library whose key is tried, at its own address only."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
    api_key: Annotated[str, msgspec.Meta(max_length=4_096)] | None = None
    library_id: int | None = None


class ImportUserData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which of a person's data to take over from the server: his own, or with `user_id` another's, which is for administrators. What he
    said here and the server says otherwise stays, unless `overwrite`."""

    kinds: _Kinds = msgspec.field(default_factory=lambda: list(DATA_KINDS))
    user_id: _UserId | None = None
    overwrite: bool = False


class SetPushBack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether, and whose, data go back to the server (default: the asking administrator's). `all_said` sends what was said before, too."""

    enabled: bool
    user_id: _UserId | None = None
    kinds: _Kinds = msgspec.field(default_factory=lambda: list(PUSHED))
    all_said: bool = False
