"""The registry of KPIs: each once, with its inputs, expression, unit, direction, source and a worked example.

The inputs of a part and how they are found are in :mod:`arkit.kpi.balances` and :mod:`arkit.kpi.payments`; the panel
(:mod:`arkit.kpi.panel`) computes every entry the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import polars as pl

Unit = Literal["days", "ratio", "amount", "times"]
Good = Literal["down", "up", "depends"]
Inputs = Mapping[str, float | Sequence[float]]

_SALES_OF: Final = {
    "sales": "sales of the window",
    "countback": "sales of each month back",
    "uncollected": "sales of each month back",
}


@dataclass(frozen=True)
class Example:
    """A worked example: the inputs, and the value that they give. The registry's test computes it."""

    inputs: Inputs
    value: float


@dataclass(frozen=True, kw_only=True)
class KPI:
    """A KPI: what it is made of, how, when it is undefined, and a worked example.

    ``value`` is an expression over the inputs of ``parts`` (see :mod:`arkit.kpi.panel`); ``undefined`` pairs a
    condition with the reason that is shown in place of a number. Amounts among the inputs are in minor units.
    """

    name: str
    title: str
    unit: Unit
    good: Good
    parts: tuple[str, ...]
    value: pl.Expr = field(repr=False)
    undefined: tuple[tuple[pl.Expr, str], ...] = field(repr=False)
    formula: str
    definition: str
    source: str
    example: Example

    @property
    def sales_basis(self) -> str:
        """Which sales the figure takes; empty where it takes none."""
        return next((_SALES_OF[part] for part in self.parts if part in _SALES_OF), "")

    @property
    def uses_sales(self) -> bool:
        """Whether the figure depends on the sales basis."""
        return bool(self.sales_basis)

    @property
    def undefined_when(self) -> tuple[str, ...]:
        """The reasons for which there may be no number."""
        return tuple(reason for _, reason in self.undefined)


RECEIVABLES: Final = pl.col("receivables")
NOT_DUE: Final = pl.col("not_due")
OPENING: Final = pl.col("opening")
SALES: Final = pl.col("sales")
PAID: Final = pl.col("paid")
DAYS: Final = pl.col("days")

NO_HISTORY: Final = (
    SALES.is_null(),
    "needs the sales of the whole window; the ledger begins later, or its sales end earlier",
)
NO_OPENING: Final = (OPENING.is_null(), "needs the balance at the start of the window; the ledger begins later")
NO_SALES: Final = (SALES <= 0, "no sales in the window")
NOTHING_OPEN: Final = (RECEIVABLES <= 0, "nothing is open")
NO_DUE_DATES: Final = (NOT_DUE.is_null(), "the policy ages by document date, so nothing is known to be past due")
PAYMENTS_UNKNOWN: Final = (PAID.is_null(), "needs the payments of the whole window; the ledger begins later")
NO_PAYMENTS: Final = (PAID <= 0, "no payments in the window")


def unknown(column: str, what: str) -> tuple[pl.Expr, str]:
    """Return the condition that something of the whole window is not known."""
    return pl.col(column).is_null(), f"needs {what} of the whole window; the ledger begins later"


_DSO: Final = RECEIVABLES / SALES * DAYS
_BEST: Final = NOT_DUE / SALES * DAYS
_AVERAGE: Final = (OPENING + RECEIVABLES) / 2
_BY_MONTH: Final = pl.col("owed_by_month") / pl.col("sales_by_month") * pl.col("days_by_month")

DAYS_FIGURES: Final = (
    KPI(
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
    KPI(
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
    KPI(
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
    KPI(
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
    KPI(
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
    KPI(
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
    KPI(
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


_STILL_OPEN: Final = (1 - pl.col("paid_share")).list.eval(pl.element().cum_prod())
_NOTHING_DUE: Final = (pl.col("due_items") <= 0, "nothing fell due in the window")
_DUE_UNKNOWN: Final = unknown("due_items", "the payments")
_PUNCTUAL: Final = {"due_items": 3, "on_time_items": 2, "due_amount": 1_000, "on_time_amount": 700}

PAYMENT_FIGURES: Final = (
    KPI(
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
    KPI(
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
    KPI(
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
    KPI(
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
    KPI(
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
    KPI(
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
    KPI(
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


_CHARGED: Final = OPENING + SALES
_CHARGED_MONTHLY: Final = OPENING + SALES / pl.col("months")
_NOBODY_OWES: Final = (pl.col("positive").is_null(), "no customer owes anything")
_QUARTER: Final = {"opening": 6_200, "sales": 10_890, "receivables": 6_340, "not_due": 3_590, "months": 3}

SHARE_FIGURES: Final = (
    KPI(
        name="past_due_ratio",
        title="Past due",
        unit="ratio",
        good="down",
        parts=("balances",),
        value=pl.col("past_due") / RECEIVABLES,
        undefined=(NO_DUE_DATES, NOTHING_OPEN),
        formula="past-due receivables / receivables",
        definition="Share of the open receivables whose due date has passed.",
        source="Credit Research Foundation, percent past due",
        example=Example({"past_due": 25, "not_due": 75, "receivables": 100}, 0.25),
    ),
    KPI(
        name="oldest_bucket_ratio",
        title="Oldest bucket",
        unit="ratio",
        good="down",
        parts=("balances",),
        value=pl.col("oldest") / RECEIVABLES,
        undefined=(NOTHING_OPEN,),
        formula="receivables in the last bucket of the policy / receivables",
        definition="Share of the open receivables in the policy's last bucket: by default over 90 days past due.",
        source="Credit Research Foundation, National Summary of Domestic Trade Receivables, percent over 91 days",
        example=Example({"oldest": 8, "receivables": 200}, 0.04),
    ),
    KPI(
        name="unapplied_ratio",
        title="Unapplied",
        unit="ratio",
        good="down",
        parts=("balances",),
        value=-pl.col("unapplied") / RECEIVABLES,
        undefined=(NOTHING_OPEN,),
        formula="unapplied payments and credits / receivables",
        definition="Payments and credits not yet applied to an invoice, as a share of the open receivables.",
        source="arkit's own; unapplied receipts as in Oracle Receivables",
        example=Example({"unapplied": -30, "receivables": 200}, 0.15),
    ),
    KPI(
        name="dispute_ratio",
        title="In dispute",
        unit="ratio",
        good="down",
        parts=("balances", "disputes"),
        value=pl.col("disputed") / RECEIVABLES,
        undefined=((pl.col("disputed").is_null(), "the ledger records no disputes"), NOTHING_OPEN),
        formula="receivables of the items in dispute / receivables",
        definition="Share of the open receivables that customers dispute.",
        source="arkit's own; disputed amounts as in SAP Dispute Management",
        example=Example({"disputed": 36, "receivables": 1_200}, 0.03),
    ),
    KPI(
        name="collection_effectiveness_index",
        title="Collection effectiveness",
        unit="ratio",
        good="up",
        parts=("balances", "opening", "sales"),
        value=(_CHARGED - RECEIVABLES) / (_CHARGED - NOT_DUE),
        undefined=(
            NO_DUE_DATES,
            NO_OPENING,
            NO_HISTORY,
            (_CHARGED - NOT_DUE <= 0, "nothing could have been collected in the window"),
        ),
        formula="(opening + sales - closing) / (opening + sales - closing not due)",
        definition="Share of what could have been collected in the window that was collected.",
        source="Credit Research Foundation, collection effectiveness index, with the sales of the whole window",
        example=Example(_QUARTER, 0.7963),
    ),
    KPI(
        name="collection_effectiveness_index_monthly",
        title="Collection effectiveness, monthly sales",
        unit="ratio",
        good="up",
        parts=("balances", "opening", "sales"),
        value=(_CHARGED_MONTHLY - RECEIVABLES) / (_CHARGED_MONTHLY - NOT_DUE),
        undefined=(
            NO_DUE_DATES,
            NO_OPENING,
            NO_HISTORY,
            (_CHARGED_MONTHLY - NOT_DUE <= 0, "nothing could have been collected in the window"),
        ),
        formula="(opening + sales / months - closing) / (opening + sales / months - closing not due)",
        definition="The collection effectiveness index with the average month's sales.",
        source="Credit Research Foundation, collection effectiveness index, wording with sales / number of months",
        example=Example(_QUARTER, 0.5593),
    ),
    KPI(
        name="write_off_ratio",
        title="Written off",
        unit="ratio",
        good="down",
        parts=("write_offs", "sales"),
        value=pl.col("written_off") / SALES,
        undefined=(unknown("written_off", "the entries"), NO_HISTORY, NO_SALES),
        formula="written off in the window / sales of the window",
        definition="Receivables given up in the window, as a share of the sales of the window.",
        source="Credit Research Foundation, bad debt to sales",
        example=Example({"written_off": 450, "sales": 90_000}, 0.005),
    ),
    KPI(
        name="top_10_share",
        title="Ten largest customers",
        unit="ratio",
        good="depends",
        parts=("concentration",),
        value=pl.col("largest") / pl.col("positive"),
        undefined=(_NOBODY_OWES,),
        formula="sum of the ten largest customer balances / sum of all positive customer balances",
        definition="How much of the receivables the ten largest debtors hold.",
        source="Concentration ratio CR10",
        example=Example({"largest": 60, "positive": 80}, 0.75),
    ),
    KPI(
        name="hhi",
        title="Concentration (HHI)",
        unit="ratio",
        good="depends",
        parts=("concentration",),
        value=pl.col("squares") / pl.col("positive").cast(pl.Float64).pow(2),
        undefined=(_NOBODY_OWES,),
        formula="sum of squared shares of the positive customer balances",
        definition="Herfindahl-Hirschman index: 1 is one customer, 1/n is n equal ones.",
        source="US Department of Justice, Herfindahl-Hirschman Index",
        # Balances of 30, 30, 20 and 20.
        example=Example({"squares": 30**2 + 30**2 + 20**2 + 20**2, "positive": 100}, 0.26),
    ),
    KPI(
        name="carrying_cost",
        title="Cost of the capital tied up",
        unit="amount",
        good="down",
        parts=("balances",),
        value=RECEIVABLES * pl.col("cost_of_capital") * DAYS / 365,
        undefined=(),
        formula="receivables x yearly cost of capital of the policy x days of the window / 365",
        definition="What it costs to finance the receivables for the days of the window, in their currency.",
        source="Brigham and Ehrhardt, Financial Management, cost of carrying receivables",
        example=Example({"receivables": 36_500, "cost_of_capital": 0.08, "days": 30}, 240),
    ),
)


KPIS: Final[dict[str, KPI]] = {figure.name: figure for figure in (*DAYS_FIGURES, *PAYMENT_FIGURES, *SHARE_FIGURES)}
