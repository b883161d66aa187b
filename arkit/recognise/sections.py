"""The customer where no column names it: in rows above or below its items."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from arkit.files.body.accounts import begins_with
from arkit.files.body.rows import BLANK, CODE, DATE, ITEM, OTHER, PERHAPS_TOTAL, REPEATED, TOTAL, Roles, kinds_of
from arkit.files.questions import Candidate, Hints, Question
from arkit.model.layout import Decision, TableLayout
from arkit.recognise.columns import is_bucket
from arkit.words.vocabulary import any_of, currency_of, meaning

NAMED: Final = ("customer_id", "name", "currency", "entity", "account", "contract")
_COUNT: Final = r"( past due| overdue)?\s*\(\d+\)$"
LOOKED_AT: Final = 100
_LONGEST_LABEL: Final = 4
_MOSTLY: Final = 0.8
_MANY: Final = 5
_SHOWN: Final = 6
_NO_CUSTOMER: Final = ("item_type", "mark", "side", "status", "currency", "document_date", "due_date", "balance")
_LETTERS: Final = r"[^\W\d_]{2}"
_NAMELESS: Final = f"{any_of('rows', 'grand')}|{any_of('rows', 'plain')}"


@dataclass(frozen=True)
class Sections:
    """Where the customer is, the words before each value, and the decisions."""

    side: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()


def recognise_sections(
    rows: pl.DataFrame, above: pl.DataFrame, repeats: pl.DataFrame, table: TableLayout, hints: Hints, file: str
) -> Sections:
    """How the rows between the items, and above the header, name the customer: asked where they do not.

    A single row above all items may be a title. It names their customer where a person says so, or the file proves it:
    a label, a sum beside it, a total that names it, an account whose balances are brought forward.

    ``repeats`` are the rows of the header and those above it, which may come again at page breaks.
    """
    roles = Roles(table)
    kinds = kinds_of(rows, roles, repeats)
    texts = [name for name in rows.columns if name not in {*roles.amounts, "source_row"}]
    items = kinds == ITEM
    before = items.cum_sum() == 0
    others = rows.with_columns(kind=kinds, before=before).filter(~items & ~kinds.is_in([BLANK, REPEATED]))
    if table.allocate:
        others = others.filter(~_of_balances(texts))
    labels = _labels(pl.concat([above.select(texts), others.select(texts)]), texts)
    if table.dated_in:
        # A contract has a day too, and looks like a document until its word is known.
        labels |= {name: word for name, word in _labels(rows.select(texts), texts).items() if name == "contract"}
    if "customer_id" in labels or "name" in labels:
        first = others.filter("before").height or above.height
        side = "above" if first and _is_above(others, above, labels, texts) else "below"
        # What is above the header is not below the items.
        labels = labels if side == "above" else _labels(others.select(texts), texts)
        shown = ", ".join(f"{name} after {word!r}" for name, word in labels.items())
        return Sections(side, labels, (Decision("customer", f"{side} the items", f"section rows: {shown}"),))
    plain = others.filter(pl.col("kind").is_in([OTHER, PERHAPS_TOTAL]) & pl.any_horizontal(pl.col(texts).is_not_null()))
    named = others.filter((pl.col("kind") == TOTAL) & ~pl.coalesce(texts).str.contains(_NAMELESS))
    side, between = ("above", plain) if plain.filter("before").height else ("below", named if named.height else plain)
    free = [name for name in texts if name not in {*table.columns.values()}]
    unread = [name for name in free if _may_name(rows.filter(items)[name])]
    reason = _no_customers(between, texts, may_be_total=bool(unread) and side == "below")
    begun = _begun(rows, kinds, between, texts)
    alone = len(begun) == 1 and hints.customer not in {*begun} and not table.allocate and items.sum() > 1
    is_note = alone and _is_note(between, named, texts)
    if not reason and not is_note:
        return _unlabelled(side, between, texts, labels)
    if hints.customer:
        return Sections(decisions=(Decision("customer_id", hints.customer, "hint", "stated"),))
    texts_of_all = [begun[0]] if is_note else _names_above(above)
    one = [Candidate(name, evidence="all rows are of this customer", key=("customer",)) for name in texts_of_all]
    reason = reason or f"a row such as {begun[0]!r} may be no more than a title or a note"
    text = f"No column of {file} is known to name the customer, and {reason}. Which column does?"
    free = [*unread, *(name for name in free if name not in unread and _may_number(rows.filter(items)[name]))]
    return Sections(questions=(Question(("columns", "customer_id"), text, (*map(Candidate, free), *one)),))


def of_one_customer(rows: pl.DataFrame, table: TableLayout, said: Sequence[str], hints: Hints) -> str:
    """The customer that a column names in each of many rows, where nothing else says that the file is of one.

    Said it is by a person, by a line above the header, by the name beside the number, and by an account.
    """
    header = table.columns["customer_id"]
    values = rows[header].unique()
    if len(values) != 1 or values.has_nulls() or rows.height < _MANY or table.allocate:
        return ""
    name = table.columns.get("name", header)
    beside = name != header and rows[name].n_unique() == 1 and not rows[name].has_nulls()
    titled = any(str(values[0]) in line for line in said)
    return "" if titled or beside or header in hints.columns.values() else str(values[0])


def ask_one_customer(value: str, rows: pl.DataFrame, header: str, free: Sequence[str], file: str) -> Question:
    """The question whether a file is of one customer, or another column names them."""
    text = (
        f"Each of {rows.height} rows of {file} has the customer {value!r} under {header!r}, and nothing else says that "
        "the file is of one customer. Is it, or which column names the customers?"
    )
    others = [name for name in free if _may_name(rows[name]) and rows[name].n_unique() > 1]
    one = Candidate(value, evidence="all rows are of this customer")
    named = (Candidate(name, evidence="it names the customers", key=("columns", "customer_id")) for name in others)
    return Question(("customer",), text, (one, *named))


def _of_balances(texts: list[str]) -> pl.Expr:
    """The rows of an account that bring balances forward or carry them: they name no customer."""
    said = begins_with("opening", "closing", "turnover", "cumulative")
    return pl.any_horizontal(False, *(pl.col(text).str.contains(said) for text in texts)).fill_null(False)


def _may_name(cells: pl.Series) -> bool:
    """Whether a column that no word explains has a text in nearly every row, as a name would be."""
    if meaning(cells.name) is not None:
        return False
    return int(cells.str.contains(_LETTERS).sum()) >= _MOSTLY * len(cells)


def _may_number(cells: pl.Series) -> bool:
    """Whether a column may have the numbers or names of customers: no days, no sums, no kinds of documents."""
    known = meaning(cells.name)
    filled = cells.drop_nulls()
    no_sums = filled.str.contains(rf"{DATE}|[.,]\d{{2}}$").mean()
    return not (known and known.name in _NO_CUSTOMER) and isinstance(no_sums, float) and no_sums < 1 - _MOSTLY


def _names_above(above: pl.DataFrame) -> list[str]:
    """Some texts above the header that may name the customer of all rows: what comes after a label, and has letters."""
    cells = [cell for row in above.drop("source_row", strict=False).iter_rows() for cell in row if cell]
    texts = [re.split(r"[:：]\s*", cell)[-1].strip() for cell in cells]
    return [text for text in dict.fromkeys(texts) if re.search(_LETTERS, text)][:_SHOWN]


def _begun(rows: pl.DataFrame, kinds: pl.Series, between: pl.DataFrame, texts: list[str]) -> list[str]:
    """The texts of the rows between the items that have an item right below, as each section has."""
    filled = rows.select("source_row", kind=kinds).filter(~pl.col("kind").is_in([BLANK, REPEATED]))
    begins = filled.filter((pl.col("kind").shift(-1) == ITEM) & (pl.col("kind") != ITEM))["source_row"]
    begun = between.filter(pl.col("source_row").is_in(begins.implode()))
    return begun.select(pl.coalesce(texts)).to_series().drop_nulls().to_list()


def _is_note(between: pl.DataFrame, totals: pl.DataFrame, texts: list[str]) -> bool:
    """Whether rows prove to be of no customer: they state no sum, and no total below names what they say."""
    if (between["kind"] == PERHAPS_TOTAL).any():
        return False
    names = between.select(pl.coalesce(texts)).to_series().drop_nulls().unique()
    said = totals.select(pl.concat_str(texts, separator=" ", ignore_nulls=True)).to_series()
    return not any(said.str.contains(name, literal=True).any() for name in names.head(LOOKED_AT))


def _no_customers(rows: pl.DataFrame, texts: list[str], *, may_be_total: bool) -> str:
    """Why rows name no customer: there are none, or they are headings of an aging, opening balances, a total."""
    if rows.is_empty():
        return "no row between the items does"
    if may_be_total and rows.height == 1:
        # A sum under all items names a customer no more than a total in a language that nobody knows.
        return "the only row below the items may be their total"
    for name in rows.select(pl.coalesce(texts)).to_series().drop_nulls().unique(maintain_order=True).head(LOOKED_AT):
        if is_bucket(re.sub(_COUNT, "", name)) or re.search(any_of("rows", "opening"), name):
            return f"the rows between the items, such as {name}, are of an aging or of opening balances"
    return ""


def _unlabelled(side: str, rows: pl.DataFrame, texts: list[str], labels: dict[str, str]) -> Sections:
    first = rows.select(pl.coalesce(texts)).to_series().drop_nulls()
    first = first.filter(~first.str.contains(any_of("rows", "total")))
    coded = bool(len(first)) and bool(first.str.contains(CODE).all())
    apart = rows.select(pl.concat_list(texts).list.drop_nulls().list.len() == 2).to_series()
    both = coded or (bool(len(apart)) and bool(apart.all()))
    taken = {"customer_id": "", "name": ""} if both else {"customer_id": ""}
    sample = first[0] if len(first) else ""
    return Sections(
        side,
        {**taken, **labels},
        (Decision("customer", f"{side} the items", f"section rows such as {sample}", "likely"),),
    )


def _is_above(others: pl.DataFrame, above: pl.DataFrame, labels: dict[str, str], texts: list[str]) -> bool:
    """Whether a section comes before the first item: above the header, or between it and the item."""
    word = labels.get("customer_id", labels.get("name", ""))
    start = rf"(?i)^\W*{re.escape(word)}"
    rows = pl.concat([above.select(texts), others.filter("before").select(texts)])
    return bool(rows.select(pl.any_horizontal(pl.col(texts).str.contains(start)).any()).item())


def _labels(rows: pl.DataFrame, texts: list[str]) -> dict[str, str]:
    """The words that come before the customer, its name, a currency, ... in rows that are not items."""
    found: dict[str, dict[str, int]] = {}
    for row in rows.unique(maintain_order=True).head(2000).select(texts).iter_rows():
        cells = [cell for cell in row if cell]
        for place, cell in enumerate(cells):
            label = _label(cell, cells[place + 1] if place + 1 < len(cells) else "")
            if label:
                name, word = label
                counts = found.setdefault(name, {})
                counts[word] = counts.get(word, 0) + 1
    labels = {name: max(counts, key=lambda word: counts[word]) for name, counts in found.items()}
    if not {"customer_id", "name"} & {*labels} and "account" in labels:
        # The account of a list of customers is the customer's.
        labels["customer_id"] = labels.pop("account")
    return labels


def _label(cell: str, following: str) -> tuple[str, str] | None:
    """What a cell is the label of, and the label.

    Such as "Customer: 10023", "Debitor 10023", "Name   Alfa GmbH", "Договор № 15", or "Customer" and a value in the
    next cell.
    """
    parts = re.split(r"[:：]|\s{2,}", cell, maxsplit=1)
    if len(parts) == 2:
        return _meaning_of(parts[0].strip(), parts[1].strip() or following)
    words = cell.split()
    for length in range(min(_LONGEST_LABEL, len(words)), 0, -1):
        word, rest = " ".join(words[:length]), " ".join(words[length:])
        found = _meaning_of(word, rest) if re.match(r"(?:№|#|Nr\.?|No\.?)?\s*\S*\d", rest) else None
        if found and (found[0] == "contract" or not re.search(DATE, rest)):
            return found
    return _meaning_of(cell.strip(), following) if following else None


def _meaning_of(word: str, value: str) -> tuple[str, str] | None:
    known = meaning(word)
    if known is None or known.name not in NAMED or not value:
        return None
    if known.name == "currency" and not currency_of(value):
        return None
    return known.name, word
