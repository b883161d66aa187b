"""The examples: for each its books, what its export tells of them, how it is written, and which layout reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import arkit as ar
from tests.ledger.exports.books import Item, Terms, Told, books_of, canonical
from tests.ledger.exports.grids import Grid, Style, content
from tests.ledger.exports.systems import (
    business_central,
    chinese,
    erpnext,
    netsuite,
    odoo,
    one_c,
    oracle,
    quickbooks,
    s4,
    sage,
    sap,
    xero,
)

Write = Callable[[tuple[Item, ...]], Grid]


@dataclass(frozen=True)
class Example:
    """One made-up export: its books, how they are written, and what must be said because the export does not."""

    name: str
    terms: Terms
    told: Told
    style: Style
    write: Write
    currency: str = ""

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The books."""
        return books_of(self.terms)

    @cached_property
    def grid(self) -> Grid:
        """The export as rows of typed cells."""
        return self.write(self.items)

    @property
    def file(self) -> str:
        """The name of the file."""
        return f"{self.name}{self.style.suffix}"

    @cached_property
    def content(self) -> bytes:
        """The export as bytes."""
        return content(self.grid, self.style)

    @cached_property
    def canonical(self) -> ar.Ledger:
        """The ledger that it must come to."""
        return canonical(self.items, self.told)


_EXAMPLES = (
    Example(
        "business_central",
        business_central.TERMS,
        business_central.TOLD,
        business_central.STYLE,
        business_central.grid,
        "EUR",
    ),
    Example("sap_fbl5n_de", sap.TERMS, sap.TOLD, sap.STYLE, sap.grid),
    Example("sap_fbl5n_en", sap.ENGLISH_TERMS, sap.ENGLISH_TOLD, sap.ENGLISH_STYLE, sap.english),
    Example("one_c", one_c.TERMS, one_c.TOLD, one_c.STYLE, one_c.grid, "RUB"),
    Example("quickbooks", quickbooks.TERMS, quickbooks.TOLD, quickbooks.STYLE, quickbooks.grid, "USD"),
    Example("xero_aged", xero.TERMS, xero.TOLD, xero.STYLE, xero.grid, "GBP"),
    Example("odoo_aged", odoo.TERMS, odoo.TOLD, odoo.STYLE, odoo.grid),
    Example("odoo_lines", odoo.LINES_TERMS, odoo.LINES_TOLD, odoo.LINES_STYLE, odoo.lines),
    Example("erpnext", erpnext.TERMS, erpnext.TOLD, erpnext.STYLE, erpnext.grid),
    Example("kingdee", chinese.KINGDEE_TERMS, chinese.KINGDEE_TOLD, chinese.KINGDEE_STYLE, chinese.kingdee),
    Example("yonyou", chinese.YONYOU_TERMS, chinese.YONYOU_TOLD, chinese.YONYOU_STYLE, chinese.yonyou),
    Example("oracle", oracle.TERMS, oracle.TOLD, oracle.STYLE, oracle.grid),
    Example("netsuite", netsuite.TERMS, netsuite.TOLD, netsuite.STYLE, netsuite.grid, "USD"),
    Example("sage", sage.TERMS, sage.TOLD, sage.STYLE, sage.grid, "GBP"),
    Example("sap_s4", s4.TERMS, s4.TOLD, s4.STYLE, s4.grid),
)
EXAMPLES = {example.name: example for example in _EXAMPLES}
