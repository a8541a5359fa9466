"""Who may see what. A known viewer sees everything for now; a viewer nobody knows sees nothing.

The answer is one more query that `catalog` ANDs to whatever is asked, in one place a path; nothing else in Longshelf restricts."""

from longshelf.model.query import EVERYTHING, Nothing, Query
from longshelf.model.viewer import Viewer


def allowed(viewer: Viewer) -> Query:
    """The items this viewer may see."""
    return EVERYTHING if viewer.known else Nothing()
