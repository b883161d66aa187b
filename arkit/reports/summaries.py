"""Summaries: finished tables cut down to what a page shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from arkit.flows.movements import MOVEMENTS
from arkit.kpi.registry import KPIS
from arkit.policy import Policy
from arkit.segmentation.categories import CATEGORIES
from arkit.words.columns import NOT_DUE
from arkit.words.formats import MINUS, is_missing

_FIXED: Final = ("currency", "opening", "closing")


def with_shares(aging: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return an aging by currency with a row of shares of gross below each currency; ``kind`` tells the two apart."""
    labels = list(policy.labels)
    shares = aging.assign(currency="share of gross", kind="ratio", unapplied=None, net=None, items=None)
    shares[[*labels, "gross"]] = shares[[*labels, "gross"]].div(aging["gross"].where(aging["gross"] > 0), axis=0)
    both = pd.concat([aging.assign(kind="amount"), shares.astype({"items": object})])
    return both.sort_index(kind="stable").reset_index(drop=True)


def late_labels(policy: Policy) -> list[str]:
    """Return the labels of the buckets that are past due."""
    return [label for label in policy.labels if label != NOT_DUE]


def movement_summary(moved: pd.DataFrame) -> pd.DataFrame:
    """Return the movements by currency and kind: items, before, now and change."""
    groups = moved.groupby(["currency", "movement"], observed=True, sort=False)
    summary = groups.agg(
        items=("item_id", "size"),
        before=("before", "sum"),
        open_amount=("open_amount", "sum"),
        change=("change", "sum"),
    ).reset_index()
    summary = summary.round({"before": 4, "open_amount": 4, "change": 4})
    summary["order"] = summary["movement"].map(MOVEMENTS.index)
    return summary.sort_values(["currency", "order"], ignore_index=True).drop(columns="order")


def finding_summary(findings: pd.DataFrame) -> pd.DataFrame:
    """Return the findings by code and what was done: rows, amount by currency, the reason."""
    groups = findings.groupby(["code", "action", "currency", "message"], dropna=False, sort=True)
    summary = groups.agg(rows=("code", "size"), amount=("amount", "sum")).reset_index()
    words = {name: summary[name].str.replace("_", " ") for name in ("code", "action")}
    return summary.assign(**words)[["code", "action", "rows", "currency", "amount", "message"]]


def definition_table() -> pd.DataFrame:
    """Return name, formula, meaning and source of each KPI."""
    return pd.DataFrame(
        [[figure.title, figure.formula, figure.definition, figure.source] for figure in KPIS.values()],
        columns=["title", "formula", "definition", "source"],
    )


def policy_table(policy: Policy) -> pd.DataFrame:
    """Return the settings of a policy."""
    rows = [
        [name.replace("_", " "), ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)]
        for name, value in _settings(policy)
    ]
    return pd.DataFrame(rows, columns=["setting", "value"])


def _settings(policy: Policy) -> list[tuple[str, object]]:
    return [(name, getattr(policy, name)) for name in policy.__struct_fields__]


def tie_out(proof: pd.DataFrame) -> str:
    """Return what the general ledger says to a reconciliation."""
    if proof["gl_balance"].isna().all():
        return "No general-ledger balance was given for this day."
    return "It ties out to the general ledger."


def moved_lines(roll_forward: pd.DataFrame) -> pd.DataFrame:
    """Return a roll-forward with the lines that moved anything, from opening to closing."""
    lines = [name for name in roll_forward.columns if name not in _FIXED and roll_forward[name].any()]
    return roll_forward[["currency", "opening", *lines, "closing"]]


def lines_of(roll_forward: pd.DataFrame) -> Sequence[str]:
    """Return the lines of a roll-forward between opening and closing."""
    return [name for name in roll_forward.columns if name not in _FIXED]


def category_summary(categorised: pd.DataFrame) -> pd.DataFrame:
    """Return customers and amounts of each category, and how late its amounts were paid; the gravest category first."""
    billed, recent = categorised["billed_amount"], categorised["recent_amount"]
    rows = categorised.assign(
        late=categorised["days_late"] * billed,
        on_time=categorised["recent_on_time_share"] * recent,
        category=pd.Categorical(categorised["category"], list(reversed(CATEGORIES)), ordered=True),
    )
    sums = rows.groupby(["currency", "category"], observed=True).agg(
        customers=("customer_id", "size"),
        open_amount=("open_amount", "sum"),
        past_due=("past_due", "sum"),
        billed_amount=("billed_amount", "sum"),
        recent_amount=("recent_amount", "sum"),
        days_late=("late", "sum"),
        recent_on_time_share=("on_time", "sum"),
    )
    sums["days_late"] /= sums["billed_amount"].where(sums["billed_amount"] > 0)
    sums["recent_on_time_share"] /= sums["recent_amount"].where(sums["recent_amount"] > 0)
    return sums.drop(columns=["billed_amount", "recent_amount"]).reset_index()


def group_summary(groups: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the groups with the range of their earlier windows in words, narrow enough for a page."""

    def ranges(least: str, most: str, pattern: str) -> list[str]:
        pairs = zip(groups[least], groups[most], strict=True)
        return ["" if is_missing(low) else pattern.format(low, high).replace("-", MINUS) for low, high in pairs]

    return pd.DataFrame(
        {
            by: groups[by],
            **groups[["currency", "customers", "items", "days_late"]],
            "days_late_before": ranges("days_late_least", "days_late_most", "{:.1f} to {:.1f}"),
            "on_time_share_amount": groups["on_time_share_amount"],
            "on_time_before": ranges("on_time_least", "on_time_most", "{:.0%} to {:.0%}"),
            **groups[["against_history", "pooled"]],
        }
    )
