"""Chosen items as each person sees them: in order, counted, paged and played; hidden ones nowhere, removed ones in their place."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from longshelf.catalog import playlist_choosing, playlist_entries
from longshelf.catalog.playlist_shapes import AddEntries, NewPlaylist, OrderEntries, PutPlace, RemoveEntries
from longshelf.errors import BadQuery, Conflict, Invalid, NotFound
from longshelf.model.restrictions import NONE, Restrictions
from longshelf.model.sorts import shuffle
from longshelf.model.viewer import Viewer
from tests.catalog.playlist_shelf import WAYS, PlaylistShelf, playlist_shelf
from tests.visibility import worlds

BAD_CURSOR = "x"


@pytest.fixture(params=WAYS)
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PlaylistShelf]:
    with playlist_shelf(request, tmp_path, way=request.param) as found:
        yield found


def _keep_from_bob(shelf: PlaylistShelf, rng: random.Random) -> None:
    worlds.keep(shelf.database, shelf.world, shelf.bob.user_id or 0, worlds.profile(shelf.world, rng))
    worlds.random_hides(shelf.database, shelf.world, shelf.bob.user_id or 0, rng)
    shelf.refresh()


def _oracle(shelf: PlaylistShelf, viewer: Viewer, items: list[int]) -> list[int]:
    seen = shelf.world.visible(viewer.user_id or 0)
    return [each for each in items if each in seen]


def test_everybody_sees_what_is_his_to_see_in_the_order_it_was_chosen(shelf: PlaylistShelf) -> None:
    rng = random.Random(7)
    items = [rng.choice(sorted(shelf.world.items)) for _ in range(60)]  # some twice
    made = shelf.choose(shelf.ann, items, shared=True)
    assert shelf.items(shelf.ann, made.id) == items
    for _ in range(10):
        _keep_from_bob(shelf, rng)
        expected = _oracle(shelf, shelf.bob, items)
        assert shelf.items(shelf.bob, made.id) == expected
        assert shelf.playlists.one(shelf.bob, made.id).item_count == len(expected)
        assert _walk(shelf, shelf.bob, made.id, 7) == expected
        for page in (1, 2, 5, 99):
            listed = shelf.listed(shelf.bob, made.id, page=page, size=7)
            assert [each.item.id for each in listed.items if each.item] == expected[(page - 1) * 7 : page * 7]
            assert listed.pagination.total_count == len(expected)
            assert listed.pagination.has_next == (page * 7 < len(expected))


def _walk(shelf: PlaylistShelf, viewer: Viewer, playlist_id: int, size: int) -> list[int]:
    """By cursors to the end, and then back to the beginning: the same pages the other way round."""
    pages: list[list[int]] = []
    listed = shelf.listed(viewer, playlist_id, size=size)
    while True:
        pages.append([each.item.id for each in listed.items if each.item])
        cursor = listed.pagination.next_cursor
        if cursor is None:
            break
        listed = shelf.listed(viewer, playlist_id, page=None, cursor=cursor, size=size)
    back: list[list[int]] = [pages[-1]]
    while (cursor := listed.pagination.prev_cursor) is not None:
        listed = shelf.listed(viewer, playlist_id, page=None, cursor=cursor, size=size)
        back.append([each.item.id for each in listed.items if each.item])
    assert back[::-1] == pages
    return [each for page in pages for each in page]


def test_a_cursor_is_good_for_its_playlist_alone_and_survives_what_is_added_and_removed(shelf: PlaylistShelf) -> None:
    items = sorted(shelf.world.items)[:20]
    made, other = shelf.choose(shelf.ann, items), shelf.choose(shelf.ann, items)
    cursor = shelf.listed(shelf.ann, made.id, size=5).pagination.next_cursor
    ids = shelf.entry_ids(shelf.ann, made.id)
    for wrong in (BAD_CURSOR, shelf.listed(shelf.ann, other.id, size=5).pagination.next_cursor):
        with pytest.raises(BadQuery):
            shelf.listed(shelf.ann, made.id, page=None, cursor=wrong, size=5)
    shelf.remove(shelf.ann, made.id, [ids[4], ids[6]])  # one of them is where the cursor stands
    shelf.choosing.add(shelf.ann, made.id, AddEntries(item_ids=items[:2], before=ids[0]))
    listed = shelf.listed(shelf.ann, made.id, page=None, cursor=cursor, size=5)
    assert [each.item.id for each in listed.items if each.item] == [items[5], *items[7:11]]
    before = shelf.listed(shelf.ann, made.id, page=None, cursor=listed.pagination.prev_cursor, size=5)
    assert [each.item.id for each in before.items if each.item] == [items[1], *items[:4]]


def test_what_is_removed_upstream_keeps_its_place_for_those_who_could_see_it(shelf: PlaylistShelf) -> None:
    bob = shelf.bob.user_id or 0
    worlds.keep(shelf.database, shelf.world, bob, Restrictions(libraries=tuple(shelf.world.libraries[:1])))
    shelf.refresh()
    seen, hidden = sorted(shelf.world.visible(bob)), sorted(set(shelf.world.items) - shelf.world.visible(bob))
    items = [seen[0], hidden[0], seen[1], hidden[1], seen[2]]
    made = shelf.choose(shelf.ann, items, shared=True)
    shelf.gone([seen[1], hidden[1]])
    assert shelf.items(shelf.ann, made.id) == [items[0], items[1], None, None, items[4]]
    assert shelf.items(shelf.bob, made.id) == [items[0], None, items[4]]
    listed = shelf.listed(shelf.bob, made.id)
    assert [(each.gone, each.item is None) for each in listed.items] == [(False, False), (True, True), (False, False)]
    assert listed.pagination.total_count == 3
    assert shelf.playlists.one(shelf.bob, made.id).item_count == 3
    assert [each.item.id for each in _played(shelf, shelf.bob, made.id)] == [items[0], items[4]]  # nothing of it can be played
    shelf.gone([seen[1], hidden[1]], back=True)
    assert shelf.items(shelf.ann, made.id) == items


def _played(shelf: PlaylistShelf, viewer: Viewer, playlist_id: int, **about: Any) -> list[Any]:
    found, at = [], None
    while (entry := shelf.entries.following(viewer, playlist_id, at, **about).entry) is not None:
        found.append(entry)
        at = entry.entry_id
    return found


def test_it_plays_through_in_order_backwards_and_shuffled(shelf: PlaylistShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where most of it is hidden, so that one has to look further."""
    monkeypatch.setattr(playlist_entries, "FIRST_LOOK", 2)
    rng = random.Random(5)
    items = [rng.choice(sorted(shelf.world.items)) for _ in range(50)]
    made = shelf.choose(shelf.ann, items, shared=True)
    ids = shelf.entry_ids(shelf.ann, made.id)
    for _ in range(4):
        seen = set(_oracle(shelf, shelf.bob, items))
        expected = [entry for entry, item in zip(ids, items, strict=True) if item in seen]
        assert [each.entry_id for each in _played(shelf, shelf.bob, made.id)] == expected
        assert [each.entry_id for each in _played(shelf, shelf.bob, made.id, back=True)] == expected[::-1]
        order = sorted(expected, key=shuffle(9).key)
        assert [each.entry_id for each in _played(shelf, shelf.bob, made.id, shuffle=True, seed=9)] == order
        assert [each.entry_id for each in _played(shelf, shelf.bob, made.id, shuffle=True, seed=9, back=True)] == order[::-1]
        _keep_from_bob(shelf, rng)


def test_everybody_resumes_at_his_own_place_and_shuffle(shelf: PlaylistShelf) -> None:
    made = shelf.choose(shelf.ann, sorted(shelf.world.items)[:10], shared=True)
    ids = shelf.entry_ids(shelf.ann, made.id)
    assert shelf.entries.place(shelf.bob, made.id).entry_id is None
    put = shelf.entries.put_place(shelf.bob, made.id, PutPlace(entry_id=ids[3], shuffle=True), 77)
    assert (put.seed, put.shuffle) == (77, True)
    again = shelf.entries.put_place(shelf.bob, made.id, PutPlace(entry_id=ids[4], shuffle=True), 78)
    assert again.seed == 77  # the shuffle goes on
    assert shelf.entries.put_place(shelf.bob, made.id, PutPlace(entry_id=ids[4], shuffle=True, seed=5), 79).seed == 5
    shelf.entries.put_place(shelf.ann, made.id, PutPlace(entry_id=ids[1]), 1)
    bobs, anns = shelf.entries.place(shelf.bob, made.id), shelf.entries.place(shelf.ann, made.id)
    assert (bobs.entry_id, bobs.seed, anns.entry_id, anns.seed, anns.shuffle) == (ids[4], 5, ids[1], None, False)
    following = shelf.entries.following(shelf.bob, made.id, ids[4], shuffle=True).entry
    order = sorted(ids, key=shuffle(5).key)
    behind = order[order.index(ids[4]) + 1 :]
    assert (following.entry_id if following else None) == (behind[0] if behind else None)
    shelf.remove(shelf.ann, made.id, [ids[1]])
    assert shelf.entries.place(shelf.ann, made.id).entry_id == ids[2]


def test_a_place_at_what_is_hidden_by_now_is_at_the_next_that_is_not(shelf: PlaylistShelf) -> None:
    made = shelf.choose(shelf.ann, sorted(shelf.world.items)[:5], shared=True)
    ids = shelf.entry_ids(shelf.ann, made.id)
    shelf.entries.put_place(shelf.bob, made.id, PutPlace(entry_id=ids[1]), 1)
    items = sorted(shelf.world.items)
    worlds.hide(shelf.database, shelf.world, shelf.bob.user_id or 0, items[1:3], [])
    shelf.refresh()
    assert shelf.entries.place(shelf.bob, made.id).entry_id == ids[3]
    for entry_id in (ids[1], 10**9):  # hidden and missing
        with pytest.raises(NotFound) as found:
            shelf.entries.put_place(shelf.bob, made.id, PutPlace(entry_id=entry_id), 1)
        assert str(found.value) == f"The playlist has no entry {entry_id}."
        with pytest.raises(NotFound):
            shelf.entries.following(shelf.bob, made.id, entry_id)


# --- choosing


def test_items_are_added_moved_and_removed_as_in_a_plain_list(shelf: PlaylistShelf) -> None:
    """By somebody who does not see all of it: what is hidden from him stays where it is."""
    rng = random.Random(3)
    every = sorted(shelf.world.items)
    made = shelf.choose(shelf.bob, every[:20], shared=True)
    worlds.hide(shelf.database, shelf.world, shelf.bob.user_id or 0, every[3:15:3], [])
    shelf.refresh()
    whole = shelf.entry_ids(shelf.ann, made.id)
    for _ in range(25):
        visible = shelf.entry_ids(shelf.bob, made.id)
        chosen = rng.sample(visible, min(len(visible), rng.randint(1, 3)))
        before = rng.choice([None, *[each for each in visible if each not in chosen]])
        action = rng.choice(["move", "move", "add", "remove"])
        if action == "move":
            shelf.move(shelf.bob, made.id, chosen, before)
            rest = [each for each in whole if each not in chosen]
            place = len(rest) if before is None else rest.index(before)
            whole = [*rest[:place], *chosen, *rest[place:]]
        elif action == "remove" and len(visible) > 8:
            shelf.remove(shelf.bob, made.id, chosen)
            whole = [each for each in whole if each not in chosen]
        elif action == "add":
            shelf.choosing.add(shelf.bob, made.id, AddEntries(item_ids=every[20:22], before=before))
            fresh = [each for each in shelf.entry_ids(shelf.ann, made.id) if each not in whole]
            place = len(whole) if before is None else whole.index(before)
            whole = [*whole[:place], *fresh, *whole[place:]]
        assert shelf.entry_ids(shelf.ann, made.id) == whole


def test_all_items_of_a_query_are_added_in_its_order(shelf: PlaylistShelf) -> None:
    made = shelf.choose(shelf.bob, [])
    worlds.hide(shelf.database, shelf.world, shelf.bob.user_id or 0, sorted(shelf.world.items)[:3], [])
    shelf.refresh()
    changed = shelf.choosing.add(shelf.bob, made.id, AddEntries(query="?kind=video&sort=title&order=desc"))
    kept = [each for each in shelf.items(shelf.bob, made.id) if each is not None]
    titles = [shelf.world.items[each].title for each in kept]
    assert len(kept) == changed.changed == shelf.count(shelf.bob, kind="video")
    assert (
        titles == [each.title for each in sorted((shelf.world.items[each] for each in kept), key=lambda each: _natural(each.title))][::-1]
    )
    again = shelf.choosing.add(shelf.bob, made.id, AddEntries(query="kind=video", unique=True))
    assert (again.changed, again.skipped, again.item_count) == (0, len(kept), len(kept))
    assert shelf.choosing.add(shelf.bob, made.id, AddEntries(query="kind=video")).item_count == 2 * len(kept)


def _natural(title: str) -> tuple[int, int]:
    library, number = title.removeprefix("Zqi").removesuffix("x").split("n")
    return int(library), int(number)


def test_what_is_hidden_or_missing_is_skipped_and_nobody_is_told_which(shelf: PlaylistShelf) -> None:
    every = sorted(shelf.world.items)
    made = shelf.choose(shelf.bob, every[:3])
    ids = shelf.entry_ids(shelf.bob, made.id)
    worlds.hide(shelf.database, shelf.world, shelf.bob.user_id or 0, [every[1], every[7]], [])
    shelf.refresh()
    for item_id in (every[7], 10**9):
        found = shelf.choosing.add(shelf.bob, made.id, AddEntries(item_ids=[item_id, every[9]]))
        assert (found.changed, found.skipped) == (1, 1)
    for entry_id in (ids[1], 10**9):
        found = shelf.choosing.remove(shelf.bob, made.id, RemoveEntries(entry_ids=[entry_id]))
        assert (found.changed, found.skipped) == (0, 1)
        found = shelf.choosing.order(shelf.bob, made.id, OrderEntries(entry_ids=[entry_id]))
        assert (found.changed, found.skipped) == (0, 1)
        with pytest.raises(NotFound):
            shelf.choosing.order(shelf.bob, made.id, OrderEntries(entry_ids=[ids[0]], before=entry_id))
        with pytest.raises(NotFound):
            shelf.choosing.add(shelf.bob, made.id, AddEntries(item_ids=[every[9]], before=entry_id))
    worlds.keep(shelf.database, shelf.world, shelf.bob.user_id or 0, NONE)
    worlds.hide(shelf.database, shelf.world, shelf.bob.user_id or 0, [], [])
    shelf.refresh()
    assert shelf.items(shelf.bob, made.id) == [*every[:3], every[9], every[9]]


def test_there_is_room_for_so_many_and_no_more(shelf: PlaylistShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playlist_choosing, "MOST_ITEMS", 10)
    every = sorted(shelf.world.items)
    made = shelf.choose(shelf.ann, every[:8])
    for asked in (AddEntries(item_ids=every[:3]), AddEntries(query="")):
        with pytest.raises(Invalid):
            shelf.choosing.add(shelf.ann, made.id, asked)
    assert shelf.items(shelf.ann, made.id) == every[:8]
    shelf.choosing.add(shelf.ann, made.id, AddEntries(item_ids=every[:2]))
    for asked in (AddEntries(), AddEntries(item_ids=every[:1], query="")):
        with pytest.raises(Invalid, match="either"):
            shelf.choosing.add(shelf.ann, made.id, asked)
    ids = shelf.entry_ids(shelf.ann, made.id)
    with pytest.raises(Invalid, match="moved"):
        shelf.choosing.order(shelf.ann, made.id, OrderEntries(entry_ids=ids[:2], before=ids[0]))


def test_an_edit_of_an_old_version_is_refused_and_blocks_have_no_items(shelf: PlaylistShelf) -> None:
    every = sorted(shelf.world.items)
    made = shelf.choose(shelf.ann, every[:4])
    ids = shelf.entry_ids(shelf.ann, made.id)
    version = made.version
    shelf.choosing.add(shelf.ann, made.id, AddEntries(item_ids=every[:1], version=version))
    ask: Callable[[], object]
    for ask in (
        lambda: shelf.choosing.add(shelf.ann, made.id, AddEntries(item_ids=every[:1], version=version)),
        lambda: shelf.choosing.remove(shelf.ann, made.id, RemoveEntries(entry_ids=ids, version=version)),
        lambda: shelf.choosing.order(shelf.ann, made.id, OrderEntries(entry_ids=ids[:1], version=version)),
    ):
        with pytest.raises(Conflict, match="Somebody else"):
            ask()
    assert shelf.items(shelf.ann, made.id) == [*every[:4], every[0]]
    blocks = shelf.playlists.create(shelf.ann, NewPlaylist(name="W"))
    for ask in (
        lambda: shelf.listed(shelf.ann, blocks.id),
        lambda: shelf.entries.place(shelf.ann, blocks.id),
        lambda: shelf.choosing.add(shelf.ann, blocks.id, AddEntries(item_ids=every[:1])),
    ):
        with pytest.raises(Conflict):
            ask()


def test_a_copy_of_chosen_items_holds_what_its_maker_sees(shelf: PlaylistShelf) -> None:
    items = sorted(shelf.world.items)[:12]
    made = shelf.choose(shelf.ann, items, shared=True)
    worlds.hide(shelf.database, shelf.world, shelf.bob.user_id or 0, items[::3], [])
    shelf.refresh()
    copy = shelf.playlists.duplicate(shelf.bob, made.id)
    worlds.hide(shelf.database, shelf.world, shelf.bob.user_id or 0, [], [])
    shelf.refresh()
    assert shelf.items(shelf.bob, copy.id) == [each for each in items if each not in items[::3]]
    assert shelf.items(shelf.ann, shelf.playlists.duplicate(shelf.ann, made.id).id) == items


def test_a_page_of_a_long_playlist_reads_no_more_than_one_of_a_short_one(shelf: PlaylistShelf) -> None:
    every = sorted(shelf.world.items)
    costs = []
    for many in (1, 100):
        made = shelf.choose(shelf.ann, every * many)
        shelf.listed(shelf.ann, made.id, size=10)
        cursor = shelf.listed(shelf.ann, made.id, size=10).pagination.next_cursor
        before = shelf.database.statements
        shelf.listed(shelf.ann, made.id, page=None, cursor=cursor, size=10)
        entry = shelf.entries.following(shelf.ann, made.id, None).entry
        assert entry is not None
        shelf.entries.following(shelf.ann, made.id, entry.entry_id, shuffle=True, seed=3)
        shelf.move(shelf.ann, made.id, [entry.entry_id], None)
        costs.append(shelf.database.statements - before)
    assert costs[1] <= costs[0]
