"""Lists of open items of several days: read like each other, each of its own day, in any order."""

from datetime import date
from pathlib import Path

import pytest

import arkit as ar
from arkit.errors import ReadingError

HEADER = "Document no.,Customer no.,Document date,Due date,Currency,Open amount\n"
ROWS = {
    date(2026, 9, 30): "4711,C1,2026-09-01,2026-10-15,EUR,100.00\n4712,C2,2026-09-02,2026-10-16,EUR,50.00\n",
    date(2026, 10, 31): "4712,C2,2026-09-02,2026-10-16,EUR,20.00\n4713,C3,2026-10-20,2026-11-20,EUR,70.00\n",
}
SEPTEMBER, OCTOBER = ROWS
LAYOUT = ar.Layout(
    name="lists",
    shape="open_items",
    snapshot_on=OCTOBER,
    items={
        "columns": {
            "item_id": "Document no.",
            "customer_id": "Customer no.",
            "document_date": "Document date",
            "due_date": "Due date",
            "currency": "Currency",
            "open_amount": "Open amount",
        }
    },
)


@pytest.fixture
def titled(tmp_path: Path) -> list[Path]:
    """Return lists that say their day above the header."""
    files = []
    for day, rows in ROWS.items():
        files.append(tmp_path / f"list of {day:%B}.csv")
        files[-1].write_text(f"Open items as of {day}\n\n{HEADER}{rows}", encoding="utf-8")
    return files


@pytest.fixture
def untitled(tmp_path: Path) -> list[Path]:
    files = []
    for day, rows in ROWS.items():
        files.append(tmp_path / f"{day:%B}.csv")
        files[-1].write_text(HEADER + rows, encoding="utf-8")
    return files


def same(ledger: ar.Ledger) -> bool:
    """Whether it is the ledger of both lists."""
    nets = [ar.aging_table(ledger, as_of=day)["net"].tolist() for day in (SEPTEMBER, OCTOBER)]
    kinds = sorted(ledger.entries["entry_type"].astype(str))
    return (ledger.snapshots, nets, kinds[:2]) == (
        (SEPTEMBER, OCTOBER),
        [[150.0], [90.0]],
        ["inferred_settlement", "inferred_settlement"],
    )


@pytest.mark.parametrize("turned", [False, True])
def test_lists_that_say_their_day_are_one_ledger_in_any_order(titled: list[Path], turned: bool) -> None:
    assert same(ar.read_ledger(titled[::-1] if turned else titled))


def test_the_earlier_list_is_named_with_its_day(untitled: list[Path]) -> None:
    september, october = untitled
    ledger = ar.read_ledger(october, snapshot_on=OCTOBER, earlier_snapshots=[f"{september}={SEPTEMBER}"])
    assert same(ledger)
    assert same(ar.read_ledger(october, snapshot_on=OCTOBER, earlier_snapshots=[ledger_of(september)]))


def ledger_of(file: Path) -> ar.Ledger:
    return ar.read_ledger(file, snapshot_on=SEPTEMBER)


def test_a_layout_reads_each_list_and_its_day_is_that_of_the_latest(untitled: list[Path]) -> None:
    september, october = untitled
    assert same(ar.read_ledger(october, layout=LAYOUT, earlier_snapshots=[f"{september}={SEPTEMBER}"]))
    with pytest.raises(ReadingError, match=r"September\.csv does not say of which day it is"):
        ar.read_ledger(october, layout=LAYOUT, earlier_snapshots=[september])


def test_an_earlier_list_without_a_day_is_refused(untitled: list[Path]) -> None:
    september, october = untitled
    with pytest.raises(ReadingError, match=r"Say it behind its name: .*September\.csv=YYYY-MM-DD"):
        ar.read_ledger(october, snapshot_on=OCTOBER, earlier_snapshots=[september])


def test_hints_are_for_each_list(untitled: list[Path]) -> None:
    for file in untitled:
        text = file.read_text(encoding="utf-8").replace(",EUR", "").replace(",Currency", "")
        file.write_text(text, encoding="utf-8")
    september, october = untitled
    hints = {"currency": "EUR", "snapshot_on": OCTOBER}
    assert same(ar.read_ledger(october, hints=hints, earlier_snapshots=[f"{september}={SEPTEMBER}"]))
