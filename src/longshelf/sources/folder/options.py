"""How one folder library is to be read: its roots and what its owner decided. Kept as the library's configuration."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from longshelf.errors import Invalid

AudioMode = Literal["auto", "audiobook", "track"]


class FolderOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`folders` are absolute paths; their order is the identity of the roots, so new ones go to the end. `audio` says what audio
    files are: audiobooks, tracks, or judged one by one. `follow_links` follows symbolic links that stay within their
    root. `watch` scans when something changes, beside the schedule."""

    folders: list[str]
    audio: AudioMode = "auto"
    follow_links: bool = False
    watch: bool = False

    @property
    def roots(self) -> list[bytes]:
        """The folders as the file system knows them."""
        return [os.fsencode(folder) for folder in self.folders]


def parse(config: Mapping[str, Any]) -> FolderOptions:
    """Options from a library's configuration or a request. Invalid names the field and what to write."""
    try:
        return msgspec.convert(dict(config), FolderOptions)
    except msgspec.ValidationError as error:
        raise Invalid("options", str(error)) from None


def check(options: FolderOptions) -> FolderOptions:
    """For a library that is being added or changed: every folder is an absolute path that is there, none lies within another."""
    if not options.folders:
        raise Invalid("folders", "name at least one folder")
    paths = [Path(folder) for folder in options.folders]
    for path in paths:
        if not path.is_absolute():
            raise Invalid("folders", f"{path} is not an absolute path")
        if not path.is_dir():
            raise Invalid("folders", f"{path} is not a folder on this machine (or may not be entered)")
    for path in paths:
        inside = [other for other in paths if other is not path and path.resolve().is_relative_to(other.resolve())]
        if inside:
            raise Invalid("folders", f"{path} lies within {inside[0]}: its files would be there twice")
    return options
