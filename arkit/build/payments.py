"""Payments to receipts and applications: what names a document pays its oldest instalment first.

What names nothing, or more than is owed, stays on account.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from arkit.build.conform import Conformed
from arkit.build.items import Items
from arkit.build.parsing import proportion, read_amounts
from arkit.build.postings import KEYS, as_categories, raw
from arkit.model.findings import find, find_faults, repeats, together, with_first_fault
from arkit.model.layout import Layout
from arkit.words.columns import DEFAULT_ENTITY

_OF_ONE_PAYMENT: Final = ("entity", "currency")
_STRETCH: Final = ["names", *_OF_ONE_PAYMENT]
_TAKEN_OVER: Final = (*KEYS, "amount", "base_amount")


def make_receipts(conformed: Conformed, items: Items, *, layout: Layout) -> Items:
    """Return the receipts that payments are, as items; ``names`` tells which item or document each one pays.

    A payment that names nothing, or nothing known, stays on account of its customer.
    """
    rows = _with_target(_completed(conformed.rows, items.usable), items.usable)
    money = {"amount": "currency", "base_amount": "base_currency"}
    given = {name: currency for name, currency in money.items() if name in rows.columns}
    rows, findings = read_amounts(rows, given, table="payments", layout=layout)
    rows = rows.with_columns(-pl.col("amount"), -pl.col("amount_rest"), base_amount=-_base(given))
    rows = _with_faults(rows, first_item=items.usable.height)
    astray = rows.filter(pl.col("paid").is_not_null() & pl.col("names").is_null() & pl.col("fault").is_null())
    on_account = find("payment_on_account", astray, table="payments", value="paid")
    return Items(rows, together(conformed.findings, findings, on_account, find_faults(rows, table="payments")))


def _base(given: dict[str, str]) -> pl.Expr:
    same = pl.col("currency") == pl.col("base_currency")
    at_item_rate = proportion(pl.col("base_amount_item"), part=pl.col("amount"), whole=pl.col("amount_item"))
    derived = pl.when(same).then(pl.col("amount")).otherwise(at_item_rate)
    return pl.coalesce("base_amount", derived) if "base_amount" in given else derived


def _completed(given: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Complete the columns and the numbers of payments: a number that an item has too is told apart."""
    names = ("payment_id", "item_id", "entity", "account", "customer_id", "currency")
    absent = {name: pl.lit(None, dtype=pl.String) for name in names if name not in given.columns}
    rows = given.with_columns(**absent).with_columns(as_categories(["entity", "account", "customer_id", "currency"]))
    if "recorded_on" not in rows.columns:
        rows = rows.with_columns(recorded_on=pl.lit(None, dtype=pl.Date))
    number = pl.coalesce("payment_id", pl.col("source_row").cast(pl.String))
    taken = pl.col("payment_id").is_null() | pl.col("payment_id").is_in(items["item_id"].implode())
    return rows.with_columns(
        payment_id=pl.when(taken).then(pl.format("payment {}", number)).otherwise("payment_id"),
        document_id=number,
        number=pl.int_range(pl.len()),
    )


def _with_target(rows: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Look up the item, or else the document, that each payment names, and take over what the payment leaves out."""
    rows = rows.rename({"item_id": "paid", "payment_id": "item_id"})
    rows = rows.join(_targets(items), on="paid", how="left", maintain_order="left")
    # Two entities may number alike: what a payment says of itself decides which document it means.
    same = [pl.col(key).is_null() | (pl.col(key) == pl.col(f"{key}_item")) for key in _OF_ONE_PAYMENT]
    rows = rows.with_columns(fits=pl.all_horizontal(same).fill_null(False)).sort("fits", descending=True)
    rows = rows.unique("number", keep="first", maintain_order=True).sort("number")
    taken_over = ("names", "by", *(f"{name}_item" for name in _TAKEN_OVER))
    rows = rows.with_columns(pl.when("fits").then(pl.col(name)).alias(name) for name in taken_over)
    own = {key: pl.coalesce(key, f"{key}_item") for key in KEYS if key in rows.columns}
    own |= {key: pl.coalesce(own[key], pl.lit(_only(items[key]), dtype=pl.Categorical)) for key in _OF_ONE_PAYMENT}
    return rows.with_columns(**own, base_currency=pl.coalesce("base_currency_item", own["currency"])).with_columns(
        pl.col("entity").fill_null(DEFAULT_ENTITY),
        pl.col("account").fill_null(""),
        pl.col("customer_id").fill_null(""),
        document_date=pl.col("effective_on"),
        due_date=pl.col("effective_on"),
        item_type=pl.lit("receipt"),
    )


def _targets(items: pl.DataFrame) -> pl.DataFrame:
    """Return what a payment can name: each item, and each document that is not called like an item."""
    taken_over = {f"{name}_item": name for name in _TAKEN_OVER}
    by_item = items.select(paid="item_id", names="item_id", by=pl.lit("item"), **taken_over)
    by_document = items.select(paid="document_id", names="document_id", by=pl.lit("document"), **taken_over)
    documents = by_document.join(by_item, on="paid", how="anti", maintain_order="left")
    of_one = [f"{key}_item" for key in _OF_ONE_PAYMENT]
    return pl.concat([by_item, documents.unique(["paid", *of_one], keep="first", maintain_order=True)])


def _only(values: pl.Series) -> str | None:
    found = values.unique()
    return str(found[0]) if len(found) == 1 else None


def _with_faults(rows: pl.DataFrame, *, first_item: int) -> pl.DataFrame:
    rows = with_first_fault(
        rows,
        [
            (pl.col("amount").is_null(), "unreadable_amount", pl.col("unread_amount")),
            (pl.col("currency").is_null() | (pl.col("customer_id") == ""), "payment_to_no_item", pl.col("paid")),
            (pl.col("effective_on").is_null() & pl.col("unread").is_not_null(), "unreadable_date", pl.col("unread")),
            (pl.col("effective_on").is_null(), "missing_date", None),
            (repeats(rows["item_id"]), "duplicate_item", pl.col("item_id")),
        ],
    )
    usable = pl.col("fault").is_null()
    return rows.with_columns(item=pl.when(usable).then(usable.cum_sum() - 1 + first_item).cast(pl.Int32))


def pay_documents(receipts: Items, items: pl.DataFrame) -> pl.DataFrame:
    """Return the two legs of each application of a receipt, within a document the oldest due instalment first.

    What names an item comes before what names its document. A payment taken back (a negative one) stays on account.
    """
    paid = receipts.usable.filter(pl.col("names").is_not_null() & (pl.col("amount") < 0))
    paid = paid.with_columns(size=-pl.col("amount"))
    owed = items.filter(pl.col("amount") > 0).with_columns(names="item_id", size="amount")
    of_items = _met(paid.filter(pl.col("by") == "item"), owed)
    gone = of_items.group_by(item="item_owed").agg(pl.col("applied").sum())
    left = pl.col("size") - pl.col("applied").fill_null(0)
    rest = owed.join(gone, on="item", how="left").with_columns(names="document_id", size=left)
    of_documents = _met(paid.filter(pl.col("by") == "document"), rest.filter(pl.col("size") > 0).drop("applied"))
    return _legs(pl.concat([of_items, of_documents], how="diagonal_relaxed"))


def _met(paid: pl.DataFrame, owed: pl.DataFrame) -> pl.DataFrame:
    """Lay payments and debts of a name side by side, each in its order: where they overlap, one pays the other."""
    paid = _stretches(paid, order=["effective_on", "item_id"])
    # By document date first: an instalment that comes later does not change what earlier payments paid.
    owed = _stretches(owed, order=["document_date", "due_date", "item_id"])
    met = paid.join(owed, on=_STRETCH, suffix="_owed", maintain_order="left").with_columns(
        applied=pl.min_horizontal("end", "end_owed") - pl.max_horizontal("start", "start_owed"),
        effective_on=pl.max_horizontal("effective_on", "document_date_owed"),
    )
    return met.filter(pl.col("applied") > 0)


def _stretches(rows: pl.DataFrame, *, order: list[str]) -> pl.DataFrame:
    """Lay the amounts of a name end to end: each takes the stretch from ``start`` to ``end``."""
    rows = rows.sort(*order, maintain_order=True)
    end = pl.col("size").cum_sum().over(_STRETCH)
    return rows.with_columns(end=end, start=end - pl.col("size"))


def _legs(met: pl.DataFrame) -> pl.DataFrame:
    base = proportion(pl.col("base_amount"), part=pl.col("applied"), whole=pl.col("amount"))
    met = met.with_columns(base=base.abs())
    shared = {"entry_type": pl.lit("application"), "amount_rest": pl.lit(0, dtype=pl.Int64)}
    of_invoice = {key: pl.col(key if key in _STRETCH else f"{key}_owed") for key in KEYS}
    minus = raw(
        met,
        table="payments",
        **shared,
        **of_invoice,
        item=pl.col("item_owed"),
        item_id=pl.col("item_id_owed"),
        amount=-pl.col("applied"),
        base_amount=-pl.col("base"),
        counterpart=pl.col("item"),
        counterpart_item_id=pl.col("item_id"),
    )
    plus = raw(
        met,
        table="payments",
        **shared,
        amount=pl.col("applied"),
        base_amount=pl.col("base"),
        counterpart=pl.col("item_owed"),
        counterpart_item_id=pl.col("item_id_owed"),
    )
    return pl.concat([minus, plus])
