"""Tables to a ledger: conformed, made into items and entries, checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import polars as pl

from arkit.errors import LayoutError, LedgerError, listed
from arkit.ledger.amounts import read_amounts
from arkit.ledger.assembly import Entries, covered_days, make_entries, with_totals_beyond
from arkit.ledger.checks import cancelled_pairs, customers_of, over_applied
from arkit.ledger.conform import Conformed, conform
from arkit.ledger.findings import FAULTS, find, together
from arkit.ledger.items import Items, make_items
from arkit.ledger.layout import Layout
from arkit.ledger.model import Frames, Ledger
from arkit.ledger.money import check_sums
from arkit.ledger.payments import make_receipts, pay_documents
from arkit.ledger.postings import as_categories, originals, other_entries, settlements, undated_payments
from arkit.ledger.schema import ITEM_COLUMNS, TABLES
from arkit.terms import DEFAULT_ENTITY


def build(
    cells: Mapping[str, pl.DataFrame],
    *,
    layout: Layout,
    snapshot_on: date | None = None,
    sources: Mapping[str, str] = {},
    found: pl.DataFrame | None = None,
    beyond: pl.DataFrame | None = None,
) -> Ledger:
    """Return the checked ledger of tables whose cells are still as in their source.

    ``found`` is what was found before: rows that are no items, totals that differ. ``beyond`` is what the totals of the
    file state beyond its items, by currency: the control total has it, so the ledger does not reconcile.
    """
    if "items" not in cells:
        raise LedgerError(f"A ledger needs an items table; given: {listed(cells)}.")
    tables = {
        name: conform(rows, table=name, layout=layout.of_table(name), source=sources.get(name, ""))
        for name, rows in cells.items()
    }
    if tables["items"].rows.is_empty():
        raise LedgerError(f"{sources.get('items', 'The items table')} has a header but no rows. Export it again.")
    items = make_items(
        tables["items"],
        layout=layout.of_table("items"),
        terms_days=_terms_days(tables),
        posted=_posted(tables, layout),
    )
    if items.usable.is_empty():
        raise _nothing_usable(items, sources.get("items", "the items table"))
    day = _snapshot_day(layout, snapshot_on)
    documents, raw, findings = _postings(tables, items, layout=layout, day=day)
    entries = make_entries(raw, documents)
    for amounts in (raw["amount"], raw["base_amount"]):
        check_sums(amounts, table="entries")
    if beyond is not None and beyond.height:
        entries = replace(entries, control=with_totals_beyond(entries.control, beyond))
    findings = together(findings, *([] if found is None else [found]))
    covers = (day, day) if day else covered_days(entries.rows, first=layout.covers_from, last=layout.covers_until)
    return _ledger(tables, documents, entries, covers=covers, findings=findings, layout=layout)


def _nothing_usable(items: Items, source: str) -> LedgerError:
    code, count = items.rows["fault"].value_counts(sort=True).row(0)
    found = items.rows.filter(pl.col("fault") == code)["fault_value"].drop_nulls().head(1).to_list()
    return LedgerError(
        f"No row of {source} can be used. In {count} of {items.rows.height} rows: {FAULTS[code].message} "
        f"Found, for example: {listed(found)}. Check date_order, decimal_mark and the columns in the layout."
    )


def _snapshot_day(layout: Layout, snapshot_on: date | None) -> date | None:
    if layout.shape != "open_items":
        return None
    day = layout.snapshot_on or snapshot_on
    if day is None:
        raise LayoutError(
            f"The layout {layout.name!r} reads a snapshot of open items; of which day? "
            "Give snapshot_on in the layout or in the call."
        )
    return day


def _posted(tables: Mapping[str, Conformed], layout: Layout) -> pl.Series | None:
    """Return the items whose original entry is a row of the entries table."""
    if "entries" not in tables:
        return None
    known = layout.entries.types if layout.entries else {}
    rows = tables["entries"].rows
    return rows.filter(pl.col("entry_type").replace(known) == "original")["item_id"].unique()


def _terms_days(tables: Mapping[str, Conformed]) -> pl.DataFrame | None:
    customers = tables.get("customers")
    if customers is None or "terms_days" not in customers.rows.columns:
        return None
    terms = customers.rows.select(as_categories(["customer_id"]), "terms_days")
    return terms.unique("customer_id", keep="first", maintain_order=True)


def _postings(
    tables: Mapping[str, Conformed], items: Items, *, layout: Layout, day: date | None
) -> tuple[Items, pl.DataFrame, pl.DataFrame]:
    """Return all documents, their raw entries, and what was found on the way."""
    raw = [originals(items.rows)]
    documents, findings = items, []
    if layout.shape == "open_items":
        late = items.usable.filter(pl.col("document_date") > day)
        findings.append(
            find("dated_after_snapshot", late, table="items", value=pl.col("document_date").cast(pl.String))
        )
        raw = [raw[0].with_columns(pl.min_horizontal("effective_on", pl.lit(day)))]
    if layout.shape == "settled":
        raw += _settlements(items, layout, findings)
    if "payments" in tables:
        receipts = make_receipts(tables["payments"], items, layout=layout.of_table("payments"))
        raw += [originals(receipts.rows, table="payments"), pay_documents(receipts, items.usable)]
        documents = Items(
            pl.concat([items.rows, receipts.rows], how="diagonal_relaxed"), together(items.findings, receipts.findings)
        )
    for table in ("applications", "entries"):
        if table in tables:
            rows, found = other_entries(tables[table], documents.usable, table=table, layout=layout.of_table(table))
            raw.append(rows)
            findings += [tables[table].findings, found]
    posted = pl.concat(raw)
    pairs, found = cancelled_pairs(documents.usable, posted)
    return documents, pl.concat([posted, pairs]), together(*findings, found)


def _settlements(items: Items, layout: Layout, findings: list[pl.DataFrame]) -> list[pl.DataFrame]:
    settled = items.usable.filter(pl.col("settled_on") < pl.col("document_date"))
    findings.append(find("payment_before_invoice", settled, table="items", value=pl.col("settled_on").cast(pl.String)))
    raw = [settlements(items.rows)]
    if "open_amount" in items.rows.columns:
        days = items.usable.select(last=pl.max_horizontal(pl.col("document_date").max(), pl.col("settled_on").max()))
        last = pl.lit(layout.covers_until or days.item())
        parts = undated_payments(items.rows, last_day=last)
        raw.append(parts)
        findings.append(find("undated_payment", parts, table="items", value="item_id"))
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
    others = [tables[name].findings for name in ("customers", "marks", "rates", "gl", "sales") if name in tables]
    slim = items.select("item", *ITEM_COLUMNS).with_columns(
        pl.col(TABLES["items"].of_type("category")).cast(pl.Categorical)
    )
    frames = Frames(
        items=slim,
        entries=entries.rows,
        customers=_canonical(customers, "customers"),
        marks=_canonical(pl.concat([_marks(tables), _disputes(items)], how="diagonal_relaxed"), "marks"),
        rates=_canonical(tables["rates"].rows if "rates" in tables else pl.DataFrame(), "rates"),
        gl=_canonical(balances["gl"], "gl"),
        sales=_canonical(balances["sales"], "sales"),
        findings=together(*checked, *others, over_applied(entries.rows, items)),
        control=entries.control,
    )
    return Ledger(frames, covers=covers, source_rows=sum(table.rows.height for table in tables.values()))


def _with_amounts(tables: Mapping[str, Conformed], layout: Layout) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    frames, findings = {"gl": pl.DataFrame(), "sales": pl.DataFrame()}, []
    for name, amount in (("gl", "balance"), ("sales", "amount")):
        if name in tables:
            rows = tables[name].rows
            read, found = read_amounts(rows, {amount: "currency"}, table=name, layout=layout.of_table(name))
            unread = read.filter(pl.col(amount).is_null()).drop(amount)
            frames[name] = read.drop_nulls(amount)
            check_sums(frames[name][amount], table=name)
            findings += [found, find("unreadable_row", unread, table=name, value=f"unread_{amount}")]
    return frames, together(*findings)


def _marks(tables: Mapping[str, Conformed]) -> pl.DataFrame:
    return tables["marks"].rows if "marks" in tables else pl.DataFrame()


def _disputes(items: pl.DataFrame) -> pl.DataFrame:
    if "disputed" not in items.columns:
        return pl.DataFrame()
    disputed = items.filter("disputed")
    return disputed.select(
        "item_id", "customer_id", pl.lit("dispute").alias("kind"), pl.col("document_date").alias("from")
    )


def _canonical(rows: pl.DataFrame, table: str) -> pl.DataFrame:
    """Return exactly the canonical columns of a table, with their types."""
    types = TABLES[table].polars_schema()
    special = {"entity": DEFAULT_ENTITY, "account": ""}
    rows = rows.with_columns(pl.col(name).fill_null(special[name]) for name in special if name in rows.columns)
    return rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(special.get(name))).cast(dtype).alias(name)
        for name, dtype in types.items()
    ).head(rows.height)
