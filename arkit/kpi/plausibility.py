"""Plausibility: whether the numbers of a day look like those of a complete ledger.

The reconciliation proves that nothing was lost on the way; it cannot see what the source did not contain. Receipts
without their applications reconcile, and show everything as past due.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

import narwhals as nw
import polars as pl

from arkit.aging.aging import bucketed, trend_frame
from arkit.calendar import day_of
from arkit.errors import PlausibilityError, listed
from arkit.kpi.panel import kpis
from arkit.model.engine import Rows, collect, is_one_of
from arkit.model.ledger import Ledger
from arkit.policy import DEFAULT_POLICY, Plausible, Policy
from arkit.words.catalogue import text
from arkit.words.columns import NOT_DUE, is_missing, joined, number_shown, share_shown

if TYPE_CHECKING:
    import pandas as pd

PLAUSIBLE: Final = "plausible"
_OF: Final[dict[str, type[pl.DataType] | pl.DataType]] = {"where": pl.String, "value": pl.Float64, "before": pl.Float64}


def plausibility(ledger: Ledger, *, as_of: date | str, policy: Policy | None = None) -> pd.DataFrame:
    """Compare the numbers of a day with what they are in a complete ledger.

    Formula: each check has a value by currency (or for the whole ledger) and the limits of the policy
    (``templates/policies/plausibility.toml``): unapplied and past due as shares of gross receivables, DSO, the share of
    receipts that is applied, entities and currencies that appeared or vanished and the change of the balance since the
    month before, items due on the day of their document, days since the last receipt, a customer who owes most for the
    first time.

    Parameters
    ----------
    ledger
        The ledger.
    as_of
        The day.
    policy
        The limits, and whether one that is passed warns or stops a report.

    Returns
    -------
    DataFrame
        One row for each check and part of the ledger for which it has a value: ``check``, ``where`` (a currency, an
        entity, a customer; empty for the whole), ``value`` (a share, or days), ``at_least``, ``at_most``, ``result``
        (*plausible*, *warn* or *stop*) and ``message``, the sentence for a reader. A check that the ledger cannot
        answer, such as DSO of a snapshot, has no row.

    Raises
    ------
    CoverageError
        The ledger does not cover the day.

    Examples
    --------
    >>> import arkit as ar
    >>> table = ar.plausibility(ar.sample_ledger(), as_of="2026-10-31")
    >>> set(table["result"]) <= {"plausible", "warn"}
    True

    References
    ----------
    ISA 520, analytical procedures.
    """
    seen = _Seen(ledger, ledger.require(as_of), policy or DEFAULT_POLICY)
    parts = [_judged(name, check, seen) for name, check in CHECKS.items()]
    return pl.concat(parts).to_pandas()


def require_plausible(ledger: Ledger, *, as_of: date | str, policy: Policy | None = None) -> None:
    """Stop where the policy says so; checks that only warn are not looked at.

    Parameters
    ----------
    ledger, as_of, policy
        As in :func:`plausibility`.

    Raises
    ------
    PlausibilityError
        A value is outside a limit of which the policy says ``then = "stop"``.

    Examples
    --------
    >>> import arkit as ar
    >>> require_plausible(ar.sample_ledger(), as_of="2026-10-31")
    """
    seen = _Seen(ledger, ledger.require(as_of), policy or DEFAULT_POLICY)
    stopping = [name for name, limits in seen.policy.plausible.items() if limits.then == "stop"]
    found = [_judged(name, CHECKS[name], seen) for name in stopping]
    stops = [message for table in found for message in table["message"] if message]
    if stops:
        raise PlausibilityError(f"The numbers of {as_of} are not plausible: {listed(stops)} The policy stops here.")


def doubts(table: pd.DataFrame) -> list[str]:
    """What is not plausible, a sentence for each check: the value that is farthest off, and where else.

    Examples
    --------
    >>> import arkit as ar
    >>> doubts(ar.plausibility(ar.sample_ledger(), as_of="2026-10-31"))
    ['An entity or currency appeared or vanished since the month before (JPY, KWD).']
    """
    said = []
    for name, rows in table[table["result"] != PLAUSIBLE].groupby("check", sort=False):
        # Too little is worse the less it is, too much the more it is.
        ordered = rows.sort_values("value", ascending=bool(rows["at_most"].isna().all()), kind="stable")
        worst = {str(key): value for key, value in ordered.iloc[0].items()}
        said.append(_sentence({**worst, "where": joined(ordered["where"])}, CHECKS[str(name)]))
    return said


@dataclass(frozen=True)
class _Seen:
    """A ledger on a day, and the balances that several checks take."""

    ledger: Ledger
    day: date
    policy: Policy
    known: dict[str, pl.DataFrame] = field(default_factory=dict)

    @cached_property
    def month_before(self) -> date | None:
        """The end of the month before, if the ledger covers it; of snapshots the day of the one before."""
        months = 12 if self.ledger.snapshots else 1
        known = self.ledger.looked_back(self.policy.month_ends(self.day, months))
        return known[-2] if len(known) > 1 else None

    def balances(self, by: str) -> pl.DataFrame:
        """Gross, past due and unapplied of the day and of the month before, by a column and currency."""
        if by not in self.known:
            days = [day for day in (self.month_before, self.day) if day]
            table = trend_frame(self.ledger, days, by=by, policy=self.policy)
            late = pl.col("gross") - (pl.col(NOT_DUE) if NOT_DUE in self.policy.labels else pl.col("gross"))
            self.known[by] = table.select("as_of", by, "currency", "gross", "unapplied", late=late)
        return self.known[by]

    def on(self, day: date | None, by: str = "entity") -> pl.DataFrame:
        """The balances of a day by currency."""
        rows = self.balances(by).filter(pl.col("as_of").is_in([day] if day else []))
        return rows.group_by("currency").agg(pl.col("gross", "unapplied", "late").sum()).sort("currency")


def _share(rows: pl.DataFrame, part: pl.Expr, whole: pl.Expr) -> pl.DataFrame:
    return rows.filter(whole > 0).select(where="currency", value=part / whole)


def _unapplied(seen: _Seen) -> pl.DataFrame:
    return _share(seen.on(seen.day), -pl.col("unapplied"), pl.col("gross"))


def _past_due(seen: _Seen) -> pl.DataFrame:
    rows = seen.on(seen.day) if seen.policy.has_not_due else seen.on(None)
    return _share(rows, pl.col("late"), pl.col("gross"))


def _applied_receipts(seen: _Seen) -> pl.DataFrame:
    """The share of the receipts' amounts that was applied; of a snapshot nobody knows."""
    if seen.ledger.is_snapshot:
        return pl.DataFrame(schema=_OF)
    entries = _receipts(seen).with_columns(nw.col("amount").cast(nw.Float64))
    is_new = nw.col("entry_type") == "original"
    sums = entries.group_by("currency").agg(
        received=nw.when(is_new).then(-nw.col("amount")).otherwise(0.0).sum(),
        applied=nw.when(~is_new).then(nw.col("amount")).otherwise(0.0).sum(),
    )
    return _share(collect(sums, as_text=["currency"]).sort("currency"), pl.col("applied"), pl.col("received"))


def _receipts(seen: _Seen) -> Rows:
    """The entries on receipts up to the day, with their currency."""
    items = seen.ledger.scan("items").filter(nw.col("item_type") == "receipt").select("item", "currency")
    entries = seen.ledger.scan("entries").filter(nw.col("effective_day") <= day_of(seen.day))
    return entries.select("item", "entry_type", "amount").join(items, on="item", how="inner")


def _dso(seen: _Seen) -> pl.DataFrame:
    table = pl.from_pandas(kpis(seen.ledger, as_of=seen.day, policy=seen.policy, names=["dso"]))
    return table.drop_nulls("value").select(where=pl.col("currency").cast(pl.String), value="value")


def _entity_or_currency(seen: _Seen) -> pl.DataFrame:
    """Who appeared or vanished; a value of 1 for each."""
    if seen.month_before is None:
        return pl.DataFrame(schema=_OF)
    rows = seen.balances("entity").with_columns(current=pl.col("as_of") == seen.day)
    parts = pl.concat(
        [rows.select(pl.col(name).cast(pl.String).alias("where"), "current") for name in ("entity", "currency")]
    )
    # Of two days, who is seen on one alone has appeared or vanished.
    days = parts.drop_nulls("where").group_by("where").agg(pl.col("current").n_unique().alias("days"))
    return days.sort("where").select("where", value=(pl.col("days") == 1).cast(pl.Float64))


def _balance_moved(seen: _Seen) -> pl.DataFrame:
    now, before = seen.on(seen.day), seen.on(seen.month_before)
    both = now.join(before, on="currency", suffix="_before").filter(pl.col("gross_before") > 0)
    return both.select(where="currency", value=(pl.col("gross") / pl.col("gross_before") - 1).abs())


def _due_on_document_date(seen: _Seen) -> pl.DataFrame:
    rows = bucketed(seen.ledger, [seen.day], policy=seen.policy).filter(nw.col("open_amount") > 0)
    dated = seen.ledger.scan("items").select("item", "document_date", "due_date")
    found = collect(
        rows.select("item", "currency", "open_amount").join(dated, on="item", how="inner"), as_text=["currency"]
    )
    at_once = pl.when(pl.col("due_date") == pl.col("document_date")).then(pl.col("open_amount")).otherwise(0)
    sums = (
        found.filter(pl.col("due_date").is_not_null())
        .group_by("currency")
        .agg(at_once.sum().alias("at_once"), pl.col("open_amount").sum())
    )
    return _share(sums.sort("currency"), pl.col("at_once"), pl.col("open_amount"))


def _no_receipts(seen: _Seen) -> pl.DataFrame:
    """Days since the last receipt of the whole ledger; since its first day where there is none."""
    if seen.ledger.is_snapshot:
        return pl.DataFrame(schema=_OF)
    types = seen.ledger.scan("items").select("item", "item_type")
    entries = seen.ledger.scan("entries").filter(nw.col("effective_day") <= day_of(seen.day))
    # The leg of an application on the receipt counts; a credit note that is applied brings no money.
    is_paid = is_one_of("entry_type", "settlement") | is_one_of("item_type", "receipt")
    paid = entries.select("item", "entry_type", "effective_day").join(types, on="item", how="inner").filter(is_paid)
    latest = collect(paid.select(nw.col("effective_day").max())).item()
    since = day_of(seen.ledger.covers[0]) if latest is None else latest
    return pl.DataFrame({"where": [""], "value": [float(day_of(seen.day) - since)]})


def _largest_customer(seen: _Seen) -> pl.DataFrame:
    """The share of the customer who owes most in a currency, with that of the month before."""
    if seen.month_before is None:
        return pl.DataFrame(schema=_OF)
    rows = seen.balances("customer_id").filter(pl.col("gross") > 0)
    share = pl.col("gross") / pl.col("gross").sum().over("as_of", "currency")
    shares = rows.select("as_of", "currency", pl.col("customer_id").cast(pl.String), value=share)
    now = shares.filter(pl.col("as_of") == seen.day).sort("value", "customer_id", descending=[True, False])
    largest = now.unique("currency", keep="first", maintain_order=True)
    before = shares.filter(pl.col("as_of") == seen.month_before).select("currency", "customer_id", before="value")
    # In a currency of which nothing was open a month before, nobody knows whether it is the first time.
    known = largest.filter(pl.col("currency").is_in(before["currency"].unique().implode()))
    both = known.join(before, on=["currency", "customer_id"], how="left").sort("currency")
    return both.select(where=pl.format("{} ({})", "customer_id", "currency"), value="value", before=pl.col("before"))


@dataclass(frozen=True)
class Check:
    """A check: how its values are found, and how they are shown."""

    values: Callable[[_Seen], pl.DataFrame]
    unit: Literal["share", "days", "count"] = "share"


CHECKS: Final = {
    "unapplied": Check(_unapplied),
    "applied_receipts": Check(_applied_receipts),
    "past_due": Check(_past_due),
    "dso": Check(_dso, "days"),
    "entity_or_currency": Check(_entity_or_currency, "count"),
    "balance_moved": Check(_balance_moved),
    "due_on_document_date": Check(_due_on_document_date),
    "no_receipts": Check(_no_receipts, "days"),
    "largest_customer": Check(_largest_customer),
}


def _judged(name: str, check: Check, seen: _Seen) -> pl.DataFrame:
    """The rows of a check beside its limits, with what is said of those outside."""
    limits = seen.policy.plausible[name]
    off = limits.then == "off"
    values = (
        pl.DataFrame(schema=_OF)
        if off
        else pl.concat([pl.DataFrame(schema=_OF), check.values(seen)], how="diagonal_relaxed")
    )
    # What was outside a month before already is no news. Only some
    # checks know it; the empty table gives the others the column.
    outside = _outside(pl.col("value"), limits) & ~_outside(pl.col("before"), limits).fill_null(False)
    rows = values.select(
        check=pl.lit(name),
        where=pl.col("where").fill_null(""),
        value="value",
        at_least=pl.lit(limits.at_least, pl.Float64),
        at_most=pl.lit(limits.at_most, pl.Float64),
        result=pl.when(outside.fill_null(False)).then(pl.lit(limits.then)).otherwise(pl.lit(PLAUSIBLE)),
    )
    said = [_sentence(row, check) if row["result"] != PLAUSIBLE else "" for row in rows.to_dicts()]
    return rows.with_columns(message=pl.Series(said, dtype=pl.String))


def _outside(value: pl.Expr, limits: Plausible) -> pl.Expr:
    low = pl.lit(False) if limits.at_least is None else value < limits.at_least
    return low if limits.at_most is None else low | (value > limits.at_most)


def _sentence(row: dict[str, Any], check: Check) -> str:
    """What is not plausible, with the value and the limit that it passes."""
    too_low = not is_missing(row["at_least"]) and row["value"] < row["at_least"]
    limit = row["at_least"] if too_low else row["at_most"]
    shown = (lambda value: share_shown(value, places=1)) if check.unit == "share" else number_shown
    where = text("kpi.plausibility.where", where=row["where"]) if row["where"] else ""
    return text(f"kpi.plausibility.{row['check']}", value=shown(row["value"]), limit=shown(limit), where=where)
