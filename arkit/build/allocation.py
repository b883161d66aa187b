"""Accounts: which credit of a customer pays which debit, where the source has both as rows of one table.

Three rules, each on what the one before leaves:

1. ``match``: rows with one matching mark belong together.
2. ``reference``: a credit pays the document that it names, or whose number it has itself.
3. Oldest first, where the layout says so: it is usual, but nobody said it, so each such credit is a finding.
"""

from typing import Final

import polars as pl

from arkit.build.entries import application_legs
from arkit.build.items import KEYS
from arkit.build.payments import overlaps
from arkit.model.findings import combine, find, value_of
from arkit.model.money import proportion

_ONE_ACCOUNT: Final = ["entity", "account", "customer_id", "currency"]
_OWN: Final = [key for key in KEYS if key not in ("entity", "currency")]


def allocations(items: pl.DataFrame, allocate: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The applications of the credits of an account on its debits, and the findings on those that are inferred.

    >>> items = pl.DataFrame({"item": [0], "amount": [100], "match": ["A"]})
    >>> _left(items, pl.DataFrame({"item": [0], "counterpart": [1], "applied": [30]}))["size"].to_list()
    [70]
    """
    # A separator that no text of a file has, or "A" with "BC" and "AB" with "C" would be one account.
    account = pl.concat_str(pl.col(_ONE_ACCOUNT).cast(pl.String).fill_null(""), separator="\x1f")
    rows = items.with_columns(party=account, effective_on="document_date")
    found = [_pairs(rows.with_columns(names="match"), [])] if "match" in rows.columns else []
    found.append(_pairs(_with_document(rows), found))
    stated = len(found)
    if allocate == "oldest_first":
        found.append(_pairs(rows.with_columns(names="party"), found))
    inferred = pl.concat(found[stated:]) if found[stated:] else found[0].clear()
    return _legs(pl.concat(found), rows), combine(_inferred(inferred, items), _astray(rows))


def _with_document(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with ``names``: of a debit its own number, of a credit the debit that it refers to, or is numbered like."""
    owed = pl.col("amount") > 0
    # Within one account: document 1001 of another customer is another document.
    known = rows.filter(owed).select("party", known="document_id").unique()
    given = rows.select("party", "reference", "document_id")
    found = [
        given.join(known, left_on=["party", name], right_on=["party", "known"], how="semi")
        .select("party", name)
        .unique()
        for name in ("reference", "document_id")
    ]
    names = [
        pl.when(pl.struct("party", name).is_in(some.to_struct().implode())).then(name)
        for name, some in zip(("reference", "document_id"), found, strict=True)
    ]
    return rows.with_columns(names=pl.when(owed).then("document_id").otherwise(pl.coalesce(names)))


def _pairs(rows: pl.DataFrame, before: list[pl.DataFrame]) -> pl.DataFrame:
    """Which debit (``item``) each credit (``counterpart``) of the same name pays, of what is left of both."""
    named = rows.drop_nulls("names").with_columns(names=pl.format("{}\x1f{}", "party", "names"))
    left = _left(named, pl.concat(before) if before else None)
    pairs = overlaps(left.filter(pl.col("amount") < 0), left.filter(pl.col("amount") > 0))
    return pairs.select("effective_on", "applied", item="item_owed", counterpart="item")


def _left(rows: pl.DataFrame, gone: pl.DataFrame | None) -> pl.DataFrame:
    """Rows with ``size``, what is left of each after earlier applications."""
    size = pl.col("amount").abs()
    if gone is None:
        return rows.with_columns(size=size)
    # An application uses up the credit as well as the debit.
    sides = [gone.select("applied", item=side) for side in ("item", "counterpart")]
    sums = (
        pl.concat(sides)
        .group_by("item")
        .agg(pl.col("applied").sum())
        .with_columns(pl.col("item").cast(rows["item"].dtype))
    )
    left = rows.join(sums, on="item", how="left", maintain_order="left")
    left = left.with_columns(size=size - pl.col("applied").fill_null(0)).drop("applied")
    return left.filter(pl.col("size") > 0)


def _legs(pairs: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    owed = rows.select("item", "item_id", "source_row", *KEYS, whole="amount", whole_base="base_amount")
    others = rows.select(
        counterpart="item", counterpart_item_id="item_id", **{f"{key}_other": pl.col(key) for key in _OWN}
    )
    legs = pairs.join(owed, on="item", maintain_order="left").join(others, on="counterpart", maintain_order="left")
    # At the rate of the debit, so that one paid in full is settled in functional currency too.
    base = proportion(pl.col("whole_base"), part=pl.col("applied"), whole=pl.col("whole"))
    stated = legs.with_columns(amount="applied", amount_rest=pl.lit(0, dtype=pl.Int64), base_amount=base)
    return application_legs(stated, table="items")


def _inferred(pairs: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """A finding for each credit that pays by its age alone, with what it pays."""
    sums = pairs.group_by(item="counterpart").agg(pl.col("applied").sum())
    rows = items.drop("amount").join(sums, on="item", maintain_order="left").rename({"applied": "amount"})
    rows = rows.with_columns(effective_on="document_date")
    return find("inferred_allocation", rows, table="items", value="document_id")


def _astray(rows: pl.DataFrame) -> pl.DataFrame:
    """A finding for each matching mark whose rows do not add up to zero, with its rows and what is left."""
    if "match" not in rows.columns:
        return combine()
    marks = rows.drop_nulls("match").group_by("party", "match", maintain_order=True)
    sums = marks.agg(
        pl.col("amount").sum(), pl.len(), pl.col("source_row"), pl.col("entity", "customer_id", "currency").first()
    )
    left = sums.filter((pl.col("amount") != 0) & (pl.col("len") > 1))
    numbers = pl.col("source_row").cast(pl.List(pl.String)).list.join(", ")
    shown = left.with_columns(value_of("mark", mark="match", rows=numbers).alias("= value"))
    shown = shown.with_columns(pl.col("source_row").list.first())
    return find("marks_differ", shown, table="items", value="= value")
