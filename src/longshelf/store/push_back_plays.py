"""Plays on their way to the server of a mirrored library. The rule: a play is written down before it is sent, and whether it arrived is
noted once, whoever notes it."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection

from longshelf.store import bulk
from longshelf.store.database import run
from longshelf.store.push_back import PLAY, DuePlay, Ended, Row, Sending, Unsure
from longshelf.store.user_data_tables import remote_play


def begin_sending(connection: Connection, user_id: int, rows: Iterable[tuple[DuePlay, Sending]]) -> None:
    """Before they are sent: whoever comes after a crash asks the server which of them arrived."""
    columns = ("play_id", "user_id", "item_id", "sending")
    values = [(play.play_id, user_id, play.item_id, msgspec.json.encode(sending).decode()) for play, sending in rows]
    bulk.upsert(connection, remote_play, columns, values, columns[:1], columns[3:])


def unsure(connection: Connection, row: Row) -> list[Unsure]:
    """What was begun and not ended."""
    text = f"""SELECT {PLAY}, r.sending FROM remote_play AS r JOIN play AS p ON p.id = r.play_id JOIN item ON item.id = p.item_id
               WHERE r.user_id = ? AND item.library_id = ? AND r.sending <> '' ORDER BY p.id"""
    found = []
    for each in run(connection, text, row.user_id, row.library_id):
        sending = msgspec.json.decode(each[4], type=Sending)
        found.append(Unsure(DuePlay(each[0], each[1], each[2], each[3], sending.seconds, sending.counts), sending))
    return found


def end_sending(connection: Connection, user_id: int, rows: Iterable[Ended]) -> int:
    """What is there is shared from now on; what was refused only is not told again. How many plays are there now. One whose sending has
    ended already changes nothing."""
    arrived = 0
    for play, seconds, counted, refused in rows:
        text = """UPDATE remote_play SET sending = '', seconds = seconds + ?, counted = CASE WHEN ? = 1 THEN 1 ELSE counted END
                  WHERE play_id = ? AND sending <> ''"""
        told = (play.seconds if seconds or refused else 0.0, int((counted or refused) and play.counts))
        if run(connection, text, *told, play.play_id).rowcount and (seconds or counted):
            text = """INSERT INTO remote_item_word (user_id, item_id, plays, seconds) VALUES (?, ?, ?, ?)
                      ON CONFLICT (user_id, item_id) DO UPDATE SET plays = remote_item_word.plays + excluded.plays,
                          seconds = remote_item_word.seconds + excluded.seconds"""
            run(connection, text, user_id, play.item_id, int(counted and play.counts), play.seconds if seconds else 0.0)
            arrived += counted and play.counts
    return arrived


def forget_plays(connection: Connection, user_id: int) -> None:
    """Sittings the person took out of his history."""
    run(
        connection, "DELETE FROM remote_play WHERE user_id = ? AND play_id NOT IN (SELECT id FROM play WHERE user_id = ?)", user_id, user_id
    )
