"""Statistics: what a person watches and reads most and how much a week, and how the catalogue grows.

Everything is counted over what the asking person may see: an engine names the items, and the store adds up what is known of these."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from longshelf.catalog.personal_shapes import (
    ActiveUsers,
    EntityPlays,
    Growth,
    ItemPlays,
    KindPlays,
    LibraryTotals,
    PersonalStatistics,
    ServerStatistics,
    Streak,
    WeekPlays,
)
from longshelf.catalog.showing import Showing
from longshelf.catalog.watching import signed_in
from longshelf.logs import operation
from longshelf.model.engine import Engine, FacetRequest, Offset, Snapshot
from longshelf.model.kinds import EntityKind
from longshelf.model.query import LibraryIs, Mine, Or, Query, both
from longshelf.model.sorts import Sort
from longshelf.model.times import DAY
from longshelf.model.viewer import Viewer
from longshelf.store import statistics
from longshelf.store.cards import cover_url
from longshelf.store.database import Database
from longshelf.store.statistics import CarriedRow, DayRow, PlayedRow

WEEKS = 52
TOP = 10
MOST_PLAYED = 20_000  # items that are added up
MOST_CARRIED = 1_000  # items whose persons, studios and tags are compared
MOST_DAYS = 50_000  # pairs of an item and a day
MONTHS = 1_000  # a rail shows
PLAYED = Mine("play_count", 1, None)
SPENT = Or((PLAYED, Mine("play_seconds", 1e-6, None)))  # time was spent on it, whether or not it became a play
KINDS = (EntityKind.PERSON, EntityKind.STUDIO, EntityKind.SERIES, EntityKind.TAG, EntityKind.GENRE)
MONDAY = 4  # the first one is 1970-01-05, four days after the beginning of time


class Statistics:
    """Safe to share between threads."""

    def __init__(self, database: Database, engine: Engine, showing: Showing) -> None:
        self._database = database
        self._showing = showing
        self._engine = engine

    def mine(self, viewer: Viewer) -> PersonalStatistics:
        """NotSignedIn for nobody."""
        user_id = signed_in(viewer)
        today = self._database.clock() // DAY
        first = _monday(today) - 7 * (WEEKS - 1)
        with operation("my_statistics") as running, self._engine.snapshot() as snapshot, self._database.read() as connection:
            mask = self._showing.mask(viewer, snapshot)
            days = statistics.days(connection, user_id, first * DAY, MOST_DAYS)
            seen = self._showing.visible(viewer, snapshot, mask, (each.item_id for each in days))
            days = [each for each in days if each.item_id in seen]
            found = snapshot.page(both(SPENT, mask.query), Sort("play_count"), Offset(0, MOST_PLAYED), viewer).ids
            ids = self._showing.still(connection, viewer, mask, found, snapshot.revision)
            items = snapshot.count(both(PLAYED, mask.query), viewer).value
            plays, seconds = statistics.sums(connection, user_id, ids)
            kinds = statistics.kinds(connection, user_id, ids)
            carried = statistics.carried(connection, user_id, ids[:MOST_CARRIED], KINDS, TOP)
            top = statistics.played(connection, user_id, ids[:TOP])
            running.report(items=items, days=len(days))
        return PersonalStatistics(
            items=items,
            plays=plays,
            seconds=seconds,
            weeks=_weeks(days, first),
            kinds=[KindPlays(kind=kind, plays=some, seconds=length) for kind, some, length in kinds],
            persons=_of_kind(carried, EntityKind.PERSON),
            studios=_of_kind(carried, EntityKind.STUDIO),
            series=_of_kind(carried, EntityKind.SERIES),
            tags=_of_kind(carried, EntityKind.TAG),
            genres=_of_kind(carried, EntityKind.GENRE),
            top_items=[_item(top[each]) for each in ids[:TOP] if each in top],
            streak=_streak({each.day for each in days}, today),
        )

    def server(self, viewer: Viewer) -> ServerStatistics:
        """Whether the viewer is an administrator is for the caller to see to."""
        signed_in(viewer)
        at = self._database.clock()
        with operation("statistics") as running, self._engine.snapshot() as snapshot:
            seen = self._showing.mask(viewer, snapshot).query
            growth, items = _growth(viewer, snapshot, seen)
            libraries = _libraries(viewer, snapshot, seen)
            running.report(items=items, libraries=len(libraries))
        with self._database.read() as connection:
            day, week, month = (statistics.active_users(connection, at - days * DAY) for days in (1, 7, 30))
            users = ActiveUsers(total=statistics.accounts(connection), day=day, week=week, month=month)
        return ServerStatistics(items=items, growth=growth, libraries=libraries, users=users)


def _growth(viewer: Viewer, snapshot: Snapshot, seen: Query) -> tuple[list[Growth], int]:
    """Months, the first one first, and the number of all items: what a scroll rail along the time of coming says."""
    rail = snapshot.rail(seen, Sort("added", descending=False), MONTHS, viewer)
    ends = [*(mark.pos for mark in rail.marks[1:]), rail.total] if rail.marks else []
    return [Growth(month=mark.label, added=end - mark.pos, total=end) for mark, end in zip(rail.marks, ends, strict=True)], rail.total


def _libraries(viewer: Viewer, snapshot: Snapshot, seen: Query) -> list[LibraryTotals]:
    """By falling number of items."""
    (facet,) = snapshot.facets([FacetRequest("library", seen, limit=0)], viewer)
    found: list[LibraryTotals] = []
    for each in facet.values:
        totals = snapshot.totals(both(LibraryIs((int(each.value),)), seen), viewer)
        size, duration = sum(part.size for part in totals), sum(part.duration for part in totals)
        found.append(LibraryTotals(id=int(each.value), name=each.name, items=each.count, size=size, duration=duration))
    return found


def _monday(day: int) -> int:
    return day - (day - MONDAY) % 7


def _weeks(days: Sequence[DayRow], first: int) -> list[WeekPlays]:
    plays: dict[int, int] = defaultdict(int)
    seconds: dict[int, float] = defaultdict(float)
    for each in days:
        plays[_monday(each.day)] += each.plays
        seconds[_monday(each.day)] += each.seconds
    mondays = [first + 7 * week for week in range(WEEKS)]
    return [WeekPlays(start=_date(monday), plays=plays[monday], seconds=seconds[monday]) for monday in mondays]


def _date(day: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).date().isoformat()


def _streak(days: set[int], today: int) -> Streak:
    """Today need not have come to anything yet."""
    longest = run = 0
    for day in sorted(days):
        run = run + 1 if day - 1 in days else 1
        longest = max(longest, run)
    last = today if today in days else today - 1
    current = 0
    while last - current in days:
        current += 1
    return Streak(current=current, longest=longest)


def _of_kind(rows: Sequence[CarriedRow], kind: EntityKind) -> list[EntityPlays]:
    return [
        EntityPlays(id=row.id, kind=row.kind, name=row.name, items=row.items, plays=row.plays, seconds=row.seconds)
        for row in rows
        if row.kind is kind
    ]


def _item(row: PlayedRow) -> ItemPlays:
    cover = cover_url(row.id, row.cover_version)
    return ItemPlays(id=row.id, kind=row.kind, title=row.title, cover=cover, plays=row.plays, seconds=row.seconds)
