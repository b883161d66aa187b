"""Random small ledgers: every type of item and entry, two currencies, customers whose attributes change."""

from datetime import date, timedelta

import polars as pl
from hypothesis import strategies as st

import arkit as ar
from arkit.words.columns import ENTRY_TYPES, ITEM_TYPES

FIRST = date(2026, 1, 1)
LAST = FIRST + timedelta(days=120)
DAYS = st.integers(0, 120).map(lambda days: FIRST + timedelta(days=days))
CENTS = st.integers(1, 99_999)
CUSTOMERS = ("C1", "C2", "C3")


@st.composite
def items(draw: st.DrawFn, number: int) -> dict[str, object]:
    kind = draw(st.sampled_from(ITEM_TYPES))
    sign = -1 if kind in ("credit_note", "receipt") else draw(st.sampled_from((1, -1))) if kind == "journal" else 1
    currency = draw(st.sampled_from(("EUR", "JPY")))
    born = draw(DAYS)
    cents = sign * draw(CENTS)
    return {
        "item_id": f"I{number}",
        "customer_id": draw(st.sampled_from(CUSTOMERS)),
        "entity": draw(st.sampled_from(("A", "B"))),
        "account": draw(st.sampled_from(("120000", "120900"))),
        "item_type": kind,
        "document_date": born,
        "due_date": born + timedelta(days=draw(st.integers(0, 60))),
        "replaces": draw(st.sampled_from((None, None, None, "I0"))),
        "currency": currency,
        "base_currency": "EUR",
        "amount": cents if currency == "JPY" else cents / 100,
        "base_amount": cents / 100,
    }


@st.composite
def ledgers(draw: st.DrawFn) -> ar.Ledger:
    documents = [draw(items(number)) for number in range(draw(st.integers(1, 7)))]
    others = [kind for kind in ENTRY_TYPES if kind not in ("original", "application")]
    entries, applications = [], []
    for _ in range(draw(st.integers(0, 8))):
        one, other = draw(st.sampled_from(documents)), draw(st.sampled_from(documents))
        # Often the whole amount, so that items are settled, and some of them opened again.
        part = draw(st.sampled_from((1, 1, 0.5)))
        amount = round(abs(float(one["amount"])) * part, 0 if one["currency"] == "JPY" else 2)
        dated = {"item_id": one["item_id"], "effective_on": draw(DAYS), "amount": amount}
        dated["base_amount"] = draw(CENTS) / 100
        if one["currency"] == other["currency"] and draw(st.booleans()):
            applications.append({**dated, "counterpart_item_id": other["item_id"]})
        else:
            kind = draw(st.sampled_from(others))
            dated["amount"] = 0.0 if kind == "exchange" else amount * draw(st.sampled_from((-1, -1, 1)))
            entries.append({**dated, "entry_type": kind})
    tables = {"entries": entries, "applications": applications}
    given = {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items() if rows}
    documents_table = pl.DataFrame(documents, schema_overrides={"replaces": pl.String}, infer_schema_length=None)
    return ar.make_ledger(items=documents_table, customers=customers(), covers=(FIRST, LAST), **given)


def customers() -> pl.DataFrame:
    """C1 and C2 change their collector on 1 March, C3 keeps one."""
    return pl.DataFrame(
        {
            "customer_id": ["C1", "C2", "C3", "C1", "C2"],
            "valid_from": [None, None, None, date(2026, 3, 1), date(2026, 3, 1)],
            "collector": ["Ann", "Ben", "Ann", "Ben", "Ann"],
        },
        schema_overrides={"valid_from": pl.Date},
    )
