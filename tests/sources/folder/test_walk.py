"""The walk reports what is there, says what it could not read, and believes absence only where it looked."""

import os
import socket
from pathlib import Path

import pytest

from longshelf.errors import SourceOffline
from longshelf.sources.folder import walk as walking
from longshelf.sources.folder.walk import Listing, check_root, count_media, walk


def listings(root: Path, *, follow_links: bool = False) -> dict[bytes, Listing]:
    return {listing.path: listing for listing in walk(0, os.fsencode(root), follow_links=follow_links)}


def names(listing: Listing) -> list[bytes]:
    return [entry.name for entry in listing.files]


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def test_media_and_sidecars_are_listed_whatever_their_case_and_the_rest_is_not(tmp_path: Path) -> None:
    for name in ("Book.EPUB", "b.Nfo", "notes.txt", ".hidden.epub", "sub/c.Mp3"):
        touch(tmp_path / name)
    found = listings(tmp_path)
    assert names(found[b""]) == [b"Book.EPUB", b"b.Nfo"]
    assert names(found[b"sub"]) == [b"c.Mp3"]


@pytest.mark.parametrize("folder", [".git", "@eaDir", "#recycle", "$RECYCLE.BIN", "lost+found", "System Volume Information"])
def test_folders_of_other_programs_are_left_alone(tmp_path: Path, folder: str) -> None:
    touch(tmp_path / folder / "a.epub")
    touch(tmp_path / "b.epub")
    assert list(listings(tmp_path)) == [b""]


@pytest.mark.parametrize("marker", [".nomedia", ".ignore"])
def test_a_marked_folder_is_left_alone_with_all_below(tmp_path: Path, marker: str) -> None:
    touch(tmp_path / "a" / "deep" / "x.epub")
    touch(tmp_path / "a" / marker)
    found = listings(tmp_path)
    assert list(found) == [b"", b"a"]
    assert not found[b"a"].files


def test_special_files_are_named_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.epub")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.mp3"))
        found = listings(tmp_path)[b""]
    assert not found.files
    assert sorted(issue.reason for issue in found.issues) == ["is a named pipe, not a file", "is a socket, not a file"]


def test_links_are_refused_by_default_and_a_loop_ends_when_they_are_followed(tmp_path: Path) -> None:
    touch(tmp_path / "a" / "x.epub")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "a" / "y.epub").symlink_to(tmp_path / "a" / "x.epub")
    (tmp_path / "a" / "gone.epub").symlink_to(tmp_path / "nowhere")
    refused = listings(tmp_path)[b"a"]
    assert names(refused) == [b"x.epub"]
    assert len(refused.issues) == 3
    followed = listings(tmp_path, follow_links=True)
    assert names(followed[b"a"]) == [b"x.epub", b"y.epub"]
    assert [issue.path for issue in followed[b"a"].issues] == [b"a/gone.epub"]
    assert len(followed) == 3


def test_no_link_leads_out_of_the_root(tmp_path: Path) -> None:
    root = tmp_path / "root"
    touch(root / "a.epub")
    touch(tmp_path / "outside" / "secret.epub")
    (root / "folder").symlink_to(tmp_path / "outside")
    (root / "b.epub").symlink_to(tmp_path / "outside" / "secret.epub")
    found = listings(root, follow_links=True)
    assert list(found) == [b""]
    assert names(found[b""]) == [b"a.epub"]
    assert ["leads out" in issue.reason for issue in found[b""].issues] == [True, True]


def test_an_unreadable_folder_is_an_issue_and_its_neighbours_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path / "bad" / "x.epub")
    touch(tmp_path / "good" / "y.epub")
    real = os.scandir

    def scandir(path: bytes) -> object:
        if path.endswith(b"/bad"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = listings(tmp_path)
    assert not found[b"bad"].readable
    assert found[b"bad"].issues[0].reason == "folder cannot be read: Permission denied"
    assert names(found[b"good"]) == [b"y.epub"]


def test_folders_nested_beyond_reason_end_the_descent(tmp_path: Path) -> None:
    deep = os.fsencode(tmp_path)
    descriptor = os.open(deep, os.O_RDONLY)
    for _ in range(walking.MAX_DEPTH + 20):
        os.mkdir("d", dir_fd=descriptor)
        below = os.open("d", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    os.close(descriptor)
    found = list(walk(0, deep))
    assert "nested deeper" in found[-1].issues[0].reason
    assert len(found) <= walking.MAX_DEPTH + 3


def test_a_root_must_be_there_readable_and_not_empty(tmp_path: Path) -> None:
    with pytest.raises(SourceOffline, match="does not exist"):
        check_root(os.fsencode(tmp_path / "absent"))
    with pytest.raises(SourceOffline, match="not a folder"):
        check_root(os.fsencode(touch(tmp_path / "file")))
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(SourceOffline, match="is empty"):
        check_root(os.fsencode(empty))
    assert check_root(os.fsencode(empty), may_be_empty=True).empty
    assert not check_root(os.fsencode(tmp_path)).empty


def test_counting_agrees_with_walking(tmp_path: Path) -> None:
    for index in range(30):
        touch(tmp_path / f"d{index % 4}" / f"{index}.epub")
        touch(tmp_path / f"d{index % 4}" / f"{index}.opf")
    touch(tmp_path / ".git" / "x.epub")
    assert count_media(os.fsencode(tmp_path), lambda: False) == 30
    assert count_media(os.fsencode(tmp_path), lambda: True) == 0
