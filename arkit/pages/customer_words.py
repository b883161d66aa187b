"""Sentences on customers: what each category owes, and what is not on the worklist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arkit.credit.rules import CATEGORIES
from arkit.present.wording import short_amount

if TYPE_CHECKING:
    import pandas as pd


def who_owes_what(customers: pd.DataFrame, currency: str) -> str:
    """Return what the customers of a currency owe, category by category, the gravest first."""
    rows = customers[customers["open_amount"] > 0]
    if rows.empty:
        return f"Nobody owes anything in {currency}."
    parts = [_owed(name, rows[rows["category"] == name], currency) for name in reversed(CATEGORIES)]
    total = short_amount(rows["open_amount"].sum(), currency)
    return f"{len(rows):,} customers owe {total}: {'; '.join(part for part in parts if part)}."


def _owed(category: str, rows: pd.DataFrame, currency: str) -> str:
    if rows.empty:
        return ""
    owed, late = (short_amount(rows[name].sum(), currency) for name in ("open_amount", "past_due"))
    return f"{len(rows):,} {category} {owed}, of it past due {late}"


def not_on_the_list(customers: pd.DataFrame, ranked: pd.DataFrame, currency: str) -> str:
    """Return how much past due is not on the worklist of a currency, because all of a customer's is disputed."""
    late = customers[(customers["currency"] == currency) & (customers["past_due"] > 0)]
    absent = late[~late["customer_id"].isin(ranked.loc[ranked["currency"] == currency, "customer_id"])]
    if absent.empty:
        return ""
    amount = short_amount(absent["past_due"].sum(), currency)
    return f" Not on the list, since all of it is disputed: {amount} past due of {len(absent):,} customers."
