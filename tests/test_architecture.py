"""Packages are stages of the data flow and import only from earlier ones. This table is the whole rule."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "longshelf"

BASE = {"errors", "config", "logs"}
MODEL = BASE | {"model"}
STORE = MODEL | {"sources", "store"}
WORK = STORE | {"index", "ingest", "accounts", "media", "jobs"}
READ = WORK | {"visibility", "tasks", "catalog", "displays"}
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "config": {"errors"},
    "logs": BASE,
    "model": {"errors"},
    "sources": MODEL,
    "demo": STORE,
    "store": MODEL | {"sources"},
    "index": STORE,
    "ingest": STORE,
    "accounts": STORE,
    "media": STORE,
    "jobs": STORE,
    "visibility": WORK,
    "tasks": WORK | {"visibility"},
    "catalog": WORK | {"visibility", "tasks"},
    "displays": WORK | {"visibility", "tasks", "catalog"},
    "api": (READ - {"store", "index"}) | {"demo"},
    "server": READ | {"api", "demo"},
    "bench": READ | {"demo"},
    "cli": READ | {"api", "server", "demo", "bench"},
}


def _package(path: Path) -> str:
    first = path.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} uses a relative import"
            names = [f"{node.module}.{alias.name}" if node.module == "longshelf" else node.module or "" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        yield from ((node.lineno, name.split(".")[1]) for name in names if name.startswith("longshelf."))


FILES = [path for path in sorted(SOURCE.rglob("*.py")) if path.name not in ("__init__.py", "__main__.py") or path.parent != SOURCE]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_package_imports_only_what_comes_before_it(path: Path) -> None:
    package = _package(path)
    allowed = ALLOWED[package] | {package}
    wrong = [f"{path.name}:{line} imports {name}" for line, name in _imports(path) if name not in allowed]
    assert not wrong


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_only_the_store_speaks_sql(path: Path) -> None:
    if _package(path) == "store":
        return
    modules = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not modules & {"sqlalchemy", "sqlite3", "psycopg", "alembic"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_opens_with_what_it_is_for(path: Path) -> None:
    if path.name == "__init__.py":
        return
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), f"{path} has no module docstring"
