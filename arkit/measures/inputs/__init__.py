"""What key figures are made of, by group and in minor units: each part answers a question with a few columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import polars as pl

from arkit.measures.inputs.balances import balances, concentration, disputes, opening
from arkit.measures.inputs.delays import delays
from arkit.measures.inputs.losses import discounts, write_offs
from arkit.measures.inputs.payments import payments, punctuality
from arkit.measures.inputs.sales import countback, daily_sales, knows_sales, sales, uncollected
from arkit.measures.question import Question

__all__ = ["PARTS", "daily_sales", "gather"]

PARTS: Final[dict[str, Callable[[Question], pl.DataFrame]]] = {
    "balances": balances,
    "opening": opening,
    "sales": sales,
    "countback": countback,
    "uncollected": uncollected,
    "payments": payments,
    "delays": delays,
    "punctuality": punctuality,
    "write_offs": write_offs,
    "discounts": discounts,
    "disputes": disputes,
    "concentration": concentration,
}
_ON_THE_DAY: Final = ("receivables", "oldest", "unapplied", "net", "unmatched")
_PAST_DUE: Final = ("not_due", "past_due")
_IN_THE_WINDOW: Final = (
    "opening",
    "paid",
    "paid_days_late",
    "paid_days",
    "paid_terms",
    "due_items",
    "on_time_items",
    "due_amount",
    "on_time_amount",
    "written_off",
    "taken",
    "offered",
)


def gather(question: Question, parts: list[str]) -> pl.DataFrame:
    """Return the inputs of some parts side by side, one row for each group that is open or that any of them knows."""
    frames = [PARTS[part](question) for part in dict.fromkeys(("balances", *parts))]
    keys = pl.concat([frame.select(question.keys) for frame in frames]).unique().sort(question.keys)
    for frame in frames:
        keys = keys.join(frame, on=question.keys, how="left", nulls_equal=True, maintain_order="left")
    nothing = _known_to_be_nothing(question, keys.columns)
    return keys.with_columns(
        *(pl.col(name).fill_null(0) for name in nothing),
        days=pl.lit(question.window.days),
        months=pl.lit(question.window.months),
        cost_of_capital=pl.lit(question.policy.cost_of_capital),
    )


def _known_to_be_nothing(question: Question, inputs: list[str]) -> set[str]:
    """Return the inputs that are zero, not unknown, for a group without rows."""
    return {
        *_ON_THE_DAY,
        *(_PAST_DUE if question.policy.has_not_due else ()),
        *(_IN_THE_WINDOW if question.knows_window else ()),
        *(("sales",) if "sales" in inputs and knows_sales(question) else ()),
    } & {*inputs}
