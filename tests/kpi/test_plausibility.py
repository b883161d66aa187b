"""Plausibility: a ledger that reconciles and still cannot be right is not taken for one that is."""

from pathlib import Path

import pandas as pd
import pytest

import arkit as ar
from arkit.errors import PlausibilityError, PolicyError
from arkit.kpi.plausibility import CHECKS, require_plausible
from arkit.policy import Plausible, default_plausible

DAY = "2026-03-31"


def ledger_of(
    *rows: tuple[str, str, str, str, str, float], paid: pd.DataFrame | None = None, since: str = "2026-01-01"
):
    """A ledger of item, type, customer, document day, due day and amount."""
    names = ["item_id", "item_type", "customer_id", "document_date", "due_date", "amount"]
    items = pd.DataFrame(rows, columns=names).assign(currency="EUR", entity="DE")
    more = {} if paid is None else {"applications": paid}
    return ar.make_ledger(items=items, covers=(since, DAY), **more)


def applied(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["item_id", "counterpart_item_id", "effective_on", "amount"])


def breaches(ledger: ar.Ledger, **policy: object) -> set[str]:
    table = ar.plausibility(ledger, as_of=DAY, policy=ar.Policy(**policy))
    return set(table.loc[table["result"] != "plausible", "check"])


# Two customers who pay in March what is due, and owe as much again.
USUAL = (
    *(
        ("I1", "invoice", "A", "2026-01-10", "2026-02-10", 100.0),
        ("I2", "invoice", "B", "2026-01-12", "2026-03-10", 100.0),
    ),
    *(
        ("I3", "invoice", "A", "2026-03-12", "2026-04-10", 100.0),
        ("I4", "invoice", "B", "2026-02-12", "2026-04-10", 100.0),
    ),
    *(
        ("R1", "receipt", "A", "2026-03-30", "2026-03-30", -100.0),
        ("R2", "receipt", "B", "2026-03-29", "2026-03-29", -100.0),
    ),
)
PAID = applied(("I1", "R1", "2026-03-30", 100.0), ("I2", "R2", "2026-03-30", 100.0))


def test_a_usual_ledger_is_plausible() -> None:
    assert breaches(ledger_of(*USUAL, paid=PAID)) == set()


def test_receipts_without_their_applications() -> None:
    found = breaches(ledger_of(*USUAL))
    assert {"unapplied", "applied_receipts"} <= found


def test_nearly_all_is_past_due() -> None:
    late = ("I5", "invoice", "A", "2026-01-10", "2026-01-11", 900.0)
    assert "past_due" in breaches(ledger_of(*USUAL, late, paid=PAID))


def test_days_of_sales() -> None:
    few = ("I6", "invoice", "A", "2026-01-02", "2026-05-01", 9_000.0)
    assert "dso" in breaches(ledger_of(*USUAL, few, paid=PAID), window="month")


def test_an_entity_that_appears_and_a_balance_that_moves() -> None:
    ledger = ledger_of(*USUAL, ("I7", "invoice", "B", "2026-03-20", "2026-04-20", 1_000.0), paid=PAID)
    assert "balance_moved" in breaches(ledger)
    frames = pd.DataFrame(ledger.items).assign(entity=["DE"] * 6 + ["FR"])[
        ["item_id", "item_type", "customer_id", "entity"]
    ]
    other = ar.make_ledger(
        items=frames.merge(
            pd.DataFrame(ledger.items)[["item_id", "document_date", "due_date", "currency", "original_amount"]]
        ).rename(columns={"original_amount": "amount"}),
        applications=PAID,
        covers=("2026-01-01", DAY),
    )
    table = ar.plausibility(other, as_of=DAY)
    appeared = table[(table["check"] == "entity_or_currency") & (table["result"] != "plausible")]
    assert appeared["where"].tolist() == ["FR"]


def test_all_is_due_on_the_day_of_its_document() -> None:
    at_once = [(*row[:4], row[3], row[5]) for row in USUAL]
    assert "due_on_document_date" in breaches(ledger_of(*at_once, paid=PAID))


def test_the_last_week_is_missing() -> None:
    early = [row if row[1] == "invoice" else (*row[:3], "2026-03-20", "2026-03-20", row[5]) for row in USUAL]
    paid = PAID.assign(effective_on="2026-03-20")
    table = ar.plausibility(ledger_of(*early, paid=paid), as_of=DAY)
    row = table[table["check"] == "no_receipts"].iloc[0]
    assert (row["value"], row["result"]) == (11, "warn")


def test_a_customer_owes_most_for_the_first_time() -> None:
    others = [(f"O{n}", "invoice", f"C{n}", "2026-01-10", "2026-04-20", 100.0) for n in range(6)]
    assert "largest_customer" not in breaches(ledger_of(*USUAL, *others, paid=PAID))
    large = ("I8", "invoice", "C1", "2026-03-20", "2026-04-20", 700.0)
    table = ar.plausibility(ledger_of(*USUAL, *others, large, paid=PAID), as_of=DAY)
    assert table.loc[(table["check"] == "largest_customer") & (table["result"] == "warn"), "where"].tolist() == [
        "C1 (EUR)"
    ]
    # Who owed as much before is no news.
    assert "largest_customer" not in breaches(
        ledger_of(*USUAL, ("I9", "invoice", "C", "2026-01-20", "2026-04-20", 700.0), paid=PAID)
    )


def test_a_policy_warns_stops_or_does_not_look() -> None:
    ledger = ledger_of(*USUAL)
    with pytest.raises(PlausibilityError, match="without their applications"):
        require_plausible(
            ledger, as_of=DAY, policy=ar.Policy(plausibility={"applied_receipts": Plausible(then="stop")})
        )
    off = {name: Plausible(then="off") for name in CHECKS}
    assert ar.plausibility(ledger, as_of=DAY, policy=ar.Policy(plausibility=off)).empty
    with pytest.raises(PolicyError, match="no check of plausibility 'pastdue'"):
        ar.Policy(plausibility={"pastdue": Plausible(at_most=1)})


def test_a_policy_file_changes_one_limit(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("[plausibility.unapplied]\nat_most = 0.9\n", encoding="utf-8")
    chosen = ar.Policy.load(path).plausible
    assert (chosen["unapplied"].at_most, chosen["unapplied"].then) == (0.9, "warn")
    assert chosen["past_due"] == default_plausible()["past_due"]


def test_a_value_below_its_limit_names_that_limit() -> None:
    ledger = ledger_of(*USUAL, paid=PAID.head(1))
    policy = ar.Policy(plausibility={"applied_receipts": Plausible(at_least=0.9, then="stop")})
    with pytest.raises(PlausibilityError, match=r"50\.0.% of the receipts is applied"):
        require_plausible(ledger, as_of=DAY, policy=policy)


def test_every_check_has_limits_and_a_sentence() -> None:
    assert set(CHECKS) == set(default_plausible())
    table = ar.plausibility(ledger_of(*USUAL), as_of=DAY)
    assert table.loc[table["result"] != "plausible", "message"].str.len().gt(20).all()


def test_a_snapshot_is_asked_what_it_can_answer() -> None:
    items = pd.DataFrame(
        {"item_id": ["1", "2"], "customer_id": "A", "currency": "EUR", "document_date": "2026-01-01"}
        | {"due_date": ["2026-02-01", "2026-05-01"], "amount": [10.0, 90.0]}
    )
    ledger = ar.make_ledger(items=items, covers=(DAY, DAY))
    assert set(ar.plausibility(ledger, as_of=DAY)["check"]) == {"unapplied", "past_due", "due_on_document_date"}


def test_a_credit_note_that_is_applied_is_no_receipt() -> None:
    old = [
        ("R1", "receipt", "A", "2026-02-10", "2026-02-10", -100.0),
        ("C1", "credit_note", "B", "2026-03-29", "2026-03-29", -100.0),
    ]
    paid = applied(("I1", "R1", "2026-02-10", 100.0), ("I2", "C1", "2026-03-30", 100.0))
    assert "no_receipts" in breaches(ledger_of(*USUAL[:4], *old, paid=paid))
