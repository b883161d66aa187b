"""Cells that say that there is nothing: ``n/a``, a dash, 1900-01-01 (``templates/words/nothing.toml``)."""

from datetime import date
from functools import cache
from typing import Any, Final

import polars as pl

from arkit.build.written_days import named_days
from arkit.resources import bundled

_TIME: Final = r"(?:[T ].*)?"


def without_nothing(cells: pl.Series, *, days: bool = False) -> pl.Series:
    """A column in which cells that say that there is nothing are missing; ``days`` is whether it is one of days.

    >>> without_nothing(pl.Series(["R-1", "N/A", "-"])).to_list()
    ['R-1', None, None]
    >>> without_nothing(pl.Series(["01.01.1900", "1900-01-02", "9999-12-31T00:00:00"]), days=True).to_list()
    [None, '1900-01-02', None]
    >>> without_nothing(pl.Series(["1 gennaio 1900", "2 gennaio 1900"]), days=True).to_list()
    [None, '2 gennaio 1900']
    """
    if days and cells.dtype in (pl.Date, pl.Datetime):
        written = cells.cast(pl.Date)
        return cells.set(written.is_in(list(_real_days())), None)
    if cells.dtype not in (pl.String, pl.Categorical):
        return cells
    text = cells.cast(pl.String)
    nothing = text.is_in(list(_texts(days=days)))
    if days:
        nothing |= _are_no_days(text)
    return cells.set(nothing, None) if nothing.any() else cells


def _are_no_days(text: pl.Series) -> pl.Series:
    # Few cells have the year of such a day, so only they are looked at closely.
    perhaps = text.to_frame("x").select(pl.col("x").str.contains_any(_years()).fill_null(False)).to_series()
    if not perhaps.any():
        return perhaps
    cells = text.filter(perhaps).str.strip_chars()
    none = cells.str.contains(_day_pattern()) | named_days(cells).is_in(list(_real_days())).fill_null(False)
    return perhaps.scatter(perhaps.arg_true(), none)


@cache
def _nothing() -> dict[str, Any]:
    return bundled("templates/words/nothing.toml")


@cache
def _texts(*, days: bool) -> frozenset[str]:
    words = [*_nothing()["texts"], *(_nothing()["in_days"] if days else ())]
    return frozenset(
        spelling for word in words for spelling in (word, word.lower(), word.upper(), word.capitalize(), word.title())
    )


@cache
def _years() -> list[str]:
    return sorted({day[:4] for day in _nothing()["days"]})


@cache
def _day_pattern() -> str:
    """A day of the list in any order of year, month and day, with any mark or none between them."""
    forms = []
    for year, month, day in (text.split("-") for text in _nothing()["days"]):
        m, d = (rf"0?{int(part)}" for part in (month, day))
        forms += [rf"{year}\D?{m}\D?{d}日?", rf"{d}\D?{m}\D?{year}", rf"{m}\D?{d}\D?{year}"]
    return rf"^(?:{'|'.join(forms)}){_TIME}$"


@cache
def _real_days() -> frozenset[date]:
    # A column of dates cannot hold 0000-00-00, so there is nothing to compare with.
    days = (text for text in _nothing()["days"] if "-00" not in text)
    return frozenset(date.fromisoformat(day) for day in days)
