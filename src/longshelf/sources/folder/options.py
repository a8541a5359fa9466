"""How one folder library is to be read: its roots and what its owner decided. Kept as the library's configuration."""

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from longshelf.errors import Invalid

AudioMode = Literal["auto", "audiobook", "track"]
VACANT = b"/dev/null"  # as a root it holds nothing and never will: no path below a device can be


class FolderOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`folders` are absolute paths; their order is the identity of the roots, so new ones go to the end, and one that is taken out leaves
    its place empty (""), for good. `audio` says what audio
    files are: audiobooks, tracks, or judged one by one. `follow_links` follows symbolic links that stay within their
    root. `watch` scans when something changes, beside the schedule."""

    folders: list[str]
    audio: AudioMode = "auto"
    follow_links: bool = False
    watch: bool = False

    @property
    def roots(self) -> list[bytes]:
        """The folders as the file system knows them, each at its place; VACANT for one that was taken out."""
        return [os.fsencode(folder) if folder else VACANT for folder in self.folders]

    @property
    def present(self) -> list[str]:
        """The folders without the empty places."""
        return [folder for folder in self.folders if folder]


def parse(config: Mapping[str, Any]) -> FolderOptions:
    """Options from a library's configuration or a request. Invalid names the field and what to write."""
    try:
        return msgspec.convert(dict(config), FolderOptions)
    except msgspec.ValidationError as error:
        raise Invalid("options", str(error)) from None


def check(options: FolderOptions, known: Collection[str] = ()) -> FolderOptions:
    """For a library that is being added or changed: every folder is an absolute path that is there, none lies within another. Those that
    are `known` from before need not be there now: their disk may be away."""
    if not options.present:
        raise Invalid("folders", "name at least one folder")
    paths = [Path(folder) for folder in options.present]
    for path in paths:
        if not path.is_absolute():
            raise Invalid("folders", f"{path} is not an absolute path")
        if str(path) not in known and not path.is_dir():
            raise Invalid("folders", f"{path} is not a folder on this machine (or may not be entered)")
    for path in paths:
        inside = [other for other in paths if other is not path and path.resolve().is_relative_to(other.resolve())]
        if inside:
            raise Invalid("folders", f"{path} lies within {inside[0]}: its files would be there twice")
    return options


def replaced(before: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """The folders of a library that is to have these from now on, each at the place it had; new ones behind all others. In which order they
    are wanted does not matter: the place of a folder is the identity of what was found in it (docs/decisions/0002)."""
    kept = [folder if folder in wanted else "" for folder in before]
    return [*kept, *(folder for folder in dict.fromkeys(wanted) if folder and folder not in before)]
