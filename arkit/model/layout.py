"""Layouts: how the columns, dates and amounts of one kind of export become the canonical tables.

A :class:`Layout` is given, or made by reading a file without one. A :class:`Reading` is the layout by which a ledger
was read, with the decisions behind it and their evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, Literal, Self
from zoneinfo import available_timezones

import msgspec
import polars as pl
import tomli_w

from arkit.errors import LayoutError, listed, unknown_name
from arkit.model.schema import TABLES
from arkit.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

Shape = Literal["open_items", "settled", "applied"]
DateOrder = Literal["ymd", "dmy", "mdy", "yymmdd"]

NEEDED_FOR_SHAPE: dict[Shape, tuple[str, ...]] = {
    "open_items": ("open_amount",),
    "settled": ("amount", "settled_on"),
    "applied": (),
}

UNITS: Final = tuple(10**power for power in range(10))
"""What an amount of 1 can mean: one, ten, a hundred, ... a lakh, a million, a crore, a thousand million."""


ProofKind = Literal[
    "sum",
    "running",
    "at_most",
    "same",
    "ratio",
    "base",
    "days",
    "overdue",
    "terms",
    "buckets",
    "zero",
    "balanced",
    "partly",
]


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A relation among columns that every row of an export is held against.

    Parameters
    ----------
    kind
        ``sum``: ``is`` is the sum of ``plus``, less ``minus``. ``running``: ``balance`` is that of the row before, plus
        ``debit``, less ``credit``, for each ``by``. ``at_most``: ``part`` is never more than ``whole``. ``same``: the
        ``columns`` are equal. ``ratio``: ``whole`` is ``part`` times the value. ``base``: ``document`` and ``base`` are
        equal where ``currency`` is the value. ``days``: ``day`` plus ``days``, or less ``days_left``, or alone, is the
        day of the snapshot. ``overdue``: no column has the due day, and it is ``days`` before that of the snapshot.
        ``terms``: ``day`` plus ``days`` is ``due``. ``buckets``: the sum of a row is in the column
        of its days past due, counted from ``day``; if that is "= due_date", no column has the due day, and it is made
        of them. ``zero``: rows with one ``mark`` add up to zero, for each ``by``.
        ``balanced``: debits equal credits, for each ``by``. ``partly``: where ``status`` is the value, ``plus`` less
        ``minus`` is less than ``whole``; each row in which it is not becomes a finding.
    columns
        What each column is in the relation, to its header or headers.
    value
        ``base``: the currency. ``ratio``: the factor. ``running``: ``up`` where the newest row is first. ``buckets``:
        the first and last day of each column, as ":0 1:30 31:".

    Examples
    --------
    >>> Proof(kind="sum", columns={"plus": ("Net", "Tax"), "is": ("Total",)}).columns["is"]
    ('Total',)
    """

    kind: ProofKind
    columns: dict[str, tuple[str, ...]]
    value: str = ""

    def of(self, role: str) -> tuple[str, ...]:
        """The headers with one role."""
        return self.columns.get(role, ())

    def headers(self) -> tuple[str, ...]:
        """All headers of the relation."""
        return tuple(dict.fromkeys(header for headers in self.columns.values() for header in headers))


class TableLayout(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where one canonical table comes from.

    Parameters
    ----------
    file, sheet
        The file in the folder and the sheet of the workbook; empty for the only one. A pattern (``AR_*.xlsx``) names
        several files with the same columns: one per entity, one per period.
    query
        The query that gives the rows, where the source is a database.
    in_file_name
        Canonical name to a pattern with one group, which finds the value in the name of each file.
    date_order, decimal_mark, delimiter, encoding
        As in the layout, where this table comes from another system than the others; empty: as the layout says.
    columns
        Canonical name to header in the source. Empty: the headers are the canonical names.
    constants
        Canonical name to a value that every row has; where a column is mapped too, the value of its blank cells.
    keep
        Header to the values of the rows that are wanted; all other rows are left out, and counted. An empty text is a
        blank cell.
    leave_out
        Header to the values of rows that are left out; a finding names each value, with how many rows and their sum.
        Under a header of which ``keep`` speaks too, a value in neither is refused.
    paid_when
        Header to the values of documents that are paid. One without ``settled_on`` was paid on a day that nobody knows:
        its amount is excluded, neither open nor in the history. In the shape ``settled`` alone.
    ignored
        Headers that cannot bear on the number, as a person says or as was found; one that is not in the file is fine.
        Stated, even as an empty list: any other column that could change the number and is not named is a question.
        Not stated: it is a finding.
    unit
        What an amount of 1 in the source means in units of its currency: 1000 for amounts in thousands.
    types
        Value in the source to item or entry type.
    statuses
        Of payments: a value of their ``status`` that is no usual word to ``paid`` or to another status, such as
        ``failed``: what is not paid settles nothing, and is named.
    header
        The texts of the header row, those of two lines joined with a space, in order, blank cells left out. It is
        looked for wherever it is, and a header that has changed is refused; only if a text is there twice must the
        order be the same, and the columns are then called "Amount", "Amount 2". A column under a blank cell is called
        by its place, "column 3". Rows above the header, repeats of it, totals and section rows are not taken for items.
        Empty: the first row that is not blank is the header and every row below it is an item.
    header_lines
        How many rows the header has.
    joined
        Canonical name to the headers whose texts, joined with "/", are its value: a document number and its line.
    plus, minus
        Canonical name of an amount to the headers that are added up for it, and that are deducted: debit and credit,
        or the columns of an aging.
    minus_when
        Header to the values of rows whose amounts are stated without their minus: a debit or credit mark, a document
        type.
    sections
        Where the customer is when it is not in a column of each row: in a row ``above`` its items, or ``below``.
    section_labels
        Canonical name to the word that comes before it in a section row ("Customer", "Currency"); a name with an empty
        word takes the whole text of the row.
    day_parts
        A name for a column of days to the headers of year, month and day that it is made of; the year may also be
        written itself, where it is the same in every row: ``{"2026/月/日" = ["2026", "月", "日"]}``. A blank year or
        month is that of the row above. The columns of parts are not read otherwise.
    serials
        Headers of days that are written as the numbers of a spreadsheet (46027 is 2026-01-05).
    dated_in
        Canonical name of a date to the header of the text that contains it ("Invoice 17 of 05.10.2026").
    allocate
        Of an account whose rows are documents and payments alike, how payments are applied: ``by_reference``, to the
        rows with the same ``match`` and to the document that ``reference`` names; ``oldest_first``, what is left then
        to the oldest documents of the customer, each with a finding. A balance brought forward becomes an item.
    stated_above
        ``currency``, ``snapshot_on`` or a text such as ``customer_id`` to the words after which it comes in a row above
        the header ("as of").
    once
        Of documents that have several rows each (a row for each payment, for each line): the headers of the amounts
        that are those of the whole document in each of its rows, and count once. Other amounts are added up.
    from_items
        Of payments: they are in the rows of the documents, which ``once`` makes one of.
    proofs
        Relations among the columns that every row is held against; rows that break one are findings.

    Examples
    --------
    >>> debit_and_credit = TableLayout(plus={"amount": ("Debit",)}, minus={"amount": ("Credit",)})
    >>> debit_and_credit.minus["amount"]
    ('Credit',)
    """

    file: str = ""
    sheet: str = ""
    query: str = ""
    in_file_name: dict[str, str] = {}
    date_order: Literal["", "ymd", "dmy", "mdy", "yymmdd"] = ""
    decimal_mark: Literal["", ".", ","] = ""
    delimiter: str = ""
    encoding: str = ""
    columns: dict[str, str] = {}
    constants: dict[str, str] = {}
    keep: dict[str, tuple[str, ...]] = {}
    leave_out: dict[str, tuple[str, ...]] = {}
    paid_when: dict[str, tuple[str, ...]] = {}
    ignored: tuple[str, ...] | None = None
    unit: int = 1
    types: dict[str, str] = {}
    statuses: dict[str, str] = {}
    header: tuple[str, ...] = ()
    header_lines: Literal[1, 2, 3] = 1
    joined: dict[str, tuple[str, ...]] = {}
    plus: dict[str, tuple[str, ...]] = {}
    minus: dict[str, tuple[str, ...]] = {}
    minus_when: dict[str, tuple[str, ...]] = {}
    sections: Literal["", "above", "below"] = ""
    section_labels: dict[str, str] = {}
    day_parts: dict[str, tuple[str, str, str]] = {}
    serials: tuple[str, ...] = ()
    dated_in: dict[str, str] = {}
    stated_above: dict[str, str] = {}
    allocate: Literal["", "by_reference", "oldest_first"] = ""
    once: tuple[str, ...] = ()
    from_items: bool = False
    proofs: tuple[Proof, ...] = ()

    @property
    def says_day(self) -> bool:
        """Whether a file says its day itself: above the header, or in its rows."""
        return "snapshot_on" in self.stated_above or any(proof.kind == "days" for proof in self.proofs)

    def canonical_names(self) -> set[str]:
        """The canonical columns that the layout gives a value to."""
        named = (
            self.in_file_name,
            self.columns,
            self.constants,
            self.joined,
            self.plus,
            self.minus,
            self.section_labels,
            self.dated_in,
        )
        return {name for names in named for name in names} | ({*self.stated_above} - {"snapshot_on"})

    def headers(self) -> set[str]:
        """The headers that the layout reads."""
        several = (*self.joined.values(), *self.plus.values(), *self.minus.values())
        single = {
            *self.columns.values(),
            *self.keep,
            *self.leave_out,
            *self.paid_when,
            *self.minus_when,
            *self.dated_in.values(),
            *self.once,
        }
        # The customer of a section row is no header: "= customer_id".
        proven = ([header for header in proof.headers() if header[:2] != "= "] for proof in self.proofs)
        return single.union(*several, *proven) - {"source_row"}


class Layout(Settings, frozen=True, kw_only=True):
    """How an export is to be read.

    Parameters
    ----------
    shape
        ``open_items``: what is open on one day. ``settled``: invoices with the day each was settled; with an open
        amount too, only the rest was settled on that day. ``applied``: invoices, credit notes and receipts with
        applications, payments or other entries.
    date_order, decimal_mark, delimiter, encoding
        How the source writes dates and amounts, and how its text files are laid out. ISO dates are always read;
        ``yymmdd`` is of days that begin with a year of two digits (26/01/05).
    time_zone
        The zone whose days count, such as ``Europe/Berlin``, where times state their offset (``2026-01-31T23:30:00Z``).
        Empty: the day as it is written; times without an offset always have that.
    snapshot_on
        The day of the snapshot; the caller may give it instead. In the other shapes the day of the export, until which
        it is complete where ``covers_until`` does not say so.
    covers_from, covers_until
        The days for which the export is complete, where the source knows better than its first and last row.
    rate_means
        Whether ``exchange_rate`` is base units per unit of the item's currency or the reverse.
    terms
        Terms code to days, for due dates that are missing.

    Examples
    --------
    >>> Layout(name="our ERP", shape="settled", date_order="dmy").shape
    'settled'
    """

    error: ClassVar = LayoutError
    name: str
    shape: Shape = "applied"
    date_order: DateOrder = "ymd"
    time_zone: str = ""
    decimal_mark: Literal[".", ","] = "."
    delimiter: str = ","
    encoding: str = "utf-8"
    snapshot_on: date | None = None
    covers_from: date | None = None
    covers_until: date | None = None
    rate_means: Literal["base_per_unit", "units_per_base"] = "base_per_unit"
    terms: dict[str, int] = msgspec.field(default_factory=dict)
    items: TableLayout = TableLayout()
    applications: TableLayout | None = None
    payments: TableLayout | None = None
    entries: TableLayout | None = None
    customers: TableLayout | None = None
    marks: TableLayout | None = None
    rates: TableLayout | None = None
    gl: TableLayout | None = None
    sales: TableLayout | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.delimiter) != 1 or not self.delimiter.isascii() or self.delimiter in '"\r\n':
            raise LayoutError(f"the delimiter must be one character, such as ; or a tab, found {self.delimiter!r}")
        if self.time_zone and self.time_zone not in available_timezones():
            raise LayoutError(str(unknown_name("time zone", self.time_zone, known=sorted(available_timezones()))))
        for table, layout in self.tables().items():
            if layout.unit not in UNITS:
                raise LayoutError(f"unit of {table} must be one of {', '.join(map(str, UNITS))}, found {layout.unit}")
            # What cannot act is refused: accepted and ignored, it would let its author believe that the numbers heed
            # it.
            lost = [key for key in _BELOW_A_HEADER if getattr(layout, key) and not layout.header]
            if lost or (layout.header_lines > 1 and not layout.header):
                raise LayoutError(f"{listed(lost or ['header_lines'])} of {table} has no effect without header = [...]")
            single = {*layout.columns} & {*TABLES[table].of_type("money")}
            # A sum of several columns has its signs by them already; a mark on top would turn them twice.
            if layout.minus_when and (layout.plus or layout.minus) and not single:
                raise LayoutError(f"minus_when of {table} has no effect on amounts that plus and minus make")
            if layout.paid_when and (table, self.shape) != ("items", "settled"):
                raise LayoutError(
                    f"paid_when of {table} has no effect: it is of the items of the shape 'settled' alone"
                )
            if layout.once and (table != "items" or layout.allocate or "item_id" in layout.joined):
                raise LayoutError(f"once of {table} has no effect: it is of items with one column as their number")
            if layout.from_items and (table != "payments" or not self.items.once):
                raise LayoutError(f"from_items of {table} has no effect without once of the items")
            if layout.statuses and table != "payments":
                raise LayoutError(f"statuses of {table} has no effect: it is of the payments alone")
            for name in sorted(layout.canonical_names()):
                if name not in TABLES[table].columns:
                    raise LayoutError(str(unknown_name(f"column of {table}", name, known=TABLES[table].columns)))

    @property
    def last_day(self) -> date | None:
        """The last day for which the export is complete, as far as it is stated."""
        return self.covers_until or self.snapshot_on

    def tables(self) -> dict[str, TableLayout]:
        """The layouts of the tables that the export has."""
        stated = {name: getattr(self, name) for name in TABLES}
        return {name: layout for name, layout in stated.items() if layout is not None}

    def of_table(self, name: str) -> Self:
        """The layout with the settings that one table has of its own in place of the common ones."""
        table = self.tables().get(name)
        own = {field: getattr(table, field, "") for field in ("date_order", "decimal_mark", "delimiter", "encoding")}
        return msgspec.structs.replace(self, **{field: value for field, value in own.items() if value})


_BELOW_A_HEADER: Final = ("sections", "section_labels", "stated_above", "day_parts", "serials")

Sure = Literal["stated", "certain", "likely"]
_ALWAYS_WRITTEN: Final = ("name", "shape")


@dataclass(frozen=True)
class Decision:
    """One thing decided: ``stated`` by a person, ``certain`` from the cells, or ``likely`` by a stated rule."""

    what: str
    decided: str
    evidence: str
    sure: Sure = "certain"


Role = Literal["mapped", "proof", "contradiction", "harmless", "ignored", "unexplained"]


@dataclass(frozen=True)
class ColumnRole:
    """What one column of a source was taken for.

    Attributes
    ----------
    header
        The column.
    role
        ``mapped``: it makes the ledger. ``proof``: compared with the ledger, and agrees. ``contradiction``: compared,
        and disagrees. ``harmless``: it cannot bear on the number. ``ignored``: by a person. ``unexplained``: it could.
    what
        The canonical column that it gives, or what it proves or contradicts; empty where it is nothing.
    evidence
        Why.
    """

    header: str
    role: Role
    what: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class Reading:
    """How a ledger was read.

    Attributes
    ----------
    layout
        The layout by which the file was read: recognised, or given.
    made
        The decisions in the order in which they were made.
    columns
        What each column of the items was taken for, in the order of the source; empty where none was recognised.

    Examples
    --------
    >>> import arkit as ar
    >>> ledger = ar.sample_ledger()
    >>> ledger.reading.layout.name
    'arkit sample'
    """

    layout: Layout
    made: tuple[Decision, ...] = field(default=())
    columns: tuple[ColumnRole, ...] = field(default=())

    @property
    def decisions(self) -> pd.DataFrame:
        """The decisions: ``what``, ``decided``, ``evidence``, and how ``sure`` (stated, certain, likely)."""
        rows = [(each.what, each.decided, each.evidence, each.sure) for each in self.made]
        schema = {name: pl.String for name in ("what", "decided", "evidence", "sure")}
        return pl.DataFrame(rows, schema=schema, orient="row").to_pandas()

    def save(self, path: str | Path) -> Path:
        """Write the layout as TOML: ``read_ledger(..., layout=path)`` reads next month's file in the same way.

        Examples
        --------
        >>> import tempfile
        >>> import arkit as ar
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = ar.sample_ledger().reading.save(Path(folder) / "layout.toml")
        ...     ar.Layout.load(path) == ar.sample_ledger().reading.layout
        True
        """
        target = Path(path)
        target.write_text(toml_of(self.layout), encoding="utf-8")
        return target


def toml_of(layout: Layout) -> str:
    """A layout as TOML, without what it leaves at its default."""
    return tomli_w.dumps(_stated(layout), multiline_strings=False)


def _stated(settings: msgspec.Struct) -> dict[str, object]:
    defaults = msgspec.structs.fields(settings)
    found: dict[str, object] = {}
    for each in defaults:
        value = getattr(settings, each.name)
        if value is None or (value == each.default and each.name not in _ALWAYS_WRITTEN):
            continue
        if isinstance(value, dict) and not value:
            continue
        if isinstance(value, msgspec.Struct):
            value = _stated(value)
            if not value:
                continue
        found[each.name] = msgspec.to_builtins(value, builtin_types=())
    return found
