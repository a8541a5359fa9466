"""Audio files: what they are, how long, and what their tags say.

The container is told by its first bytes, never by the name. MP4, FLAC, Ogg and WAV are read by our own bounded readers; MPEG audio, AAC,
AIFF, WMA and the rarer ones by mutagen, its ID3 behind a gate (see id3.py). The rule: the outcome
is a Reading or Unreadable with a reason, and the sound itself is never read."""

# mypy: disallow-untyped-calls=False
# mutagen carries no types.

import io
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO, NamedTuple

import msgspec

from longshelf.errors import Unreadable
from longshelf.model.kinds import ItemKind
from longshelf.model.records import Chapter, Cover, Facts
from longshelf.sources.folder.fields import clean
from longshelf.sources.folder.formats import audio_says, id3, marks, mp4, riff, xiph
from longshelf.sources.folder.formats.audio_tags import Tags, from_comments, from_frames, from_mp4
from longshelf.sources.folder.reading import Reading

AUDIOBOOK_STIK = "2"  # iTunes' media kind
MAX_DURATION = 10_000 * 3_600.0  # seconds; a longer claim is damage
_MAX_CHAPTER_COMMENTS = 1_000


@dataclass(frozen=True)
class AudioReading(Reading):
    """A Reading that keeps what it was made of, so that `audiobook.group` can read it as the other kind."""

    tags: Tags = field(default_factory=dict)
    chapters: tuple[Chapter, ...] = ()
    cover: bool = False
    rating: int | None = None
    solo: bool = False  # a container made for whole audiobooks


class Sound(NamedTuple):
    """What a container reader found. `bit_rate` in bits a second, `bits` a sample; 0 for unknown."""

    mime: str
    codec: str
    duration: float | None
    channels: int = 0
    sample_rate: int = 0
    bit_rate: int = 0
    bits: int = 0
    tags: Tags = {}  # noqa: RUF012 - a NamedTuple's default is never written to
    chapters: tuple[Chapter, ...] = ()
    cover: bool = False
    rating: int | None = None
    video: str = ""
    width: int = 0
    height: int = 0
    encrypted: bool = False
    warnings: tuple[str, ...] = ()


def parse(path: Path) -> Reading:
    """Kind AUDIOBOOK for M4B and for what calls itself one, else TRACK; `audiobook.group` has the last word."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        sound = read(file, size, path.suffix.lower())
    if sound.duration is not None and not 0 <= sound.duration <= MAX_DURATION:
        sound = sound._replace(duration=None, warnings=(*sound.warnings, "claims an impossible length"))
    if sound.video == "theora":
        return _moving(sound)
    solo = path.suffix.lower() == ".m4b" or sound.tags.get("media_kind", ("",))[0].lower() in (AUDIOBOOK_STIK, "audiobook")
    kind = ItemKind.AUDIOBOOK if solo else ItemKind.TRACK
    return AudioReading(
        kind,
        _facts(sound),
        (audio_says.layer(sound.tags, kind, sound.chapters, cover=sound.cover, rating=sound.rating),),
        sound.warnings,
        tags=sound.tags,
        chapters=sound.chapters,
        cover=sound.cover,
        rating=sound.rating,
        solo=solo,
    )


def _moving(sound: Sound) -> Reading:
    """An Ogg file that turns out to be a film."""
    said = audio_says.layer(sound.tags, ItemKind.TRACK, sound.chapters)
    return Reading(ItemKind.VIDEO, _facts(sound), (msgspec.structs.replace(said, cover=Cover("frame")),), sound.warnings)


def read(file: BinaryIO, size: int, suffix: str) -> Sound:
    """Told by the first bytes; `suffix` decides only where they leave a doubt."""
    start = file.read(64)
    if not start:
        raise Unreadable("the file is empty")
    if not start.strip(b"\0") and not _at(file, 64, 2**16).strip(b"\0"):
        raise Unreadable("holds only zeros: an unfinished download or a damaged disk")
    for begins, reader in _MAGIC:
        if begins(start):
            return _guarded(reader, file, size)
    tagged = id3.prove(file, size)
    if tagged and _at(file, tagged, 4) == b"fLaC":
        return _flac(file, size, tagged)
    return _guarded(_MPEG_BY_SUFFIX.get(suffix, _mpeg), file, size)


def _at(file: BinaryIO, place: int, count: int) -> bytes:
    file.seek(place)
    return file.read(count)


def _guarded(reader: Callable[[BinaryIO, int], Sound], file: BinaryIO, size: int) -> Sound:
    """The boundary to mutagen, which raises whatever its reading meets in damaged files."""
    try:
        return reader(file, size)
    except (Unreadable, OSError, MemoryError):
        raise
    except Exception as error:
        reason = str(error) or type(error).__name__
        raise Unreadable(f"not readable as audio: {clean(reason)[:200]}") from None


# --- our own readers ---


def _mp4(file: BinaryIO, size: int) -> Sound:
    movie = mp4.read(file, size)
    sounding, moving = movie.of("soun"), [track for track in movie.of("vide") if track.codec not in ("mjpeg", "png ", "png")]
    if not sounding:
        raise Unreadable("has no audio track")
    track = sounding[0]
    encrypted = track.entry in mp4.ENCRYPTED
    warnings = [
        *(["is cut off: its boxes claim more than the file holds"] if movie.cut_short else []),
        *(["is copy-protected: only its shop's player can play it"] if encrypted else []),
    ]
    return Sound(
        mime="video/mp4" if moving else "audio/mp4",
        codec=track.codec,
        duration=movie.duration or track.duration,
        channels=track.channels,
        sample_rate=track.sample_rate,
        bit_rate=track.bit_rate or _average(size, movie.duration),
        tags=from_mp4(movie.tags),
        chapters=movie.chapters,
        cover=movie.cover,
        video=moving[0].codec if moving else "",
        encrypted=encrypted,
        warnings=tuple(warnings),
    )


def _flac(file: BinaryIO, size: int, start: int = 0) -> Sound:
    return _xiph("audio/flac", xiph.read_flac(file, size, start))


def _ogg(file: BinaryIO, size: int) -> Sound:
    stream = xiph.read_ogg(file, size)
    return _xiph("video/ogg" if stream.video else "audio/ogg", stream)


def _xiph(mime: str, stream: xiph.Stream) -> Sound:
    return Sound(
        mime=mime,
        codec=stream.codec,
        duration=stream.duration,
        channels=stream.channels,
        sample_rate=stream.sample_rate,
        bit_rate=stream.bit_rate,
        bits=stream.bits,
        tags=from_comments(stream.comments),
        chapters=comment_chapters(stream.comments, stream.duration),
        cover=stream.cover,
        video=stream.video,
        width=stream.width,
        height=stream.height,
        warnings=("holds video (Theora), though its name says audio",) if stream.video else (),
    )


def comment_chapters(comments: xiph.Comments, duration: float | None) -> tuple[Chapter, ...]:
    """CHAPTER001=00:01:02.500 with CHAPTER001NAME=…, as VorbisComment's chapter extension writes them."""
    found = []
    for number in range(_MAX_CHAPTER_COMMENTS):
        start = _clock(comments.get(f"chapter{number:03d}", [""])[0])
        if start is not None:
            found.append((start, comments.get(f"chapter{number:03d}name", [""])[0]))
    return marks.from_marks(found, duration) if found else ()


def _clock(text: str) -> float | None:
    parts = text.strip().split(":")
    try:
        return sum(float(part) * 60**power for power, part in enumerate(reversed(parts))) if len(parts) == 3 else None
    except ValueError:
        return None


# --- mutagen ---


def _mpeg(file: BinaryIO, size: int) -> Sound:
    """A damaged tag costs the tags, not the sound behind it."""
    from mutagen import MutagenError
    from mutagen.mp3 import MP3, HeaderNotFoundError, MPEGInfo

    warnings: tuple[str, ...] = ()
    try:
        opened = _opened(MP3, file, known_frames=id3.known_frames())
    except HeaderNotFoundError:
        raise Unreadable("is not an MP3 file, or damaged: there is no MPEG sound in it") from None
    except MutagenError:
        opened = SimpleNamespace(info=MPEGInfo(file, id3.prove(file, size)), tags=None)
        warnings = ("its ID3 tag is damaged and was left out",)
    if not opened.info.length and opened.info.sketchy:
        raise Unreadable("is not an MP3 file, or damaged: there is no MPEG sound in it")
    return _tagged("audio/mpeg", f"mp{opened.info.layer}", opened, size)._replace(warnings=warnings)


def _aac(file: BinaryIO, size: int) -> Sound:
    from mutagen.aac import AAC
    from mutagen.id3 import ID3, ID3NoHeaderError

    opened = _opened(AAC, file)
    try:
        opened.tags = _opened(ID3, file, known_frames=id3.known_frames())
    except ID3NoHeaderError:
        opened.tags = None
    return _tagged("audio/aac", "aac", opened, size)


def _wave(file: BinaryIO, size: int) -> Sound:
    wave = riff.read(file, size)
    tags = _chunk_tags(wave.id3)
    framed = from_frames(id3.texts(tags)) if tags is not None else {}
    return Sound(
        mime="audio/wav",
        codec=wave.codec,
        duration=wave.duration,
        channels=wave.channels,
        sample_rate=wave.sample_rate,
        bit_rate=wave.bit_rate,
        bits=wave.bits,
        tags={**from_comments(wave.info), **framed},
        chapters=id3.chapters(tags, wave.duration) if tags is not None else (),
        cover=tags is not None and id3.has_picture(tags),
    )


def _chunk_tags(chunk: bytes) -> Any:
    """The ID3 tag in a WAV file's chunk, None without one."""
    from mutagen.id3 import ID3, ID3NoHeaderError

    try:
        return ID3(io.BytesIO(chunk), known_frames=id3.known_frames()) if chunk else None
    except ID3NoHeaderError:
        return None


def _aiff(file: BinaryIO, size: int) -> Sound:
    from mutagen.aiff import AIFF

    riff.prove(file, size, "big")
    return _tagged("audio/aiff", "pcm", _opened(AIFF, file, known_frames=id3.known_frames()), size)


def _asf(file: BinaryIO, size: int) -> Sound:
    from mutagen.asf import ASF

    return _tagged("audio/x-ms-wma", "wma", _opened(ASF, file), size)


def _other(file: BinaryIO, size: int) -> Sound:
    from mutagen.monkeysaudio import MonkeysAudio
    from mutagen.musepack import Musepack
    from mutagen.wavpack import WavPack

    start = _at(file, 0, 4)
    kind, name = {b"MAC ": (MonkeysAudio, "ape"), b"wvpk": (WavPack, "wavpack")}.get(start, (Musepack, "musepack"))
    return _tagged(f"audio/x-{name}", name, _opened(kind, file), size)


def _opened(kind: Any, file: BinaryIO, **options: Any) -> Any:
    file.seek(0)
    return kind(file, **options)


def _tagged(mime: str, codec: str, opened: Any, size: int) -> Sound:
    info, tags = opened.info, opened.tags
    duration = float(info.length) if info.length else None
    framed = tags is not None and hasattr(tags, "getall")
    return Sound(
        mime=mime,
        codec=codec,
        duration=duration,
        channels=int(getattr(info, "channels", 0)),
        sample_rate=int(getattr(info, "sample_rate", 0)),
        bit_rate=int(getattr(info, "bitrate", 0)) or _average(size, duration),
        bits=int(getattr(info, "bits_per_sample", 0)),
        tags=from_frames(id3.texts(tags)) if framed else from_comments(_named(tags)),
        chapters=id3.chapters(tags, duration) if framed else (),
        cover=id3.has_picture(tags) if framed else _named_cover(tags),
        rating=id3.stars(tags) if framed else None,
    )


def _named(tags: Any) -> dict[str, list[str]]:
    """APEv2 and ASF as plain texts; binary values are left out."""
    found: dict[str, list[str]] = {}
    for name, value in [] if tags is None else tags.items():
        values = value if isinstance(value, list) else [value]
        found.setdefault(name, []).extend(str(each) for each in values if not isinstance(getattr(each, "value", ""), bytes))
    return found


def _named_cover(tags: Any) -> bool:
    return tags is not None and any(name.lower().startswith("cover art") or name == "WM/Picture" for name in tags.keys())  # noqa: SIM118


# --- facts ---


def _average(size: int, duration: float | None) -> int:
    return int(size * 8 / duration) if duration else 0


def _facts(sound: Sound) -> Facts:
    extra: dict[str, object] = {
        "codec": sound.codec,
        "bit_rate": sound.bit_rate,
        "sample_rate": sound.sample_rate,
        "channels": sound.channels,
        "bits": sound.bits,
        "video_codec": sound.video,
        "encrypted": sound.encrypted,
    }
    kept = {name: value for name, value in extra.items() if value}
    return Facts(
        mime=sound.mime,
        duration=None if sound.duration is None else round(sound.duration, 3),
        width=sound.width or None,
        height=sound.height or None,
        extra=kept,
    )


def _is_mpeg_aac(start: bytes) -> bool:
    """ADTS: a sync word whose layer bits are zero; MPEG audio never has them so."""
    return start[:4] == b"ADIF" or (start[0] == 0xFF and start[1:2] != b"" and start[1] & 0xF6 == 0xF0)


_MAGIC: tuple[tuple[Callable[[bytes], bool], Callable[[BinaryIO, int], Sound]], ...] = (
    (lambda start: start[4:8] in (b"ftyp", b"moov", b"wide", b"mdat", b"free", b"skip", b"pnot"), _mp4),
    (lambda start: start[:4] == b"fLaC", _flac),
    (lambda start: start[:4] == b"OggS", _ogg),
    (lambda start: start[:4] == b"RIFF" and start[8:12] == b"WAVE", _wave),
    (lambda start: start[:4] == b"FORM" and start[8:12] in (b"AIFF", b"AIFC"), _aiff),
    (lambda start: start[:16] == bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), _asf),
    (lambda start: start[:4] in (b"MAC ", b"wvpk", b"MPCK") or start[:3] == b"MP+", _other),
    (_is_mpeg_aac, _aac),
)
_MPEG_BY_SUFFIX: dict[str, Callable[[BinaryIO, int], Sound]] = {".aac": _aac}
