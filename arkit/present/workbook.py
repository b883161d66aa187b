"""The workbook: finished tables as an Excel file that computes, filters, prints and adds up.

Its charts are native ones of the spreadsheet program, below the table of their sheet: they follow the cells that they
show.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from arkit.present.sheets import CURRENCY, HEADER_ROW, Chart, FilledColumn, Sheet, filled, runs
from arkit.present.theme import INK, MUTED, RULE, bucket_colours
from arkit.words.catalogue import text
from arkit.words.columns import TEXT_KINDS

BAND: Final = "#EEF2F6"
WRAPPED_ROWS: Final = 2_000
"""Longer tables are not wrapped: a spreadsheet program measures each wrapped row when it opens the file."""

ONE_PAGE_ROWS: Final = 40
A4, A3 = 9, 8
WIDE: Final = 220
LINE: Final = 13.5
"""Height of a line in points."""

TEXT_AS_IT_IS: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_workbook(path: Path, *, sheets: Sequence[Sheet], created: datetime) -> None:
    """Write finished tables as an Excel workbook.

    Numbers stay numbers and dates stay dates; a text never becomes a formula or an address. Totals are formulas
    that carry their values, so they can be read without recalculation. Amounts of two currencies are never added:
    a table with several has one total row for each. The same tables and the same ``created`` give the same bytes.

    Parameters
    ----------
    path
        The file to write.
    sheets
        The sheets, in order.
    created
        The time that the file states as its making.

    Examples
    --------
    >>> import tempfile, pandas as pd
    >>> from datetime import datetime
    >>> from pathlib import Path
    >>> items = pd.DataFrame({"item_id": ["0010"], "currency": ["EUR"], "open_amount": [12.5]})
    >>> path = Path(tempfile.mkdtemp()) / "report.xlsx"
    >>> sheet = Sheet(name="Items", table=items, totals=("open_amount",))
    >>> write_workbook(path, sheets=[sheet], created=datetime(2026, 10, 31))
    >>> path.read_bytes()[:2]
    b'PK'
    """
    with Workbook(str(path), dict(TEXT_AS_IT_IS)) as book:
        book.set_properties({"created": created, "title": sheets[0].title, "comments": sheets[0].subtitle})
        styles = _Styles(book)
        for sheet in sheets:
            for piece in sheet.pieces():
                _write_sheet(book, piece, styles)


@dataclass
class _Styles:
    """The cell formats of one workbook, each made once."""

    book: Workbook
    made: dict[tuple[tuple[str, object], ...], Any] = field(default_factory=dict)

    def get(self, **properties: object) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            look = {"font_name": "Calibri", "font_size": 10, "font_color": INK, "valign": "top"}
            self.made[key] = self.book.add_format({**look, **properties})
        return self.made[key]

    def cell(self, kind: str, places: int, position: int, **properties: object) -> Any:
        if kind == "reason":
            properties |= {"font_color": MUTED, "italic": True, "text_wrap": True}
        return self.get(num_format=_number_format(kind, places), **_side(kind, position), **properties)


def _number_format(kind: str, places: int) -> str:
    digits = "#,##0" + ("." + "0" * places if places else "")
    formats = {
        "amount": f'{digits};-{digits};"\u2013"',
        "ratio": "0.0%",
        "rate": "#,##0.0000##",
        "exchange_rate": "#,##0.000000",
        **dict.fromkeys(("times", "deviations"), "#,##0.00"),
        **dict.fromkeys(("days", "months", "seconds", "number"), digits),
        "count": "#,##0",
        "date": "yyyy-mm-dd",
    }
    return formats.get(kind, "General")


def _side(kind: str, position: int = 0) -> dict[str, object]:
    """Texts are set to the left, a little away from the numbers before them; numbers to the right."""
    return {"align": "left", "indent": min(position, 1)} if kind in TEXT_KINDS else {"align": "right"}


def _write_sheet(book: Workbook, sheet: Sheet, styles: _Styles) -> None:
    page = book.add_worksheet(sheet.name)
    columns = filled(sheet)
    _write_heading(page, sheet, styles)
    for position, column in enumerate(columns):
        _write_column(page, column, position, styles)
    _set_heights(page, columns)
    last = HEADER_ROW + max(len(sheet.table), 1)
    if sheet.table.empty:
        page.write_string(last, 0, text("present.workbook.no_rows"), styles.get(font_color=MUTED, italic=True))
    page.autofilter(HEADER_ROW, 0, last, len(columns) - 1)
    # Numbers of documents are text on purpose, and a spreadsheet program would mark every cell of them.
    page.ignore_errors({"number_stored_as_text": xl_range(HEADER_ROW, 0, last, len(columns) - 1)})
    total_rows = _write_totals(page, sheet, columns, styles)
    if sheet.chart and not sheet.table.empty:
        _write_charts(book, page, sheet, sheet.chart, total_rows)
    _set_up_page(page, sheet, wide=sum(column.width for column in columns) > WIDE)


def _write_heading(page: Any, sheet: Sheet, styles: _Styles) -> None:
    page.write_string(0, 0, sheet.title or sheet.name, styles.get(bold=True, font_size=15))
    page.write_string(1, 0, sheet.subtitle, styles.get(font_color=MUTED))
    page.write_string(2, 0, sheet.note, styles.get(font_color=MUTED, italic=True))
    page.set_row(0, 22)


def _write_column(page: Any, column: FilledColumn, position: int, styles: _Styles) -> None:
    head = {"bold": True, "valign": "vcenter", "bg_color": BAND, "bottom": 1, "bottom_color": MUTED, "text_wrap": True}
    page.set_column(position, position, column.width)
    page.write_string(
        HEADER_ROW, position, column.column.title, styles.get(**head, **_side(column.column.kind, position))
    )
    wrap = {"text_wrap": True} if column.is_text and len(column.values) <= WRAPPED_ROWS else {}
    for (kind, places), start, stop in runs(zip(column.kinds, column.places, strict=True)):
        look = styles.cell(kind, places, position, bottom=1, bottom_color=RULE, **wrap)
        if kind == "link":
            _write_links(page, column.values[start:stop], (HEADER_ROW + 1 + start, position), look)
        else:
            page.write_column(HEADER_ROW + 1 + start, position, column.values[start:stop], look)


def _write_links(page: Any, files: Sequence[object], place: tuple[int, int], look: Any) -> None:
    """Write files beside the workbook as links to them."""
    row, position = place
    for number, file in enumerate(files):
        if file:
            page.write_url(row + number, position, f"external:{file}", look, str(file))
        else:
            page.write_blank(row + number, position, None, look)


def _set_heights(page: Any, columns: Sequence[FilledColumn]) -> None:
    """Give wrapped rows their height, which not every spreadsheet program finds by itself."""
    titles = max(ceil((len(column.column.title) + 2) / column.width) for column in columns)
    page.set_row(HEADER_ROW, LINE * titles + 2)
    if len(columns[0].values) > WRAPPED_ROWS:
        return
    lines = [max(row) for row in zip(*(column.lines for column in columns), strict=True)]
    for number, count in enumerate(lines, start=HEADER_ROW + 1):
        if count > 1:
            page.set_row(number, LINE * count)


def _write_totals(page: Any, sheet: Sheet, columns: Sequence[FilledColumn], styles: _Styles) -> dict[str, int]:
    """Write a total row for each currency, and say which."""
    if not sheet.totals or sheet.table.empty:
        return {}
    first = HEADER_ROW + 1 + len(sheet.table)
    rows = {code: at for at, code in enumerate(sheet.rows_of, start=first)}
    for code, at in rows.items():
        look: dict[str, Any] = {"bold": True, "top": 1 if at == first else 0, "bg_color": BAND}
        for position, column in enumerate(columns):
            if column.name in sheet.totals:
                total, places = column.total(sheet.rows_of[code])
                cell = styles.cell(column.column.kind, places, position, **look)
                _write_total(page, total, _total_formula(sheet, at, position), (at, position), cell)
            else:
                heading = text("present.workbook.total", currency=code).strip()
                label = heading if position == 0 else code if column.name == CURRENCY else ""
                page.write(at, position, label or None, styles.get(**look, **_side("text", position)))
    return rows


def _write_total(page: Any, total: float | None, formula: str, place: tuple[int, int], look: Any) -> None:
    if total is None:
        page.write_blank(*place, None, look)  # base amounts of several base currencies are not added
    else:
        # With its value: whoever reads the file without computing it would find 0.
        page.write_formula(*place, formula, look, total)


def _total_formula(sheet: Sheet, at: int, position: int) -> str:
    """What adds a column up: the rows that a filter leaves, or those of the currency of the total's row."""
    first, last = HEADER_ROW + 1, HEADER_ROW + len(sheet.table)
    column = xl_range(first, position, last, position)
    if len(sheet.rows_of) == 1:
        # 109 adds up the rows that are shown; SUMIFS below does not heed a filter, but keeps currencies apart.
        return f"=SUBTOTAL(109,{column})"
    where = sheet.shown.index(CURRENCY)
    return f"=SUMIFS({column},{xl_range(first, where, last, where)},{xl_rowcol_to_cell(at, where)})"


def _set_up_page(page: Any, sheet: Sheet, *, wide: bool) -> None:
    page.freeze_panes(HEADER_ROW + 1, 1)
    page.hide_gridlines(2)
    page.set_landscape()
    page.set_paper(A3 if wide else A4)  # one page wide on A4, many columns could not be read
    page.fit_to_pages(1, 1 if sheet.chart and len(sheet.table) <= ONE_PAGE_ROWS else 0)  # no chart cut by a page's end
    page.repeat_rows(HEADER_ROW)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    of_pages = text("present.workbook.page", number="&P", pages="&N")
    page.set_footer(f"&L&8{_plain(sheet.title or sheet.name)}&R&8{of_pages}")


def _plain(title: str) -> str:
    """A title for a footer, where an ampersand starts a command; a footer holds 255 characters."""
    return title[:150].replace("&", "&&")


SERIES: Final = ("#1F4E79", "#5B8DB8", "#A9C4DC", "#C8A24A", "#8A6D1F", "#7A8B99", "#B4573F", "#4F7A5A")
PAPER_WIDTH, HEIGHT, GAP = 1080, 300, 20
"""In pixels; so wide is a table of buckets, and with it the printed page."""
ROWS_OF_A_CHART: Final = 17


def _write_charts(book: Workbook, page: Any, sheet: Sheet, chart: Chart, total_rows: dict[str, int]) -> None:
    """One chart for each currency below the table, two or three beside each other."""
    below = HEADER_ROW + len(sheet.table) + len(total_rows) + 3
    beside = min(max(len(sheet.rows_of), 2), 3)
    width = PAPER_WIDTH // beside
    for number, code in enumerate(sheet.rows_of):
        drawn = _chart(book, sheet, chart, _rows(sheet, code, total_rows), code)
        drawn.set_size({"width": width - GAP, "height": HEIGHT})
        at = {"x_offset": width * (number % beside), "object_position": 2}
        page.insert_chart(below + ROWS_OF_A_CHART * (number // beside), 0, drawn, at)


def _rows(sheet: Sheet, code: str, total_rows: dict[str, int]) -> list[int]:
    """The rows to draw: those of the currency, or their total where they are too many to distinguish."""
    own = sheet.rows_of[code]
    if len(own) > len(SERIES) and code in total_rows:
        return [total_rows[code]]
    return [HEADER_ROW + 1 + at for at in own]


def _chart(book: Workbook, sheet: Sheet, chart: Chart, rows: list[int], code: str) -> Any:
    drawn = book.add_chart({"type": "column", **({"subtype": "stacked"} if chart.stacked else {})})
    first, last = (sheet.shown.index(chart.columns[end]) for end in (0, -1))
    names = sheet.shown.index(chart.series)
    members = list(sheet.table[chart.series].unique())
    for row in rows:
        series = {
            "name": [sheet.name, row, names],
            "categories": [sheet.name, HEADER_ROW, first, HEADER_ROW, last],
            "values": [sheet.name, row, first, row, last],
            "fill": {"color": _colour(sheet, chart, row, members)},
            "gap": 60,
        }
        drawn.add_series({**series, **(_by_bucket(chart) if len(rows) == 1 else {})})
    _dress(drawn, f"{chart.title}, {code}".rstrip(", "), legend=len(rows) > 1)
    return drawn


def _colour(sheet: Sheet, chart: Chart, row: int, members: list[object]) -> str:
    """The colour of a row: a member of the series has the same in every currency."""
    at = row - HEADER_ROW - 1
    known = at < len(sheet.table)
    return SERIES[members.index(sheet.table[chart.series].iloc[at]) % len(SERIES)] if known else SERIES[0]


def _by_bucket(chart: Chart) -> dict[str, object]:
    """The colours of a single series: those that the buckets have in every chart."""
    colours = bucket_colours(chart.columns)
    return {"points": [{"fill": {"color": _hex(colours[label])}} for label in chart.columns]}


def _hex(colour: str) -> str:
    """A colour as a workbook knows it.

    >>> _hex("rgb(127, 29, 29)"), _hex("#9fbdd3")
    ('#7f1d1d', '#9fbdd3')
    """
    parts = [round(float(part)) for part in re.findall(r"[\d.]+", colour)] if colour.startswith("rgb") else []
    return f"#{bytes(parts).hex()}" if parts else colour


def _dress(drawn: Any, title: str, *, legend: bool) -> None:
    font = {"name": "Calibri", "size": 9, "color": INK}
    drawn.set_title({"name": title, "name_font": {**font, "size": 12, "bold": True}, "overlay": False})
    drawn.set_x_axis({"num_font": font, "line": {"color": MUTED}})
    grid = {"visible": True, "line": {"color": RULE, "width": 0.75}}
    drawn.set_y_axis({"num_font": font, "num_format": "#,##0", "major_gridlines": grid, "line": {"none": True}})
    drawn.set_legend({"position": "bottom", "font": font} if legend else {"none": True})
    drawn.set_chartarea({"border": {"color": RULE}})
