"""The pictures, clips and texts behind the addresses of the pretended Stash: few, small and real.

The rules: the same row always has the same bytes, until its cover is made anew; a moment's work makes each kind once a process."""

import io
import tempfile
from functools import lru_cache
from pathlib import Path
from random import Random

import av
import msgspec
from PIL import Image

from longshelf.demo import pictures, scenes, videos
from longshelf.demo.canvas import PALETTES
from longshelf.model.records import Layer, Origin

SMALL, LARGE = (320, 180), (960, 540)
VARIANTS = 3  # different clips
SECONDS = 3.0
SPRITES = 9  # pictures of a sprite, three in a row
_PLACES = (scenes.hills, scenes.sea, scenes.city, scenes.forest, scenes.dunes, scenes.peaks)
DEFAULT_PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><rect width="100" height="100" fill="#30404d"/></svg>'


@lru_cache(maxsize=500)
def picture(kind: str, key: int, edition: int, size: tuple[int, int] = SMALL) -> bytes:
    """A JPEG of one row."""
    return pictures.jpeg(_painted(kind, key, edition, size))


@lru_cache(maxsize=64)
def animation(key: int) -> bytes:
    """A WebP of one scene, as previews of cards are."""
    buffer = io.BytesIO()
    frames = [_painted("scene", key, edition, (160, 90)) for edition in range(2)]
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:], duration=500, loop=0)
    return buffer.getvalue()


@lru_cache(maxsize=64)
def sprite(key: int) -> bytes:
    """A JPEG of nine moments, 160 × 90 each."""
    sheet = Image.new("RGB", (480, 270))
    for number in range(SPRITES):
        sheet.paste(_painted("scene", key, number % 2, (160, 90)), (number % 3 * 160, number // 3 * 90))
    return pictures.jpeg(sheet)


@lru_cache(maxsize=1)
def placeholder() -> bytes:
    """What stands for a preview of a marker that was never generated: the same few bytes for all."""
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), (0, 0, 0)).save(buffer, "PNG")
    return buffer.getvalue()


@lru_cache(maxsize=1)
def heatmap() -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((256, 16)).save(buffer, "PNG")
    return buffer.getvalue()


@lru_cache(maxsize=9)
def clip(key: int, ending: str = ".mp4") -> bytes:
    """Three seconds of video with sound; `ending` is ".mp4", ".webm" or ".mkv". There are VARIANTS of each."""
    variant = key % VARIANTS
    if key != variant:
        return clip(variant, ending)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"clip{ending}")
        videos.write(path, Layer(origin=Origin.SIDECAR, title=f"Clip {variant + 1}"), Random(variant), seconds=SECONDS, size=SMALL)  # noqa: S311 - pictures
        return path.read_bytes()


@lru_cache(maxsize=VARIANTS)
def segment(variant: int) -> bytes:
    """The clip as one MPEG transport stream, for HLS."""
    buffer = io.BytesIO()
    with av.open(io.BytesIO(clip(variant)), "r") as source, av.open(buffer, "w", format="mpegts") as target:
        streams = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    return buffer.getvalue()


def hls(base: str, query: str) -> str:
    """A manifest of one segment whose address carries the query the manifest was asked with, key and all."""
    return (
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-TARGETDURATION:3\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        f"#EXTINF:{SECONDS:.6f},\n{base}/0.ts{query}\n#EXT-X-ENDLIST\n"
    )


def dash(base: str, query: str) -> str:
    """A manifest of one representation, likewise."""
    address = f"{base}/0_v.webm{query}".replace("&", "&amp;")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011" '
        f'mediaPresentationDuration="PT{SECONDS:.0f}S" minBufferTime="PT1S"><Period><AdaptationSet mimeType="video/webm">'
        f'<Representation id="0" bandwidth="300000" codecs="vp8,opus"><BaseURL>{address}</BaseURL></Representation>'
        "</AdaptationSet></Period></MPD>\n"
    )


def thumbs_vtt(name: str, seconds: float = SECONDS) -> str:
    """Where in the sprite each moment of a film of that length is."""
    cues = [
        f"{_clock(number * seconds / SPRITES)} --> {_clock((number + 1) * seconds / SPRITES)}\n"
        f"{name}_sprite.jpg#xywh={number % 3 * 160},{number // 3 * 90},160,90"
        for number in range(SPRITES)
    ]
    return "WEBVTT\n\n" + "\n\n".join(cues) + "\n"


def chapters_vtt(markers: list[tuple[float, str]]) -> str:
    cues = [f"{_clock(second)} --> {_clock(second)}\n{title}" for second, title in markers]
    return "WEBVTT\n\n" + "\n\n".join(cues) + "\n"


def caption_vtt() -> str:
    said = ("The tide is early.", "Somebody has moved the lamp.", "Then we walk.")
    cues = [f"{_clock(number * 5)} --> {_clock(number * 5 + 4)}\n{said[number % len(said)]}" for number in range(40)]
    return "WEBVTT\n\n" + "\n\n".join(cues) + "\n"


def funscript() -> bytes:
    return msgspec.json.encode({"version": "1.0", "actions": [{"at": at, "pos": at // 10 % 100} for at in range(0, 3_000, 500)]})


def _painted(kind: str, key: int, edition: int, size: tuple[int, int]) -> Image.Image:
    rng = Random(f"{kind}/{key}/{edition}")  # noqa: S311 - pictures, not secrets
    return rng.choice(_PLACES)(rng, rng.choice(PALETTES), *size)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes // 60):02d}:{int(minutes % 60):02d}:{rest:06.3f}"
