"""Tables to a ledger: conformed, made into items and entries, checked as a whole.

What can be used becomes items and entries, the rest findings; the control totals cover both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import msgspec
import polars as pl

from arkit.build.allocation import allocations
from arkit.build.conform import Conformed, conform
from arkit.build.customers import customers_of
from arkit.build.entries import cancelled_pairs, originals, other_entries, settlements, undated_payments
from arkit.build.items import Items, as_categories, day_faults, make_items, make_receipts
from arkit.build.parsing import read_amounts
from arkit.build.payments import pay_documents
from arkit.errors import LedgerError, UnknownDayError, listed
from arkit.model.findings import combine, find, find_faults, message_of, with_first_fault
from arkit.model.layout import Layout
from arkit.model.ledger import Frames, Ledger
from arkit.model.money import check_sums
from arkit.model.schema import ITEM_COLUMNS, TABLES
from arkit.words.columns import DEFAULT_ENTITY, ENTRY_TYPES

CONTROL_KEYS: Final = ("entity", "account", "currency", "effective_on", "recorded_on")


@dataclass(frozen=True)
class Entries:
    """The usable entries, the control totals over all raw rows, and what was found."""

    rows: pl.DataFrame
    control: pl.DataFrame
    findings: pl.DataFrame


def make_entries(raw: pl.DataFrame, items: Items) -> Entries:
    """The usable entries of a ledger; every raw row with an amount counts in the control totals."""
    raw = _with_known_entity(raw, items)
    raw, moved = _not_before_its_items(raw, items.usable)
    raw = _with_fault(raw)
    good = raw.filter(pl.col("fault").is_null() & pl.col("item").is_not_null())
    of_document = (pl.col("table") == "items") | (pl.col("entry_type") == "original")
    # The faults of documents are found with the documents.
    astray = raw.filter(pl.col("fault").is_not_null() & ~(of_document & (pl.col("table") != "entries")))
    findings = [find_faults(rows, table=str(table)) for (table,), rows in astray.group_by("table")]
    # In functional currency it counts as nothing, and is named: its own amount is known and must not be lost with it.
    no_base = find("missing_base_amount", good.filter(pl.col("base_amount").is_null()), table="items", value="item_id")
    good = good.with_columns(pl.col("base_amount").fill_null(0))
    rows = good.select(
        *("item", "item_id", pl.col("entry_type").cast(pl.Categorical), "effective_on", "recorded_on"),
        *("amount", "base_amount", "counterpart_item_id"),
    )
    # Of the raw rows, with those that were rejected: totals of what was used would always agree.
    return Entries(rows, control_totals(raw), combine(moved, no_base, *findings))


def control_totals(raw: pl.DataFrame) -> pl.DataFrame:
    """The sums of the raw amounts by entity, account, currency and day, rejected rows included."""
    sums = raw.lazy().group_by(CONTROL_KEYS).agg(pl.col("amount").sum(), pl.col("amount_rest").sum()).sort(CONTROL_KEYS)
    return sums.with_columns(pl.col(pl.Categorical).cast(pl.String)).collect()


def with_totals_beyond(control: pl.DataFrame, beyond: pl.DataFrame) -> pl.DataFrame:
    """Control totals with what the totals of the file state beyond its items; a row without a day counts on each.

    It goes to the entity and account of the file where there is only one.
    """
    # A value that all rows share is that of the file; where there are several, it is not known which one is meant.
    only = {name: control[name].unique() for name in ("entity", "account", "currency")}
    keys = {name: pl.lit(values[0] if len(values) == 1 else None) for name, values in only.items()}
    currency = pl.coalesce("currency", keys.pop("currency"))
    rows = beyond.select(currency=currency, amount="amount", **keys, amount_rest=pl.lit(0))
    absent = [pl.lit(None).alias(name) for name in control.columns if name not in rows.columns]
    return pl.concat([control, rows.with_columns(absent).select(control.columns).cast(control.schema)])


def _with_known_entity(raw: pl.DataFrame, items: Items) -> pl.DataFrame:
    entities = items.rows["entity"].unique()
    # Totals are kept by entity and account, and no row may fall out of them for naming none.
    missing = {"entity": entities[0] if len(entities) == 1 else "(unknown)", "account": ""}
    return raw.with_columns(pl.col(name).fill_null(missing[name]) for name in missing if raw[name].has_nulls())


def _not_before_its_items(raw: pl.DataFrame, items: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Applications count from the day on which both of their items exist."""
    if not (raw["entry_type"] == "application").any():
        return raw, combine()
    born = items["document_date"]  # In the order of the items' numbers.
    of_both = pl.DataFrame({"own": born.gather(raw["item"]), "other": born.gather(raw["counterpart"])})
    raw = raw.with_columns(of_both.select(first=pl.max_horizontal("own", "other")))
    # Before both exist, a payment would be a negative balance of an invoice that nobody has yet written.
    early = raw.select((pl.col("entry_type") == "application") & (pl.col("effective_on") < pl.col("first"))).to_series()
    moved = find("before_its_items", raw.filter(early), table="applications", value="effective_on")
    return raw.with_columns(effective_on=pl.when(early).then("first").otherwise("effective_on")).drop("first"), moved


def _with_fault(raw: pl.DataFrame) -> pl.DataFrame:
    lost_counterpart = pl.col("counterpart_item_id").is_not_null() & pl.col("counterpart").is_null()
    no_counterpart = (pl.col("entry_type") == "application") & lost_counterpart
    half = (pl.col("table") == "applications") & pl.col("counterpart_item_id").is_null()
    return with_first_fault(
        raw,
        [
            (pl.col("amount").is_null(), "unreadable_amount", pl.col("unread_amount")),
            (pl.col("item_id").is_null() | half, "missing_id", None),
            (pl.col("item").is_null(), "payment_to_no_item", pl.col("item_id")),
            (no_counterpart, "payment_to_no_item", pl.col("counterpart_item_id")),
            *day_faults("effective_on"),
            (pl.col("misfit").is_not_null(), "two_currencies", pl.col("misfit")),
            (~pl.col("entry_type").is_in(ENTRY_TYPES).fill_null(False), "unknown_entry_type", pl.col("entry_type")),
        ],
    )


def covered_days(entries: pl.DataFrame, *, first: date | None, last: date | None) -> tuple[date, date]:
    """The period covered: as stated, or from the first entry to the last day that any entry names."""
    found = entries.select(
        first=pl.col("effective_on").min(),
        last=pl.max_horizontal(pl.col("effective_on").max(), pl.col("recorded_on").max()),
    ).row(0)
    # A row recorded after the last entry says that the books were kept, and quiet, until then.
    covers = first or found[0], last or found[1]
    if covers[0] > covers[1]:
        raise LedgerError(
            f"A ledger cannot cover the days from {covers[0]} to {covers[1]}. Give the earlier one first."
        )
    return covers


def build(
    cells: Mapping[str, pl.DataFrame],
    *,
    layout: Layout,
    snapshot_on: date | None = None,
    sources: Mapping[str, str] = {},
    found: pl.DataFrame | None = None,
    beyond: pl.DataFrame | None = None,
) -> Ledger:
    """The checked ledger of tables whose cells are still as in their source.

    ``found`` are earlier findings: rows that are not items, totals that differ. ``beyond`` is what the totals of the
    file state beyond its items, by currency: the control total has it, so the ledger does not reconcile.
    """
    if layout.last_day is None:
        layout = msgspec.structs.replace(layout, snapshot_on=snapshot_on)
    if "items" not in cells:
        raise LedgerError(f"A ledger needs an items table; given: {listed(cells)}.")
    tables = {
        name: conform(rows, table=name, layout=layout.of_table(name), source=sources.get(name, ""))
        for name, rows in cells.items()
    }
    if tables["items"].rows.is_empty():
        raise LedgerError(f"{sources.get('items', 'The items table')} has a header but no rows. Export it again.")
    items = make_items(
        tables["items"], layout=layout.of_table("items"), terms_days=_terms_days(tables), posted=_posted(tables, layout)
    )
    if items.usable.is_empty():
        raise _nothing_usable(items, sources.get("items", "the items table"))
    day = _snapshot_day(layout, snapshot_on)
    documents, raw, findings = _postings(tables, items, layout=layout, day=day)
    entries = make_entries(raw, documents)
    # The raw ones: the control totals add up what was rejected too.
    for amounts in (raw["amount"], raw["base_amount"]):
        check_sums(amounts, table="entries")
    if beyond is not None and beyond.height:
        entries = replace(entries, control=with_totals_beyond(entries.control, beyond))
    findings = combine(findings, *([] if found is None else [found]))
    covers = (day, day) if day else covered_days(entries.rows, first=layout.covers_from, last=layout.last_day)
    return _ledger(tables, documents, entries, covers=covers, findings=findings, layout=layout)


def _nothing_usable(items: Items, source: str) -> LedgerError:
    code, count = items.rows["fault"].value_counts(sort=True).row(0)
    found = items.rows.filter(pl.col("fault") == code)["fault_value"].drop_nulls().head(1).to_list()
    return LedgerError(
        f"No row of {source} can be used. In {count} of {items.rows.height} rows: {message_of(code)} "
        f"Found, for example: {listed(found)}. Check date_order, decimal_mark and the columns in the layout."
    )


def _snapshot_day(layout: Layout, snapshot_on: date | None) -> date | None:
    if layout.shape != "open_items":
        return None
    day = layout.snapshot_on or snapshot_on
    if day is None:
        raise UnknownDayError(
            f"The layout {layout.name!r} reads a snapshot of open items; of which day? "
            "Give snapshot_on in the layout or in the call."
        )
    return day


def _posted(tables: Mapping[str, Conformed], layout: Layout) -> pl.Series | None:
    """The items whose original entry is a row of the entries table."""
    if "entries" not in tables:
        return None
    known = layout.entries.types if layout.entries else {}
    rows = tables["entries"].rows
    return rows.filter(pl.col("entry_type").replace(known) == "original")["item_id"].unique()


def _terms_days(tables: Mapping[str, Conformed]) -> pl.DataFrame | None:
    customers = tables.get("customers")
    if customers is None or "terms_days" not in customers.rows.columns:
        return None
    dated = customers.rows.columns
    valid_from = pl.col("valid_from") if "valid_from" in dated else pl.lit(None, dtype=pl.Date)
    terms = customers.rows.select(as_categories(["customer_id"]), "terms_days", valid_from=valid_from)
    terms = terms.unique(["customer_id", "valid_from"], keep="first", maintain_order=True).sort("valid_from")
    # What held before the first terms that are known is not known; they are the best there is.
    return terms.with_columns(
        valid_from=pl.when(pl.col("customer_id").is_first_distinct()).then(None).otherwise("valid_from")
    )


def _postings(
    tables: Mapping[str, Conformed], items: Items, *, layout: Layout, day: date | None
) -> tuple[Items, pl.DataFrame, pl.DataFrame]:
    """All documents, their raw entries, and the findings."""
    raw = [originals(items.rows)]
    documents, findings = items, []
    if layout.shape == "open_items":
        late = items.usable.filter(pl.col("document_date") > day)
        findings.append(find("dated_after_snapshot", late, table="items", value="document_date"))
        # The snapshot shows it as open on its day, so there it counts, whatever its document says.
        raw = [raw[0].with_columns(pl.min_horizontal("effective_on", pl.lit(day)))]
    if layout.shape == "settled":
        raw += _settlements(items, layout, findings)
    if "payments" in tables:
        receipts = make_receipts(tables["payments"], items, layout=layout.of_table("payments"))
        paid, found = pay_documents(receipts, items.usable)
        findings.append(found)
        raw += [originals(receipts.rows, table="payments"), paid]
        documents = Items(
            pl.concat([items.rows, receipts.rows], how="diagonal_relaxed"), combine(items.findings, receipts.findings)
        )
    # After the payments, because receipts are documents that these rows may name.
    for table in ("applications", "entries"):
        if table in tables:
            rows, found = other_entries(tables[table], documents.usable, table=table, layout=layout.of_table(table))
            raw.append(rows)
            findings += [tables[table].findings, found]
    posted = pl.concat(raw)
    if layout.items.allocate:
        # In an account a credit note pays what it cancels; paired off as well, it would be used twice.
        pairs, found = allocations(documents.usable, layout.items.allocate)
    else:
        pairs, found = cancelled_pairs(documents.usable, posted)
    return documents, pl.concat([posted, pairs]), combine(*findings, found)


def _settlements(items: Items, layout: Layout, findings: list[pl.DataFrame]) -> list[pl.DataFrame]:
    early = items.usable.filter(pl.col("settled_on") < pl.col("document_date"))
    findings.append(find("payment_before_invoice", early, table="items", value="settled_on"))
    if layout.last_day:
        ahead = items.usable.filter(pl.col("settled_on") > layout.last_day)
        findings.append(find("paid_after_last_day", ahead, table="items", value="settled_on"))
    raw = [settlements(items.rows)]
    if "open_amount" in items.rows.columns:
        days = items.usable.select(last=pl.max_horizontal(pl.col("document_date").max(), pl.col("settled_on").max()))
        parts = undated_payments(items.rows, last_day=pl.lit(layout.last_day or days.item()))
        raw.append(parts)
        findings.append(find("undated_payment", parts, table="items", value="item_id"))
        # By the sign of the amount: a credit note of -100 of which -120 are open is found too.
        above = items.usable.filter((pl.col("open_amount") - pl.col("amount")) * pl.col("amount").sign() > 0)
        findings.append(find("open_above_amount", above, table="items", value="item_id"))
    return raw


def _ledger(
    tables: Mapping[str, Conformed],
    documents: Items,
    entries: Entries,
    *,
    covers: tuple[date, date],
    findings: pl.DataFrame,
    layout: Layout,
) -> Ledger:
    items = documents.usable
    given = tables["customers"].rows if "customers" in tables else None
    customers, customer_findings = customers_of(items, given)
    balances, balance_findings = _with_amounts(tables, layout)
    checked = [documents.findings, entries.findings, findings, customer_findings, balance_findings]
    others = {name: tables[name] for name in ("customers", "marks", "rates", "gl", "sales") if name in tables}
    rows = {name: others[name].rows if name in others else pl.DataFrame() for name in ("marks", "rates")}
    categories = pl.col(TABLES["items"].of_type("category")).cast(pl.Categorical)
    frames = Frames(
        items=items.select("item", *ITEM_COLUMNS).with_columns(categories),
        entries=entries.rows,
        customers=_canonical(customers, "customers"),
        marks=_canonical(pl.concat([rows["marks"], _disputes(items)], how="diagonal_relaxed"), "marks"),
        rates=_canonical(rows["rates"], "rates"),
        gl=_canonical(balances["gl"], "gl"),
        sales=_canonical(balances["sales"], "sales"),
        findings=combine(*checked, *(other.findings for other in others.values()), over_applied(entries.rows, items)),
        control=entries.control,
    )
    return Ledger(frames, covers=covers, source_rows=sum(table.rows.height for table in tables.values()))


def _with_amounts(tables: Mapping[str, Conformed], layout: Layout) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    frames, findings = {"gl": pl.DataFrame(), "sales": pl.DataFrame()}, []
    for name, amount, others in (("gl", "balance", {}), ("sales", "amount", {"tax": "currency"})):
        if name in tables:
            rows = tables[name].rows
            read, found = read_amounts(rows, {amount: "currency", **others}, table=name, layout=layout.of_table(name))
            unread = read.filter(pl.col(amount).is_null()).drop(amount)
            frames[name] = read.drop_nulls(amount)
            check_sums(frames[name][amount], table=name)
            findings += [found, find("unreadable_row", unread, table=name, value=f"unread_{amount}")]
    return frames, combine(*findings)


def _disputes(items: pl.DataFrame) -> pl.DataFrame:
    if "disputed" not in items.columns:
        return pl.DataFrame()
    return items.filter("disputed").select(
        "item_id", "customer_id", pl.lit("dispute").alias("kind"), pl.col("document_date").alias("from")
    )


def _canonical(rows: pl.DataFrame, table: str) -> pl.DataFrame:
    """Exactly the canonical columns of a table, with their types."""
    types = TABLES[table].polars_schema()
    special = {"entity": DEFAULT_ENTITY, "account": ""}
    rows = rows.with_columns(pl.col(name).fill_null(special[name]) for name in special if name in rows.columns)
    # A table that was not given has no columns, and of literals alone Polars would make one row: hence its height.
    return rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(special.get(name))).cast(dtype).alias(name)
        for name, dtype in types.items()
    ).head(rows.height)


def over_applied(entries: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Findings on items to which more was applied than their amount: their balance changed its sign."""
    originals = entries.lazy().filter(pl.col("entry_type") == "original").join(_unsettled(entries), on="item")
    sums = originals.group_by("item").agg(pl.col("amount").sum(), pl.col("balance").first())
    # The product of the amounts themselves could overflow; that of their signs cannot.
    crossed = sums.filter(pl.col("amount").sign() * pl.col("balance").sign() < 0).collect()
    rows = items.filter(pl.col("item").is_in(crossed["item"].implode())).drop("amount", strict=False)
    rows = rows.join(crossed.select("item", amount="balance"), on="item")
    return find("over_applied", rows, table="items", value="item_id")


def _unsettled(entries: pl.DataFrame) -> pl.LazyFrame:
    """The items whose entries do not add up to zero, with their balance."""
    # A running sum in order of items, minus what it was at the item before: faster than a group for each item. Of the
    # entries A 100, A -60, B 30 the sums are 100, 40, 70; at the ends of A and B 40 and 70, so the balances 40 and 30.
    sums = entries.lazy().select("item", total="amount").sort("item").with_columns(pl.col("total").cum_sum())
    ends = sums.filter(pl.col("item") != pl.col("item").shift(-1, fill_value=-1))
    balances = ends.select("item", balance=pl.col("total") - pl.col("total").shift(1, fill_value=0))
    return balances.filter(pl.col("balance") != 0)
