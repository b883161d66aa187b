"""The header of an unknown file, and what each column below it is.

The header is the row, or two rows, with the most known texts. A column is what its header means by the vocabulary, if
its cells look like it. Two kinds of columns need a closer look: amounts that are made of others (a running balance, the
sum of an aging), and the key of an item, which is one column whose texts are unique, or several together.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from typing import Final

import polars as pl

from arkit.build.written_amounts import NO_AMOUNT, amount_pattern
from arkit.errors import ReadingError, listed
from arkit.files.body.header import Header, header_at, header_on_top, names_of, texts_of
from arkit.files.body.reading import ROW
from arkit.files.body.rows import DATE
from arkit.files.open_file import Grid
from arkit.files.questions import Candidate, Hints, Question
from arkit.model.layout import Decision, Sure
from arkit.model.schema import TABLES
from arkit.words.vocabulary import MONEY, REMEMBERED, Meaning, currency_of, meaning, without_currency, words

BUCKET = "bucket"
HARMLESS = "harmless"


def meanings_of(lines: Sequence[Sequence[str]]) -> dict[str, Meaning]:
    """The meaning of each known header by its name.

    Where a header has several lines, an upper text may be above several columns: each text is tried with the upper
    texts to its left first, then as it is joined, and the lowest text by itself.
    """
    texts = texts_of(lines)
    spread = texts_of([*(_spread(*pair) for pair in pairwise(lines)), lines[-1]])
    lowest = [next((text for text in reversed(column) if text), "") for column in zip(*lines, strict=True)]
    found = {}
    for name, text, wide, lower in zip(names_of(texts), texts, spread, lowest, strict=True):
        known = next((each for one in (wide, text, lower) if one and (each := _meaning_of(one))), None)
        if known:
            found[name] = known
    return found


def _spread(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """The upper line with each text repeated over the blank cells to its right that are above a text."""
    spread, last = [], ""
    for above, below in zip(upper, lower, strict=True):
        last = above or (last if below else "")
        spread.append(last)
    return spread


@lru_cache(maxsize=REMEMBERED)
def _meaning_of(text: str) -> Meaning | None:
    found = meaning(text)
    if found:
        return found
    stripped, currency = without_currency(text)
    if is_bucket(text):
        return Meaning(BUCKET, 0)
    return Meaning(BUCKET, 0, currency) if currency and is_bucket(stripped) else None


def is_bucket(text: str) -> bool:
    """Whether a header is a column of an aging.

    >>> is_bucket("31 - 60 days"), is_bucket("Over 90"), is_bucket("Amount")
    (True, True, False)
    """
    plain = " ".join(text.casefold().split())
    patterns = [pattern for kind in ("not_due", "range", "over") for pattern in words("buckets", kind)]
    return any(re.search(pattern, plain) for pattern in patterns)


AMOUNT: Final = amount_pattern()
_MOSTLY: Final = 0.8
_LOOKED_AT: Final = 2000
_MONEY: Final = (*MONEY, BUCKET, "exchange_rate")
_DATES: Final = (*TABLES["items"].of_type("date"), "snapshot_on")
_COUNTS: Final = ("days_overdue", "age")
_COUNT: Final = r"^[-−(]?\d{1,5}([.,]0+)?\)?(\s*[^\W\d_]{1,6}\.?)?$"
_TRUTHS: Final = r"(?i)^(true|false|yes|no|y|n|0|1|x|да|нет|是|否|ja|nein)$"


@dataclass(frozen=True)
class Columns:
    """The columns of a file: one header for each meaning, the columns of an aging, and the currency in each header.

    ``rivals`` has the headers of amounts of which each could be meant and which differ; the first is in ``of`` too.
    ``unread`` has the headers of days whose cells are no days that are known, with some of these cells.
    """

    of: dict[str, str]
    buckets: tuple[str, ...]
    currencies: dict[str, str]
    blank: frozenset[str]
    decisions: tuple[Decision, ...]
    rivals: dict[str, tuple[str, ...]] = field(default_factory=dict)
    harmless: tuple[str, ...] = ()
    unread: dict[str, tuple[str, str]] = field(default_factory=dict)

    def free(self, rows: pl.DataFrame) -> list[str]:
        """The headers that have no meaning of their own, harmless ones included."""
        taken = {*self.of.values(), *self.buckets, *self.blank, "source_row"}.union(*self.rivals.values())
        return [name for name in rows.columns if name not in taken]


def recognise_columns(rows: pl.DataFrame, meanings: dict[str, Meaning], hints: Hints, file: str) -> Columns:
    """The columns of the likely items of a file.

    Raises
    ------
    ReadingError
        A hint names a column that is not there.
    """
    said = (*hints.columns.values(), *hints.ignored, *hints.keep)
    absent = [header for header in said if header not in rows.columns]
    if absent:
        named = [name for name in rows.columns if name != "source_row"]
        raise ReadingError(f"{file} has no column {listed(absent)}, which the hints name. It has: {listed(named)}.")
    blank = frozenset(name for name in rows.columns if rows[name].null_count() == rows.height)
    chosen, made = (
        dict(hints.columns),
        [Decision(name, header, "hint", "stated") for name, header in hints.columns.items()],
    )
    candidates = _candidates(rows, meanings, taken={*chosen.values(), *hints.ignored}, blank=blank)
    rivals: dict[str, tuple[str, ...]] = {}
    for name, headers in candidates.items():
        if name in chosen or name in (BUCKET, HARMLESS):
            continue
        differing = _differing(rows, headers) if name in _MONEY else ()
        if differing:
            rivals[name] = (headers[0], *differing)
        chosen[name] = headers[0] if name in _MONEY else _fullest(rows, headers)
        made.append(_decision(name, chosen[name], headers, differing))
    if not {"currency", "base_currency"} & {*chosen}:
        coded = _codes_of_currencies(rows, taken={*meanings, *chosen.values(), *hints.ignored, *hints.keep, *blank})
        if coded:
            chosen["currency"] = coded
            made.append(Decision("currency", coded, "every cell is the code of a currency", "likely"))
    used = {*chosen.values()}
    buckets = tuple(header for header in candidates.get(BUCKET, []) if header not in used)
    in_meanings = {header: meanings[header].currency if header in meanings else "" for header in rows.columns[1:]}
    currencies = {header: code for header, own in in_meanings.items() if (code := own or without_currency(header)[1])}
    harmless = tuple(candidates.get(HARMLESS, ()))
    unread = _unread(rows, meanings, taken={*used, *hints.ignored, *blank})
    unread = {name: found for name, found in unread.items() if name not in chosen}
    return Columns(chosen, buckets, currencies, blank, tuple(made), rivals, harmless, unread)


def _unread(rows: pl.DataFrame, meanings: dict[str, Meaning], *, taken: set[str]) -> dict[str, tuple[str, str]]:
    """The headers of days whose cells have digits, and are neither days nor amounts."""
    found = {}
    for header, each in meanings.items():
        cells = rows[header].drop_nulls()
        written = each.name in _DATES and header not in taken and share(cells, r"\d") > _MOSTLY
        if written and share(cells, AMOUNT) < _MOSTLY and not _fits(cells, each.name):
            found[each.name] = header, listed(map(repr, cells.unique(maintain_order=True)))
    return found


def _codes_of_currencies(rows: pl.DataFrame, *, taken: set[str]) -> str:
    """The one column under an unknown header that has nothing but codes of currencies; two that differ are asked."""
    free = [header for header in rows.columns[1:] if header not in taken]
    # One look at the first cell leaves out nearly every column.
    some = [header for header in free if _is_code(str(rows[header].drop_nulls().first()))]
    coded = [header for header in some if all(map(_is_code, rows[header].drop_nulls().unique()))]
    return coded[0] if coded and not _differing(rows, coded) else ""


def _is_code(text: str) -> bool:
    return text.isupper() and currency_of(text) == text


def _candidates(
    rows: pl.DataFrame, meanings: dict[str, Meaning], *, taken: set[str], blank: frozenset[str]
) -> dict[str, list[str]]:
    """The headers for each meaning whose cells fit it, the best known first."""
    found: dict[str, list[tuple[int, str]]] = {}
    for header, each in meanings.items():
        # A column of days of payment may be blank in this file and filled in the next.
        if header in taken or (header in blank and each.name != "settled_on"):
            continue
        if header in blank or _fits(rows[header].drop_nulls(), each.name):
            found.setdefault(each.name, []).append((each.rank, header))
    order = rows.columns
    return {
        name: [header for _, header in (sorted(headers) if name != BUCKET else _in_order(headers, order))]
        for name, headers in found.items()
    }


def _in_order(headers: list[tuple[int, str]], order: list[str]) -> list[tuple[int, str]]:
    return sorted(headers, key=lambda each: order.index(each[1]))


def _fits(cells: pl.Series, name: str) -> bool:
    """Whether some of the cells look like what the header means; one cell that does not is a fault of its row."""
    cells = cells.gather_every(max(1, len(cells) // _LOOKED_AT))
    if name in _DATES:
        fitting = cells.str.contains(DATE)
    elif name in _MONEY:
        fitting = cells.str.contains(AMOUNT) | cells.str.contains(NO_AMOUNT)
    elif name in _COUNTS:
        fitting = cells.str.contains(_COUNT) | cells.str.contains(NO_AMOUNT)
    elif name in ("currency", "base_currency"):
        known = [cell for cell in cells.unique() if currency_of(cell)]
        fitting = cells.is_in(known)
    elif name == "disputed":
        fitting = cells.str.contains(_TRUTHS)
    else:
        return True
    return bool(fitting.any()) and int((~fitting).sum()) <= max(1, (1 - _MOSTLY) * len(cells))


def share(cells: pl.Series, pattern: str) -> float:
    """The share of cells that match a pattern."""
    mean = cells.str.contains(pattern).mean()
    return float(mean) if isinstance(mean, float) else 0.0


def _differing(rows: pl.DataFrame, headers: list[str]) -> tuple[str, ...]:
    """The headers of amounts for one meaning that differ from the first in some row."""
    first = rows[headers[0]]
    return tuple(header for header in headers[1:] if not first.eq_missing(rows[header]).all())


def _fullest(rows: pl.DataFrame, headers: list[str]) -> str:
    """The best known header, of those that are filled in most rows if there are any."""
    return min(headers, key=lambda header: (rows[header].null_count() * 2 > rows.height, headers.index(header)))


def _decision(name: str, header: str, headers: list[str], differing: tuple[str, ...]) -> Decision:
    others = [each for each in headers if each not in (header, *differing)]
    if not others:
        return Decision(name, header, "header")
    if name in _MONEY:
        return Decision(name, header, f"header; {listed(others)} is the same in every row")
    return Decision(name, header, f"header; preferred to {listed(others)}", "likely")


SEARCHED: Final = 200
_LATEST: Final = 50_000
_FEWEST: Final = 3
_ITEMS_LOOKED_AT: Final = 20


def recognise_header(grid: Grid, *, wanted: set[str]) -> tuple[Grid, Header, Decision]:
    """Where the header is, and the grid with the header above its items; ``wanted`` are headers that a person named.

    Raises
    ------
    ReadingError
        No row has enough known headers, and none has texts above cells of other kinds.
    """
    rows = grid.top(SEARCHED)
    best, lines, first = _best(rows, wanted)
    if best < _FEWEST and grid.cells.height > SEARCHED:
        # A sorting may have put the header far down among its items.
        rows = grid.top(_LATEST)
        best, lines, first = _best(rows, wanted)
    evidence = f"{best} known headers" + (f", {lines} lines joined" if lines > 1 else "")
    if best < _FEWEST:
        lines, first, evidence = 1, _by_shape(rows, grid.file), "no known headers; texts above cells of other kinds"
    grid, header = header_on_top(grid, header_at(grid, first, lines))
    row = grid.cells["source_row"][header.first]
    moved = f"; {first - header.first} rows above it are items" if header.first < first else ""
    return grid, header, Decision("header", f"row {row}", f"{evidence}{moved}")


def _best(rows: list[list[str]], wanted: set[str]) -> tuple[int, int, int]:
    """How many headers are known, in how many lines, from which row on.

    Several lines only where they say more than one; the first such row, since a header may be repeated.
    """
    few = len(rows) <= SEARCHED
    # Of thousands of rows only those that could be a header are looked up in the vocabulary.
    starts = [start for start, row in enumerate(rows) if any(row) and (few or not _looks_like_item(row))]
    scores = [
        (_score(rows[start : start + lines], wanted), -lines, -start)
        for start in starts
        for lines in (1, 2, 3)
        if start + lines <= len(rows)
    ]
    best, lines, first = max(scores, default=(0, -1, 0))
    return best, -lines, -first


def _by_shape(rows: list[list[str]], file: str) -> int:
    """The row of a header in words that nobody knows: as full as the rows below it, without their digits.

    Raises
    ------
    ReadingError
        There is none.
    """
    for start, row in enumerate(rows):
        below = [each for each in rows[start + 1 :][:_ITEMS_LOOKED_AT] if any(each)]
        items = [each for each in below if _looks_like_item(each)]
        full = sorted(sum(map(bool, each)) for each in items)
        usual = full[len(full) // 2] if full else _FEWEST
        plain = sum(map(bool, row)) > max(_FEWEST, usual - 1) and not _looks_like_item(row)
        if plain and len(items) > 1 and len(items) * 2 >= len(below):
            return start
    filled = [row for row in rows if any(row)]
    shown = listed(cell for cell in max(filled[:20], key=lambda row: sum(map(bool, row)), default=[]) if cell)
    raise ReadingError(
        f"No row among the first {len(rows)} of {file} looks like the header of open items or invoices: at "
        f"least {_FEWEST} known columns (document, date, amount, ...) are needed. The fullest row says: {shown}. "
        'Name columns with hints={"columns": {"amount": "..."}}, or give a layout.'
    )


def _score(lines: list[list[str]], wanted: set[str]) -> int:
    if len(lines) > 1 and (any(map(_looks_like_item, lines[1:])) or not all(map(any, lines))):
        return -1
    texts = texts_of(lines)
    found = {each.name for each in meanings_of(lines).values()} | _tree(lines)
    named = sum(text in wanted for text in texts)
    return len(found) + named


_OF_A_TREE: Final = {"customer_id", "name", "contract", "document_id", "item_id"}


def _tree(lines: list[list[str]]) -> set[str]:
    """What the lines of one column name, where customers, contracts and documents are below each other in it."""
    full = [column for column in zip(*lines, strict=True) if len(column) > 1 and all(column)]
    named = [{each.name for text in column if (each := meaning(text))} & _OF_A_TREE for column in full]
    return next((names for names in named if len(names) == len(lines)), set())


def _looks_like_item(cells: list[str]) -> bool:
    """Whether a row has cells of digits, of which no line of a header has more than a few."""
    filled = [cell for cell in cells if cell]
    # Half of its letters: a header such as "31-60 days" has digits too, but few cells that are little else.
    digits = [cell for cell in filled if sum(letter.isdigit() for letter in cell) * 2 > len(cell)]
    return len(digits) >= 2 and len(digits) * 3 >= len(filled)


_KEY_PARTS: Final = ("line", "due_date", "item_type", "entity", "customer_id", "document_date")
_REPEATED: Final = 0.02


@dataclass(frozen=True)
class Key:
    """The column that names an item, or those that do so together; questions where none does."""

    columns: dict[str, str] = field(default_factory=dict)
    joined: dict[str, tuple[str, ...]] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()


def recognise_key(rows: pl.DataFrame, columns: dict[str, str], file: str) -> Key:
    """The key of the items.

    A number that few rows repeat is a fault of these rows and stays the key: they become findings.
    """
    chosen = {name: header for name, header in columns.items() if name in ("item_id", "document_id")}
    if not chosen:
        alone = _unique(rows, columns)
        if not alone:
            return Key({"item_id": ROW}, decisions=(Decision("item_id", "the row", "no column names the document"),))
        text = f"No column of {file} is known to name the document. It has: {listed(rows.columns[1:])}."
        by_row = Candidate(ROW, evidence="none does: the rows are numbered")
        return Key(questions=(Question(("columns", "item_id"), text, (*alone, by_row)),))
    if ROW in chosen.values():
        return _single(ROW, "each row is numbered", "stated")
    for name in ("item_id", "document_id"):
        if name in chosen and is_unique(rows, chosen[name]):
            return _single(chosen[name], "every row has its own")
    base = chosen.get("document_id", chosen.get("item_id", ""))
    own = _with_entity(rows, base, columns.get("entity"))
    for name in _KEY_PARTS:
        if name in columns and is_unique(rows, *own, columns[name]):
            return _together(tuple(dict.fromkeys((*own, columns[name]))))
    if is_few(rows, base):
        return _single(base, f"{_repeating(rows, base)} rows share a number; the first of each counts", "likely")
    several = tuple(dict.fromkeys([base, *(columns[name] for name in _KEY_PARTS if name in columns)]))
    if len(several) > 1 and is_few(rows, *several):
        return _together(several, "likely")
    return _searched(rows, base, columns, file)


def _single(header: str, evidence: str, sure: Sure = "certain") -> Key:
    return Key({"item_id": header}, decisions=(Decision("item_id", header, evidence, sure),))


def _together(headers: tuple[str, ...], sure: Sure = "certain") -> Key:
    decision = Decision("item_id", " / ".join(headers), "unique only together", sure)
    return Key(joined={"item_id": headers}, decisions=(decision,))


def _repeating(rows: pl.DataFrame, base: str) -> int:
    return rows.filter(pl.col(base).is_duplicated() & pl.col(base).is_not_null()).height


def _searched(rows: pl.DataFrame, base: str, columns: dict[str, str], file: str) -> Key:
    """The key where no known column makes it: any column that differs in each row, or with the document's number."""
    alone = _unique(rows, columns)
    if alone:
        return _single(str(alone[0].value), "every row has its own text", "likely")
    for header in _texts(rows, columns):
        if header != base and is_unique(rows, base, header):
            return _together((base, header), "likely")
    text = (
        f"{_repeating(rows, base)} of {rows.height} rows of {file} share their {base!r} with another, and no other "
        "column distinguishes them, so an item has no name of its own. Export the line number too, or say which "
        "column names it."
    )
    by_row = Candidate(ROW, evidence="each row is numbered", key=("columns", "line"))
    return Key(questions=(Question(("columns", "item_id"), text, (by_row,)),))


def _texts(rows: pl.DataFrame, columns: dict[str, str]) -> list[str]:
    """The headers of texts, those without a meaning first: no amounts, no days."""
    known = {header for name, header in columns.items() if name in (*_MONEY, *_DATES)}
    others = [name for name in rows.columns if name not in {*known, "source_row"}]
    named = [name for name in others if share(rows[name].drop_nulls(), f"{DATE}|{AMOUNT}") < _MOSTLY]
    return sorted(named, key=lambda name: name in columns.values())


def _unique(rows: pl.DataFrame, columns: dict[str, str]) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(header, evidence="every row has its own")
        for header in _texts(rows, columns)
        if is_unique(rows, header)
    )


def _with_entity(rows: pl.DataFrame, base: str, entity: str | None) -> tuple[str, ...]:
    """The key with the entity, where the companies of a group number alike."""
    if entity is None or rows.select(base, entity).n_unique() == rows[base].n_unique():
        return (base,)
    return entity, base


def with_unnamed_key(columns: Columns, rows: pl.DataFrame) -> Columns:
    """The columns with a key: where no header names one, the one without a header whose texts are unique."""
    if {"item_id", "document_id"} & {*columns.of}:
        return columns
    unnamed = [name for name in rows.columns if re.fullmatch(r"column \d+", name) and is_unique(rows, name)]
    # Of several such columns any could be meant, and none is taken.
    if len(unnamed) != 1:
        return columns
    decision = Decision("document_id", unnamed[0], "without a header, but every row has its own text", "likely")
    return replace(columns, of={**columns.of, "document_id": unnamed[0]}, decisions=(*columns.decisions, decision))


def is_unique(rows: pl.DataFrame, *headers: str) -> bool:
    """Whether every row has its own texts in some columns."""
    cells = rows.select(headers)
    # The first column is the number and must be there; a line or an entity beside it may be blank.
    return cells.null_count().row(0)[0] == 0 and not cells.is_duplicated().any()


def is_few(rows: pl.DataFrame, *headers: str) -> bool:
    """Whether few rows repeat another, or all that do repeat it wholly."""
    cells = rows.select(headers)
    return cells.height - cells.n_unique() <= max(1, _REPEATED * rows.height)
