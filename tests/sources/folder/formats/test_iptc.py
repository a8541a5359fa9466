"""IPTC records, bare and in Photoshop's wrapping."""

from hypothesis import given
from hypothesis import strategies as st

from longshelf.sources.folder.formats import iptc


def dataset(record: int, number: int, value: bytes) -> bytes:
    return bytes((0x1C, record, number)) + len(value).to_bytes(2, "big") + value


RECORDS = (
    dataset(2, 5, b"A title")
    + dataset(2, 25, b"dog")
    + dataset(2, 25, "Häuser".encode("cp1252"))
    + dataset(2, 55, b"20240229")
    + dataset(2, 80, b"Ann")
    + dataset(2, 105, b"A headline")
    + dataset(2, 120, "Größe".encode())
)


def test_every_dataset_has_its_meaning() -> None:
    found = iptc.parse(RECORDS)
    assert (found.title, found.headline, found.description, found.date) == ("A title", "A headline", "Größe", "2024-02-29")
    assert (found.keywords, found.creators) == (("dog", "Häuser"), ("Ann",))


def test_the_records_are_found_among_photoshops_resources() -> None:
    other = b"8BIM\x03\xed\x03abc" + (5).to_bytes(4, "big") + b"12345\0"
    wrapped = b"Photoshop 3.0\0" + other + b"8BIM\x04\x04\0\0" + len(RECORDS).to_bytes(4, "big") + RECORDS
    assert iptc.from_photoshop(wrapped) == RECORDS
    assert iptc.from_photoshop(b"Photoshop 3.0\0" + other) == b""


@given(st.binary(max_size=300), st.integers(0, 100))
def test_any_bytes_give_records(noise: bytes, place: int) -> None:
    iptc.parse(RECORDS[:place] + noise)
    iptc.from_photoshop(b"Photoshop 3.0\0" + noise)
