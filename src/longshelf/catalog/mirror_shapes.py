"""What is told of mirrored libraries, as it goes over the wire. Fields may be added, never renamed."""

import msgspec

from longshelf.catalog.paging import Pagination
from longshelf.catalog.shapes import Job
from longshelf.sources.stash.probing import Trouble
from longshelf.sources.stash.user_data import DataKind


class HookAnswer(msgspec.Struct, frozen=True):
    """In how many seconds the sync begins that a message of Stash's plugin asked for: what changes until then is in it."""

    begins_in: float


class ServerProbe(msgspec.Struct, frozen=True, kw_only=True):
    """What an address and a key led to. `trouble` is null when the server can be mirrored, else `message` says what to do: `address` is
    none, `private` networks are forbidden, `offline`, `redirect`, `refused` the key, `closed` to public addresses, `not_stash`, `too_old`.
    `missing` are fields this version of Stash lacks; `counts` by kind of Stash's."""

    url: str
    trouble: Trouble | None
    message: str | None
    version: str | None
    counts: dict[str, int]
    missing: list[str]
    milliseconds: int


class KindKept(msgspec.Struct, frozen=True, kw_only=True):
    """`kind` is Stash's: scene · image · gallery · group · performer · studio · tag. `removed` were removed upstream; what people said
    about them is kept. While everything is read, `seen` is how many were so far, null for a kind whose turn has not come; `read` when all
    were."""

    kind: str
    count: int
    removed: int
    seen: int | None = None
    read: bool = False


class PushedProblem(msgspec.Struct, frozen=True):
    """Something the server would not take."""

    at: str
    what: str
    reason: str


class PushBackState(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one person's data go back to the server. `pushed` counts by kind since it was switched on; `waiting` is why nothing goes at
    the moment."""

    enabled: bool
    user_id: int | None = None
    user_name: str | None = None
    kinds: list[DataKind] = []
    pushed: dict[str, int] = {}
    pushed_at: str | None = None
    waiting: str | None = None
    problems: list[PushedProblem] = []


class MirrorStatus(msgspec.Struct, frozen=True, kw_only=True):
    """All about one mirrored library, but for its key. `hook` is the path of the address Stash's plugin calls; whoever knows it can ask for
    a sync. `kinds` is null for an administrator from whom items are kept. `last_sync` is the newest sync job
    that ended; `mode` that of a sync under way which reads everything, else null."""

    library_id: int
    url: str
    has_key: bool
    poll_minutes: int
    reconcile_hours: int
    listen: bool
    hook: str
    state: str
    state_reason: str | None
    mode: str | None
    synced_at: str | None
    reconciled_at: str | None
    next_sync_at: str | None
    kinds: list[KindKept] | None
    last_sync: Job | None
    push_back: PushBackState


class RemovedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was removed upstream, and comes back with all that was said about it when it is there again. `me` is what the asking
    person said; `merged_into` is the item that took its words over."""

    kind: str
    id: int
    title: str
    removed_at: str
    rating: int | None = None
    favorite: bool = False
    play_count: int = 0
    merged_into: int | None = None
    merged_title: str | None = None


class RemovedList(msgspec.Struct, frozen=True):
    items: list[RemovedEntry]
    pagination: Pagination
    snapshot: str


class UserDataFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What the asking person has said about items of the library he may see, wherever it came from; `o_items` is how many of them have an
    o-counter from the server, `o_total` what those add up to."""

    rated: int
    played: int
    in_progress: int
    o_items: int
    o_total: int


class UserDataState(msgspec.Struct, frozen=True, kw_only=True):
    """The newest import of one person's data, or null. `figures` are of the asking person, null when he asks about somebody else."""

    library_id: int
    user_id: int
    job: Job | None
    figures: UserDataFigures | None


class RemoteWord(msgspec.Struct, frozen=True, kw_only=True):
    """What the server said about one work when the asking person's data were last taken over from it: the rating and place (0-1) both sides
    had last, how many of its plays and watched seconds stand in his own, and its o-counter with its moments."""

    item_id: int
    rating: int | None
    progress: float | None
    plays: int
    seconds: float
    o_count: int
    o_at: list[str]
