"""Native charts of a workbook: they follow the cells that they show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from arkit.present.sheets import HEADER_ROW, Chart, Sheet
from arkit.present.theme import INK, MUTED, RULE, bucket_colours

if TYPE_CHECKING:
    from xlsxwriter import Workbook

SERIES: Final = ("#1F4E79", "#5B8DB8", "#A9C4DC", "#C8A24A", "#8A6D1F", "#7A8B99", "#B4573F", "#4F7A5A")
PAPER_WIDTH, HEIGHT, GAP = 1080, 300, 20
"""In pixels; so wide is a table of buckets, and with it the printed page."""
ROWS_OF_A_CHART: Final = 17


def write_charts(book: Workbook, page: Any, sheet: Sheet, chart: Chart, total_rows: dict[str, int]) -> None:
    """Put one chart for each currency below the table, two or three beside each other."""
    below = HEADER_ROW + len(sheet.table) + len(total_rows) + 3
    beside = min(max(len(sheet.rows_of), 2), 3)
    width = PAPER_WIDTH // beside
    for number, code in enumerate(sheet.rows_of):
        drawn = _chart(book, sheet, chart, _rows(sheet, code, total_rows), code)
        drawn.set_size({"width": width - GAP, "height": HEIGHT})
        at = {"x_offset": width * (number % beside), "object_position": 2}
        page.insert_chart(below + ROWS_OF_A_CHART * (number // beside), 0, drawn, at)


def _rows(sheet: Sheet, code: str, total_rows: dict[str, int]) -> list[int]:
    """Return the rows to draw: those of the currency, or their total where they are too many to tell apart."""
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
    """Return the colour of a row: a member of the series has the same in every currency."""
    at = row - HEADER_ROW - 1
    known = at < len(sheet.table)
    return SERIES[members.index(sheet.table[chart.series].iloc[at]) % len(SERIES)] if known else SERIES[0]


def _by_bucket(chart: Chart) -> dict[str, object]:
    """Return the colours of a single series: those that the buckets have in every figure."""
    colours = bucket_colours(chart.columns)
    return {"points": [{"fill": {"color": _hex(colours[label])}} for label in chart.columns]}


def _hex(colour: str) -> str:
    """Return a colour as a workbook knows it.

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
