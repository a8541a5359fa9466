"""How an item is best played: its file, what else there is of it, and the texts beside it. From what is kept here, so that it is known
while the server an item is mirrored from is away."""

from collections.abc import Iterable

import msgspec

from longshelf.catalog.catalog import Catalog
from longshelf.catalog.files import Files
from longshelf.catalog.shapes import ItemChapter
from longshelf.media.remote import Mirrored, marker_id, marker_version
from longshelf.model.viewer import Viewer
from longshelf.sources.stash.kinds import Remote
from longshelf.sources.stash.media import RESOLUTIONS, Format

LABELS = {Format.MP4: "MP4", Format.WEBM: "WebM"}


class PlayableSource(msgspec.Struct, frozen=True, kw_only=True):
    """One way to play it. `converted` ones are made while they are watched: they have no length and cannot be wound, but begin at any
    second given as `&start=`. `resolution` is the most lines the picture has, null for as many as the file."""

    url: str
    mime: str
    label: str
    converted: bool
    resolution: str | None


class PlayableCaptions(msgspec.Struct, frozen=True, kw_only=True):
    """WebVTT. `language` as the source writes it, "00" for unknown."""

    url: str
    language: str


class PlayableMarker(msgspec.Struct, frozen=True, kw_only=True):
    """What there may be to see of the marker that is chapter `position` of the item: a picture, to whose address `&w=192`, `384` or `768`
    may be added, a moving one, and a film. Each may turn out not to be there."""

    position: int
    picture: str
    preview: str
    film: str


class Playback(msgspec.Struct, frozen=True, kw_only=True):
    """What a player may use of an item; addresses are relative to the server's root. `sources` come in the order they are to be tried.
    `sprites` is WebVTT that tells which part of a picture belongs to which second; it may turn out not to be there, like `preview`."""

    item_id: int
    remote: bool
    duration: float | None
    sources: list[PlayableSource]
    captions: list[PlayableCaptions]
    chapters: str | None
    markers: list[PlayableMarker]
    sprites: str | None
    preview: str | None
    heatmap: str | None
    script: str | None


class Playing:
    """Safe to share between threads."""

    def __init__(self, catalog: Catalog, files: Files) -> None:
        self._catalog = catalog
        self._files = files

    def of(self, viewer: Viewer, item_id: int) -> Playback:
        """NotFound when there is no such item for this viewer, or it has no files."""
        place = self._files.place(viewer, item_id)
        item = self._catalog.item(viewer, item_id)
        files = [
            PlayableSource(url=each.url, mime=each.mime or "", label=each.name, converted=False, resolution=None)
            for each in item.files
            if not each.missing
        ]
        timed = any(each.start is not None for each in item.chapters)
        film = isinstance(place, Mirrored) and place.kind is Remote.SCENE
        base = f"media/{item_id}"
        return Playback(
            item_id=item_id,
            remote=isinstance(place, Mirrored),
            duration=item.duration,
            sources=files + (list(_converted(base, min(item.width or 0, item.height or 0))) if film and files else []),
            captions=_captions(base, place) if isinstance(place, Mirrored) else [],
            chapters=f"{base}/chapters.vtt" if timed else None,
            markers=list(_markers(base, place.version, item.chapters)) if film and isinstance(place, Mirrored) else [],
            sprites=f"{base}/sprite.vtt" if isinstance(place, Mirrored) and place.fingerprints else None,
            preview=f"{base}/preview" if film else None,
            heatmap=f"{base}/heatmap" if isinstance(place, Mirrored) and place.interactive else None,
            script=f"{base}/script" if isinstance(place, Mirrored) and place.interactive else None,
        )

    def chapters(self, viewer: Viewer, item_id: int) -> str:
        """Chapters with times, as WebVTT; one ends where the next begins. NotFound when there is no such item for this viewer."""
        item = self._catalog.item(viewer, item_id)
        return "WEBVTT\n\n" + "\n\n".join(_cues(item.chapters, item.duration)) + "\n"


def _converted(base: str, height: int) -> Iterable[PlayableSource]:
    """As large as it is, and every smaller size there is."""
    smaller = [name for name, (_, lines) in RESOLUTIONS.items() if lines < height]
    for form in (Format.MP4, Format.WEBM):
        yield _source(base, form, None)
    yield from (_source(base, Format.MP4, each) for each in reversed(smaller))


def _source(base: str, form: Format, resolution: str | None) -> PlayableSource:
    asked = f"&resolution={resolution}" if resolution else ""
    label = f"{LABELS[form]}, {resolution or 'full size'}"
    return PlayableSource(
        url=f"{base}/stream?format={form}{asked}", mime=f"video/{form}", label=label, converted=True, resolution=resolution
    )


def _captions(base: str, place: Mirrored) -> list[PlayableCaptions]:
    return [PlayableCaptions(url=f"{base}/caption/{number}", language=language) for number, (language, _) in enumerate(place.captions)]


def _markers(base: str, version: str, chapters: list[ItemChapter]) -> Iterable[PlayableMarker]:
    for each in chapters:
        marker = marker_id(each.href)
        if marker is not None and each.start is not None and version:
            of = f"{base}/marker/{marker}"
            picture = f"{of}/picture?v={marker_version(version, each.start)}"
            yield PlayableMarker(position=each.position, picture=picture, preview=f"{of}/preview", film=f"{of}/stream")


def _cues(chapters: list[ItemChapter], duration: float | None) -> Iterable[str]:
    timed = sorted((each.start, each.title) for each in chapters if each.start is not None)
    ends = [start for start, _ in timed[1:]] + [duration or 0.0]
    for number, ((start, title), end) in enumerate(zip(timed, ends, strict=False), 1):
        yield f"{number}\n{_clock(start)} --> {_clock(max(end, start))}\n{_one_line(title) or f'Chapter {number}'}"


def _one_line(title: str) -> str:
    """WebVTT ends a cue at an empty line, and reads tags and arrows in it."""
    return " ".join(title.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02d}:{whole // 60_000 % 60:02d}:{whole // 1000 % 60:02d}.{whole % 1000:03d}"
