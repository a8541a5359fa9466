"""Addresses of what is a person's own: watching, history, recommendations, the home page and statistics."""

from longshelf.api import params
from longshelf.api.handlers import personal, recommended, statistics
from longshelf.api.routes.rows import ADMIN, delete, get, post, put
from longshelf.catalog import personal_shapes as own
from longshelf.catalog import shapes

_FILTERS = tuple(param for param in params.ITEMS if param not in params.SORTING)

PERSONAL = (
    get("/api/items/continue", "continueItems", personal.unfinished, "What you have begun and not finished, the last played first",
         answer=shapes.ItemList, params=(*_FILTERS, *params.PAGING)),
    get("/api/items/recommended", "recommendedItems", recommended.browse,
         "What you may like and have not played, with the reasons; the same order all day",
         answer=own.RecommendedList, params=(*_FILTERS, *params.NUMBERED)),
    post("/api/items/{item_id}/progress", "watchItem", personal.watch, "What a player or reader says while it is open",
          body=own.WatchPing, answer=own.Watched),
    put("/api/items/{item_id}/watched", "markWatched", personal.mark, "Mark as watched or read, or take that back",
         body=own.MarkWatched, answer=shapes.Me),
    get("/api/history", "listHistory", personal.history, "What you watched and read, the newest first",
         answer=own.HistoryList, params=params.NUMBERED),
    delete("/api/history", "clearHistory", personal.clear, "Forget all you watched and read, and that it was played"),
    delete("/api/history/{play_id}", "deletePlay", personal.forget, "Forget one sitting"),
    get("/api/home", "getHome", personal.home, "The rows of your home page, and those it could have", answer=own.Home),
    put("/api/home", "chooseHome", personal.choose_home, "Choose the rows of your home page", body=own.ChooseHome, answer=own.Home),
    get("/api/me/statistics", "myStatistics", statistics.mine, "What you watch and read most, and how much a week",
         answer=own.PersonalStatistics),
    get("/api/statistics", "serverStatistics", statistics.server, "Growth, totals a library, and how many people are active",
         answer=own.ServerStatistics, access=ADMIN),
)  # fmt: skip
