"""The customers of a ledger, and those that may be one: their numbers or names differ in writing alone."""

from functools import cache
from typing import Final

import polars as pl

from arkit.build.items import as_categories
from arkit.model.findings import combine, find, value_of
from arkit.resources import bundled

_NOT_SEEN: Final = r"\p{Cf}"
_BETWEEN: Final = r"[^\p{L}\p{N}]+"


def customers_of(items: pl.DataFrame, given: pl.DataFrame | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The customers of a ledger and the findings on them.

    Without a customers table they are taken from the items, each under its most frequent name.
    """
    nameless = find("no_customer", items.filter(pl.col("customer_id") == ""), table="items")
    if given is not None:
        customers, found = _listed_customers(items, given)
    elif "name" in items.columns:
        customers, found = _named_customers(items)
    else:
        customers, found = items["customer_id"].unique(maintain_order=True).to_frame(), combine()
    return customers, combine(nameless, found, alike(items))


def _listed_customers(items: pl.DataFrame, given: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The customers of the table, and those that only items name."""
    given = given.with_columns(as_categories(["customer_id"]))
    unknown = items.join(given, on="customer_id", how="anti").filter(pl.col("customer_id") != "")
    first = unknown.unique("customer_id", keep="first", maintain_order=True).select(
        "source_row", "entity", "customer_id"
    )
    # A customer with a history has a row for each day from which
    # something changes; only the same day again is a repeat.
    keys = ["customer_id", *(name for name in ("valid_from",) if name in given.columns)]
    again = given.filter(~pl.struct(keys).is_first_distinct())
    rows = given.unique(keys, keep="first", maintain_order=True)
    return pl.concat([rows, first.select("customer_id")], how="diagonal_relaxed"), combine(
        find("unknown_customer", first, table="items", value="customer_id"),
        find("repeated_customer", again, table="customers", value="customer_id"),
    )


def _named_customers(items: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Each customer under its most frequent name; other spellings are found."""
    # Of equally frequent names the first of the alphabet, so that the order of the rows does not decide.
    spellings = (
        items.group_by("customer_id", "name")
        .agg(pl.len(), pl.col("source_row").min())
        .sort("len", "name", descending=[True, False])
    )
    counted = spellings.group_by("customer_id", maintain_order=True).agg(
        # Payments name no customer in words; that is no spelling.
        pl.col("name").drop_nulls().first(),
        pl.col("name").drop_nulls().len().alias("spellings"),
        pl.col("source_row").min(),
    )
    several = counted.filter(pl.col("spellings") > 1)
    value = value_of("spellings", name="name", count=pl.col("spellings") - 1)
    customers = counted.select("customer_id", "name").sort("customer_id")
    return customers, find("several_names", several, table="items", value=value)


def alike(items: pl.DataFrame) -> pl.DataFrame:
    """Findings on customers that differ in writing alone: 17 and 000017, ALFA with letters of another alphabet.

    Nothing is merged: each finding names the others, and a person decides.
    """
    firsts = items.group_by(pl.col("customer_id").cast(pl.String), maintain_order=True).agg(pl.col("source_row").min())
    written = firsts.filter(pl.col("customer_id") != "").with_columns(plain=_plain(firsts["customer_id"].name))
    several = written.filter(pl.col("plain").is_duplicated() & (pl.col("plain") != ""))
    if several.is_empty():
        return combine()
    others = pl.col("customer_id").implode().over("plain", mapping_strategy="join")
    first = several.with_columns(others.list.join(" · ").alias("= value")).unique(
        "plain", keep="first", maintain_order=True
    )
    return find("alike_customers", first, table="items", value="= value")


def _plain(name: str) -> pl.Expr:
    """A text without what does not distinguish names: case, width, alphabets that look alike, marks, leading zeros.

    >>> rows = pl.DataFrame({"id": ["C-0017", "c17", "Nord  Ltd.", "\uff2eORD LTD", "10-1", "101"]})
    >>> rows.select(_plain("id"))["id"].to_list()
    ['c 17', 'c 17', 'nord ltd', 'nord ltd', '10 1', '101']
    """
    # Zeros last: only when all that stands between is a space does 000 of C-0017 begin a word.
    letters = pl.col(name).str.normalize("NFKC").str.to_lowercase().str.replace_all(_NOT_SEEN, "")
    latin = letters.str.replace_many([*_lookalikes()], [*_lookalikes().values()])
    apart = latin.str.replace_all(r"(\p{L})(\p{N})", "$1 $2").str.replace_all(r"(\p{N})(\p{L})", "$1 $2")
    words = apart.str.replace_all(_BETWEEN, " ").str.strip_chars()
    return words.str.replace_all(r"\b0+(\d)", "$1")


@cache
def _lookalikes() -> dict[str, str]:
    stated: dict[str, str] = bundled("templates/words/lookalikes.toml")["letters"]
    return {letter: latin for latin, several in stated.items() for letter in several}
