"""The engine: where the rows of a ledger are computed. One way in, one way out.

- ``ledger.scan("periods")`` gives rows as a narwhals ``LazyFrame`` of whatever backend holds them: ``periods``,
  ``items``, ``entries``, ``sales``. Beside each date, ``effective_on``, they have its number of days since 1970-01-01,
  ``effective_day``: count with numbers, since engines disagree on how a date becomes one.
- ``beside(small, rows)`` takes a small Polars table to the backend of some rows, so that they can be joined.
- ``collect(rows)`` ends the computation: a Polars table that is the same on every engine, with sums and counts as
  64-bit integers and text as strings. From there on plain Polars is right.

In between only what every engine has: no Polars expression on rows, no cast of a date to a number, ``order_by`` unique
within its group (with ties, engines run in different orders), categories compared by :func:`is_one_of`.

>>> import arkit as ar
>>> rows = ar.sample_ledger().scan("entries").filter(is_one_of("entry_type", "write_off"))
>>> collect(rows.group_by("entry_type").agg(nw.len().alias("entries")))["entries"].to_list()
[44]

Polars is the default engine. What it does fast, and others not at all (searches in sorted columns, running sums over
all rows in order, marks by position), is in this module, each with a general way beside it that gives the same.
"""

from collections.abc import Sequence
from datetime import date
from importlib.util import find_spec
from typing import Any, Final, Protocol

import narwhals as nw
import polars as pl

from arkit.calendar import day_of
from arkit.errors import LedgerError, unknown_name
from arkit.model.schema import TABLES

Rows = nw.LazyFrame[Any]

POLARS: Final = "polars"
DUCKDB: Final = "duckdb"
ENGINES: Final = (POLARS, DUCKDB)
PERIODS: Final = "periods"
SCANNED: Final = (PERIODS, "items", "entries", "sales")
# The end of a balance that still holds: beyond every day and still a 32-bit integer, so that no comparison meets a
# missing value.
FOREVER: Final = 2**31 - 1
ATTRIBUTES: Final = (
    "entity",
    "account",
    "customer_id",
    "item_type",
    "currency",
    "base_currency",
    "salesperson",
    "contract",
    "terms",
)
_CATEGORIES: Final = {name for table in TABLES.values() for name in table.of_type("category")}
# Room for every day that a ledger may have, counted from _EPOCH before 1970: the years 535 to 3405.
_DAYS: Final = 2**20
_EPOCH: Final = _DAYS // 2


def require_engine(name: str) -> str:
    """The engine itself, if there is one of that name and it is installed.

    Raises
    ------
    UnknownNameError
        There is no such engine.
    LedgerError
        It is not installed.
    """
    if name not in ENGINES:
        raise unknown_name("engine", name, known=ENGINES)
    if find_spec(name) is None:
        raise LedgerError(f"The engine {name!r} is not installed; install arkit[{name}].")
    return name


class Scanned(Protocol):
    """What the engine asks of a ledger."""

    @property
    def engine(self) -> str:
        """The name of its engine."""

    @property
    def periods(self) -> pl.DataFrame:
        """Its balance periods, prepared by Polars."""

    def scan(self, table: str) -> Rows:
        """The rows of a table on its engine."""


def scan_of(ledger: Scanned, table: str, frame: pl.DataFrame | None) -> Rows:
    """The rows of a table on the engine of its ledger; periods have no frame: they are prepared there."""
    if frame is not None:
        return _taken_to(ledger.engine, frame.lazy().with_columns(_day_numbers(frame)))
    if ledger.engine == POLARS:
        return nw.from_native(ledger.periods.lazy())
    periods = general_periods(ledger.scan("entries"), ledger.scan("items"))
    # Kept as they are now: every question would prepare them again.
    return periods.collect("pyarrow").lazy(DUCKDB)


def _taken_to(engine: str, frame: pl.LazyFrame) -> Rows:
    # narwhals hands over a finished table to another engine, never a lazy one of Polars.
    return nw.from_native(frame) if engine == POLARS else nw.from_native(frame.collect()).lazy(DUCKDB)


def _day_numbers(frame: pl.DataFrame) -> list[pl.Expr]:
    """Days since 1970-01-01 beside each date: ``effective_day`` for ``effective_on``, ``day`` for ``date``."""
    dates = [name for name, kind in frame.schema.items() if kind == pl.Date]
    return [day_number(name).alias(name.removesuffix("date").removesuffix("on") + "day") for name in dates]


def day_number(column: str) -> pl.Expr:
    """A date column of a small Polars table as days since 1970-01-01."""
    return pl.col(column).cast(pl.Int32)


def beside(small: pl.DataFrame, rows: Rows) -> Rows:
    """A small table on the backend of some rows, to be joined to them."""
    if not rows.implementation.is_polars():
        return nw.from_native(small).lazy(DUCKDB)
    # What was collected has text; on Polars the rows have categories, and join with nothing else.
    texts = [name for name, kind in small.schema.items() if kind == pl.String and name in _CATEGORIES]
    return nw.from_native(small.lazy().with_columns(pl.col(texts).cast(pl.Categorical)) if texts else small.lazy())


def collect(rows: Rows, *, as_text: Sequence[str] = ()) -> pl.DataFrame:
    """The finished table of some rows: sums and counts are 64-bit integers, text is strings, on every engine.

    Columns to group by become text whatever they are, days and numbers too.
    """
    table: pl.DataFrame = rows.collect(POLARS).to_native()
    wanted = {name: pl.String if name in as_text else _plain(kind) for name, kind in table.schema.items()}
    casts = {name: kind for name, kind in wanted.items() if kind is not None and table.schema[name] != kind}
    return table.cast(casts) if casts else table  # type: ignore[arg-type]


def _plain(kind: pl.DataType) -> type[pl.DataType] | None:
    """The type that stands for one that only some engines give; none for those that all give."""
    if kind == pl.Categorical:
        return pl.String
    # DuckDB adds 64-bit integers up to wider ones, and hands them over as decimals without decimals.
    return pl.Int64 if kind in (pl.UInt32, pl.UInt64, pl.Int128) or isinstance(kind, pl.Decimal) else None


def is_one_of(column: str, *values: str) -> nw.Expr:
    """Whether a column of text has one of some values; comparing categories one by one is fast in Polars."""
    # A row without a value is none of them: false and not missing, or its negation would lose the row.
    return nw.any_horizontal(*(nw.col(column) == value for value in values), ignore_nulls=True)


# Balance periods


def balance_periods(entries: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """One row for each item and stretch of days with one non-zero balance.

    The entries of a day are summed; a running sum per item gives the balance, the next day with an entry its end:
    the balance holds on every day with ``since <= day < until``. For every day, the sum over the periods that contain
    it is the sum of the entries up to it.

    Returns
    -------
    DataFrame
        ``item``, ``since``, ``until`` (days since 1970-01-01), ``open_amount``, ``base_open_amount`` (minor units) and
        the attributes of the item, with ``document_day`` and ``due_day``.
    """
    running = _running_balances(entries)
    # Either amount: an item settled in its own currency may leave an exchange difference in functional currency.
    not_zero = running.filter((pl.col("open_amount") != 0) | (pl.col("base_open_amount") != 0))
    attributes = items.lazy().select(
        "item", *ATTRIBUTES, document_day=day_number("document_date"), due_day=day_number("due_date")
    )
    # An item is one row of the items, so no period is multiplied.
    return not_zero.join(attributes, on="item", how="left", maintain_order="left").collect()


def _running_balances(entries: pl.DataFrame) -> pl.LazyFrame:
    """The balance of each item after each of its days with entries, in order of items and days."""
    # One number that orders by item, then day: sorting by it takes a fraction of sorting by two columns.
    # Item 3 on 2026-01-01 (day 20454): 3 * 2**20 + 20454 + 2**19 = 3690470.
    # 2**31 items times 2**20 days stay below 2**63; with the epoch added no day is negative, so // and % take them
    # apart again.
    place = pl.col("item").cast(pl.Int64) * _DAYS + day_number("effective_on") + _EPOCH
    ordered = entries.lazy().select("amount", "base_amount", place=place).sort("place")
    sums = ordered.with_columns(pl.col("amount", "base_amount").cum_sum())
    # The running sum after the last entry of a day holds all of them.
    # No place is -1, so the very last row ends its day too.
    last_of_day = pl.col("place") != pl.col("place").shift(-1, fill_value=-1)
    daily = sums.filter(last_of_day).with_columns(item=pl.col("place") // _DAYS, since=pl.col("place") % _DAYS - _EPOCH)
    goes_on = pl.col("item") == pl.col("item").shift(-1)
    # After the last row of all there is nothing to compare with: missing counts as false, and its balance holds for
    # ever.
    until = pl.when(goes_on).then(pl.col("since").shift(-1)).otherwise(FOREVER)
    return daily.select(
        pl.col("item").cast(pl.Int32),
        pl.col("since").cast(pl.Int32),
        until.cast(pl.Int32).alias("until"),
        _since_item_began("amount").alias("open_amount"),
        _since_item_began("base_amount").alias("base_open_amount"),
    )


def _since_item_began(running_sum: str) -> pl.Expr:
    """A running sum over all items as one for each item: less what it was when the item began.

    A window for each item would say the same, but takes ten times as long. Integers make the difference exact.
    """
    begins = pl.col("item") != pl.col("item").shift(1, fill_value=-1)
    # Only the first row of an item knows the sum before it; the rows below take it over.
    before = pl.when(begins).then(pl.col(running_sum).shift(1, fill_value=0)).forward_fill()
    return pl.col(running_sum) - before


def general_periods(entries: Rows, items: Rows) -> Rows:
    """The rows of :func:`balance_periods` on any engine: windows over the days of each item."""
    amounts = ("amount", "base_amount")
    # One row a day first: the windows need an order without ties, in which every engine runs alike.
    daily = entries.group_by("item", nw.col("effective_day").alias("since")).agg(nw.col(*amounts).sum())
    running = daily.select(
        "item",
        "since",
        nw.col("since").shift(-1).over("item", order_by="since").fill_null(FOREVER).cast(nw.Int32).alias("until"),
        *(
            nw.col(name).cum_sum().over("item", order_by="since").cast(nw.Int64).alias(balance)
            for name, balance in zip(amounts, ("open_amount", "base_open_amount"), strict=True)
        ),
    )
    not_zero = running.filter((nw.col("open_amount") != 0) | (nw.col("base_open_amount") != 0))
    return not_zero.join(items.select("item", *ATTRIBUTES, "document_day", "due_day"), on="item", how="left")


def touching(ledger: Scanned, spans: Sequence[tuple[date, date]]) -> Rows:
    """Each balance period once for each span of days that it touches, with the span's last day as ``day``.

    Spans are in the order of their first days and of their last days.
    """
    numbers = [(day_of(first), day_of(last)) for first, last in spans]
    if len(numbers) == 1:
        # The usual question, of one day: a filter, and no row is repeated.
        [(first, last)] = numbers
        # On `until` the balance does not hold any more, so one that ends on the first day does not touch the span.
        found = ledger.scan(PERIODS).filter(nw.col("since") <= last, nw.col("until") > first)
        return found.with_columns(nw.lit(last, nw.Int32).alias("day"))
    touched = _searched if ledger.engine == POLARS else _crossed
    return touched(ledger, pl.DataFrame(numbers, schema=dict.fromkeys(("first", "day"), pl.Int32), orient="row"))


def _crossed(ledger: Scanned, spans: pl.DataFrame) -> Rows:
    rows = ledger.scan(PERIODS)
    each = rows.join(beside(spans, rows), how="cross")
    return each.filter(nw.col("since") <= nw.col("day"), nw.col("until") > nw.col("first")).drop("first")


def _searched(ledger: Scanned, spans: pl.DataFrame) -> Rows:
    """The same by the places of a period's first and last day among those of the spans.

    A period touches the spans from the first one that ends on ``since`` or later up to the last one that begins before
    ``until``. Of month-ends 31, 59, 90, a period from 40 to 95 has places 1 and 3: the second and the third. Most
    periods touch none and are gone before anything is multiplied. Searching the few days asked for takes half the time
    of a join with a calendar.
    """
    periods = ledger.periods
    # Days are unique, and an equal one is found at its own place: a balance that begins on the last day of a span
    # touches it, one whose `until` is the first day of a span does not.
    first = spans["day"].search_sorted(periods["since"]).cast(pl.Int32)
    beyond = spans["first"].search_sorted(periods["until"]).cast(pl.Int32)
    rows = periods.lazy().with_columns(first.alias("first"), beyond.alias("beyond"))
    inside = rows.filter(pl.col("first") < pl.col("beyond"))
    # The table has a pair of places once for each day between them,
    # so a period is repeated for the days it touches and no more.
    joined = inside.join(_contained(spans["day"]).lazy(), on=["first", "beyond"], how="inner")
    return nw.from_native(joined.drop("first", "beyond"))


def _contained(numbers: pl.Series) -> pl.DataFrame:
    """For every first place and the place beyond the last, the days in between."""
    count = len(numbers)
    spans = pl.DataFrame({"first": range(count)}).join(pl.DataFrame({"beyond": range(1, count + 1)}), how="cross")
    # Grows with the cube of the days asked for, a few dozen, but not with the periods.
    days = spans.join(pl.DataFrame({"place": range(count), "day": numbers}), how="cross")
    inside = days.filter((pl.col("first") <= pl.col("place")) & (pl.col("place") < pl.col("beyond")))
    return inside.select(pl.all().exclude("place").cast(pl.Int32))


def rows_of_items(rows: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """The rows whose ``item`` is one of the items."""
    # Items are numbers: a mark for each of them is looked up several times faster than a join finds them.
    # Of both tables: a row may be of an item beyond the last one wanted, and its mark must be there to say no.
    highest = max(table.select(pl.col("item").max()).item() or 0 for table in (rows, items))
    marked = pl.zeros(highest + 1, dtype=pl.Boolean, eager=True).scatter(items["item"], True)
    return rows.filter(marked.gather(rows["item"]))
