"""Reading a workbook as a checked ledger, with and without a layout, beside what calamine needs for the cells alone."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import polars as pl
import xlsxwriter

from benchmarks.cold import in_turn, timing_of
from benchmarks.data import make_settled
from benchmarks.measuring import Results, Target

TARGET_SIZE: Final = 200_000
_READERS: Final = {
    "read_workbook_with_arkit": "arkit, with a layout",
    "read_comma_workbook_with_arkit": "arkit, with a layout of decimal commas",
    "recognise_workbook_with_arkit": "arkit, without a layout",
    "read_workbook_with_calamine": "calamine alone",
}
HEADERS: Final = {
    "item_id": "Invoice No.",
    "customer_id": "Customer No.",
    "entity": "Company",
    "document_date": "Invoice date",
    "due_date": "Due date",
    "settled_on": "Cleared on",
    "currency": "Currency",
    "amount": "Amount",
}


def reading(size: int, *, rounds: int) -> Results:
    """Time reading an .xlsx of settled invoices as a checked ledger, beside its cells as text."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "export.xlsx"
        write_export(make_settled(size).select(*HEADERS), path)
        mb = path.stat().st_size / 1024**2
        runs = in_turn(list(_READERS), Path(name), rounds=rounds)
    case = "workbook to checked ledger"
    timings = [timing_of(case, size, label, runs[task]) for task, label in _READERS.items()]
    targets = [
        Target(f"{case}, {timing.contender}: time of calamine", timing.median / timings[-1].median, 3, "times")
        for timing in timings[:-1]
        if size == TARGET_SIZE
    ]
    return Results(timings, targets, [f"The workbook of {size:,} settled invoices has {mb:,.0f} MB."])


def write_export(rows: pl.DataFrame, path: Path) -> None:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd", "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("Invoices")
        sheet.write_row(0, 0, HEADERS.values())
        shown = {pl.Date: book.add_format({"num_format": "yyyy-mm-dd"})}
        for place, name in enumerate(rows.columns):
            sheet.write_column(1, place, rows[name].to_list(), shown.get(rows[name].dtype))
