"""Roll rates: items followed from month-end to month-end, every cent of them in one of five outcomes."""

import pandas as pd
import pytest

import arkit as ar
from tests.drawn import AS_OF, ledger_of_drawn, on_drawn
from tests.literal import ledger_of

OUTCOMES = ["rolled", "stayed", "cured", "written_off", "transferred"]
ITEMS = [f"{name}_items" for name in OUTCOMES]
RATES = ["roll_rate", "roll_rate_items", "cure_rate", "cure_rate_items"]
COVERS = ("2026-01-01", "2026-06-30")
# Due on 31 January: not due then, in 1-30 at the end of February, in 31-60 at the end of March.
ONE = "item_id document_date due_date amount\n1 2026-01-10 2026-01-31 100"


def outcome(ledger: ar.Ledger, bucket: str, **how: object) -> dict[str, float]:
    """Return the outcomes of a bucket that are not nothing."""
    rates = ar.roll_rates(ledger, **{"as_of": "2026-03-31", "months": 1, **how}).set_index("bucket")
    return {name: value for name, value in rates.loc[bucket, [*OUTCOMES, *ITEMS]].items() if value}


# One item


def test_an_item_that_stays_unpaid_rolls() -> None:
    assert outcome(ledger_of(ONE, covers=COVERS), "1-30") == {"rolled": 100, "rolled_items": 1}


def test_an_item_in_the_same_bucket_stays() -> None:
    ledger = ledger_of("item_id document_date due_date amount\n1 2026-01-10 2026-04-30 100", covers=COVERS)
    assert outcome(ledger, "not due") == {"stayed": 100, "stayed_items": 1}


def test_the_paid_part_is_cured_and_the_item_rolls() -> None:
    ledger = ledger_of(ONE, payments="item_id effective_on amount\n1 2026-03-10 40", covers=COVERS)
    assert outcome(ledger, "1-30") == {"rolled": 60, "cured": 40, "rolled_items": 1}


def test_the_paid_and_the_written_off_part_are_told_apart() -> None:
    entries = "item_id entry_type effective_on amount\n1 settlement 2026-03-10 -40\n1 write_off 2026-03-31 -10"
    ledger = ledger_of(ONE, entries=entries, covers=COVERS)
    assert outcome(ledger, "1-30") == {"rolled": 50, "cured": 40, "written_off": 10, "rolled_items": 1}


@pytest.mark.parametrize(
    ("paid", "off", "counts_as"), [(99.75, 0.25, "cured_items"), (5, 95, "written_off_items"), (50, 50, "cured_items")]
)
def test_a_settled_item_counts_where_most_of_it_went(paid: float, off: float, counts_as: str) -> None:
    entries = f"item_id entry_type effective_on amount\n1 settlement 2026-03-10 -{paid}\n1 write_off 2026-03-31 -{off}"
    ledger = ledger_of(ONE, entries=entries, covers=COVERS)
    assert outcome(ledger, "1-30") == {"cured": paid, "written_off": off, counts_as: 1}


def test_a_renegotiated_item_is_transferred_not_cured() -> None:
    items = (
        "item_id document_date due_date amount replaces\n1 2026-01-10 2026-01-31 100 -\n2 2026-03-05 2026-06-30 100 1"
    )
    moved = "item_id entry_type effective_on amount\n1 transfer 2026-03-05 -100"
    assert outcome(ledger_of(items, entries=moved, covers=COVERS), "1-30") == {
        "transferred": 100,
        "transferred_items": 1,
    }


def test_a_write_off_of_the_month_before_is_not_one_of_this_month() -> None:
    entries = "item_id entry_type effective_on amount\n1 write_off 2026-02-28 -30\n1 settlement 2026-03-31 -70"
    ledger = ledger_of(ONE, entries=entries, covers=COVERS)
    assert outcome(ledger, "1-30") == {"cured": 70, "cured_items": 1}
    assert outcome(ledger, "not due", as_of="2026-02-28") == {"rolled": 70, "written_off": 30, "rolled_items": 1}


def test_a_write_off_taken_back_in_the_same_month_is_none() -> None:
    entries = "item_id entry_type effective_on amount\n1 write_off 2026-03-02 -100\n1 write_off 2026-03-03 100"
    assert outcome(ledger_of(ONE, entries=entries, covers=COVERS), "1-30") == {"rolled": 100, "rolled_items": 1}


def test_a_payment_taken_back_adds_nothing_to_what_was_open() -> None:
    entries = "item_id entry_type effective_on amount\n1 settlement 2026-02-10 -40\n1 correction 2026-03-10 40"
    assert outcome(ledger_of(ONE, entries=entries, covers=COVERS), "1-30") == {"rolled": 60, "rolled_items": 1}


def test_an_overpaid_item_is_cured() -> None:
    ledger = ledger_of(
        ONE, entries="item_id entry_type effective_on amount\n1 settlement 2026-03-10 -130", covers=COVERS
    )
    assert outcome(ledger, "1-30") == {"cured": 100, "cured_items": 1}


def test_an_item_may_jump_a_bucket() -> None:
    """Due on the last of February: day 0 then and day 31 a month later."""
    ledger = ledger_of("item_id document_date due_date amount\n1 2026-01-10 2026-02-28 100", covers=COVERS)
    assert outcome(ledger, "not due") == {"rolled": 100, "rolled_items": 1}


def test_unapplied_amounts_are_not_followed() -> None:
    items = "item_id item_type document_date due_date amount\n1 receipt 2026-01-10 2026-01-10 -100"
    assert ar.roll_rates(ledger_of(items, covers=COVERS), as_of="2026-03-31").empty


def test_where_the_policy_nets_only_the_rest_is_followed() -> None:
    items = "item_id document_date due_date amount\n1 2026-01-10 2026-01-31 100\n2 2026-01-15 2026-01-15 -30"
    netted = outcome(ledger_of(items, covers=COVERS), "1-30", policy=ar.Policy(unapplied="net"))
    assert netted == {"rolled": 70, "rolled_items": 1}


# Rates


def test_a_bucket_without_an_amount_has_no_rate_but_a_reason() -> None:
    rates = ar.roll_rates(ledger_of(ONE, covers=COVERS), as_of="2026-03-31", months=1).set_index("bucket")
    assert rates["amount"].to_dict() == {"not due": 0, "1-30": 100, "31-60": 0, "61-90": 0, "over 90": 0}
    assert rates.loc["61-90", RATES].isna().all()
    assert rates.loc["61-90", "reason"] == "nothing was open in this bucket"
    assert rates.loc["1-30", RATES].tolist() == [1, 1, 0, 0]
    assert pd.isna(rates.loc["1-30", "reason"])


def test_the_oldest_bucket_cannot_roll_but_be_cured() -> None:
    paid = ledger_of(ONE, payments="item_id effective_on amount\n1 2026-06-10 100", covers=COVERS)
    oldest = ar.roll_rates(paid, as_of="2026-06-30", months=1).set_index("bucket").loc["over 90"]
    assert pd.isna(oldest["roll_rate"])
    assert oldest["cure_rate"] == 1
    assert oldest["reason"] == "no bucket is older, so nothing can roll"


def test_months_that_the_ledger_does_not_cover_are_left_out_and_counted() -> None:
    assert ar.roll_rates(ledger_of(ONE, covers=COVERS), as_of="2026-03-31", months=36)["months"].unique() == [2]


def test_without_a_month_before_there_is_nothing_to_follow() -> None:
    with pytest.raises(ar.errors.CoverageError, match="2025-12-31 is before the first day"):
        ar.roll_rates(ledger_of(ONE, covers=COVERS), as_of="2026-01-31")


def test_no_month_at_all_is_refused() -> None:
    with pytest.raises(ar.errors.UnknownNameError, match="number of months 0"):
        ar.roll_rates(ledger_of(ONE, covers=COVERS), as_of="2026-03-31", months=0)


def test_month_by_month_the_day_is_the_later_month_end() -> None:
    rates = ar.roll_rates(ledger_of(ONE, covers=COVERS), as_of="2026-03-31", monthly=True)
    rolled = rates[rates["rolled"] > 0]
    assert rolled["as_of"].dt.date.astype(str).tolist() == ["2026-02-28", "2026-03-31"]
    assert rolled["bucket"].tolist() == ["not due", "1-30"]


def test_a_customer_is_in_the_segment_of_the_earlier_month_end() -> None:
    customers = "customer_id valid_from size\nC1 2025-01-01 S\nC1 2026-03-15 L"
    ledger = ledger_of(ONE, customers=customers, covers=COVERS)
    rates = ar.roll_rates(ledger, as_of="2026-04-30", by="size", monthly=True)
    rolled = rates[rates["rolled"] > 0].astype({"as_of": "str"}).set_index("as_of")["size"].to_dict()
    assert rolled == {"2026-02-28": "S", "2026-03-31": "S", "2026-04-30": "L"}


# Cure rates


def test_the_cure_rate_is_of_all_that_was_past_due() -> None:
    items = (
        "item_id document_date due_date amount\n"
        "1 2026-01-10 2026-01-31 100\n2 2026-01-10 2026-01-15 300\n3 2026-01-10 2026-03-15 500"
    )
    ledger = ledger_of(items, payments="item_id effective_on amount\n1 2026-03-10 100\n3 2026-03-10 500", covers=COVERS)
    [row] = ar.cure_rates(ledger, as_of="2026-03-31", months=1).to_dict("records")
    assert (row["past_due"], row["cured"], row["items"], row["cured_items"]) == (400, 100, 2, 1)
    assert (row["cure_rate"], row["cure_rate_items"]) == (0.25, 0.5)


def test_where_nothing_was_past_due_there_is_no_cure_rate() -> None:
    [row] = ar.cure_rates(ledger_of(ONE, covers=COVERS), as_of="2026-02-28").to_dict("records")
    assert (row["past_due"], row["reason"]) == (0, "nothing was past due")
    assert pd.isna(row["cure_rate"])


def test_by_document_date_nothing_is_known_to_be_past_due() -> None:
    policy = ar.Policy(basis="document_date")
    [row] = ar.cure_rates(ledger_of(ONE, covers=COVERS), as_of="2026-03-31", policy=policy).to_dict("records")
    assert pd.isna(row["cure_rate"])
    assert row["reason"] == "the policy ages by document date, so nothing is known to be past due"


# Whole ledgers


def require_whole(rates: pd.DataFrame) -> None:
    """Every cent and every item is in one outcome, and every rate a share."""
    assert (rates[OUTCOMES].sum(axis=1) - rates["amount"]).abs().lt(0.001).all()
    assert (rates[ITEMS].sum(axis=1) == rates["items"]).all()
    assert rates[RATES].stack().dropna().between(0, 1).all()
    assert rates["reason"].notna().eq(rates[RATES].isna().any(axis=1)).all()


def added(rates: pd.DataFrame, *keys: str) -> pd.DataFrame:
    """Return amounts and counts summed by keys, to the cent."""
    return (
        rates.groupby([*keys, "currency", "bucket"], observed=True)[["amount", "items", *OUTCOMES, *ITEMS]]
        .sum()
        .round(3)
    )


@on_drawn
def test_every_cent_has_one_outcome_and_groups_and_months_add_up(items: list[dict]) -> None:
    ledger = ledger_of_drawn(items)
    whole = ar.roll_rates(ledger, as_of=AS_OF)
    monthly = ar.roll_rates(ledger, as_of=AS_OF, monthly=True)
    parts = ar.roll_rates(ledger, as_of=AS_OF, by=["customer_id", "item_type"])
    for rates in (whole, monthly, parts):
        require_whole(rates)
    pd.testing.assert_frame_equal(added(monthly), added(whole))
    pd.testing.assert_frame_equal(added(parts), added(whole))


@on_drawn
def test_what_is_followed_is_the_aging_of_the_earlier_month_end(items: list[dict]) -> None:
    require_amounts_of_the_aging(ledger_of_drawn(items), months=4)


def require_amounts_of_the_aging(ledger: ar.Ledger, *, months: int, as_of: object = AS_OF) -> None:
    rates = ar.roll_rates(ledger, as_of=as_of, months=months, monthly=True)
    rates = rates[rates["amount"] > 0]
    followed = zip(rates["currency"], rates["as_of"], rates["bucket"], rates["amount"], strict=True)
    trend = ar.aging_trend(ledger, as_of=as_of, months=months)
    aged = trend.melt(["as_of", "currency"], list(ar.Policy().labels), "bucket", "amount")
    aged = aged[(aged["amount"] > 0) & (aged["as_of"] < pd.Timestamp(as_of))]
    next_end = aged["as_of"] + pd.offsets.MonthEnd()
    assert sorted(followed) == sorted(zip(aged["currency"], next_end, aged["bucket"], aged["amount"], strict=True))


@on_drawn
def test_what_comes_later_changes_nothing(items: list[dict]) -> None:
    now, later = ledger_of_drawn(items, until=AS_OF), ledger_of_drawn(items)
    for measure in (ar.roll_rates, ar.cure_rates, ar.loss_rates):
        pd.testing.assert_frame_equal(measure(now, as_of=AS_OF), measure(later, as_of=AS_OF))


@pytest.mark.parametrize("unapplied", ["apart", "net"])
def test_the_sample_is_followed_to_the_last_cent(unapplied: str) -> None:
    ledger, policy = ar.sample_ledger(), ar.Policy(unapplied=unapplied)
    whole = ar.roll_rates(ledger, as_of="2026-10-31", months=35, policy=policy)
    parts = ar.roll_rates(ledger, as_of="2026-10-31", months=35, policy=policy, by=["entity", "industry"])
    require_whole(whole)
    pd.testing.assert_frame_equal(added(parts), added(whole))
    assert (whole[["cured", "rolled", "stayed", "written_off", "transferred"]].sum() > 0).all()


def test_the_sample_is_followed_from_its_agings() -> None:
    require_amounts_of_the_aging(ar.sample_ledger(), months=12, as_of="2026-10-31")


def test_a_month_of_the_sample_is_what_two_lists_of_open_items_say() -> None:
    ledger = ar.sample_ledger()
    then, now = (ar.open_items(ledger, as_of=day) for day in ("2026-09-30", "2026-10-31"))
    both = then[then["open_amount"] > 0].merge(now, on="item_id", how="left", suffixes=("", "_now"))
    both["kept"] = both[["open_amount", "open_amount_now"]].min(axis=1).where(both["open_amount_now"] > 0, 0)
    both["rolled"] = both["kept"].where(both["bucket_now"].cat.codes > both["bucket"].cat.codes, 0)
    both["amount"], both["stayed"] = both["open_amount"], both["kept"] - both["rolled"]
    columns = ["amount", "rolled", "stayed"]
    expected = both.groupby(["currency", "bucket"], observed=True)[columns].sum().round(3)
    rates = ar.roll_rates(ledger, as_of="2026-10-31", months=1)
    found = rates[rates["amount"] > 0].set_index(["currency", "bucket"])[columns].round(3)
    assert found.to_dict() == expected.to_dict()


def test_ibm_customers_pay_before_sixty_days_are_over(ibm_late_payment) -> None:
    ledger = ar.read_ledger(
        ibm_late_payment / "invoices_mdy.csv", layout=ar.resource("templates/layouts/ibm_late_payment_mdy.toml")
    )
    rates = ar.roll_rates(ledger, as_of="2013-06-30", months=17).set_index("bucket")
    assert rates["months"].unique() == [17]
    assert rates.loc["31-60", "roll_rate"] == 0
    require_whole(rates.reset_index())
