"""ZIP files whose bytes depend on their members only: fixed times, fixed order, fixed attributes."""

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

EPOCH = (2024, 1, 1, 0, 0, 0)
STORED_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".mp3")  # compressed already; deflating them again costs time for nothing


def zipped(members: Iterable[tuple[str, bytes]]) -> bytes:
    """The archive in memory, members in the given order. One called "mimetype" is stored, as EPUB asks."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members:
            archive.writestr(member(name), content, compresslevel=6)
    return buffer.getvalue()


def member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, EPOCH)
    info.external_attr = 0o100644 << 16
    info.create_system = 3
    stored = name == "mimetype" or name.lower().endswith(STORED_SUFFIXES)
    info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    return info


def write_zip(path: Path, members: Iterable[tuple[str, bytes]]) -> None:
    path.write_bytes(zipped(members))
