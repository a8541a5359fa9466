"""One picture out of a film: a frame at about a seventh of its length that is not black, white or blank.

The rule: a bounded number of packets and frames is looked at, so that a damaged or endless file costs little."""

# mypy: disallow-untyped-calls=False
# PyAV leaves some of its conversions untyped.

from collections.abc import Iterator
from typing import BinaryIO

import av
import av.error
import numpy as np
from av.container.input import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from longshelf.errors import Unreadable
from longshelf.media.decoding import MAX_PIXELS

PLACES = (0.14, 0.2, 0.33, 0.5, 0.05)  # shares of the length, tried in this order until a frame shows something
MAX_PACKETS = 3_000  # read for one frame
MAX_FRAMES = 90  # decoded after a seek before we take what we have
CLEAR_CONTRAST = 40.0  # deviation of brightness, of 255, above which a frame surely shows something; dim ones of a fade stay below
CLEAR_BRIGHTNESS = (30.0, 230.0)  # outside of it the frame is part of a fade


def frame(stream: BinaryIO) -> Image.Image:
    """The frame in RGB, upright and with square pixels. Unreadable when there is no picture in it."""
    try:
        with av.open(stream, "r", metadata_errors="replace") as container:
            return _representative(container)
    except (av.error.FFmpegError, ValueError, OverflowError, MemoryError) as error:
        raise Unreadable(f"no frame can be read: {error}"[:200]) from None


def _representative(container: InputContainer) -> Image.Image:
    stream = _film(container)
    if stream is None:
        raise Unreadable("has no moving picture")
    if stream.width * stream.height > MAX_PIXELS:
        raise Unreadable(f"has {stream.width} × {stream.height} pixels")
    stream.thread_type = "SLICE"
    stream.codec_context.skip_frame = "NONREF"
    best: tuple[float, Image.Image] | None = None
    for share in PLACES:
        found = _at(container, stream, share)
        if found is None:
            continue
        image = _image(found, stream)
        tones = np.asarray(image.convert("L").resize((32, 32)))
        contrast, brightness = float(tones.std()), float(tones.mean())
        if best is None or contrast > best[0]:
            best = contrast, image
        if contrast > CLEAR_CONTRAST and CLEAR_BRIGHTNESS[0] < brightness < CLEAR_BRIGHTNESS[1]:
            break
    if best is None:
        raise Unreadable("no frame can be decoded")
    return best[1]


def _film(container: InputContainer) -> VideoStream | None:
    """The first video stream that is not a cover picture."""
    return next((stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic), None)


def _at(container: InputContainer, stream: VideoStream, share: float) -> VideoFrame | None:
    """A frame near `share` of the length; near the beginning when the length is not known or seeking fails."""
    moment = None
    if container.duration:
        moment = round(container.duration * share) + max(0, container.start_time or 0)
        try:
            container.seek(moment, backward=True)
        except av.error.FFmpegError:
            moment = None
    latest = None
    for count, decoded in enumerate(_decoded(container, stream)):
        latest = decoded
        if moment is None or decoded.time is None or decoded.time * 1e6 >= moment or count >= MAX_FRAMES:
            break
    return latest


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Frames until the packets run out; a damaged packet is skipped, as players do."""
    for count, packet in enumerate(container.demux(stream)):
        if count >= MAX_PACKETS:
            return
        try:
            yield from (each for each in packet.decode() if isinstance(each, VideoFrame))
        except av.error.InvalidDataError:
            continue


def _image(found: VideoFrame, stream: VideoStream) -> Image.Image:
    image: Image.Image = found.to_image()
    aspect = stream.sample_aspect_ratio
    if aspect and 0.2 < aspect < 5 and aspect != 1:
        image = image.resize((max(1, round(image.width * float(aspect))), image.height))
    turn = round(getattr(found, "rotation", 0) or 0) % 360
    return image.rotate(turn, expand=True) if turn else image
