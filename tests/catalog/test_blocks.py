"""What the reading of blocks keeps."""

from longshelf.catalog import blocks
from longshelf.store.playlists import BlockRow


def _kept() -> int:
    return blocks._wanted.cache_info().currsize


def _block(kinds: list[str]) -> BlockRow:
    said = "&".join(f"kind={each}" for each in kinds)
    return BlockRow(1, 1, 1, "", "", said, None, 10, "newest", "mixed", None)


def test_short_blocks_are_read_once_and_long_ones_fill_no_memory() -> None:
    short, long = _block(["video"]), _block(["image", "video"] * 100)
    blocks._wanted.cache_clear()  # another test of this process may have read the same block
    assert blocks.wanted(short, {}) == blocks.wanted(short, {})
    assert _kept() == 1
    assert blocks.wanted(long, {}) == blocks.wanted(long, {})
    assert _kept() == 1
