"""Reading one unit of a folder library: media files with their sidecars become items still in layers, or issues with reasons.

Runs in a parser process. The rule: whatever a file does, the outcome is an `Outcome`; one bad file never takes its neighbours with it."""

import os
import stat
from pathlib import Path

import msgspec

from longshelf.errors import Unreadable
from longshelf.model.records import Cover, FileRecord, Issue, Layer, Origin, ParsedItem
from longshelf.sources.folder import names
from longshelf.sources.folder.companions import AUDIO_KINDS, Unit
from longshelf.sources.folder.fingerprint import fingerprint
from longshelf.sources.folder.formats import audiobook
from longshelf.sources.folder.reading import Reading
from longshelf.sources.folder.registry import FileFormat, format_of, parser, sidecar_reader
from longshelf.sources.folder.walk import Entry


class Outcome(msgspec.Struct, frozen=True):
    """All that came of one unit. `failed` are files that gave no item; they are remembered so that they are tried again only
    when they change. Every failed file has an issue; an issue without a failed file is a warning."""

    items: tuple[ParsedItem, ...] = ()
    failed: tuple[FileRecord, ...] = ()
    issues: tuple[Issue, ...] = ()


def read_unit(base: bytes, unit: Unit, audio_mode: str = "auto") -> Outcome:
    """Reads every file of `unit` below the root `base`. `audio_mode` is auto, audiobook or track (see formats/audiobook.py)."""
    return _UnitReader(base, unit, audio_mode).read()


def file_record(unit: Unit, entry: Entry) -> FileRecord:
    """The file as the walk saw it, before anything of it was read."""
    return FileRecord(
        root=unit.root,
        path=os.path.join(unit.folder, entry.name),
        size=entry.size,
        mtime_ns=entry.mtime_ns,
        ctime_ns=entry.ctime_ns,
        inode=entry.inode,
        companions=unit.companions,
    )


def _require_regular(path: Path) -> None:
    """Asked again right before opening: what was a file when the walk saw it may be a pipe now, and opening one would wait for ever."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise Unreadable("not a regular file")


class _UnitReader:
    def __init__(self, base: bytes, unit: Unit, audio_mode: str) -> None:
        self.base = base
        self.unit = unit
        self.audio_mode = audio_mode
        self.issues: list[Issue] = []
        self.failed: list[FileRecord] = []

    def read(self) -> Outcome:
        good: list[tuple[FileRecord, Reading]] = []
        for entry in self.unit.files:
            record = file_record(self.unit, entry)
            try:
                reading, record = self._read_file(entry, record)
            except Unreadable as error:
                self._issue(entry.name, str(error))
                self.failed.append(record)
            else:
                good.append((record, reading))
        items = self._items(good) if good else ()
        return Outcome(items, tuple(self.failed), tuple(self.issues))

    def _read_file(self, entry: Entry, record: FileRecord) -> tuple[Reading, FileRecord]:
        path = self._path(entry.name)
        file_format = format_of(entry.name)
        if file_format is None:
            raise Unreadable("not a format Longshelf reads")
        reading = self._parse(path, file_format, entry.size)
        for warning in reading.warnings:
            self._issue(entry.name, warning)
        record = msgspec.structs.replace(
            record,
            fingerprint=fingerprint(path, entry.size),
            mime=reading.facts.mime or file_format.mime,
            duration=reading.facts.duration,
        )
        return reading, record

    def _parse(self, path: Path, file_format: FileFormat, size: int) -> Reading:
        """The boundary where a hostile file meets other people's parsers: anything they raise is this file's own trouble."""
        if size == 0:
            raise Unreadable("the file is empty")
        try:
            _require_regular(path)
            return parser(file_format.parser)(path)
        except Unreadable:
            raise
        except MemoryError:
            raise Unreadable("needs more memory than a single file is allowed") from None
        except PermissionError:
            raise Unreadable("cannot be read: give the user running Longshelf access to it") from None
        except OSError as error:
            raise Unreadable(f"cannot be read: {error.strerror or error}") from None
        except Exception as error:
            raise Unreadable(f"the {file_format.extension} parser failed: {type(error).__name__}: {error}"[:300]) from None

    def _items(self, good: list[tuple[FileRecord, Reading]]) -> tuple[ParsedItem, ...]:
        sidecars = self._sidecar_layers()
        audio = [pair for pair in good if pair[1].kind in AUDIO_KINDS]
        alone = [pair for pair in good if pair[1].kind not in AUDIO_KINDS]  # an .ogg may turn out to be a film
        singles = tuple(self._single(record, reading, sidecars) for record, reading in alone)
        return singles + (self._audio_items(audio, sidecars) if audio else ())

    def _single(self, record: FileRecord, reading: Reading, sidecars: tuple[Layer, ...]) -> ParsedItem:
        path_layer = names.from_path(reading.kind, record.path)
        return ParsedItem(reading.kind, reading.facts, (*sidecars, *reading.layers, path_layer), (record,))

    def _audio_items(self, good: list[tuple[FileRecord, Reading]], sidecars: tuple[Layer, ...]) -> tuple[ParsedItem, ...]:
        readings = [(os.path.basename(record.path), reading) for record, reading in good]
        groups = audiobook.group(readings, self.unit.folder, self.audio_mode)
        # A sidecar of the folder speaks of one book: with several in it, it cannot be told which.
        shared = sidecars if len(groups) == 1 else tuple(layer for layer in sidecars if layer.cover is not None and not layer.title)
        items = []
        for group in groups:
            records = tuple(good[index][0] for index in group.files)
            path_layer = names.from_path(group.kind, records[0].path if len(records) == 1 else self.unit.folder)
            items.append(ParsedItem(group.kind, group.facts, (*shared, *group.layers, path_layer), records))
        return tuple(items)

    def _sidecar_layers(self) -> tuple[Layer, ...]:
        layers = [layer for name in self.unit.sidecars if (layer := self._sidecar(name)) is not None]
        if self.unit.cover:
            layers.insert(0, Layer(origin=Origin.SIDECAR, cover=Cover("sidecar", os.fsdecode(self.unit.cover))))
        return tuple(layers)

    def _sidecar(self, name: bytes) -> Layer | None:
        path = self._path(name)
        try:
            return sidecar_reader(path.suffix.lower())(path)
        except Unreadable as error:
            self._issue(name, str(error))
        except OSError as error:
            self._issue(name, f"cannot be read: {error.strerror or error}")
        except Exception as error:
            self._issue(name, f"the sidecar parser failed: {type(error).__name__}: {error}"[:300])
        return None

    def _path(self, name: bytes) -> Path:
        return Path(os.fsdecode(os.path.join(self.base, self.unit.folder, name)))

    def _issue(self, name: bytes, reason: str) -> None:
        self.issues.append(Issue(self.unit.root, os.path.join(self.unit.folder, name), reason))
