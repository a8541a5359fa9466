"""Playlists and blocks as people see them: whose they are, what they count, what they tell displays."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from longshelf.catalog import playlist_access as access
from longshelf.catalog.playlist_shapes import BlockSaid, EditBlock, EditPlaylist, NewPlaylist
from longshelf.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from longshelf.model.kinds import EntityKind
from longshelf.model.restrictions import Restrictions, Rule
from longshelf.model.viewer import NOBODY, Viewer
from longshelf.store import playlists
from longshelf.store.database import Transaction, run
from longshelf.store.playlists import PlaylistRow
from tests.catalog.playlist_shelf import WAYS, PlaylistShelf, playlist_shelf
from tests.visibility import worlds


@pytest.fixture(params=WAYS)
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PlaylistShelf]:
    with playlist_shelf(request, tmp_path, way=request.param) as found:
        yield found


# --- whose they are


def test_a_playlist_is_its_makers_until_he_shares_it_and_then_for_reading(shelf: PlaylistShelf) -> None:
    made = shelf.make(shelf.bob, "Bob's", BlockSaid(q="zqi0*", filter="kind=video"))
    assert (made.mine, made.editable, made.owner.name, made.version) == (True, True, "bob", 0)
    for ask in (
        lambda: shelf.playlists.one(shelf.ann, made.id),
        lambda: shelf.playlists.remove(shelf.ann, made.id),
        lambda: shelf.playlists.duplicate(shelf.ann, made.id),
        lambda: shelf.files.export(shelf.ann, made.id),
        lambda: shelf.playlists.activate(shelf.ann, made.id, 1),
        lambda: shelf.playlists.edit(shelf.ann, made.id, EditPlaylist(name="x")),
    ):
        with pytest.raises(NotFound):
            ask()
    assert shelf.playlists.browse(shelf.ann, 1, 50).items == []
    shelf.playlists.edit(shelf.bob, made.id, EditPlaylist(shared=True))
    assert [each.name for each in shelf.playlists.browse(shelf.ann, 1, 50).items] == ["Bob's"]
    assert shelf.playlists.edit(shelf.ann, made.id, EditPlaylist(name="Ann's too")).mine is False  # an administrator


def test_who_may_only_read_sees_titles_and_his_own_counts_but_not_what_blocks_look_for(shelf: PlaylistShelf) -> None:
    tag = shelf.world.of_kind(EntityKind.TAG)[0]
    made = shelf.make(shelf.ann, "Ann's", BlockSaid(title="Tagged", q="zqi*", filter=f"tag={tag}", count=3), shared=True)
    (read,) = shelf.playlists.one(shelf.bob, made.id).blocks
    assert (read.title, read.q, read.filter, read.view_id, read.count) == ("Tagged", "", "", None, 3)
    assert read.available == shelf.count(shelf.bob, q="zqi*", tag=tag)
    for ask in (
        lambda: shelf.playlists.add_block(shelf.bob, made.id, BlockSaid()),
        lambda: shelf.playlists.edit_block(shelf.bob, made.id, read.id, EditBlock(count=1)),
        lambda: shelf.playlists.remove_block(shelf.bob, made.id, read.id),
        lambda: shelf.playlists.order_blocks(shelf.bob, made.id, [read.id]),
        lambda: shelf.playlists.edit(shelf.bob, made.id, EditPlaylist(name="x")),
        lambda: shelf.playlists.remove(shelf.bob, made.id),
        lambda: shelf.playlists.duplicate(shelf.bob, made.id),
        lambda: shelf.files.export(shelf.bob, made.id),
    ):
        with pytest.raises(NotAllowed):
            ask()
    assert shelf.playlists.one(shelf.ann, made.id).version == made.version


def test_nobody_has_none(shelf: PlaylistShelf) -> None:
    made = shelf.make(shelf.ann, "Ann's", shared=True)
    for ask in (
        lambda: shelf.playlists.browse(NOBODY, 1, 50),
        lambda: shelf.playlists.one(NOBODY, made.id),
        lambda: shelf.playlists.create(NOBODY, NewPlaylist(name="x")),
        lambda: shelf.preview(NOBODY, q="x"),
    ):
        with pytest.raises(NotSignedIn):
            ask()


# --- counts


def test_what_is_available_is_what_the_list_counts_and_what_a_walk_finds(shelf: PlaylistShelf) -> None:
    """Over random rules and hides, searches, filters, formats and orders."""
    rng = random.Random(11)
    tags, persons = shelf.world.of_kind(EntityKind.TAG), shelf.world.of_kind(EntityKind.PERSON)
    for _ in range(12):
        worlds.keep(shelf.database, shelf.world, shelf.bob.user_id or 0, worlds.profile(shelf.world, rng))
        worlds.random_hides(shelf.database, shelf.world, shelf.bob.user_id or 0, rng)
        shelf.refresh()
        said = [_random_block(rng, tags, persons) for _ in range(6)]
        made = shelf.make(shelf.bob, "Random", *[BlockSaid(**each) for each in said])
        for block, words in zip(made.blocks, said, strict=True):
            assert block.problem == ""
            shape = {} if words["format"] == "mixed" else {"format": words["format"]}
            tree = {"filter": words["filter"]} if words["filter"] else {}
            assert block.available == shelf.count(shelf.bob, q=words["q"], **tree, **shape)
            assert block.short == (block.available is not None and block.available < words["count"])
            previewed = shelf.preview(shelf.bob, **words)
            assert (previewed.available, previewed.total) == (block.available, block.available)
            assert len(previewed.items) == min(12, block.available or 0)
            assert {each.id for each in previewed.items} <= shelf.world.visible(shelf.bob.user_id or 0)


def _random_block(rng: random.Random, tags: list[int], persons: list[int]) -> dict[str, Any]:
    tree: Any = rng.choice([
        "",
        {"type": "kind", "kinds": ["video"]},
        {"type": "linked", "kind": "tag", "ids": rng.sample(tags, 3)},
        {"type": "not", "of": {"type": "linked", "kind": "person", "ids": [rng.choice(persons)]}},
        {"type": "mine", "field": "hidden", "low": 1},
    ])  # fmt: skip
    words = rng.choice(["", "zqi0*", "-zqi1n2x", '"zqi0n1x"', "%", "_", "   ", '"', "zqi* -zqe0tag0x"])
    return {
        "q": words, "filter": tree and json.dumps(tree), "count": rng.randint(1, 30), "order": rng.choice(["newest", "random"]),
        "format": rng.choice(["mixed", "wide", "tall"]),
    }  # fmt: skip


def test_a_pool_smaller_than_its_block_is_reported(shelf: PlaylistShelf) -> None:
    some = sorted(shelf.world.items)[:4]
    tree = {"type": "id", "ids": some}
    full, short = shelf.make(shelf.ann, "W", BlockSaid(filter=tree, count=4), BlockSaid(filter=tree, count=5)).blocks
    assert (full.available, full.short, full.stale) == (4, False, False)
    assert (short.available, short.short, short.stale) == (4, True, False)


def test_on_a_display_administrators_are_told_its_own_counts_and_nobody_else_is(shelf: PlaylistShelf) -> None:
    """Display 1 plays as bob, from whom most is kept."""
    bob = shelf.bob.user_id or 0
    worlds.keep(shelf.database, shelf.world, bob, Restrictions(libraries=(shelf.world.libraries[0],)))
    shelf.refresh()
    everything, his = len(shelf.world.items), len(shelf.world.visible(bob))
    assert 0 < his < everything
    made = shelf.make(shelf.ann, "W", BlockSaid(), display_id=1, shared=True)
    assert made.active
    assert made.blocks[0].available == his
    assert shelf.preview(shelf.ann, display_id=1).available == his
    assert shelf.preview(shelf.ann).available == everything
    with pytest.raises(NotAllowed):
        shelf.preview(shelf.bob, display_id=2)
    with pytest.raises(NotFound):
        shelf.preview(shelf.ann, display_id=99)
    elsewhere = shelf.make(shelf.ann, "X", BlockSaid(), display_id=2, shared=True)  # plays as ann
    assert elsewhere.blocks[0].available == everything
    assert shelf.playlists.one(shelf.bob, elsewhere.id).blocks[0].available == his
    with shelf.database.write_quietly() as connection:
        run(connection, "UPDATE display SET user_id = NULL WHERE id = 2")
    assert shelf.playlists.one(shelf.ann, elsewhere.id).blocks[0].available == 0  # as nobody it plays nothing


def test_a_preview_for_a_display_shows_only_what_its_asker_sees_too(shelf: PlaylistShelf) -> None:
    ann = shelf.ann.user_id or 0
    worlds.keep(shelf.database, shelf.world, ann, Restrictions(libraries=(shelf.world.libraries[1],)))
    shelf.refresh()
    found = shelf.preview(shelf.ann, display_id=1, count=5)
    assert found.available == len(shelf.world.visible(shelf.bob.user_id or 0))
    assert found.items
    assert {each.id for each in found.items} <= shelf.world.visible(ann)


def test_what_a_display_has_played_of_a_block_is_told_to_administrators(shelf: PlaylistShelf) -> None:
    made = shelf.make(shelf.ann, "W", BlockSaid(), BlockSaid(q="nothing at all"), display_id=1, shared=True)
    first, second = made.blocks
    shelf.screens.played[1] = {first.id: 7, second.id: 3}
    seen = [each.seen for each in shelf.playlists.one(shelf.ann, made.id).blocks]
    assert seen == [7, 0]  # never more than there are
    assert [each.seen for each in shelf.playlists.one(shelf.bob, made.id).blocks] == [0, 0]
    assert shelf.preview(shelf.ann, display_id=1, block_id=first.id).seen == 7


def test_ten_blocks_take_the_statements_of_one(shelf: PlaylistShelf) -> None:
    """And one snapshot: what is counted together agrees."""
    one, ten = (shelf.make(shelf.ann, str(many), *[BlockSaid(filter={"type": "id", "ids": [7]})] * many, display_id=1) for many in (1, 10))
    costs, snapshots = [], []
    taken = 0
    snapshot = shelf.engine.snapshot

    def counted() -> Any:
        nonlocal taken
        taken += 1
        return snapshot()

    shelf.engine.snapshot = counted  # type: ignore[method-assign]
    for made in (one, ten, ten):
        before, taken = shelf.database.statements, 0
        shelf.playlists.one(shelf.ann, made.id)
        costs.append(shelf.database.statements - before)
        snapshots.append(taken)
    assert snapshots == [1, 1, 1]
    if shelf.follower is not None:
        assert costs[1] <= costs[0] + 1
        assert costs[2] <= 12


# --- blocks


def test_blocks_are_added_changed_moved_and_removed(shelf: PlaylistShelf) -> None:
    made = shelf.make(shelf.ann, "W", BlockSaid(title="a"))
    made = shelf.playlists.add_block(shelf.ann, made.id, BlockSaid(title="b", filter={"type": "kind", "kinds": ["image"]}))
    made = shelf.playlists.add_block(shelf.ann, made.id, BlockSaid(title="c", filter="?kind=video&sort=title"))
    assert [each.title for each in made.blocks] == ["a", "b", "c"]
    assert [each.filter for each in made.blocks] == ["", '{"type":"kind","kinds":["image"]}', "kind=video&sort=title"]
    a, b, c = (each.id for each in made.blocks)
    made = shelf.playlists.order_blocks(shelf.ann, made.id, [c, a, b])
    assert [each.title for each in made.blocks] == ["c", "a", "b"]
    made = shelf.playlists.edit_block(shelf.ann, made.id, a, EditBlock(count=99, order="random", dwell=4.5))
    assert (made.blocks[1].title, made.blocks[1].count, made.blocks[1].order, made.blocks[1].dwell) == ("a", 99, "random", 4.5)
    made = shelf.playlists.edit_block(shelf.ann, made.id, a, EditBlock(dwell=None, filter=None))
    assert (made.blocks[1].dwell, made.blocks[1].filter, made.blocks[1].count) == (None, "", 99)
    made = shelf.playlists.remove_block(shelf.ann, made.id, c)
    assert [(each.title, each.position) for each in made.blocks] == [("a", 0), ("b", 1)]
    assert made.version == 6
    for wrong in ([a], [a, a], [a, b, c]):
        with pytest.raises(Conflict):
            shelf.playlists.order_blocks(shelf.ann, made.id, wrong)
    for gone in (c, 999):
        with pytest.raises(NotFound):
            shelf.playlists.edit_block(shelf.ann, made.id, gone, EditBlock(count=1))


def test_what_makes_no_sense_is_refused_with_its_place_and_changes_nothing(shelf: PlaylistShelf) -> None:
    made = shelf.make(shelf.ann, "W", BlockSaid())
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"filter": "{nothing"}, "filter"),
        ({"filter": {"type": "no such"}}, "filter"),
        ({"filter": "no_such=1"}, "filter"),
        ({"filter": "kind=film"}, "filter"),
        ({"view_id": 99}, "view_id"),
    ]
    for said, field in wrong:
        with pytest.raises(Invalid) as found:
            shelf.playlists.add_block(shelf.ann, made.id, BlockSaid(**said))
        assert found.value.field == field
        with pytest.raises(Invalid):
            shelf.playlists.edit_block(shelf.ann, made.id, made.blocks[0].id, EditBlock(**said))
        with pytest.raises(Invalid):
            shelf.preview(shelf.ann, **said)
        with pytest.raises(Invalid) as found:
            shelf.make(shelf.ann, "X", BlockSaid(), BlockSaid(**said))
        assert found.value.field == f"blocks[1].{field}"
    with pytest.raises(Invalid):
        shelf.make(shelf.ann, "   ")
    after = shelf.playlists.one(shelf.ann, made.id)
    assert (after.version, after.blocks) == (made.version, made.blocks)
    assert len(shelf.playlists.browse(shelf.ann, 1, 50).items) == 1


def test_an_edit_of_an_old_version_is_refused(shelf: PlaylistShelf) -> None:
    made = shelf.make(shelf.ann, "W", BlockSaid())
    block = made.blocks[0].id
    shelf.playlists.edit(shelf.ann, made.id, EditPlaylist(name="New", version=made.version))
    for ask in (
        lambda: shelf.playlists.edit(shelf.ann, made.id, EditPlaylist(name="x", version=made.version)),
        lambda: shelf.playlists.add_block(shelf.ann, made.id, BlockSaid(), made.version),
        lambda: shelf.playlists.edit_block(shelf.ann, made.id, block, EditBlock(count=1, version=made.version)),
        lambda: shelf.playlists.remove_block(shelf.ann, made.id, block, made.version),
        lambda: shelf.playlists.order_blocks(shelf.ann, made.id, [block], made.version),
        lambda: shelf.playlists.remove(shelf.ann, made.id, made.version),
    ):
        with pytest.raises(Conflict, match="Somebody else"):
            ask()
    found = shelf.playlists.one(shelf.ann, made.id)
    assert (found.name, found.version, found.blocks[0].count) == ("New", made.version + 1, 10)


# --- saved views


def test_a_block_follows_a_saved_view_and_keeps_its_query_when_that_goes(shelf: PlaylistShelf) -> None:
    tag = _a_tag_on_some(shelf)
    view = shelf.views.save(shelf.ann.user_id or 0, "Mine", "kind=video&sort=title")
    said = [BlockSaid(view_id=view.id), BlockSaid(view_id=view.id, filter=f"tag={tag}", q="zqi*"), BlockSaid(filter="kind=image")]
    made = shelf.make(shelf.ann, "W", *said)
    assert [each.view_name for each in made.blocks] == ["Mine", "Mine", None]
    videos = shelf.count(shelf.ann, kind="video")
    assert made.blocks[0].available == videos
    assert made.blocks[1].available == shelf.count(shelf.ann, kind="video", tag=tag)
    shelf.views.save(shelf.ann.user_id or 0, "Mine", "kind=book")
    books = shelf.count(shelf.ann, kind="book")
    found = shelf.playlists.one(shelf.ann, made.id)
    assert found.blocks[0].available == books != videos
    shelf.views.remove(shelf.ann.user_id or 0, view.id)
    after = shelf.playlists.one(shelf.ann, made.id)
    assert [each.view_id for each in after.blocks] == [None, None, None]
    assert after.blocks[0].filter == "kind=book"
    assert [each.available for each in after.blocks] == [each.available for each in found.blocks]
    assert books < len(shelf.world.items)  # it has not become everything
    assert after.version == found.version + 1


def test_a_block_that_follows_what_cannot_be_read_plays_nothing_and_says_why(shelf: PlaylistShelf) -> None:
    view = shelf.views.save(shelf.ann.user_id or 0, "Odd", "kind=video")
    made = shelf.make(shelf.ann, "W", BlockSaid(view_id=view.id), BlockSaid(view_id=view.id, filter="kind=video"), shared=True)
    shelf.views.save(shelf.ann.user_id or 0, "Odd", "no_such=1")
    found = shelf.playlists.one(shelf.ann, made.id)
    assert [each.available for each in found.blocks] == [0, 0]
    assert all("no_such" in each.problem for each in found.blocks)
    assert "no_such" not in str(shelf.playlists.one(shelf.bob, made.id))
    assert all(each.problem for each in shelf.playlists.one(shelf.bob, made.id).blocks)
    shelf.views.remove(shelf.ann.user_id or 0, view.id)
    after = shelf.playlists.one(shelf.ann, made.id)
    assert [each.available for each in after.blocks] == [0, 0]


def test_only_ones_own_views_can_be_followed_and_nobody_learns_of_others(shelf: PlaylistShelf) -> None:
    his = shelf.views.save(shelf.bob.user_id or 0, "Bob's", "kind=book")
    hers = shelf.views.save(shelf.ann.user_id or 0, "Ann's", "kind=book")
    made = shelf.make(shelf.bob, "W", BlockSaid(view_id=his.id), shared=True)
    for view_id in (his.id, 99):
        with pytest.raises(Invalid, match="you have no such saved view"):
            shelf.preview(shelf.ann, view_id=view_id)
    block = made.blocks[0].id
    for view_id in (hers.id, 99):  # an administrator edits what is bob's
        with pytest.raises(Invalid):
            shelf.playlists.edit_block(shelf.ann, made.id, block, EditBlock(view_id=view_id))
    kept = shelf.playlists.edit_block(shelf.ann, made.id, block, EditBlock(view_id=his.id, count=3))
    assert (kept.blocks[0].view_id, kept.blocks[0].view_name) == (his.id, None)
    assert shelf.preview(shelf.ann, view_id=his.id, block_id=block).available == shelf.count(shelf.ann, kind="book")
    copy = shelf.playlists.duplicate(shelf.ann, made.id)
    assert (copy.blocks[0].view_id, copy.blocks[0].filter) == (None, "kind=book")


# --- displays


def test_displays_are_told_what_concerns_them_and_nothing_else(shelf: PlaylistShelf) -> None:
    first = shelf.make(shelf.ann, "A", BlockSaid(), display_id=1)
    assert first.active
    assert shelf.screens.heard() == [("rebuild", 1)]
    second = shelf.make(shelf.ann, "B", BlockSaid(), display_id=1)
    assert not second.active
    assert shelf.screens.heard() == []  # it disturbs nothing
    shelf.playlists.edit_block(shelf.ann, second.id, second.blocks[0].id, EditBlock(count=3))
    assert shelf.screens.heard() == []
    shelf.playlists.edit_block(shelf.ann, first.id, first.blocks[0].id, EditBlock(count=3))
    shelf.playlists.add_block(shelf.ann, first.id, BlockSaid())
    assert shelf.screens.heard() == [("replan", 1), ("replan", 1)]
    shelf.playlists.edit(shelf.ann, first.id, EditPlaylist(name="A2"))
    assert shelf.screens.heard() == []
    assert shelf.playlists.activate(shelf.ann, second.id).active
    assert shelf.screens.heard() == [("rebuild", 1)]
    assert not shelf.playlists.one(shelf.ann, first.id).active
    shelf.playlists.edit(shelf.ann, second.id, EditPlaylist(display_id=2))
    assert shelf.screens.heard() == [("rebuild", 1), ("rebuild", 2)]
    assert shelf.playlists.activate(shelf.ann, second.id, 1).display_id == 1
    assert sorted(shelf.screens.heard()) == [("rebuild", 1), ("rebuild", 2)]
    shelf.playlists.remove(shelf.ann, first.id)
    assert shelf.screens.heard() == []
    shelf.playlists.edit(shelf.ann, second.id, EditPlaylist(display_id=None))
    assert shelf.screens.heard() == [("rebuild", 1)]
    again = shelf.playlists.activate(shelf.ann, second.id, 2)
    shelf.screens.heard()
    shelf.playlists.remove(shelf.ann, again.id)
    assert shelf.screens.heard() == [("rebuild", 2)]


def test_only_administrators_choose_what_a_display_plays(shelf: PlaylistShelf) -> None:
    made = shelf.make(shelf.bob, "B", BlockSaid(), shared=True)
    ask: Callable[[], object]
    for ask in (
        lambda: shelf.make(shelf.bob, "X", display_id=1),
        lambda: shelf.playlists.edit(shelf.bob, made.id, EditPlaylist(display_id=1)),
        lambda: shelf.playlists.activate(shelf.bob, made.id, 1),
    ):
        with pytest.raises(NotAllowed):
            ask()
    assert shelf.playlists.activate(shelf.ann, made.id, 1).active
    shelf.screens.heard()
    shelf.playlists.add_block(shelf.bob, made.id, BlockSaid())  # it still is his
    assert shelf.screens.heard() == [("replan", 1)]
    with pytest.raises(Invalid):
        shelf.playlists.activate(shelf.ann, shelf.make(shelf.ann, "Y").id)
    with pytest.raises(NotFound):
        shelf.make(shelf.ann, "Z", display_id=99)
    for refused in (NewPlaylist(name="x", kind="items", display_id=1), NewPlaylist(name="x", kind="items", blocks=[BlockSaid()])):
        with pytest.raises(Invalid):
            shelf.playlists.create(shelf.ann, refused)
    chosen = shelf.choose(shelf.ann, [])
    with pytest.raises(Conflict):
        shelf.playlists.activate(shelf.ann, chosen.id, 1)
    with pytest.raises(Conflict):
        shelf.playlists.edit(shelf.ann, chosen.id, EditPlaylist(display_id=1))
    with pytest.raises(Conflict):
        shelf.playlists.add_block(shelf.ann, chosen.id, BlockSaid())


@contextmanager
def _looked_at_earlier(**was: Any) -> Iterator[None]:
    """Whoever looks at a playlist before he holds it finds it as it was then; somebody else has changed it since."""

    def earlier(connection: Transaction, _viewer: Viewer, playlist_id: int) -> PlaylistRow:
        return playlists.get(connection, playlist_id)._replace(**was)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access, "read", earlier)
        yield


def test_a_playlist_that_has_just_moved_to_another_display_is_not_moved_back(shelf: PlaylistShelf) -> None:
    made = shelf.make(shelf.ann, "A", BlockSaid(), display_id=1)
    with _looked_at_earlier(display_id=2), pytest.raises(Conflict):
        shelf.playlists.activate(shelf.ann, made.id)
    found = shelf.playlists.one(shelf.ann, made.id)
    assert (found.display_id, found.active, found.version) == (1, True, made.version)


def test_a_playlist_that_has_just_been_taken_back_is_not_activated(shelf: PlaylistShelf) -> None:
    made = shelf.make(shelf.bob, "B", BlockSaid())
    with _looked_at_earlier(shared=1), pytest.raises(NotFound):
        shelf.playlists.activate(shelf.ann, made.id, 1)
    found = shelf.playlists.one(shelf.bob, made.id)
    assert (found.display_id, found.active, found.version) == (None, False, made.version)


def test_a_copy_is_whole_ones_own_and_plays_nowhere(shelf: PlaylistShelf) -> None:
    view = shelf.views.save(shelf.ann.user_id or 0, "V", "kind=book")
    said = [BlockSaid(title="a", q="x", count=3, order="random", format="tall", dwell=2.0), BlockSaid(view_id=view.id)]
    made = shelf.make(shelf.ann, "W", *said, display_id=1, shared=True)
    copy = shelf.playlists.duplicate(shelf.ann, made.id)
    assert (copy.name, copy.shared, copy.display_id, copy.active) == ("W 2", False, None, False)
    assert [_words(each) for each in copy.blocks] == [_words(each) for each in made.blocks]
    assert shelf.playlists.duplicate(shelf.ann, made.id).name == "W 3"
    assert shelf.playlists.duplicate(shelf.ann, made.id, "Other").name == "Other"


def _words(block: Any) -> tuple[Any, ...]:
    return block.title, block.q, block.filter, block.view_id, block.count, block.order, block.format, block.dwell


def test_lists_are_paged_by_name_and_narrowed(shelf: PlaylistShelf) -> None:
    for name in ("b", "A", "c"):
        shelf.make(shelf.ann, name)
    chosen = shelf.choose(shelf.ann, sorted(shelf.world.items)[:3], name="d")
    shown = shelf.make(shelf.ann, "e", display_id=2)
    page = shelf.playlists.browse(shelf.ann, 1, 2)
    assert ([each.name for each in page.items], page.pagination.total_count) == (["A", "b"], 5)
    assert [each.id for each in shelf.playlists.browse(shelf.ann, 1, 50, kind="items").items] == [chosen.id]
    assert [each.id for each in shelf.playlists.browse(shelf.ann, 1, 50, display_id=2).items] == [shown.id]
    assert shelf.playlists.browse(shelf.ann, 1, 50, kind="items").items[0].item_count == 3
    brief = shelf.playlists.browse(shelf.ann, 1, 50, brief=True)
    whole = shelf.playlists.browse(shelf.ann, 1, 50)
    assert [msgspec.structs.replace(each, blocks=[], item_count=0) for each in whole.items] == brief.items
    assert brief.pagination == whole.pagination
    assert any(each.blocks for each in whole.items) or any(each.item_count for each in whole.items)


def _a_tag_on_some(shelf: PlaylistShelf) -> int:
    return max(shelf.world.of_kind(EntityKind.TAG), key=lambda each: shelf.count(shelf.ann, kind="video", tag=each))


def test_a_rule_made_a_moment_ago_counts_at_once(shelf: PlaylistShelf) -> None:
    tag = _a_tag_on_some(shelf)
    made = shelf.make(shelf.bob, "W", BlockSaid(filter=f"tag={tag}"))
    assert made.blocks[0].available
    rules = Restrictions(rules=(Rule(EntityKind.TAG, "exclude", (tag,)),))
    worlds.keep(shelf.database, shelf.world, shelf.bob.user_id or 0, rules)
    assert shelf.playlists.one(shelf.bob, made.id).blocks[0].available == 0
    assert shelf.preview(shelf.bob, filter=f"tag={tag}").items == []
