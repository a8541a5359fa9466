"""Writes web/openapi.json, from which the UI's types are made; with --check only says whether the committed file is up to date."""

import json
import sys
from pathlib import Path

from longshelf.api.openapi import document
from longshelf.api.routes import ROUTES

TARGET = Path(__file__).parents[1] / "web" / "openapi.json"


def rendered() -> str:
    """The document as it is committed: indented, one line at the end."""
    return json.dumps(document(ROUTES), indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    if "--check" not in sys.argv[1:]:
        TARGET.write_text(rendered(), encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == rendered():
        return 0
    sys.stderr.write("web/openapi.json is stale: run `python tools/openapi.py`, then `npm run gen-api` in web/\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
