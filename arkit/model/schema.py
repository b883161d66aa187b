"""The canonical tables (``templates/schema.toml``): their columns, types, and which of them must be there."""

from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from arkit.resources import bundled

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
        """The columns of some types, in order."""
        return [name for name, kind in self.columns.items() if kind in types]

    def polars_schema(self) -> dict[str, type[pl.DataType]]:
        """The Polars type of each column."""
        return {name: POLARS_TYPES[kind] for name, kind in self.columns.items()}


def _tables() -> dict[str, Table]:
    stated = bundled("templates/schema.toml")
    return {name: Table(table["columns"], tuple(table["required"])) for name, table in stated.items()}


TABLES: Final = _tables()
# What an item is; what follows in the table is stated with it and becomes entries, base amounts, marks and customers.
ITEM_COLUMNS: Final = tuple(TABLES["items"].columns)[: list(TABLES["items"].columns).index("recorded_on")]
