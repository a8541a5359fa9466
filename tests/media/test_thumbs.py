"""Thumbnails: made once, kept, shared, forgotten in the right order."""

import asyncio
import io
import os
import pickle
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal, ParamSpec, TypeVar

import msgspec
import pytest
from PIL import Image

from longshelf.demo import photos
from longshelf.demo.names import stream
from longshelf.demo.nasty import write_nasty
from longshelf.errors import NotFound, Unreadable
from longshelf.media import thumbs
from longshelf.media.locate import Located
from longshelf.media.thumbnailing import WIDTHS, Made, cache_path, keep, make, width_for
from longshelf.media.thumbs import Thumbnails, trim
from longshelf.media.workers import Workers
from longshelf.model.records import Cover
from tests.media.items import located

Answer = TypeVar("Answer")
Given = ParamSpec("Given")
NOW = 2_000_000_000.0


class Counting(Workers):
    """Real workers that count what they were asked to do."""

    calls = 0

    async def run(self, function: Callable[Given, Answer], *args: Given.args, **kwargs: Given.kwargs) -> Answer:
        self.calls += 1
        return await super().run(function, *args, **kwargs)


class Scene:
    """A cache over a folder with one photo, and a clock that stands still."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "cache"
        self.now = NOW
        self.workers = Counting(1)
        self.cache = Thumbnails(self.folder, self.workers, clock=lambda: self.now)
        self.place = located(folder, "photo.jpg", cover=Cover("self"))

    def files(self) -> list[Path]:
        return sorted(self.folder.rglob("*.webp"))


def play(folder: Path, action: Callable[[Scene], Awaitable[Answer]]) -> Answer:
    async def whole() -> Answer:
        scene = Scene(folder)
        try:
            return await action(scene)
        finally:
            scene.workers.close()

    photos.photo(stream(1, "thumbs"), (900, 600)).save(folder / "photo.jpg")
    return asyncio.run(whole())


def another(place: Located, **changes: object) -> Located:
    return msgspec.structs.replace(place, **changes)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_thumbnail_is_a_webp_of_its_width_with_a_colour(tmp_path: Path, width: int) -> None:
    photos.photo(stream(1, "thumbs"), (900, 600)).save(tmp_path / "photo.jpg")
    made = make(located(tmp_path, "photo.jpg", cover=Cover("self")), width)
    with Image.open(io.BytesIO(made.data)) as image:
        assert (image.format, image.size) == ("WEBP", (width, round(width * 2 / 3)))
    assert len(made.color) == 7
    assert len(made.data) < 60_000


def test_the_next_width_up_is_taken() -> None:
    assert [width_for(wanted) for wanted in (1, 192, 193, 384, 500, 768, 9_999)] == [192, 192, 384, 384, 768, 768, 768]


def test_many_who_ask_at_once_share_one_making_and_later_ones_read_the_file(tmp_path: Path) -> None:
    async def action(scene: Scene) -> None:
        together = await asyncio.gather(*(scene.cache.thumbnail(scene.place, 384) for _ in range(20)))
        assert scene.workers.calls == 1
        assert len({thumbnail.data for thumbnail in together}) == 1
        assert together[0].color
        later = await scene.cache.thumbnail(scene.place, 384)
        assert later.data == together[0].data
        assert later.color == ""
        assert scene.workers.calls == 1

    play(tmp_path, action)


def test_another_process_finds_what_this_one_made(tmp_path: Path) -> None:
    async def action(scene: Scene) -> None:
        await scene.cache.thumbnail(scene.place, 192)
        other = Thumbnails(scene.folder, scene.workers)
        await other.thumbnail(scene.place, 192)
        assert scene.workers.calls == 1

    play(tmp_path, action)


def test_a_new_version_is_made_anew(tmp_path: Path) -> None:
    async def action(scene: Scene) -> None:
        old = await scene.cache.thumbnail(scene.place, 192)
        photos.photo(stream(2, "thumbs"), (900, 600)).save(tmp_path / "photo.jpg")
        assert (await scene.cache.thumbnail(scene.place, 192)).data == old.data
        assert (await scene.cache.thumbnail(another(scene.place, version="v2"), 192)).data != old.data

    play(tmp_path, action)


def test_a_failure_is_remembered_for_a_minute_and_then_tried_again(tmp_path: Path) -> None:
    async def action(scene: Scene) -> None:
        good = (tmp_path / "photo.jpg").read_bytes()
        (tmp_path / "photo.jpg").write_bytes(b"broken")
        for _ in range(3):
            with pytest.raises(Unreadable, match="not a picture"):
                await scene.cache.thumbnail(scene.place, 192)
        assert scene.workers.calls == 1
        (tmp_path / "photo.jpg").write_bytes(good)
        scene.now += thumbs.FAILURE_SECONDS + 1
        assert (await scene.cache.thumbnail(scene.place, 192)).data

    play(tmp_path, action)


def test_an_item_without_a_picture_costs_nothing(tmp_path: Path) -> None:
    async def action(scene: Scene) -> None:
        with pytest.raises(NotFound):
            await scene.cache.thumbnail(another(scene.place, cover=None), 192)
        assert scene.workers.calls == 0

    play(tmp_path, action)


def test_one_who_leaves_does_not_take_the_thumbnail_from_the_others(tmp_path: Path) -> None:
    async def action(scene: Scene) -> None:
        leaving = asyncio.create_task(scene.cache.thumbnail(scene.place, 192))
        staying = asyncio.create_task(scene.cache.thumbnail(scene.place, 192))
        while not scene.workers.calls:
            await asyncio.sleep(0.005)
        leaving.cancel()
        assert (await staying).data

    play(tmp_path, action)


def test_when_all_have_left_nothing_is_made(tmp_path: Path) -> None:
    async def action(scene: Scene) -> None:
        blocking = asyncio.create_task(scene.workers.run(time.sleep, 0.5))
        asking = [asyncio.create_task(scene.cache.thumbnail(scene.place, 192)) for _ in range(3)]
        while scene.workers.calls < 2:
            await asyncio.sleep(0.005)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        await blocking
        assert scene.files() == []
        assert (await scene.cache.thumbnail(scene.place, 192)).data

    play(tmp_path, action)


def test_the_event_loop_goes_on_while_pictures_are_decoded(tmp_path: Path) -> None:
    async def action(scene: Scene) -> int:
        Image.linear_gradient("L").resize((5_000, 4_000)).convert("RGB").save(tmp_path / "photo.jpg", "PNG", compress_level=1)
        ticks = 0
        making = asyncio.create_task(scene.cache.thumbnail(scene.place, 768))
        while not making.done():
            await asyncio.sleep(0)
            ticks += 1
        await making
        return ticks

    assert play(tmp_path, action) > 100


def test_a_cache_that_cannot_be_written_still_serves(tmp_path: Path) -> None:
    async def action(scene: Scene) -> None:
        scene.folder.write_bytes(b"a file where the folder should be")
        assert (await scene.cache.thumbnail(scene.place, 192)).data

    play(tmp_path, action)


def test_an_unknown_width_is_a_mistake_of_ours(tmp_path: Path) -> None:
    async def action(scene: Scene) -> None:
        with pytest.raises(ValueError, match="width"):
            await scene.cache.thumbnail(scene.place, 200)

    play(tmp_path, action)


def test_no_version_or_id_leads_out_of_the_cache(tmp_path: Path) -> None:
    paths = {cache_path(tmp_path, item_id, version, 192) for item_id in (1, 2) for version in ("", "../../x", "a/b", "\ud800")}
    assert len(paths) == 8
    assert all(path.parent.parent.parent == tmp_path for path in paths)


def test_half_a_file_is_never_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = cache_path(tmp_path, 1, "v", 192)
    keep(path, b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(OSError, match="No space"):
        keep(path, b"new")
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert path.read_bytes() == b"old"


def test_the_files_unused_for_longest_go_first(tmp_path: Path) -> None:
    paths = [cache_path(tmp_path, number, "v", 192) for number in range(10)]
    for age, path in enumerate(paths):
        keep(path, b"x" * 100)
        os.utime(path, (NOW - age * 1_000, NOW - age * 1_000))
    assert trim(tmp_path, 1_000, NOW) == 1_000
    assert trim(tmp_path, 999, NOW) == 800
    assert [path.exists() for path in paths] == [True] * 8 + [False] * 2


def test_reading_a_thumbnail_keeps_it_young(tmp_path: Path) -> None:
    async def action(scene: Scene) -> float:
        await scene.cache.thumbnail(scene.place, 192)
        (path,) = scene.files()
        os.utime(path, (1, 1))
        await scene.cache.thumbnail(scene.place, 192)
        return path.stat().st_mtime

    assert play(tmp_path, action) == NOW


def test_what_a_dead_process_left_half_written_is_cleared(tmp_path: Path) -> None:
    folder = cache_path(tmp_path, 1, "v", 192).parent
    folder.mkdir(parents=True)
    for name, age in ((".making-old", 7_200), (".making-new", 10)):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (NOW - age, NOW - age))
    assert trim(tmp_path, 10, NOW) == 0
    assert [path.name for path in folder.iterdir()] == [".making-new"]


def test_a_full_cache_is_trimmed_while_it_serves(tmp_path: Path) -> None:
    async def action(scene: Scene) -> None:
        scene.cache.limit = 30_000
        for number in range(12):
            await scene.cache.thumbnail(another(scene.place, item_id=number), 384)
            while scene.cache.sweeping:
                await asyncio.sleep(0.005)
        assert 0 < sum(path.stat().st_size for path in scene.files()) <= 30_000

    play(tmp_path, action)


def test_a_made_thumbnail_travels_between_processes() -> None:
    assert pickle.loads(pickle.dumps(Made(b"x", "#000000"))) == Made(b"x", "#000000")


@pytest.mark.parametrize("via", ["self", "frame", "page", "picture", "member"])
def test_no_nasty_file_does_more_than_fail(tmp_path: Path, via: Literal["self", "frame", "page", "picture", "member"]) -> None:
    """Every nasty file, taken for every kind of medium: a thumbnail, or one of our errors, and never the secret outside."""
    expected = write_nasty(tmp_path / "nasty", "pictures", "wrong content", "names", "special files", "links")
    for name in expected:
        place = located(tmp_path / "nasty", name, cover=Cover(via, "page.png"))
        try:
            made = make(place, 192)
        except (NotFound, Unreadable):
            continue
        assert made.data.startswith(b"RIFF")
        assert name not in {"outside.png", "sparse.mp4", "webpage-png.png"}
