"""The header that a layout expects: where it is, or what has changed in it; and what is said in the rows above it."""

import difflib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import polars as pl

from arkit.build import parsing
from arkit.errors import ReadingError, listed
from arkit.files.body.rows import DATE
from arkit.files.open_file import Grid
from arkit.model.layout import DateOrder, Layout, TableLayout
from arkit.words.vocabulary import currency_of, without_currency

SEARCHED: Final = 5000


@dataclass(frozen=True)
class Header:
    """A header in a grid: the rows it takes (counted from 0), and the name of each cell column."""

    first: int
    lines: int
    names: dict[str, str]

    @property
    def below(self) -> int:
        """The first row under the header."""
        return self.first + self.lines


def texts_of(lines: Sequence[Sequence[str]]) -> list[str]:
    """The texts of a header, those of its lines joined.

    >>> texts_of([["Document", "Amount"], ["No.", ""]])
    ['Document No.', 'Amount']
    """
    return [" ".join(part for part in parts if part) for parts in zip(*lines, strict=True)]


def names_of(texts: Sequence[str]) -> list[str]:
    """A name for each column: its text, numbered where it is there twice, or its place.

    >>> names_of(["Date", "Amount", "", "Amount"])
    ['Date', 'Amount', 'column 3', 'Amount 2']
    """
    names: list[str] = []
    for place, text in enumerate(texts, start=1):
        again = list(texts[: place - 1]).count(text) + 1
        names.append(f"column {place}" if not text else text if again == 1 else f"{text} {again}")
    return names


def find_header(grid: Grid, table: TableLayout) -> Header:
    """Where the header of a layout is.

    Raises
    ------
    ReadingError
        There is no such header: which texts are missing, new, renamed, or in another order.
    """
    expected = [text for text in table.header if text]
    # Sorted, because columns that have been moved are found by their names all the same.
    wanted = pl.Series([sorted(expected)], dtype=pl.List(pl.String))
    # Nearly every header is among the first rows; the whole file is searched only where it is not.
    for rows in (SEARCHED, grid.cells.height):
        joined = _joined(grid, table.header_lines, rows)
        found = (joined.list.sort() == wanted).arg_true()
        if len(found):
            break
    if not len(found) and table.ignored is not None:
        found = _with_more(joined, expected)
    if not len(found):
        raise _changed(grid, joined, expected)
    first = int(found[0])
    given = joined[first].to_list()
    # Columns of one name can be told apart by their order alone.
    if len(set(expected)) < len(expected) and given != expected:
        twice = sorted({repr(text) for text in expected if expected.count(text) > 1})
        raise ReadingError(
            f"The columns of {grid.file} are in another order than in the layout, and {listed(twice)} is "
            f"above several. Expected: {', '.join(expected)}. Found: {', '.join(given)}. Export them in the order of "
            "the layout, or make the layout again."
        )
    return header_at(grid, first, table.header_lines)


def _with_more(joined: pl.Series, expected: list[str]) -> pl.Series:
    """The rows with every text of a header, and others that are not twice there: columns that are new."""
    if len({*expected}) < len(expected):
        return pl.Series([], dtype=pl.UInt32)
    shared = joined.list.set_intersection(pl.Series([expected], dtype=pl.List(pl.String))).list.len()
    return ((shared == len(expected)) & (joined.list.n_unique() == joined.list.len())).arg_true()


def header_at(grid: Grid, first: int, lines: int) -> Header:
    """The header that begins in a row."""
    rows = grid.cells.slice(first, lines).select(grid.columns).rows()
    texts = texts_of([["" if cell is None else cell for cell in row] for row in rows])
    return Header(first, lines, dict(zip(grid.columns, names_of(texts), strict=True)))


_MOSTLY: Final = 0.8
_FEWEST: Final = 2


def header_on_top(grid: Grid, header: Header) -> tuple[Grid, Header]:
    """The grid with the header above its items, where a sorting has left some of them above it.

    A row above the header is an item if it has digits where nearly all rows below have them. Items under a header of
    their own are another table.
    """
    above, below = grid.cells.slice(0, header.first), grid.cells.slice(header.below)
    # A header that was sorted to the end has its items above it alone.
    shares = (below if below.height else above).head(SEARCHED).select(_digits(grid.columns).mean())
    usual = [name for name in grid.columns if (shares[name][0] or 0) >= _MOSTLY]
    if not above.height or len(usual) < _FEWEST:
        return grid, header
    fitting = above.select(pl.sum_horizontal(_digits(usual)) * 3 >= len(usual) * 2).to_series()
    start = int(fitting.arg_max() or 0)
    # A row before it with more than half as many cells is a header of its own, and what is below it another table.
    if not fitting[start] or (
        start and _fills(above, start - 1, grid.columns) * 2 > _fills(above, start, grid.columns)
    ):
        return grid, header
    lines = grid.cells.slice(header.first, header.lines)
    cells = pl.concat([above.slice(0, start), lines, above.slice(start), below])
    return replace(grid, cells=cells), replace(header, first=start)


def _digits(names: list[str]) -> pl.Expr:
    return pl.col(names).str.contains(r"\d").fill_null(False)


def _fills(rows: pl.DataFrame, place: int, names: list[str]) -> int:
    """How many cells of a row are filled."""
    return sum(cell is not None for cell in rows.select(names).row(place))


def _joined(grid: Grid, lines: int, rows: int) -> pl.Series:
    """For each of the first rows the texts of the header that it would begin, blank ones left out."""
    cells = [
        pl.concat_str([pl.col(name).shift(-line) for line in range(lines)], separator=" ", ignore_nulls=True)
        for name in grid.columns
    ]
    texts = pl.concat_list(pl.when(cell != "").then(cell) for cell in cells).list.drop_nulls()
    return grid.cells.head(rows).select(texts).to_series()


def _changed(grid: Grid, joined: pl.Series, expected: list[str]) -> ReadingError:
    """What has changed in the row that shares most texts with the header."""
    shared = joined.list.set_intersection(pl.Series([expected], dtype=pl.List(pl.String))).list.len()
    nearest = int(shared.arg_max() or 0)
    if not shared[nearest]:
        return ReadingError(
            f"{grid.file} has no row with the header of the layout ({', '.join(expected)}). "
            "It is another export, or in another language; read it without a layout to make one."
        )
    given = Counter(joined[nearest].to_list())
    missing, new = [*(Counter(expected) - given).elements()], [*(given - Counter(expected)).elements()]
    renamed = {}
    for text in [*missing]:
        near = difflib.get_close_matches(text.casefold(), [other.casefold() for other in new], n=1, cutoff=0.6)
        if near:
            renamed[text] = next(other for other in new if other.casefold() == near[0])
            missing.remove(text)
            new.remove(renamed[text])
    others = {"missing": missing, "new": [text for text in new if text not in expected]}
    row = grid.cells["source_row"][nearest]
    return ReadingError(
        f"The header of {grid.file} (row {row}) is not the one of the layout: "
        + "; ".join(
            [
                *(f"{old!r} is now {other!r}" for old, other in renamed.items()),
                *(f"{text!r} is there twice" for text in new if text in expected),
                *(f"{what}: {listed(map(repr, texts))}" for what, texts in others.items() if texts),
            ]
        )
        + ". If the export changed on purpose, change header and columns in the layout."
    )


DAY: Final = "snapshot_on"
_BETWEEN: Final = r"[\s:：,.（(\-–—]*"
_CURRENCY: Final = r"([A-Z]{3}\b|[€£₽₴₸₹]|[^\W\d_]+\.?)"


def lines_above(grid: Grid, header: Header) -> list[str]:
    """The rows above a header, each as one text."""
    rows = grid.cells.slice(0, header.first).select(pl.concat_str(grid.columns, separator=" ", ignore_nulls=True))
    return [str(line) for line in rows.to_series().to_list()]


def stated_above(grid: Grid, header: Header, table: TableLayout, layout: Layout) -> dict[str, str]:
    """What a layout finds above the header: canonical name to value, the day of a snapshot as ISO text.

    Raises
    ------
    ReadingError
        The word is not there, or nothing that fits comes after it.
    """
    lines = lines_above(grid, header)
    found = {}
    for name, label in table.stated_above.items():
        day = name == DAY
        find = currency_after if name == "currency" else text_after
        value = day_after(label, lines, layout) if day else find(label, lines)
        if not value:
            shown = " / ".join(filter(None, lines)) or "nothing"
            raise ReadingError(
                f"The layout looks for {'the day' if day else f'the {name}'} after {label!r} above the header of "
                f"{grid.file}, and it is not there. Above the header is: {shown}."
            )
        found[name] = str(value)
    return found


def day_after(label: str, lines: list[str], layout: Layout) -> date | None:
    """The first day that comes after a label."""
    for line in lines:
        for match in re.finditer(rf"{_begin(label)}{_BETWEEN}({DATE})", line, re.IGNORECASE):
            if day := _day(match.group(1), layout):
                return day
    return None


def _day(text: str, layout: Layout) -> date | None:
    """A day in the order of the layout; one that can be read in only one order is read in that."""
    # 31.03.26 begins with the day; 26/03/31 may be of 2026 or of 2031.
    others: tuple[DateOrder, ...] = ("dmy", "mdy") if "." in text else ("dmy", "mdy", "yymmdd")
    read = [parsing.dates(pl.Series([text]), order=order)[0] for order in (layout.date_order, *others)]
    days = {day for day in read if isinstance(day, date)}
    return read[0] or (days.pop() if len(days) == 1 else None)


def currency_after(label: str, lines: list[str]) -> str:
    """The first currency that comes after a label."""
    for line in lines:
        for match in re.finditer(rf"{_begin(label)}{_BETWEEN}{_CURRENCY}", line):
            if code := currency_of(match.group(1)):
                return code
    return ""


def text_after(label: str, lines: list[str]) -> str:
    """What comes after a label, where it stands last in a line: a name, without the currency behind it.

    >>> text_after("by the books of", ["By the books of Nord, EUR  By the books of Ost Ltd, EUR"])
    'Ost Ltd'
    """
    for line in lines:
        found = [*re.finditer(_begin(label), line, re.IGNORECASE)]
        if found and (text := without_currency(line[found[-1].end() :].strip(" :："))[0].strip(" ,;")):
            return text
    return ""


def _begin(label: str) -> str:
    # Chinese has no blanks between words, so a label may follow another word at once.
    return rf"(?<!\w){re.escape(label)}" if label[:1].isascii() else re.escape(label)
