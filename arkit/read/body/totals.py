"""Totals of the file as proof: the items must add up to each of them, to the last decimal.

A total below its items is proven when it equals the items since an earlier boundary (the beginning, a section, another
total); a total above them, when it equals those up to a later one. So nested totals need no levels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from arkit.read.body.rows import ITEM, PERHAPS_TOTAL, SECTION, TOTAL
from arkit.words.vocabulary import any_of

PROOF: Final = {
    "source_row": pl.Int64,
    "label": pl.String,
    "column": pl.String,
    "currency": pl.String,
    "stated": pl.Int128,
    "difference": pl.Int128,
    "first": pl.Int64,
    "last": pl.Int64,
    "is_grand": pl.Boolean,
}


@dataclass(frozen=True)
class Tally:
    """The rows that take part: in order, with what they are, their label, their currency and their amounts."""

    rows: pl.DataFrame
    amounts: tuple[str, ...]


def proofs(tally: Tally) -> pl.DataFrame:
    """Return one row for each total and amount column: what it states, and how far the items differ from it.

    ``first`` and ``last`` are the places of the items that it proves. ``difference`` is 0 for a total that is proven.
    """
    found = []
    rows = tally.rows.with_row_index("place").with_columns(pl.col("place").cast(pl.Int64))
    totals = rows.filter(pl.col("kind").is_in([TOTAL, PERHAPS_TOTAL]))
    currencies = [None, *totals["currency"].drop_nulls().unique(maintain_order=True)]
    for column in tally.amounts:
        open_totals = totals.filter(pl.col(column).is_not_null())
        for currency in currencies:
            if open_totals.is_empty():
                break
            of_currency = pl.lit(True) if currency is None else pl.col("currency") == currency
            tested = open_totals.filter(of_currency)
            tried = _tested(rows, tested, column, of_currency)
            last_try = currency is not None or len(currencies) == 1
            done = tried.filter((pl.col("difference") == 0) | pl.lit(last_try))
            found.append(done.select(_proof(column)))
            open_totals = open_totals.join(done, on="place", how="anti")
        if open_totals.height:
            found.append(_tested(rows, open_totals, column, pl.lit(True)).select(_proof(column)))
    return pl.concat(found).sort("source_row") if found else pl.DataFrame(schema=PROOF)


def _proof(column: str) -> list[pl.Expr]:
    return [
        (pl.lit(column) if name == "column" else pl.col(name)).cast(dtype).alias(name) for name, dtype in PROOF.items()
    ]


def _tested(rows: pl.DataFrame, totals: pl.DataFrame, column: str, of_currency: pl.Expr) -> pl.DataFrame:
    """Return totals with the items that they prove and the difference that remains."""
    counts = (pl.col("kind") == ITEM) & of_currency
    sums = rows.select(
        "place", "kind", sum=pl.when(counts).then(pl.col(column)).fill_null(0).cum_sum(), item=pl.col("kind") == ITEM
    )
    end = rows.height
    whole = sums["sum"][-1]
    edges = sums.filter(pl.col("kind").is_in([TOTAL, PERHAPS_TOTAL, SECTION])).select("place", "sum")
    ends = pl.DataFrame({"place": [-1, end], "sum": [0, whole]}, schema={"place": pl.Int64, "sum": pl.Int128})
    edges = pl.concat([edges.with_columns(pl.col("sum").cast(pl.Int128)), ends]).rename({"place": "edge"})
    stated = totals.join(sums.select("place", pl.col("sum").cast(pl.Int128)), on="place", maintain_order="left")
    stated = stated.with_columns(stated=pl.col(column).cast(pl.Int128))
    below = stated.with_columns(wanted=pl.col("sum") - pl.col("stated")).join(
        edges, left_on="wanted", right_on="sum", how="inner"
    )
    below = below.filter(pl.col("edge") < pl.col("place")).sort("edge", descending=True)
    above = stated.with_columns(wanted=pl.col("sum") + pl.col("stated")).join(
        edges, left_on="wanted", right_on="sum", how="inner"
    )
    above = above.filter(pl.col("edge") > pl.col("place")).sort("edge")
    runs = pl.concat(
        [
            below.select("place", first=pl.col("edge"), last=pl.col("place")),
            above.select("place", first=pl.col("place"), last=pl.col("edge")),
        ]
    ).unique("place", keep="first", maintain_order=True)
    tested = stated.join(runs, on="place", how="left", maintain_order="left")
    proven = pl.col("first").is_not_null()
    # Where a total of everything is proven, no other can be meant to be one.
    whole_is_proven = bool(tested.select((proven & (pl.col("stated") == whole)).any()).item())
    differing = _differences(edges, tested, whole, whole_is_proven=whole_is_proven)
    return differing.with_columns(
        difference=pl.when(proven).then(0).otherwise("difference"),
        is_grand=pl.when(proven).then(pl.col("stated") == whole).otherwise("is_grand"),
    )


def _differences(edges: pl.DataFrame, tested: pl.DataFrame, whole: int, *, whole_is_proven: bool) -> pl.DataFrame:
    """Return totals with what each states beyond the items that it should prove, and whether these are all of them.

    A total whose words do not tell is taken as the one that it differs from less.
    """
    before = (
        tested.select("place")
        .sort("place")
        .join_asof(edges.sort("edge"), left_on="place", right_on="edge", strategy="backward", allow_exact_matches=False)
    )
    since = tested.join(before.select("place", before="sum"), on="place", how="left", maintain_order="left")
    of_all, of_some = pl.col("stated") - whole, pl.col("stated") - pl.col("sum") + pl.col("before")
    named = pl.col("label").str.contains(any_of("rows", "grand")).fill_null(False)
    is_grand = pl.lit(not whole_is_proven) & (named | (of_all.abs() <= of_some.abs()))
    return since.with_columns(difference=pl.when(is_grand).then(of_all).otherwise(of_some), is_grand=is_grand)


def unproven(found: pl.DataFrame, *, column: str) -> pl.DataFrame:
    """Return what the totals of an amount state beyond the items, by currency: the widest total decides."""
    of_column = found.filter(pl.col("column") == column)
    grand = of_column.filter("is_grand")
    decisive = grand if grand.height else of_column
    sums = decisive.filter(pl.col("difference") != 0).unique(["currency", "difference", "stated"], maintain_order=True)
    return sums.group_by("currency", maintain_order=True).agg(pl.col("difference").sum())


def covered(found: pl.DataFrame, kinds: pl.Series) -> pl.Series:
    """Return which rows are items that stand in a proven total."""
    proven = found.filter((pl.col("difference") == 0) & pl.col("first").is_not_null())
    marks = pl.concat(
        [proven.select(place="first", step=pl.lit(1)), proven.select(place="last", step=pl.lit(-1))]
    ).with_columns(pl.col("place").clip(lower_bound=-1))
    steps = marks.group_by(pl.col("place") + 1).agg(pl.col("step").sum()).sort("place")
    depth = pl.zeros(len(kinds) + 2, dtype=pl.Int64, eager=True)
    depth = depth.scatter(steps["place"].clip(0, len(kinds) + 1), steps["step"].cast(pl.Int64)).cum_sum()
    return (depth.head(len(kinds)) > 0) & (kinds == ITEM)
