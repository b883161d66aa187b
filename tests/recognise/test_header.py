"""Where the header of an export is: among its rows, far below the top, in words that nobody knows."""

from __future__ import annotations

from pathlib import Path

import pytest

import arkit as ar
from tests.read.files import write

HEADER = ("Invoice No", "Customer", "Invoice Date", "Due Date", "Open Amount", "Currency")
ROWS = [
    (f"R-{number}", f"K{number % 3}", "2026-01-10", "2026-02-09", f"{number}.50", "EUR") for number in range(100, 160)
]
TOTAL = sum(float(row[4]) for row in ROWS)


def read(path: Path, layout: ar.Layout | None = None) -> ar.Ledger:
    return ar.read_ledger(path, layout=layout, snapshot_on="2026-03-31")


def net(ledger: ar.Ledger) -> float:
    return float(ar.aging_table(ledger, as_of="2026-03-31")["net"].sum())


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
@pytest.mark.parametrize("place", [1, 5, 55, 60])
def test_items_above_the_header_are_items(tmp_path: Path, kind: str, place: int) -> None:
    first, *others = [*ROWS[:place], HEADER, *ROWS[place:]]
    ledger = read(write(tmp_path, kind, others, header=first))
    assert (net(ledger), ledger.size) == (TOTAL, len(ROWS))
    assert ledger.reading is not None
    assert net(read(tmp_path / f"items.{kind}", ledger.reading.layout)) == TOTAL


def test_a_header_far_below_the_top_is_found(tmp_path: Path) -> None:
    above = [("a note",) + ("",) * 5] * 300
    assert net(read(write(tmp_path, "csv", [*above, HEADER, *ROWS], header=above[0]))) == TOTAL


def test_a_table_above_with_a_header_of_its_own_is_not_of_the_items(tmp_path: Path) -> None:
    above = [
        ("Branch", "Manager", "Opened", "Closed", "Sales", "Zone"),
        ("B1", "K1", "2025-01-01", "2026-01-01", "9", "1"),
    ]
    assert net(read(write(tmp_path, "csv", [*above[1:], HEADER, *ROWS], header=above[0]))) == TOTAL


@pytest.mark.parametrize(
    "line",
    [
        'Definition={"columns":["<Field Name=""Title"" />","<Field Name=""Customer"" />"]}',
        'Report "Open items',
        '"Open items, "ACME" Ltd',
        '"Open items\nof all"',
        "Open\titems\tof\tall\tthe\tbranches\tof\tthe\tgroup",
        "a,b,c,d,e,f,g,h,i,j",
        "sep=,",
        "Open items; all",
    ],
)
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_line_above_the_header_is_no_table(tmp_path: Path, line: str, mark: str) -> None:
    path = tmp_path / "items.csv"
    path.write_text("\n".join([line, "", *(mark.join(row) for row in (HEADER, *ROWS))]), encoding="utf-8")
    ledger = read(path)
    assert (net(ledger), ledger.size) == (TOTAL, len(ROWS))
    assert ledger.reading is not None
    assert net(read(path, ledger.reading.layout)) == TOTAL
