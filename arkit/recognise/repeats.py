"""Documents that have several rows each: a row for each line item, or for each payment.

That an amount is the one of the whole document, the arithmetic proves: it is the same in each of its rows, and another
column, which differs among them, adds up to what is the same. Where payments have an amount and a day in each row, the
document is the same and its payments differ. What nothing proves is asked, with the total under each reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Final, Self

import polars as pl

from arkit.build.nothing import without_nothing
from arkit.build.written_amounts import exact_amounts
from arkit.files.body.reading import ROW
from arkit.files.questions import Candidate, Hints, Question
from arkit.model.layout import ColumnRole, Decision, TableLayout
from arkit.recognise.amounts import OPEN, Owed
from arkit.recognise.columns import Columns, is_few
from arkit.recognise.receivables import values_of
from arkit.words.vocabulary import is_made

_OWED: Final = (OPEN, "amount")
_NUMBERS: Final = ("item_id", "document_id")


@dataclass(frozen=True)
class Repeats:
    """Documents in several rows: by which number, which amounts count once, which columns are of lines, payments."""

    number: str = ""
    once: tuple[str, ...] = ()
    of_lines: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    payments: TableLayout | None = None
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def roles(self) -> tuple[ColumnRole, ...]:
        """The columns of lines and of payments."""
        paid = [*self.payments.columns.values()] if self.payments else []
        lines = (ColumnRole(header, "proof", "of a line", "adds up to the document") for header in self.of_lines)
        return (*lines, *(ColumnRole(header, "mapped", "payment", "a row for each payment") for header in paid))

    def without_lines(self, columns: Columns) -> Columns:
        """The columns of the documents alone."""
        if self.parts:
            part, whole = self.parts
            of = {name: header for name, header in columns.of.items() if header not in self.parts}
            return replace(columns, of={**of, OPEN: part}, rivals={}, harmless=(*columns.harmless, whole))
        gone = {*self.of_lines}
        rivals = {name: tuple(h for h in headers if h not in gone) for name, headers in columns.rivals.items()}
        of = {name: header for name, header in columns.of.items() if header not in gone}
        of |= {name: headers[0] for name, headers in rivals.items() if headers and name not in of}
        kept = {name: headers for name, headers in rivals.items() if len(headers) > 1}
        return replace(columns, of=of, rivals=kept, harmless=(*columns.harmless, *self.of_lines))

    def first_rows(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The first row of each document, and the rows that are none."""
        if not self.of_lines:
            return rows
        number = pl.col(self.number)
        return rows.filter(number.is_null() | number.is_first_distinct())


@dataclass(frozen=True)
class _Rows:
    """The rows of a file with their amounts, by the number of the document."""

    rows: pl.DataFrame
    number: str
    mark: str
    amounts: dict[str, pl.Series] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: pl.DataFrame, columns: Columns, mark: str) -> Self | None:
        """The rows, where some of them share a number."""
        number = next((columns.of[name] for name in _NUMBERS if name in columns.of), None)
        if number is None or number == ROW or not rows[number].drop_nulls().is_duplicated().any():
            return None
        return cls(rows.drop_nulls(number), number, mark)

    def amount(self, header: str) -> pl.Series:
        """A column as exact amounts."""
        if header not in self.amounts:
            cells = exact_amounts(without_nothing(self.rows[header]), decimal_mark=self.mark)
            self.amounts[header] = cells.fill_null(0).alias(header)
        return self.amounts[header]

    def is_same(self, header: str) -> bool:
        """Whether each document has one amount, in all of its rows."""
        return self._with(header).select((pl.col(header).n_unique() == 1).over(self.number).all()).item()  # type: ignore[no-any-return]

    def sum_once(self, header: str) -> str:
        """The sum of a column with each document once."""
        return f"{self._with(header).unique(self.number, keep='first')[header].sum() or 0:,.2f}"

    def _with(self, header: str) -> pl.DataFrame:
        return pl.DataFrame([self.rows[self.number], self.amount(header)])

    def by_document(self, headers: Sequence[str]) -> pl.DataFrame:
        """For each document the first amount and the sum of columns, and how many parts each has."""
        frame = pl.DataFrame([self.rows[self.number], *map(self.amount, headers)])
        return frame.group_by(self.number, maintain_order=True).agg(
            pl.col(headers).first().name.suffix(" first"),
            pl.col(headers).sum().name.suffix(" sum"),
            (pl.col(headers) != 0).sum().name.suffix(" parts"),
        )


def recognise_lines(rows: pl.DataFrame, columns: Columns, amounts: Sequence[str], mark: str, hints: Hints) -> Repeats:
    """A row for each line of a document, where a column of the lines adds up to an amount of the document."""
    seen = _Rows.of(rows, columns, mark)
    # Rows with an amount and a day of payment are payments; rows with debit and credit are an account.
    if seen is None or {"paid", "settled_on"} <= {*columns.of} or {"debit", "credit"} & {*columns.of}:
        return Repeats()
    owed = [columns.of[name] for name in _OWED if name in columns.of]
    owed += [header for name in _OWED for header in columns.rivals.get(name, ())]
    same = [header for header in amounts if header != seen.number and seen.is_same(header)]
    main = [header for header in dict.fromkeys(owed) if header in same]
    other = tuple(header for header in amounts if header not in same and header != seen.number)
    if not main:
        return Repeats()
    said = [header for header in hints.once if header in same]
    part, whole, proof = _adds_up(seen, [header for header in amounts if header != seen.number], same)
    if said:
        return Repeats(seen.number, of_lines=other or (seen.number,), decisions=(_once(main[0], "hint"),))
    due = columns.of.get("due_date")
    # Parts that are due on days of their own are instalments, and items of their own.
    if whole in main and due and (seen.rows.select(seen.number, due).n_unique() > seen.rows[seen.number].n_unique()):
        decision = Decision(OPEN, part, f"each part of a document is due on its own day, and they add up to {whole}")
        return Repeats(parts=(part, whole), decisions=(decision,))
    if proof and part in other:
        return Repeats(seen.number, of_lines=other, decisions=(_once(main[0], proof),))
    return Repeats()


def _once(header: str, evidence: str) -> Decision:
    return Decision("once", header, evidence)


def _adds_up(seen: _Rows, parts: Sequence[str], wholes: Sequence[str]) -> tuple[str, str, str]:
    """What proves that rows are lines: the column that adds up, in every document, to an amount of it, and to which."""
    if not parts or not wholes:
        return "", "", ""
    found = seen.by_document([*dict.fromkeys((*parts, *wholes))])
    for part in parts:
        # A single document, or documents of one part each, add up whatever the columns are.
        if found.height < 2 or not (found[f"{part} parts"] > 1).any():
            continue
        for whole in wholes:
            if part != whole and (found[f"{part} sum"] == found[f"{whole} first"]).all():
                return part, whole, f"the same in each row of a document, and {part} adds up to {whole}"
        for one, other in combinations(wholes, 2):
            gap = (found[f"{one} first"] - found[f"{other} first"]).abs()
            if (found[f"{part} sum"].abs() == gap).all():
                return part, "", f"the same in each row of a document, and {part} adds up to {one} less {other}"
    return "", "", ""


def recognise_payments(rows: pl.DataFrame, owed: Owed, columns: Columns, mark: str, hints: Hints, file: str) -> Repeats:
    """A row for each payment of a document, with its amount and its day, or with its amount alone."""
    seen = _Rows.of(rows, columns, mark)
    amount, paid = owed.of.get("amount"), owed.of.get("paid")
    if amount is None or paid is None:
        return _asked(seen, owed, hints, file) if seen else Repeats()
    day = owed.of.get("settled_on")
    day = None if day in columns.blank else day
    status = _status_of_payments(rows, owed.of.get("status"), paid, day, mark, hints)
    if seen is None and not (status and {*_NUMBERS} & {*columns.of}):
        return Repeats()
    if seen and (not seen.is_same(amount) or _is_above(seen, paid, amount, day)):
        return Repeats()
    seen = seen or _Rows(rows, next(columns.of[name] for name in _NUMBERS if name in columns.of), mark)
    decision = _once(amount, f"the same in each row of a document; each row has its own {paid}")
    if day is None:
        return Repeats(seen.number, (amount,), decisions=(decision,))
    named = {"effective_on": day, "amount": paid} | ({"status": status} if status else {})
    asked = _asked_of_status(rows, status, hints, file)
    said = {word: kind for word, kind in hints.statuses.items() if status and word in values_of(rows, status)}
    table = TableLayout(from_items=True, columns=named, statuses=said)
    return Repeats(seen.number, (amount,), payments=table, decisions=(decision,), questions=asked)


def _is_above(seen: _Rows, paid: str, amount: str, day: str | None) -> bool:
    """Whether more is paid of a document than it amounts to: what is paid is then no payment of the row."""
    own_day = day and seen.rows.select(seen.number, day).n_unique() > seen.rows[seen.number].n_unique()
    # With a day or an amount of its own in each row, what is paid is clearly that of the row.
    if own_day or not seen.is_same(paid):
        return False
    frame = pl.DataFrame({"number": seen.rows[seen.number], "part": seen.amount(paid), "whole": seen.amount(amount)})
    sums = frame.group_by("number").agg(pl.col("part").sum(), pl.col("whole").first(), pl.len())
    return bool(
        sums.filter(pl.col("len") > 1)
        .select((pl.col("part").abs() > pl.col("whole").abs()).mean() > _MOST_ABOVE)
        .item()
    )


_MOST_ABOVE: Final = 0.2


def _status_of_payments(
    rows: pl.DataFrame, header: str | None, paid: str, day: str | None, mark: str, hints: Hints
) -> str:
    """The status if it is that of the payments: each payment has one, and a row without a payment has none."""
    if header is None or day is None:
        return ""
    cells = exact_amounts(without_nothing(rows[paid]), decimal_mark=mark).fill_null(0)
    has_payment = (cells != 0) & without_nothing(rows[day]).is_not_null()
    stated = rows[header].is_not_null()
    words = [hints.statuses.get(word, word) for word in values_of(rows.filter(has_payment), header)]
    if not words or not (stated | ~has_payment).all():
        return ""
    # A status in a row without a payment is that of the document, unless some word can only be said of payments.
    alone = not (stated & ~has_payment).any()
    return header if alone or any(is_made(word) is False for word in words) else ""


def _asked_of_status(rows: pl.DataFrame, header: str, hints: Hints, file: str) -> tuple[Question, ...]:
    if not header:
        return ()
    words = [word for word in values_of(rows, header) if is_made(hints.statuses.get(word, word)) is None]
    text = "Was a payment made that says {!r} under {!r} of {}? The word is not known."
    kinds = (Candidate("paid", evidence="it was made"), Candidate("failed", evidence="it settles nothing"))
    return tuple(Question(("statuses", word), text.format(word, header, file), kinds) for word in words)


def _asked(seen: _Rows, owed: Owed, hints: Hints, file: str) -> Repeats:
    """Ask whether an amount that is the same in each row of a document is that of the document or of the row."""
    main = next((owed.of[name] for name in _OWED if name in owed.of), None)
    if main is None or not seen.is_same(main) or is_few(seen.rows, seen.number):
        return Repeats()
    if main in hints.once:
        return Repeats(seen.number, (main,), decisions=(_once(main, "hint"),))
    if "line" in hints.columns:
        return Repeats()
    several = seen.rows.filter(pl.col(seen.number).is_duplicated())[seen.number].n_unique()
    text = (
        f"{several} documents of {file} have several rows under {seen.number!r}, with the same {main!r} in each. Is it "
        "the amount of the whole document, or of the row?"
    )
    whole = Candidate(main, seen.sum_once(main), "of the whole document: it counts once", ("once",))
    own = Candidate(
        owed.of.get("line", ROW),
        f"{seen.amount(main).sum() or 0:,.2f}",
        "of the row: each row is an item",
        ("columns", "line"),
    )
    return Repeats(seen.number, (main,), questions=(Question(("once",), text, (whole, own)),))
