"""Language tags from what files call their language."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.sources.folder.languages import language


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en", "en"), ("EN", "en"), ("eng", "en"), ("en-us", "en-US"), ("en_GB", "en-GB"), ("pt_BR.UTF-8", "pt-BR"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("ger", "de"), ("deu", "de"), ("fre", "fr"), ("chi", "zh"), ("haw", "haw"), ("English", "en"), (" Deutsch ", "de"),
        ("日本語", "ja"),
        ("sr@latin", "sr"), ("en-GB-oed", "en-GB-oed"), ("es-419", "es-419"),
        ("", ""), ("und", ""), ("zxx", ""), ("Unknown", ""), ("Klingon", ""), ("e", ""), ("en us", ""), ("12", ""),
    ],
)  # fmt: skip
def test_a_language_becomes_its_usual_tag(text: str, tag: str) -> None:
    assert language(text) == tag


@given(st.text())
def test_any_text_gives_a_tag_or_nothing(text: str) -> None:
    assert re.fullmatch(r"|[a-z]{2,3}(-[A-Za-z0-9]{1,8})*", language(text))


@given(st.from_regex(r"[a-zA-Z]{2,3}([-_][a-zA-Z]{4})?([-_][a-zA-Z]{2})?", fullmatch=True))
def test_a_tag_is_its_own_tag(text: str) -> None:
    assert language(language(text)) == language(text)
