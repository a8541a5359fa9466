"""Audible, quiet, small: slow chords as PCM, encoded by PyAV without a trace of when or where."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, cast

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container.output import OutputContainer

if TYPE_CHECKING:
    from av.container.core import Chapter as AvChapter

RATE = 22_050
SCALE = (0, 2, 4, 7, 9)  # a pentatonic scale: whatever is drawn from it sounds agreeable
BITEXACT = {"fflags": "+bitexact"}


def tone(rng: Random, seconds: float, rate: int = RATE) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    """One channel of soft two-note chords, a new one each second, shape (1, samples), within ±0.3."""
    total = round(seconds * rate)
    time = np.arange(total) / rate
    wave = np.zeros(total)
    for second in range(int(seconds) + 1):
        here = (time >= second) & (time < second + 1)
        fade = np.sin(np.pi * (time[here] - second)) ** 0.5
        for note in rng.sample(SCALE, 2):
            wave[here] += 0.15 * fade * np.sin(2 * np.pi * 196 * 2 ** (note / 12) * time[here])
    return wave.astype(np.float32).reshape(1, total)


def add_audio(container: OutputContainer, codec: str, rate: int = RATE, bit_rate: int = 32_000) -> AudioStream:
    stream = cast(AudioStream, container.add_stream(codec, rate=rate, options={"flags": "+bitexact"}))
    stream.bit_rate = bit_rate
    stream.layout = "mono"
    return stream


def encode(container: OutputContainer, stream: AudioStream, rng: Random, seconds: float) -> None:
    """Writes `seconds` of sound to the end of the stream."""
    for frame in frames(rng, seconds, stream.rate):
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def frames(rng: Random, seconds: float, rate: int, size: int = 1024) -> Iterator[av.AudioFrame]:
    samples = tone(rng, seconds, rate)
    for start in range(0, samples.shape[1], size):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[:, start : start + size]), format="fltp", layout="mono")
        frame.sample_rate = rate
        frame.pts = start
        yield frame


def write_audio(
    path: Path, rng: Random, seconds: float, *, codec: str, container: str, chapters: Sequence["AvChapter"] = (), rate: int = RATE
) -> None:
    """A file of sound alone, without tags."""
    with av.open(str(path), "w", format=container, options=BITEXACT) as output:
        stream = add_audio(output, codec, rate)
        if chapters:
            output.set_chapters(list(chapters))
        encode(output, stream, rng, seconds)
