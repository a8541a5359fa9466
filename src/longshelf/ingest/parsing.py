"""What a parser process does with a unit: read it, merge its layers, compute what the writer needs, and answer in one message."""

import msgspec

from longshelf.ingest.merge import merge
from longshelf.ingest.prepared import Prepared, prepare
from longshelf.model.records import FileRecord, Issue
from longshelf.sources.folder.companions import Unit
from longshelf.sources.folder.unit import file_record, read_unit


class Assignment(msgspec.Struct, frozen=True, array_like=True):
    """A unit with what is needed to read it anywhere: `base` is the absolute path of its root."""

    base: bytes
    unit: Unit
    audio_mode: str = "auto"


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """What came of an assignment. Each file of the unit is in exactly one item or in `failed`."""

    items: tuple[Prepared, ...] = ()
    failed: tuple[FileRecord, ...] = ()
    issues: tuple[Issue, ...] = ()


_encoder = msgspec.msgpack.Encoder()
_assignments = msgspec.msgpack.Decoder(Assignment)
_answers = msgspec.msgpack.Decoder(Answer)


def encode_assignment(assignment: Assignment) -> bytes:
    """For the pipe to a parser process."""
    return _encoder.encode(assignment)


def decode_answer(data: bytes) -> Answer:
    """The other end of `handle`."""
    return _answers.decode(data)


def handle(data: bytes) -> bytes:
    """The work of a parser process on one encoded assignment."""
    assignment = _assignments.decode(data)
    outcome = read_unit(assignment.base, assignment.unit, assignment.audio_mode)
    items = tuple(prepare(merge(parsed)) for parsed in outcome.items)
    return _encoder.encode(Answer(items, outcome.failed, outcome.issues))


def give_up(data: bytes, reason: str) -> bytes:
    """The answer for a unit whose process hung or died: every file of it failed, for `reason`."""
    unit = _assignments.decode(data).unit
    failed = tuple(file_record(unit, entry) for entry in unit.files)
    issues = tuple(Issue(unit.root, file.path, reason) for file in failed)
    return _encoder.encode(Answer((), failed, issues))
