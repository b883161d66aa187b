"""Rows of documents and of payments to items, complete; rows that cannot be used are rejected with their amounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

from arkit.build.conform import Conformed
from arkit.build.parsing import read_amounts
from arkit.calendar import currencies
from arkit.errors import LedgerError, listed, missing_columns
from arkit.model.findings import combine, find, find_faults, repeats, with_first_fault
from arkit.model.layout import NEEDED_FOR_SHAPE, Layout
from arkit.model.money import at_exchange_rate, minor_per_unit, proportion
from arkit.model.schema import ITEM_COLUMNS, TABLES
from arkit.words.columns import DEFAULT_ENTITY, ITEM_TYPES
from arkit.words.vocabulary import is_made

KEYS: Final = ("entity", "account", "customer_id", "currency", "base_currency")
MONEY: Final = {"amount": "currency", "open_amount": "currency", "base_amount": "base_currency"}
_LONGEST_TERMS: Final = 3650
_DAYS_IN_TERMS: Final = r"(?i)^\s*(?:net|n|due in)?\s*(\d{1,3})\s*(?:d|days?|дн\.?|дней|天|tage?)?\s*(?:net)?\s*$"
_OF_ONE_PAYMENT: Final = ("entity", "currency")
_TAKEN_OVER: Final = (*KEYS, "amount", "base_amount")
_TEXT: Final = pl.lit(None, dtype=pl.String)


@dataclass(frozen=True)
class Items:
    """Every row of a table of documents: ``item`` numbers the usable ones, the others carry the code of their fault."""

    rows: pl.DataFrame
    findings: pl.DataFrame

    @cached_property
    def usable(self) -> pl.DataFrame:
        """The rows that become items."""
        return self.rows.filter(pl.col("fault").is_null())


def as_categories(columns: Sequence[str]) -> pl.Expr:
    """Columns that repeat few values as categories: a quarter of the memory of text, and faster to group by."""
    return pl.col(columns).cast(pl.Categorical)


def make_items(
    conformed: Conformed, *, layout: Layout, terms_days: pl.DataFrame | None, posted: pl.Series | None = None
) -> Items:
    """The items of a conformed table, complete and with their faults.

    ``posted`` are the items whose original entry is a row of the entries table.
    """
    # The type follows from the sign of the amount, the number from
    # the faults, and only rows with a number need a due date.
    rows = _completed(_amount_of_shape(conformed.rows, layout, posted))
    rows, amount_findings = read_amounts(rows, MONEY, table="items", layout=layout)
    rows = _with_base(rows, layout=layout)
    rows, type_findings = _with_type(rows, layout=layout)
    rows = _numbered(_with_faults(rows))
    rows, due_findings = _with_due_date(rows, layout=layout, terms_days=terms_days)
    excluded = find_faults(rows.with_columns(effective_on="document_date"), table="items")
    return Items(rows, combine(conformed.findings, amount_findings, type_findings, due_findings, excluded))


def _amount_of_shape(given: pl.DataFrame, layout: Layout, posted: pl.Series | None) -> pl.DataFrame:
    needed = [name for name in NEEDED_FOR_SHAPE[layout.shape] if name not in given.columns]
    if needed:
        raise missing_columns("items", missing=needed, found=given.columns, source=f"shape {layout.shape!r}")
    if layout.shape != "open_items":
        return given if "amount" in given.columns else _with_posted_amount(given, posted)
    # In a snapshot what is open is the item; the original amount would bring back what has been paid.
    absent = given.drop("amount", "base_amount", strict=False)
    return absent.rename({"open_amount": "amount", "base_open_amount": "base_amount"}, strict=False)


def _with_posted_amount(given: pl.DataFrame, posted: pl.Series | None) -> pl.DataFrame:
    """Items without an amount column: zero where their original entry has the amount, missing elsewhere."""
    if posted is None or not given["item_id"].is_in(posted.implode()).any():
        raise missing_columns(
            "items", missing=["amount"], found=given.columns, source="a ledger without original entries"
        )
    # The entries table brings the original amount; here it would count a second time.
    return given.with_columns(amount=pl.when(pl.col("item_id").is_in(posted.implode())).then(0).cast(pl.Int64))


def _completed(given: pl.DataFrame) -> pl.DataFrame:
    types = TABLES["items"].polars_schema() | dict.fromkeys(TABLES["items"].of_type("category"), pl.String)
    absent = [name for name in (*ITEM_COLUMNS, "recorded_on") if name not in given.columns]
    rows = given.with_columns(pl.lit(None, dtype=types[name]).alias(name) for name in absent)
    rows = rows.with_columns(pl.col("currency", "base_currency").str.to_uppercase()).with_columns(as_categories(KEYS))
    return rows.with_columns(
        document_id=pl.coalesce("document_id", "item_id"),
        base_currency=pl.coalesce("base_currency", "currency"),
        **_known_keys(),
    )


def _known_keys() -> dict[str, pl.Expr]:
    """Entity, account and customer where a row names none."""
    usual = {"entity": DEFAULT_ENTITY, "account": "", "customer_id": ""}
    return {name: pl.col(name).fill_null(value) for name, value in usual.items()}


def _with_base(rows: pl.DataFrame, *, layout: Layout) -> pl.DataFrame:
    """Complete the amount in functional currency: as given, the amount itself, or at the item's own exchange rate."""
    rate = pl.col("exchange_rate") if "exchange_rate" in rows.columns else pl.lit(None, dtype=pl.Float64)
    translated = at_exchange_rate(
        pl.col("amount"),
        rate,
        unit=minor_per_unit(pl.col("currency"), rows["currency"]),
        base_unit=minor_per_unit(pl.col("base_currency"), rows["base_currency"]),
        inverse=layout.rate_means == "units_per_base",
    )
    return rows.with_columns(base_amount=_given_or(rows, translated))


def base_at_rate_of(rows: pl.DataFrame, *, base: str, amount: str) -> pl.Expr:
    """The amount of an entry in functional currency: as given, the amount itself, or at the rate of the item it names.

    ``base`` and ``amount`` are the columns of that item's own amounts. Half of an invoice of 100 USD, booked at 90 EUR,
    is 45 EUR whatever the rate is on the day of payment.
    """
    return _given_or(rows, proportion(pl.col(base), part=pl.col("amount"), whole=pl.col(amount)))


def _given_or(rows: pl.DataFrame, translated: pl.Expr) -> pl.Expr:
    same = (pl.col("currency") == pl.col("base_currency")).fill_null(False)
    # Most ledgers have one currency: nothing to translate row by row.
    is_same = rows.select(same.all()).item()
    derived = pl.col("amount") if is_same else pl.when(same).then(pl.col("amount")).otherwise(translated)
    # What was booked in functional currency stands above any rate.
    return pl.coalesce("base_amount", derived) if "base_amount" in rows.columns else derived


def _with_type(rows: pl.DataFrame, *, layout: Layout) -> tuple[pl.DataFrame, pl.DataFrame]:
    # An account has the receipts among its rows; elsewhere what lowers a debt is rather a document.
    lowering = "receipt" if layout.items.allocate else "credit_note"
    by_sign = pl.when(pl.col("amount") < 0).then(pl.lit(lowering)).otherwise(pl.lit("invoice"))
    stated = pl.col("item_type").replace(layout.items.types) if layout.items.types else pl.col("item_type")
    known = stated.is_in(ITEM_TYPES)
    unknown = rows.filter(~known & pl.col("item_type").is_not_null())
    rows = rows.with_columns(given_type="item_type", item_type=pl.when(known).then(stated).otherwise(by_sign))
    _refuse_unsigned_credits(rows)
    return rows, find("unknown_type", unknown, table="items", value="item_type")


def _refuse_unsigned_credits(rows: pl.DataFrame) -> None:
    credits = rows.filter(pl.col("item_type").is_in(["credit_note", "receipt"]) & (pl.col("amount") != 0))
    if credits.height and (credits["amount"] > 0).all():
        raise LedgerError(
            f"All {credits.height} credit notes and receipts of the items table have positive amounts, so they would "
            f"raise what is owed ({credits['item_id'][0]} is the first). "
            "Export them with a minus sign, or reverse the sign before reading."
        )


def _with_faults(rows: pl.DataFrame) -> pl.DataFrame:
    given_codes = rows["currency"].unique().to_list()
    unknown_currency = ~pl.col("currency").is_in([code for code in given_codes if code in currencies()])
    tests = [
        (pl.col("amount").is_null(), "unreadable_amount", pl.col("unread_amount")),
        (pl.col("item_id").is_null(), "missing_id", None),
        (unknown_currency | pl.col("currency").is_null(), "unknown_currency", pl.col("currency")),
        *day_faults("document_date"),
        *_settlement_faults(rows),
    ]
    found = with_first_fault(rows, tests)
    # Of two rows with one number, the one that can be used counts.
    usable_ids = rows["item_id"].set(found["fault"].is_not_null(), None)
    again = repeats(usable_ids) & pl.lit(usable_ids.is_not_null())
    return with_first_fault(rows, [*tests, (again, "duplicate_item", pl.col("item_id"))])


def _settlement_faults(rows: pl.DataFrame) -> list[tuple[pl.Expr, str, pl.Expr | None]]:
    """The faults of the day of settlement: what was paid on an unknown day is neither open nor gone."""
    faults: list[tuple[pl.Expr, str, pl.Expr | None]] = []
    if "unread_settled_on" in rows.columns:
        unread = pl.col("unread_settled_on")
        faults.append((unread.is_not_null(), "unreadable_settlement", unread))
    if "paid" in rows.columns:
        faults.append((pl.col("paid") & pl.col("settled_on").is_null(), "paid_without_a_day", pl.col("item_id")))
    return faults


def day_faults(name: str) -> list[tuple[pl.Expr, str, pl.Expr | None]]:
    """The faults of the day from which a row counts: it cannot be read, or is not there."""
    absent = pl.col(name).is_null()
    return [
        (absent & pl.col("unread").is_not_null(), "unreadable_date", pl.col("unread")),
        (absent, "missing_date", None),
    ]


def _numbered(rows: pl.DataFrame, *, first: int = 0) -> pl.DataFrame:
    """Rows with ``item``, which numbers the usable ones."""
    usable = pl.col("fault").is_null()
    # Without gaps, in the order of the rows: the number is the row
    # of an item among the usable ones, by which others pick it.
    return rows.with_columns(item=pl.when(usable).then(usable.cum_sum() - 1 + first).cast(pl.Int32))


def _with_due_date(
    rows: pl.DataFrame, *, layout: Layout, terms_days: pl.DataFrame | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    usable = pl.col("fault").is_null()
    early = rows.filter(usable & (pl.col("due_date") < pl.col("document_date")))
    findings = [find("due_before_document", early, table="items", value="due_date")]
    if rows["due_date"].null_count() == 0:
        return rows, combine(*findings)
    rows = _with_days_of_terms(rows, layout, terms_days)
    due_at_once = pl.col("item_type").is_in(["receipt", "credit_note"])
    missing = usable & pl.col("due_date").is_null() & ~due_at_once
    for code, test in (("missing_due_date", pl.col("days").is_not_null()), ("missing_terms", pl.col("days").is_null())):
        findings.append(find(code, rows.filter(missing & test), table="items", value="terms"))
    derived = pl.col("document_date").dt.offset_by(pl.format("{}d", pl.col("days").fill_null(0)))
    derived = pl.when(due_at_once).then(pl.col("document_date")).otherwise(derived)
    return rows.with_columns(due_date=pl.coalesce("due_date", derived)).drop("days"), combine(*findings)


def _with_terms_of_customer(rows: pl.DataFrame, terms_days: pl.DataFrame) -> pl.DataFrame:
    """Rows with ``terms_days``: those of the customer that were valid on the day of the document."""
    if terms_days["valid_from"].null_count() == terms_days.height:
        return rows.join(terms_days.drop("valid_from"), on="customer_id", how="left", maintain_order="left")
    numbered = rows.with_row_index("= place")
    given = numbered.select("= place", "customer_id", "document_date").join(terms_days, on="customer_id")
    valid = given.filter(pl.col("valid_from").is_null() | (pl.col("valid_from") <= pl.col("document_date")))
    # The latest of those that were valid: one for each document, so that none is repeated.
    last = valid.sort("valid_from", nulls_last=False).unique("= place", keep="last").select("= place", "terms_days")
    return numbered.join(last, on="= place", how="left", maintain_order="left").drop("= place")


def _with_days_of_terms(rows: pl.DataFrame, layout: Layout, terms_days: pl.DataFrame | None) -> pl.DataFrame:
    """Rows with ``days``: the terms as the layout translates them, as their text says, or those of the customer."""
    by_layout = pl.col("terms").replace_strict(layout.terms, default=None, return_dtype=pl.Int64)
    # The terms of the document stand above those of its customer.
    days = [by_layout, pl.col("terms").str.extract(_DAYS_IN_TERMS).cast(pl.Int64, strict=False)]
    if terms_days is not None:
        rows = _with_terms_of_customer(rows, terms_days)
        days.append(pl.col("terms_days").cast(pl.Int64, strict=False))
    rows = rows.with_columns(days=pl.coalesce(days)).drop("terms_days", strict=False)
    # Longer terms are a typing error, such as a document number in the column of the terms.
    return rows.with_columns(pl.when(pl.col("days").abs() <= _LONGEST_TERMS).then("days"))


def make_receipts(conformed: Conformed, items: Items, *, layout: Layout) -> Items:
    """Payments as items of the type receipt; ``names`` is the item or document that each one pays.

    A payment that names nothing, or nothing known, stays on account of its customer.
    """
    # The document first: a payment that names no currency has that of its document, which decides on the decimals.
    rows = _with_target(_completed_payments(conformed.rows, items.usable), items.usable)
    rows, findings = read_amounts(rows, MONEY, table="payments", layout=layout)
    rows, not_made = _made(rows, layout)
    rows = rows.with_columns(
        -pl.col("amount"),
        -pl.col("amount_rest"),
        base_amount=-base_at_rate_of(rows, base="base_amount_item", amount="amount_item"),
    )
    # Counted on after the documents: the number is the row in the table of both.
    rows = _numbered(_with_faults_of_payments(rows), first=items.usable.height)
    astray = rows.filter(pl.col("paid").is_not_null() & pl.col("names").is_null() & pl.col("fault").is_null())
    on_account = find("payment_on_account", astray, table="payments", value="paid")
    faults = find_faults(rows, table="payments")
    return Items(rows, combine(conformed.findings, findings, not_made, on_account, faults))


def _made(rows: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The payments that were made, by their status; one that failed or came back settles nothing.

    Raises
    ------
    LedgerError
        A word of which it is not known whether the payment was made.
    """
    if "status" not in rows.columns or rows["status"].null_count() == rows.height:
        return rows, combine()
    stated = layout.payments.statuses if layout.payments else {}
    words = rows["status"].fill_null("").unique(maintain_order=True).to_list()
    made = {word: is_made(stated.get(word, word)) for word in words}
    if unknown := [word or "blank" for word, known in made.items() if known is None]:
        count = rows["status"].fill_null("blank").is_in(unknown).sum()
        raise LedgerError(
            f"{count} payments have a status of which it is not known whether they were made: {listed(unknown)}. "
            'Say it: hints={"statuses": {"' + unknown[0] + '": "paid"}}, or "failed"; in a layout statuses of payments.'
        )
    is_kept = rows["status"].fill_null("").is_in([word for word, kept in made.items() if kept])
    return rows.filter(is_kept), find("payment_not_made", rows.filter(~is_kept), table="payments", value="status")


def _completed_payments(given: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Complete the columns and the numbers of payments: a number that an item has too is made another."""
    names = ("payment_id", "item_id", *_OF_ONE_PAYMENT, "account", "customer_id")
    absent = {name: _TEXT for name in names if name not in given.columns}
    rows = given.with_columns(**absent).with_columns(as_categories(names[2:]))
    if "recorded_on" not in rows.columns:
        rows = rows.with_columns(recorded_on=pl.lit(None, dtype=pl.Date))
    number = pl.coalesce("payment_id", pl.col("source_row").cast(pl.String))
    # With the number of a document it would be taken for the document again, and be rejected.
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
    # Two entities may number alike: what a payment says of itself decides which document it means. The one that fits
    # comes first, so keeping the first keeps it; a payment without one keeps no target at all.
    same = [pl.col(key).is_null() | (pl.col(key) == pl.col(f"{key}_item")) for key in _OF_ONE_PAYMENT]
    rows = rows.with_columns(fits=pl.all_horizontal(same).fill_null(False)).sort("fits", descending=True)
    rows = rows.unique("number", keep="first", maintain_order=True).sort("number")
    taken_over = ("names", "by", *(f"{name}_item" for name in _TAKEN_OVER))
    rows = rows.with_columns(pl.when("fits").then(pl.col(name)).alias(name) for name in taken_over)
    own = {key: pl.coalesce(key, f"{key}_item") for key in KEYS if key in rows.columns}
    own |= {key: pl.coalesce(own[key], pl.lit(_only(items[key]), dtype=pl.Categorical)) for key in _OF_ONE_PAYMENT}
    return rows.with_columns(**own, base_currency=pl.coalesce("base_currency_item", own["currency"])).with_columns(
        **_known_keys(),
        document_date=pl.col("effective_on"),
        due_date=pl.col("effective_on"),
        item_type=pl.lit("receipt"),
    )


def _targets(items: pl.DataFrame) -> pl.DataFrame:
    """What a payment can name: each item, and each document that is not called like an item."""
    taken_over = {f"{name}_item": name for name in _TAKEN_OVER}
    by_item = items.select(paid="item_id", names="item_id", by=pl.lit("item"), **taken_over)
    by_document = items.select(paid="document_id", names="document_id", by=pl.lit("document"), **taken_over)
    # What is called like an item means the item. Of a document with
    # instalments one row is enough: each would repeat the payment.
    documents = by_document.join(by_item, on="paid", how="anti", maintain_order="left")
    of_one = [f"{key}_item" for key in _OF_ONE_PAYMENT]
    return pl.concat([by_item, documents.unique(["paid", *of_one], keep="first", maintain_order=True)])


def _only(values: pl.Series) -> str | None:
    found = values.unique()
    return str(found[0]) if len(found) == 1 else None


def _with_faults_of_payments(rows: pl.DataFrame) -> pl.DataFrame:
    return with_first_fault(
        rows,
        [
            (pl.col("amount").is_null(), "unreadable_amount", pl.col("unread_amount")),
            (pl.col("currency").is_null() | (pl.col("customer_id") == ""), "payment_to_no_item", pl.col("paid")),
            *day_faults("effective_on"),
            (repeats(rows["item_id"]), "duplicate_item", pl.col("item_id")),
        ],
    )
