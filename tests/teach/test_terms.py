"""Terms in three languages have one source, and the glossary explains each of them."""

import re

import pytest

from arkit.errors import UnknownNameError
from arkit.teach import lesson
from arkit.teach.lesson import terms_table
from arkit.teach.lessons import COURSES
from tests.kpi.glossary import PAGE
from tests.teach.glossary import OF_THE_TRADE, parts_of, section, terms_by_section, words

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_glossary_has_the_terms() -> None:
    """After a change of templates/words/locale/*/glossary.toml: `python -m tests.teach.glossary`."""
    assert parts_of(TEXT)[1] == section()


def test_each_translated_term_is_explained() -> None:
    explained = {term for found in terms_by_section(TEXT).values() for term in found}
    assert sorted(set(words("en").values()) - explained) == []


@pytest.mark.parametrize("title", OF_THE_TRADE)
def test_each_term_of_the_trade_is_translated(title: str) -> None:
    found = terms_by_section(TEXT)[title]
    assert found
    assert sorted(set(found) - set(words("en").values())) == []


def test_a_translation_is_in_its_own_script() -> None:
    assert [name for name, term in words("ru").items() if not re.search("[а-яё]", term)] == []
    assert [name for name, term in words("zh").items() if not re.search("[一-鿿]", term)] == []
    assert set(words("ru")) == set(words("zh")) == set(words("en"))


def test_no_two_terms_of_a_section_are_called_the_same() -> None:
    for language in ("ru", "zh"):
        called = list(words(language).values())
        assert sorted({word for word in called if called.count(word) > 1}) == []


@pytest.mark.parametrize("number", COURSES)
def test_a_lesson_shows_its_terms_in_three_languages(number: int) -> None:
    shown = lesson(number).terms().markup
    assert all(words(language)[name] in shown for name in COURSES[number].terms for language in ("en", "ru", "zh"))


def test_an_unknown_term_is_an_error() -> None:
    with pytest.raises(UnknownNameError, match="balance_sheet"):
        terms_table(["balance_sheet"])
