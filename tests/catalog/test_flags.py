"""Flags: chosen by one process, obeyed by all, within a second."""

import pytest

from longshelf.catalog.flags import ENGINE, FLAG_SECONDS, ChooseFlags, Flags
from longshelf.errors import Conflict
from longshelf.store.database import Database


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_choice_holds_here_at_once_and_elsewhere_within_a_second(database: Database) -> None:
    clock = Clock()
    here, elsewhere = Flags(database, "bitmaps", clock), Flags(database, "bitmaps", clock)
    assert (here.value(ENGINE), elsewhere.value(ENGINE)) == ("bitmaps", "bitmaps")
    here.choose(ChooseFlags(engine="sql"))
    assert here.value(ENGINE) == "sql"
    clock.now += FLAG_SECONDS
    assert elsewhere.value(ENGINE) == "sql"
    assert [(flag.value, flag.default) for flag in elsewhere.listed().flags] == [("sql", "bitmaps")]
    here.choose(ChooseFlags(engine=None))
    assert here.value(ENGINE) == "bitmaps"


def test_what_is_left_out_stays(database: Database) -> None:
    flags = Flags(database, "bitmaps")
    flags.choose(ChooseFlags(engine="sql"))
    flags.choose(ChooseFlags())
    assert flags.value(ENGINE) == "sql"


def test_a_value_is_read_once_a_second_however_often_it_is_asked_for(database: Database) -> None:
    flags = Flags(database, "bitmaps", Clock())
    flags.value(ENGINE)
    before = database.statements
    for _ in range(100):
        flags.value(ENGINE)
    assert database.statements == before


def test_without_an_index_bitmaps_cannot_be_chosen(database: Database) -> None:
    flags = Flags(database, "sql")
    with pytest.raises(Conflict, match="LONGSHELF_ENGINE"):
        flags.choose(ChooseFlags(engine="bitmaps"))
    assert flags.value(ENGINE) == "sql"
