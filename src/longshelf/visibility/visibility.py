"""Who may see what. The only home of restrictions: everything that reads items or entities for somebody asks here for his mask and ANDs it.

A mask belongs to one snapshot. It is derived from the profile as it is now and from the graph of entities as it was at the snapshot's
revision and is now, whichever is stricter (`reach.py`); what it holds is a query, so an index evaluates and keeps it like any other. It is
asked for once a snapshot and costs one small statement, unless the profile or the graph changed. A viewer nobody knows, or whose
account is gone, sees nothing; being an administrator widens nothing."""

import threading
from collections import OrderedDict

import msgspec

from longshelf.errors import NotFound
from longshelf.model.engine import Snapshot
from longshelf.model.query import EVERYTHING, Nothing, Query, digest
from longshelf.model.restrictions import Restrictions
from longshelf.model.viewer import Viewer
from longshelf.store import restrictions
from longshelf.store.database import Database
from longshelf.store.hot import HotReads
from longshelf.store.restrictions import Standing
from longshelf.visibility import rules
from longshelf.visibility.reach import Reached, Reaching
from longshelf.visibility.rules import Profile

REMEMBERED = 1_000  # users


class Mask(msgspec.Struct, frozen=True):
    """`query` holds what may be seen; `name` is the same for the same query and another for any other; `hidden` are entities that may not
    be named, whoever carries them."""

    query: Query
    name: str
    hidden: frozenset[int] = frozenset()

    @property
    def restricts(self) -> bool:
        return self.query != EVERYTHING


OPEN = Mask(EVERYTHING, "")
CLOSED = Mask(Nothing(), "-")


class _Sight:
    """What is derived from one profile, and the last mask made of it."""

    def __init__(self, database: Database, profile: Profile) -> None:
        self.profile = profile
        self.reaching = Reaching(database, rules.needs(profile))
        self._made: tuple[Reached, Mask] | None = None

    def mask(self, revision: int, now: int) -> Mask:
        if not self.profile.restricts:
            return OPEN
        try:
            reached = self.reaching.at(revision, now)
        except LookupError:
            return CLOSED
        made = self._made
        if made is None or made[0] is not reached:
            query = rules.query(self.profile, reached)
            self._made = made = reached, Mask(query, digest(query), frozenset(rules.entities_of(reached)))
        return made[1]


class _Known:
    """One user under one standing. `ruled` is what administrators alone keep from him."""

    def __init__(self, standing: Standing, whole: _Sight, ruled: _Sight) -> None:
        self.key = standing[1:]
        self.whole = whole
        self.ruled = ruled


class Visibility:
    """Safe to share between threads."""

    def __init__(self, database: Database, hot: HotReads) -> None:
        self._database = database
        self._hot = hot
        self._known: OrderedDict[int, _Known] = OrderedDict()
        self._turn = threading.Lock()

    def mask(self, viewer: Viewer, snapshot: Snapshot, *, own: bool = True) -> Mask:
        """What the viewer may see of a snapshot, to be asked for after the snapshot was taken. Without `own`, what he hid himself does not
        count: for showing it to him, so that he can take it back."""
        revision = snapshot.revision  # first: one that reads rows may begin only here, and a commit may come before the next line
        standing = self._standing(viewer)
        if standing is None or revision > standing.revision:
            return CLOSED
        known = self._of(viewer.user_id or 0, standing)
        mask = (known.whole if own else known.ruled).mask(revision, standing.revision)
        if own and known.whole.profile.items:
            return msgspec.structs.replace(mask, name=f"{mask.name}:{standing.personal_version}")
        return mask

    def libraries(self, viewer: Viewer) -> frozenset[int] | None:
        """The only libraries the viewer may know of; None for all."""
        standing = self._standing(viewer)
        return frozenset() if standing is None else self._of(viewer.user_id or 0, standing).ruled.profile.libraries

    def ruled_by_items(self, viewer: Viewer) -> bool:
        """Whether administrators keep items from the viewer by what they are, and not only by the library they are in."""
        standing = self._standing(viewer)
        return standing is None or any(
            each.rules or each.age_rating_max is not None for _, each in self._of(viewer.user_id or 0, standing).ruled.profile.rules
        )

    def _standing(self, viewer: Viewer) -> Standing | None:
        return None if viewer.user_id is None else restrictions.standing(self._hot, viewer.user_id)

    def _of(self, user_id: int, standing: Standing) -> _Known:
        known = self._known.get(user_id)
        if known is not None and known.key == standing[1:]:
            return known
        profile = self._read(user_id)
        known = self._renewed(known, standing, profile)
        with self._turn:
            self._known[user_id] = known
            self._known.move_to_end(user_id)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return known

    def _renewed(self, known: _Known | None, standing: Standing, profile: Profile) -> _Known:
        """With all that was derived before, where the rules are the same: most of what people say hides nothing."""
        whole = known.whole if known is not None and known.whole.profile == profile else _Sight(self._database, profile)
        ruled_only = profile.without_own()
        if ruled_only == profile:
            return _Known(standing, whole, whole)
        ruled = known.ruled if known is not None and known.ruled.profile == ruled_only else _Sight(self._database, ruled_only)
        return _Known(standing, whole, ruled)

    def _read(self, user_id: int) -> Profile:
        """As it is now, which is what `standing` stands for or newer: then the next request reads it again."""
        with self._database.read() as connection:
            try:
                kept = restrictions.kept(connection, user_id)
            except NotFound:  # the account went since
                return Profile((("restrictions", Restrictions(libraries=())),))
            own = restrictions.hidden_by_user(connection, user_id)
        stated = (("restrictions", kept.own), ("profile", kept.shared))
        return Profile(tuple((source, each) for source, each in stated if each.restricts), own.entities, own.items)  # type: ignore[misc]
