"""A layout in the making: what has been decided so far, and on which evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, Final, Self

import msgspec
import polars as pl

from arkit.errors import ReadingError, listed
from arkit.files.body.rows import DATE
from arkit.files.questions import Candidate, Hints, Question
from arkit.model.layout import ColumnRole, Decision, Proof, Shape, TableLayout
from arkit.model.schema import TABLES
from arkit.recognise.amounts import Owed
from arkit.recognise.columns import Columns, share

_ITEM_HAS_CELLS: Final = 0.6
_FEWEST_CELLS: Final = 2
_LOOKED_AT: Final = 2000
_NEARLY_ALL: Final = 0.8
_OPEN: Final = {"amount": "open_amount", "base_amount": "base_open_amount"}
_BASE: Final = ("base_amount", "base_open_amount", "exchange_rate")


@dataclass(frozen=True)
class Draft:
    """A table layout so far; ``extra`` has all headers by meaning, those without a canonical name too."""

    table: TableLayout
    extra: dict[str, str]
    in_headers: dict[str, str] = field(default_factory=dict)
    base_currency: str = ""
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()
    roles: tuple[ColumnRole, ...] = ()
    payments: TableLayout | None = None

    def explaining(self, *roles: ColumnRole) -> Self:
        """The draft with what more columns were taken for."""
        return replace(self, roles=(*self.roles, *roles))

    def asking(self, *questions: Question) -> Self:
        """The draft with more questions."""
        return replace(self, questions=(*self.questions, *questions))

    def adding(self, *decisions: Decision) -> Self:
        """The draft with more decisions."""
        return replace(self, decisions=(*self.decisions, *decisions))

    def with_table(self, **settings: Any) -> Self:
        """The draft with other settings of its table."""
        return replace(self, table=msgspec.structs.replace(self.table, **settings))

    def proven_by(self, proofs: Sequence[Proof]) -> Self:
        """The draft with more proofs."""
        own = self.table.proofs
        return self.with_table(proofs=(*own, *(proof for proof in proofs if proof not in own)))

    @property
    def given(self) -> set[str]:
        """The canonical amounts that the file has."""
        return {*self.table.columns, *self.table.plus}

    @property
    def main(self) -> str:
        """The amount that the ledger is made of."""
        is_settled = "amount" in self.given and "settled_on" in self.table.columns
        # An amount with the day on which it was settled tells any day; what is open tells one.
        return "open_amount" if "open_amount" in self.given and not is_settled else "amount"

    @property
    def main_headers(self) -> list[str]:
        """The headers of that amount."""
        table = self.table
        if self.main in table.plus:
            return [*table.plus[self.main], *table.minus.get(self.main, ())]
        return [table.columns[self.main]] if self.main in table.columns else []

    @property
    def currencies(self) -> set[str]:
        """The currencies that the headers of the main amount name."""
        return {self.in_headers[header] for header in self.main_headers if header in self.in_headers}

    def of_shape(self, shape: Shape, hints: Hints) -> Self:
        """The draft without the columns that its shape, or a missing base currency, leaves without a meaning."""
        columns, constants = dict(self.table.columns), dict(self.table.constants)
        plus, minus = dict(self.table.plus), dict(self.table.minus)
        made = []
        if shape != "settled":
            columns.pop("settled_on", None)
        if shape == "open_items" and "open_amount" not in self.given:
            every: tuple[dict[str, Any], ...] = (columns, plus, minus)
            for parts, (name, open_) in product(every, _OPEN.items()):
                if name in parts:
                    parts[open_] = parts.pop(name)
        elif shape == "open_items":
            columns.pop("amount", None)
        base = hints.base_currency or self.base_currency
        if base and "base_currency" not in columns:
            constants["base_currency"] = base
        if "base_currency" not in {**columns, **constants}:
            lost = [columns.pop(name) for name in _BASE if name in columns]
            if lost:
                evidence = 'the base currency is not known; say hints={"base_currency": "EUR"} to read it'
                made.append(Decision("not read", ", ".join(lost), evidence))
        return self.with_table(columns=columns, constants=constants, plus=plus, minus=minus).adding(*made)


def likely_items(rows: pl.DataFrame, repeats: pl.DataFrame, file: str) -> pl.DataFrame:
    """The rows with a day and about as many cells as most have: sections, totals and notes have fewer.

    ``repeats`` are the rows of the header and those above it, which come again at page breaks.
    """
    whole = pl.concat_str(pl.exclude("source_row"), separator="\x1f", ignore_nulls=True)
    # A header that comes again at a page break has as many cells as an item.
    rows = rows.filter(~whole.is_in(repeats.select(whole).to_series().implode()))
    names = [name for name in rows.columns if name != "source_row"]
    rows = _dated(rows, names)
    filled = rows.select(pl.sum_horizontal(pl.col(name).is_not_null() for name in names)).to_series()
    # The median, because long footers and short notes would move a mean.
    usual = filled.filter(filled >= _FEWEST_CELLS).median()
    if not isinstance(usual, float):
        raise ReadingError(f"{file} has a header but no rows below it. Export it again.")
    return rows.filter(filled >= max(_FEWEST_CELLS, usual * _ITEM_HAS_CELLS))


def _dated(rows: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """The rows with a day in any column; all of them where none has one."""
    found = pl.repeat(False, rows.height, eager=True)
    # The column with most days first: each of the others is looked at only where no day was found.
    some = rows.gather_every(max(1, rows.height // _LOOKED_AT)).select(pl.col(names).str.contains(DATE).sum()).row(0)
    for _, name in sorted(zip(some, names, strict=True), key=lambda each: -each[0]):
        left = (~found).arg_true()
        found = found.scatter(left, rows[name].gather(left).str.contains(DATE).fill_null(False))
    return rows.filter(found) if found.any() else rows


def amounts_of(columns: Columns, owed: Owed, rows: pl.DataFrame, dated: str, file: str) -> Draft:
    """A draft of the columns of a file.

    Raises
    ------
    ReadingError
        There is no amount, or no day of the document: a summary by customer cannot be aged again.
    """
    known = TABLES["items"].columns
    of = {name: header for name, header in owed.of.items() if name in known and header not in columns.blank}
    of = {name: header for name, header in of.items() if name not in owed.plus}
    if not {"amount", "open_amount"} & {*of, *owed.plus}:
        raise ReadingError(f"No column of {file} is known to hold amounts. Known: {listed(of.values())}.")
    asked = owed.questions
    if "document_date" not in of and not dated:
        # A day that words call that of recording may be all that there is; the column filled in most rows comes first.
        recorded = [columns.of["recorded_on"]] if "recorded_on" in columns.of else []
        days = sorted([*_of_kind(columns, rows, DATE), *recorded], key=lambda day: rows[day].null_count())
        if not days:
            raise _without_day(columns, file)
        text = f"No column of {file} is known to have the day of the document. Which is it?"
        asked = (*asked, Question(("columns", "document_date"), text, tuple(Candidate(day) for day in days)))
        # The first is taken for going on, so that the same run can ask all the rest.
        of["document_date"] = days[0]
    table = TableLayout(
        columns=of, plus=owed.plus, minus=owed.minus, dated_in={"document_date": dated} if dated else {}
    )
    return Draft(table, {**owed.of, **of}, columns.currencies, owed.base_currency, questions=asked)


def _of_kind(columns: Columns, rows: pl.DataFrame, pattern: str) -> list[str]:
    """The columns without a meaning whose cells nearly all match a pattern."""
    left = {*columns.of.values(), *columns.buckets, *columns.blank, "source_row"}
    others = [name for name in rows.columns if name not in left]
    return [name for name in others if share(rows[name].drop_nulls(), pattern) >= _NEARLY_ALL]


def _without_day(columns: Columns, file: str) -> ReadingError:
    """Why no column has the day of the document: its cells are no days, or the file is a summary."""
    if "document_date" in columns.unread:
        header, cells = columns.unread["document_date"]
        return ReadingError(
            f"The cells of {header!r} of {file} are no days that are known: {cells}. Write them as 2026-10-31, or name "
            'another column as the day of the document: columns.document_date="...".'
        )
    if columns.buckets:
        return ReadingError(
            f"{file} is a summary: sums by bucket ({listed(columns.buckets)}), and no column with the day of a "
            "document. Neither the age nor the history of an item can be known from it. Export the detail by document."
        )
    return ReadingError(
        f"No column of {file} has the day of the document. Without it neither the age nor the history of an item is "
        "known. Export the detail by document."
    )


def complete(draft: Draft) -> TableLayout:
    """The finished layout of the table, without what another setting says already."""
    table = draft.table
    made = {*table.joined, *table.plus, *table.minus, *table.section_labels, *table.dated_in}
    columns = {name: header for name, header in table.columns.items() if name not in made}
    return msgspec.structs.replace(table, columns=columns)
