"""Findings (data-quality issues): what was wrong with a row, what was done about it, and the amount it carries."""

from functools import cache
from string import Formatter
from typing import Any, Final, Literal

import polars as pl

from arkit.resources import bundled
from arkit.words.catalogue import ENGLISH, text

Action = Literal["kept", "derived", "excluded"]

SCHEMA: Final[dict[str, pl.DataType]] = {
    "code": pl.String(),
    "table": pl.String(),
    "source": pl.String(),
    "source_row": pl.Int64(),
    "entity": pl.String(),
    "account": pl.String(),
    "customer_id": pl.String(),
    "currency": pl.String(),
    "item_id": pl.String(),
    "effective_on": pl.Date(),
    "recorded_on": pl.Date(),
    "value": pl.String(),
    "amount": pl.Int64(),
    "action": pl.String(),
    "message": pl.String(),
}


_CODES: Final[dict[Any, str]] = bundled("templates/findings.toml")
FAULTS: Final[dict[str, Action]] = {code: action for action, codes in _CODES.items() for code in codes.split()}
"""What is done with a row, by the code of its finding; the sentence is in the catalogue."""


@cache
def no_findings() -> pl.DataFrame:
    """A findings table without rows."""
    return pl.DataFrame(schema=SCHEMA)


def message_of(code: str) -> str:
    """The sentence of a finding. A ledger stores it in English; pages look it up again in their own language.

    >>> message_of("missing_id")
    'The row names no item.'
    """
    return text(f"read.finding.{code}", language=ENGLISH)


def value_of(key: str, /, **columns: str | pl.Expr) -> pl.Expr:
    """What a finding shows of its row, in English: a text of the catalogue filled in from columns or expressions."""
    parts = [*Formatter().parse(text(f"read.value.{key}", language=ENGLISH))]
    template = "".join(f"{before}{{}}" if name else before for before, name, _, _ in parts)
    return pl.format(template, *(columns[name] for _, name, _, _ in parts if name))


def find(code: str, rows: pl.DataFrame, *, table: str, value: str | pl.Expr | None = None) -> pl.DataFrame:
    """One finding for each of the rows; columns that the rows lack stay empty.

    ``value`` is what was found: the name of a column or an expression.
    """
    if rows.is_empty():
        return no_findings()
    shown = pl.col(value) if isinstance(value, str) else value
    stated = {
        "code": pl.lit(code),
        "table": pl.lit(table),
        "value": pl.lit(None) if shown is None else shown,
        "action": pl.lit(FAULTS[code]),
        "message": pl.lit(message_of(code)),
    }
    columns = [
        stated.get(name, pl.col(name) if name in rows.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in SCHEMA.items()
    ]
    return rows.lazy().select(columns).collect()


def with_first_fault(rows: pl.DataFrame, tests: list[tuple[pl.Expr, str, pl.Expr | None]]) -> pl.DataFrame:
    """The rows with ``fault`` and ``fault_value``: the first code whose test holds, and what was found.

    Each test is a condition, the code of its fault, and the expression that shows what was found.
    """
    # Most rows have no fault, so code and value are worked out for the faulty rows alone, then put back in place.
    named = {f"test {number}": test for number, test in enumerate(tests)}
    # A test of a missing cell decides nothing and is no fault; that the cell must be there is a test of its own.
    fails = rows.select(test.fill_null(False).alias(name) for name, (test, _, _) in named.items())
    faulty = fails.select(pl.any_horizontal(pl.all())).to_series()
    if not faulty.any():
        return rows.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in ("fault", "fault_value"))
    fault, value = pl.lit(None, dtype=pl.String), pl.lit(None, dtype=pl.String)
    # From the last test to the first, so that the first one that holds has the last word.
    for name, (_, code, shown) in reversed(named.items()):
        given = pl.lit(None) if shown is None else shown
        fault = pl.when(name).then(pl.lit(code)).otherwise(fault)
        value = pl.when(name).then(given.cast(pl.String)).otherwise(value)
    found = rows.filter(faulty).hstack(fails.filter(faulty)).select(fault=fault, fault_value=value)
    # The place of a row among the faulty ones: of no, yes, no, yes it is none, 0, none, 1.
    place = (faulty.cum_sum() - 1).set(~faulty, None)
    return rows.with_columns(found[name].gather(place) for name in found.columns)


def repeats(ids: pl.Series) -> pl.Expr:
    """Which rows repeat the id of an earlier one, as an expression."""
    # Ids of different hashes differ, and hashes are compared much faster than texts: only those alike are looked at.
    hashes = ids.hash()
    ordered = hashes.sort()
    alike = hashes.is_in(ordered.filter(ordered == ordered.shift(1)).unique().implode())
    again = ~ids.filter(alike).is_first_distinct()
    return pl.lit(pl.zeros(len(ids), dtype=pl.Boolean, eager=True).scatter(alike.arg_true(), again))


def find_faults(rows: pl.DataFrame, *, table: str) -> pl.DataFrame:
    """A finding for each row that has a ``fault``."""
    faulty = rows.filter(pl.col("fault").is_not_null())
    return combine(
        *(find(str(code), some, table=table, value="fault_value") for (code,), some in faulty.group_by("fault"))
    )


def combine(*tables: pl.DataFrame) -> pl.DataFrame:
    """Findings of several checks as one table, in the order of the source."""
    found = [table for table in tables if table.height]
    # In one order whatever the order of checks and rows was, so that equal sources give equal ledgers.
    return pl.concat(found).sort("table", "source_row", "code", nulls_last=True) if found else no_findings()
