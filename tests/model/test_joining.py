"""Several ledgers as one: the same numbers as one export of all of them."""

from __future__ import annotations

import polars as pl
import pytest

from arkit.aging.aging import aging_table
from arkit.aging.reconcile import reconcile
from arkit.errors import LedgerError
from arkit.model.ledger import Ledger, joined
from arkit.read.reading import make_ledger

ROWS = pl.DataFrame(
    {
        "item_id": ["A", "B", "C", "D"],
        "entity": ["ES", "ES", "UK", "UK"],
        "customer_id": ["C1", "C2", "C1", "C3"],
        "currency": ["EUR", "EUR", "GBP", "EUR"],
        "amount": [100.0, -5.0, 30.0, 7.0],
        "document_date": ["2026-10-01", "2026-10-02", "2026-10-03", "2026-10-04"],
    }
)
CUSTOMERS = pl.DataFrame({"customer_id": ["C1", "C2", "C3"], "name": ["One", "Two", "Three"]})


def book(rows: pl.DataFrame, *, until: str = "2026-10-31") -> Ledger:
    return make_ledger(items=rows, customers=CUSTOMERS, covers=("2026-10-01", until))


def test_two_ledgers_say_what_one_of_both_says() -> None:
    parts = [book(ROWS.filter(pl.col("entity") == name)) for name in ("ES", "UK")]
    by = ["entity", "customer_id", "name"]
    assert aging_table(joined(parts), as_of="2026-10-31", by=by).equals(
        aging_table(book(ROWS), as_of="2026-10-31", by=by)
    )
    assert reconcile(joined(parts), as_of="2026-10-31").equals(reconcile(book(ROWS), as_of="2026-10-31"))


def test_days_are_those_that_all_cover() -> None:
    parts = [book(ROWS.head(2), until="2026-11-30"), book(ROWS.tail(2))]
    assert joined(parts).covers[1].isoformat() == "2026-10-31"


def test_one_item_number_twice_is_refused() -> None:
    with pytest.raises(LedgerError, match=r"share the item numbers A, B"):
        joined([book(ROWS.head(2)), book(ROWS.head(2))])


def test_one_ledger_is_itself() -> None:
    alone = book(ROWS)
    assert joined([alone]) is alone


def test_a_balance_that_lies_beside_every_export_counts_once() -> None:
    gl = pl.DataFrame(
        {"entity": ["ES", "UK"], "account": "", "date": "2026-10-31", "currency": "EUR", "balance": [95.0, 7.0]}
    )
    parts = [
        make_ledger(items=ROWS.filter(pl.col("entity") == name), gl=gl, covers=("2026-10-01", "2026-10-31"))
        for name in ("ES", "UK")
    ]
    lines = reconcile(joined(parts), as_of="2026-10-31").set_index(["entity", "currency"])
    assert lines.loc[("ES", "EUR"), ["gl_balance", "status"]].tolist() == [95.0, "reconciled"]
    assert lines.loc[("UK", "EUR"), ["gl_balance", "status"]].tolist() == [7.0, "reconciled"]
