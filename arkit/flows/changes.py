"""Explained changes: of a published day against what is known now, and of DSO from one day to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
import polars as pl

from arkit.aging.aging import By, aging_table, in_buckets
from arkit.calendar import day_of
from arkit.errors import LedgerError
from arkit.kpi.inputs import in_months, monthly_sales, receivables_by_document_day, sales
from arkit.kpi.panel import kpis, values_of, why_not
from arkit.kpi.question import AS_OF, DEBITS, Length, Question, ask
from arkit.kpi.registry import KPIS
from arkit.model.engine import collect
from arkit.model.ledger import Ledger
from arkit.policy import DEFAULT_POLICY, Policy
from arkit.words.catalogue import text
from arkit.words.columns import UNAPPLIED

if TYPE_CHECKING:
    import pandas as pd

REASONS: Final = ("from_policy", "from_input", "from_late", "from_corrections")
KEYS: Final = ["currency", "kpi", "unit"]
EXACT: Final = 6


def explain_changes(
    ledger: Ledger,
    *,
    as_of: date | str,
    published: Ledger,
    policy: Policy | None = None,
    published_policy: Policy | None = None,
) -> pd.DataFrame:
    """Say which numbers of a published day are others now, and why.

    Formula: the day is computed five times, each time with one thing more as it is now: as published; under today's
    policy; with the rows that were recorded by then as the source has them now; with what was recorded later; with
    corrections recorded later. Each reason is the difference between two of them, so the reasons add up to the change.

    Parameters
    ----------
    ledger
        The ledger as it is now.
    as_of
        The day that was reported on.
    published
        The ledger that the report was made from.
    policy, published_policy
        The policy now, and that of the report.

    Returns
    -------
    DataFrame
        For each ``currency`` and ``figure`` that changed (buckets, ``gross``, ``unapplied``, ``net``, KPIs):
        ``unit``, ``published``, ``now``, ``change`` and its parts ``from_policy``, ``from_input``, ``from_late`` and
        ``from_corrections``. A ledger without recorded days cannot tell what was recorded later: all is input.

    Raises
    ------
    CoverageError
        One of the ledgers does not cover the day.

    Examples
    --------
    >>> import arkit as ar
    >>> ledger = ar.sample_ledger().where(entity="ES")
    >>> published = ledger.known_on("2026-10-31")
    >>> changes = ar.explain_changes(ledger, as_of="2026-10-31", published=published)
    >>> net = changes[(changes["kpi"] == "net") & (changes["currency"] == "EUR")].iloc[0]
    >>> bool(net["change"] == net["from_late"] and net["change"] != 0)
    True

    References
    ----------
    Variance analysis by stepwise substitution; two clocks as in bitemporal tables (SQL:2011).
    """
    now, then = policy or DEFAULT_POLICY, published_policy or DEFAULT_POLICY
    known = last_known(published)
    stages = {
        "published": _numbers(published, as_of, then),
        "from_policy": _numbers(published, as_of, now) if now != then else None,
        "from_input": _numbers(_known_on(ledger, known), as_of, now),
        "from_late": _numbers(_without_corrections(ledger, known), as_of, now),
        "now": _numbers(ledger, as_of, now),
    }
    return _compared(stages)


def last_known(ledger: Ledger) -> date:
    """The last day whose knowledge a ledger has: what is recorded later is news to it.

    >>> import arkit as ar
    >>> last_known(ar.sample_ledger()).isoformat()
    '2026-11-05'
    """
    recorded: date | None = collect(ledger.scan("entries").select(nw.col("recorded_on").max())).item()
    return ledger.known or max(ledger.covers[1], recorded or ledger.covers[1])


def _known_on(ledger: Ledger, known: date) -> Ledger:
    return ledger.known_on(known) if ledger.has_recorded_dates else ledger


def _without_corrections(ledger: Ledger, known: date) -> Ledger:
    return ledger.without("correction", recorded_after=known)


def _numbers(ledger: Ledger, as_of: date | str, policy: Policy) -> pd.DataFrame:
    """Balances and KPIs of a day as one long table."""
    import pandas as pd

    aging = aging_table(ledger, as_of=as_of, policy=policy)
    amounts = aging.melt("currency", [*policy.labels, "gross", UNAPPLIED, "net"], var_name="kpi")
    figures = kpis(ledger, as_of=as_of, policy=policy)[["currency", "kpi", "value", "unit"]]
    return pd.concat([amounts.assign(unit="amount"), figures], ignore_index=True).set_index(KEYS)


def _compared(stages: Mapping[str, Any]) -> pd.DataFrame:
    import pandas as pd

    values = pd.concat(
        {name: table["value"] for name, table in stages.items() if table is not None}, axis=1, sort=False
    )
    balances = values.index.get_level_values("unit") == "amount"
    # A bucket that is not there is nothing; a KPI that is not there is not known.
    values = values.astype(float).where(values.notna() | ~balances[:, None], 0.0)
    if "from_policy" not in values:
        values.insert(1, "from_policy", values["published"])
    # Differences of neighbours: whatever the stages are, they add up to the whole change.
    steps = values.diff(axis=1).iloc[:, 1:].set_axis(REASONS, axis=1)
    table = pd.concat(
        [values[["published", "now"]], (values["now"] - values["published"]).rename("change"), steps], axis=1
    )
    moved = (table[["change", *REASONS]].abs() > 10**-EXACT).any(axis=1) | (
        table["published"].isna() != table["now"].isna()
    )
    changed: pd.DataFrame = table[moved].round(EXACT).reset_index()
    return changed


_PARTS: Final = ("from_sales_timing", "from_terms", "from_early_payment", "from_delinquency")


def explain_dso(
    ledger: Ledger,
    *,
    as_of: date | str,
    since: date | str,
    by: By = None,
    window: Length | None = None,
    policy: Policy | None = None,
) -> pd.DataFrame:
    """Show why days sales outstanding changed between two days.

    Formula: on each day, days sales outstanding are the sum over the months counted back of *weight x share open*,
    where the weight is sales of the month / sales of the window x days of the window, and the share open is receivables
    from the month / sales of the month. The share open is the share not yet due by its terms, less what was paid before
    it was due, plus what is past due. With the mean of both days in place of what does not change,

    - ``from_sales_timing`` = sum of change of weight x mean share open,
    - ``from_terms`` = sum of mean weight x change of the share not yet due by its terms,
    - ``from_early_payment`` = less the sum of mean weight x change of the share paid or credited before it was due,
    - ``from_delinquency`` = sum of mean weight x change of the share past due.

    The four add up to the change. Where a month has no sales on one of the days, or they are not known, the amounts
    stand in place of the shares. On which days of a month its invoices are dated counts with the terms.

    Parameters
    ----------
    ledger
        The ledger.
    as_of, since
        The two days, the later one first.
    by, window, policy
        As in :func:`arkit.kpis`.

    Returns
    -------
    DataFrame
        The group columns, ``currency``, ``dso_before``, ``dso``, ``dso_change`` and its four parts in days, ``basis``
        of the sales, and ``reason``, which says why there is no number where there is none.

    Raises
    ------
    CoverageError
        The ledger does not cover both days.
    UnknownNameError
        There is no such column or window.
    LedgerError
        ``since`` is after ``as_of``.

    Examples
    --------
    >>> import arkit as ar
    >>> change = ar.explain_dso(ar.sample_ledger(), as_of="2026-10-31", since="2026-09-30")
    >>> parts = ["from_sales_timing", "from_terms", "from_early_payment", "from_delinquency"]
    >>> bool((change[parts].sum(axis=1) - change["dso_change"]).abs().max() < 1e-9)
    True

    References
    ----------
    Gallinger and Ifflander, Monitoring Accounts Receivable Using Variance Analysis, Financial Management 15 (1986);
    Bennet, The Theory of Measurement of Changes in Cost of Living, 1920, for the means, which leave no joint effect.
    That terms, early payment and delinquency stand apart is arkit's own.
    """
    now = ask(ledger, as_of=as_of, by=by, window=window, policy=policy)
    then = ask(ledger, as_of=since, by=by, window=window, policy=policy)
    if then.days[0] > now.days[0]:
        raise LedgerError(f"A change from {then.days[0]} to {now.days[0]} runs backwards. Exchange the two days.")
    keys = now.groups
    groups = _side_by_side(_figures(then), _figures(now), keys)
    cells = _side_by_side(_cells(then), _cells(now), [*keys, "month"])
    cells = cells.join(groups.select(*keys, "scale", "scale_now"), on=keys, how="left", nulls_equal=True)
    effects = cells.with_columns(_effects()).group_by(keys).agg(pl.col(_PARTS).sum())
    table = groups.join(effects, on=keys, how="left", nulls_equal=True).sort(keys)
    return table.select(*keys, *_shown(then, now)).to_pandas()


def _side_by_side(then: pl.DataFrame, now: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    return then.join(now, on=keys, how="full", suffix="_now", coalesce=True, nulls_equal=True)


def _figures(question: Question) -> pl.DataFrame:
    """By group ``dso``, ``why`` there is none, and ``scale``, the days that stand for one unit of sales."""
    table = values_of(question, [KPIS["dso"], KPIS["best_possible_dso"]])
    table = table.join(sales(question), on=question.keys, how="left", nulls_equal=True)
    [window] = question.windows
    return table.select(
        *question.groups,
        "dso",
        pl.col(why_not("best_possible_dso")).alias("why"),
        (window.days / pl.col("sales")).alias("scale"),
    )


def _cells(question: Question) -> pl.DataFrame:
    """By group and month counted back its sales, and what is not due, past due and within its terms."""
    keys = [*question.groups, "month"]
    days = pl.concat([receivables_by_document_day(question), _within_terms(question)], how="diagonal_relaxed")
    sums = in_months(days, question).group_by(keys).agg(pl.col("not_due", "past_due", "within_terms").sum())
    months = monthly_sales(question).select(*keys, "sales")
    return sums.join(months, on=keys, how="full", coalesce=True, nulls_equal=True)


def _within_terms(question: Question) -> pl.DataFrame:
    """What was charged by group and ``day`` of the document and is not due yet by its terms, paid or not."""
    items = question.items(DEBITS).with_columns(nw.lit(1).alias("open_amount"))
    not_due = in_buckets(items, nw.lit(day_of(question.days[0])), policy=question.policy).filter(nw.col("bucket") == 0)
    charged = question.entries("original", "transfer", "correction").drop("day")
    rows = charged.join(not_due, on="item", how="inner")
    of_day = nw.lit(day_of(question.days[0]), nw.Int32).alias(AS_OF)
    rows = rows.with_columns(nw.col("amount").alias("within_terms"), nw.col("document_day").alias("day"), of_day)
    return question.sums(rows, ["within_terms"], along=["day"])


def _effects() -> list[pl.Expr]:
    """What each part contributes, with the mean of both days in place of what does not change."""
    # Without sales on both days there is no share: the amounts stand in its place.
    is_share = ((pl.col("sales") > 0) & (pl.col("sales_now") > 0)).fill_null(False)
    of_one = {end: pl.when(is_share).then(f"sales{end}").otherwise(1) for end in ("", "_now")}
    weight = {end: pl.col(f"scale{end}") * of_one[end] for end in of_one}

    def share(amount: str, end: str) -> pl.Expr:
        return pl.col(f"{amount}{end}").fill_null(0) / of_one[end]

    changed = {name: share(name, "_now") - share(name, "") for name in ("not_due", "past_due", "within_terms")}
    shares_open = sum((share(name, end) for name in ("not_due", "past_due") for end in of_one), pl.lit(0.0))
    mean_weight = (weight[""] + weight["_now"]) / 2
    effects = (
        (weight["_now"] - weight[""]) * shares_open / 2,
        mean_weight * changed["within_terms"],
        mean_weight * (changed["not_due"] - changed["within_terms"]),
        mean_weight * changed["past_due"],
    )
    return [effect.alias(name) for effect, name in zip(effects, _PARTS, strict=True)]


def _shown(then: Question, now: Question) -> list[pl.Expr]:
    """The columns of the table: numbers where both days have them, else the reason."""
    (before,), (day,) = then.days, now.days
    differs = None if now.basis == then.basis else text("flows.explain_dso.other_basis", before=before, day=day)
    reason = pl.coalesce(pl.lit(differs, pl.String), _reason("dso", "why", before), _reason("dso_now", "why_now", day))
    changes = {"dso_change": pl.col("dso_now") - pl.col("dso"), **{name: pl.col(name) for name in _PARTS}}
    numbers = {
        "dso_before": pl.col("dso"),
        "dso": pl.col("dso_now"),
        **{name: pl.when(reason.is_null()).then(number) for name, number in changes.items()},
    }
    shown = [number.alias(name) for name, number in numbers.items()]
    return [*shown, pl.lit(now.basis).alias("basis"), reason.alias("reason")]


def _reason(figure: str, why: str, day: date) -> pl.Expr:
    # A group that is not there at all on a day has no sales either.
    absent = pl.when(pl.col(figure).is_null()).then(pl.lit(text("kpi.reason.no_sales")))
    return pl.lit(f"{day}: ") + pl.coalesce(why, absent)
