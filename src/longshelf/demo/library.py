"""A demonstration library on disk: books, comics, audiobooks, clips, pictures and papers, and a manifest of what they say.

The same seed and counts write the same bytes. A finished library carries a marker with its manifest and is not written twice."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from longshelf.demo import audiobooks, comic_art, comics, epubs, images, names, pdfs, photos, pictures, scenes, videos, words
from longshelf.demo.canvas import PALETTES
from longshelf.demo.names import World
from longshelf.demo.says import first_name, names_of, number_text
from longshelf.demo.shelf import Shelf
from longshelf.model.kinds import EntityKind, ItemKind
from longshelf.model.records import Facts, Layer

MARKER = ".longshelf-demo.json"
VERSION = 1  # of what is written; a marker of another version does not count
FOLDERS = {"books": "Books", "comics": "Comics", "audiobooks": "Audiobooks", "videos": "Videos", "images": "Pictures", "pdfs": "Papers"}
CHAPTER_SECONDS = 5.0
_UNSAFE = re.compile(r'[/\\:*?"<>|\x00-\x1f]')


class Written(msgspec.Struct, frozen=True):
    """One item: its files relative to the library, in order, what they say, and what can be measured. A video's words are in the NFO
    file beside it (`says.origin` is SIDECAR)."""

    kind: ItemKind
    paths: tuple[str, ...]
    says: Layer
    facts: Facts


class Manifest(msgspec.Struct, frozen=True):
    version: int
    seed: int
    counts: dict[str, int]
    items: tuple[Written, ...]


def write_library(
    target: Path, seed: int, *, books: int = 40, comics: int = 20, audiobooks: int = 10, videos: int = 12, images: int = 34, pdfs: int = 6
) -> Manifest:
    """Writes below `target` (made when missing), or finds that it was done before."""
    counts = {"books": books, "comics": comics, "audiobooks": audiobooks, "videos": videos, "images": images, "pdfs": pdfs}
    done = read_manifest(target)
    if done is not None and (done.version, done.seed, done.counts) == (VERSION, seed, counts):
        return done
    writer = _Writer(target, World(seed))
    items = tuple(writer.write(kind, number) for kind, count in counts.items() for number in range(count))
    manifest = Manifest(VERSION, seed, counts, items)
    (target / MARKER).write_bytes(msgspec.json.encode(manifest))
    return manifest


def read_manifest(target: Path) -> Manifest | None:
    """What an earlier run finished there; None when nothing was, or a marker cannot be understood."""
    try:
        return msgspec.json.decode((target / MARKER).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return None


class Place(NamedTuple):
    """A free name in the library: the absolute path and the one the manifest tells."""

    path: Path
    relative: str


class _Writer:
    def __init__(self, target: Path, world: World) -> None:
        self.target = target
        self.world = world
        self.shelf = Shelf(world)
        self._taken: set[str] = set()

    def write(self, kind: str, number: int) -> Written:
        makers: dict[str, Callable[[int], Written]] = {
            "books": self._book,
            "comics": self._comic,
            "audiobooks": self._audiobook,
            "videos": self._video,
            "images": self._image,
            "pdfs": self._pdf,
        }
        return makers[kind](number)

    def _book(self, number: int) -> Written:
        version = 2 if number % 4 == 3 else 3
        says, printed = self.shelf.book(number, version)
        rng = self.world.stream("book files", number)
        author = first_name(says, EntityKind.PERSON)
        cover = pictures.jpeg(pictures.book_cover(rng, printed, names.plain(author)))
        place = self._place("books", author, says.title, "epub")
        texts = [rng.choice(words.PARAGRAPHS) for _ in range(len(says.chapters) * 6)]
        epubs.write(place.path, says, cover=cover, version=version, texts=texts)
        return Written(ItemKind.BOOK, (place.relative,), says, Facts(mime="application/epub+zip"))

    def _comic(self, number: int) -> Written:
        says, masthead = self.shelf.comic(number)
        rng = self.world.stream("comic files", number)
        series = next(credit for credit in says.credits if credit.kind is EntityKind.SERIES)
        issue = number_text(series.position)
        cover = comic_art.comic_cover(rng, masthead, issue, names.plain(first_name(says, EntityKind.PUBLISHER)))
        palette = rng.choice(PALETTES)
        pages = [comic_art.comic_page(rng, palette, rng.sample(words.SPEECH, 6)) for _ in range(rng.randint(4, 7))]
        place = self._place("comics", series.name, f"{series.name} #{int(issue):03d} ({says.date[:4]})", "cbz")
        comics.write(place.path, says, [pictures.jpeg(page, 80) for page in (cover, *pages)])
        facts = Facts(mime="application/vnd.comicbook+zip", pages=len(pages) + 1)
        return Written(ItemKind.COMIC, (place.relative,), says, facts)

    def _audiobook(self, number: int) -> Written:
        tagged = "mp3" if number % 3 == 2 else "m4b"
        rng = self.world.stream("audiobook files", number)
        parts = rng.randint(2, 4)
        says, printed = self.shelf.audiobook(number, parts=parts, seconds=CHAPTER_SECONDS, tagged=tagged)
        author = first_name(says, EntityKind.PERSON)
        cover = pictures.jpeg(pictures.square_cover(rng, printed, names.plain(author)))
        duration = parts * CHAPTER_SECONDS
        folder = self._place("audiobooks", author, says.title, "").path
        folder.mkdir(exist_ok=True)
        if tagged == "m4b":
            path = folder / f"{folder.name}.m4b"
            audiobooks.write_m4b(path, says, rng, seconds=duration, cover=cover)
            return Written(ItemKind.AUDIOBOOK, (str(path.relative_to(self.target)),), says, Facts(mime="audio/mp4", duration=duration))
        files = audiobooks.write_mp3s(folder, says, rng, seconds=CHAPTER_SECONDS, cover=cover)
        paths = tuple(str(path.relative_to(self.target)) for path in files)
        return Written(ItemKind.AUDIOBOOK, paths, says, Facts(mime="audio/mpeg", duration=duration))

    def _video(self, number: int) -> Written:
        says, printed = self.shelf.video(number)
        rng = self.world.stream("video files", number)
        suffix, mime = (("mp4", "video/mp4"), ("mkv", "video/x-matroska"), ("webm", "video/webm"))[number % 3]
        size = rng.choice(((480, 270), (480, 270), (480, 270), (270, 480), (360, 360)))
        seconds = rng.choice((2.0, 3.0, 4.0))
        place = self._place("videos", first_name(says, EntityKind.STUDIO), says.title, suffix)
        embedded = msgspec.structs.replace(says, title=printed)
        videos.write(place.path, embedded, rng, seconds=seconds, size=size, dark_start=rng.random() < 0.5)
        place.path.with_suffix(".nfo").write_text(videos.nfo(says), encoding="utf-8")
        return Written(ItemKind.VIDEO, (place.relative,), says, Facts(mime=mime, duration=seconds, width=size[0], height=size[1]))

    def _image(self, number: int) -> Written:
        says = self.shelf.image(number)
        rng = self.world.stream("image files", number)
        suffix, mime = (("jpg", "image/jpeg"), ("jpg", "image/jpeg"), ("webp", "image/webp"), ("png", "image/png"))[number % 4]
        size = rng.choice(((1080, 720), (1080, 720), (720, 1080), (800, 800), (1200, 500)))
        place = self._place("images", says.date[:4], f"{_safe(says.title)} {number:03d}", suffix)
        if suffix == "png":
            image = rng.choice(scenes.ALL)(rng, rng.choice(PALETTES), *size)
            prompt = f"{rng.choice(words.PROMPT_SUBJECTS)}, {', '.join(rng.sample(words.PROMPT_STYLES, 3))}"
            images.write(place.path, says, image, prompt=images.parameters(prompt, rng.getrandbits(32), size))
        else:
            orientation = rng.choice((1, 1, 1, 6, 8, 3))
            images.write(place.path, says, photos.photo(rng, size), camera=rng.choice(words.CAMERAS), orientation=orientation)
        return Written(ItemKind.IMAGE, (place.relative,), says, Facts(mime=mime, width=size[0], height=size[1]))

    def _pdf(self, number: int) -> Written:
        says, printed = self.shelf.pdf(number)
        rng = self.world.stream("pdf files", number)
        author = names_of(says, EntityKind.PERSON)[0]
        texts = [" ".join(rng.choice(words.PARAGRAPHS) for _ in range(5)).replace("“", '"').replace("”", '"') for _ in range(3)]
        place = self._place("pdfs", author, says.title, "pdf")
        pdfs.write(place.path, says, pictures.book_cover(rng, printed, names.plain(author)), texts)
        return Written(ItemKind.BOOK, (place.relative,), says, Facts(mime="application/pdf", pages=len(texts) + 1))

    def _place(self, kind: str, folder: str, name: str, suffix: str) -> Place:
        """A path nothing else has; its folder exists afterwards."""
        base = f"{FOLDERS[kind]}/{_safe(folder)}/{_safe(name)}"
        ending = f".{suffix}" if suffix else ""
        relative, copy = base + ending, 1
        while relative.casefold() in self._taken:
            copy += 1
            relative = f"{base} ({copy}){ending}"
        self._taken.add(relative.casefold())
        path = self.target / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        return Place(path, relative)


def _safe(name: str) -> str:
    """A title as a file name on any system."""
    return _UNSAFE.sub("-", name).strip(" .") or "untitled"
