"""No stored name leads outside the library."""

import os
from pathlib import Path

import pytest

from longshelf.errors import NotFound, SourceOffline
from longshelf.media.locate import confined, file_path, opened, sidecar_path
from tests.media.items import located


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "library"
    (root / "inner").mkdir(parents=True)
    (root / "inner" / "a.png").write_bytes(b"inside")
    (tmp_path / "secret.png").write_bytes(b"secret")
    (tmp_path / "library-two").mkdir()
    (tmp_path / "library-two" / "b.png").write_bytes(b"a root whose name begins with the other's")
    return root


def test_a_file_below_the_root_is_found(root: Path) -> None:
    path = file_path(located(root, "inner/a.png"))
    with opened(path) as descriptor:
        assert os.read(descriptor, 99) == b"inside"


@pytest.mark.parametrize(
    "name",
    [
        "../secret.png",
        "inner/../../secret.png",
        "../library-two/b.png",
        "/etc/passwd",
        "inner",
        "",
        ".",
        "nowhere.png",
        "a\0b",
        "inner/a.png/x",
        "x" * 5_000,
    ],
)
def test_everything_else_is_not_found(root: Path, name: str) -> None:
    with pytest.raises(NotFound):
        file_path(located(root, name))


def test_a_link_that_stays_inside_is_followed_and_one_that_leads_out_is_not(root: Path) -> None:
    (root / "good.png").symlink_to("inner/a.png")
    (root / "bad.png").symlink_to("../secret.png")
    (root / "worse").symlink_to("..")
    (root / "loop.png").symlink_to("loop.png")
    assert file_path(located(root, "good.png")).endswith(b"inner/a.png")
    for name in ("bad.png", "worse/secret.png", "loop.png"):
        with pytest.raises(NotFound):
            file_path(located(root, name))


def test_a_root_that_is_itself_a_link_works(root: Path, tmp_path: Path) -> None:
    (tmp_path / "mounted").symlink_to(root)
    assert file_path(located(tmp_path / "mounted", "inner/a.png")).endswith(b"library/inner/a.png")


def test_a_pipe_is_not_found_and_does_not_block(root: Path) -> None:
    os.mkfifo(root / "pipe.mp4")
    with pytest.raises(NotFound):
        file_path(located(root, "pipe.mp4"))
    with pytest.raises(NotFound), opened(os.fsencode(root / "pipe.mp4")):
        pass


def test_a_link_put_in_place_of_the_file_afterwards_is_refused(root: Path) -> None:
    path = file_path(located(root, "inner/a.png"))
    (root / "inner" / "a.png").unlink()
    (root / "inner" / "a.png").symlink_to("../../secret.png")
    with pytest.raises(NotFound), opened(path):
        pass


def test_names_that_are_not_utf8_are_served(root: Path) -> None:
    name = os.fsdecode(b"caf\xe9\n.png")
    (root / name).write_bytes(b"x")
    assert file_path(located(root, name)).endswith(b"caf\xe9\n.png")


def test_a_missing_root_is_offline_not_empty(tmp_path: Path) -> None:
    with pytest.raises(SourceOffline):
        confined(os.fsencode(tmp_path / "unmounted"), b"a.png")


def test_a_sidecar_is_looked_for_only_in_the_same_folder(root: Path) -> None:
    (root / "inner" / "cover.jpg").write_bytes(b"cover")
    place = located(root, "inner/a.png")
    assert sidecar_path(place, "cover.jpg").endswith(b"inner/cover.jpg")
    for name in ("../cover.jpg", "/etc/passwd", "..", "", "sub/cover.jpg"):
        with pytest.raises(NotFound):
            sidecar_path(place, name)


def test_an_item_without_that_file_is_not_found(root: Path) -> None:
    for index in (1, -1):
        with pytest.raises(NotFound):
            file_path(located(root, "inner/a.png"), index)
