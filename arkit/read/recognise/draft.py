"""A layout in the making: what has been decided so far, and on which evidence."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

import msgspec
import polars as pl

from arkit.errors import ReadingError, listed
from arkit.model.layout import Decision, Shape, TableLayout
from arkit.model.schema import TABLES
from arkit.read.body.rows import DATE
from arkit.read.recognise.columns import BUCKET, Columns
from arkit.read.recognise.questions import Hints

_ITEM_HAS_CELLS: Final = 0.6
_FEWEST_CELLS: Final = 2
_BASE: Final = ("base_amount", "base_open_amount", "exchange_rate")


@dataclass(frozen=True)
class Draft:
    """A table layout so far; ``extra`` has all headers by meaning, those without a canonical name too."""

    table: TableLayout
    extra: dict[str, str]
    all_currencies: dict[str, str] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()

    def adding(self, *decisions: Decision) -> Self:
        """The draft with more decisions."""
        return replace(self, decisions=(*self.decisions, *decisions))

    def with_table(self, **settings: Any) -> Self:
        """The draft with other settings of its table."""
        return replace(self, table=msgspec.structs.replace(self.table, **settings))

    @property
    def given(self) -> set[str]:
        """The canonical amounts that the file has."""
        return {*self.table.columns, *self.table.plus}

    @property
    def main(self) -> str:
        """The amount that the ledger is made of."""
        return (
            "amount"
            if "amount" in self.given and "settled_on" in self.table.columns
            else ("open_amount" if "open_amount" in self.given else "amount")
        )

    @property
    def main_headers(self) -> list[str]:
        """The headers of that amount."""
        table = self.table
        if self.main in table.plus:
            return [*table.plus[self.main], *table.minus.get(self.main, ())]
        return [table.columns[self.main]] if self.main in table.columns else []

    @property
    def currencies(self) -> set[str]:
        """The currencies that the headers of the main amount name."""
        names = {self.main, *([BUCKET] if self.main in self.table.plus else []), "debit", "credit"}
        return {currency for name, currency in self.all_currencies.items() if name in names}

    def of_shape(self, shape: Shape, hints: Hints) -> Self:
        """The draft without the columns that its shape, or a missing base currency, leaves without a meaning."""
        columns, constants = dict(self.table.columns), dict(self.table.constants)
        plus, minus = dict(self.table.plus), dict(self.table.minus)
        made = []
        if shape != "settled":
            columns.pop("settled_on", None)
        if shape == "open_items" and "open_amount" not in self.given:
            for parts in (columns, plus, minus):
                if "amount" in parts:
                    parts["open_amount"] = parts.pop("amount")  # type: ignore[assignment]
        elif shape == "open_items":
            columns.pop("amount", None)
        if hints.base_currency and "base_currency" not in columns:
            constants["base_currency"] = hints.base_currency
        if "base_currency" not in {**columns, **constants}:
            lost = [columns.pop(name) for name in _BASE if name in columns]
            if lost:
                evidence = 'the base currency is not known; say hints={"base_currency": "EUR"} to read it'
                made.append(Decision("not read", ", ".join(lost), evidence))
        return self.with_table(columns=columns, constants=constants, plus=plus, minus=minus).adding(*made)


def likely_items(rows: pl.DataFrame, repeats: pl.DataFrame, file: str) -> pl.DataFrame:
    """The rows with a day and about as many cells as most have: sections, totals and notes have fewer.

    ``repeats`` are the rows of the header and those above it, which come again at page breaks.
    """
    whole = pl.concat_str(pl.exclude("source_row"), separator="\x1f", ignore_nulls=True)
    rows = rows.filter(~whole.is_in(repeats.select(whole).to_series().implode()))
    names = [name for name in rows.columns if name != "source_row"]
    dated = rows.filter(pl.any_horizontal(pl.col(names).str.contains(DATE)))
    rows = dated if dated.height else rows
    filled = rows.select(pl.sum_horizontal(pl.col(name).is_not_null() for name in names)).to_series()
    usual = filled.filter(filled >= _FEWEST_CELLS).median()
    if not isinstance(usual, float):
        raise ReadingError(f"{file} has a header but no rows below it. Export it again.")
    return rows.filter(filled >= max(_FEWEST_CELLS, usual * _ITEM_HAS_CELLS))


def amounts_of(columns: Columns, dated: str, file: str) -> Draft:
    """A draft of the columns of a file: one amount, debit and credit, or the columns of an aging.

    Raises
    ------
    ReadingError
        There is no day of the document: a summary by customer cannot be aged again.
    """
    known = TABLES["items"].columns
    of = {name: header for name, header in columns.of.items() if name in known and header not in columns.blank}
    plus: dict[str, tuple[str, ...]] = {}
    minus: dict[str, tuple[str, ...]] = {}
    if not {"amount", "open_amount"} & {*of}:
        if {"open_debit", "open_credit"} <= {*columns.of}:
            plus, minus = {"open_amount": (columns.of["open_debit"],)}, {"open_amount": (columns.of["open_credit"],)}
        elif {"debit", "credit"} <= {*columns.of}:
            plus, minus = {"amount": (columns.of["debit"],)}, {"amount": (columns.of["credit"],)}
        elif columns.buckets:
            plus = {"open_amount": columns.buckets}
        else:
            for base, name in (("base_open_amount", "open_amount"), ("base_amount", "amount")):
                if base in of:
                    of[name] = of.pop(base)
    if not {"amount", "open_amount"} & {*of, *plus}:
        raise ReadingError(
            f"No column of {file} is known to hold amounts. Say which: "
            'hints={"columns": {"open_amount": "..."}} or {"amount": "..."}. Known: '
            + listed(of.values())
            + f".{_unknown(columns)}"
        )
    if "document_date" not in of and not dated:
        summary = ", as in a summary by customer" if columns.buckets else ""
        raise ReadingError(
            f"No column of {file} has the day of the document{summary}. Without it neither the age nor the history of "
            'an item is known. Export the detail by document, or say hints={"columns": {"document_date": "..."}}.'
        )
    table = TableLayout(columns=of, plus=plus, minus=minus, dated_in={"document_date": dated} if dated else {})
    return Draft(table, dict(columns.of), columns.currencies)


def _unknown(columns: Columns) -> str:
    unread = [decision.decided for decision in columns.decisions if decision.what == "not read"]
    return f" Not known: {unread[0]}." if unread else ""


def complete(draft: Draft) -> TableLayout:
    """The finished layout of the table, without what another setting says already."""
    table = draft.table
    made = {*table.joined, *table.plus, *table.minus, *table.section_labels, *table.dated_in}
    columns = {name: header for name, header in table.columns.items() if name not in made}
    return msgspec.structs.replace(table, columns=columns)
