"""Days whose month has its name, or whose year is counted in an era: 15 января 2026 г., 2026-January-03, 令和8年1月5日.

The names of months are babel's, of the languages in ``templates/words/writing.toml``; the eras are there too.
"""

import re
from datetime import date
from functools import cache
from typing import Final

import polars as pl
from babel import Locale

from arkit.build.written_amounts import alternatives, writing

_AFTER: Final = r"(?:\s*[(（]\D*[)）]|[T ]\d{1,2}:\d{2}.*)?$"
_MINGUO: Final = "民國"
_CENTURY: Final = 69
"""Two digits from here on are of the last century, as in days of digits alone."""


def named_days(cells: pl.Series) -> pl.Series:
    """The days of cells that name the month or the era; missing where a cell does neither.

    >>> days = named_days(pl.Series(["15 января 2026 г.", "2026-January-03", "令和8年1月5日", "R8.2.12", "12.1.26"]))
    >>> days.cast(pl.String).to_list()
    ['2026-01-15', '2026-01-03', '2026-01-05', '2026-02-12', None]
    """
    fitting = cells.str.contains("|".join(f"(?:{_unnamed(pattern)})" for pattern in _patterns()))
    # A loop over different texts, not over rows: the days of many years are a few thousand.
    days = {cell: _day(cell) for cell in cells.filter(fitting).unique()}
    return cells.replace_strict(days, default=None, return_dtype=pl.Date)


def _unnamed(pattern: str) -> str:
    # Joined by "or", the patterns would have groups of the same name, which no engine takes.
    return re.sub(r"\?P<\w+>", "?:", pattern)


def _day(cell: str) -> date | None:
    match = next(filter(None, (re.search(pattern, cell) for pattern in _patterns())), None)
    found = match.groupdict() if match else {}
    month = found.get("month") or _months().get(found.get("name", "").casefold(), 0)
    year = 1 if found.get("year") == "元" else int(found.get("year", 0))
    era = found.get("era") or (_MINGUO if 100 <= year <= 999 else "")
    if era:
        year += writing()["days"]["eras"][era]
    elif year < 100:
        year += 2000 if year < _CENTURY else 1900
    try:
        return date(year, int(month), int(found.get("day", 0)))
    except ValueError:
        return None


@cache
def _patterns() -> tuple[str, ...]:
    """The ways to write such a day, from the most particular on."""
    of_days = writing()["days"]
    names, eras = alternatives(_months()), alternatives(of_days["eras"])
    nth, between, after = (alternatives(of_days[kind]) for kind in ("after_number", "between", "after_year"))
    gap, word = r"[\s.,/-]*", rf"(?:(?:{between})\s+)?"
    day, name = rf"(?P<day>\d{{1,2}})(?:{nth})?", rf"(?P<name>{names})"
    weekday = r"(?:[^\W\d_]+(?:-[^\W\d_]+)?[.,]*\s+|[(（]\D*[)）]\s*)?"
    end = rf"(?:\s*(?:{after})\.?)?{_AFTER}"
    return (
        rf"(?i)^{weekday}{day}{gap}{word}{name}{gap}{word}(?P<year>\d{{4}}|\d{{2}}){end}",
        rf"(?i)^(?:[^\W\d_]+[.,]*\s+)??{name}{gap}{day},?{gap}(?P<year>\d{{4}}){end}",
        rf"(?i)^(?P<year>\d{{4}}){gap}{name}{gap}{day}{_AFTER}",
        rf"^(?P<era>{eras})\s*(?P<year>\d{{1,3}}|元)[年./-](?P<month>\d{{1,2}})[月./-](?P<day>\d{{1,2}})日?{_AFTER}",
        rf"^(?P<year>1\d{{2}})[年./-](?P<month>\d{{1,2}})[月./-](?P<day>\d{{1,2}})日?{_AFTER}",
        rf"^(?P<year>\d{{4}})年(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})日?{_AFTER}",
    )


def month_numbers() -> dict[str, str]:
    """The number of a month, as text, by its name or abbreviation in small letters."""
    return {name: str(number) for name, number in _months().items()}


@cache
def _months() -> dict[str, int]:
    """The number of a month by its name or abbreviation in small letters, without the point."""
    names: dict[str, int] = {}
    for language in writing()["days"]["languages"]:
        months = Locale(language).months
        lists = [months[context][width] for context in ("format", "stand-alone") for width in ("wide", "abbreviated")]
        names |= {name.casefold().rstrip("."): number for each in lists for number, name in each.items()}
    more = writing()["days"]["more_names"].items()
    return names | {name: int(number) for number, listed in more for name in listed}
