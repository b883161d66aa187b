"""KPIs as tables, all made the same way from the registry: panels, panels over time, and single KPIs by their names.

The inputs of a KPI come from its parts: each answers the question with a few columns, by group and in minor units.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from inspect import signature
from typing import TYPE_CHECKING, Final, Literal, Protocol

import polars as pl

from arkit.aging.aging import By
from arkit.calendar import day_of
from arkit.errors import unknown_name
from arkit.kpi.inputs import (
    balances,
    concentration,
    countback,
    delays,
    discounts,
    disputes,
    knows_sales,
    opening,
    payments,
    punctuality,
    sales,
    uncollected,
    write_offs,
)
from arkit.kpi.question import AS_OF, Length, Question, ask, ask_each, with_window
from arkit.kpi.registry import KPI, KPIS
from arkit.model.ledger import Ledger
from arkit.model.money import minor_per_unit
from arkit.policy import DEFAULT_POLICY, Policy
from arkit.words.catalogue import ENGLISH, speaking, text

if TYPE_CHECKING:
    import pandas as pd

PARTS: Final[dict[str, Callable[[Question], pl.DataFrame]]] = {
    part.__name__: part
    for part in (
        *(balances, opening, sales, countback, uncollected, disputes, concentration),
        *(payments, delays, punctuality, write_offs, discounts),
    )
}
_ON_THE_DAY: Final = ("receivables", "oldest", "unapplied", "net", "unmatched")
_PAST_DUE: Final = ("not_due", "past_due")
_IN_THE_WINDOW: Final = (
    *("opening", "opening_net", "paid", "paid_days_late", "paid_days", "paid_terms", "written_off", "taken", "offered"),
    *("due_items", "on_time_items", "due_amount", "on_time_amount"),
)


def gather(question: Question, parts: list[str]) -> pl.DataFrame:
    """The inputs of some parts side by side, one row for each group that is open or that any of them knows."""
    # With the balances in any case: a group that owes something and bought nothing has a row too, with the reason. A
    # day has one window, so that the join with them multiplies no row.
    inputs = beside([PARTS[part](question) for part in dict.fromkeys(("balances", *parts))], question.keys)
    sizes = [(day_of(window.end), window.days, window.months) for window in question.windows]
    windows = pl.DataFrame(sizes, orient="row", schema={AS_OF: pl.Int32, "days": pl.Int32, "months": pl.Float64})
    return (
        inputs.with_columns(_nothing_where_known(question, {*inputs.columns}))
        .join(windows, on=AS_OF, how="left", maintain_order="left")
        .with_columns(cost_of_capital=pl.lit(question.policy.cost_of_capital))
    )


def beside(frames: list[pl.DataFrame], keys: list[str]) -> pl.DataFrame:
    """Frames side by side, one row for each key that any of them has, in the order of the keys."""
    # Each frame has a key once, so no row is multiplied; rows without a salesperson are a group too, hence equal nulls.
    together = pl.concat([frame.select(keys) for frame in frames]).unique().sort(keys)
    for frame in frames:
        together = together.join(frame, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return together


def _nothing_where_known(question: Question, inputs: set[str]) -> list[pl.Expr]:
    """The inputs that are zero, not unknown, for a group without rows, as zero."""
    always = {*_ON_THE_DAY, *(_PAST_DUE if question.policy.has_not_due else ())} & inputs
    conditions = {
        **dict.fromkeys(sorted(always), pl.lit(True)),
        **dict.fromkeys(sorted({*_IN_THE_WINDOW} & inputs), question.knows_window),
        **({"sales": knows_sales(question)} if "sales" in inputs else {}),
    }
    return [pl.when(known).then(pl.col(name).fill_null(0)).otherwise(name) for name, known in conditions.items()]


_PANEL: Final = ("kpi", "title", "value", "unit", "good", "basis", "reason")


def kpis(
    ledger: Ledger,
    *,
    as_of: date | str,
    by: By = None,
    window: Length | None = None,
    policy: Policy | None = None,
    names: Sequence[str] | None = None,
) -> pd.DataFrame:
    """The panel of KPIs of a day.

    Formula: that of each KPI in the registry; ``formula`` and ``source`` of each are in
    ``arkit.kpi.KPIS``.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The day on which balances are taken and the window ends.
    by
        Column or columns to group by; the currency is always one of them.
    window
        ``month``, ``quarter``, ``year`` or a number of days: the stretch of sales and payments that ends on the day. By
        default that of the policy.
    policy
        What is past due, whether unapplied amounts are netted, and the yearly cost of capital.
    names
        The KPIs wanted; by default all.

    Returns
    -------
    DataFrame
        One row for each group and KPI: the group columns, ``currency``, ``kpi``, ``title``, ``value``, ``unit``
        (*days*, *ratio* 0-1, *times*, or *amount* in currency units), ``good`` (whether *up* or *down* is good),
        ``basis`` of the sales, and ``reason``, which says why there is no number where there is none.

    Raises
    ------
    UnknownNameError
        There is no such KPI, column or window.
    CoverageError
        The ledger does not cover the day.

    Examples
    --------
    >>> import arkit as ar
    >>> panel = ar.kpis(ar.sample_ledger(), as_of="2026-10-31", names=["dso", "past_due_ratio"])
    >>> sorted(panel["unit"].unique())
    ['days', 'ratio']

    References
    ----------
    Credit Research Foundation, standard measurements of receivables performance.
    """
    question = ask(ledger, as_of=as_of, by=by, window=window, policy=policy)
    return _panel(question, names).sort(question.groups, maintain_order=True).drop(AS_OF).to_pandas()


def kpi_trend(
    ledger: Ledger,
    *,
    as_of: date | str,
    months: int = 12,
    by: By = None,
    window: Length | None = None,
    policy: Policy | None = None,
    names: Sequence[str] | None = None,
) -> pd.DataFrame:
    """The panel of KPIs of many month-ends at once.

    Formula: that of :func:`arkit.kpis` on ``as_of`` and on the same day of each month before, in one pass over
    the ledger.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The last day.
    months
        How many months to go back; days that the ledger does not cover, or whose window begins before the first of
        ``Policy.period_ends``, are left out.
    by, window, policy, names
        As in :func:`arkit.kpis`. Attributes of customers are those valid on each day.

    Returns
    -------
    DataFrame
        ``as_of`` and the columns of :func:`arkit.kpis`, one row for each day, group and KPI.

    Raises
    ------
    UnknownNameError
        There is no such KPI, column or window.
    CoverageError
        The ledger does not cover the last day.

    Examples
    --------
    >>> import arkit as ar
    >>> trend = ar.kpi_trend(ar.sample_ledger(), as_of="2026-10-31", months=2, names=["dso"])
    >>> sorted(trend["as_of"].dt.date.astype(str).unique())
    ['2026-08-31', '2026-09-30', '2026-10-31']

    References
    ----------
    Credit Research Foundation, standard measurements of receivables performance, month by month.
    """
    chosen = policy or DEFAULT_POLICY
    ends = ledger.looked_back(chosen.month_ends(ledger.require(as_of), months))
    days = with_window(ends, chosen.window if window is None else window, chosen)
    questions = ask_each(ledger, days=days, by=by, window=window, policy=policy)
    panels = pl.concat([_panel(question, names) for question in questions])
    day = pl.from_epoch(pl.col(AS_OF), time_unit="d").alias("as_of")
    ordered = panels.sort(questions[0].keys, maintain_order=True)
    return ordered.select(day, pl.exclude(AS_OF)).to_pandas()


def _panel(question: Question, names: Sequence[str] | None) -> pl.DataFrame:
    """One row for each day, group and KPI, with its title, unit and direction."""
    chosen = [_kpi(name) for name in dict.fromkeys(names or KPIS)]
    rows = _side_by_side(values_of(question, chosen), question.keys, chosen)
    rows = rows.join(_descriptions(question, chosen), on="kpi", how="left", maintain_order="left")
    return rows.select(*question.keys, *_PANEL)


def values_of(question: Question, chosen: Sequence[KPI]) -> pl.DataFrame:
    """Each KPI by group: its value as a column of its name, and the reason where there is none."""
    inputs = gather(question, list(dict.fromkeys(part for kpi in chosen for part in kpi.parts)))
    unit = minor_per_unit(pl.col("currency"), inputs["currency"])
    columns = [column for kpi in chosen for column in _columns(kpi, unit)]
    return inputs.select(*question.keys, *columns)


def _columns(kpi: KPI, unit: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    value, reason = defined(kpi)
    shown = value / unit if kpi.unit == "amount" else value
    return shown.alias(kpi.name), reason.alias(why_not(kpi.name))


def defined(kpi: KPI) -> tuple[pl.Expr, pl.Expr]:
    """The value of a KPI where it is defined, and the reason where it is not."""
    reason = pl.lit(None, dtype=pl.String)
    # From the last to the first, so that the first reason that holds is the one shown.
    for condition, why in reversed(kpi.undefined):
        reason = pl.when(condition).then(pl.lit(text(f"kpi.reason.{why}"))).otherwise(reason)
    # A division by nothing is no error in polars but infinite, and is not looked at where there is a reason.
    return pl.when(reason.is_null()).then(kpi.value.cast(pl.Float64)), reason


def why_not(name: str) -> str:
    """The name of the column that says why there is no number.

    >>> why_not("dso")
    'reason_of_dso'
    """
    return f"reason_of_{name}"


def _side_by_side(wide: pl.DataFrame, keys: list[str], chosen: Sequence[KPI]) -> pl.DataFrame:
    """One row for each group and KPI."""
    names = [kpi.name for kpi in chosen]
    values = wide.unpivot(names, index=keys, variable_name="kpi", value_name="value")
    reasons = wide.unpivot([why_not(name) for name in names], index=keys, value_name="reason")
    # Both were turned in the same order of names and rows.
    return values.with_columns(reasons["reason"])


def _descriptions(question: Question, chosen: Sequence[KPI]) -> pl.DataFrame:
    rows = [
        (kpi.name, titled(kpi, question.length), kpi.unit, kpi.good, question.basis if kpi.uses_sales else None)
        for kpi in chosen
    ]
    return pl.DataFrame(rows, orient="row", schema=dict.fromkeys(("kpi", "title", "unit", "good", "basis"), pl.String))


def titled(kpi: KPI, length: Length) -> str:
    """The title of a KPI with the window that it takes: the same KPI of a month and of a quarter differ."""
    if not kpi.uses_window:
        return kpi.title
    return text("kpi.window.title", title=kpi.title, window=window_name(length))


def window_name(length: Length) -> str:
    """What readers call a window.

    >>> window_name(45)
    '45 days'
    """
    return text("kpi.window.days", count=length) if isinstance(length, int) else text(f"kpi.window.{length}")


def _kpi(name: str) -> KPI:
    if name not in KPIS:
        raise unknown_name("KPI", name, known=KPIS)
    return KPIS[name]


def single_kpi(
    name: str, ledger: Ledger, *, as_of: date | str, by: By, window: Length | None, policy: Policy | None
) -> pd.DataFrame:
    """One KPI, its column named after it."""
    question = ask(ledger, as_of=as_of, by=by, window=window, policy=policy)
    kpi = _kpi(name)
    table = values_of(question, [kpi]).drop(AS_OF).rename({why_not(name): "reason"})
    if kpi.uses_sales:
        # Before the reason, which is the last column of every KPI.
        table = table.insert_column(-1, pl.lit(question.basis).alias("basis"))
    return table.to_pandas()


_DOCSTRING: Final = """{definition}

Formula: {formula}.

Parameters
----------
{parameters}
    As in :func:`arkit.kpis`.

Returns
-------
DataFrame
    The group columns, ``currency``, ``{name}`` ({unit}),{basis}
    and ``reason`` where there is no number.

Examples
--------
Worked example: {inputs} give {value}.

>>> import arkit as ar
>>> table = ar.{name}(ar.sample_ledger(), as_of="2026-10-31"{window})
>>> bool(table["{name}"].notna().all())
True

References
----------
{source}.
"""
_SHOWN_UNITS: Final = {"days": "days", "ratio": "0-1", "amount": "money", "times": "times"}


def _document(measure: Callable[..., object], name: str, more: str = "") -> None:
    """Give a KPI's own function its name, and a docstring from its registry entry."""
    kpi, parameters = KPIS[name], signature(measure).parameters
    own = more.partition("\n")[0]
    measure.__name__ = measure.__qualname__ = name
    with speaking(ENGLISH):  # whatever language the page has that imports the package first
        measure.__doc__ = _DOCSTRING.format(
            name=name,
            definition=kpi.definition,
            formula=kpi.formula,
            source=kpi.source,
            unit=_SHOWN_UNITS[kpi.unit],
            basis=" ``basis``" if kpi.uses_sales else "",
            inputs=", ".join(f"{part} {value:,}" for part, value in kpi.example.inputs.items()),
            value=f"{kpi.example.value:,}",
            parameters=more + ", ".join(parameter for parameter in parameters if parameter != own),
            window=', window="quarter"' if "window" in parameters else "",
        )


class OverWindow(Protocol):
    """A KPI of a window that ends on a day."""

    def __call__(
        self,
        ledger: Ledger,
        *,
        as_of: date | str,
        by: By = None,
        window: Length | None = None,
        policy: Policy | None = None,
    ) -> pd.DataFrame:
        """One row for each group."""


class OnDay(Protocol):
    """A KPI of a day; it takes no window."""

    def __call__(
        self, ledger: Ledger, *, as_of: date | str, by: By = None, policy: Policy | None = None
    ) -> pd.DataFrame:
        """One row for each group."""


def _over_window(name: str) -> OverWindow:
    def measure(
        ledger: Ledger, *, as_of: date | str, by: By = None, window: Length | None = None, policy: Policy | None = None
    ) -> pd.DataFrame:
        return single_kpi(name, ledger, as_of=as_of, by=by, window=window, policy=policy)

    _document(measure, name)
    return measure


def _on_day(name: str) -> OnDay:
    def measure(ledger: Ledger, *, as_of: date | str, by: By = None, policy: Policy | None = None) -> pd.DataFrame:
        # It looks at no window, so any will do.
        return single_kpi(name, ledger, as_of=as_of, by=by, window="month", policy=policy)

    _document(measure, name)
    return measure


dso = _over_window("dso")
countback_dso = _on_day("countback_dso")
best_possible_dso = _over_window("best_possible_dso")
average_days_delinquent = _over_window("average_days_delinquent")
days_beyond_terms = _over_window("days_beyond_terms")
past_due_ratio = _on_day("past_due_ratio")
top_10_share = _on_day("top_10_share")
hhi = _on_day("hhi")

Convention = Literal["period", "monthly"]


def collection_effectiveness_index(  # noqa: D103 - its docstring is generated, as those above are
    ledger: Ledger,
    *,
    as_of: date | str,
    by: By = None,
    window: Length | None = None,
    convention: Convention = "period",
    policy: Policy | None = None,
) -> pd.DataFrame:
    name = "collection_effectiveness_index"
    if convention not in ("period", "monthly"):
        raise unknown_name("convention", convention, known=("period", "monthly"))
    kpi = name if convention == "period" else f"{name}_monthly"
    table = single_kpi(kpi, ledger, as_of=as_of, by=by, window=window, policy=policy)
    return table.rename(columns={kpi: name})


_document(
    collection_effectiveness_index,
    "collection_effectiveness_index",
    """convention
    ``period``: the sales of the whole window. ``monthly``: the sales divided by the number of months, as the Credit
    Research Foundation words it.
""",
)
