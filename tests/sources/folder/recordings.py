"""Small media files made on the spot: sound by PyAV, tags by mutagen, boxes and chunks by hand. Independent of what is tested."""

# mypy: disallow-untyped-calls=False
# mutagen carries no types.

import struct
import zlib
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.video.stream import VideoStream
from mutagen import id3
from mutagen.mp4 import MP4, AtomDataType, MP4FreeForm

RATE = 16_000
FRAME = b"\xff\xfb\x90\x64" + bytes(413)  # MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 26.12 ms of silence
FRAME_SECONDS = 1_152 / 44_100


def mp3(path: Path, frames: Iterable[id3.Frame] = (), seconds: float = 1.0) -> Path:
    """Silence with an ID3v2.4 tag."""
    path.write_bytes(FRAME * round(seconds / FRAME_SECONDS))
    tag = id3.ID3()
    for frame in frames:
        tag.add(frame)
    tag.save(path)
    return path


def text(name: str, *texts: str) -> id3.Frame:
    """ "TIT2" or "TXXX:SERIES"."""
    frame, _, description = name.partition(":")
    if frame == "TXXX":
        return id3.TXXX(encoding=3, desc=description, text=list(texts))
    made: id3.Frame = getattr(id3, frame)(encoding=3, text=list(texts))
    return made


def m4b(
    path: Path, atoms: Mapping[str, object] | None = None, chapters: Iterable[tuple[float, float, str]] = (), seconds: float = 1.0
) -> Path:
    """AAC with chapters as FFmpeg writes them (a text track and Nero's list), tagged by mutagen. Freeform names begin with "----"."""
    with av.open(str(path), "w", format="ipod") as container:
        stream = container.add_stream("aac", rate=RATE)
        container.set_chapters(
            [
                {
                    "id": number,
                    "start": round(start * 1000),
                    "end": round(end * 1000),
                    "time_base": Fraction(1, 1000),
                    "metadata": {"title": title},
                }
                for number, (start, end, title) in enumerate(chapters)
            ]
        )
        for index in range(round(seconds * RATE / 1024)):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), dtype=np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = RATE, index * 1024
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    tags = MP4(path)
    if tags.tags is None:
        tags.add_tags()
    for name, value in (atoms or {}).items():
        texts = value if isinstance(value, list) else [value]
        tags[name] = [MP4FreeForm(str(each).encode(), AtomDataType.UTF8) for each in texts] if name.startswith("----") else texts
    tags.save()
    return path


def video(
    path: Path, kind: str, codec: str, metadata: Mapping[str, str] | None = None, chapters: Iterable[tuple[float, float, str]] = ()
) -> Path:
    """Five grey frames of 64 x 48 at 10 a second."""
    with av.open(str(path), "w", format=kind) as container:
        container.metadata.update(dict(metadata or {}))
        stream = cast(VideoStream, container.add_stream(codec, rate=10))
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.set_chapters(
            [
                {
                    "id": number,
                    "start": round(start * 1000),
                    "end": round(end * 1000),
                    "time_base": Fraction(1, 1000),
                    "metadata": {"title": title},
                }
                for number, (start, end, title) in enumerate(chapters)
            ]
        )
        for index in range(5):
            frame = av.VideoFrame(64, 48, "yuv420p")
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def box(kind: bytes, *parts: bytes) -> bytes:
    """An ISO media box."""
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body))


def png(path: Path, *chunks: tuple[bytes, bytes], size: tuple[int, int] = (4, 3), after: Iterable[tuple[bytes, bytes]] = ()) -> Path:
    """A PNG whose pixels are nonsense; `after` are chunks behind them."""
    parts = [(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)), *chunks, (b"IDAT", b"pixels"), *after, (b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(kind, body) for kind, body in parts))
    return path
