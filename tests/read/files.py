"""Small files of every kind that people export, written by the tests of reading."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl
import xlsxwriter

import arkit as ar

HEADER = ("item_id", "customer_id", "name", "document_date", "due_date", "currency", "amount")
GOOD = (
    ("A", "0010", "Alfa", "2026-01-05", "2026-02-04", "EUR", "100.00"),
    ("B", "0020", "Beta", "2026-01-06", "2026-02-05", "EUR", "200.10"),
)
GOOD_TOTAL = 300.10
DAY = "2026-03-31"
KINDS = ("csv", "xlsx", "parquet")

Row = Sequence[object]


def csv_of(rows: Sequence[Row], *, header: Row = HEADER, delimiter: str = ",") -> str:
    """Return rows as text with the delimiter; a missing cell is nothing."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


def workbook_of(rows: Sequence[Row], *, sheet: str = "Items") -> bytes:
    """Return rows, the header among them, as a workbook: text as text, numbers as numbers, days as days."""
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"default_date_format": "yyyy-mm-dd", "nan_inf_to_errors": True})
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                page.write_string(number, place, cell)
            elif isinstance(cell, date):
                page.write_datetime(number, place, cell)
            elif cell is not None:
                page.write(number, place, cell)
    book.close()
    return memory.getvalue()


def write(folder: Path, kind: str, rows: Sequence[Row], *, header: Row = HEADER) -> Path:
    """Write rows as a file of a kind and return its path."""
    path = folder / f"items.{kind}"
    if kind == "csv":
        path.write_text(csv_of(rows, header=header), encoding="utf-8")
    elif kind == "xlsx":
        path.write_bytes(workbook_of([header, *rows]))
    else:
        pl.DataFrame(list(rows), schema=dict.fromkeys(header, pl.String), orient="row").write_parquet(path)
    return path


def layout(**settings: object) -> ar.Layout:
    """Return a layout of canonical headers that covers the year 2026."""
    covers = {"covers_from": date(2026, 1, 1), "covers_until": date(2026, 12, 31)}
    return ar.Layout(**{"name": "test", **covers, **settings})  # type: ignore[arg-type]
