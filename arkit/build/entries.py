"""Entries out of what an export has: originals, settlements, applications, payments and all other movements.

Each function makes raw entries: one row for each dated signed amount, with the item it names (``item`` is missing when
there is no such item), and the attributes by which control totals are taken.
"""

from typing import Final

import polars as pl

from arkit.build.conform import Conformed
from arkit.build.items import KEYS, MONEY, as_categories, base_at_rate_of
from arkit.build.parsing import read_amounts
from arkit.model.findings import combine, find
from arkit.model.layout import Layout
from arkit.model.money import proportion

COLUMNS: Final = (
    *("table", "source_row", "item", "item_id", *KEYS),
    *("entry_type", "effective_on", "recorded_on", "amount", "amount_rest", "base_amount"),
    *("counterpart", "counterpart_item_id", "unread", "unread_amount", "misfit"),
)
_CATEGORIES: Final = ("table", *KEYS, "entry_type")
_EMPTY: Final[dict[str, type[pl.DataType]]] = {
    **{"counterpart": pl.Int32, "recorded_on": pl.Date, "amount_rest": pl.Int64, "base_amount": pl.Int64},
    **dict.fromkeys(("counterpart_item_id", "unread", "unread_amount", "misfit"), pl.String),
}
_NEGATED: Final = {name: -pl.col(name) for name in ("amount", "amount_rest", "base_amount")}
NOTHING: Final = pl.lit(0, dtype=pl.Int64)


def raw_entries(rows: pl.DataFrame, *, table: str, entry_type: str | pl.Expr, **stated: pl.Expr) -> pl.DataFrame:
    """Rows as raw entries; columns that they lack are missing values."""
    absent = {name: pl.lit(None, dtype=dtype) for name, dtype in _EMPTY.items() if name not in rows.columns}
    kind = pl.lit(entry_type) if isinstance(entry_type, str) else entry_type
    frame = rows.with_columns(table=pl.lit(table), entry_type=kind, **{**absent, **stated})
    return frame.select(COLUMNS).with_columns(as_categories(_CATEGORIES))


def originals(items: pl.DataFrame, *, table: str = "items") -> pl.DataFrame:
    """The original entry of each row of documents, rejected rows included."""
    return raw_entries(items, table=table, entry_type="original", effective_on=pl.col("document_date"))


def settlements(items: pl.DataFrame) -> pl.DataFrame:
    """What was settled of each item that the source says was settled on a day: all of it, or what is not open any more.

    Of an item of 1,000 with 600 open and a day, 400 were settled on that day.
    """
    rows = items.filter(pl.col("settled_on").is_not_null() & pl.col("fault").is_null())
    if "open_amount" not in rows.columns:
        # With the sign of all of it turned, what rounding left over included, so that nothing remains.
        return _settled(rows, on=pl.col("settled_on"), **_NEGATED)
    whole, part = rows.filter(_is_whole()), rows.filter(~_is_whole() & (_open_less() != 0))
    on = pl.col("settled_on")
    return pl.concat([_settled(whole, on=on, **_NEGATED), _settled(part, on=on, **_part_paid())])


def undated_payments(items: pl.DataFrame, *, last_day: pl.Expr) -> pl.DataFrame:
    """The part paid of items paid on a day that the source does not state, as a settlement on the last day."""
    # Nobody knows the day. On the last one the balance of the export is right, and no earlier one is too low.
    rows = items.filter(pl.col("settled_on").is_null() & pl.col("fault").is_null() & (_open_less() != 0))
    return _settled(rows, on=last_day, **_part_paid())


def _is_whole() -> pl.Expr:
    """Whether nothing of an item is open, or the source does not say how much is."""
    return pl.col("open_amount").fill_null(0) == 0


def _open_less() -> pl.Expr:
    return pl.col("open_amount") - pl.col("amount")


def _part_paid() -> dict[str, pl.Expr]:
    base = proportion(pl.col("base_amount"), part=_open_less(), whole=pl.col("amount"))
    return {"amount": _open_less(), "amount_rest": NOTHING, "base_amount": base}


def _settled(rows: pl.DataFrame, *, on: pl.Expr, **amounts: pl.Expr) -> pl.DataFrame:
    unknown = pl.lit(None, dtype=pl.Date)
    return raw_entries(rows, table="items", entry_type="settlement", effective_on=on, recorded_on=unknown, **amounts)


def other_entries(
    conformed: Conformed, items: pl.DataFrame, *, table: str, layout: Layout
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of an entries or applications table as raw entries, and the findings on their amounts."""
    rows = _with_items(conformed.rows, items)
    rows, findings = read_amounts(rows, MONEY, table=table, layout=layout)
    rows = rows.with_columns(base_amount=base_at_rate_of(rows, base="item_base", amount="item_amount"))
    if table == "applications":
        return application_legs(_of_one_currency(rows), table=table), findings
    known = layout.entries.types if layout.entries else {}
    return raw_entries(rows, table=table, entry_type=pl.col("entry_type").replace(known)), findings


def _with_items(rows: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Look up the items that entries name; an unknown one takes entity, customer and currency of its counterpart."""
    rows = rows.join(items.select("item", "item_id"), on="item_id", how="left", maintain_order="left")
    # Items are numbered in their order, so what else is known of one is picked out by its number.
    known = items.select(*KEYS, item_amount="amount", item_base="base_amount")
    rows = rows.hstack(known.select(pl.all().gather(rows["item"])))
    if "counterpart_item_id" not in rows.columns:
        return rows
    others = items.select(counterpart="item", counterpart_item_id="item_id")
    rows = rows.join(others, on="counterpart_item_id", how="left", maintain_order="left")
    rows = rows.hstack(items.select(pl.col(KEYS).gather(rows["counterpart"]).name.suffix("_other")))
    return rows.with_columns(pl.coalesce(key, f"{key}_other").alias(key) for key in KEYS)


def _of_one_currency(rows: pl.DataFrame) -> pl.DataFrame:
    """Applications with ``misfit``: one amount cannot be in two currencies. It stays in the first, and is rejected."""
    differ = pl.col("currency") != pl.col("currency_other")
    if not rows.select(differ.any()).item():
        return rows
    return rows.with_columns(
        currency_other="currency", misfit=pl.when(differ).then(pl.format("{} and {}", "currency", "currency_other"))
    )


def application_legs(rows: pl.DataFrame, *, table: str) -> pl.DataFrame:
    """The two entries of each application: minus on its item, plus on its counterpart, so that no total changes.

    A key of the counterpart that differs from the item's own is in a column ``{key}_other``. Of an application of 30 of
    the receipt R on the invoice A come ``A -30`` with the counterpart R, and ``R +30`` with the counterpart A.
    """
    minus = raw_entries(rows, table=table, entry_type="application", **_NEGATED)
    plus = raw_entries(
        rows,
        table=table,
        entry_type="application",
        item=pl.col("counterpart"),
        item_id=pl.col("counterpart_item_id"),
        counterpart=pl.col("item"),
        counterpart_item_id=pl.col("item_id"),
        **{key: pl.coalesce(f"{key}_other", key) for key in KEYS if f"{key}_other" in rows.columns},
    )
    return pl.concat([minus, plus])


def cancelled_pairs(items: pl.DataFrame, entries: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The applications that pair off each invoice with the credit note that cancels it, and the findings.

    Such a credit note refers to the invoice, has the whole amount of one of its instalments, or of all together, and
    is not yet applied. Where the source moves one of the two later, the pair is taken back on that day: what is applied
    later does not change what was open before.
    """
    credits = items.filter((pl.col("item_type") == "credit_note") & pl.col("reference").is_not_null())
    if credits.is_empty():
        return entries.clear(), combine()
    referred = _referred(credits, items)
    # Equal amounts first: what one instalment explains is not taken for a credit note over the whole document.
    same = referred.filter(pl.col("amount") == pl.col("opposite"))
    pairs = _each_once(_unmoved(same, entries))
    left = [pl.col(one).is_in(pairs[one].implode()) for one in _PAIR]
    whole = _unmoved(_whole_documents(referred.filter(~left[0] & ~left[1])), entries)
    # All instalments, or none.
    whole = whole.filter(pl.len().over("item") == pl.col("instalments")).drop("instalments")
    pairs = pl.concat([pairs, whole.unique("counterpart", keep="first", maintain_order=True)])
    stay = pairs.filter(pl.col("moved_on").is_null())
    taken_back = pairs.filter(pl.col("moved_on").is_not_null()).with_columns(
        -pl.col("amount", "base_amount"), effective_on="moved_on", recorded_on="moved_recorded"
    )
    legs = application_legs(pl.concat([pairs, taken_back]).with_columns(amount_rest=NOTHING), table="items")
    return legs, find("cancelled_pair", stay.unique("item", maintain_order=True), table="items", value="reference")


_PAIR: Final = ("item", "counterpart")


def _referred(credits: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Every credit note with every item of the document that it refers to, and the day on which both are there."""
    same = ["entity", "account", "customer_id", "currency"]
    invoices = items.filter(pl.col("amount") > 0).with_columns(opposite=-pl.col("amount"))
    # May give a credit note several rows, one for each instalment; the callers use each of them once.
    pairs = credits.join(invoices, left_on=["reference", *same], right_on=["document_id", *same], suffix="_other")
    return pairs.sort("document_date", "item_id", "document_date_other", "item_id_other").with_columns(
        counterpart="item_other",
        counterpart_item_id="item_id_other",
        effective_on=pl.max_horizontal("document_date", "document_date_other"),
        # Only when the books have both do they know that one cancels the other.
        recorded_on=pl.max_horizontal("recorded_on", "recorded_on_other"),
    )


def _unmoved(pairs: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """The pairs of which the source had moved neither when both were there."""
    pairs = _with_next_move(pairs, entries)
    return pairs.filter(pl.col("moved_on").is_null() | (pl.col("moved_on") > pl.col("effective_on")))


def _each_once(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs in which no credit note and no invoice occurs twice: the first of each, then the first of what is left.

    Two credit notes against two equal instalments are four pairs; the first and the last remain.
    """
    # The first of what is left is always taken, so each round has fewer pairs and the loop ends.
    found = [pairs.clear()]
    while pairs.height:
        first = pairs.unique("item", keep="first", maintain_order=True)
        found.append(first.unique("counterpart", keep="first", maintain_order=True))
        pairs = pairs.filter(~pl.any_horizontal(pl.col(one).is_in(found[-1][one].implode()) for one in _PAIR))
    return pl.concat(found)


def _whole_documents(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs of credit notes that have the whole amount of a document, each with the part of one ``instalment``."""
    whole = pairs.filter(pl.col("amount") == pl.col("opposite").sum().over("item"))
    reached = proportion(pl.col("base_amount"), part=pl.col("opposite").cum_sum().over("item"), whole=pl.col("amount"))
    whole = whole.with_columns(instalments=pl.len().over("item"), reached=reached)
    # Differences of rounded running shares: rounded one by one, the parts could miss the whole by a unit.
    base = pl.col("reached") - pl.col("reached").shift(1).over("item").fill_null(0)
    return whole.with_columns(amount="opposite", base_amount=base).drop("reached")


def _with_next_move(pairs: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """The pairs with the day of the first entry that the source has on either item, apart from the originals."""
    moves = entries.filter((pl.col("entry_type") != "original") & pl.col("effective_on").is_not_null())
    moves = moves.select(mover="item", moved_on="effective_on", moved_recorded="recorded_on")
    pair = ["item", "counterpart"]
    movers = pl.concat([pairs.select(*pair, mover=one) for one in pair])
    first = movers.join(moves, on="mover").drop("mover").sort("moved_on", "moved_recorded", nulls_last=True)
    first = first.unique(pair, keep="first", maintain_order=True)
    return pairs.join(first, on=pair, how="left", maintain_order="left")
