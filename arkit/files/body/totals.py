"""Totals of the file as proof: the items must add up to each of them, to the last decimal.

A total below its items is proven when it equals the items since an earlier boundary (the beginning, a section, another
total); a total above them, when it equals those up to a later one. So nested totals need no levels::

    place   row             amount   running sum of items
      0     item              100      100
      1     item               50      150
      2     total Alfa        150      150     150 - 150 =   0, the sum at the beginning: proves places 0 to 1
      3     item               30      180
      4     total Beta         30      180     180 -  30 = 150, the sum at place 2:       proves place 3
      5     total of all      180      180     180 - 180 =   0, the sum at the beginning: proves places 0 to 4

What a total states is deducted from the running sum; if the rest is the running sum at some boundary, the items between
are exactly what it states. That is one join of sums with sums, however the totals are nested.
"""

from collections.abc import Sequence
from typing import Final

import polars as pl

from arkit.files.body.rows import ITEM, PERHAPS_TOTAL, SECTION, TOTAL
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
_TOTALS: Final = [TOTAL, PERHAPS_TOTAL]


def proofs(rows: pl.DataFrame, amounts: Sequence[str]) -> pl.DataFrame:
    """One row for each total and amount column: what it states, and how far the items differ from it.

    ``rows`` are in the order of the file, with their ``kind``, ``label``, ``currency`` and amounts as integers.
    ``first`` and ``last`` are the places of the items that a total proves; its ``difference`` is then 0.
    """
    found = []
    rows = rows.with_row_index("place").with_columns(pl.col("place").cast(pl.Int64))
    totals = rows.filter(pl.col("kind").is_in(_TOTALS))
    # A total is first held against all items, as in a file of one currency; if it proves nothing, against the items of
    # its own currency. What is left after the last try keeps its difference.
    codes = totals["currency"].drop_nulls().unique(maintain_order=True)
    tries = [pl.lit(True), *(pl.col("currency") == code for code in codes)]
    for column in amounts:
        left = totals.filter(pl.col(column).is_not_null())
        for number, of_currency in enumerate(tries):
            if left.is_empty():
                break
            tested = _tested(rows, left.filter(of_currency), column, of_currency)
            last_try = number > 0 or len(tries) == 1
            done = tested.filter((pl.col("difference") == 0) | pl.lit(last_try))
            found.append(done.select(_proof(column)))
            left = left.join(done, on="place", how="anti")
        if left.height:
            found.append(_tested(rows, left, column, tries[0]).select(_proof(column)))
    return pl.concat(found).sort("source_row") if found else pl.DataFrame(schema=PROOF)


def _proof(column: str) -> list[pl.Expr]:
    return [
        (pl.lit(column) if name == "column" else pl.col(name)).cast(dtype).alias(name) for name, dtype in PROOF.items()
    ]


def _tested(rows: pl.DataFrame, totals: pl.DataFrame, column: str, of_currency: pl.Expr) -> pl.DataFrame:
    """Totals with the items that they prove and the difference that remains."""
    counts = (pl.col("kind") == ITEM) & of_currency
    sums = rows.select("place", "kind", sum=pl.when(counts).then(pl.col(column)).fill_null(0).cum_sum().cast(pl.Int128))
    whole = sums["sum"][-1]
    # The beginning is a boundary before the first row, the end one after the last.
    ends = pl.DataFrame({"place": [-1, rows.height], "sum": [0, whole]}, schema={"place": pl.Int64, "sum": pl.Int128})
    boundaries = sums.filter(pl.col("kind").is_in([*_TOTALS, SECTION])).select("place", "sum")
    edges = pl.concat([boundaries, ends]).rename({"place": "edge"})
    stated = totals.join(sums.select("place", "sum"), on="place", maintain_order="left")
    stated = stated.with_columns(stated=pl.col(column).cast(pl.Int128))
    tested = stated.join(_runs(stated, edges), on="place", how="left", maintain_order="left")
    proven = pl.col("first").is_not_null()
    # Where a total of everything is proven, no other can be meant to be one.
    whole_is_proven = bool(tested.select((proven & (pl.col("stated") == whole)).any()).item())
    differing = _differences(edges, tested, whole, whole_is_proven=whole_is_proven)
    return differing.with_columns(
        difference=pl.when(proven).then(0).otherwise("difference"),
        is_grand=pl.when(proven).then(pl.col("stated") == whole).otherwise("is_grand"),
    )


def _runs(stated: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """For each proven total, the places between which its items are: the nearest boundary before it, else after it."""
    place, edge = pl.col("place"), pl.col("edge")
    below = stated.with_columns(wanted=pl.col("sum") - pl.col("stated")).join(edges, left_on="wanted", right_on="sum")
    below = below.filter(edge < place).sort("edge", descending=True).select(place, first=edge, last=place)
    above = stated.with_columns(wanted=pl.col("sum") + pl.col("stated")).join(edges, left_on="wanted", right_on="sum")
    above = above.filter(edge > place).sort("edge").select(place, first=place, last=edge)
    # Where items add up to nothing, several boundaries have the same
    # sum: the nearest claims no more items than the total needs.
    return pl.concat([below, above]).unique("place", keep="first", maintain_order=True)


def _differences(edges: pl.DataFrame, tested: pl.DataFrame, whole: int, *, whole_is_proven: bool) -> pl.DataFrame:
    """Totals with what each states beyond the items that it should prove, and whether these are all of them.

    A total whose words do not say which it is counts as the one from which it differs less: in a file whose items add
    up to 180, with 30 of them since the last boundary, a total of 181 is one of all that lacks 1, not one of 30.
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
    """What the totals of an amount state beyond the items, by currency: the total of all decides, where there is one.

    Else the difference of a customer would count again in each total above it.
    """
    of_column = found.filter(pl.col("column") == column)
    grand = of_column.filter("is_grand")
    decisive = grand if grand.height else of_column
    # A total that is repeated, as on a last page, lacks its items once.
    sums = decisive.filter(pl.col("difference") != 0).unique(["currency", "difference", "stated"], maintain_order=True)
    return sums.group_by("currency", maintain_order=True).agg(pl.col("difference").sum())


def in_proven_totals(found: pl.DataFrame, kinds: pl.Series) -> pl.Series:
    """Which rows are items within a proven total.

    Each proven total adds a step up after its first place and a step down at its last; where the running sum of the
    steps is above 0, a row is within at least one. No loop over totals, of which a file may have thousands.
    """
    proven = found.filter((pl.col("difference") == 0) & pl.col("first").is_not_null())
    up, down = proven.select(place="first", step=pl.lit(1)), proven.select(place="last", step=pl.lit(-1))
    # Added up by place first, since scatter keeps only one of several values for a place.
    steps = pl.concat([up, down]).group_by(pl.col("place").clip(lower_bound=-1) + 1).agg(pl.col("step").sum())
    depth = pl.zeros(len(kinds) + 2, dtype=pl.Int64, eager=True)
    depth = depth.scatter(steps["place"].clip(0, len(kinds) + 1), steps["step"].cast(pl.Int64)).cum_sum()
    return (depth.head(len(kinds)) > 0) & (kinds == ITEM)
