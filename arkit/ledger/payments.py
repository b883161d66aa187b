"""Payments to receipts and applications: what names a document pays its oldest instalment first, the rest stays on account."""

from __future__ import annotations

import polars as pl

from arkit.ledger.amounts import read_amounts
from arkit.ledger.conform import Conformed
from arkit.ledger.findings import find, find_faults, together, with_first_fault
from arkit.ledger.items import Items
from arkit.ledger.layout import Layout
from arkit.ledger.postings import KEYS, raw
from arkit.terms import DEFAULT_ENTITY


def make_receipts(conformed: Conformed, items: Items, *, layout: Layout) -> Items:
    """Return the receipts that payments are, as items; ``names`` tells which item or document each one pays.

    A payment that names nothing, or nothing known, stays on account of its customer.
    """
    rows = _with_target(_completed(conformed.rows), items.usable)
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
    at_item_rate = (pl.col("amount") * pl.col("base_amount_item") / pl.col("amount_item")).round(0)
    derived = pl.when(same).then(pl.col("amount")).otherwise(at_item_rate.cast(pl.Int64, strict=False))
    return pl.coalesce("base_amount", derived) if "base_amount" in given else derived


def _completed(given: pl.DataFrame) -> pl.DataFrame:
    names = ("payment_id", "item_id", "entity", "account", "customer_id", "currency")
    absent = {name: pl.lit(None, dtype=pl.String) for name in names if name not in given.columns}
    rows = given.with_columns(**absent)
    if "recorded_on" not in rows.columns:
        rows = rows.with_columns(recorded_on=pl.lit(None, dtype=pl.Date))
    return rows.with_columns(payment_id=pl.coalesce("payment_id", pl.format("payment {}", "source_row")))


def _with_target(rows: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Look up the item, or else the document, that each payment names, and take over what the payment leaves out."""
    taken_over = {f"{name}_item": name for name in (*KEYS, "amount", "base_amount")}
    by_item = items.select(paid="item_id", names="item_id", **taken_over)
    by_document = items.select(paid="document_id", names="document_id", **taken_over)
    targets = pl.concat([by_item, by_document]).unique("paid", keep="first", maintain_order=True)
    rows = rows.rename({"item_id": "paid", "payment_id": "item_id"})
    rows = rows.join(targets, on="paid", how="left", maintain_order="left")
    own = {key: pl.coalesce(key, f"{key}_item") for key in KEYS if key in rows.columns}
    rows = rows.with_columns(**own, base_currency=pl.coalesce("base_currency_item", own["currency"]))
    return rows.with_columns(
        pl.col("entity").fill_null(DEFAULT_ENTITY),
        pl.col("account").fill_null(""),
        pl.col("customer_id").fill_null(""),
        document_id=pl.col("item_id"),
        document_date=pl.col("effective_on"),
        due_date=pl.col("effective_on"),
        item_type=pl.lit("receipt"),
    )


def _with_faults(rows: pl.DataFrame, *, first_item: int) -> pl.DataFrame:
    rows = with_first_fault(
        rows,
        [
            (pl.col("amount").is_null(), "unreadable_amount", pl.col("unread_amount")),
            (pl.col("currency").is_null() | (pl.col("customer_id") == ""), "payment_to_no_item", pl.col("paid")),
            (pl.col("effective_on").is_null() & pl.col("unread").is_not_null(), "unreadable_date", pl.col("unread")),
            (pl.col("effective_on").is_null(), "missing_date", None),
            (~pl.col("item_id").is_first_distinct(), "duplicate_item", pl.col("item_id")),
        ],
    )
    usable = pl.col("fault").is_null()
    return rows.with_columns(item=pl.when(usable).then(usable.cum_sum() - 1 + first_item).cast(pl.Int32))


def pay_documents(receipts: Items, items: pl.DataFrame) -> pl.DataFrame:
    """Return the two legs of each application of a receipt, within a document the oldest due instalment first."""
    paid = _stretches(
        receipts.usable.filter(pl.col("names").is_not_null()).with_columns(size=-pl.col("amount")),
        key="names",
        order=["effective_on", "source_row"],
    )
    owed = items.filter(pl.col("amount") > 0).with_columns(size="amount")
    owed = pl.concat([owed.with_columns(names="document_id"), owed.with_columns(names="item_id")])
    owed = _stretches(owed.unique(["names", "item"], keep="first"), key="names", order=["due_date", "item"])
    met = paid.join(owed, on="names", suffix="_owed", maintain_order="left").with_columns(
        applied=pl.min_horizontal("end", "end_owed") - pl.max_horizontal("start", "start_owed"),
        effective_on=pl.max_horizontal("effective_on", "document_date_owed"),
    )
    return _legs(met.filter(pl.col("applied") > 0))


def _stretches(rows: pl.DataFrame, *, key: str, order: list[str]) -> pl.DataFrame:
    """Lay amounts of a key end to end: each takes the stretch from ``start`` to ``end``."""
    rows = rows.sort(*order, maintain_order=True)
    end = pl.col("size").cum_sum().over(key)
    return rows.with_columns(end=end, start=end - pl.col("size"))


def _legs(met: pl.DataFrame) -> pl.DataFrame:
    base = (pl.col("base_amount") * pl.col("applied") / pl.col("amount")).round(0).cast(pl.Int64).abs()
    met = met.with_columns(base=base)
    shared = {"table": "payments", "entry_type": pl.lit("application"), "amount_rest": pl.lit(0, dtype=pl.Int64)}
    of_invoice = {key: pl.col(f"{key}_owed") for key in KEYS}
    minus = raw(
        met,
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
        **shared,
        amount=pl.col("applied"),
        base_amount=pl.col("base"),
        counterpart=pl.col("item_owed"),
        counterpart_item_id=pl.col("item_id_owed"),
    )
    return pl.concat([minus, plus])
