"""The tables of the sample as people know them: items, applications, entries, marks, general ledger and sales.

Marks are disputes, promises, payment plans and stops of supply. General ledger and sales are what the items are
compared with. Last the planted faults: a few rows as they come out of real systems, so that every check has something
to find.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import numpy as np
import polars as pl

from arkit.calendar import decimals
from arkit.sample import world
from arkit.sample.billing import CANCELLED, OVERPAID
from arkit.sample.company import Books

MONEY_DECIMALS: Final = 3  # the most that a currency of the sample has
MONEY: Final = pl.Decimal(18, MONEY_DECIMALS)
ACCOUNTS: Final = (world.RECEIVABLES_ACCOUNT, world.ADVANCES_ACCOUNT)
STEP: Final = pl.Series([10 ** (MONEY_DECIMALS - decimals(code)) for code in world.CURRENCIES])
GL_KEYS = ["entity", "account", "currency"]
COLUMNS: Final = ("item_id", "customer_id", "kind", "from", "to", "recorded_on", "amount", "promised_on", "note")
DAYS: Final = ("from", "to", "recorded_on", "promised_on")
KEPT_PER_HUNDRED: Final = 55
PROMISE_PER_HUNDRED: Final = 60
LATE_DAYS: Final = 15  # who is later than that may be asked for a promise


def in_units(amount: pl.Expr, currency: pl.Series) -> pl.Expr:
    """Minor units as exact decimal amounts in currency units."""
    # Whole numbers become decimals by an exact division; floats in between would not be exact.
    thousandths = (amount * STEP.gather(currency)).cast(pl.Decimal(38, MONEY_DECIMALS))
    return (thousandths / 10**MONEY_DECIMALS).cast(MONEY)


def as_date(day: str) -> pl.Expr:
    """A column of day numbers as dates."""
    return pl.col(day).cast(pl.Int32).cast(pl.Date)


def items_table(rows: pl.DataFrame, clients: pl.DataFrame, entities: tuple[world.Entity, ...]) -> pl.DataFrame:
    """Items.csv from the item rows."""
    rows = _with_other_items(rows)
    codes, bases = pl.Series([entity.code for entity in entities]), pl.Series(world.CURRENCIES)
    who = clients.select(pl.col("customer_id", "salesperson", "contract").gather(rows["client"]))
    billed = pl.col("kind").is_in(["invoice", "debit_note"])
    return rows.select(
        "item_id",
        "document_id",
        entity=codes.gather(rows["entity"]),
        account=pl.Series(ACCOUNTS).gather(rows["account"]),
        customer_id=who["customer_id"],
        item_type="kind",
        document_date=as_date("day"),
        recorded_on=as_date("recorded"),
        due_date=as_date("due"),
        original_due_date=as_date("original_due"),
        replaces="replaced_id",
        currency=bases.gather(rows["currency"]),
        amount=in_units(pl.col("amount"), rows["currency"]),
        base_currency=bases.gather(rows["base"]),
        base_amount=in_units(pl.col("base_amount"), rows["base"]),
        terms="terms",
        discount_date=as_date("discount_date"),
        discount_rate=pl.col("discount_rate").cast(pl.Decimal(4, 2)),
        reference=pl.coalesce("reference", "credited_id"),
        salesperson=pl.when(billed).then(who["salesperson"]),
        contract=pl.when(billed).then(who["contract"]),
    )


def _with_other_items(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the id of the item that a row continues, and the number of the invoice that a credit note names."""
    ids = rows.select("line", "item_id", "document_id").filter(pl.col("line").is_not_null())
    old = ids.select(replaces="line", replaced_id="item_id")
    credited = ids.select(of_line="line", credited_id="document_id")
    rows = rows.join(old, on="replaces", how="left", maintain_order="left")
    return rows.join(credited, on="of_line", how="left", maintain_order="left")


def _ids(rows: pl.DataFrame, key: str, name: str) -> pl.DataFrame:
    """The item ids of one kind of rows by their working number."""
    return rows.filter(pl.col(key).is_not_null()).select(key, pl.col("item_id").alias(name))


def applications_table(books: Books, rows: pl.DataFrame) -> pl.DataFrame:
    """Applications.csv: what of each receipt, advance and credit note was set against which invoice."""
    credits = books.used_credits.with_columns(recorded="applied_recorded", paid="credit", base_paid="base_credit")
    counterparts = ((books.parts, "receipt"), (credits, "credit_number"))
    columns = ["line", "entity", "currency", "base", "applied", "recorded", "paid", "base_paid", "counterpart_item_id"]
    named = [
        applied.join(_ids(rows, key, "counterpart_item_id"), on=key, how="left", maintain_order="left").select(columns)
        for applied, key in counterparts
    ]
    together = pl.concat(named).sort("applied", "entity", "line", maintain_order=True)
    together = together.join(_ids(rows, "line", "item_id"), on="line", how="left", maintain_order="left")
    return together.select(
        "item_id",
        "counterpart_item_id",
        effective_on=as_date("applied"),
        recorded_on=as_date("recorded"),
        amount=in_units(pl.col("paid"), together["currency"]),
        base_amount=in_units(pl.col("base_paid"), together["base"]),
    )


def entries_table(books: Books, rows: pl.DataFrame) -> pl.DataFrame:
    """Entries.csv: discounts, write-offs, exchange differences, transfers and corrections."""
    moved = books.movements.join(_ids(rows, "line", "item_id"), on="line", how="left", maintain_order="left")
    moved = moved.join(_ids(rows, "receipt", "receipt_id"), on="receipt", how="left", maintain_order="left")
    other = _ids(rows, "line", "other_id").rename({"line": "other_line"})
    moved = moved.join(other, on="other_line", how="left", maintain_order="left")
    keys = rows.filter(pl.col("line").is_not_null()).select("line", "currency", "base")
    moved = moved.join(keys, on="line", how="left", maintain_order="left")
    return moved.select(
        "item_id",
        pl.col("entry_type").cast(pl.String),
        effective_on=as_date("effective"),
        recorded_on=as_date("recorded"),
        amount=in_units(pl.col("amount"), moved["currency"]),
        base_amount=in_units(pl.col("base_amount"), moved["base"]),
        counterpart_item_id=pl.coalesce("receipt_id", "other_id"),
    )


def marks_table(books: Books, rows: pl.DataFrame, clients: pl.DataFrame, *, seed: int) -> pl.DataFrame:
    """Marks.csv, as known when the books were closed: what ends later has no end yet."""
    ids = rows.filter(pl.col("line").is_not_null()).select("line", "item_id")
    lines = books.lines.join(ids, on="line", how="left", maintain_order="left")
    kinds = (_disputes(lines), _promises(lines, world.Draws(seed, "promises")), _plans(lines), _holds(clients))
    marks = pl.concat([_marks(kind) for kind in kinds]).filter(pl.col("from") <= books.window.close)
    # A promise names its day beforehand; that a dispute ends is known only when it does.
    open_end = pl.when(pl.col("to") <= books.window.close).then("to")
    marks = marks.with_columns(to=pl.when(pl.col("kind") == "promise").then("to").otherwise(open_end))
    marks = marks.sort("from", "kind", "item_id", "customer_id", nulls_last=True)
    return marks.select(as_date(name) if name in DAYS else pl.col(name) for name in COLUMNS)


def _marks(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame with the columns of the marks; those it lacks are empty."""
    types = dict.fromkeys(DAYS, pl.Int64()) | {"amount": MONEY}
    frame = frame.with_columns(recorded_on=pl.col("from"))
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(types.get(name, pl.String())).alias(name)
        for name in COLUMNS
    )


def _disputes(lines: pl.DataFrame) -> pl.DataFrame:
    """The disputes: raised around the due date, over when the invoice is paid."""
    disputed = lines.filter(pl.col("fate") == "disputed")
    begun = world.off_weekend(pl.max_horizontal(pl.col("due") - 10 + pl.col("luck") % 15, pl.col("recorded")))
    return disputed.with_columns(
        begun.alias("from"),
        kind=pl.lit("dispute"),
        to=pl.max_horizontal(pl.col("pay_day") - 3, begun + 1),
        amount=in_units(pl.col("amount"), disputed["currency"]),
        note=pl.Series(world.WORLD.dispute_reasons).gather(disputed["luck"] % len(world.WORLD.dispute_reasons)),
    )


def _promises(lines: pl.DataFrame, draws: world.Draws) -> pl.DataFrame:
    """Promises of customers who are late: kept ones name the day of payment, broken ones an earlier day."""
    # Drawn for all lines, so that who is late does not move the chance of the others.
    asked = pl.Series(draws.below(lines.height, 100)) < PROMISE_PER_HUNDRED
    kept = pl.Series(draws.below(lines.height, 100)) < KEPT_PER_HUNDRED
    late = (pl.col("pay_day") > pl.col("due") + LATE_DAYS) & ~pl.col("fate").is_in(["disputed", "cancelled"])
    promised = lines.with_columns(kept=kept).filter(asked & late)
    asked_on = world.off_weekend(pl.max_horizontal(pl.col("due") + 8 + pl.col("luck") % 7, pl.col("recorded")))
    named = pl.when(pl.col("kept") & (pl.col("pay_day") < pl.col("due") + 150)).then("pay_day")
    return promised.with_columns(asked_on.alias("from")).with_columns(
        kind=pl.lit("promise"),
        promised_on=named.otherwise(world.off_weekend(pl.col("from") + 7)),
        to=named.otherwise(world.off_weekend(pl.col("from") + 7)),
        amount=in_units(pl.col("amount"), promised["currency"]),
    )


def _plans(lines: pl.DataFrame) -> pl.DataFrame:
    """The agreements by which old items were replaced by new ones."""
    new = lines.filter(pl.col("replaces").is_not_null())
    return new.select(
        "item_id",
        pl.col("day").alias("from"),
        to="due",
        kind=pl.lit("plan"),
        amount=in_units(pl.col("amount"), new["currency"]),
    )


def _holds(clients: pl.DataFrame) -> pl.DataFrame:
    """The stops of supply to customers who stopped paying."""
    stopped = clients.filter(pl.col("behaviour") == "stops paying")
    return stopped.select(
        "customer_id", pl.col("active_to").alias("from"), kind=pl.lit("hold"), note=pl.lit(world.WORLD.hold_reason)
    )


def gl_table(books: Books, rows: pl.DataFrame, entities: tuple[world.Entity, ...]) -> pl.DataFrame:
    """Gl.csv: per entity, account and currency, the entries effective and recorded by each month-end.

    An entry that counts in October and was recorded in November is in the items of 31 October and not in this
    balance: it is the late-recorded part of the difference that a reconciliation explains.
    """
    ends = books.window.month_ends
    legs = _legs(books, rows)
    # What is seen on a month-end is in its balance: an equal day is found at its own place.
    seen = pl.Series("end", np.searchsorted(ends, legs["seen"].to_numpy(), side="left"))
    in_time = legs.with_columns(seen).filter(pl.col("end") < len(ends))
    moved = in_time.group_by(*GL_KEYS, "end").agg(pl.col("amount").sum())
    # An account has a balance at each month-end, in months in which nothing moved too.
    grid = moved.select(GL_KEYS).unique().join(pl.DataFrame({"end": np.arange(len(ends))}), how="cross")
    grid = grid.join(moved, on=[*GL_KEYS, "end"], how="left").sort(*GL_KEYS, "end")
    balance = pl.col("amount").fill_null(0).cum_sum().over(GL_KEYS)
    # An account begins with what first moves it, and has no balance to state before.
    begun = pl.col("amount").is_not_null().cum_sum().over(GL_KEYS) > 0
    grid = grid.with_columns(balance=balance, begun=begun, day=pl.Series(ends).gather(grid["end"])).filter("begun")
    return grid.select(
        entity=pl.Series([entity.code for entity in entities]).gather(grid["entity"]),
        account=pl.Series(ACCOUNTS).gather(grid["account"]),
        date=as_date("day"),
        currency=pl.Series(world.CURRENCIES).gather(grid["currency"]),
        balance=in_units(pl.col("balance"), grid["currency"]),
    )


def _legs(books: Books, rows: pl.DataFrame) -> pl.DataFrame:
    """The amounts on each account, with the first day on which each is in the general ledger.

    Applications are left out where both legs are on one account, which is all of them but those of advances.
    """
    columns = [*GL_KEYS, "amount", "seen"]
    receivables, advances = pl.lit(0, dtype=pl.Int64), pl.lit(1, dtype=pl.Int64)
    seen = pl.max_horizontal("effective", "recorded")
    used = books.used_credits.filter(pl.col("kind") == "receipt")
    used = used.with_columns(amount="credit", seen=pl.max_horizontal("applied", "applied_recorded"))
    of_line = books.lines.select("line", "entity", "currency")
    movements = books.movements.join(of_line, on="line", how="left", maintain_order="left")
    legs = [
        rows.with_columns(seen=pl.max_horizontal("day", "recorded")),
        used.with_columns(account=receivables, amount=-pl.col("amount")),
        used.with_columns(account=advances),
        movements.with_columns(account=receivables, seen=seen),
    ]
    return pl.concat([leg.select(columns) for leg in legs])


def sales_table(
    books: Books, rows: pl.DataFrame, clients: pl.DataFrame, entities: tuple[world.Entity, ...]
) -> pl.DataFrame:
    """Sales.csv: invoices and debit notes less credit notes, without tax, per customer and month."""
    sold = rows.filter(pl.col("net") != 0)
    month = world.month_index(sold["day"].to_numpy(), start=books.window.start)
    ends = np.append(books.window.month_ends, books.window.close)
    keys = ["day", "entity", "client", "currency"]
    sold = sold.with_columns(day=pl.Series(ends[month])).group_by(keys).agg(pl.col("net").sum()).sort(keys)
    return sold.select(
        entity=pl.Series([entity.code for entity in entities]).gather(sold["entity"]),
        customer_id=clients["customer_id"].gather(sold["client"]),
        date=as_date("day"),
        currency=pl.Series(world.CURRENCIES).gather(sold["currency"]),
        amount=in_units(pl.col("net"), sold["currency"]),
    )


UNKNOWN_CUSTOMER: Final = "000099"
UNKNOWN_ITEM: Final = "ESI-404"
TOO_FINE: Final = "0.004"  # added to an amount in euro: less than half a cent, so rounding gives the true amount
SMALLEST: Final = 24  # faults are planted among so many of the smallest candidates
STRAY: Final = "payment_to_no_item"
NO_FAULTS: Final = pl.DataFrame(schema={"fault": pl.String, "item_id": pl.String})
NEW_DAYS: Final = 30  # so young an invoice is seldom paid yet


def planted_in_books(books: Books, rows: pl.DataFrame) -> pl.DataFrame:
    """The faults that come from the company's history.

    These are the overpaid invoice, the cancelled pairs, and the receipt with cash on account that will be said to pay
    an invoice that does not exist.
    """
    ids = rows.select("line", "credit_number", "receipt", "item_id")
    over = books.lines.filter(pl.col("fate") == OVERPAID).select("line").join(ids, on="line")
    pairs = books.credits.filter(pl.col("fate") == CANCELLED).select("credit_number").join(ids, on="credit_number")
    on_account = books.receipts.filter((pl.col("too_much") > 0) & (pl.col("currency") == pl.col("base")))
    stray = on_account.sort("entity", "too_much", "receipt").head(1).select("receipt").join(ids, on="receipt")
    found = {"over_applied": over, "cancelled_pair": pairs, STRAY: stray}
    return pl.concat([_listed(fault, table["item_id"]) for fault, table in found.items()])


def with_faults(sample: world.Sample, *, seed: int) -> world.Sample:
    """The sample with faulty rows, each kind on other items, and the list of what was planted.

    The general ledger and the sales stay as they were: they are the truth that the faulty rows are compared with.
    """
    untouched, smallest, settled = _candidates(sample, world.Draws(seed, "faults"))
    changes = {
        "duplicate_item": smallest,
        "due_before_document": settled[:2],
        "missing_due_date": settled[2:5],
        "unknown_customer": untouched[:1],
        "too_many_decimals": untouched[1:2],
    }
    planted = [_listed(fault, ids) for fault, ids in changes.items()]
    return replace(
        sample,
        items=_changed(sample.items, {fault: ids.implode() for fault, ids in changes.items()}),
        applications=_with_stray_application(sample),
        faults=pl.concat([sample.faults, *planted]).sort("fault", "item_id"),
    )


def _listed(fault: str, ids: pl.Series) -> pl.DataFrame:
    return ids.to_frame("item_id").select(fault=pl.lit(fault), item_id="item_id")


def _candidates(sample: world.Sample, draws: world.Draws) -> tuple[pl.Series, pl.Series, pl.Series]:
    """New invoices that nothing happened to yet, the smallest settled one, and other settled ones, shuffled."""
    small = _small_plain_invoices(sample)
    ids = small["item_id"].implode()
    tables = (sample.applications, sample.entries)
    happened = pl.concat([table.filter(pl.col("item_id").is_in(ids))["item_id"] for table in tables])
    moved = small.with_columns(moved=pl.col("item_id").is_in(happened.implode()))
    smallest = moved.filter(~pl.col("new") & pl.col("moved"))["item_id"].head(1)
    shuffled = moved.filter(~pl.col("item_id").is_in(smallest.implode()))[draws.order(moved.height - smallest.len())]
    untouched = shuffled.filter(pl.col("new") & ~pl.col("moved"))
    settled = shuffled.filter(~pl.col("new") & pl.col("moved"))
    return untouched["item_id"], smallest, settled["item_id"]


def _small_plain_invoices(sample: world.Sample) -> pl.DataFrame:
    """The smallest new and the smallest older invoices of the first entity, in its own currency."""
    plain = (pl.col("item_type") == "invoice") & (pl.col("item_id") == pl.col("document_id"))
    plain &= pl.col("terms").str.starts_with("N") & pl.col("original_due_date").is_null()
    plain &= (pl.col("entity") == world.WORLD.entities[0].code) & (pl.col("currency") == pl.col("base_currency"))
    plain &= pl.col("recorded_on") == pl.col("document_date")
    plain &= ~pl.col("item_id").is_in(sample.faults["item_id"].implode())
    new = pl.col("document_date") > pl.col("document_date").max() - timedelta(days=NEW_DAYS)
    by_size = sample.items.with_columns(new=new).filter(plain).sort("amount", "item_id")
    return by_size.filter(pl.int_range(pl.len()).over("new") < SMALLEST)


def _changed(items: pl.DataFrame, chosen: dict[str, pl.Series]) -> pl.DataFrame:
    """The items with the faulty values in the chosen rows, and the duplicate at the end."""

    def hit(fault: str) -> pl.Expr:
        return pl.col("item_id").is_in(chosen[fault])

    early = pl.col("document_date").dt.offset_by("-3d")
    due = pl.when(hit("missing_due_date")).then(None).when(hit("due_before_document")).then(early).otherwise("due_date")
    finer = (pl.col("amount") + pl.lit(TOO_FINE).cast(MONEY)).cast(MONEY)
    changed = items.with_columns(
        due_date=due,
        customer_id=pl.when(hit("unknown_customer")).then(pl.lit(UNKNOWN_CUSTOMER)).otherwise("customer_id"),
        amount=pl.when(hit("too_many_decimals")).then(finer).otherwise("amount"),
    )
    return pl.concat([changed, changed.filter(hit("duplicate_item"))])


def _with_stray_application(sample: world.Sample) -> pl.DataFrame:
    """The applications and one more, of what a receipt has on account, to an item that does not exist."""
    receipt = sample.items.join(sample.faults.filter(fault=STRAY), on="item_id", how="semi")
    applied = sample.applications.filter(pl.col("counterpart_item_id").is_in(receipt["item_id"].implode()))
    left = -pl.col("amount") - applied["amount"].sum()
    stray = receipt.select(
        item_id=pl.lit(UNKNOWN_ITEM),
        counterpart_item_id="item_id",
        effective_on="document_date",
        recorded_on="recorded_on",
        amount=left,
        base_amount=left,
    )
    return pl.concat([sample.applications, stray.cast(sample.applications.schema)])
