"""Short lists in numbered pages: jobs, issues, keys, views. Long ones are cut by `catalog/paging.py`."""

from longshelf.catalog.paging import Pagination


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


def whole(count: int) -> Pagination:
    """What a list says about itself that is always one page."""
    return numbered(1, max(count, 1), count)
