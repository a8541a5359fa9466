"""Reading ZIP files without trusting them: the central directory in one or two reads, members inflated in bounded pieces.

The standard library builds a large object for every member before the first byte can be read; a scan needs three members of thirty and only
the names of the rest. It never extracts, never follows a name, and believes no size it is told: a member ends where its data end or at the
caller's limit."""

import os
import struct
import zlib
from typing import NamedTuple

from longshelf.errors import Unreadable
from longshelf.sources.folder.reading import MAX_MEMBERS

STORED, DEFLATED = 0, 8
ENCRYPTED, UTF8_NAME = 0x1, 0x800
MAX_DIRECTORY = 64 * 2**20  # bytes of a central directory: 100,000 members with names of 600 bytes

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_TAIL = 4_096  # one read that holds the end record, and the whole directory of an ordinary book
_MAX_COMMENT = 65_535
_CHUNK = 256 * 1024


class Member(NamedTuple):
    """One entry as the central directory lists it. `size` is what it claims to be inflated; `offset` is of its local header."""

    name: str
    method: int
    flags: int
    crc: int
    packed: int
    size: int
    offset: int


class ZipFile:
    """An open ZIP. `members` keep the directory's order, without folders; of two with one name the first counts in `by_name`."""

    def __init__(self, descriptor: int) -> None:
        """Takes over the descriptor of a regular file. Raises Unreadable when it is not a ZIP or its directory is damaged."""
        self._descriptor = descriptor
        self.length = os.fstat(descriptor).st_size
        tail_start = max(0, self.length - _TAIL)
        tail = os.pread(descriptor, _TAIL, tail_start)
        end = _find_end(tail)
        if end < 0 and self.length > _TAIL:
            tail_start = max(0, self.length - _END.size - _MAX_COMMENT)
            tail = os.pread(descriptor, self.length - tail_start, tail_start)
            end = _find_end(tail)
        if end < 0:
            raise Unreadable(self._why_no_end())
        _, _, _, _, count, size, start, comment = _END.unpack_from(tail, end)
        self.comment = tail[end + _END.size : end + _END.size + comment]
        position = tail_start + end
        if 0xFFFF in {count} or 0xFFFFFFFF in {size, start}:
            count, size, start, position = self._end64(position, count, size, start)
        if count > MAX_MEMBERS or size > MAX_DIRECTORY:
            raise Unreadable(f"the archive lists more than {MAX_MEMBERS:,} entries")
        begin = position - size  # a stub before the archive shifts every offset by the same amount
        if begin < 0:
            raise Unreadable("the archive is damaged: its directory lies outside the file")
        directory = tail[begin - tail_start : begin - tail_start + size] if begin >= tail_start else os.pread(descriptor, size, begin)
        if count and not directory.startswith(b"PK\1\2"):  # something stands between the directory and its end record
            begin, directory = start, os.pread(descriptor, size, start)
        self._shift = begin - start
        self.members = self._parse(directory, count)
        self.by_name = {member.name: member for member in reversed(self.members)}

    def read(self, member: Member, limit: int) -> bytes:
        """The member's content; Unreadable when it is encrypted, damaged or longer than `limit`. A longer claim is believed."""
        if member.flags & ENCRYPTED:
            raise Unreadable(f"{member.name} is encrypted with a password")
        if member.size > limit:
            raise Unreadable(f"{member.name} is larger than {limit // 2**20} MB")
        packed, start = self._open(member)
        if member.method == STORED:
            content = packed + self._stored_rest(member, start, len(packed), limit)
        elif member.method == DEFLATED:
            content = self._inflated(member, packed, start, limit)
        else:
            raise Unsupported(f"{member.name} is compressed by method {member.method}")
        if zlib.crc32(content) != member.crc:
            raise Unreadable(f"{member.name} is damaged: its checksum does not match")
        if len(content) != member.size:
            raise Unreadable(f"{member.name} holds {len(content):,} bytes, not the {member.size:,} the archive claims: it is damaged")
        return content

    def _end64(self, position: int, count: int, size: int, start: int) -> tuple[int, int, int, int]:
        """The ZIP64 numbers, when the locator before the end record leads to them; the plain ones otherwise."""
        found = os.pread(self._descriptor, _LOCATOR64.size, max(0, position - _LOCATOR64.size))
        if len(found) < _LOCATOR64.size or not found.startswith(b"PK\6\7"):
            return count, size, start, position
        # The record's own place may be shifted by a stub; without extensible data it ends where its locator starts.
        place = position - _LOCATOR64.size - _END64.size
        record = os.pread(self._descriptor, _END64.size, max(0, place))
        if len(record) < _END64.size or not record.startswith(b"PK\6\6"):
            raise Unreadable("the archive is damaged: its ZIP64 directory is missing")
        *_, count, size, start = _END64.unpack(record)
        return count, size, start, place

    def _parse(self, directory: bytes, count: int) -> list[Member]:
        members: list[Member] = []
        place = 0
        unpack, make = _CENTRAL.unpack_from, Member._make  # looked up once: this loop is most of opening a comic
        try:
            for _ in range(count):
                magic, _, _, flags, method, _, _, crc, packed, size, named, extra, comment, _, _, _, offset = unpack(directory, place)
                if magic != b"PK\1\2":
                    raise Unreadable("the archive is damaged: its directory is not where it should be")
                place += 46
                name = directory[place : place + named]
                if 0xFFFFFFFF in (packed, size, offset):
                    packed, size, offset = _wide(directory[place + named : place + named + extra], packed, size, offset)
                place += named + extra + comment
                if name and name[-1] != 0x2F:
                    text = name.decode("ascii") if name.isascii() else decoded(name, flags)
                    members.append(make((text, method, flags, crc, packed, size, offset)))
        except struct.error:
            raise Unreadable("the archive is damaged: its directory is cut short") from None
        return members

    def _open(self, member: Member) -> tuple[bytes, int]:
        """The first bytes of the member's data, and where in the file they start."""
        place = member.offset + self._shift
        if place < 0 or place >= self.length:
            raise Unreadable(f"{member.name} lies outside the archive: the file is damaged or cut short")
        # The local header repeats the name and may have a longer extra field than the directory; 300 bytes cover nearly all.
        head = os.pread(self._descriptor, min(member.packed, _CHUNK) + 300, place)
        if len(head) < _LOCAL.size or not head.startswith(b"PK\3\4"):
            raise Unreadable(f"{member.name} is not where the archive says: the file is damaged")
        named, extra = head[26] | head[27] << 8, head[28] | head[29] << 8
        start = _LOCAL.size + named + extra
        return head[start : start + member.packed], place + start

    def _stored_rest(self, member: Member, start: int, have: int, limit: int) -> bytes:
        wanted = min(member.packed, limit + 1)
        if wanted > limit:
            raise Unreadable(f"{member.name} is larger than {limit // 2**20} MB")
        rest = bytearray()
        while have < wanted:
            piece = os.pread(self._descriptor, min(_CHUNK, wanted - have), start + have)
            if not piece:
                raise Unreadable(f"{member.name} is cut short")
            rest += piece
            have += len(piece)
        return bytes(rest)

    def _inflated(self, member: Member, packed: bytes, start: int, limit: int) -> bytes:
        engine = zlib.decompressobj(-15)
        taken = len(packed)
        content = bytearray()
        try:
            while True:
                content += engine.decompress(packed, limit + 1 - len(content))
                if len(content) > limit:
                    raise Unreadable(f"{member.name} inflates to more than {limit // 2**20} MB")
                if engine.eof:
                    return bytes(content)
                packed = engine.unconsumed_tail
                if not packed:
                    packed = os.pread(self._descriptor, min(_CHUNK, member.packed - taken), start + taken) if taken < member.packed else b""
                    taken += len(packed)
                if not packed:
                    raise Unreadable(f"{member.name} is cut short")
        except zlib.error:
            raise Unreadable(f"{member.name} is damaged: it cannot be decompressed") from None

    def _why_no_end(self) -> str:
        start = os.pread(self._descriptor, 4, 0)
        if start == b"PK\3\4":
            return "the archive is cut short: its directory is missing"
        return "not a ZIP archive"


class Unsupported(Unreadable):
    """Compressed in a way this reader does not know; libarchive may."""


def decoded(name: bytes, flags: int = 0) -> str:
    """A name as text: UTF-8 when it says so or is, else the CP437 of old ZIP programs. Any bytes give some text, always the same."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("utf-8", "replace") if flags & UTF8_NAME else name.decode("cp437")


def _find_end(tail: bytes) -> int:
    """The end record's place: the last one whose comment fits into the file, -1 for none."""
    place = tail.rfind(b"PK\5\6", 0, len(tail))
    while place >= 0:
        if place + _END.size <= len(tail) and place + _END.size + _END.unpack_from(tail, place)[7] <= len(tail):
            return place
        place = tail.rfind(b"PK\5\6", 0, place)
    return -1


def _wide(extra: bytes, *plain: int) -> tuple[int, int, int]:
    """Sizes and offset with the ZIP64 extra field (id 1) put in where the directory says 4 GB: inflated size, packed size, offset."""
    place = 0
    while place + 4 <= len(extra):
        field, length = struct.unpack_from("<HH", extra, place)
        if field == 1:
            packed, size, offset = plain
            wide = iter(struct.unpack_from(f"<{min(length, len(extra) - place - 4) // 8}Q", extra, place + 4))
            size = next(wide, size) if size == 0xFFFFFFFF else size
            packed = next(wide, packed) if packed == 0xFFFFFFFF else packed
            offset = next(wide, offset) if offset == 0xFFFFFFFF else offset
            return packed, size, offset
        place += 4 + length
    return plain[0], plain[1], plain[2]
