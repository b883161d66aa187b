"""Layouts: how the columns, dates and amounts of one kind of export become the canonical tables."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal, Self

import msgspec

from arkit.errors import LayoutError, unknown_name
from arkit.ledger.parsing import DateOrder
from arkit.ledger.schema import TABLES
from arkit.settings import read_settings, require_choices

Shape = Literal["open_items", "settled", "applied"]

NEEDED_FOR_SHAPE: dict[Shape, tuple[str, ...]] = {
    "open_items": ("open_amount",),
    "settled": ("amount", "settled_on"),
    "applied": (),
}


class TableLayout(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where one canonical table comes from.

    Parameters
    ----------
    file, sheet
        The file in the folder and the sheet of the workbook; empty for the only one.
    columns
        Canonical name to header in the source. Empty: the headers are the canonical names.
    constants
        Canonical name to a value that every row has.
    keep
        Header to the values of the rows that are wanted; all other rows are left out, and counted.
    types
        Value in the source to item or entry type.
    """

    file: str = ""
    sheet: str = ""
    columns: dict[str, str] = {}
    constants: dict[str, str] = {}
    keep: dict[str, tuple[str, ...]] = {}
    types: dict[str, str] = {}


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How an export is to be read.

    Parameters
    ----------
    shape
        ``open_items``: what is open on one day. ``settled``: invoices with the day each was settled. ``applied``:
        invoices, credit notes and receipts with applications, payments or other entries.
    date_order, decimal_mark, delimiter, encoding
        How the source writes dates and amounts, and how its text files are laid out. ISO dates are always read.
    snapshot_on
        The day of the snapshot; the caller may give it instead.
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

    name: str
    shape: Shape = "applied"
    date_order: DateOrder = "ymd"
    decimal_mark: Literal[".", ","] = "."
    delimiter: str = ","
    encoding: str = "utf-8"
    snapshot_on: date | None = None
    covers_from: date | None = None
    covers_until: date | None = None
    rate_means: Literal["base_per_unit", "units_per_base"] = "base_per_unit"
    terms: dict[str, int] = {}
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
        require_choices(self, ("shape", "date_order", "decimal_mark", "rate_means"), error=LayoutError)
        if len(self.delimiter) != 1 or not self.delimiter.isascii() or self.delimiter in '"\r\n':
            raise LayoutError(f"the delimiter must be one character, such as ; or a tab, found {self.delimiter!r}")
        for table, layout in self.tables().items():
            for name in (*layout.columns, *layout.constants):
                if name not in TABLES[table].columns:
                    raise LayoutError(str(unknown_name(f"column of {table}", name, known=TABLES[table].columns)))

    def tables(self) -> dict[str, TableLayout]:
        """Return the layouts of the tables that the export has."""
        stated = {name: getattr(self, name) for name in TABLES}
        return {name: layout for name, layout in stated.items() if layout is not None}

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a layout from a TOML file.

        Raises
        ------
        LayoutError
            The file is missing, is no TOML, or has an unknown name or an impossible value.
        """
        return read_settings(path, cls, what="layout", error=LayoutError)
