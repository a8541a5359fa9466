"""Writes short clips: a camera that glides over a painted landscape, with quiet sound, in MP4, MKV or WebM; and NFO files beside them."""

# mypy: disallow-untyped-calls=False
# PyAV leaves some of its conversions untyped.

import math
from collections.abc import Iterator
from html import escape
from pathlib import Path
from random import Random
from typing import NamedTuple, cast

import av
from av.container.output import OutputContainer
from av.video.stream import VideoStream
from PIL import Image, ImageDraw

from longshelf.demo import scenes
from longshelf.demo.canvas import PALETTES, lettering
from longshelf.demo.says import first_name, names_of
from longshelf.demo.sound import BITEXACT, add_audio, frames
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Layer

FPS = 15
OVERSCAN = 1.5  # the painting is this much larger than the picture, so that there is room to move


class Coding(NamedTuple):
    """Codecs of one container; `audio_rate` is what the audio encoder accepts."""

    container: str
    video: str
    audio: str
    audio_rate: int
    options: dict[str, str]


# Macroblock trees are left out: x264 computes them a little differently on its first run in a process.
X264 = {"preset": "veryfast", "crf": "28", "x264-params": "no-info=1:threads=1:no-mbtree=1", "flags": "+bitexact"}
# Not "realtime": that looks at the clock, and writes other bytes on a busy machine.
VPX = {"deadline": "good", "cpu-used": "5", "crf": "30", "flags": "+bitexact"}
CODINGS: dict[str, Coding] = {
    ".mp4": Coding("mp4", "libx264", "aac", 22_050, X264),
    ".m4v": Coding("mp4", "libx264", "aac", 22_050, X264),
    ".mov": Coding("mov", "libx264", "aac", 22_050, X264),
    ".mkv": Coding("matroska", "libx264", "libmp3lame", 22_050, X264),
    ".webm": Coding("webm", "libvpx", "libopus", 24_000, VPX),
}


def write(
    path: Path, says: Layer, rng: Random, *, seconds: float = 3.0, size: tuple[int, int] = (480, 270), dark_start: bool = False
) -> None:
    """The container by the suffix of `path`. The title stands in the picture during the first seconds; with `dark_start` the clip fades
    in from black, as films do."""
    coding = CODINGS[path.suffix.lower()]
    options = {**BITEXACT, **({"movflags": "+faststart"} if coding.container in ("mp4", "mov") else {})}
    with av.open(str(path), "w", format=coding.container, options=options) as container:
        container.metadata.update(_metadata(says))
        video = _video_stream(container, coding, size)
        audio = add_audio(container, coding.audio, coding.audio_rate)
        sound = frames(rng, seconds, coding.audio_rate, audio.codec_context.frame_size or 1024)
        painting = _painting(rng, says.title, size)
        for index in range(round(seconds * FPS)):
            picture = _moment(painting, index / (seconds * FPS), size)
            if dark_start and index < seconds * FPS * 0.25:
                picture = Image.blend(Image.new("RGB", size), picture, max(0.0, index / (seconds * FPS * 0.25) - 0.3))
            frame = av.VideoFrame.from_image(picture)
            frame.pts = index
            container.mux(video.encode(frame))
            for chunk in _until(sound, (index + 1) / FPS, coding.audio_rate):
                container.mux(audio.encode(chunk))
        container.mux(video.encode(None))
        for chunk in sound:
            container.mux(audio.encode(chunk))
        container.mux(audio.encode(None))


def nfo(says: Layer) -> str:
    """The sidecar that media centres write beside a film."""
    fields = [
        ("title", says.title),
        ("plot", says.description),
        ("premiered", says.date),
        ("userrating", "" if says.rating is None else f"{says.rating / 10:g}"),
        *(("genre", name) for name in names_of(says, EntityKind.GENRE)),
        *(("tag", name) for name in names_of(says, EntityKind.TAG)),
        ("studio", first_name(says, EntityKind.STUDIO)),
        *(("director", name) for name in names_of(says, EntityKind.PERSON, Role.DIRECTOR)),
    ]
    lines = [f"  <{element}>{escape(text)}</{element}>" for element, text in fields if text]
    lines += [f"  <actor><name>{escape(name)}</name></actor>" for name in names_of(says, EntityKind.PERSON, Role.ACTOR)]
    return '<?xml version="1.0" encoding="UTF-8"?>\n<movie>\n' + "\n".join(lines) + "\n</movie>\n"


def _metadata(says: Layer) -> dict[str, str]:
    fields = {"title": says.title, "comment": says.description, "date": says.date, "genre": ", ".join(names_of(says, EntityKind.GENRE))}
    return {name: text for name, text in fields.items() if text}


def _video_stream(container: OutputContainer, coding: Coding, size: tuple[int, int]) -> VideoStream:
    stream = cast(VideoStream, container.add_stream(coding.video, rate=FPS, options=coding.options))
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    stream.bit_rate = 300_000
    stream.codec_context.thread_count = 1  # more threads, other bytes
    return stream


def _painting(rng: Random, title: str, size: tuple[int, int]) -> Image.Image:
    width, height = round(size[0] * OVERSCAN), round(size[1] * OVERSCAN)
    image = rng.choice((*scenes.PLACES, scenes.orbits, scenes.strata))(rng, rng.choice(PALETTES), width, height)
    text = lettering(title, size[0] * 0.8, size[1] * 0.3, size[1] * 0.12, weight=0.02)
    text.draw(ImageDraw.Draw(image), (width * 0.08, height * 0.1, width, height), (255, 255, 255), "left")
    return image


def _moment(painting: Image.Image, share: float, size: tuple[int, int]) -> Image.Image:
    """The camera drifts to the right and down a little, easing in and out."""
    eased = 0.5 - 0.5 * math.cos(math.pi * share)
    left, top = round((painting.width - size[0]) * eased), round((painting.height - size[1]) * eased)
    return painting.crop((left, top, left + size[0], top + size[1]))


def _until(sound: Iterator[av.AudioFrame], seconds: float, rate: int) -> Iterator[av.AudioFrame]:
    """The frames that start before `seconds`, so that sound and picture are interleaved."""
    for frame in sound:
        yield frame
        if ((frame.pts or 0) + frame.samples) / rate >= seconds:
            return
