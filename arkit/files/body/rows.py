"""What each row below a header is, and what the rows between the items say of them.

A report holds more rows than items::

    Customer: 10023 Alfa GmbH                    section
    INV-1        05.10.2026     100.00           item
    INV-2        12.10.2026      50.00           item
                                150.00           perhaps total: an amount alone
    Total 10023                 150.00           total
    -----------------------------------          blank
    Document     Date           Amount           repeated, as is "Page 2 of 3"
    printed by mm                                other
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

from arkit.errors import ReadingError
from arkit.model.layout import TableLayout
from arkit.model.schema import TABLES
from arkit.words.vocabulary import any_of

DATE: Final = "|".join(
    (
        r"\b\d{4}-\d{1,2}-\d{1,2}T\d{2}:\d{2}[\d:.,]*(?:Z|[+-]\d{2}:?\d{2})?",
        r"\b\d{1,4}[./-]\d{1,2}[./-]\d{2,4}\b",
        r"(?:令和|平成|昭和|民國|民国|\b[RHS])\s?(?:\d{1,3}|元)[年.]\d{1,2}[月.]\d{1,2}日?",
        r"\d{3,4}年\d{1,2}月\d{1,2}日?",
        r"\b\d{4}[-/ .][^\W\d_]{3,10}\.?[-/ .]\d{1,2}\b",
        r"\b\d{1,2}\.? (?:de|of) [^\W\d_]{3,10}\.?,? (?:del? )?\d{4}\b",
        r"^\d{8}$",
        r"\b\d{1,2}(?:st|nd|rd|th|er|º)?[ .-]{1,2}[^\W\d_]{3,10}\.?[ ,-]{1,2}\d{2,4}\b",
        r"\b[A-Z][a-z]{2,8} \d{1,2},? \d{4}\b",
    )
)
# A code before a name: at least three digits, "10023 Alfa GmbH" but not "3M Deutschland".
CODE: Final = r"^((?:[^\s\d]{0,6}\d[\d./-]*){3,}|[^\s\d]{0,4}\d{3,}[\w./-]*)\s*[-–—:/]?\s+(\D.*)$"
_AFTER_LABEL: Final = r"^[\s.:：№#-]*"
_RULE: Final = r"^[-=_*+| ]{3,}$"
_KEYS: Final = ("item_id", "document_id", "payment_id", "counterpart_item_id")
_DAYS: Final = ("document_date", "effective_on", "date")
ITEM: Final = "item"
TOTAL: Final = "total"
PERHAPS_TOTAL: Final = "perhaps_total"
SECTION: Final = "section"
REPEATED: Final = "repeated"
BLANK: Final = "blank"
OTHER: Final = "other"


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
        return [header for header in dict.fromkeys([*single, *joined]) if header != "source_row"]

    @cached_property
    def days(self) -> list[str]:
        """Headers of the day from which a row counts."""
        named = {**self.table.columns, **self.table.dated_in}
        return [named[name] for name in _DAYS if name in named]

    @property
    def is_tree(self) -> bool:
        """Whether customers and documents are in one column, one below the other."""
        return self.table.sections == "above" and bool({*self.ids} & {*self.table.dated_in.values()})

    def texts(self, rows: pl.DataFrame) -> list[str]:
        """The columns of rows that are not amounts."""
        return [name for name in rows.columns if name not in {*self.amounts, "source_row", "kind"}]


def kinds_of(rows: pl.DataFrame, roles: Roles, repeats: pl.DataFrame) -> pl.Series:
    """What each row is; ``repeats`` are the rows of the header and those above it."""
    facts = rows.select(
        has_id=_any(*(pl.col(name).is_not_null() for name in roles.ids)),
        has_day=_any(*(pl.col(name).str.contains(DATE) for name in roles.days)),
        has_amount=_any(*(pl.col(name).str.contains(r"\d") for name in roles.amounts)),
        is_total=_any(*(pl.col(name).str.contains(any_of("rows", "total")) for name in roles.ids)),
        labelled=_labelled(rows, roles),
    ).with_columns(pl.all().fill_null(False))
    no_item = pl.col("is_total") | pl.col("labelled")
    plain = facts.select(pl.col("has_id") & pl.col("has_day") & pl.col("has_amount") & ~no_item).to_series()
    kinds = pl.Series("kind", [ITEM], dtype=pl.String).new_from_index(0, rows.height)
    if plain.all():
        return kinds
    # Nearly all rows are plain items, so the patterns below are tried on the others alone.
    others = _kinds_of_others(rows.filter(~plain), facts.filter(~plain), roles, repeats)
    return kinds.scatter((~plain).arg_true(), others)


def _kinds_of_others(rows: pl.DataFrame, facts: pl.DataFrame, roles: Roles, repeats: pl.DataFrame) -> pl.Series:
    """What the rows are that lack an id, a day or an amount, or have the word of a total."""
    names = [name for name in rows.columns if name != "source_row"]
    texts = [pl.col(name) for name in roles.texts(rows)]
    facts = rows.select(
        cells=pl.sum_horizontal(pl.col(name).is_not_null() for name in names),
        ruled=pl.all_horizontal(pl.col(name).str.contains(_RULE).fill_null(True) for name in names),
        again=_is_repeated(names, repeats),
        total=_any(*(text.str.contains(any_of("rows", "total")) for text in texts)),
        page=_any(*(text.str.contains(any_of("rows", "page")) for text in texts)),
    ).hstack(facts)
    has_id, has_day, has_amount = (pl.col(name) for name in ("has_id", "has_day", "has_amount"))
    # Where customers and documents share a column, "Alfa GmbH | 150.00" is a customer with a sum: without a day such a
    # row is never an item, though it has an id and an amount.
    loose = pl.lit(roles.is_tree) & ~has_day
    total = pl.col("total") | pl.col("labelled")
    # Two of the three make an item: a day and an amount or id (an item without its number or amount, for a finding), or
    # an id and an amount (an item without its day) unless words say that it is a total. The word counts in the column
    # of ids alone where there is a day: "Total Energies" may well be the customer of an item.
    no_item = pl.col("is_total") | pl.col("labelled")
    item = (has_day & (has_amount | has_id) & ~no_item) | (has_id & has_amount & ~loose & ~total)
    # An id alone is an item whose cells were lost, if more than two cells are filled; else it is a title or a note.
    faulty = has_id & (pl.col("cells") > 2) & ~loose & ~total
    kind = (
        pl.when((pl.col("cells") == 0) | pl.col("ruled"))
        .then(pl.lit(BLANK))
        .when(pl.col("again") | (pl.col("page") & ~has_amount & ~has_day))
        .then(pl.lit(REPEATED))
        .when(item)
        .then(pl.lit(ITEM))
        .when(has_amount & total)
        .then(pl.lit(TOTAL))
        # An amount without a word: the sums decide later whether it is a total or an item without id and day.
        .when(has_amount)
        .then(pl.lit(PERHAPS_TOTAL))
        .when(faulty)
        .then(pl.lit(ITEM))
        .otherwise(pl.lit(SECTION if roles.table.sections else OTHER))
    )
    return facts.select(kind.alias("kind")).to_series()


def _is_repeated(names: list[str], repeats: pl.DataFrame) -> pl.Expr:
    """Which rows have all their cells in common with a row of the header, as at the top of a page."""
    whole = pl.concat_str(names, separator="\x1f", ignore_nulls=True)  # This letter cannot be in a cell.
    again = repeats.select(whole).to_series() if repeats.height else pl.Series([], dtype=pl.String)
    return whole.is_in(again.filter(again != "").implode())


def _labelled(rows: pl.DataFrame, roles: Roles) -> pl.Expr:
    """Which rows begin with the word that comes before a value of a section: such a row is not an item."""
    words = [re.escape(word) for word in roles.table.section_labels.values() if word]
    texts = roles.texts(rows)
    if not words or not texts:
        return pl.lit(False)
    return pl.coalesce(texts).str.contains(rf"(?i)^\W*(?:{'|'.join(words)})(?:\b|\W|$)")


def _any(*tests: pl.Expr) -> pl.Expr:
    return pl.any_horizontal(pl.lit(False), *tests)


def with_sections(rows: pl.DataFrame, roles: Roles, *, below: int) -> pl.DataFrame:
    """Rows with a column ``= name`` for each canonical name that is in the rows of sections: a customer, a currency.

    A section row below the header (its row is ``below``) that has none of the words of a section is not a section.
    """
    labels = roles.table.section_labels
    if not roles.table.sections or not labels:
        return rows
    footers = roles.table.sections == "below"
    # A section may begin in the column of the days, but a day is not its name.
    days = {*roles.days} - {*roles.table.dated_in.values()}
    named = rows.with_columns(pl.when(~pl.col(name).str.contains(DATE)).then(pl.col(name)) for name in days)
    values = named.select(
        pl.when(_is_section(footers, label)).then(_value(roles.texts(rows), label, name, labels)).alias(f"= {name}")
        for name, label in labels.items()
    )
    columns = values.columns
    says_nothing = pl.all_horizontal(pl.col(columns).is_null()) & (pl.col("source_row") > below)
    no_section = (pl.col("kind") == SECTION) & says_nothing
    rows = rows.hstack(values).with_columns(kind=pl.when(no_section).then(pl.lit(OTHER)).otherwise("kind"))
    return _fill_down(rows, columns, footers=footers)


def _fill_down(rows: pl.DataFrame, columns: list[str], *, footers: bool) -> pl.DataFrame:
    """The values of sections on each of their items: from above, or from below where they are footers."""
    fill = pl.Expr.backward_fill if footers else pl.Expr.forward_fill
    if "= customer_id" not in columns:
        return rows.with_columns(fill(pl.col(columns)))
    # A section without a name must not keep the name of the one before, so names are filled within a section only. A
    # currency, entity or account holds on until the next one. Sections are numbered by the customers that were seen::
    #
    #     row       = customer_id   = name        section   filled
    #     section   10023           Alfa GmbH     1         10023  Alfa GmbH
    #     item                                    1         10023  Alfa GmbH
    #     section   10024                         2         10024
    #     item                                    2         10024              and not Alfa GmbH
    starts = pl.col("= customer_id").is_not_null()
    section = (starts.reverse().cum_sum().reverse() if footers else starts.cum_sum()).alias("section")
    lasting = [name for name in columns if name in ("= currency", "= entity", "= account")]
    of_one = [name for name in columns if name not in lasting]
    rows = rows.with_columns(section)
    return rows.with_columns(fill(pl.col(of_one)).over("section"), fill(pl.col(lasting))).drop("section")


def _is_section(below: bool, label: str) -> pl.Expr:
    # A total above its items cannot name them without a label: it is of the items before it.
    kinds = [SECTION, TOTAL, PERHAPS_TOTAL] if below or label else [SECTION, PERHAPS_TOTAL]
    return pl.col("kind").is_in(kinds)


def _value(texts: list[str], label: str, name: str, labels: dict[str, str]) -> pl.Expr:
    """What a section row says of a name: the text after its label, or the whole text where it has none."""
    if label:
        return _after_label(texts, label)
    # Rows that begin with the label of something else are not the customer's.
    other = [re.escape(word.casefold()) for word in labels.values() if word]
    whole = pl.coalesce(texts)
    if other:
        whole = pl.when(~whole.str.to_lowercase().str.contains(rf"^(?:{'|'.join(other)})")).then(whole)
    whole = _without_total(whole)
    if [each for each, word in labels.items() if not word] != ["customer_id", "name"]:
        return whole
    # "10023 Alfa GmbH" is both in one cell; else they are in two cells.
    second = pl.concat_list(texts).list.drop_nulls().list.get(1, null_on_oob=True)
    group, apart = (1, whole) if name == "customer_id" else (2, second)
    return pl.when(whole.str.contains(CODE)).then(whole.str.extract(CODE, group)).otherwise(apart)


def _after_label(texts: list[str], label: str) -> pl.Expr:
    """What comes after a label, in its cell or in the next one that is not blank."""
    start = rf"(?i)^\W*{re.escape(label)}(?:\b|\W|$)"
    cases = []
    for place, name in enumerate(texts, start=1):
        cell = pl.col(name)
        rest = cell.str.replace(start, "").str.replace(_AFTER_LABEL, "").str.strip_chars()
        following = pl.coalesce([*texts[place:], pl.lit(None, dtype=pl.String)])
        cases.append(pl.when(cell.str.contains(start)).then(pl.when(rest != "").then(rest).otherwise(following)))
    return pl.coalesce(cases)


def _without_total(text: pl.Expr) -> pl.Expr:
    """The name in a total: "Total for Alfa GmbH" names Alfa GmbH; "Total" or "Grand total" names no customer."""
    word = any_of("rows", "total")
    nameless = f"{any_of('rows', 'grand')}|{any_of('rows', 'plain')}"
    rest = text.str.replace(word, "").str.replace(r"(?i)^\W*(?:(?:for|of|für|по|von)\b)?[\s:：]*", "").str.strip_chars()
    stripped = pl.when(text.str.contains(word)).then(rest).otherwise(text)
    return pl.when(~text.str.contains(nameless) & (stripped != "")).then(stripped)


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
            f'{f" after {word!r}" if word else ""}. If it is in a column, state hints={{"columns": '
            '{"customer_id": "..."}}, or change sections and section_labels in the layout.'
        )


def later_rows(rows: pl.DataFrame, table: TableLayout) -> pl.Series:
    """Which rows repeat a document of an earlier row, with the same amounts where the layout counts them once.

    Documents whose amounts differ among their rows are left as they are: they are found as numbers that come again.
    """
    number = table.columns.get("item_id", "item_id")
    if not table.once:
        return rows.select(pl.repeat(False, pl.len())).to_series()
    alike = pl.all_horizontal((pl.col(header).n_unique() == 1).over(number) for header in table.once)
    later = alike & pl.col(number).is_not_null() & ~pl.col(number).is_first_distinct()
    return rows.select(later).to_series()
