"""The one search parser: every search box, playlist block, count and saved view reads its words here.

    word -word "a phrase" -"a phrase" pre*

Words are joined by AND; each may be in the title, in a linked name or in the description. What is not a letter or digit separates words, so
`foo-bar` is the phrase "foo bar", and `%`, `_` or `&` alone are as if not typed. Nothing typed, or only such characters, finds everything;
only exclusions find everything else. A quote that is never closed runs to the end. A quote or star elsewhere is punctuation."""

import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from longshelf.model import text

MAX_LENGTH = 1_000  # characters of one search; longer ones are refused where they enter (catalog/filters.py, model/filter_json.py)

_QUOTES = str.maketrans(dict.fromkeys("“”„‟〝〞＂", '"'))  # what phones type instead of "
_WORD = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)(?:"(?P<star>\*?)|$)|(?P<word>\S+))')


class Phrase(msgspec.Struct, frozen=True, array_like=True):
    """Tokens that must follow each other within one text; with `prefix` the last one may go on."""

    tokens: tuple[str, ...]
    prefix: bool = False

    def within(self, words: Sequence[str]) -> bool:
        *whole, last = self.tokens
        for start in range(len(words) - len(whole)):
            end = words[start + len(whole)]
            if list(words[start : start + len(whole)]) == whole and (end.startswith(last) if self.prefix else end == last):
                return True
        return False


class Terms(msgspec.Struct, frozen=True, array_like=True):
    """A parsed search: every wanted phrase and none of the unwanted. Both empty: everything."""

    wanted: tuple[Phrase, ...] = ()
    unwanted: tuple[Phrase, ...] = ()

    def match(self, found: text.Document) -> bool:
        """Each wanted phrase lies within some text of the document, and no unwanted one does."""
        words = [*found.title, *found.names, *found.description]
        return all(any(phrase.within(each) for each in words) for phrase in self.wanted) and not any(
            phrase.within(each) for phrase in self.unwanted for each in words
        )


@lru_cache(maxsize=1_024)
def parse(q: str) -> Terms:
    """Any text parses; repeated terms count once."""
    wanted: dict[Phrase, None] = {}
    unwanted: dict[Phrase, None] = {}
    for match in _WORD.finditer(q.translate(_QUOTES)):
        phrase = _phrase(match)
        if phrase.tokens:
            (unwanted if match["minus"] else wanted)[phrase] = None
    return Terms(tuple(wanted), tuple(unwanted))


def _phrase(match: re.Match[str]) -> Phrase:
    if match["word"] is None:
        return Phrase(tuple(text.tokens(match["phrase"])), prefix=bool(match["star"]))
    return Phrase(tuple(text.tokens(match["word"])), prefix=match["word"].endswith("*"))
