"""Commands about who may see what."""

import argparse
from typing import Any

from longshelf.config import Settings
from longshelf.errors import NotFound
from longshelf.store import accounts
from longshelf.store.migrate import open_database
from longshelf.visibility import why

STATED = {"restrictions": "the person's own rules", "profile": "the shared profile", "own": "the person"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("user", metavar="USER", help="name of the person")
    parser.add_argument("item", metavar="ITEM", type=int, help="id of the item, as in its address")


def why_hidden(settings: Settings, chosen: argparse.Namespace) -> dict[str, Any]:
    """Every reason, with the way from what a rule names to the item. NotFound when there is no such person or item."""
    database = open_database(settings)
    try:
        with database.read() as connection:
            found = accounts.user_named(connection, chosen.user)
            if found is None:
                raise NotFound(f"There is no user called {chosen.user!r}.")
            reasons = why.reasons(connection, found[0].id, chosen.item)
    finally:
        database.close()
    told = [_whole(each) for each in reasons] if chosen.json else [_line(each) for each in reasons]
    return {
        "user": found[0].name,
        "item": chosen.item if chosen.json else str(chosen.item),
        "visible": not reasons,
        "reasons": told,
    }


def _whole(reason: why.Reason) -> dict[str, Any]:
    path = [{"type": step.type, "id": step.id, "kind": step.kind, "name": step.name} for step in reason.path]
    return {"source": reason.source, "part": reason.part, "rule": reason.rule, "about": reason.about, "path": path}


def _line(reason: why.Reason) -> dict[str, Any]:
    return {"stated by": STATED[reason.source], "reason": reason.about}
