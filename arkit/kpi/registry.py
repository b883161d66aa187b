"""The registry of KPIs: each once, with its inputs, expression, unit, direction, source and a worked example.

The inputs of a part and how they are found are in :mod:`arkit.kpi.inputs`; the panel
(:mod:`arkit.kpi.panel`) computes every entry the same way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import polars as pl

from arkit.model.money import at_rate
from arkit.words.catalogue import text

Unit = Literal["days", "ratio", "amount", "times"]
Good = Literal["down", "up", "depends"]
Page = Literal["report", "dashboard", "index"]
"""Where KPIs are shown: tiles of the report, tiles of the dashboard, the index of a month-end."""
Inputs = Mapping[str, float | Sequence[float]]

_SALES_OF_PART: Final = {"sales": "window", "countback": "months", "uncollected": "months"}


_OF_WINDOW: Final = {"opening", "sales", "payments", "delays", "punctuality", "write_offs", "discounts"}


@dataclass(frozen=True)
class Example:
    """A worked example: the inputs, and the value that they give. The registry's test computes it."""

    inputs: Inputs
    value: float


@dataclass(frozen=True, kw_only=True)
class KPI:
    """A KPI: what it is made of, how, when it is undefined, a worked example, and where it is shown.

    ``value`` is an expression over the inputs of ``parts`` (see :mod:`arkit.kpi.panel`); ``undefined`` pairs a
    condition with the reason that is shown in place of a number, as a key of ``reason`` in ``kpi.toml``. Amounts among
    the inputs are in minor units. Title, formula, definition and source are in ``kpi.toml`` under the name, in the
    language of the page. ``places`` has the place of the KPI in each list of KPIs that shows it.
    """

    name: str
    unit: Unit
    good: Good
    parts: tuple[str, ...]
    value: pl.Expr = field(repr=False)
    undefined: tuple[tuple[pl.Expr, str], ...] = field(default=(), repr=False)
    example: Example
    places: Mapping[Page, int] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What readers call it."""
        return text(f"kpi.{self.name}.title")

    @property
    def formula(self) -> str:
        """The formula in words."""
        return text(f"kpi.{self.name}.formula")

    @property
    def definition(self) -> str:
        """What it says, in a sentence."""
        return text(f"kpi.{self.name}.definition")

    @property
    def source(self) -> str:
        """Who published it."""
        return text(f"kpi.{self.name}.source")

    @property
    def sales_basis(self) -> str:
        """Which sales it takes; empty where it takes none."""
        basis = next((_SALES_OF_PART[part] for part in self.parts if part in _SALES_OF_PART), "")
        return text(f"kpi.sales_basis.{basis}") if basis else ""

    @property
    def uses_sales(self) -> bool:
        """Whether it depends on the sales basis."""
        return not _SALES_OF_PART.keys().isdisjoint(self.parts)

    @property
    def uses_window(self) -> bool:
        """Whether it depends on the length of the window."""
        return not _OF_WINDOW.isdisjoint(self.parts)

    @property
    def undefined_when(self) -> tuple[str, ...]:
        """The reasons for which there may be no number."""
        return tuple(text(f"kpi.reason.{reason}") for _, reason in self.undefined)


RECEIVABLES: Final = pl.col("receivables")
NOT_DUE: Final = pl.col("not_due")
OPENING: Final = pl.col("opening")
SALES: Final = pl.col("sales")
PAID: Final = pl.col("paid")
DAYS: Final = pl.col("days")

NO_HISTORY: Final = (SALES.is_null(), "no_history")
NO_OPENING: Final = (OPENING.is_null(), "no_opening")
NO_SALES: Final = (SALES <= 0, "no_sales")
NOTHING_OPEN: Final = (RECEIVABLES <= 0, "nothing_open")
NO_DUE_DATES: Final = (NOT_DUE.is_null(), "no_due_dates")
PAYMENTS_UNKNOWN: Final = (PAID.is_null(), "payments_unknown")
NO_PAYMENTS: Final = (PAID <= 0, "no_payments")


_DSO: Final = RECEIVABLES / SALES * DAYS
_BEST: Final = NOT_DUE / SALES * DAYS
_AVERAGE: Final = (OPENING + RECEIVABLES) / 2
_BY_MONTH: Final = pl.col("owed_by_month") / pl.col("sales_by_month") * pl.col("days_by_month")

_OF_SALES: Final = (
    KPI(
        name="dso",
        unit="days",
        good="down",
        parts=("balances", "sales"),
        value=_DSO,
        undefined=(NO_HISTORY, NO_SALES),
        example=Example({"receivables": 50_000, "sales": 150_000, "days": 365}, 121.6667),
        places={"report": 2, "dashboard": 2, "index": 2},
    ),
    KPI(
        name="control_account_dso",
        unit="days",
        good="down",
        parts=("balances", "sales"),
        value=pl.col("net") / SALES * DAYS,
        undefined=(NO_HISTORY, NO_SALES),
        # As above, with 14,000 on account.
        example=Example({"net": 36_000, "sales": 150_000, "days": 365}, 87.6),
    ),
    KPI(
        name="countback_dso",
        unit="days",
        good="down",
        parts=("balances", "countback"),
        value=pl.when(RECEIVABLES > 0)
        .then(pl.col("exhausted") + pl.col("rest") / pl.col("rest_sales") * pl.col("rest_days"))
        .otherwise(0),
        undefined=(
            ((RECEIVABLES > 0) & pl.col("exhausted").is_null(), "sales_run_out"),
            ((RECEIVABLES > 0) & (pl.col("least") < 0), "net_credits"),
        ),
        # 212,000 are owed; the latest months sold 100,000, 80,000 and 70,000.
        example=Example(
            {
                "receivables": 212_000,
                "exhausted": 60,
                "rest": 32_000,
                "rest_sales": 70_000,
                "rest_days": 30,
                "least": 1,
            },
            73.7143,
        ),
        places={"report": 3, "index": 3},
    ),
    KPI(
        name="sales_weighted_dso",
        unit="days",
        good="down",
        parts=("balances", "uncollected"),
        value=_BY_MONTH.list.sum().fill_null(0),
        undefined=((pl.col("unmatched") != 0, "unmatched"),),
        # Brigham: 70 % of the last month's sales and 20 % of those before are uncollected, whatever the sales are.
        example=Example(
            {"owed_by_month": [210, 40], "sales_by_month": [300, 200], "days_by_month": [30, 30], "unmatched": 0}, 27
        ),
    ),
    KPI(
        name="best_possible_dso",
        unit="days",
        good="depends",
        parts=("balances", "sales"),
        value=_BEST,
        undefined=(NO_DUE_DATES, NO_HISTORY, NO_SALES),
        example=Example({"receivables": 53_000, "not_due": 20_000, "sales": 30_000, "days": 90}, 60),
        places={"report": 4},
    ),
    KPI(
        name="average_days_delinquent",
        unit="days",
        good="down",
        parts=("balances", "sales"),
        value=_DSO - _BEST,
        undefined=(NO_DUE_DATES, NO_HISTORY, NO_SALES),
        # 158 days minus 59 days.
        example=Example({"receivables": 158, "not_due": 59, "sales": 90, "days": 90}, 99),
        places={"report": 5, "dashboard": 3},
    ),
    KPI(
        name="receivables_turnover",
        unit="times",
        good="up",
        parts=("balances", "opening", "sales"),
        value=SALES / _AVERAGE,
        undefined=(NO_OPENING, NO_HISTORY, (_AVERAGE <= 0, "never_open")),
        example=Example({"opening": 40_000, "receivables": 60_000, "sales": 400_000, "days": 365}, 8),
    ),
    KPI(
        name="turnover_days",
        unit="days",
        good="down",
        parts=("balances", "opening", "sales"),
        value=_AVERAGE / SALES * DAYS,
        undefined=(NO_OPENING, NO_HISTORY, NO_SALES),
        example=Example({"opening": 40_000, "receivables": 60_000, "sales": 400_000, "days": 365}, 45.625),
    ),
)


# Kaplan-Meier: the chance to be open at an age is the product of the shares that stayed open at each age before.
_STILL_OPEN: Final = (1 - pl.col("paid_share")).list.eval(pl.element().cum_prod())
_NOTHING_DUE: Final = (pl.col("due_items") <= 0, "nothing_due")
_DUE_UNKNOWN: Final = (pl.col("due_items").is_null(), "payments_unknown")
_PUNCTUAL: Final = {"due_items": 3, "on_time_items": 2, "due_amount": 1_000, "on_time_amount": 700}

_OF_PAYMENTS: Final = (
    KPI(
        name="days_beyond_terms",
        unit="days",
        good="down",
        parts=("payments",),
        value=pl.col("paid_days_late") / PAID,
        undefined=(PAYMENTS_UNKNOWN, NO_PAYMENTS),
        # 100 paid 10 days late and 300 paid 2 days early.
        example=Example({"paid": 400, "paid_days_late": 400}, 1),
        places={"report": 7},
    ),
    KPI(
        name="average_days_to_pay",
        unit="days",
        good="down",
        parts=("payments",),
        value=pl.col("paid_days") / PAID,
        undefined=(PAYMENTS_UNKNOWN, NO_PAYMENTS),
        # 10 paid after 5 days and 100 after 10.
        example=Example({"paid": 110, "paid_days": 1_050}, 9.5455),
    ),
    KPI(
        name="average_terms",
        unit="days",
        good="depends",
        parts=("payments",),
        value=pl.col("paid_terms") / PAID,
        undefined=(PAYMENTS_UNKNOWN, NO_PAYMENTS),
        # 100 on 30 days and 300 on 60 days.
        example=Example({"paid": 400, "paid_terms": 21_000}, 52.5),
    ),
    KPI(
        name="expected_days_to_pay",
        unit="days",
        good="down",
        parts=("payments", "delays"),
        value=(_STILL_OPEN * pl.col("days_at_age")).list.sum(),
        # Where more than half is never seen to be paid, the mean of what was seen is far too short.
        undefined=(PAYMENTS_UNKNOWN, NO_PAYMENTS, (_STILL_OPEN.list.last() > 0.5, "mostly_unpaid")),
        # Half is paid after 10 days; of the rest half after 20 more days, the last 30 days later.
        example=Example({"paid": 400, "paid_share": [0, 0.5, 0.5, 1], "days_at_age": [10, 20, 30, 0]}, 27.5),
    ),
    KPI(
        name="on_time_share",
        unit="ratio",
        good="up",
        parts=("punctuality",),
        value=pl.col("on_time_amount") / pl.col("due_amount"),
        undefined=(_DUE_UNKNOWN, _NOTHING_DUE),
        example=Example(_PUNCTUAL, 0.7),
    ),
    KPI(
        name="on_time_share_of_items",
        unit="ratio",
        good="up",
        parts=("punctuality",),
        value=pl.col("on_time_items") / pl.col("due_items"),
        undefined=(_DUE_UNKNOWN, _NOTHING_DUE),
        example=Example(_PUNCTUAL, 0.6667),
    ),
    KPI(
        name="discount_uptake",
        unit="ratio",
        good="depends",
        parts=("discounts",),
        value=pl.col("taken") / pl.col("offered"),
        undefined=((pl.col("offered").is_null(), "payments_unknown"), (pl.col("offered") <= 0, "no_discounts")),
        # 2 % on 1,000 and on 3,000; only the first was paid in time.
        example=Example({"taken": 20, "offered": 80}, 0.25),
    ),
)


_NET: Final = pl.col("net")
# Cash on account is collected: what is charged and what is left are those of the control account.
_CHARGED: Final = pl.col("opening_net") + SALES
_CHARGED_MONTHLY: Final = pl.col("opening_net") + SALES / pl.col("months")
_NOBODY_OWES: Final = (pl.col("positive").is_null(), "no_debtors")
_QUARTER: Final = {
    **{"opening": 6_200, "opening_net": 6_200, "sales": 10_890, "months": 3},
    **{"receivables": 6_340, "net": 6_340, "not_due": 3_590},
}

_SHARES: Final = (
    KPI(
        name="past_due_ratio",
        unit="ratio",
        good="down",
        parts=("balances",),
        value=pl.col("past_due") / RECEIVABLES,
        undefined=(NO_DUE_DATES, NOTHING_OPEN),
        example=Example({"past_due": 25, "not_due": 75, "receivables": 100}, 0.25),
        places={"report": 1, "dashboard": 1, "index": 1},
    ),
    KPI(
        name="oldest_bucket_ratio",
        unit="ratio",
        good="down",
        parts=("balances",),
        value=pl.col("oldest") / RECEIVABLES,
        undefined=(NOTHING_OPEN,),
        example=Example({"oldest": 8, "receivables": 200}, 0.04),
    ),
    KPI(
        name="unapplied_ratio",
        unit="ratio",
        good="down",
        parts=("balances",),
        value=-pl.col("unapplied") / RECEIVABLES,
        undefined=(NOTHING_OPEN,),
        example=Example({"unapplied": -30, "receivables": 200}, 0.15),
    ),
    KPI(
        name="dispute_ratio",
        unit="ratio",
        good="down",
        parts=("balances", "disputes"),
        value=pl.col("disputed") / RECEIVABLES,
        undefined=((pl.col("disputed").is_null(), "no_disputes"), NOTHING_OPEN),
        example=Example({"disputed": 36, "receivables": 1_200}, 0.03),
    ),
    KPI(
        name="collection_effectiveness_index",
        unit="ratio",
        good="up",
        parts=("balances", "opening", "sales"),
        value=(_CHARGED - _NET) / (_CHARGED - NOT_DUE),
        undefined=(NO_DUE_DATES, NO_OPENING, NO_HISTORY, (_CHARGED - NOT_DUE <= 0, "nothing_to_collect")),
        example=Example(_QUARTER, 0.7963),
        places={"report": 6, "dashboard": 4, "index": 4},
    ),
    KPI(
        name="collection_effectiveness_index_monthly",
        unit="ratio",
        good="up",
        parts=("balances", "opening", "sales"),
        value=(_CHARGED_MONTHLY - _NET) / (_CHARGED_MONTHLY - NOT_DUE),
        undefined=(NO_DUE_DATES, NO_OPENING, NO_HISTORY, (_CHARGED_MONTHLY - NOT_DUE <= 0, "nothing_to_collect")),
        example=Example(_QUARTER, 0.5593),
    ),
    KPI(
        name="write_off_ratio",
        unit="ratio",
        good="down",
        parts=("write_offs", "sales"),
        value=pl.col("written_off") / SALES,
        undefined=((pl.col("written_off").is_null(), "entries_unknown"), NO_HISTORY, NO_SALES),
        example=Example({"written_off": 450, "sales": 90_000}, 0.005),
    ),
    KPI(
        name="top_10_share",
        unit="ratio",
        good="depends",
        parts=("concentration",),
        value=pl.col("largest") / pl.col("positive"),
        undefined=(_NOBODY_OWES,),
        example=Example({"largest": 60, "positive": 80}, 0.75),
        places={"report": 8, "index": 5},
    ),
    KPI(
        name="hhi",
        unit="ratio",
        good="depends",
        parts=("concentration",),
        value=pl.col("squares") / pl.col("positive").cast(pl.Float64).pow(2),
        undefined=(_NOBODY_OWES,),
        # Balances of 30, 30, 20 and 20.
        example=Example({"squares": 30**2 + 30**2 + 20**2 + 20**2, "positive": 100}, 0.26),
    ),
    KPI(
        name="carrying_cost",
        unit="amount",
        good="down",
        parts=("balances", "opening"),
        value=at_rate((OPENING + RECEIVABLES) * DAYS, pl.col("cost_of_capital"), over=2 * 365),
        undefined=(NO_OPENING,),
        # 36,500 on average over 30 days.
        example=Example({"opening": 33_000, "receivables": 40_000, "cost_of_capital": 0.08, "days": 30}, 240),
    ),
)


KPIS: Final[dict[str, KPI]] = {kpi.name: kpi for kpi in (*_OF_SALES, *_OF_PAYMENTS, *_SHARES)}


def shown_on(page: Page) -> tuple[str, ...]:
    """The KPIs that a page shows, in their order there.

    >>> shown_on("dashboard")
    ('past_due_ratio', 'dso', 'average_days_delinquent', 'collection_effectiveness_index')
    """
    places = {name: kpi.places[page] for name, kpi in KPIS.items() if page in kpi.places}
    return tuple(sorted(places, key=places.__getitem__))
