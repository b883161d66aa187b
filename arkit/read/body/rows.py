"""What each row below a header is: an item, a total, a section, a repeated header, or none of these."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

from arkit.model.layout import TableLayout
from arkit.model.schema import TABLES
from arkit.words.vocabulary import any_of

DATE: Final = "|".join(
    (
        r"\b\d{1,4}[./-]\d{1,2}[./-]\d{2,4}\b",
        r"\d{4}年\d{1,2}月\d{1,2}日?",
        r"^\d{8}$",
        r"\b\d{1,2}[ .-]{1,2}[^\W\d_]{3,9}\.?[ ,-]{1,2}\d{2,4}\b",
        r"\b[A-Z][a-z]{2,8} \d{1,2}, \d{4}\b",
    )
)
_RULE: Final = r"^[-=_*+| ]{3,}$"
_KEYS: Final = ("item_id", "document_id", "payment_id", "counterpart_item_id")
_DAYS: Final = ("document_date", "effective_on", "date")
ITEM, TOTAL, PERHAPS_TOTAL, SECTION, REPEATED, BLANK, OTHER = (
    "item",
    "total",
    "perhaps total",
    "section",
    "repeated",
    "blank",
    "other",
)


@dataclass(frozen=True)
class Roles:
    """The headers of a table by what their cells are."""

    table: TableLayout
    name: str = "items"

    @cached_property
    def amounts(self) -> dict[str, str]:
        """Header of each amount to its canonical name."""
        money = TABLES[self.name].of_type("money")
        single = {header: name for name, header in self.table.columns.items() if name in money}
        parts = [*self.table.plus.items(), *self.table.minus.items()]
        return {**single, **{header: name for name, headers in parts for header in headers}}

    @cached_property
    def ids(self) -> list[str]:
        """Headers that name the document."""
        single = [self.table.columns[name] for name in _KEYS if name in self.table.columns]
        joined = [self.table.joined[name][0] for name in _KEYS if name in self.table.joined]
        return list(dict.fromkeys([*single, *joined]))

    @cached_property
    def days(self) -> list[str]:
        """Headers of the day from which a row counts."""
        named = {**self.table.columns, **self.table.dated_in}
        return [named[name] for name in _DAYS if name in named]

    @property
    def is_tree(self) -> bool:
        """Whether customers and documents stand in one column, one below the other."""
        return self.table.sections == "above" and bool({*self.ids} & {*self.table.dated_in.values()})


def kinds_of(rows: pl.DataFrame, roles: Roles, repeats: pl.DataFrame) -> pl.Series:
    """Return what each row is; ``repeats`` are the rows of the header and those above it."""
    facts = rows.select(
        has_id=_any(*(pl.col(name).is_not_null() for name in roles.ids)),
        has_day=_any(*(pl.col(name).str.contains(DATE) for name in roles.days)),
        has_amount=_any(*(_filled(name) for name in roles.amounts)),
        is_total=_any(*(pl.col(name).str.contains(any_of("rows", "total")) for name in roles.ids)),
        labelled=_labelled(rows, roles),
    ).with_columns(pl.all().fill_null(False))
    no_item = pl.col("is_total") | pl.col("labelled")
    plain = facts.select(pl.col("has_id") & pl.col("has_day") & pl.col("has_amount") & ~no_item).to_series()
    kinds = pl.Series("kind", [ITEM], dtype=pl.String).new_from_index(0, rows.height)
    if plain.all():
        return kinds
    rest = _kinds_of_rest(rows.filter(~plain), facts.filter(~plain), roles, repeats)
    return kinds.scatter((~plain).arg_true(), rest)


def _kinds_of_rest(rows: pl.DataFrame, facts: pl.DataFrame, roles: Roles, repeats: pl.DataFrame) -> pl.Series:
    names = [name for name in rows.columns if name != "source_row"]
    texts = [pl.col(name) for name in names if name not in roles.amounts] or [pl.lit(None, dtype=pl.String)]
    whole = pl.concat_str(names, separator="\x1f", ignore_nulls=True)
    again = repeats.select(whole).to_series() if repeats.height else pl.Series([], dtype=pl.String)
    told = rows.select(
        cells=pl.sum_horizontal(pl.col(name).is_not_null() for name in names),
        ruled=pl.all_horizontal(pl.col(name).str.contains(_RULE).fill_null(True) for name in names),
        again=whole.is_in(again.filter(again != "").implode()),
        total=_any(*(text.str.contains(any_of("rows", "total")) for text in texts)),
        page=_any(*(text.str.contains(any_of("rows", "page")) for text in texts)),
    ).hstack(facts)
    has_id, has_day, has_amount = (pl.col(name) for name in ("has_id", "has_day", "has_amount"))
    loose = pl.lit(roles.is_tree) & ~has_day
    total = pl.col("total") | pl.col("labelled")
    no_item = pl.col("is_total") | pl.col("labelled")
    item = (has_day & (has_amount | has_id) & ~no_item) | (has_id & has_amount & ~loose & ~total)
    faulty = has_id & (pl.col("cells") > 2) & ~loose
    passed_over = pl.lit(SECTION if roles.table.sections else OTHER)
    kind = (
        pl.when((pl.col("cells") == 0) | pl.col("ruled"))
        .then(pl.lit(BLANK))
        .when(pl.col("again") | (pl.col("page") & ~has_amount & ~has_day))
        .then(pl.lit(REPEATED))
        .when(item)
        .then(pl.lit(ITEM))
        .when(has_amount & total)
        .then(pl.lit(TOTAL))
        .when(has_amount)
        .then(pl.lit(PERHAPS_TOTAL))
        .when(faulty & ~total)
        .then(pl.lit(ITEM))
        .otherwise(passed_over)
    )
    return told.select(kind.alias("kind")).to_series()


def _labelled(rows: pl.DataFrame, roles: Roles) -> pl.Expr:
    """Tell which rows begin with the word that stands before a value of a section: such a row is no item."""
    words = [re.escape(word) for word in roles.table.section_labels.values() if word]
    names = [name for name in rows.columns if name not in {*roles.amounts, "source_row"}]
    if not words or not names:
        return pl.lit(False)
    return pl.coalesce(names).str.contains(rf"(?i)^\W*(?:{'|'.join(words)})(?:\b|\W|$)")


def _filled(name: str) -> pl.Expr:
    return pl.col(name).str.contains(r"\d")


def _any(*tests: pl.Expr) -> pl.Expr:
    return pl.any_horizontal(pl.lit(False), *tests)
