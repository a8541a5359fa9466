"""Every media file is in exactly one unit, a unit knows what it is read from, and its digest changes when any of that does."""

import os

from hypothesis import given
from hypothesis import strategies as st

from longshelf.sources.folder.companions import MAX_PEERS, Unit, units
from longshelf.sources.folder.registry import FORMATS, format_of
from longshelf.sources.folder.walk import Entry, Listing


def listing(*names: bytes, size: int = 1) -> Listing:
    return Listing(0, b"shelf", sorted(Entry(name, size, 1, 1, 1) for name in names))


def by_first(made: list[Unit]) -> dict[bytes, Unit]:
    return {unit.files[0].name: unit for unit in made}


def test_a_sidecar_belongs_to_the_file_of_its_name() -> None:
    made = by_first(units(listing(b"a.epub", b"b.EPUB", b"a.opf", b"B.epub.metadata.json")))
    assert made[b"a.epub"].sidecars == (b"a.opf",)
    assert made[b"b.EPUB"].sidecars == (b"B.epub.metadata.json",)


def test_a_folder_sidecar_belongs_to_the_one_work_of_the_folder_and_to_nobody_among_several() -> None:
    formats = by_first(units(listing(b"a.epub", b"a.pdf", b"metadata.opf", b"cover.jpg")))
    assert formats[b"a.epub"].sidecars == formats[b"a.pdf"].sidecars == (b"metadata.opf",)
    assert formats[b"a.epub"].cover == b"cover.jpg"
    several = by_first(units(listing(b"a.cbz", b"b.cbz", b"ComicInfo.xml", b"cover.jpg")))
    assert several[b"a.cbz"].sidecars == several[b"b.cbz"].sidecars == ()
    assert set(several) == {b"a.cbz", b"b.cbz"}
    audio = units(listing(b"1.mp3", b"2.mp3", b"metadata.json", b"folder.png"))
    assert (audio[0].sidecars, audio[0].cover) == ((b"metadata.json",), b"folder.png")


def test_a_picture_beside_a_film_or_book_is_its_cover_and_not_an_item() -> None:
    made = by_first(units(listing(b"film.mp4", b"film.jpg", b"holiday.jpg")))
    assert made[b"film.mp4"].cover == b"film.jpg"
    assert set(made) == {b"film.mp4", b"holiday.jpg"}
    book = by_first(units(listing(b"book.epub", b"cover.png")))
    assert book[b"book.epub"].cover == b"cover.png"


def test_in_a_folder_of_pictures_every_picture_is_an_item() -> None:
    assert set(by_first(units(listing(b"cover.jpg", b"folder.jpg", b"a.png")))) == {b"cover.jpg", b"folder.jpg", b"a.png"}


def test_comics_and_pdfs_are_their_own_covers() -> None:
    made = by_first(units(listing(b"a.cbz", b"a.jpg", b"b.pdf", b"b.png")))
    assert made[b"a.cbz"].cover == made[b"b.pdf"].cover == b""


def test_the_audio_files_of_a_folder_are_read_together_unless_they_are_a_collection() -> None:
    together = units(listing(b"1.mp3", b"2.mp3", b"3.m4b"))
    assert [[entry.name for entry in unit.files] for unit in together] == [[b"1.mp3", b"2.mp3", b"3.m4b"]]
    many = units(listing(*(b"%d.mp3" % number for number in range(MAX_PEERS + 1))))
    assert len(many) == MAX_PEERS + 1


def test_the_digest_notices_a_changed_sidecar_cover_or_neighbour_and_nothing_else() -> None:
    def digest(*names: bytes, size: int = 1) -> bytes:
        return units(listing(*names, size=size))[0].companions

    assert digest(b"a.epub") == digest(b"a.epub", size=2) == b""
    base = digest(b"a.epub", b"a.opf", b"a.jpg")
    assert digest(b"a.epub", b"a.opf", b"a.jpg", size=2) != base
    assert digest(b"a.epub", b"a.opf") != base
    assert digest(b"a.epub", b"a.opf", b"a.jpg", b"other.epub") == base
    assert digest(b"1.mp3", b"2.mp3") != digest(b"1.mp3", b"2.mp3", b"3.mp3")


NAMES = st.lists(
    st.builds(
        lambda stem, ending: stem + b"." + ending,
        st.sampled_from([b"a", b"b", b"cover", b"folder", b"metadata", b"a.epub", b"\xff", b"01"]),
        st.sampled_from([file_format.extension.encode() for file_format in FORMATS] + [b"opf", b"nfo", b"json", b"xml", b"JPG"]),
    ),
    unique_by=lambda name: name.lower(),
    max_size=25,
)


@given(NAMES)
def test_every_media_file_is_in_one_unit_or_is_a_cover(names: list[bytes]) -> None:
    made = units(listing(*names))
    in_units = [entry.name for unit in made for entry in unit.files]
    assert len(in_units) == len(set(in_units))
    for name in set(names) - set(in_units):
        found = format_of(name)
        assert found is None or os.path.splitext(name)[1].lower() in {b".jpg", b".jpeg", b".png", b".webp"}
    for unit in made:
        assert {*unit.sidecars, unit.cover} - {b""} <= set(names)
