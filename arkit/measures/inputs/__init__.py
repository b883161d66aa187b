"""What key figures are made of, by group and in minor units: each part answers a question with a few columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import polars as pl

from arkit.days import day_of
from arkit.measures.inputs.balances import balances, concentration, disputes, opening
from arkit.measures.inputs.delays import delays
from arkit.measures.inputs.losses import discounts, write_offs
from arkit.measures.inputs.payments import payments, punctuality
from arkit.measures.inputs.sales import countback, knows_sales, sales, uncollected
from arkit.measures.question import AS_OF, Question

__all__ = ["PARTS", "beside", "gather"]

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
    inputs = beside([PARTS[part](question) for part in dict.fromkeys(("balances", *parts))], question.keys)
    sizes = [(day_of(window.end), window.days, window.months) for window in question.windows]
    windows = pl.DataFrame(sizes, orient="row", schema={AS_OF: pl.Int32, "days": pl.Int32, "months": pl.Float64})
    return (
        inputs.with_columns(_nothing_where_known(question, {*inputs.columns}))
        .join(windows, on=AS_OF, how="left", maintain_order="left")
        .with_columns(cost_of_capital=pl.lit(question.policy.cost_of_capital))
    )


def beside(frames: list[pl.DataFrame], keys: list[str]) -> pl.DataFrame:
    """Return frames side by side, one row for each key that any of them has, in the order of the keys."""
    together = pl.concat([frame.select(keys) for frame in frames]).unique().sort(keys)
    for frame in frames:
        together = together.join(frame, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return together


def _nothing_where_known(question: Question, inputs: set[str]) -> list[pl.Expr]:
    """Return the inputs that are zero, not unknown, for a group without rows, as zero."""
    always = {*_ON_THE_DAY, *(_PAST_DUE if question.policy.has_not_due else ())} & inputs
    conditions = {
        **dict.fromkeys(sorted(always), pl.lit(True)),
        **dict.fromkeys(sorted({*_IN_THE_WINDOW} & inputs), question.knows_window),
        **({"sales": knows_sales(question)} if "sales" in inputs else {}),
    }
    return [pl.when(known).then(pl.col(name).fill_null(0)).otherwise(name) for name, known in conditions.items()]
