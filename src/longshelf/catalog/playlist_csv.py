"""A playlist as a table for spreadsheets, and back, without loss.

One line for the playlist, then one a block or item; the first column says which. A spreadsheet takes a cell that begins with `=`, `+`, `-`,
`@`, a tab or a line break for a formula, so such a cell gets an apostrophe in front, and so does one that begins with an apostrophe:
reading takes exactly one away (https://owasp.org/www-community/attacks/CSV_Injection). Spreadsheets write commas or semicolons, and may put
a byte order mark in front; both are read."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from longshelf.catalog.playlist_shapes import ExportedBlock, ExportedPlaylist
from longshelf.errors import Invalid

PLAYLIST = ("name", "kind", "shared", "longshelf", "source")
BLOCK = ("title", "q", "filter", "view_name", "view_query", "count", "order", "format", "dwell")
ITEM = ("library", "external_id", "item_kind", "item_title")
COLUMNS = ("row", *PLAYLIST, *BLOCK, *ITEM)
RISKY = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "'")
CELL = 2**20  # characters; a filter tree has 64 Ki


def write(playlist: ExportedPlaylist) -> str:
    text = io.StringIO(newline="")
    rows = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    rows.writeheader()
    for each in _rows(playlist):
        rows.writerow({name: _safe(value) for name, value in each.items()})
    return text.getvalue()


def read(text: str) -> ExportedPlaylist:
    """Invalid, naming the line, for what is no such table."""
    head: dict[str, Any] | None = None
    blocks: list[dict[str, Any]] = []
    items: list[dict[str, Any]] = []
    for line, row in _read_rows(text.removeprefix("\ufeff")):
        kind = row["row"].strip().lower()
        if kind == "playlist" and head is None:
            head = _head(row, line)
        elif kind == "block":
            blocks.append(_block(row, line))
        elif kind == "item":
            items.append(
                {"library": row["library"], "external_id": row["external_id"], "kind": row["item_kind"], "title": row["item_title"]}
            )
        else:
            raise _wrong(line, f"row is {kind[:40]!r}; write playlist (once), block or item")
    if head is None:
        raise Invalid("csv", "there is no line whose row is playlist; it names the playlist")
    return _converted({**head, "blocks": blocks, "items": items})


def _rows(playlist: ExportedPlaylist) -> Iterable[dict[str, str]]:
    yield {
        "row": "playlist",
        "name": playlist.name,
        "kind": playlist.kind,
        "shared": "yes" if playlist.shared else "no",
        "longshelf": str(playlist.longshelf),
        "source": playlist.source,
    }
    for each in playlist.blocks:
        yield {"row": "block", **_cells(each)}
    for item in playlist.items:
        named = {"library": item.library, "external_id": item.external_id, "item_kind": item.kind, "item_title": item.title}
        yield {"row": "item", **named}


def _cells(block: ExportedBlock) -> dict[str, str]:
    return {
        "title": block.title,
        "q": block.q,
        "filter": block.filter,
        "view_name": "" if block.view is None else block.view.name,
        "view_query": "" if block.view is None else block.view.query,
        "count": str(block.count),
        "order": block.order,
        "format": block.format,
        "dwell": "" if block.dwell is None else repr(block.dwell),
    }


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(RISKY) else cell


def _plain(cell: str | None) -> str:
    return (cell or "").removeprefix("'")


def _read_rows(text: str) -> Iterable[tuple[int, Mapping[str, str]]]:
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    csv.field_size_limit(CELL)
    rows = csv.DictReader(io.StringIO(text, newline=""), restkey="", delimiter=delimiter, strict=True)
    try:
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            raise Invalid("csv", f"the first line must name the columns {', '.join(COLUMNS)}; {missing[0]} is missing")
        for row in rows:
            if any(row.get("") or ()):
                raise _wrong(rows.line_num, "more cells than columns; is a text with a comma quoted?")
            yield rows.line_num, {name: _plain(row[name]) for name in COLUMNS}
    except csv.Error as error:
        raise _wrong(rows.line_num, str(error)) from None


def _head(row: Mapping[str, str], line: int) -> dict[str, Any]:
    shared = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}.get(row["shared"].strip().lower())
    if shared is None:
        raise _wrong(line, "shared: write yes or no")
    return {
        "name": row["name"],
        "kind": row["kind"] or "blocks",
        "shared": shared,
        "longshelf": _number(row["longshelf"] or "1", line, "longshelf"),
        "source": row["source"],
    }


def _block(row: Mapping[str, str], line: int) -> dict[str, Any]:
    said: dict[str, Any] = {"title": row["title"], "q": row["q"], "filter": row["filter"]}
    if row["view_name"] or row["view_query"]:
        said["view"] = {"name": row["view_name"], "query": row["view_query"]}
    if row["count"]:
        said["count"] = _number(row["count"], line, "count")
    if row["dwell"]:
        said["dwell"] = _number(row["dwell"].replace(",", "."), line, "dwell")
    return said | {name: row[name] for name in ("order", "format") if row[name]}


def _number(text: str, line: int, name: str) -> int | float:
    try:
        return int(text) if text.strip().isdecimal() else float(text)
    except ValueError:
        raise _wrong(line, f"{name}: {text[:40]!r} is not a number") from None


def _converted(said: dict[str, Any]) -> ExportedPlaylist:
    try:
        return msgspec.convert(said, ExportedPlaylist)
    except msgspec.ValidationError as error:
        raise Invalid("csv", str(error)) from None


def _wrong(line: int, reason: str) -> Invalid:
    return Invalid("csv", f"line {line}: {reason}")
