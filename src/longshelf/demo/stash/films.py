"""Films of the pretended Stash: minutes of a clip that comes round again and again, copied packet by packet, so that nothing is encoded
twice.

The rule: a film begins at any of its rounds, as what a Stash converts begins at any second."""

# mypy: disallow-untyped-calls=False
# PyAV leaves some of its conversions untyped.

import io
import tempfile
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import av

from longshelf.demo.sound import BITEXACT
from longshelf.demo.stash import media

ROUNDS = 80
SECONDS = ROUNDS * media.SECONDS  # about
FORMATS = {".mp4": "mp4", ".webm": "webm", ".mkv": "matroska"}


@lru_cache(maxsize=12)
def film(variant: int, ending: str = ".mp4", start: float = 0.0) -> bytes:
    """The whole film, or what is left of it from the round that plays at `start`. `variant` is below media.VARIANTS."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"film{ending}")
        options = {**BITEXACT, **({"movflags": "+faststart"} if ending == ".mp4" else {})}
        clip = media.clip(variant, ".webm" if ending == ".webm" else ".mp4")  # Matroska holds what MP4 does
        with av.open(io.BytesIO(clip), "r") as source, av.open(str(path), "w", FORMATS[ending], options=options) as target:
            _repeat(source, target, start)
        return path.read_bytes()


def _repeat(source: av.container.InputContainer, target: av.container.OutputContainer, start: float) -> None:
    """Every packet again in each round, as much later as a round lasts; in order of time, whatever stream it is of."""
    streams = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
    packets = [packet for packet in source.demux() if packet.dts is not None]
    packets.sort(key=lambda packet: float((packet.dts or 0) * (packet.time_base or 1)))
    kept = [(packet, packet.dts or 0, packet.pts, packet.time_base or Fraction(1, 1000), packet.stream.index) for packet in packets]
    spans = [(dts * base, (dts + (packet.duration or 0)) * base) for packet, dts, _, base, _ in kept]
    lasting = max(end for _, end in spans) - min(begin for begin, _ in spans)  # sound lasts a little longer than the picture
    for number in range(max(1, ROUNDS - int(start / lasting))):
        for packet, dts, pts, base, index in kept:
            later = round(number * lasting / base)
            packet.stream = streams[index]
            packet.time_base = base
            packet.dts, packet.pts = dts + later, None if pts is None else pts + later
            target.mux(packet)
