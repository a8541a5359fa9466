"""How thoroughly a mirror looks."""

from typing import Literal

Mode = Literal["incremental", "reconcile", "full"]
"""incremental: what changed since the last time · reconcile: everything is read and compared · full: everything is written anew, too."""

MODES: tuple[Mode, ...] = ("incremental", "reconcile", "full")
