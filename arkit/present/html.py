"""Finished tables and tiles as HTML. Every value is escaped: names and comments out of files are data."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, Final
from urllib.parse import quote

import pandas as pd
from jinja2 import Environment, FileSystemLoader

from arkit.resources import resource
from arkit.words.catalogue import current_language, text
from arkit.words.columns import TEXT_KINDS, Column, Kind, column, currency_column, is_missing, shown

LONG_TEXT: Final = 40


@dataclass(frozen=True)
class Html:
    """A piece of a page; a notebook shows it as such."""

    markup: str

    def _repr_html_(self) -> str:
        return self.markup


@dataclass(frozen=True)
class Cell:
    """The text of a cell, the value by which its column sorts, and where it leads to."""

    text: str
    value: str | None = None
    number: bool = False
    href: str = ""
    picks: str = ""


@dataclass(frozen=True)
class Term:
    """A term that a page uses, and what it means."""

    title: str
    definition: str
    formula: str = ""


@dataclass(frozen=True)
class Change:
    """How a KPI changed since another day, and whether that is good."""

    text: str
    since: str
    verdict: str = ""


@dataclass(frozen=True)
class Tile:
    """One KPI: its value, changes and trend, or the reason why there is no number."""

    label: str
    value: str = ""
    definition: str = ""
    reason: str = ""
    changes: tuple[Change, ...] = ()
    trend: str = ""
    trend_label: str = ""


@cache
def _templates() -> Environment:
    made = Environment(loader=FileSystemLoader(resource("templates/page")), autoescape=True, trim_blocks=True)
    # As functions, since one environment serves pages in every language.
    made.globals |= {"text": text, "language": current_language}
    return made


def page_part(template: str, **values: Any) -> Html:
    """A template of templates/page filled with values; its own words are those of the current language."""
    return Html(_templates().get_template(f"{template}.html.j2").render(**values))


def notice(sentence: str, *, tone: str = "") -> Html:
    """A sentence for the reader; ``tone`` is empty, ``good``, ``warn`` or ``bad``."""
    return page_part("notice", sentence=sentence, tone=tone)


def table(
    frame: pd.DataFrame,
    *,
    caption: str = "",
    note: str = "",
    columns: Mapping[str, Column] | None = None,
    kind_column: str = "",
    totals: int = 0,
    picks: Mapping[str, str] | None = None,
) -> Html:
    """A finished table as HTML.

    Parameters
    ----------
    frame
        The table; a column ``currency`` decides on the decimals of the amounts of its row.
    caption, note
        The lines above and below it.
    columns
        Titles and kinds that differ from the vocabulary.
    kind_column
        A column that tells the kind of each row's amounts; it is not shown itself.
    totals
        How many of the last rows are totals; they stay at the end when a reader sorts.
    picks
        Columns whose cells are buttons that set a control of the page, by the name of the control.
    """
    records = frame.to_dict("records")
    values = {name: [record[name] for record in records] for name in frame.columns if name != kind_column}
    # An export without names or collectors would have empty columns on every page.
    filled = [name for name in values if not _is_empty(values[name])]
    named = {name: (columns or {}).get(name, column(str(name))) for name in filled}
    rows = [
        {"cells": _cells(record, named, kind_column, picks or {}), "total": number >= len(records) - totals}
        for number, record in enumerate(records)
    ]
    heads = [
        {"title": head.title, "number": head.kind not in TEXT_KINDS, "long": _is_long(values[name])}
        for name, head in named.items()
    ]
    return page_part("table", caption=caption, note=note, columns=heads, rows=rows)


def _is_empty(values: Sequence[object]) -> bool:
    """Whether a column has nothing to show: no value at all, or only empty texts."""
    return all(is_missing(value) or value == "" for value in values)


def _is_long(values: Sequence[object]) -> bool:
    """Whether a column holds sentences, which need width."""
    return any(isinstance(value, str) and len(value) > LONG_TEXT for value in values)


def _cells(
    record: Mapping[Any, Any], columns: Mapping[str, Column], kind_column: str, picks: Mapping[str, str]
) -> list[Cell]:
    other = record.get("currency") or record.get("base_currency")
    cells = {
        name: _cell(
            record[name],
            _kind(head, record, kind_column),
            str(record.get(currency_column(str(name))) or other or ""),
            str(name),
        )
        for name, head in columns.items()
    }
    return [replace(cell, picks=picks[name]) if name in picks else cell for name, cell in cells.items()]


def _kind(head: Column, record: Mapping[Any, Any], kind_column: str) -> Kind:
    return record[kind_column] if kind_column and head.kind == "amount" else head.kind


def _cell(value: object, kind: Kind, currency: str, name: str) -> Cell:
    if kind == "link" and value:
        return Cell(str(value), href=quote(str(value)))
    written = shown(value, kind, currency=currency, name=name)
    if is_missing(value) or kind in ("text", "code") or isinstance(value, str):
        return Cell(written)
    if isinstance(value, date):
        return Cell(written, value=str(value)[:10])
    return Cell(written, value=str(value), number=True)


def tiles(tiles: Sequence[Tile], *, note: str = "") -> Html:
    """KPIs as tiles."""
    return page_part("tiles", tiles=tiles, note=note)


def definitions(terms: Sequence[Term]) -> Html:
    """The meaning of the terms of a page, shown on request."""
    return page_part("definitions", terms=terms)


def download(name: str, content: bytes, *, kind: str) -> Html:
    """A link that saves a file which lies in the page itself; no file of the server is named.

    >>> download("a.txt", b"Hello", kind="text/plain").markup.count("data:text/plain;base64,SGVsbG8=")
    1
    """
    size = text("present.kilobytes", count=max(len(content) // 1024, 1))
    return page_part("download", name=name, kind=kind, content=b64encode(content).decode(), size=size)


def trend_line(values: Sequence[float | None]) -> str:
    """The points of a small trend in a box of 100 x 30; fewer than two values make no trend.

    >>> trend_line([1.0, 2.0, 3.0])
    '0,28 50,15 100,2'
    """
    known = [(place, value) for place, value in enumerate(values) if not is_missing(value) and value is not None]
    if len(known) < 2:
        return ""
    low, high = min(value for _, value in known), max(value for _, value in known)
    # A flat trend has no height to divide by.
    width, height = max(len(values) - 1, 1), (high - low) or 1.0
    return " ".join(f"{100 * place / width:g},{28 - 26 * (value - low) / height:g}" for place, value in known)
