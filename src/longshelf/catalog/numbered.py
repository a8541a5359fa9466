"""Short lists in numbered pages: jobs, issues, keys, views. Long ones are cut by `catalog/paging.py`."""

from collections.abc import Sequence
from typing import TypeVar

from longshelf.catalog.paging import Pagination

Entry = TypeVar("Entry")


def numbered(page: int, size: int, total: int) -> Pagination:
    """What a list in numbered pages says about itself."""
    more = page * size < total
    return Pagination(
        page=page,
        page_size=size,
        total_count=total,
        total_is_estimate=False,
        total_pages=-(-total // size),
        has_next=more,
        has_previous=page > 1 and total > 0,
        has_more=more,
        next_page=page + 1 if more else None,
        next_cursor=None,
        prev_cursor=None,
    )


def cut_whole(entries: Sequence[Entry], page: int, size: int) -> tuple[list[Entry], Pagination]:
    """One page of a list that is read whole because it is short."""
    return list(entries[(page - 1) * size : page * size]), numbered(page, size, len(entries))


def whole(count: int) -> Pagination:
    """What a list says about itself that is always one page."""
    return numbered(1, max(count, 1), count)
