"""Statistics: what somebody played, week by week and by whom, how the catalogue grows, and what restrictions take out of all of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from longshelf.catalog.filters import read_filters
from longshelf.catalog.statistics import WEEKS
from longshelf.errors import NotSignedIn
from longshelf.model.kinds import EntityKind
from longshelf.model.times import DAY
from longshelf.model.viewer import NOBODY
from longshelf.store.database import run
from tests.catalog.personal_shelf import ANN, BOB, WAYS, OwnShelf, own_shelf


@pytest.fixture(params=WAYS)
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OwnShelf]:
    with own_shelf(request, tmp_path, count=30) as found:
        yield found


def test_plays_are_added_up_by_week_kind_item_and_whom_they_are_of(shelf: OwnShelf) -> None:
    shelf.clock.forward(days=-21)
    shelf.watch(ANN, 1, 300)
    shelf.clock.forward(days=14)
    shelf.watch(ANN, 2, 600)
    shelf.clock.forward(days=7)
    shelf.watch(ANN, 1, 420)
    shelf.watch(BOB, 3, 900)
    found = shelf.statistics.mine(ANN)
    assert (found.items, found.plays, found.seconds) == (2, 3, 1_320)
    assert len(found.weeks) == WEEKS
    assert [(week.start, week.plays, week.seconds) for week in found.weeks if week.seconds] == [
        ("2026-11-02", 1, 300.0), ("2026-11-16", 1, 600.0), ("2026-11-23", 1, 420.0),
    ]  # fmt: skip
    assert found.weeks[-1].start == "2026-11-23"  # the Monday of this week
    items = {each.id: shelf.catalog.item(ANN, each.id) for each in found.top_items}
    assert [(each.id, each.plays, each.seconds) for each in found.top_items] == [(1, 2, 720.0), (2, 1, 600.0)]
    assert [each.title for each in found.top_items] == [items[each].title for each in (1, 2)]
    assert sum(each.plays for each in found.kinds) == 3
    assert {each.kind for each in found.kinds} == {item.kind for item in items.values()}
    for kind, listed in ((EntityKind.PERSON, found.persons), (EntityKind.TAG, found.tags), (EntityKind.STUDIO, found.studios)):
        wanted: dict[int, int] = {}
        for item_id, plays in ((1, 2), (2, 1)):
            for link in {link.id for link in items[item_id].links if link.kind is kind}:
                wanted[link] = wanted.get(link, 0) + plays
        assert {each.id: each.plays for each in listed} == wanted
        assert [each.plays for each in listed] == sorted((each.plays for each in listed), reverse=True)


def test_time_that_became_no_play_is_in_the_total_as_it_is_in_the_weeks(shelf: OwnShelf) -> None:
    item = shelf.catalog.item(ANN, 4)
    assert item.duration is None or item.duration > 200
    shelf.watch(ANN, 4, 20)
    shelf.watch(ANN, 1, 300)
    shelf.watching.mark(ANN, 1, watched=False)
    found = shelf.statistics.mine(ANN)
    assert (found.items, found.plays) == (0, 0)
    assert found.seconds == sum(week.seconds for week in found.weeks) == sum(kind.seconds for kind in found.kinds) == 320
    shelf.hide_tag(ANN, next(link.id for link in item.links if link.kind is EntityKind.TAG))
    found = shelf.statistics.mine(ANN)
    assert found.seconds == sum(week.seconds for week in found.weeks)


def test_a_streak_is_days_in_a_row_up_to_today_or_yesterday(shelf: OwnShelf) -> None:
    for gap in (0, 1, 1, 3, 1):
        shelf.clock.forward(days=gap)
        shelf.watch(ANN, 1, 60)
        shelf.clock.forward(seconds=-7_260)
    found = shelf.statistics.mine(ANN).streak
    assert (found.current, found.longest) == (2, 3)
    shelf.clock.forward(days=1)
    assert shelf.statistics.mine(ANN).streak.current == 2
    shelf.clock.forward(days=1)
    assert shelf.statistics.mine(ANN).streak.current == 0


def test_who_has_played_nothing_has_empty_statistics(shelf: OwnShelf) -> None:
    found = shelf.statistics.mine(BOB)
    assert (found.items, found.plays, found.seconds, found.persons, found.top_items, found.kinds) == (0, 0, 0, [], [], [])
    assert (found.streak.current, found.streak.longest) == (0, 0)
    with pytest.raises(NotSignedIn):
        shelf.statistics.mine(NOBODY)


def test_restrictions_take_items_out_of_every_figure(shelf: OwnShelf) -> None:
    tag = shelf.entity("tag", "sea")
    hidden = shelf.carrying(tag)[0]
    shown = next(each for each in shelf.made.ids if each not in shelf.carrying(tag))
    shelf.watch(BOB, hidden, 600)
    shelf.watch(BOB, shown, 300)
    assert shelf.statistics.mine(BOB).plays == 2
    shelf.hide_tag(BOB, tag)
    found = shelf.statistics.mine(BOB)
    assert (found.items, found.plays, found.seconds) == (1, 1, 300)
    assert [each.id for each in found.top_items] == [shown]
    assert (sum(week.plays for week in found.weeks), sum(week.seconds for week in found.weeks)) == (1, 300)
    assert sum(kind.plays for kind in found.kinds) == 1
    assert tag not in {each.id for each in found.tags}
    assert all(each.plays == 1 for each in (*found.persons, *found.tags))


def test_growth_and_totals_are_those_of_what_is_seen(shelf: OwnShelf) -> None:
    with shelf.database.write() as write:
        run(write.connection, "UPDATE item SET added_at = ? WHERE id <= 5", (20_786 - 400) * DAY)
        run(write.connection, "UPDATE item SET added_at = ? WHERE id > 5", 20_786 * DAY)
        write.touch(shelf.made.ids)
    shelf.refresh()
    found = shelf.statistics.server(ANN)
    everything = len(shelf.made.ids)
    assert [(each.month, each.added, each.total) for each in found.growth] == [
        ("2025-10", 5, 5), ("2026-11", everything - 5, everything),
    ]  # fmt: skip
    (library,) = found.libraries
    stats = shelf.catalog.stats(ANN)
    assert (found.items, library.name, library.items, library.size) == (everything, "Shelf", stats.items, stats.size)
    assert library.duration == pytest.approx(stats.duration)
    tag = shelf.entity("tag", "sea")
    shelf.hide_tag(ANN, tag)
    found = shelf.statistics.server(ANN)
    assert found.items == everything - len(shelf.carrying(tag)) == shelf.catalog.count(ANN, read_filters([])).count
    assert found.libraries[0].items == found.growth[-1].total == found.items
    less = shelf.catalog.stats(ANN)
    assert less.size < stats.size
    assert found.libraries[0].size == less.size
    assert found.libraries[0].duration == pytest.approx(less.duration)


def test_people_are_counted_by_when_they_used_the_server_last(shelf: OwnShelf) -> None:
    found = shelf.statistics.server(ANN).users
    assert (found.total, found.day) == (2, 0)
    with shelf.database.write_quietly() as connection:
        run(connection, "UPDATE api_key SET used_at = ? WHERE user_id = 1", shelf.clock.now - DAY // 2)
        run(connection, "UPDATE api_key SET used_at = ? WHERE user_id = 2", shelf.clock.now - 10 * DAY)
        run(
            connection,
            "INSERT INTO session (token_hash, user_id, created_at, seen_at, expires_at) VALUES (?, 1, 1, ?, 1)",
            b"x",
            shelf.clock.now,
        )
    found = shelf.statistics.server(ANN).users
    assert (found.day, found.week, found.month) == (1, 1, 2)
