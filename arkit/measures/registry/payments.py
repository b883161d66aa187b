"""How what was paid was paid: after how many days, on which terms, and what of it on time."""

from __future__ import annotations

from typing import Final

import polars as pl

from arkit.measures.registry.conditions import NO_PAYMENTS, PAID, PAYMENTS_UNKNOWN, unknown
from arkit.measures.registry.figure import Example, KeyFigure

_STILL_OPEN: Final = (1 - pl.col("paid_share")).list.eval(pl.element().cum_prod())
_NOTHING_DUE: Final = (pl.col("due_items") <= 0, "nothing fell due in the window")
_DUE_UNKNOWN: Final = unknown("due_items", "the payments")
_PUNCTUAL: Final = {"due_items": 3, "on_time_items": 2, "due_amount": 1_000, "on_time_amount": 700}

PAYMENT_FIGURES: Final = (
    KeyFigure(
        name="days_beyond_terms",
        title="Days beyond terms",
        unit="days",
        good="down",
        parts=("payments",),
        value=pl.col("paid_days_late") / PAID,
        undefined=(PAYMENTS_UNKNOWN, NO_PAYMENTS),
        formula="sum(payment x days after the due date) / sum(payment)",
        definition="How many days after the due date the average amount was paid; early payments count as negative.",
        source="Dun & Bradstreet, days beyond terms",
        # 100 paid 10 days late and 300 paid 2 days early.
        example=Example({"paid": 400, "paid_days_late": 400}, 1),
    ),
    KeyFigure(
        name="average_days_to_pay",
        title="Average days to pay",
        unit="days",
        good="down",
        parts=("payments",),
        value=pl.col("paid_days") / PAID,
        undefined=(PAYMENTS_UNKNOWN, NO_PAYMENTS),
        formula="sum(payment x days after the document) / sum(payment)",
        definition="How many days after the invoice the average amount of the window's payments was paid.",
        source="Oracle Receivables, weighted average days paid",
        # 10 paid after 5 days and 100 after 10.
        example=Example({"paid": 110, "paid_days": 1_050}, 9.5455),
    ),
    KeyFigure(
        name="average_terms",
        title="Average terms",
        unit="days",
        good="depends",
        parts=("payments",),
        value=pl.col("paid_terms") / PAID,
        undefined=(PAYMENTS_UNKNOWN, NO_PAYMENTS),
        formula="sum(payment x days from the document to the due date) / sum(payment)",
        definition="The terms of what was paid: average days to pay less days beyond terms.",
        source="Oracle Receivables, weighted average terms",
        # 100 on 30 days and 300 on 60 days.
        example=Example({"paid": 400, "paid_terms": 21_000}, 52.5),
    ),
    KeyFigure(
        name="expected_days_to_pay",
        title="Expected days to pay",
        unit="days",
        good="down",
        parts=("payments", "delays"),
        value=(_STILL_OPEN * pl.col("days_at_age")).list.sum(),
        undefined=(
            PAYMENTS_UNKNOWN,
            NO_PAYMENTS,
            (_STILL_OPEN.list.last() > 0.5, "less than half is paid by the age of the oldest open amount"),
        ),
        formula="sum over the days after the document of the product, up to the day, of (1 - paid then / open then)",
        definition=(
            "How many days after the invoice an amount is paid when all amounts are paid as in the window, with what "
            "is still open counted as not yet paid; up to the age of the oldest open amount."
        ),
        source="Kaplan and Meier, Nonparametric Estimation from Incomplete Observations, 1958: the restricted mean",
        # Half is paid after 10 days; of the rest half after 20 more days, the last 30 days later.
        example=Example({"paid": 400, "paid_share": [0, 0.5, 0.5, 1], "days_at_age": [10, 20, 30, 0]}, 27.5),
    ),
    KeyFigure(
        name="on_time_share",
        title="Paid on time",
        unit="ratio",
        good="up",
        parts=("punctuality",),
        value=pl.col("on_time_amount") / pl.col("due_amount"),
        undefined=(_DUE_UNKNOWN, _NOTHING_DUE),
        formula="amount paid by the due date / amount that fell due in the window",
        definition="Share of what fell due in the window that was paid by its due date; what is still open is late.",
        source="Atradius Payment Practices Barometer, share of the invoiced value that is paid on time",
        example=Example(_PUNCTUAL, 0.7),
    ),
    KeyFigure(
        name="on_time_share_of_items",
        title="Paid on time, by count",
        unit="ratio",
        good="up",
        parts=("punctuality",),
        value=pl.col("on_time_items") / pl.col("due_items"),
        undefined=(_DUE_UNKNOWN, _NOTHING_DUE),
        formula="items paid in full by the due date / items that fell due in the window",
        definition="Share of the items that fell due in the window that were paid in full by their due date.",
        source="UK Reporting on Payment Practices and Performance Regulations 2017, paid within agreed terms",
        example=Example(_PUNCTUAL, 0.6667),
    ),
    KeyFigure(
        name="discount_uptake",
        title="Discounts taken",
        unit="ratio",
        good="depends",
        parts=("discounts",),
        value=pl.col("taken") / pl.col("offered"),
        undefined=(
            unknown("offered", "the payments"),
            (pl.col("offered") <= 0, "nothing with discount terms was paid"),
        ),
        formula="discounts taken / discounts offered, on the items with discount terms settled in the window",
        definition="Share of the early-payment discounts that customers could have taken and did.",
        source="arkit's own, after the discount capture rate of payables",
        # 2 % on 1,000 and on 3,000; only the first was paid in time.
        example=Example({"taken": 20, "offered": 80}, 0.25),
    ),
)
