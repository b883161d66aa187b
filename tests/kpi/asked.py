"""KPIs of ledgers small enough to be read in a test."""

import pandas as pd

import arkit as ar
from tests.literal import ledger_of

COVERS = ("2026-01-01", "2026-06-30")
DAY = "2026-06-30"
SETTLED = "item_id document_date due_date amount settled_on"


def settled(*rows: str, covers: tuple[str, str] = COVERS, **tables: str) -> ar.Ledger:
    """Return a ledger of invoices with the day each was settled, and other tables."""
    return ledger_of("\n".join([SETTLED, *rows]), shape="settled", covers=covers, **tables)


def figure(ledger: ar.Ledger, name: str, as_of: str = DAY, **how: object) -> float | str:
    """Return a KPI of a ledger in one currency, or the reason why there is no number."""
    [row] = ar.kpis(ledger, as_of=as_of, names=[name], **{"window": "month", **how}).to_dict("records")
    return row["reason"] if pd.isna(row["value"]) else round(row["value"], 4)
