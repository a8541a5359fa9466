"""What goes out comes back: as a document and as a table, with any name, in any spreadsheet."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longshelf.catalog import playlist_csv
from longshelf.catalog.playlist_files import PlaylistFiles
from longshelf.catalog.playlist_shapes import (
    BlockSaid,
    ExportedBlock,
    ExportedItem,
    ExportedPlaylist,
    ImportPlaylist,
    ViewSaid,
)
from longshelf.errors import Invalid
from longshelf.model.viewer import Viewer
from longshelf.store.database import run
from tests.catalog.playlist_shelf import WAYS, PlaylistShelf, playlist_shelf
from tests.visibility import worlds

# Whatever a person may type, and what spreadsheets trip over.
NASTY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30) | st.sampled_from(
    [
        "=1+1",
        "'",
        "''=x",
        '"',
        '""',
        ",",
        ";",
        "\t=x",
        "\r",
        "\n",
        "\r\n",
        "a\nb",
        " ",
        "-1",
        "+",
        "@SUM(A1)",
        "＝1",
        "'x",
        "\ufeff",
        "é",
        "🎬",
    ]
)
BLOCKS = st.builds(
    ExportedBlock,
    title=NASTY, q=NASTY, filter=NASTY,
    view=st.none() | st.builds(ViewSaid, name=NASTY, query=NASTY.filter(bool)),
    count=st.integers(1, 10_000), order=st.sampled_from(["newest", "random"]), format=st.sampled_from(["mixed", "wide", "tall"]),
    dwell=st.none() | st.floats(1, 86_400),
)  # fmt: skip
ITEMS = st.builds(ExportedItem, library=NASTY, external_id=NASTY, kind=NASTY, title=NASTY)
PLAYLISTS = st.builds(
    ExportedPlaylist,
    source=st.text("0123456789abcdef", max_size=16), name=NASTY.filter(bool), kind=st.sampled_from(["blocks", "items"]),
    shared=st.booleans(), blocks=st.lists(BLOCKS, max_size=4), items=st.lists(ITEMS, max_size=4),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(playlist=PLAYLISTS)
def test_a_table_says_what_the_document_says(playlist: ExportedPlaylist) -> None:
    text = playlist_csv.write(playlist)
    assert playlist_csv.read(text) == playlist
    assert playlist_csv.read("\ufeff" + text) == playlist
    again = msgspec.json.decode(msgspec.json.encode(playlist), type=ExportedPlaylist)
    assert again == playlist


@settings(max_examples=80, deadline=None)
@given(playlist=PLAYLISTS)
def test_no_cell_is_a_formula(playlist: ExportedPlaylist) -> None:
    for row in csv.reader(io.StringIO(playlist_csv.write(playlist), newline="")):
        assert not [each for each in row if each.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))]


@settings(max_examples=60, deadline=None)
@given(playlist=PLAYLISTS)
def test_a_table_that_a_spreadsheet_saved_with_semicolons_is_read(playlist: ExportedPlaylist) -> None:
    rows = csv.reader(io.StringIO(playlist_csv.write(playlist), newline=""))
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    assert playlist_csv.read(text.getvalue()) == playlist


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "first line"),
        ("row,name\nplaylist,x\n", "columns"),
        ("{head}\nblock,,,,,,t\n", "playlist"),
        ("{head}\nplaylist,x\nfilm,x\n", "line 3"),
        ("{head}\nplaylist,x\nplaylist,y\n", "line 3"),
        ("{head}\nplaylist,x,blocks,perhaps\n", "yes or no"),
        ("{head}\nplaylist,x\nblock,,,,,,t,,,,,many\n", "line 3: count"),
        ("{head}\nplaylist,x\nblock,,,,,,t,,,,,0\n", "csv"),
        ("{head}\nplaylist,x\nblock,,,,,,t,,,,,3,oldest\n", "csv"),
        ("{head}\nplaylist,,\n", "csv"),
        ("{head}\nplaylist,x,,,2\n", "csv"),
        ('{head}\nplaylist,"x\n', "line"),
        ("{head}\nplaylist,x" + "," * 40 + "y\n", "line 2"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(text: str, reason: str) -> None:
    with pytest.raises(Invalid) as found:
        playlist_csv.read(text.replace("{head}", ",".join(playlist_csv.COLUMNS)))
    assert found.value.field == "csv"
    assert reason in str(found.value)


def test_empty_cells_at_the_end_and_empty_lines_are_nothing() -> None:
    head = ",".join(playlist_csv.COLUMNS)
    assert playlist_csv.read(f"{head},,,\n\nplaylist,x,,,,,,,,,,,,,,,,,,,,\n\n") == ExportedPlaylist(name="x")


# --- in a store


@pytest.fixture(params=WAYS)
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PlaylistShelf]:
    with playlist_shelf(request, tmp_path, way=request.param) as found:
        yield found


def _both_ways(shelf: PlaylistShelf, viewer: Viewer, found: ExportedPlaylist, **about: Any) -> list[int]:
    """Imported from either form; the ids of what was made."""
    table = playlist_csv.write(found)
    made = [
        shelf.files.bring(viewer, ImportPlaylist(playlist=found, **about)),
        shelf.files.bring(viewer, ImportPlaylist(csv=table, **about)),
    ]
    assert all(each.skipped == 0 and each.missing == [] for each in made)
    return [each.playlist.id for each in made]


def test_blocks_come_back_as_they_went(shelf: PlaylistShelf) -> None:
    view = shelf.views.save(shelf.ann.user_id or 0, "My =view'", "kind=video&sort=title")
    said = [
        BlockSaid(title='=HYPERLINK("x"),\n\'', q='"quoted" -word', filter={"type": "kind", "kinds": ["video"]}, count=3, dwell=4.25),
        BlockSaid(view_id=view.id, q="zqi*", order="random", format="tall"),
        BlockSaid(filter="kind=image&year=2020"),
        BlockSaid(),
    ]
    made = shelf.make(shelf.ann, "Näme, =1+1", *said, shared=True)
    found = shelf.files.export(shelf.ann, made.id)
    for playlist_id in _both_ways(shelf, shelf.ann, found):
        assert shelf.files.export(shelf.ann, playlist_id) == found
        again = shelf.playlists.one(shelf.ann, playlist_id)
        assert [msgspec.structs.replace(each, id=0) for each in again.blocks] == [
            msgspec.structs.replace(each, id=0) for each in made.blocks
        ]
        assert (again.name, again.shared, again.display_id) == (made.name, True, None)
    assert shelf.files.bring(shelf.ann, ImportPlaylist(playlist=found, name="Other")).playlist.name == "Other"


def test_a_view_that_the_importer_does_not_have_is_kept_as_what_it_said(shelf: PlaylistShelf) -> None:
    view = shelf.views.save(shelf.ann.user_id or 0, "Videos", "kind=video")
    said = [BlockSaid(view_id=view.id), BlockSaid(view_id=view.id, filter="kind=video&kind=image", q="zqi0*")]
    made = shelf.make(shelf.ann, "W", *said)
    found = shelf.files.export(shelf.ann, made.id)
    shelf.views.save(shelf.bob.user_id or 0, "Videos", "kind=book")  # of the same name, and another
    for playlist_id in _both_ways(shelf, shelf.bob, found):
        brought = shelf.playlists.one(shelf.bob, playlist_id)
        assert [each.view_id for each in brought.blocks] == [None, None]
        assert [each.available for each in brought.blocks] == [each.available for each in made.blocks]
    assert made.blocks[0].available


def test_chosen_items_come_back_in_order_the_doubled_and_the_removed_ones_too(shelf: PlaylistShelf) -> None:
    every = sorted(shelf.world.items)
    items = [every[3], every[1], every[3], every[7]]
    made = shelf.choose(shelf.ann, items)
    shelf.gone([every[1]])
    found = shelf.files.export(shelf.ann, made.id)
    assert len(found.items) == 4
    for playlist_id in _both_ways(shelf, shelf.ann, found):
        assert shelf.items(shelf.ann, playlist_id) == [every[3], None, every[3], every[7]]
        assert shelf.files.export(shelf.ann, playlist_id) == found


def test_what_is_hidden_or_not_there_is_missing_and_neither_says_which(shelf: PlaylistShelf) -> None:
    every = sorted(shelf.world.items)[:4]
    made = shelf.choose(shelf.ann, every, shared=True)
    found = shelf.files.export(shelf.ann, made.id)
    worlds.hide(shelf.database, shelf.world, shelf.bob.user_id or 0, [every[1]], [])
    shelf.refresh()
    assert [each.title for each in shelf.files.export(shelf.bob, made.id).items] == [
        shelf.world.items[each].title for each in (every[0], *every[2:])
    ]
    missing = ExportedItem(library="Zql0x", external_id="no-such", kind="video", title="?")
    brought = shelf.files.bring(shelf.bob, ImportPlaylist(playlist=msgspec.structs.replace(found, items=[*found.items, missing])))
    assert (brought.skipped, brought.missing) == (2, [found.items[1], missing])
    assert shelf.items(shelf.bob, brought.playlist.id) == [every[0], *every[2:]]


def test_numbers_that_another_installation_gave_mean_nothing_here_unless_the_thing_is_the_same(shelf: PlaylistShelf) -> None:
    every = sorted(shelf.world.items)[:3]
    with shelf.database.write_quietly() as connection:
        for each in every:
            run(connection, "UPDATE item SET external_id = ? WHERE id = ?", str(each), each)
    made = shelf.choose(shelf.ann, every)
    found = shelf.files.export(shelf.ann, made.id)
    other = PlaylistFiles(shelf.database, shelf.engine, shelf.entries, shelf.playlists, b"another" * 3)
    assert other.bring(shelf.ann, ImportPlaylist(playlist=found)).skipped == 0
    retitled = msgspec.structs.replace(found, items=[msgspec.structs.replace(each, title="Else") for each in found.items])
    assert other.bring(shelf.ann, ImportPlaylist(playlist=retitled)).skipped == 3
    assert shelf.files.bring(shelf.ann, ImportPlaylist(playlist=retitled)).skipped == 0  # its own numbers it knows


def test_a_file_that_makes_no_sense_makes_nothing(shelf: PlaylistShelf) -> None:
    block, item = ExportedBlock(filter="{nonsense"), ExportedItem(library="x", external_id="y")
    wrong = [
        ImportPlaylist(),
        ImportPlaylist(playlist=ExportedPlaylist(name="x"), csv="row"),
        ImportPlaylist(playlist=ExportedPlaylist(name="x", blocks=[ExportedBlock(), block])),
        ImportPlaylist(playlist=ExportedPlaylist(name="x", kind="blocks", items=[item])),
        ImportPlaylist(playlist=ExportedPlaylist(name="x", kind="items", blocks=[ExportedBlock()])),
        ImportPlaylist(playlist=ExportedPlaylist(name="  ")),
        ImportPlaylist(csv="nothing"),
    ]
    for each in wrong:
        with pytest.raises(Invalid):
            shelf.files.bring(shelf.ann, each)
    assert shelf.playlists.browse(shelf.ann, 1, 50).items == []
