"""Playlists through what happens to the things they name: people, libraries, tags and items that go, come back, or become others."""

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from longshelf.accounts import users
from longshelf.catalog.playlist_heirs import pass_on
from longshelf.catalog.playlist_shapes import BlockSaid, PutPlace
from longshelf.errors import Invalid, NotFound
from longshelf.ingest import followers
from longshelf.model.kinds import EntityKind
from longshelf.model.viewer import Viewer
from longshelf.store import accounts, block_counts, display_tables, libraries, playlist_items, playlists
from longshelf.store.database import run
from tests.catalog.playlist_shelf import WAYS, PlaylistShelf, playlist_shelf
from tests.support.playlists import active
from tests.visibility import worlds


@pytest.fixture(params=WAYS)
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PlaylistShelf]:
    with playlist_shelf(request, tmp_path, way=request.param) as found:
        yield found


def _rows(shelf: PlaylistShelf, table: str) -> int:
    with shelf.database.read() as connection:
        return int(run(connection, f"SELECT count(*) FROM {table}").scalar_one())


def _played(shelf: PlaylistShelf, item_id: int) -> None:
    """Display 1 has planned and played an item."""
    told: dict[str, Any] = {
        "display_id": 1,
        "item_id": item_id,
        "position": item_id,
        "slot_id": item_id,
        "number": item_id,
        "loop": item_id,
    }
    with shelf.database.write_quietly() as connection:
        for table, word in ((display_tables.slot, "planned"), (display_tables.play_history, "played")):
            usual = {column.name: word if column.type.python_type is str else 1 for column in table.columns if column.name != "id"}
            usual |= {"asked": 10} if "asked" in usual else {}
            connection.execute(insert(table).values({name: told.get(name, value) for name, value in usual.items()}))


def test_a_person_goes_with_his_playlists_and_nobody_elses(shelf: PlaylistShelf) -> None:
    some = sorted(shelf.world.items)[:5]
    view = shelf.views.save(shelf.bob.user_id or 0, "V", "kind=video")
    his = shelf.make(shelf.bob, "Bob's", BlockSaid(view_id=view.id), shared=True)
    shelf.playlists.activate(shelf.ann, his.id, 1)
    chosen = shelf.choose(shelf.bob, some, shared=True)
    hers = shelf.choose(shelf.ann, some, shared=True)
    wall = shelf.make(shelf.ann, "Ann's", BlockSaid(filter="kind=video"), display_id=2)
    _played(shelf, some[0])
    for made in (chosen, hers):
        for viewer in (shelf.ann, shelf.bob):
            shelf.entries.put_place(viewer, made.id, PutPlace(entry_id=shelf.entry_ids(viewer, made.id)[0]), 1)
    with shelf.database.write_quietly() as connection:
        block_counts.ask(connection, [(shelf.bob.user_id or 0, "x", "{}"), (shelf.ann.user_id or 0, "x", "{}")], 1)
        accounts.remove_user(connection, shelf.bob.user_id or 0)
    assert [each.id for each in shelf.playlists.browse(shelf.ann, 1, 50).items] == sorted(
        [wall.id, hers.id], key=lambda each: each != wall.id
    )
    assert shelf.items(shelf.ann, hers.id) == some
    assert (_rows(shelf, "playlist_place"), _rows(shelf, "block_count"), _rows(shelf, "block"), _rows(shelf, "slot")) == (1, 1, 1, 1)
    with shelf.database.read() as connection:
        assert active(connection) == {2: [wall.id]}
    for gone in (his, chosen):
        with pytest.raises(NotFound):
            shelf.playlists.one(shelf.ann, gone.id)


@pytest.mark.parametrize("told", [True, False])
def test_playlists_others_depend_on_pass_to_an_administrator_and_ask_for_the_same(shelf: PlaylistShelf, told: bool) -> None:
    bob, ann = shelf.bob.user_id or 0, shelf.ann.user_id or 0
    view = shelf.views.save(bob, "V", "kind=video")
    wall = shelf.make(shelf.bob, "Bob's wall", BlockSaid(view_id=view.id), BlockSaid(filter="kind=book", view_id=view.id))
    with shelf.database.write_quietly() as connection:
        playlists.activate(connection, wall.id, 1)
        run(connection, "UPDATE display SET user_id = ? WHERE id = 1", ann)
    shared = shelf.make(shelf.bob, "For all", BlockSaid(view_id=view.id), shared=True)
    his = shelf.make(shelf.bob, "His", BlockSaid(view_id=view.id))
    before = shelf.playlists.one(shelf.ann, wall.id)
    with shelf.database.write_quietly() as connection:
        run(connection, 'UPDATE "user" SET admin = 1 WHERE id = ?', ann)
    users.remove(shelf.database, bob, partial(pass_on, user_id=bob, heir_id=ann if told else None, at=1))
    after = shelf.playlists.one(shelf.ann, wall.id)
    assert (after.owner.id, after.mine, after.active, after.display_id) == (ann, True, True, 1)
    assert after.version > before.version  # its display plans from what it says now
    assert [each.view_id for each in after.blocks] == [None, None]
    assert [each.available for each in after.blocks] == [each.available for each in before.blocks]
    assert 0 < (after.blocks[0].available or 0) < len(shelf.world.items)
    assert shelf.playlists.one(shelf.ann, shared.id).owner.id == ann
    with pytest.raises(NotFound):
        shelf.playlists.one(shelf.ann, his.id)


def test_a_library_goes_with_its_entries_and_slots_and_the_rest_keeps_its_order(shelf: PlaylistShelf) -> None:
    world = shelf.world
    going = world.libraries[0]
    items = sorted(world.items, key=lambda each: each % 7)
    stays = [each for each in items if world.items[each].library_id != going]
    made = shelf.choose(shelf.ann, items)
    wall = shelf.make(shelf.ann, "W", BlockSaid(filter=f"library={going}"), BlockSaid(), display_id=1)
    for each in (stays[0], next(each for each in items if each not in stays)):
        _played(shelf, each)
    entry = shelf.entry_ids(shelf.ann, made.id)[0]
    shelf.entries.put_place(shelf.ann, made.id, PutPlace(entry_id=entry), 1)
    assert _rows(shelf, "slot") == _rows(shelf, "play_history") == 2
    libraries.remove(shelf.database, going)
    shelf.refresh()
    assert shelf.items(shelf.ann, made.id) == stays
    assert [each.available for each in shelf.playlists.one(shelf.ann, wall.id).blocks] == [0, _seen_by_bob(shelf, stays)]
    assert _rows(shelf, "slot") == _rows(shelf, "play_history") == 1
    place = shelf.entries.place(shelf.ann, made.id)
    assert place.entry_id in {None, *shelf.entry_ids(shelf.ann, made.id)}


def _seen_by_bob(shelf: PlaylistShelf, items: list[int]) -> int:
    return len(shelf.world.visible(shelf.bob.user_id or 0) & set(items))


def _blocks_on(shelf: PlaylistShelf, tag: int, other: int) -> list[BlockSaid]:
    return [
        BlockSaid(filter={"type": "linked", "kind": "tag", "ids": [tag]}),
        BlockSaid(filter={"type": "not", "of": {"type": "linked", "kind": "tag", "ids": [tag, other]}}),
        BlockSaid(filter=f"tag={tag}&tag={other}&kind=video"),
        BlockSaid(filter=f"tag=-{tag}"),
        BlockSaid(filter={"type": "linked", "kind": "person", "ids": [tag]}),  # another kind of the same number
        BlockSaid(filter=f"tag={other}"),
    ]


def test_blocks_name_whom_a_tag_became_and_name_it_again_when_that_is_undone(shelf: PlaylistShelf) -> None:
    source, target, *_ = shelf.world.of_kind(EntityKind.TAG)
    made = shelf.make(shelf.ann, "W", *_blocks_on(shelf, source, target))
    before = [each.filter for each in made.blocks]
    with shelf.database.write_quietly() as connection:
        ruled = followers.begin(connection, EntityKind.TAG, [source], target, 1)
        followers.finish(connection, EntityKind.TAG, [source], target, 2)
    merged = [each.filter for each in shelf.playlists.one(shelf.ann, made.id).blocks]
    assert merged == [
        f'{{"type":"linked","kind":"tag","ids":[{target}],"role":null}}',
        f'{{"type":"not","of":{{"type":"linked","kind":"tag","ids":[{target}],"role":null}}}}',
        f"tag={target}&kind=video",
        f"tag=-{target}",
        before[4],
        before[5],
    ]
    with shelf.database.write_quietly() as connection:
        followers.reopen(connection, EntityKind.TAG, [source], target, 3)
        assert followers.restore(connection, EntityKind.TAG, [source], target, ruled, at=4) == 0
    assert [each.filter for each in shelf.playlists.one(shelf.ann, made.id).blocks] == before


def test_entries_follow_an_item_that_was_merged_into_another(shelf: PlaylistShelf) -> None:
    some = sorted(shelf.world.items)[:4]
    made, both = shelf.choose(shelf.ann, [some[0], some[1], some[2]]), shelf.choose(shelf.ann, [some[1], some[3]])
    with shelf.database.write() as write:
        playlist_items.follow_merge(write.connection, some[1], some[3])
        write.touch(some)
    shelf.gone([some[1]])
    assert shelf.items(shelf.ann, made.id) == [some[0], some[3], some[2]]
    assert shelf.items(shelf.ann, both.id) == [some[3]]


def test_an_account_that_is_gone_has_no_playlists(shelf: PlaylistShelf) -> None:
    made = shelf.make(shelf.ann, "W", BlockSaid(), shared=True)
    stranger = Viewer(worlds.user(shelf.database, "eve"), "eve")
    assert shelf.playlists.one(stranger, made.id).blocks[0].available == len(shelf.world.items)
    with shelf.database.write_quietly() as connection:
        accounts.remove_user(connection, stranger.user_id or 0)
    assert shelf.playlists.one(stranger, made.id).blocks[0].available == 0


def test_a_block_that_began_to_follow_a_view_while_that_went_never_asks_for_everything(shelf: PlaylistShelf) -> None:
    """Either it came too late, or it keeps what the view said."""
    bob = shelf.bob.user_id or 0
    made = shelf.make(shelf.bob, "W", BlockSaid(q="zqi*"))
    refused: list[str] = []
    for turn in range(8):
        view = shelf.views.save(bob, f"V{turn}", "kind=book")
        gate = threading.Barrier(3)

        def follow(view_id: int = view.id, gate: threading.Barrier = gate) -> None:
            gate.wait(20)
            try:
                shelf.playlists.add_block(shelf.bob, made.id, BlockSaid(view_id=view_id))
            except Invalid as error:
                refused.append(error.field)

        def remove(view_id: int = view.id, gate: threading.Barrier = gate) -> None:
            gate.wait(20)
            shelf.views.remove(bob, view_id)

        workers = [threading.Thread(target=each) for each in (follow, follow, remove)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()
    _, *blocks = shelf.playlists.one(shelf.bob, made.id).blocks
    assert set(refused) <= {"view_id"}
    assert len(blocks) == 16 - len(refused)
    assert {(each.view_id, each.filter) for each in blocks} <= {(None, "kind=book")}
