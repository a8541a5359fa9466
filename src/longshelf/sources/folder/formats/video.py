"""Videos: size as shown, length, codecs, languages, chapters, and what the tags say. No frame is decoded.

MP4 and MOV are read by our own bounded reader, Matroska, AVI and the rest by FFmpeg's demuxers, each pinned to the container its first
bytes show: a playlist that calls itself .avi must never make the server fetch what it names. The rule: what FFmpeg may probe is bounded
in bytes and time, and it stays quiet."""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from longshelf.errors import Unreadable
from longshelf.model.kinds import ItemKind
from longshelf.model.records import Chapter, Cover, Facts
from longshelf.sources.folder.fields import clean
from longshelf.sources.folder.formats import audio, film_says, mp4
from longshelf.sources.folder.formats.audio_tags import Tags, from_mp4
from longshelf.sources.folder.formats.marks import MAX_CHAPTERS
from longshelf.sources.folder.languages import language
from longshelf.sources.folder.reading import Reading

MAX_DURATION = 1_000 * 3_600.0  # seconds; a longer claim is damage
MAX_SIDE = 100_000  # pixels
OPTIONS = {
    "probesize": "2000000",  # bytes looked at to find streams
    "analyzeduration": "1000000",  # µs of media looked at
    "max_streams": "100",
    "protocol_whitelist": "file",
    "fflags": "+fastseek",
}
TIMEOUTS = (5.0, 2.0)  # seconds to open, and to read one packet
_FROM_1904 = 2_082_844_800  # seconds from MP4's epoch to 1970
_CAMERA_TAGS = ("\xa9mak", "\xa9mod", "\xa9xyz", "com.apple.quicktime.make", "com.apple.quicktime.model", "com.android.version")
_COVER_CODECS = frozenset(("mjpeg", "png", "bmp", "gif", "webp"))


class Film(NamedTuple):
    """What a container reader found. `rotation` in degrees clockwise is not yet applied to width and height."""

    mime: str
    duration: float | None
    width: int = 0
    height: int = 0
    rotation: int = 0
    fps: float = 0.0
    video: str = ""
    audio: tuple[str, ...] = ()
    audio_languages: tuple[str, ...] = ()
    subtitles: tuple[dict[str, object], ...] = ()
    bit_rate: int = 0
    tags: Tags = {}  # noqa: RUF012 - a NamedTuple's default is never written to
    chapters: tuple[Chapter, ...] = ()
    cover: bool = False
    taken: str = ""
    warnings: tuple[str, ...] = ()


def parse(path: Path) -> Reading:
    """Kind VIDEO, or what `audio.parse` says of a file that holds sound alone."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        start = file.read(2_048)
        if not start:
            raise Unreadable("the file is empty")
        film = _mp4(file, size) if _is_mp4(start) else _demuxed(file, _container(start, file))
    if not film.video:
        return audio.parse(path)
    cover = Cover("picture") if film.cover else Cover("frame")
    said = film_says.layer(film.tags, film.chapters, cover, film.taken)
    return Reading(ItemKind.VIDEO, _facts(film, size), (said,), film.warnings)


def _facts(film: Film, size: int) -> Facts:
    width, height = (film.height, film.width) if film.rotation in (90, 270) else (film.width, film.height)
    possible = 0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE
    duration = film.duration if film.duration is not None and 0 < film.duration <= MAX_DURATION else None
    extra: dict[str, object] = {
        "codec": film.video,
        "audio_codecs": list(film.audio),
        "audio_languages": list(film.audio_languages),
        "subtitles": list(film.subtitles),
        "fps": round(film.fps, 3) if 0 < film.fps <= 1_000 else 0,
        "rotation": film.rotation,
        "bit_rate": film.bit_rate or (int(size * 8 / duration) if duration else 0),
    }
    return Facts(
        mime=film.mime,
        duration=None if duration is None else round(duration, 3),
        width=width if possible else None,
        height=height if possible else None,
        extra={name: value for name, value in extra.items() if value},
    )


# --- MP4 and MOV ---


def _is_mp4(start: bytes) -> bool:
    return start[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")


def _mp4(file: BinaryIO, size: int) -> Film:
    movie = mp4.read(file, size)
    moving = [track for track in movie.of("vide") if track.codec not in _COVER_CODECS]
    track = moving[0] if moving else mp4.Track()
    sounding = movie.of("soun")
    chapter_tracks = {number for each in movie.tracks for number in each.chapter_tracks}
    written = [each for each in movie.tracks if each.handler in ("sbtl", "subt", "text", "clcp") and each.id not in chapter_tracks]
    locked = any(each.entry in mp4.ENCRYPTED for each in (*moving, *sounding))
    return Film(
        mime="video/quicktime" if movie.brand == "qt" else "video/mp4",
        duration=movie.duration or track.duration,
        width=track.width,
        height=track.height,
        rotation=track.rotation,
        fps=track.samples / track.duration if track.duration and track.samples > 1 else 0.0,
        video=track.codec,
        audio=_distinct(each.codec for each in sounding),
        audio_languages=_distinct(language(each.language) for each in sounding),
        subtitles=tuple(_subtitle(each.codec, each.language, "") for each in written),
        tags=from_mp4(movie.tags),
        chapters=movie.chapters,
        cover=movie.cover,
        taken=_taken(movie),
        warnings=(
            *(("is cut off: its boxes claim more than the file holds",) if movie.cut_short else ()),
            *(("is copy-protected: only its shop's player can play it",) if locked else ()),
        ),
    )


def _taken(movie: mp4.Movie) -> str:
    """When a camera recorded it, UTC. What no camera signed was made by a program, whose clock says nothing of the film."""
    if movie.tags.keys().isdisjoint(_CAMERA_TAGS) or not _FROM_1904 < movie.created < _FROM_1904 + 2**32:
        return ""
    return datetime.fromtimestamp(movie.created - _FROM_1904, UTC).isoformat().replace("+00:00", "Z")


def _subtitle(codec: str, spoken: str, title: str) -> dict[str, object]:
    found = {"codec": codec, "language": language(spoken), "title": clean(title)}
    return {name: value for name, value in found.items() if value}


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


# --- the rest, by FFmpeg ---


class _Container(NamedTuple):
    """FFmpeg's name of a demuxer, and the media type to serve the file with."""

    demuxer: str
    mime: str


def _container(start: bytes, file: BinaryIO) -> _Container:
    for begins, found in _MAGIC:
        if begins(start):
            if found.demuxer == "matroska" and b"webm" in start[:64]:
                return _Container("matroska", "video/webm")
            return found
    if not start.strip(b"\0") and not file.read(2**16).strip(b"\0"):
        raise Unreadable("holds only zeros: an unfinished download or a damaged disk")
    raise Unreadable("is not a video of a known kind, whatever its name says")


def _is_transport(start: bytes) -> bool:
    """Packets of 188 bytes, or of 192 with a time stamp in front, each beginning with 0x47."""
    return any(
        len(start) > at + 3 * step and all(start[at + step * packet] == 0x47 for packet in range(4)) for at, step in ((0, 188), (4, 192))
    )


_MAGIC: tuple[tuple[Callable[[bytes], bool], _Container], ...] = (
    (lambda start: start[:4] == b"\x1a\x45\xdf\xa3", _Container("matroska", "video/x-matroska")),
    (lambda start: start[:4] == b"RIFF" and start[8:12] in (b"AVI ", b"AVIX"), _Container("avi", "video/x-msvideo")),
    (lambda start: start[:4] == b"OggS", _Container("ogg", "video/ogg")),
    (lambda start: start[:3] == b"FLV", _Container("flv", "video/x-flv")),
    (lambda start: start[:4] == b"\x30\x26\xb2\x75", _Container("asf", "video/x-ms-wmv")),
    (lambda start: start[:4] == b"\0\0\1\xba", _Container("mpeg", "video/mpeg")),
    (_is_transport, _Container("mpegts", "video/mp2t")),
)


def _demuxed(file: BinaryIO, container: _Container) -> Film:
    """FFmpeg gets the open file, never its name: a name may look like a protocol, or not be text at all."""
    import av

    av.logging.set_level(None)
    file.seek(0)
    try:
        with av.open(
            file, format=container.demuxer, options=OPTIONS, timeout=TIMEOUTS, metadata_encoding="utf-8", metadata_errors="replace"
        ) as opened:
            return _film(opened, container)
    except (av.FFmpegError, ValueError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Unreadable(f"not readable as video: {clean(str(reason))[:200]}") from None


def _film(opened: Any, container: _Container) -> Film:
    streams = list(opened.streams)
    moving = [stream for stream in streams if stream.type == "video" and not _is_picture(stream)]
    pictures = [stream for stream in streams if stream.type == "attachment" or (stream.type == "video" and _is_picture(stream))]
    sounding = [stream for stream in streams if stream.type == "audio"]
    written = [stream for stream in streams if stream.type == "subtitle"]
    first = moving[0] if moving else None
    picture = first.codec_context if first else None
    duration = opened.duration / 1_000_000 if opened.duration is not None else None
    chapters = list(opened.chapters())[:MAX_CHAPTERS]
    return Film(
        mime=container.mime,
        duration=duration,
        width=picture.width if picture else 0,
        height=picture.height if picture else 0,
        fps=float(first.average_rate or first.guessed_rate or 0) if first else 0.0,
        video=_codec(first) or "unknown" if first else "",
        audio=_distinct(map(_codec, sounding)),
        audio_languages=_distinct(language(stream.language or "") for stream in sounding),
        subtitles=tuple(_subtitle(_codec(stream), stream.language or "", stream.metadata.get("title", "")) for stream in written),
        bit_rate=opened.bit_rate or 0,
        tags=film_says.from_metadata(opened.metadata),
        chapters=tuple(_chapter(chapter, index) for index, chapter in enumerate(chapters)),
        cover=any(_is_cover(stream) for stream in pictures),
    )


def _codec(stream: Any) -> str:
    """ "" where FFmpeg has no decoder of that name built in."""
    context = stream.codec_context
    return str(context.name) if context is not None else ""


def _is_picture(stream: Any) -> bool:
    return bool(stream.disposition & stream.disposition.attached_pic) and _codec(stream) in _COVER_CODECS


def _is_cover(stream: Any) -> bool:
    """A picture stream, or a Matroska attachment that is a picture and not a font."""
    return stream.type == "video" or str(stream.metadata.get("mimetype", "")).startswith("image/")


def _chapter(chapter: Any, index: int) -> Chapter:
    scale = float(chapter["time_base"] or 0)
    title = clean(chapter["metadata"].get("title")) or f"Chapter {index + 1}"
    return Chapter(title, start=round(chapter["start"] * scale, 3), end=round(chapter["end"] * scale, 3))
