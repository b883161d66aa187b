"""The open items of a trading company: reference figures computed independently on the snapshot of 2020-05-22."""

from pathlib import Path

import pytest

import arkit as ar

DAY = "2020-05-22"


@pytest.fixture(scope="module")
def ledger(hrc_open_items: Path) -> ar.Ledger:
    layout = ar.resource("templates/layouts/hrc_open_items.toml")
    return ar.read_ledger(hrc_open_items / "open_items.csv", layout=layout)


@pytest.mark.parametrize(
    ("currency", "amounts", "counts"),
    [
        (
            "USD",
            [10128874.55, 107523520.97, 127851304.87, 29610016.44, 0, 275113716.83],
            [493, 3385, 4054, 1021, 0, 8953],
        ),
        ("CAD", [631669.56, 14868688.70, 22554342.69, 6416308.13, 0, 44471009.08], [13, 268, 349, 117, 0, 747]),
    ],
)
def test_aging_by_amount_and_count(ledger: ar.Ledger, currency: str, amounts: list[float], counts: list[int]) -> None:
    columns = ["not due", "1-30", "31-60", "61-90", "over 90", "gross"]
    by_amount = ar.aging_table(ledger, as_of=DAY).set_index("currency")
    by_count = ar.aging_table(ledger, as_of=DAY, of="items").set_index("currency")
    assert by_amount.loc[currency, columns].tolist() == amounts
    assert by_count.loc[currency, columns].tolist() == counts
    assert by_amount.loc[currency, "unapplied"] == 0


def test_what_is_known_of_the_rows(ledger: ar.Ledger) -> None:
    """9700 rows, 664 customers, 32 due before their document date and kept; ids keep their zeros."""
    codes = ledger.findings["code"].value_counts()
    assert len(ledger.items) == 9700
    assert len(ledger.customers) == 664
    assert codes["due_before_document"] == 32
    assert ledger.findings["action"].ne("excluded").all()
    assert ledger.items["customer_id"].str.startswith("0").any()


def test_only_the_day_of_the_snapshot_can_be_answered(ledger: ar.Ledger) -> None:
    assert ar.require_reconciled(ledger, as_of=DAY)["difference"].eq(0).all()
    with pytest.raises(ar.errors.CoverageError, match="snapshot of 2020-05-22"):
        ar.aging_table(ledger, as_of="2020-05-21")


def test_a_figure_that_needs_history_is_a_reason(ledger: ar.Ledger) -> None:
    panel = ar.kpis(ledger, as_of=DAY, names=["dso", "days_beyond_terms", "past_due_ratio"])
    without = panel[panel["value"].isna()]
    assert set(without["kpi"]) == {"dso", "days_beyond_terms"}
    assert without["reason"].str.contains("the ledger begins later").all()
    assert panel.query("kpi == 'past_due_ratio'")["value"].notna().all()
