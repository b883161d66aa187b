"""The ledger: dated signed entries on items, checked once, never changed; its parts, and several of them as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Self

import polars as pl

from arkit.errors import LedgerError, listed, no_recorded_dates, not_covered, unknown_name
from arkit.model.engine import (
    ATTRIBUTES,
    PERIODS,
    POLARS,
    SCANNED,
    Rows,
    balance_periods,
    collect,
    require_engine,
    rows_of_items,
    scan_of,
)
from arkit.model.layout import Reading
from arkit.model.money import to_units

if TYPE_CHECKING:
    import pandas as pd

_CONTROL_COLUMNS: Final = ("entity", "account", "currency")


def part_of(
    tables: Mapping[str, pl.DataFrame], items: pl.DataFrame, *, name: str, wanted: list[str]
) -> dict[str, pl.DataFrame]:
    """The tables of the items whose column ``name`` has one of the wanted values, all that changes."""

    def having(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.filter(pl.col(name).cast(pl.String).is_in(wanted))

    findings, marks, sales = tables["findings"], tables["marks"], tables["sales"]
    by_item = pl.col("item_id").is_in(_known(items, marks, findings).implode())
    by_customer = pl.col("customer_id").is_in(items["customer_id"].unique().implode())
    entries = rows_of_items(tables["entries"], items)
    # Findings have the keys of the control totals alone; by any other column they follow their item.
    findings = having(findings) if name in findings.columns else findings.filter(by_item)
    # The raw totals and the general ledger are kept by these. A part by anything else, such as a salesperson, cannot be
    # proved against them: it gets totals of its own, and no general ledger that could only disagree.
    whole_keys = name in _CONTROL_COLUMNS
    return {
        "items": items,
        "entries": entries,
        "customers": tables["customers"].filter(by_customer),
        # A mark on a customer names no item and follows the customer.
        "marks": marks.filter(by_item | (pl.col("item_id").is_null() & by_customer)),
        "gl": having(tables["gl"]) if whole_keys else tables["gl"].clear(),
        "sales": having(sales) if name in sales.columns else sales.clear(),
        "findings": findings,
        "control": having(tables["control"]) if whole_keys else _control_of(entries, items, findings),
    }


def _known(items: pl.DataFrame, *tables: pl.DataFrame) -> pl.Series:
    """The items that tables name: few of many, and quickly told from them."""
    named = pl.concat([table["item_id"] for table in tables])
    return items["item_id"].filter(items["item_id"].is_in(named.drop_nulls().implode()))


def _control_of(entries: pl.DataFrame, items: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    """Control totals of a part that the raw rows cannot tell: its entries and the rows of it excluded."""
    keys = [*_CONTROL_COLUMNS, "effective_on", "recorded_on"]
    used = entries.join(items.select("item", *_CONTROL_COLUMNS), on="item").select(*keys, "amount")
    apart = findings.filter(pl.col("action") == "excluded").select(*keys, "amount")
    together = pl.concat([used, apart], how="vertical_relaxed")
    # These amounts are rounded, so there is no rest to prove.
    return together.lazy().group_by(keys).agg(pl.col("amount").sum(), amount_rest=pl.lit(0, dtype=pl.Int64)).collect()


@dataclass(frozen=True)
class Frames:
    """The tables of a ledger as Polars frames: money in minor units, text as categories, ``item`` as key."""

    items: pl.DataFrame
    entries: pl.DataFrame
    customers: pl.DataFrame
    marks: pl.DataFrame
    rates: pl.DataFrame
    gl: pl.DataFrame
    sales: pl.DataFrame
    findings: pl.DataFrame
    control: pl.DataFrame


@dataclass(frozen=True)
class Ledger:
    """Items, the dated signed entries on them, and what was found while reading.

    A ledger is made by :func:`arkit.read_ledger` or :func:`arkit.make_ledger`, checked once and never changed:
    ``where``, ``known_on`` and ``on`` give another one.

    Attributes
    ----------
    frames
        The tables inside the package (Polars, money as integers in minor units).
    covers
        First and last day that can be answered.
    source_rows
        Number of rows that the ledger was made from.
    known
        The day whose knowledge the ledger has; none for everything that is recorded.
    snapshots
        The days of the lists of open items that the ledger was made of; none where it has a history of its own. No
        other day can be answered: what came and went between two lists is in neither.
    reading
        How the file was read: the decisions with their evidence, and the layout that repeats it; none for a ledger that
        was made of tables or thawed.
    engine
        Where its rows are computed: ``polars`` or ``duckdb`` (see :meth:`on`).
    prepared
        What was made of its rows already, so that it is made once: balance periods, scans.

    Examples
    --------
    >>> import arkit as ar
    >>> ledger = ar.sample_ledger()
    >>> ledger.where(entity="ES").known_on("2026-10-31").covers[1].isoformat()
    '2026-10-31'
    """

    frames: Frames
    covers: tuple[date, date]
    source_rows: int
    known: date | None = None
    snapshots: tuple[date, ...] = ()
    reading: Reading | None = None
    engine: str = POLARS
    # Not an argument: `replace` then begins with an empty one, and a part never answers with what was prepared of the
    # whole.
    prepared: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def is_snapshot(self) -> bool:
        """Whether it knows only what was open on some days, or on one: a list of open items, or several."""
        return bool(self.snapshots) or self.covers[0] == self.covers[1]

    @property
    def complete_from(self) -> date:
        """The day after which every document and payment is known; of snapshots the last, for they lack some."""
        return self.covers[1] if self.is_snapshot else self.covers[0]

    def knows(self, day: date) -> bool:
        """Whether the balances of a day are known."""
        first, last = self.covers
        return first <= day <= last and (not self.snapshots or day in self.snapshots)

    def looked_back(self, days: Sequence[date]) -> list[date]:
        """Of the month-ends of a look back those that are known; of snapshots all that were taken within it."""
        if not self.snapshots:
            return [day for day in days if day >= self.covers[0]]
        return [day for day in self.snapshots if days[0] <= day <= days[-1]]

    @property
    def items(self) -> pd.DataFrame:
        """The items, one row each, with their original amount in currency units."""
        # Added up first: an item whose original is a row of the entries table has two, its own of zero and that one.
        original = (
            self.frames.entries.filter(pl.col("entry_type") == "original")
            .group_by("item")
            .agg(pl.col("amount").sum().alias("original_amount"))
        )
        items = self.frames.items.join(original, on="item", how="left", maintain_order="left").drop("item")
        return to_units(items, {"original_amount": "currency"}).to_pandas()

    @property
    def entries(self) -> pd.DataFrame:
        """The entries, one row each, with amounts in currency units."""
        currencies = self.frames.items.select("item", "currency", "base_currency")
        entries = self.frames.entries.join(currencies, on="item", how="left", maintain_order="left").drop("item")
        return to_units(entries, {"amount": "currency", "base_amount": "base_currency"}).to_pandas()

    @property
    def customers(self) -> pd.DataFrame:
        """The customers, as far as they are known."""
        return self.frames.customers.to_pandas()

    @property
    def findings(self) -> pd.DataFrame:
        """What was wrong with a row, what was done about it, and its amount in currency units."""
        return to_units(self.frames.findings, {"amount": "currency"}).to_pandas()

    @property
    def periods(self) -> pl.DataFrame:
        """The balance periods, prepared once (see :func:`arkit.model.engine.balance_periods`)."""
        if PERIODS not in self.prepared:
            self.prepared[PERIODS] = balance_periods(self.frames.entries, self.frames.items)
        periods: pl.DataFrame = self.prepared[PERIODS]
        return periods

    def scan(self, table: str) -> Rows:
        """The rows of ``periods``, ``items``, ``entries`` or ``sales`` on the engine of the ledger, taken there once.

        See :mod:`arkit.model.engine`; small tables are in ``frames``.

        Raises
        ------
        UnknownNameError
            No such table is scanned.
        """
        if table not in SCANNED:
            raise unknown_name("table to scan", table, known=SCANNED)
        name = f"scan:{table}"
        if name not in self.prepared:
            self.prepared[name] = scan_of(self, table, getattr(self.frames, table, None))
        rows: Rows = self.prepared[name]
        return rows

    @property
    def size(self) -> int:
        """The number of items."""
        return self.frames.items.height

    def columns(self, table: str) -> list[str]:
        """The columns of one of the tables."""
        frame: pl.DataFrame = getattr(self.frames, table)
        return frame.columns

    def values(self, column: str) -> list[str]:
        """The values of a column of the items as text, in order."""
        found = collect(self.scan("items").select(column).unique())[column]
        return found.drop_nulls().cast(pl.String).sort().to_list()

    def on(self, name: str) -> Self:
        """The same ledger with its rows computed by another engine; every number stays what it is.

        Examples
        --------
        >>> import arkit as ar
        >>> ledger = ar.sample_ledger()
        >>> one, other = (ar.aging_table(each, as_of="2026-10-31") for each in (ledger, ledger.on("duckdb")))
        >>> one.equals(other)
        True

        Raises
        ------
        UnknownNameError
            There is no such engine.
        LedgerError
            It is not installed.
        """
        # Nothing prepared goes along: tables of two engines cannot be joined.
        return replace(self, engine=require_engine(name))

    @property
    def has_recorded_dates(self) -> bool:
        """Whether the ledger knows when each entry was recorded."""
        recorded = self.frames.entries["recorded_on"]
        return recorded.null_count() < len(recorded)

    def require(self, as_of: date | str) -> date:
        """A day as a date, if the ledger covers it.

        Raises
        ------
        CoverageError
            The ledger cannot answer that day.
        """
        day = as_day(as_of)
        if not self.knows(day):
            raise not_covered(day, first=self.covers[0], last=self.covers[1], snapshots=self.snapshots)
        return day

    def where(self, **conditions: object) -> Self:
        """The ledger of the items for which each named column has the value, or one of the values.

        Columns of the items and of the customers may be named. Findings, control totals, general-ledger balances and
        sales are filtered with them, so that the part reconciles by itself.

        Examples
        --------
        >>> import arkit as ar
        >>> ledger = ar.sample_ledger()
        >>> len(ledger.where(entity="ES").items) < len(ledger.items)
        True

        Raises
        ------
        UnknownNameError
            There is no such column, or no item has the value.
        """
        ledger = self
        for name, wanted in conditions.items():
            ledger = ledger._where_one(name, _values(wanted))
        return ledger

    def _where_one(self, name: str, wanted: list[str]) -> Self:
        frames = self.frames
        if name in frames.items.columns:
            keys = frames.items
        elif name in frames.customers.columns:
            # Of a customer with a history, the latest.
            latest = frames.customers.sort("valid_from", nulls_last=False).unique("customer_id", keep="last")
            keys = frames.items.join(
                latest.select("customer_id", name), on="customer_id", how="left", maintain_order="left"
            )
        else:
            raise unknown_name("column", name, known=[*frames.items.columns, *frames.customers.columns])
        if not wanted:
            raise LedgerError(f"where({name}=...) names no value, so nothing would be left.")
        column = keys[name]
        chosen = _as_text(column).is_in(wanted)
        # A misspelt value among several would leave a part that is silently too small.
        absent = set(wanted) - set(column.filter(chosen).unique().cast(pl.String))
        if absent:
            raise unknown_name(name, sorted(absent)[0], known=column.cast(pl.String).unique().drop_nulls())
        items = frames.items.filter(chosen)
        part = replace(self, frames=replace(frames, **part_of(vars(frames), items, name=name, wanted=wanted)))
        if PERIODS in self.prepared:
            # Most often a part is asked for by a column that the periods carry.
            # The periods of an item follow from its own entries, so those of a part can be picked from those of the
            # whole.
            carried = self.periods.filter(pl.col(name).is_in(wanted)) if name in ATTRIBUTES else None
            part.prepared[PERIODS] = rows_of_items(self.periods, items) if carried is None else carried
        return part

    def known_on(self, day: date | str) -> Self:
        """The ledger as the books knew it at the end of a day: entries recorded later are left out.

        Raises
        ------
        HistoryError
            The ledger has no ``recorded_on``.
        CoverageError
            The day is before the first that the ledger covers.
        """
        known = as_day(day)
        if not self.has_recorded_dates:
            raise no_recorded_dates()
        first, last = self.covers
        if known < first:
            raise not_covered(known, first=first, last=last)
        frames = self.frames
        # What has no day of recording was known on the day from which it counts. A rejected row without any day stays:
        # its amount is missing on every day.
        seen = pl.coalesce("recorded_on", "effective_on") <= known
        unseen_or_undated = seen | pl.coalesce("recorded_on", "effective_on").is_null()
        return replace(
            self,
            known=known,
            # What counts later than that day was not known, so a later balance would only look like an answer.
            covers=(first, min(last, known)),
            frames=replace(
                frames,
                entries=frames.entries.filter(seen),
                control=frames.control.filter(unseen_or_undated),
                findings=frames.findings.filter(unseen_or_undated),
                marks=frames.marks.filter(pl.coalesce("recorded_on", "from") <= known),
            ),
        )

    def without(self, entry_type: str, *, recorded_after: date) -> Self:
        """The same ledger without the entries of a type that were recorded after a day."""
        # An entry without a day of recording is not later.
        later = ((pl.col("entry_type") == entry_type) & (pl.col("recorded_on") > recorded_after)).fill_null(False)
        return replace(self, frames=replace(self.frames, entries=self.frames.entries.filter(~later)))


def as_day(day: date | str) -> date:
    """A day given as a date or as ISO text.

    >>> as_day("2026-10-31")
    datetime.date(2026, 10, 31)
    """
    if isinstance(day, str):
        try:
            return date.fromisoformat(day)
        except ValueError as error:
            raise LedgerError(f"{day!r} is no day; write it as year-month-day, for example 2026-10-31.") from error
    try:
        # A timestamp of pandas is a date too, but compares with none: only its day is kept.
        return date(day.year, day.month, day.day)
    except (AttributeError, TypeError, ValueError) as error:
        raise LedgerError(f"{day!r} is no day; give a date, or year-month-day as text.") from error


def _values(wanted: object) -> list[str]:
    many = isinstance(wanted, Iterable) and not isinstance(wanted, str)
    values: Iterable[Any] = wanted if many else [wanted]  # type: ignore[assignment]
    return [str(value) for value in values]


def _as_text(column: pl.Series) -> pl.Series:
    return column if column.dtype in (pl.String, pl.Categorical) else column.cast(pl.String)


_ONCE = ("customers", "rates", "gl")
"""Tables in which a row that two ledgers have counts once."""


def joined(ledgers: Sequence[Ledger]) -> Ledger:
    """One ledger of the rows of several; it covers the days that all of them cover.

    Customer numbers are taken to be those of the group: one number is one customer in all ledgers.

    Raises
    ------
    LedgerError
        Two ledgers have an item of the same number, or no day is covered by all.
    """
    if len(ledgers) == 1:
        return ledgers[0]
    _refuse_same_items(ledgers)
    # A day that one ledger does not know would be a sum without its part.
    first, last = (choose(ledger.covers[end] for ledger in ledgers) for end, choose in enumerate((max, min)))
    snapshots = _known_to_all(ledgers)
    first, last = (snapshots[0], snapshots[-1]) if snapshots else (first, last)
    if first > last:
        raise LedgerError(
            f"No day is covered by all the ledgers of the group: one begins on {first}, one ends on {last}."
        )
    parts = _with_own_numbers(ledgers)
    tables = {table.name: pl.concat([getattr(part, table.name) for part in parts]) for table in fields(Frames)}
    once = {name: tables[name].unique(maintain_order=True) for name in _ONCE}
    rows = sum(ledger.source_rows for ledger in ledgers)
    return Ledger(Frames(**{**tables, **once}), covers=(first, last), source_rows=rows, snapshots=snapshots)


def _known_to_all(ledgers: Sequence[Ledger]) -> tuple[date, ...]:
    """The days that every ledger knows, where one of them knows single days only.

    Raises
    ------
    LedgerError
        There are none.
    """
    taken = sorted({day for ledger in ledgers for day in ledger.snapshots})
    known = tuple(day for day in taken if all(ledger.knows(day) for ledger in ledgers))
    if taken and not known:
        raise LedgerError(f"No day is known to all the ledgers of the group; there are lists of {listed(taken)}.")
    return known


def _refuse_same_items(ledgers: Sequence[Ledger]) -> None:
    numbers = pl.concat([ledger.frames.items["item_id"] for ledger in ledgers])
    twice = numbers.filter(numbers.is_duplicated()).unique(maintain_order=True)
    if len(twice):
        raise LedgerError(
            f"The ledgers of the group share the item numbers {listed(twice)}. Give each export numbers of its own, "
            "for example with the entity before them."
        )


def _with_own_numbers(ledgers: Sequence[Ledger]) -> list[Frames]:
    """The tables with items counted on from ledger to ledger."""
    parts: list[Frames] = []
    start = 0
    for ledger in ledgers:
        # Each ledger counts from 0; as they are, entries would find the items of another ledger.
        step = pl.lit(start, dtype=ledger.frames.items["item"].dtype)
        tables = {
            name: rows.with_columns(pl.col("item") + step) if "item" in rows.columns else rows
            for name, rows in vars(ledger.frames).items()
        }
        parts.append(Frames(**tables))
        start += int(ledger.frames.items.select(pl.col("item").max()).item() or 0) + 1
    return parts
