"""The canonical tables: their columns, types, and which of them must be there. SCHEMA of everything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

Type = Literal["text", "category", "date", "money", "number", "flag"]

POLARS_TYPES: Final[dict[Type, type[pl.DataType]]] = {
    "text": pl.String,
    "category": pl.Categorical,
    "date": pl.Date,
    "money": pl.Int64,
    "number": pl.Float64,
    "flag": pl.Boolean,
}


@dataclass(frozen=True)
class Table:
    """A canonical table: the type of each column, and the columns without which it cannot be used."""

    columns: dict[str, Type]
    required: tuple[str, ...]

    def of_type(self, *types: Type) -> list[str]:
        """Return the columns of some types, in order."""
        return [name for name, kind in self.columns.items() if kind in types]

    def polars_schema(self) -> dict[str, type[pl.DataType]]:
        """Return the Polars type of each column."""
        return {name: POLARS_TYPES[kind] for name, kind in self.columns.items()}


_ITEM_KEYS: Final[dict[str, Type]] = {
    "item_id": "text",
    "document_id": "text",
    "entity": "category",
    "account": "category",
    "customer_id": "category",
    "item_type": "category",
    "document_date": "date",
    "due_date": "date",
    "original_due_date": "date",
    "replaces": "text",
    "currency": "category",
    "base_currency": "category",
    "terms": "category",
    "discount_date": "date",
    "discount_rate": "number",
    "reference": "text",
    "salesperson": "category",
    "contract": "category",
}

TABLES: Final[dict[str, Table]] = {
    "items": Table(
        {
            **_ITEM_KEYS,
            "recorded_on": "date",
            "amount": "money",
            "base_amount": "money",
            "open_amount": "money",
            "base_open_amount": "money",
            "exchange_rate": "number",
            "settled_on": "date",
            "disputed": "flag",
            "name": "text",
        },
        required=("item_id", "customer_id", "document_date", "currency"),
    ),
    "entries": Table(
        {
            "item_id": "text",
            "entry_type": "category",
            "effective_on": "date",
            "recorded_on": "date",
            "amount": "money",
            "base_amount": "money",
            "counterpart_item_id": "text",
        },
        required=("item_id", "entry_type", "effective_on", "amount"),
    ),
    "applications": Table(
        {
            "item_id": "text",
            "counterpart_item_id": "text",
            "effective_on": "date",
            "recorded_on": "date",
            "amount": "money",
            "base_amount": "money",
        },
        required=("item_id", "counterpart_item_id", "effective_on", "amount"),
    ),
    "payments": Table(
        {
            "payment_id": "text",
            "item_id": "text",
            "entity": "category",
            "account": "category",
            "customer_id": "category",
            "effective_on": "date",
            "recorded_on": "date",
            "currency": "category",
            "amount": "money",
            "base_amount": "money",
        },
        required=("effective_on", "amount"),
    ),
    "customers": Table(
        {
            "customer_id": "category",
            "name": "text",
            "valid_from": "date",
            "parent": "text",
            "industry": "category",
            "size": "category",
            "country": "category",
            "credit_limit": "number",
            "limit_currency": "category",
            "insured_amount": "number",
            "terms_days": "number",
            "collector": "category",
            "language": "category",
            "intercompany": "flag",
            "supplier_id": "text",
        },
        required=("customer_id",),
    ),
    "marks": Table(
        {
            "item_id": "text",
            "customer_id": "category",
            "kind": "category",
            "from": "date",
            "to": "date",
            "recorded_on": "date",
            "amount": "number",
            "promised_on": "date",
            "note": "text",
        },
        required=("kind", "from"),
    ),
    "rates": Table(
        {"currency": "category", "base_currency": "category", "date": "date", "rate": "number"},
        required=("currency", "date", "rate"),
    ),
    "gl": Table(
        {"entity": "category", "account": "category", "date": "date", "currency": "category", "balance": "money"},
        required=("date", "currency", "balance"),
    ),
    "sales": Table(
        {"entity": "category", "customer_id": "category", "date": "date", "currency": "category", "amount": "money"},
        required=("date", "currency", "amount"),
    ),
}

ITEM_COLUMNS: Final = tuple(_ITEM_KEYS)
