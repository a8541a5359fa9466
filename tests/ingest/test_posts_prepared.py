"""What is prepared in a shorter way is what is prepared in the usual one."""

from hypothesis import given
from hypothesis import strategies as st

from longshelf.ingest.posts_prepared import prepare_post
from longshelf.ingest.prepared import prepare
from longshelf.model.kinds import EntityKind, ItemKind
from longshelf.model.records import Credit, ItemRecord

names = st.one_of(st.sampled_from(["sea", "SEA", "!?", "東京 タワー", "ﷺ", "x " * 250]), st.text(min_size=1, max_size=20))
credits = st.lists(st.builds(Credit, st.sampled_from(EntityKind), names), max_size=6)


@given(title=st.text(max_size=30), description=st.text(max_size=60), credits=credits, times=st.sampled_from([1, 1, 40]))
def test_a_post_is_prepared_as_any_item(title: str, description: str, credits: list[Credit], times: int) -> None:
    record = ItemRecord(kind=ItemKind.POST, title=title, description=description, credits=tuple(credits * times))
    assert prepare_post(record) == prepare(record)
