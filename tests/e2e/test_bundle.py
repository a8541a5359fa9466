"""The budget of the build, in gzipped bytes: what everybody downloads first, and what one more page may add."""

import gzip
import json
from functools import cache
from typing import Any

from tests.e2e.conftest import BUILD

DIST = BUILD.parent
KILOBYTE = 1000
INITIAL_JS, LAZY_ROUTE, ALL_CSS = 190 * KILOBYTE, 40 * KILOBYTE, 40 * KILOBYTE


@cache
def _manifest() -> dict[str, dict[str, Any]]:
    manifest: dict[str, dict[str, Any]] = json.loads((DIST / ".vite" / "manifest.json").read_text())
    return manifest


@cache
def _weight(file: str) -> int:
    return len(gzip.compress((DIST / file).read_bytes(), 9))


def _with_imports(key: str) -> set[str]:
    """The chunk and everything it needs before it can run."""
    found, waiting = set(), [key]
    while waiting:
        chunk = waiting.pop()
        if chunk not in found:
            found.add(chunk)
            waiting += _manifest()[chunk].get("imports", [])
    return found


def _entry() -> str:
    return next(key for key, chunk in _manifest().items() if chunk.get("isEntry"))


def _javascript(keys: set[str]) -> int:
    return sum(_weight(_manifest()[key]["file"]) for key in keys)


def test_the_first_load_stays_light() -> None:
    assert _javascript(_with_imports(_entry())) <= INITIAL_JS


def test_each_page_adds_little() -> None:
    first = _with_imports(_entry())
    pages = [key for key in _manifest() if key.endswith("Page.tsx")]
    heavy = {page: weight for page in pages if (weight := _javascript(_with_imports(page) - first)) > LAZY_ROUTE}
    assert heavy == {}


def test_styles_stay_light() -> None:
    sheets = {sheet for key in _with_imports(_entry()) for sheet in _manifest()[key].get("css", [])}
    assert sum(map(_weight, sheets)) <= ALL_CSS


def test_every_large_text_asset_has_compressed_siblings() -> None:
    for script in (DIST / "assets").glob("*.js"):
        if script.stat().st_size >= 1024:
            assert script.with_name(f"{script.name}.br").is_file()
            assert script.with_name(f"{script.name}.gz").is_file()
