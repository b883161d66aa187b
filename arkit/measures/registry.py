"""The key figures: each defined once, with formula, unit, direction and source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

Unit = Literal["days", "ratio"]
Good = Literal["down", "up", "depends"]


@dataclass(frozen=True)
class KeyFigure:
    """A key figure: what it is made of, how, and when it is undefined.

    ``value`` is an expression over the inputs of ``parts`` (see :mod:`arkit.measures.inputs`); ``undefined`` pairs a
    condition with the reason that is shown in place of a number.
    """

    name: str
    title: str
    unit: Unit
    good: Good
    parts: tuple[str, ...]
    value: pl.Expr
    undefined: tuple[tuple[pl.Expr, str], ...]
    formula: str
    definition: str
    source: str

    @property
    def uses_sales(self) -> bool:
        """Whether the figure depends on the sales basis."""
        return bool({"sales", "countback"} & {*self.parts})


_SALES: Final = pl.col("sales")
_RECEIVABLES: Final = pl.col("receivables")
_NOT_DUE: Final = pl.col("not_due")
_DAYS: Final = pl.col("days")
_DSO: Final = _RECEIVABLES / _SALES * _DAYS
_BEST: Final = _NOT_DUE / _SALES * _DAYS
_CHARGED: Final = pl.col("opening") + _SALES
_CHARGED_MONTHLY: Final = pl.col("opening") + _SALES / pl.col("months")
_NO_HISTORY: Final = (_SALES.is_null(), "needs the sales of the whole window; the ledger begins later")
_NO_OPENING: Final = (
    pl.col("opening").is_null(),
    "needs the balance at the start of the window; the ledger begins later",
)
_NO_SALES: Final = (_SALES <= 0, "no sales in the window")
_NO_DUE_DATES: Final = (_NOT_DUE.is_null(), "the policy ages by document date, so nothing is known to be past due")

_ALL: Final = (
    KeyFigure(
        name="past_due_ratio",
        title="Past due",
        unit="ratio",
        good="down",
        parts=("balances",),
        value=pl.col("past_due") / _RECEIVABLES,
        undefined=(_NO_DUE_DATES, (_RECEIVABLES <= 0, "nothing is open")),
        formula="past-due receivables / receivables",
        definition="Share of the open receivables whose due date has passed.",
        source="Credit Research Foundation, percent past due",
    ),
    KeyFigure(
        name="dso",
        title="Days sales outstanding",
        unit="days",
        good="down",
        parts=("balances", "sales"),
        value=_DSO,
        undefined=(_NO_HISTORY, _NO_SALES),
        formula="receivables / sales of the window x days of the window",
        definition="For how many days of sales the receivables stand.",
        source="Microsoft Dynamics 365 Finance, credit statistics; Brigham and Ehrhardt, Financial Management",
    ),
    KeyFigure(
        name="countback_dso",
        title="Count-back DSO",
        unit="days",
        good="down",
        parts=("balances", "countback"),
        value=pl.col("countback_days"),
        undefined=((pl.col("countback_days").is_null(), "the known sales run out before the balance does"),),
        formula="days of the latest months whose sales the receivables exhaust + remainder / that month's sales x its days",
        definition="How far back sales must be counted to make up the receivables; it follows uneven sales.",
        source="Credit Research Foundation, count-back method",
    ),
    KeyFigure(
        name="best_possible_dso",
        title="Best possible DSO",
        unit="days",
        good="depends",
        parts=("balances", "sales"),
        value=_BEST,
        undefined=(_NO_DUE_DATES, _NO_HISTORY, _NO_SALES),
        formula="receivables not due / sales of the window x days of the window",
        definition="What days sales outstanding would be if every customer paid on the due date.",
        source="Credit Research Foundation, best possible days sales outstanding",
    ),
    KeyFigure(
        name="average_days_delinquent",
        title="Average days delinquent",
        unit="days",
        good="down",
        parts=("balances", "sales"),
        value=_DSO - _BEST,
        undefined=(_NO_DUE_DATES, _NO_HISTORY, _NO_SALES),
        formula="days sales outstanding - best possible days sales outstanding",
        definition="How many of the days sales outstanding are due to late payment.",
        source="The Hackett Group, average days delinquent",
    ),
    KeyFigure(
        name="collection_effectiveness_index",
        title="Collection effectiveness",
        unit="ratio",
        good="up",
        parts=("balances", "opening", "sales"),
        value=(_CHARGED - _RECEIVABLES) / (_CHARGED - _NOT_DUE),
        undefined=(
            _NO_DUE_DATES,
            _NO_OPENING,
            _NO_HISTORY,
            (_CHARGED - _NOT_DUE <= 0, "nothing could have been collected in the window"),
        ),
        formula="(opening + sales - closing) / (opening + sales - closing not due)",
        definition="Share of what could have been collected in the window that was collected.",
        source="Credit Research Foundation, collection effectiveness index, with the sales of the whole window",
    ),
    KeyFigure(
        name="collection_effectiveness_index_monthly",
        title="Collection effectiveness, monthly sales",
        unit="ratio",
        good="up",
        parts=("balances", "opening", "sales"),
        value=(_CHARGED_MONTHLY - _RECEIVABLES) / (_CHARGED_MONTHLY - _NOT_DUE),
        undefined=(
            _NO_DUE_DATES,
            _NO_OPENING,
            _NO_HISTORY,
            (_CHARGED_MONTHLY - _NOT_DUE <= 0, "nothing could have been collected in the window"),
        ),
        formula="(opening + sales / months - closing) / (opening + sales / months - closing not due)",
        definition="The collection effectiveness index with the average month's sales.",
        source="Credit Research Foundation, collection effectiveness index, wording with sales / number of months",
    ),
    KeyFigure(
        name="days_beyond_terms",
        title="Days beyond terms",
        unit="days",
        good="down",
        parts=("payments",),
        value=pl.col("paid_days_late") / pl.col("paid"),
        undefined=(
            (pl.col("paid").is_null(), "needs the payments of the whole window; the ledger begins later"),
            (pl.col("paid") <= 0, "no payments in the window"),
        ),
        formula="sum(payment x days after the due date) / sum(payment)",
        definition="How many days after the due date the average amount was paid; early payments count as negative days.",
        source="Dun & Bradstreet, days beyond terms",
    ),
    KeyFigure(
        name="top_10_share",
        title="Ten largest customers",
        unit="ratio",
        good="depends",
        parts=("concentration",),
        value=pl.col("largest") / pl.col("positive"),
        undefined=((pl.col("positive").is_null(), "no customer owes anything"),),
        formula="sum of the ten largest customer balances / sum of all positive customer balances",
        definition="How much of the receivables the ten largest debtors hold.",
        source="Concentration ratio CR10",
    ),
    KeyFigure(
        name="hhi",
        title="Concentration (HHI)",
        unit="ratio",
        good="depends",
        parts=("concentration",),
        value=pl.col("hhi"),
        undefined=((pl.col("hhi").is_null(), "no customer owes anything"),),
        formula="sum of squared shares of the positive customer balances",
        definition="Herfindahl-Hirschman index: 1 is one customer, 1/n is n equal ones.",
        source="US Department of Justice, Herfindahl-Hirschman Index",
    ),
)

KEY_FIGURES: Final[dict[str, KeyFigure]] = {figure.name: figure for figure in _ALL}
