"""Sections: a customer, a currency or a contract that stands in a row above its items, or in one below them."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from arkit.errors import ReadingError
from arkit.read.body.rows import DATE, OTHER, PERHAPS_TOTAL, SECTION, TOTAL, Roles
from arkit.words.vocabulary import any_of

# A code before a name: at least three digits, "10023 Alfa GmbH" but not "3M Deutschland".
CODE: Final = r"^((?:[^\s\d]{0,6}\d[\d./-]*){3,}|[^\s\d]{0,4}\d{3,}[\w./-]*)\s*[-–—:/]?\s+(\D.*)$"
_AFTER_LABEL: Final = r"^[\s.:：№#-]*"


def with_sections(rows: pl.DataFrame, roles: Roles, *, below: int) -> pl.DataFrame:
    """Return the rows with a column ``= name`` for each canonical name that stands in the rows of sections.

    A row below the header (its row is ``below``) that has the words of no section is none.
    """
    labels = roles.table.section_labels
    if not roles.table.sections or not labels:
        return rows
    footers = roles.table.sections == "below"
    days = {*roles.days} - {*roles.table.dated_in.values()}
    texts = [name for name in rows.columns if name not in {*roles.amounts, "source_row", "kind"}]
    # A section may begin in the column of the days, but a day is not its name.
    told = rows.with_columns(pl.when(~pl.col(name).str.contains(DATE)).then(pl.col(name)) for name in days)
    named = rows.hstack(
        told.select(
            pl.when(_is_section(footers, label)).then(_value(texts, label, name, labels)).alias(f"= {name}")
            for name, label in labels.items()
        )
    )
    columns = [f"= {name}" for name in labels]
    says_nothing = pl.all_horizontal(pl.col(columns).is_null()) & (pl.col("source_row") > below)
    named = named.with_columns(
        kind=pl.when((pl.col("kind") == SECTION) & says_nothing).then(pl.lit(OTHER)).otherwise("kind")
    )
    if "customer_id" not in labels:
        return named.with_columns(pl.col(columns).backward_fill() if footers else pl.col(columns).forward_fill())
    # A section without a name must not keep the name of the one before.
    starts = pl.col("= customer_id").is_not_null()
    section = (starts.reverse().cum_sum().reverse() if footers else starts.cum_sum()).alias("section")
    named = named.with_columns(section)
    others = [column for column in columns if column not in ("= currency", "= entity", "= account")]
    kept = [column for column in columns if column not in others]
    filled = [pl.col(others).backward_fill().over("section"), pl.col(kept).backward_fill()]
    if not footers:
        filled = [pl.col(others).forward_fill().over("section"), pl.col(kept).forward_fill()]
    return named.with_columns(filled).drop("section")


def _is_section(below: bool, label: str) -> pl.Expr:
    kinds = [SECTION, TOTAL, PERHAPS_TOTAL] if below or label else [SECTION, PERHAPS_TOTAL]
    return pl.col("kind").is_in(kinds)


def _value(texts: list[str], label: str, name: str, labels: dict[str, str]) -> pl.Expr:
    if label:
        return _labelled(texts, label)
    # Rows that begin with the label of something else are not the customer's.
    other = [re.escape(word.casefold()) for word in labels.values() if word]
    whole = _first(texts)
    if other:
        whole = pl.when(~whole.str.to_lowercase().str.contains(rf"^(?:{'|'.join(other)})")).then(whole)
    whole = _without_total(whole)
    unlabelled = [each for each, word in labels.items() if not word]
    if unlabelled == ["customer_id", "name"]:
        split = whole.str.contains(CODE)
        part = whole.str.extract(CODE, 1 if name == "customer_id" else 2)
        second = _second(texts)
        apart = second if name == "name" else whole
        return pl.when(split).then(part).otherwise(apart)
    return whole


def _first(texts: list[str]) -> pl.Expr:
    return pl.coalesce(texts)


def _second(texts: list[str]) -> pl.Expr:
    cells = pl.concat_list(texts).list.drop_nulls()
    return cells.list.get(1, null_on_oob=True)


def _labelled(texts: list[str], label: str) -> pl.Expr:
    """Return what stands after a label, in its cell or in the next one that is not blank."""
    start = rf"(?i)^\W*{re.escape(label)}(?:\b|\W|$)"
    cases = []
    for place, name in enumerate(texts):
        cell = pl.col(name)
        rest = cell.str.replace(start, "").str.replace(_AFTER_LABEL, "").str.strip_chars()
        following = pl.coalesce([*texts[place + 1 :], pl.lit(None, dtype=pl.String)])
        cases.append(pl.when(cell.str.contains(start)).then(pl.when(rest != "").then(rest).otherwise(following)))
    return pl.coalesce(cases)


def _without_total(text: pl.Expr) -> pl.Expr:
    """Return what a total is of: "Total for Alfa GmbH" is of Alfa GmbH; a grand total is of nothing."""
    word = any_of("rows", "total")
    grand = f"{any_of('rows', 'grand')}|{any_of('rows', 'plain')}"
    rest = text.str.replace(word, "").str.replace(r"(?i)^\W*(?:(?:for|of|für|по|von)\b)?[\s:：]*", "").str.strip_chars()
    stripped = pl.when(text.str.contains(word)).then(rest).otherwise(text)
    return pl.when(~text.str.contains(grand) & (stripped != "")).then(stripped)


def refuse_nameless(items: pl.DataFrame, roles: Roles, file: str) -> None:
    """Refuse a file in which no section names the customer of any item.

    Raises
    ------
    ReadingError
        The words that were looked for.
    """
    labels = roles.table.section_labels
    if "customer_id" in labels and items["= customer_id"].null_count() == items.height:
        word = labels["customer_id"]
        raise ReadingError(
            f"No row {roles.table.sections} the items of {file} names their customer"
            f'{f" after {word!r}" if word else ""}. If it stands in a column, say hints={{"columns": '
            '{"customer_id": "..."}}, or change sections and section_labels in the layout.'
        )
