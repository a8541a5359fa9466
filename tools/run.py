"""What `make run` starts: a server with something in it. LIBRARY=/path names your own folder; without it a demonstration library is made.

Everything it keeps is in LONGSHELF_DATA (default: `data` beside this checkout). `--dev` also starts the UI's development server."""

import ctypes.util
import os
import subprocess
import sys
from pathlib import Path

from longshelf.cli.main import main as longshelf

ROOT = Path(__file__).parents[1]


def main() -> int:
    os.environ.setdefault("LONGSHELF_DATA", str(ROOT / "data"))
    if ctypes.util.find_library("archive") is None:
        print("RAR and 7z comics need libarchive: sudo apt-get install libarchive13 (or libarchive13t64)", file=sys.stderr)
    code = _library()
    if code != 0:
        return code
    if "--dev" not in sys.argv:
        return longshelf(["serve"])
    web = subprocess.Popen(["npm", "run", "dev"], cwd=ROOT / "web")
    try:
        return longshelf(["serve"])
    finally:
        web.terminate()
        web.wait()


def _library() -> int:
    chosen = os.environ.get("LIBRARY")
    if not chosen:
        return longshelf(["demo"])
    folder = Path(chosen).expanduser().absolute()
    return longshelf(["library", "add", folder.name or "Library", "--folder", str(folder), "--if-missing"])


if __name__ == "__main__":
    sys.exit(main())
