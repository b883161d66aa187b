"""Hints: what a person says of a file, where the file does not say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from arkit.calendar import currencies
from arkit.errors import ReadingError, unknown_name
from arkit.model.layout import DateOrder, Shape
from arkit.model.schema import TABLES


class Hints(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is known of a file beforehand; everything else is found.

    Parameters
    ----------
    shape, date_order, decimal_mark, delimiter, encoding
        As in a layout.
    sheet
        The sheet of the workbook that holds the items.
    currency
        The currency of rows that name none.
    base_currency
        The currency of amounts in local currency.
    columns
        Canonical name to the header in the file, for columns that are not found or could be several.
    credits
        ``minus``: the amounts of credit notes and receipts are stated without their minus.
    name
        The name of the layout that is made.

    Examples
    --------
    >>> Hints(date_order="dmy").date_order
    'dmy'
    """

    shape: Shape | None = None
    date_order: DateOrder | None = None
    decimal_mark: Literal[".", ","] | None = None
    delimiter: str = ""
    encoding: str = ""
    sheet: str = ""
    currency: str = ""
    base_currency: str = ""
    columns: dict[str, str] = {}
    credits: Literal["minus"] | None = None
    name: str = ""

    def __post_init__(self) -> None:
        for code in (self.currency, self.base_currency):
            if code and code not in currencies():
                raise ReadingError(f"{code!r} is not an ISO 4217 currency code, such as EUR.")
        for name in self.columns:
            if name not in TABLES["items"].columns:
                raise ReadingError(str(unknown_name("column of items", name, known=TABLES["items"].columns)))


def as_hints(hints: Mapping[str, Any] | None) -> Hints:
    """The hints of a call, checked.

    Raises
    ------
    ReadingError
        An unknown name or an impossible value.
    """
    try:
        return msgspec.convert(dict(hints or {}), Hints)
    except (msgspec.ValidationError, TypeError, ValueError) as error:
        known = ", ".join(Hints.__struct_fields__)
        raise ReadingError(f"The hints cannot be used: {error}. Known: {known}.") from error
