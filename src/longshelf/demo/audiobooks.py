"""Writes audiobooks: one M4B with chapters and cover, or a folder of MP3 files, tagged with what a `Layer` says."""

# mypy: disallow-untyped-calls=False
# mutagen carries no types.

from fractions import Fraction
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from mutagen import id3
from mutagen.mp4 import MP4, AtomDataType, MP4Cover, MP4FreeForm

from longshelf.demo.says import credits_of, first_name, names_of, number_text
from longshelf.demo.sound import write_audio
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Layer

if TYPE_CHECKING:
    from av.container.core import Chapter as AvChapter

ITUNES = "----:com.apple.iTunes:"
AUDIOBOOK_STIK = 2  # iTunes' number for "audiobook"


def write_m4b(path: Path, says: Layer, rng: Random, *, seconds: float, cover: bytes = b"") -> None:
    """AAC; `says.chapters` with start and end become both kinds of MP4 chapters. `cover` is JPEG."""
    write_audio(path, rng, seconds, codec="aac", container="ipod", chapters=_chapters(says))
    tags = MP4(path)
    if tags.tags is None:
        tags.add_tags()
    for atom, value in _atoms(says):
        tags[atom] = value
    if cover:
        tags["covr"] = [MP4Cover(cover, MP4Cover.FORMAT_JPEG)]
    tags.save()


def write_mp3s(folder: Path, says: Layer, rng: Random, *, seconds: float, cover: bytes = b"") -> list[Path]:
    """One file a chapter, `seconds` each, numbered and tagged; only the first carries the picture."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for index, chapter in enumerate(says.chapters):
        path = folder / f"{index + 1:02d} - {chapter.title}.mp3"
        write_audio(path, rng, seconds, codec="libmp3lame", container="mp3")
        tags = id3.ID3()
        for frame in _frames(says, chapter.title, f"{index + 1}/{len(says.chapters)}"):
            tags.add(frame)
        if cover and index == 0:
            tags.add(id3.APIC(encoding=3, mime="image/jpeg", type=id3.PictureType.COVER_FRONT, desc="", data=cover))
        tags.save(path)
        written.append(path)
    return written


def _chapters(says: Layer) -> "list[AvChapter]":
    return [
        {
            "id": index,
            "start": round((chapter.start or 0) * 1000),
            "end": round((chapter.end or 0) * 1000),
            "time_base": Fraction(1, 1000),
            "metadata": {"title": chapter.title},
        }
        for index, chapter in enumerate(says.chapters)
    ]


def _atoms(says: Layer) -> list[tuple[str, object]]:
    series = next(iter(credits_of(says, EntityKind.SERIES)), None)
    narrators = ", ".join(names_of(says, EntityKind.PERSON, Role.NARRATOR))
    authors = ", ".join(names_of(says, EntityKind.PERSON, Role.AUTHOR))
    texts = [
        ("\xa9nam", says.title),
        ("\xa9alb", says.title),
        ("\xa9ART", authors),
        ("aART", authors),
        ("\xa9nrt", narrators),
        ("\xa9wrt", narrators),
        ("\xa9gen", ", ".join(names_of(says, EntityKind.GENRE))),
        ("\xa9day", says.date),
        ("\xa9pub", first_name(says, EntityKind.PUBLISHER)),
        ("desc", says.description),
    ]
    free = [
        ("SUBTITLE", says.subtitle),
        ("SERIES", series.name if series else ""),
        ("SERIES-PART", number_text(series.position) if series else ""),
        ("ASIN", says.identifiers.get("asin", "")),
        ("LANGUAGE", says.language),
    ]
    atoms: list[tuple[str, object]] = [(atom, [text]) for atom, text in texts if text]
    atoms += [(ITUNES + name, [MP4FreeForm(text.encode(), AtomDataType.UTF8)]) for name, text in free if text]
    return [*atoms, ("stik", [AUDIOBOOK_STIK])]


def _frames(says: Layer, title: str, track: str) -> list[id3.Frame]:
    series = next(iter(credits_of(says, EntityKind.SERIES)), None)
    texts = [
        (id3.TIT2, title),
        (id3.TALB, says.title),
        (id3.TPE1, ", ".join(names_of(says, EntityKind.PERSON, Role.AUTHOR))),
        (id3.TCOM, ", ".join(names_of(says, EntityKind.PERSON, Role.NARRATOR))),
        (id3.TCON, ", ".join(names_of(says, EntityKind.GENRE))),
        (id3.TPUB, first_name(says, EntityKind.PUBLISHER)),
        (id3.TDRC, says.date),
        (id3.TIT3, says.subtitle),
        (id3.TRCK, track),
    ]
    frames: list[id3.Frame] = [frame(encoding=3, text=[text]) for frame, text in texts if text]
    if says.description:
        frames.append(id3.COMM(encoding=3, lang="eng", desc="", text=[says.description]))
    if series:
        frames.append(id3.TXXX(encoding=3, desc="SERIES", text=[series.name]))
        frames.append(id3.TXXX(encoding=3, desc="SERIES-PART", text=[number_text(series.position)]))
    return frames
