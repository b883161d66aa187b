"""The examples: for each its books, what its export tells of them, how it is written, and which layout reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import arkit as ar
from tests.read.exports.books import DAY, Item, Terms, Told, books_of, canonical
from tests.read.exports.compare import Facts, facts
from tests.read.exports.grids import Grid, Style, content
from tests.read.exports.systems import (
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
    """One made-up export: its books and how they are written.

    ``hints`` are what a reader without a layout must be told, because the export does not say it, and ``asks`` is the
    question that it asks; ``tells_day`` is whether the export says of which day it is.
    """

    name: str
    terms: Terms
    told: Told
    style: Style
    write: Write
    hints: Mapping[str, object] = field(default_factory=dict)
    asks: str = ""
    tells_day: bool = True

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The books."""
        return books_of(self.terms)

    @cached_property
    def grid(self) -> Grid:
        """The export as rows of typed cells."""
        return self.write(self.items)

    @property
    def has_totals(self) -> bool:
        """Whether the export states sums of its items."""
        return len(self.grid.rows) > self.grid.header[1] + len(self.grid.items)

    @property
    def file(self) -> str:
        """The name of the file."""
        return f"{self.name}{self.style.suffix}"

    @cached_property
    def content(self) -> bytes:
        """The export as bytes."""
        return content(self.grid, self.style)

    @property
    def answers(self) -> dict[str, object]:
        """What a reader without a layout is told, as arguments of ``read_ledger``."""
        return {"hints": self.hints, "snapshot_on": None if self.tells_day else DAY}

    @cached_property
    def facts(self) -> Facts:
        """What that ledger says."""
        return facts(self.canonical, self.told)

    @cached_property
    def canonical(self) -> ar.Ledger:
        """The ledger that it must come to."""
        return canonical(self.items, self.told)


_CURRENCY = r"(?s)currency.*hints=\{\"currency\": "
_DAY = r"(?s)snapshot of one day.*snapshot_on="


def _of(currency: str) -> dict[str, object]:
    """Return how a question for the currency is answered."""
    return {"currency": currency}


_EXAMPLES = (
    Example(
        "business_central",
        business_central.TERMS,
        business_central.TOLD,
        business_central.STYLE,
        business_central.grid,
        {"currency": "EUR", "base_currency": "EUR"},
        _CURRENCY,
    ),
    Example("sap_fbl5n_de", sap.TERMS, sap.TOLD, sap.STYLE, sap.grid),
    Example("sap_fbl5n_en", sap.ENGLISH_TERMS, sap.ENGLISH_TOLD, sap.ENGLISH_STYLE, sap.english),
    Example("one_c", one_c.TERMS, one_c.TOLD, one_c.STYLE, one_c.grid, _of("RUB"), _CURRENCY),
    Example("quickbooks", quickbooks.TERMS, quickbooks.TOLD, quickbooks.STYLE, quickbooks.grid, _of("USD"), _CURRENCY),
    Example("xero_aged", xero.TERMS, xero.TOLD, xero.STYLE, xero.grid, _of("GBP"), _CURRENCY),
    Example("odoo_aged", odoo.TERMS, odoo.TOLD, odoo.STYLE, odoo.grid),
    Example(
        "odoo_lines",
        odoo.LINES_TERMS,
        odoo.LINES_TOLD,
        odoo.LINES_STYLE,
        odoo.lines,
        odoo.LINES_ANSWERS,
        r"(?s)open_amount.*hints=",
        tells_day=False,
    ),
    Example("erpnext", erpnext.TERMS, erpnext.TOLD, erpnext.STYLE, erpnext.grid),
    Example("kingdee", chinese.KINGDEE_TERMS, chinese.KINGDEE_TOLD, chinese.KINGDEE_STYLE, chinese.kingdee),
    Example("yonyou", chinese.YONYOU_TERMS, chinese.YONYOU_TOLD, chinese.YONYOU_STYLE, chinese.yonyou),
    Example("oracle", oracle.TERMS, oracle.TOLD, oracle.STYLE, oracle.grid),
    Example("netsuite", netsuite.TERMS, netsuite.TOLD, netsuite.STYLE, netsuite.grid, _of("USD"), _CURRENCY),
    Example("sage", sage.TERMS, sage.TOLD, sage.STYLE, sage.grid, _of("GBP"), _CURRENCY),
    Example("sap_s4", s4.TERMS, s4.TOLD, s4.STYLE, s4.grid),
)
EXAMPLES = {example.name: example for example in _EXAMPLES}
