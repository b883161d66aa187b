"""Every way of writing a day with the name of its month, or in an era, is the same day."""

from datetime import date

import polars as pl
import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from arkit.build.parsing import dates
from arkit.files.body.rows import DATE
from tests.model.books import examples

LANGUAGES = ("en", "de", "ru", "zh", "fr", "es", "pt", "it", "pl", "tr", "ja", "nl")
FORMS = ("long", "medium", "d MMMM y", "d-MMM-y", "y-MMMM-dd", "EEEE, d MMMM y", "dd MMM yy")
IN_NUMBERS = ("{0}-{1:02}-{2:02}T23:30:00Z", "{0}-{1:02}-{2:02}T07:00:00.123+05:30", "{0}年{1}月{2}日(月)")
ERAS = (("R{}.{}.{}", 2018), ("令和{}年{}月{}日", 2018), ("民國{}年{}月{}日", 1911), ("{}/{:02}/{:02}", 1911))
DAYS = st.dates(date(2020, 1, 1), date(2049, 12, 31))


def read(text: str) -> date | None:
    cells = pl.Series([text])
    assert cells.str.contains(DATE).all(), text
    return dates(cells, order="ymd").to_list()[0]


@given(day=DAYS, language=st.sampled_from(LANGUAGES), form=st.sampled_from(FORMS))
@examples(2)
def test_a_month_by_its_name_in_each_language(day: date, language: str, form: str) -> None:
    text = format_date(day, format=form, locale=language)
    if any(letter.isalpha() for letter in text):
        assert dates(pl.Series([text]), order="dmy").to_list() == [day], text


@given(day=DAYS, form=st.sampled_from(IN_NUMBERS), era=st.sampled_from(ERAS))
@examples(2)
def test_a_day_with_its_time_or_in_an_era(day: date, form: str, era: tuple[str, int]) -> None:
    assert read(form.format(day.year, day.month, day.day)) == day
    assert read(era[0].format(day.year - era[1], day.month, day.day)) == day


@pytest.mark.parametrize("text", ["31 июня 2026", "31 February 2026", "5 Foo 2026", "R8.13.1"])
def test_a_day_that_there_is_not_is_missing(text: str) -> None:
    assert dates(pl.Series([text]), order="dmy").to_list() == [None]
