"""The cells of an export as text, and its rows as a file: CSV, Excel or Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
from babel.dates import format_date

from tests.read.adversarial.forms import UNKNOWN, Form
from tests.read.adversarial.tables import Money
from tests.read.files import workbook_of

PATTERNS = {
    "iso": "%Y-%m-%d",
    "iso with time": "%Y-%m-%dT00:00:00Z",
    "dots": "%d.%m.%Y",
    "slashes": "%d/%m/%Y",
    "american": "%m/%d/%Y",
    "compact": "%Y%m%d",
    "short month": "%d-%b-%Y",
    "short year": "%d.%m.%y",
}
ORDERS = {"dots": "dmy", "slashes": "dmy", "american": "mdy", "short year": "dmy"}
# The group mark, the decimal mark.
MARKS = {
    "plain": ("", "."),
    "comma": ("", ","),
    "english": (",", "."),
    "german": (".", ","),
    "french": ("\u202f", ","),
    "swiss": ("'", "."),
    "lakh": (",", "."),
}
LOCAL = {"ru": "cp1251", "zh": "gb18030", "ja": "cp932", "pl": "cp1250", "tr": "cp1254"}


def day_text(day: date, form: Form) -> str:
    """A day as the form writes it."""
    if form.days == "in words":
        return format_date(day, "long", locale="fi" if form.language == UNKNOWN else form.language)
    return day.strftime(PATTERNS[form.days])


def money_text(money: Money, form: Form) -> str:
    """An amount as the form writes it."""
    scaled = Decimal(abs(money.cents)) / 100 / money.unit
    whole, decimals = f"{scaled:.2f}".split(".")
    group, mark = MARKS[form.amounts]
    text = f"{_grouped(whole, group, lakh=form.amounts == 'lakh')}{mark}{decimals}"
    signed = text if money.cents >= 0 else _negative(text, form.minus)
    return f"{money.currency} {signed}".strip()


def _grouped(whole: str, group: str, *, lakh: bool) -> str:
    size, parts, rest = 3, list[str](), whole
    while len(rest) > size:
        rest, part = rest[:-size], rest[-size:]
        parts.insert(0, part)
        size = 2 if lakh else 3
    return group.join([rest, *parts])


def _negative(text: str, minus: str) -> str:
    ways = {"behind": f"{text}-", "brackets": f"({text})", "long": f"−{text}", "credit behind": f"{text} CR"}
    return ways.get(minus, f"-{text}")


def text_of(cell: Any, form: Form) -> str:
    if cell is None:
        return form.blank
    if isinstance(cell, Money):
        return money_text(cell, form)
    return day_text(cell, form) if isinstance(cell, date) else str(cell)


def value_of(cell: Any) -> Any:
    """A cell as a program holds it: a number, a day, a text."""
    if isinstance(cell, Money):
        return money_text_plain(cell) if cell.currency else cell.cents / 100 / cell.unit
    return cell


def money_text_plain(money: Money) -> str:
    return f"{money.currency} {money.cents / 100:.2f}"


def csv_bytes(rows: Sequence[Sequence[str]], form: Form) -> bytes:
    """Rows as text, in the encoding of the form if it can hold them."""
    text = io.StringIO()
    csv.writer(text, delimiter=form.delimiter, lineterminator="\r\n").writerows(rows)
    encoding = LOCAL.get(form.language, "cp1252") if form.encoding == "local" else form.encoding
    try:
        return text.getvalue().encode(encoding)
    except UnicodeEncodeError:
        return text.getvalue().encode("utf-8")


def file_bytes(form: Form, above: list[list[str]], header: list[str], body: list[list[Any]]) -> bytes:
    """The whole file."""
    if form.file == "csv":
        return csv_bytes([*above, header, *([text_of(cell, form) for cell in row] for row in body)], form)
    values = [[value_of(cell) for cell in row] for row in body]
    if form.file == "xlsx":
        return workbook_of([*above, header, *values])
    columns = zip(*values, strict=True)
    table = pl.DataFrame([pl.Series(name, cells, strict=False) for name, cells in zip(header, columns, strict=True)])
    memory = io.BytesIO()
    table.write_parquet(memory)
    return memory.getvalue()
