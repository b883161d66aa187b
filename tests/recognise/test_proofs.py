"""A layout keeps what proves a file, and next month's rows are held against it."""

from pathlib import Path

import msgspec
import pytest

import arkit as ar
from arkit.errors import ReadingError
from arkit.model.layout import Layout, Proof, TableLayout, toml_of

HEADER = "Doc,Customer,Date,Due,Net,Tax,Total,Days,Printed\n"
ROWS = [
    "N-1,C1,2026-01-10,2026-02-09,400,72,472,50,2026-03-31\n",
    "N-2,C1,2026-02-10,2026-03-12,250,45,295,19,2026-03-31\n",
    "N-3,C2,2026-03-01,2026-03-31,150,27,177,0,2026-03-31\n",
    "N-4,C2,2026-03-05,2026-04-04,100,18,118,-4,2026-03-31\n",
]
TAX = Proof(kind="sum", columns={"plus": ("Net", "Tax"), "is": ("Total",)})
DAYS = Proof(kind="days", columns={"day": ("Due",), "days": ("Days",)})
PRINTED = Proof(kind="days", columns={"day": ("Printed",)})
LAYOUT = Layout(
    name="t",
    shape="open_items",
    items=TableLayout(
        columns={
            "item_id": "Doc",
            "customer_id": "Customer",
            "document_date": "Date",
            "due_date": "Due",
            "open_amount": "Total",
        },
        constants={"currency": "EUR"},
        header=tuple(HEADER.strip().split(",")),
        ignored=("Days", "Printed"),
    ),
)


def read(folder: Path, rows: list[str], *proofs: Proof, day: str | None = None) -> ar.Ledger:
    path = folder / "items.csv"
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    items = msgspec.structs.replace(LAYOUT.items, proofs=proofs)
    layout = msgspec.structs.replace(LAYOUT, items=items)
    layout_path = folder / "layout.toml"
    layout_path.write_text(toml_of(layout), encoding="utf-8")
    return ar.read_ledger(path, layout=layout_path, snapshot_on=day)


def proofs_of(ledger: ar.Ledger) -> list[tuple[str, str]]:
    made = ledger.reading.decisions
    return [*made.loc[made["what"] == "proof", ["decided", "evidence"]].itertuples(index=False, name=None)]


def test_proofs_that_agree_are_named(tmp_path: Path) -> None:
    ledger = read(tmp_path, ROWS, TAX, DAYS, day="2026-03-31")
    assert proofs_of(ledger) == [
        ("Total = Net + Tax", "4 of 4 rows agree"),
        ("Due + Days = the day of the snapshot", "4 of 4 rows agree"),
    ]
    assert ledger.findings.empty


def test_a_row_that_breaks_a_proof_is_a_finding_with_its_cells(tmp_path: Path) -> None:
    rows = [*ROWS[:2], ROWS[2].replace("177", "277"), ROWS[3]]
    ledger = read(tmp_path, rows, TAX, day="2026-03-31")
    found = ledger.findings[["code", "source_row", "value"]].to_numpy().tolist()
    assert found == [["proof_differs", 4, "Total = Net + Tax: Net 150, Tax 27, Total 277"]]
    assert proofs_of(ledger) == [("Total = Net + Tax", "3 of 4 rows agree, 1 differ: rows 4")]


def test_most_rows_that_break_a_proof_are_refused(tmp_path: Path) -> None:
    rows = [row.replace(",72,", ",7,").replace(",45,", ",4,").replace(",27,", ",2,") for row in ROWS]
    with pytest.raises(ReadingError, match=r"3 of 4 rows break .*: Total = Net \+ Tax \(rows 2, 3, 4\)"):
        read(tmp_path, rows, TAX, day="2026-03-31")


@pytest.mark.parametrize("proof", [DAYS, PRINTED], ids=["days overdue", "a column of the day"])
def test_the_day_of_next_month_comes_from_the_file(proof: Proof, tmp_path: Path) -> None:
    assert read(tmp_path, ROWS, proof).covers[1].isoformat() == "2026-03-31"
    with pytest.raises(ReadingError, match=r"The file is of 2026-03-31, .* and not of 2026-04-30"):
        read(tmp_path, ROWS, proof, day="2026-04-30")
