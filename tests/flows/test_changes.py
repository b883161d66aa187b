"""Changes of a published day: each number's change is the sum of its reasons, and each reason is its own."""

from __future__ import annotations

import polars as pl
import pytest

from arkit.flows.changes import REASONS, explain_changes
from arkit.model.ledger import Ledger
from arkit.policy import Policy
from arkit.read.reading import make_ledger

DAY = "2026-10-31"
FIRST = {"A": (100.0, "2026-09-10", "2026-09-10", "2026-10-10"), "B": (50.0, "2026-10-20", "2026-10-20", "2026-11-20")}
Rows = dict[str, tuple[float, str, str, str]]


def book(items: Rows, corrections: dict[str, tuple[float, str, str]] | None = None, *, recorded: bool = True) -> Ledger:
    rows = pl.DataFrame(
        {
            "item_id": list(items),
            "customer_id": "C",
            "currency": "EUR",
            "amount": [amount for amount, *_ in items.values()],
            "document_date": [day for _, day, _, _ in items.values()],
            "recorded_on": [day for _, _, day, _ in items.values()],
            "due_date": [day for *_, day in items.values()],
        }
    )
    entries = pl.DataFrame(
        [
            {"item_id": item, "entry_type": "correction", "effective_on": day, "recorded_on": known, "amount": amount}
            for item, (amount, day, known) in (corrections or {}).items()
        ]
    )
    tables = {"items": rows if recorded else rows.drop("recorded_on"), **({"entries": entries} if len(entries) else {})}
    return make_ledger(**tables, covers=("2026-09-01", "2026-11-05"))


def net(published: Ledger, now: Ledger, **policies: Policy) -> dict[str, float]:
    changes = explain_changes(now, as_of=DAY, published=published, **policies)
    (row,) = changes[changes["kpi"] == "net"].to_dict("records")
    return {str(name): row[name] for name in ("change", *REASONS) if row[name]}


def test_nothing_changed_is_no_row() -> None:
    assert explain_changes(book(FIRST), as_of=DAY, published=book(FIRST)).empty


def test_an_entry_recorded_later() -> None:
    late = {**FIRST, "C": (7.0, "2026-10-30", "2026-11-06", "2026-11-30")}
    assert net(book(FIRST), book(late)) == {"change": 7.0, "from_late": 7.0}


def test_a_correction_recorded_later() -> None:
    corrected = book(FIRST, {"A": (-20.0, "2026-10-25", "2026-11-09")})
    assert net(book(FIRST), corrected) == {"change": -20.0, "from_corrections": -20.0}


def test_a_row_that_the_source_has_changed() -> None:
    rewritten = {**FIRST, "A": (110.0, "2026-09-10", "2026-09-10", "2026-10-10")}
    assert net(book(FIRST), book(rewritten)) == {"change": 10.0, "from_input": 10.0}


def test_all_at_once_add_up() -> None:
    rows = {
        **FIRST,
        "A": (110.0, "2026-09-10", "2026-09-10", "2026-10-10"),
        "C": (7.0, "2026-10-30", "2026-11-06", "2026-11-30"),
    }
    now = book(rows, {"B": (-1.5, "2026-10-25", "2026-11-09")})
    changes = explain_changes(now, as_of=DAY, published=book(FIRST), policy=Policy(edges=(10, 90)))
    amounts = changes[changes["unit"] == "amount"]
    assert (amounts["change"] - amounts[list(REASONS)].sum(axis=1)).abs().max() < 1e-9
    assert net(book(FIRST), now) == {"change": 15.5, "from_input": 10.0, "from_late": 7.0, "from_corrections": -1.5}


def test_a_policy_moves_amounts_between_buckets_and_no_balance() -> None:
    changes = explain_changes(book(FIRST), as_of=DAY, published=book(FIRST), policy=Policy(edges=(10, 90)))
    buckets = changes[changes["unit"] == "amount"].set_index("kpi")["from_policy"].to_dict()
    assert buckets == {"1-30": -100.0, "11-90": 100.0}


def test_without_recorded_days_all_is_input() -> None:
    late = {**FIRST, "C": (7.0, "2026-10-30", "2026-11-06", "2026-11-30")}
    published, now = book(FIRST, recorded=False), book(late, recorded=False)
    assert net(published, now) == {"change": 7.0, "from_input": 7.0}


def test_what_a_published_ledger_had_recorded_after_its_last_day_is_no_news() -> None:
    known = {**FIRST, "C": (7.0, "2026-10-30", "2026-11-06", "2026-11-30")}
    assert explain_changes(book(known), as_of=DAY, published=book(known)).empty


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_is_a_column(reason: str) -> None:
    assert reason in explain_changes(book(FIRST), as_of=DAY, published=book(FIRST)).columns
