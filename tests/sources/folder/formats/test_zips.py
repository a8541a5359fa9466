"""The ZIP reader agrees with the standard library on good files and keeps its head on bad ones."""

import io
import os
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.errors import Unreadable
from longshelf.sources.folder.formats.zips import ZipFile, decoded

LIMIT = 1 << 20
NAMES = st.text(min_size=1, max_size=30).filter(lambda name: "\x00" not in name and not name.endswith("/") and name.isprintable())


@contextmanager
def opened(data: bytes) -> Iterator[ZipFile]:
    descriptor = os.memfd_create("zip")
    try:
        os.write(descriptor, data)
        yield ZipFile(descriptor)
    finally:
        os.close(descriptor)


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.comment = comment
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def contents(data: bytes) -> dict[str, bytes]:
    with opened(data) as archive:
        return {member.name: archive.read(member, LIMIT) for member in archive.members}


@given(
    st.dictionaries(NAMES, st.binary(max_size=2_000), max_size=8),
    st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
    st.binary(max_size=200).filter(lambda comment: b"PK" not in comment),  # the standard library would take it for the end record
    st.binary(max_size=100),
)
def test_it_reads_what_the_standard_library_writes(members: dict[str, bytes], method: int, comment: bytes, stub: bytes) -> None:
    data = stub + zipped(members, method, comment)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        expected = {name: archive.read(name) for name in archive.namelist()}
    assert contents(data) == expected
    with opened(data) as ours:
        assert ours.comment == comment


def test_large_members_are_read_in_pieces() -> None:
    noise = os.urandom(900_000)
    assert contents(zipped({"a": noise, "b": bytes(900_000)})) == {"a": noise, "b": bytes(900_000)}
    assert contents(zipped({"a": noise}, zipfile.ZIP_STORED)) == {"a": noise}


def test_zip64_is_read() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open("a.txt", "w", force_zip64=True) as member:
        member.write(b"hello")
    assert contents(buffer.getvalue()) == {"a.txt": b"hello"}


def test_a_zip64_directory_is_read() -> None:
    data = zipped({"a.txt": b"hello"})
    end = data.rindex(b"PK\5\6")
    _, _, _, _, count, size, start, _ = struct.unpack("<4s4H2LH", data[end:])
    wide = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, start) + struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert contents(data[:end] + wide + tail) == {"a.txt": b"hello"}


def test_folders_are_left_out_and_of_two_with_one_name_the_first_counts() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("folder/", b"")
        archive.writestr("a", b"first")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a", b"second")
    with opened(buffer.getvalue()) as ours:
        assert [member.name for member in ours.members] == ["a", "a"]
        assert ours.read(ours.by_name["a"], LIMIT) == b"first"


def test_a_name_is_utf8_or_cp437_and_always_some_text() -> None:
    assert decoded("é".encode()) == "é"
    assert decoded(b"\x82") == "é"
    assert decoded(b"\xff\xfe", 0x800) == "��"


@pytest.mark.parametrize("data", [b"", b"x", b"not a zip at all", bytes(100_000), b"PK\5\6"])
def test_other_files_are_not_zips(data: bytes) -> None:
    with pytest.raises(Unreadable, match="not a ZIP"), opened(data):
        pass


def test_a_truncated_zip_says_so() -> None:
    with pytest.raises(Unreadable, match="cut short"), opened(zipped({"a": os.urandom(9_000)})[:5_000]):
        pass


def test_a_zip_bomb_is_left_at_the_limit() -> None:
    data = zipped({"bomb": bytes(50_000_000)})
    assert len(data) < 100_000
    with opened(data) as archive, pytest.raises(Unreadable, match="larger than"):
        archive.read(archive.members[0], LIMIT)


def test_a_bomb_that_lies_about_its_size_is_left_at_the_limit() -> None:
    data = bytearray(zipped({"bomb": bytes(50_000_000)}))
    entry = data.rindex(b"PK\1\2")
    struct.pack_into("<L", data, entry + 24, 10)
    with opened(bytes(data)) as archive, pytest.raises(Unreadable, match="inflates to more than"):
        archive.read(archive.members[0], LIMIT)


def test_a_member_that_is_not_as_long_as_it_claims_is_damaged() -> None:
    data = bytearray(zipped({"a": b"hello" * 100}))
    struct.pack_into("<L", data, data.rindex(b"PK\1\2") + 24, 10)
    with opened(bytes(data)) as archive, pytest.raises(Unreadable, match="claims"):
        archive.read(archive.members[0], LIMIT)


def test_a_stored_member_that_claims_too_much_is_left() -> None:
    data = bytearray(zipped({"a": b"x" * 100}, zipfile.ZIP_STORED))
    entry = data.rindex(b"PK\1\2")
    struct.pack_into("<LL", data, entry + 20, 2_000_000, 100)
    with opened(bytes(data)) as archive, pytest.raises(Unreadable, match="larger than"):
        archive.read(archive.members[0], LIMIT)
    struct.pack_into("<LL", data, entry + 20, 900_000, 900_000)
    with opened(bytes(data)) as archive, pytest.raises(Unreadable, match="cut short"):
        archive.read(archive.members[0], LIMIT)


def test_a_damaged_member_is_found_by_its_checksum() -> None:
    data = bytearray(zipped({"a": b"hello hello"}, zipfile.ZIP_STORED))
    data[data.index(b"hello")] ^= 1
    with opened(bytes(data)) as archive, pytest.raises(Unreadable, match="checksum"):
        archive.read(archive.members[0], LIMIT)


def test_a_member_outside_the_file_is_unreadable() -> None:
    data = bytearray(zipped({"a": b"hello"}))
    struct.pack_into("<L", data, data.rindex(b"PK\1\2") + 42, 10_000_000)
    with opened(bytes(data)) as archive, pytest.raises(Unreadable, match="outside the archive"):
        archive.read(archive.members[0], LIMIT)


def test_members_that_overlap_are_read_each_on_its_own() -> None:
    data = bytearray(zipped({"a": b"same", "b": b"same"}))
    last = data.rindex(b"PK\1\2")
    struct.pack_into("<L", data, last + 42, 0)  # the second points at the first
    assert contents(bytes(data)) == {"a": b"same", "b": b"same"}


def test_an_encrypted_member_says_so() -> None:
    data = bytearray(zipped({"a": b"hello"}))
    data[data.rindex(b"PK\1\2") + 8] |= 1
    with opened(bytes(data)) as archive, pytest.raises(Unreadable, match="password"):
        archive.read(archive.members[0], LIMIT)


def test_more_entries_than_allowed_are_refused_before_they_are_read() -> None:
    data = zipped({"a": b""})
    end = data.rindex(b"PK\5\6")
    size, start = struct.unpack_from("<2L", data, end + 12)
    wide = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 10**7, 10**7, size, start) + struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, size, start, 0)
    with pytest.raises(Unreadable, match="100,000"), opened(data[:end] + wide + tail):
        pass


def test_sixty_thousand_entries_are_listed() -> None:
    with opened(zipped({f"{number}": b"" for number in range(60_000)}, zipfile.ZIP_STORED)) as archive:
        assert len(archive.members) == 60_000


def test_a_sparse_giant_costs_no_more_than_its_directory(tmp_path: Path) -> None:
    data = zipped({"a": b"hello"})
    path = tmp_path / "giant.zip"
    with path.open("wb") as file:
        file.truncate(1 << 38)
        file.seek(1 << 38)
        file.write(data)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        archive = ZipFile(descriptor)
        assert archive.read(archive.members[0], LIMIT) == b"hello"
    finally:
        os.close(descriptor)


@given(st.data())
def test_any_change_to_a_zip_gives_members_or_unreadable(data: st.DataObject) -> None:
    raw = bytearray(zipped({"a.txt": b"hello" * 50, "b/c.txt": b"world"}))
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    with suppress(Unreadable):
        contents(bytes(raw[:cut] if data.draw(st.booleans()) else raw))
