"""Files of lines: however they are packed and whatever is in them, every line has its number, and none is held that is too long."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from longshelf.errors import Invalid
from longshelf.sources.posts.lines import LINE_MOST, Line, Lines

Packed = Callable[[bytes], bytes]


def zstd(data: bytes) -> bytes:
    """In two frames, as files that were put together have."""
    half = len(data) // 2
    return zstandard.compress(data[:half]) + zstandard.compress(data[half:])


PACKED: dict[str, Packed] = {"plain": bytes, "gzip": gzip.compress, "zstd": zstd}


def lines_of(path: Path, data: bytes) -> list[Line]:
    path.write_bytes(data)
    lines = Lines(path)
    try:
        return list(lines)
    finally:
        lines.close()


@pytest.mark.parametrize("packed", PACKED.values(), ids=PACKED)
def test_lines_come_with_their_numbers_however_they_are_packed(packed: Packed, tmp_path: Path) -> None:
    many = [b"%d" % number * 40 for number in range(30_000)]
    found = lines_of(tmp_path / "file", packed(b"\xef\xbb\xbf" + b"\n".join([b"", *many[:2], b"  \r", *many[2:]])))
    assert [line.text for line in found] == many
    assert [line.number for line in found[:4]] == [2, 3, 5, 6]
    assert found[-1].number == len(many) + 2


@pytest.mark.parametrize("packed", PACKED.values(), ids=PACKED)
@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_a_file_without_lines_has_none(packed: Packed, data: bytes, tmp_path: Path) -> None:
    assert lines_of(tmp_path / "file", packed(data)) == []


@pytest.mark.parametrize("packed", PACKED.values(), ids=PACKED)
def test_a_line_that_is_too_long_is_passed_over_and_the_next_is_not(packed: Packed, tmp_path: Path) -> None:
    fits = b"a" * LINE_MOST
    data = b"\n".join([b"1", b"b" * (LINE_MOST + 1), fits, b"c" * (3 * LINE_MOST), b"2", b"d" * (2 * LINE_MOST)])
    found = lines_of(tmp_path / "file", packed(data))
    assert found == [Line(1, b"1"), Line(2, None), Line(3, fits), Line(4, None), Line(5, b"2"), Line(6, None)]


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_a_file_that_is_cut_off_says_so_after_what_could_be_read(name: str, tmp_path: Path) -> None:
    data = b"".join(b"%x\n" % (number * 2_654_435_761) for number in range(200_000))
    packed = PACKED[name](data)
    (tmp_path / "file").write_bytes(packed[: len(packed) * 3 // 4])
    lines, seen = Lines(tmp_path / "file"), 0
    with pytest.raises(Invalid, match="damaged or cut off"):  # noqa: PT012 - the error comes after lines
        for _line in lines:
            seen += 1
    lines.close()
    assert 0 < seen < 200_000


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"nothing\.ndjson cannot be read"):
        Lines(tmp_path / "nothing.ndjson")


def test_what_is_another_file_has_another_identity(tmp_path: Path) -> None:
    def identity(data: bytes) -> object:
        (tmp_path / "file").write_bytes(data)
        lines = Lines(tmp_path / "file")
        lines.close()
        return lines.identity.size, lines.identity.head

    assert len({identity(b"one"), identity(b"two"), identity(b"one\n"), identity(b"one")}) == 3
