"""Days of sales in the receivables, and how often the receivables turn over."""

from __future__ import annotations

from typing import Final

import polars as pl

from arkit.measures.registry.conditions import (
    DAYS,
    NO_DUE_DATES,
    NO_HISTORY,
    NO_OPENING,
    NO_SALES,
    NOT_DUE,
    OPENING,
    RECEIVABLES,
    SALES,
)
from arkit.measures.registry.figure import Example, KeyFigure

_DSO: Final = RECEIVABLES / SALES * DAYS
_BEST: Final = NOT_DUE / SALES * DAYS
_AVERAGE: Final = (OPENING + RECEIVABLES) / 2
_BY_MONTH: Final = pl.col("owed_by_month") / pl.col("sales_by_month") * pl.col("days_by_month")

DAYS_FIGURES: Final = (
    KeyFigure(
        name="dso",
        title="Days sales outstanding",
        unit="days",
        good="down",
        parts=("balances", "sales"),
        value=_DSO,
        undefined=(NO_HISTORY, NO_SALES),
        formula="receivables / sales of the window x days of the window",
        definition="For how many days of sales the receivables stand.",
        source="Microsoft Dynamics 365 Finance, credit statistics; Brigham and Ehrhardt, Financial Management",
        example=Example({"receivables": 50_000, "sales": 150_000, "days": 365}, 121.6667),
    ),
    KeyFigure(
        name="countback_dso",
        title="Count-back DSO",
        unit="days",
        good="down",
        parts=("balances", "countback"),
        value=pl.col("exhausted") + (pl.col("rest") / pl.col("rest_sales")).fill_nan(0) * pl.col("rest_days"),
        undefined=((pl.col("exhausted").is_null(), "the known sales run out before the balance does"),),
        formula="days of the latest months whose sales the balance exhausts + the rest / that month's sales x its days",
        definition="How far back sales must be counted to make up the receivables; it follows uneven sales.",
        source="Credit Research Foundation, count-back method",
        # 212,000 are owed; the latest months sold 100,000, 80,000 and 70,000.
        example=Example({"exhausted": 60, "rest": 32_000, "rest_sales": 70_000, "rest_days": 30}, 73.7143),
    ),
    KeyFigure(
        name="sales_weighted_dso",
        title="Sales-weighted DSO",
        unit="days",
        good="down",
        parts=("balances", "uncollected"),
        value=_BY_MONTH.list.sum().fill_null(0),
        undefined=(
            (pl.col("unmatched") != 0, "some receivables come from months whose sales are not known, or are none"),
        ),
        formula="sum over months of (receivables from the month / sales of the month x days of the month)",
        definition=(
            "Days of sales not yet collected, each month's receivables against that month's own sales; rising or "
            "falling sales do not move it."
        ),
        source=(
            "Credit Research Foundation, sales weighted DSO; Lewellen and Johnson, Better Way to Monitor Accounts "
            "Receivable, Harvard Business Review 1972"
        ),
        # Brigham: 70 % of the last month's sales and 20 % of those before are uncollected, whatever the sales are.
        example=Example(
            {"owed_by_month": [210, 40], "sales_by_month": [300, 200], "days_by_month": [30, 30], "unmatched": 0}, 27
        ),
    ),
    KeyFigure(
        name="best_possible_dso",
        title="Best possible DSO",
        unit="days",
        good="depends",
        parts=("balances", "sales"),
        value=_BEST,
        undefined=(NO_DUE_DATES, NO_HISTORY, NO_SALES),
        formula="receivables not due / sales of the window x days of the window",
        definition="What days sales outstanding would be if every customer paid on the due date.",
        source="Credit Research Foundation, best possible days sales outstanding",
        example=Example({"receivables": 53_000, "not_due": 20_000, "sales": 30_000, "days": 90}, 60),
    ),
    KeyFigure(
        name="average_days_delinquent",
        title="Average days delinquent",
        unit="days",
        good="down",
        parts=("balances", "sales"),
        value=_DSO - _BEST,
        undefined=(NO_DUE_DATES, NO_HISTORY, NO_SALES),
        formula="days sales outstanding - best possible days sales outstanding",
        definition="How many of the days sales outstanding are due to late payment.",
        source="The Hackett Group, average days delinquent",
        # 158 days less 59 days.
        example=Example({"receivables": 158, "not_due": 59, "sales": 90, "days": 90}, 99),
    ),
    KeyFigure(
        name="receivables_turnover",
        title="Receivables turnover",
        unit="times",
        good="up",
        parts=("balances", "opening", "sales"),
        value=SALES / _AVERAGE,
        undefined=(NO_OPENING, NO_HISTORY, (_AVERAGE <= 0, "nothing was open at the start or the end of the window")),
        formula="sales of the window / ((opening receivables + closing receivables) / 2)",
        definition="How many times in the window the receivables were turned into sales anew.",
        source="CFA Institute, Financial Analysis Techniques, receivables turnover",
        example=Example({"opening": 40_000, "receivables": 60_000, "sales": 400_000, "days": 365}, 8),
    ),
    KeyFigure(
        name="turnover_days",
        title="Days to turn over",
        unit="days",
        good="down",
        parts=("balances", "opening", "sales"),
        value=_AVERAGE / SALES * DAYS,
        undefined=(NO_OPENING, NO_HISTORY, NO_SALES),
        formula="days of the window / receivables turnover",
        definition="How many days it takes to turn the average receivables over once: the average collection period.",
        source="CFA Institute, Financial Analysis Techniques, days of sales outstanding on average receivables",
        example=Example({"opening": 40_000, "receivables": 60_000, "sales": 400_000, "days": 365}, 45.625),
    ),
)
