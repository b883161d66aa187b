"""The library beside plain Python that was written from the glossary, on random books."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import arkit as ar
from arkit.aging.open_items import held_amounts
from tests.drawn import few
from tests.reference import answers
from tests.reference.books import DECIMALS, books_of, ledger_of

DAY = date(2026, 7, 31)
ENDS = [date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
ENDS += [date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30), DAY]
SEEDS = st.integers(0, 10**9)


def minor(amount: float, currency: str) -> int:
    return round(amount * 10 ** DECIMALS[currency])


@few(40)
@given(SEEDS)
def test_agings_apart_and_netted(seed: int) -> None:
    books = books_of(seed)
    ledger = ledger_of(books)
    base = {}
    for unapplied in ("apart", "net"):
        policy = ar.Policy(unapplied=unapplied)
        table = ar.aging_table(ledger, as_of=DAY, by="customer_id", policy=policy)
        columns = [*policy.labels, "unapplied"]
        found = {
            (row["customer_id"], row["currency"]): [minor(row[name], row["currency"]) for name in columns]
            for row in table.to_dict("records")
        }
        assert found == answers.aging(books, DAY, net=unapplied == "net")
        base[unapplied] = ar.aging_table(ledger, as_of=DAY, policy=policy, of="base_open_amount")["net"].sum()
    known = sum(item.open(DAY, base=True) for item in books.items.values() if item.open(DAY))
    assert [round(base[name] * 100) for name in ("apart", "net")] == [known, known]


@few(40)
@given(SEEDS)
def test_disputes(seed: int) -> None:
    books = books_of(seed)
    held = held_amounts(ledger_of(books), DAY, "dispute")
    assert dict(held.select("item_id", "held").iter_rows()) == answers.disputed(books, DAY)


@few(40)
@given(SEEDS)
def test_kpis(seed: int) -> None:
    books = books_of(seed)
    ledger = ledger_of(books)
    if "intercompany" not in ar.Policy.__struct_fields__:
        ledger = ledger.where(intercompany="false")
    panel = ar.kpis(ledger, as_of=DAY)
    for currency, rows in panel.groupby("currency"):
        counted = answers.kpis(books, str(currency), ENDS)
        if all((owner or books.items[name or ""].customer) in books.intercompany for name, owner, *_ in books.disputes):
            del counted["dispute_ratio"]
        found = dict(zip(rows["kpi"], rows["value"].astype(object).where(rows["value"].notna(), None), strict=True))
        assert {name: found[name] for name in counted} == pytest.approx(counted)


@few(40)
@given(SEEDS)
def test_payment_behaviour(seed: int) -> None:
    books = books_of(seed)
    table = ar.payment_behaviour(ledger_of(books), as_of=DAY).set_index(["customer_id", "currency"])
    held = answers.disputed(books, DAY)
    for (customer, currency), row in table.iterrows():
        own = [i for i in books.items.values() if (i.customer, i.currency) == (customer, currency)]
        debts = [i for i in own if i.kind in answers.BILLED and not i.replaces]
        late = [(days, i.entries[0][2]) for i in debts if (days := answers.days_late(books, i, DAY)) is not None]
        assert row["items"] == len(late)
        if late:
            assert row["days_late"] == pytest.approx(sum(days * size for days, size in late) / sum(s for _, s in late))
            assert row["on_time_share"] == pytest.approx(sum(days <= 0 for days, _ in late) / len(late))
        paid = answers.payments(books, own, DAY)
        assert (row["payments"], minor(row["paid_amount"], currency)) == (len(paid), sum(paid.values()))
        assert minor(row["disputed_amount"], currency) == sum(held.get(i.name, 0) for i in own)
        assert minor(row["past_due"], currency) == sum(max(i.open(DAY), 0) for i in own if i.due < DAY)
