"""How a file writes its values: for each what was found, the decision, and the questions that stay open.

The decimal mark: by amounts that can be read in one way only. The order of days: by days above 12 in any column, else
by what falls due after it is issued. The currency: a column, the cells, the header, a row above it, or a person. The
shape: a snapshot of one day, or any day since each item was settled.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final, Generic, Literal, TypeVar

import polars as pl

from arkit.build import parsing
from arkit.build.written_amounts import bare_amounts, currencies_in, exact_amounts
from arkit.errors import ReadingError, listed
from arkit.files.body.header import DAY, currency_after, day_after
from arkit.files.body.reading import signed_sum
from arkit.files.body.rows import DATE
from arkit.files.questions import Candidate, Hints, Question
from arkit.model.layout import DateOrder, Decision, Layout, Shape, TableLayout
from arkit.model.money import EXACT
from arkit.recognise.days import years_near
from arkit.words.vocabulary import currency_of, words

T = TypeVar("T")
Mark = Literal[".", ","]


@dataclass(frozen=True)
class Found(Generic[T]):
    """A value with the decision on it; where a question is open, the value is only for going on."""

    value: T
    decision: Decision
    questions: tuple[Question, ...] = ()


def undecided(value: T, question: Question) -> Found[T]:
    """A value that a question is about."""
    return Found(value, Decision(question.key[-1], str(value), "asked"), (question,))


def sum_of(rows: pl.DataFrame, plus: Sequence[str], minus: Sequence[str] = (), *, mark: str) -> str:
    """The sum of some columns minus others, as it is shown beside a candidate.

    >>> sum_of(pl.DataFrame({"Open": ["1,000.50", "2.00"]}), ["Open"], mark=".")
    '1,002.50'
    """
    signed = [(1, header) for header in plus] + [(-1, header) for header in minus]
    sums = [sign * Decimal(exact_amounts(rows[header], decimal_mark=mark).sum() or 0) for sign, header in signed]
    return f"{sum(sums, Decimal()):,.2f}"


def amount_of(rows: pl.DataFrame, table: TableLayout, name: str, *, mark: str) -> pl.Series:
    """A canonical amount of the rows as exact decimals, by the columns that a layout takes it from."""
    plus, minus = table.plus.get(name, ()), table.minus.get(name, ())
    if not plus and not minus:
        if name not in table.columns:
            return pl.Series([None], dtype=EXACT).new_from_index(0, rows.height)
        return exact_amounts(rows[table.columns[name]], decimal_mark=mark)
    return signed_sum({header: exact_amounts(rows[header], decimal_mark=mark) for header in (*plus, *minus)}, plus)


# What only a comma, only a point, and either could be the decimal mark of. Spaces and apostrophes are taken out before.
_COMMA: Final = (
    r"\.\d{3},|\d,\d{1,2}\D*$|\d,\d{4,}|\d,-{1,2}$|^\D*,\d|\.\d{3}\.\d{3}|\d\.\d{2}\.\d{3}\D*(,|$)|\b0,\d{3}\b"
)
_POINT: Final = (
    r",\d{3}\.|\d\.\d{1,2}\D*$|\d\.\d{4,}|\d\.-{1,2}$|^\D*\.\d|,\d{3},\d{3}|\d,\d{2},\d{3}\D*(\.|$)|\b0\.\d{3}\b"
)
_WITH_POINT: Final = r"^-?\d+\.\d\d?$"
_EITHER: Final = r"^\D*[1-9]\d{0,2}[.,]\d{3}\D*$"
_SPACES: Final = r"[\s\u00a0\u202f'’]"


def recognise_decimal_mark(
    rows: pl.DataFrame, headers: list[str], *, stated: Mark | None, from_workbook: bool, file: str
) -> Found[Mark]:
    """The decimal mark of a file: asked where 1.234 could be thousands or decimals, or both marks are used."""
    if stated:
        return Found(stated, Decision("decimal_mark", stated, "hint", "stated"))
    if not headers:
        return Found(".", Decision("decimal_mark", ".", "no amounts"))
    cells = pl.concat([rows.select("source_row", cell=header) for header in headers]).drop_nulls("cell")
    if cells["cell"].str.contains(_WITH_POINT).all():
        # The usual export: one look at each cell instead of five.
        plain, comma, point = cells["cell"], cells.clear(), cells
    else:
        plain = bare_amounts(cells["cell"])
        plain = plain.str.replace_all(_SPACES, "") if plain.str.contains(_SPACES).any() else plain
        comma, point = (cells.filter(plain.str.contains(pattern)) for pattern in (_COMMA, _POINT))
    # A workbook has its numbers with a point, whatever mark its texts have.
    if comma.height and point.height and not from_workbook:
        text = (
            f"{file} has amounts with a decimal comma, {_example(comma)}, and with a decimal point, {_example(point)}. "
            "Export it with one of them, or say which is the decimal mark."
        )
        return undecided(",", Question(("decimal_mark",), text, _marks(rows, headers)))
    if comma.height:
        return Found(",", Decision("decimal_mark", ",", f"{comma.height} amounts such as {_example(comma)}"))
    if point.height:
        return Found(".", Decision("decimal_mark", ".", f"{point.height} amounts such as {_example(point)}"))
    either = cells.filter(plain.str.contains(_EITHER))
    if either.height:
        text = (
            f"What follows the mark in {_example(either)} of {file} may be thousands or decimals, and no other amount "
            "tells. Which is the decimal mark?"
        )
        return undecided(".", Question(("decimal_mark",), text, _marks(rows, headers)))
    return Found(".", Decision("decimal_mark", ".", "all amounts are whole numbers"))


def _marks(rows: pl.DataFrame, headers: list[str]) -> tuple[Candidate, ...]:
    first = headers[:1]
    return tuple(Candidate(mark, sum_of(rows, first, mark=mark), f"sum of {first[0]}") for mark in (",", "."))


def _example(cells: pl.DataFrame) -> str:
    row, cell = cells.select("source_row", "cell").row(0)
    return f"{cell} (row {row})"


_OTHER: Final[dict[DateOrder, DateOrder]] = {"dmy": "mdy", "mdy": "dmy"}
_SHORT: Final[tuple[DateOrder, ...]] = ("dmy", "mdy", "yymmdd")
_SHORT_DAY: Final = r"^\d{1,2}[./-]\d{1,2}[./-]\d{2}(?:\D|$)"
_FAR: Final = 3653
# One day in a hundred may be a typing error.
_MOST_ASTRAY: Final = 0.01


@dataclass(frozen=True)
class Days:
    """The days of a file: the header of each, and what bears witness to how they are written.

    ``near`` is the day that the file is of, as each order reads it; ``overdue`` the header of days overdue, if any;
    ``owed`` the header of an amount, to show what a reading comes to.
    """

    headers: dict[str, str]
    near: dict[DateOrder, date | None] = field(default_factory=dict)
    overdue: str = ""
    owed: str = ""


def recognise_date_order(
    rows: pl.DataFrame, days: Days, *, stated: DateOrder | None, mark: Mark, file: str
) -> Found[DateOrder]:
    """The order in which a file writes its days: asked where days can be read in two ways and nothing decides."""
    headers = days.headers
    if stated or not headers:
        return Found(stated or "ymd", Decision("date_order", stated or "ymd", "hint", "stated"))
    cells = pl.concat([rows.select("source_row", cell=header) for header in headers.values()]).drop_nulls("cell")
    tested = cells.with_columns(parsing.dates(cells["cell"], order=order).alias(order) for order in ("ymd", *_SHORT))
    open_ = tested.filter(pl.col("ymd").is_null() & pl.any_horizontal(pl.col(_SHORT).is_not_null()))
    if open_.is_empty():
        return Found("ymd", Decision("date_order", "ymd", f"{tested.height} days begin with the year"))
    if open_["cell"].str.contains(_SHORT_DAY).any():
        latest = next(iter(tested["ymd"].drop_nulls().sort(descending=True).head(1)), None)
        readings = [_Reading(order, rows, days, open_, latest) for order in _SHORT]
        if found := _by_century([each for each in readings if each.reads_all], open_, mark, file):
            return found
    only = {
        order: open_.filter(pl.col(order).is_not_null() & pl.col(other).is_null()) for order, other in _OTHER.items()
    }
    return _by_evidence(rows, headers, open_, only, file)


@dataclass(frozen=True)
class _Reading:
    """Days with two digits for the year, read in one order: 26/01/05 is of 2026, or of 2005."""

    order: DateOrder
    rows: pl.DataFrame
    days: Days
    cells: pl.DataFrame
    latest: date | None

    @property
    def reads_all(self) -> bool:
        """Whether all days can be read, but for typing errors."""
        return self.cells[self.order].null_count() <= _MOST_ASTRAY * self.cells.height

    @property
    def near(self) -> date | None:
        """The day that the file is of; else the latest that it writes with all its digits."""
        return self.days.near.get(self.order) or self.latest

    def of(self, name: str) -> pl.Series:
        """The days of a column."""
        return parsing.dates(self.rows[self.days.headers[name]], order=self.order)

    @property
    def span(self) -> int:
        """The days from the first to the last."""
        read = self.cells[self.order]
        first, last = read.min(), read.max()
        return (last - first).days if isinstance(first, date) and isinstance(last, date) else 0

    @property
    def lies_near(self) -> bool:
        """Whether no day is many years away from that of the file."""
        read, near = self.cells[self.order].drop_nulls(), self.near
        if not near:
            return True
        return int((~years_near(read, near)).sum()) <= _MOST_ASTRAY * len(read)

    @property
    def is_in_turn(self) -> bool:
        """Whether documents come before what is due on them, and before the day of the file."""
        late = _due_before_document(self.rows, self.days.headers, self.order)
        if self.near and "document_date" in self.days.headers:
            late += int((self.of("document_date") > self.near).sum())
        return late <= _MOST_ASTRAY * self.cells.height

    @property
    def is_one_day(self) -> bool:
        """Whether due day and days overdue add up to one day in every row."""
        if not self.days.overdue or "due_date" not in self.days.headers:
            return False
        late = self.rows[self.days.overdue].cast(pl.Int64, strict=False)
        sums = (self.of("due_date").cast(pl.Int32) + late).drop_nulls()
        return len(sums) > 1 and sums.n_unique() == 1

    def candidate(self, cell: str, mark: Mark) -> Candidate:
        """The reading as an answer: how it reads a day, and what is past due by it."""
        day = parsing.dates(pl.Series([cell]), order=self.order)[0]
        evidence = f"{cell} is {day}"
        if not self.near or "due_date" not in self.days.headers or not self.days.owed:
            return Candidate(self.order, evidence=evidence)
        late = self.rows.filter((self.of("due_date") < self.near).fill_null(False))
        total = sum_of(late, [self.days.owed], mark=mark)
        return Candidate(self.order, total, f"past due on {self.near}; {evidence}")


def _by_century(readings: list[_Reading], cells: pl.DataFrame, mark: Mark, file: str) -> Found[DateOrder] | None:
    """The order of days with two digits for the year; nothing where only day and month are in question."""
    left, why = readings, "no other order reads all days"
    shortest = min((each.span for each in left), default=0)
    witnesses: tuple[tuple[str, Callable[[_Reading], bool]], ...] = (
        ("due days and days overdue give one day", lambda each: each.is_one_day),
        ("in another order days lie many years from that of the file", lambda each: each.lies_near),
        ("in another order days lie many years apart", lambda each: each.span <= max(_FAR, shortest * 3)),
        ("in another order documents come after what is due on them, or after the file", lambda each: each.is_in_turn),
    )
    for evidence, agrees in witnesses:
        # What contradicts every reading tells them not apart.
        agreeing = [each for each in left if agrees(each)] or left
        left, why = agreeing, evidence if len(agreeing) < len(left) else why
    if len(left) == 1:
        certain = len(readings) == 1 or left[0].is_one_day or left[0].near is not None
        return Found(left[0].order, Decision("date_order", left[0].order, why, "certain" if certain else "likely"))
    differ = cells.filter(pl.col(left[0].order) != pl.col(left[-1].order))
    if differ.is_empty() or "yymmdd" not in {each.order for each in left}:
        return None
    text = (
        f"The years of {file} have two digits, as in {_example(differ)}, and nothing in it tells whether they come "
        "first or last. How are its days written?"
    )
    candidates = tuple(each.candidate(differ["cell"][0], mark) for each in left)
    return undecided(left[0].order, Question(("date_order",), text, candidates))


def _by_evidence(
    rows: pl.DataFrame, headers: dict[str, str], cells: pl.DataFrame, only: dict[DateOrder, pl.DataFrame], file: str
) -> Found[DateOrder]:
    more, fewer = sorted(only, key=lambda order: only[order].height, reverse=True)
    if only[fewer].height > _MOST_ASTRAY * only[more].height:
        text = (
            f"{file} has days that begin with the day and days that begin with the month: {_example(only[more])} and "
            f"{_example(only[fewer])}. A day such as 01/02/2026 may then be either. Export it with one order, or say "
            "which one such days have."
        )
        return undecided(more, Question(("date_order",), text, _orders(cells, (more, fewer))))
    if only[more].height:
        evidence = (
            f"{only[more].height} of {cells.height} days can be read in no other way, such as {_example(only[more])}"
        )
        return Found(more, Decision("date_order", more, evidence))
    if (cells["dmy"] == cells["mdy"]).all():
        return Found("dmy", Decision("date_order", "dmy", "every day is the same in either order"))
    early = {order: _due_before_document(rows, headers, order) for order in _OTHER}
    better, worse = sorted(early, key=lambda order: early[order])
    # Only where one order gives none at all: in right data, too, an item may be due before its document.
    if early[better] == 0 and early[worse] > 0:
        evidence = f"in the other order {early[worse]} items would be due or settled before their document"
        return Found(better, Decision("date_order", better, evidence, "likely"))
    text = (
        f"The days of {file}, such as {_example(cells)}, may begin with the day or with the month, and nothing in it "
        "tells. Which comes first?"
    )
    return undecided(better, Question(("date_order",), text, _orders(cells, ("dmy", "mdy"))))


def _orders(cells: pl.DataFrame, orders: tuple[DateOrder, ...]) -> tuple[Candidate, ...]:
    """The orders with how the first day that both can read would be read."""
    both = cells.filter(pl.col("dmy").is_not_null() & pl.col("mdy").is_not_null() & (pl.col("dmy") != pl.col("mdy")))
    shown = both.head(1).to_dicts()
    return tuple(
        Candidate(order, evidence=f"{shown[0]['cell']} is {shown[0][order]:%Y-%m-%d}" if shown else "")
        for order in orders
    )


def _due_before_document(rows: pl.DataFrame, headers: dict[str, str], order: DateOrder) -> int:
    """Count the items that would be due, or settled, before the day of their document."""
    if "document_date" not in headers:
        return 0
    issued = parsing.dates(rows[headers["document_date"]], order=order)
    later = [parsing.dates(rows[headers[name]], order=order) for name in ("due_date", "settled_on") if name in headers]
    return sum(int((day < issued).sum()) for day in later)


_LABEL: Final = r"(?i)(currency|amounts? in|in|währung|beträge in|валюта|суммы? в|币种|币别|单位|货币)[\s:：,.(（]*$"
_WORD: Final = r"[€£₽₴₸₹]|US\$|[^\W\d_]+"


@dataclass(frozen=True)
class Currency:
    """Where the currency is: a column, a constant, or the words above the header after which it comes."""

    decision: Decision
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    stated_above: dict[str, str] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()


def recognise_currency(
    rows: pl.DataFrame,
    columns: dict[str, str],
    amounts: list[str],
    *,
    in_headers: set[str],
    above: list[str],
    in_sections: bool,
    hints: Hints,
    file: str,
) -> Currency:
    """Where the currency of each item is: asked where none is named anywhere, or two are."""
    # From what each row says to what is said once for the file, and last what only a line above it does.
    header = columns.get("currency")
    found = _above(above)
    if header:
        _refuse_other(hints, parsing.currency_codes(rows[header]), repr(header), file)
        own = _of_column(rows, header, hints, file)
        return replace(own, questions=(*own.questions, *_not_its_currency(rows, header, amounts, in_headers, file)))
    in_cells = currencies_in(rows[amounts[0]]) if len(amounts) == 1 else pl.Series([], dtype=pl.String)
    if in_cells.is_not_null().any():
        _refuse_other(hints, in_cells, repr(amounts[0]), file)
        return _of_cells(in_cells, amounts[0], hints, file)
    if hints.currency and in_headers and in_headers != {hints.currency}:
        raise ReadingError(
            f"The header of the amounts of {file} names {' and '.join(sorted(in_headers))}, and the hints say "
            f"{hints.currency}. Leave out the hint, or say which column has amounts in {hints.currency}."
        )
    if hints.currency and found and not in_sections:
        _refuse_other(hints, pl.Series([found[1]]), f"a line above the header ({found[2]})", file)
    if hints.currency:
        return Currency(Decision("currency", hints.currency, "hint", "stated"), constants={"currency": hints.currency})
    if in_sections:
        return Currency(Decision("currency", "in sections", "a row above or below the items names it"))
    if len(in_headers) == 1:
        code = next(iter(in_headers))
        return Currency(Decision("currency", code, "named in the header of the amounts"), constants={"currency": code})
    if found:
        label, code, line = found
        return Currency(Decision("currency", code, f"above the header: {line}"), stated_above={"currency": label})
    named, why = sorted(in_headers), f"its amounts name {' and '.join(sorted(in_headers))}"
    if not named:
        named, why = _of_books(rows, columns.get("base_currency"))
    text = f"The currency of {file} is not known: {why}."
    return _asked(Question(("currency",), text, tuple(map(Candidate, named))))


def _of_books(rows: pl.DataFrame, header: str | None) -> tuple[list[str], str]:
    """The currencies that are named for amounts in base currency alone, and what that says."""
    codes = sorted({*map(currency_of, rows[header].drop_nulls().unique())} - {""}) if header else []
    if not codes:
        return [], "no currency is named in it"
    return codes, f"only {header!r} names one, {' and '.join(codes)}, and that is the base currency"


def _refuse_other(hints: Hints, named: pl.Series, where: str, file: str) -> None:
    """Refuse a currency that a person says, where the file names those of all rows itself and they are others."""
    if hints.currency and not named.has_nulls() and {*named} != {hints.currency}:
        raise ReadingError(
            f"The currency of each row of {file} is named in {where}: {listed(sorted({*named}))}. So the hint "
            f"currency={hints.currency} changes nothing; leave it out, or ignore what names another."
        )


def _of_cells(named: pl.Series, header: str, hints: Hints, file: str) -> Currency:
    """The currency that the cells of the amounts name, and that of a person where they name none."""
    evidence = "in the cells of the amounts"
    if not named.has_nulls():
        return Currency(Decision("currency", header, evidence), columns={"currency": header})
    if hints.currency:
        decision = Decision("currency", f"{header}, {hints.currency} where it names none", evidence, "stated")
        return Currency(decision, columns={"currency": header}, constants={"currency": hints.currency})
    text = f"{named.null_count()} of {len(named)} amounts of {file} have no currency; the others have. Which is theirs?"
    codes = sorted({*named.drop_nulls()})
    return _asked(Question(("currency",), text, tuple(Candidate(code) for code in codes)))


def _not_its_currency(
    rows: pl.DataFrame, header: str, amounts: list[str], in_headers: set[str], file: str
) -> tuple[Question, ...]:
    """Ask where the amounts name, in their cells or header, another currency than the column of currencies."""
    own = rows[header]
    codes = {text: currency_of(text) for text in own.drop_nulls().unique()}
    stated = own.replace_strict(codes, default=None, return_dtype=pl.String)
    for amount in amounts[:1]:
        named = currencies_in(rows[amount])
        if len(in_headers) == 1:
            named = named.fill_null(next(iter(in_headers)))
        differ = rows.filter((named != stated).fill_null(False))
        if differ.height:
            text = (
                f"In {differ.height} rows of {file} (first in row {differ['source_row'][0]}) the amount has another "
                f"currency than {header!r} says. Is {header!r} the currency of something else?"
            )
            return (Question(("ignored",), text, (Candidate(header, evidence="it is not their currency"),)),)
    return ()


def _asked(question: Question) -> Currency:
    return Currency(Decision("currency", "not known", "asked"), questions=(question,))


def _of_column(rows: pl.DataFrame, header: str, hints: Hints, file: str) -> Currency:
    blank = rows[header].null_count()
    if not blank:
        return Currency(Decision("currency", header, "header; every row has one"))
    if hints.currency:
        decision = Decision("currency", f"{header}, {hints.currency} where blank", "hint", "stated")
        return Currency(decision, constants={"currency": hints.currency})
    text = (
        f"{blank} of {rows.height} rows of {file} have nothing under {header!r}; often that means the local currency. "
        "Which currency do they have?"
    )
    return _asked(Question(("currency",), text))


def _above(lines: list[str]) -> tuple[str, str, str] | None:
    """The words before a currency above the header, the currency, and the line."""
    for line in lines:
        for match in re.finditer(_WORD, line):
            code = currency_of(match.group())
            label = re.search(_LABEL, line[: match.start()])
            # The layout will look behind these words, so they must lead to the same currency again.
            if code and label and currency_after(label.group(1), [line]) == code:
                return label.group(1), code, line
    return None


_BEGIN: Final = r"(?<![^\W_])"
_BETWEEN: Final = r"[\s:：,.（(\-–—]*"


@dataclass(frozen=True)
class ShapeDecision:
    """The shape, where the day of a snapshot is, and the decisions."""

    shape: Shape
    stated_above: dict[str, str] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()


def recognise_shape(
    rows: pl.DataFrame,
    given: set[str],
    settled: str | None,
    *,
    above: list[str],
    layout: Layout,
    hints: Hints,
    snapshot_on: date | None,
    in_rows: date | None = None,
    file: str,
    account: bool = False,
) -> ShapeDecision:
    """The shape of an export; ``given`` are the canonical amounts that it has. The day of a snapshot may be asked."""
    if account:
        return _account(above, layout, snapshot_on)
    has_days = settled is not None and rows[settled].null_count() < rows.height
    if hints.shape != "open_items" and has_days and "amount" in given:
        return _any_day(rows, str(settled))
    if hints.shape == "applied":
        return ShapeDecision("applied", decisions=(Decision("shape", "applied", "hint", "stated"),))
    label = day_above(above, layout)
    found = label[1] if label else snapshot_on or in_rows
    if found is None:
        amounts = "open amounts" if "open_amount" in given else "amounts without a day of settling"
        text = (
            f"{file} has {amounts}, so it is a snapshot of one day, and nothing in it says of which. What day is it of?"
        )
        return ShapeDecision("open_items", questions=(Question((DAY,), text),))
    evidence = "open amounts" if "open_amount" in given else "amounts, and no day of settling: they are open"
    shape = Decision("shape", "open_items", evidence, "certain" if "open_amount" in given else "likely")
    if snapshot_on:
        return ShapeDecision("open_items", {}, (shape, Decision(DAY, snapshot_on.isoformat(), "given", "stated")))
    if label is None:
        return ShapeDecision("open_items", {}, (shape,))
    decision = Decision(DAY, found.isoformat(), f"above the header: {label[2]}")
    return ShapeDecision("open_items", {DAY: label[0]}, (shape, decision))


def _account(above: list[str], layout: Layout, snapshot_on: date | None) -> ShapeDecision:
    """An account tells any day; the day of the export is the last of them."""
    shape = Decision("shape", "applied", "an account: documents and payments are rows alike")
    label = None if snapshot_on else day_above(above, layout)
    if label is None:
        return ShapeDecision("applied", decisions=(shape,))
    day = Decision(DAY, label[1].isoformat(), f"above the header: {label[2]}")
    return ShapeDecision("applied", {DAY: label[0]}, (shape, day))


def _any_day(rows: pl.DataFrame, settled: str) -> ShapeDecision:
    number = rows.height - rows[settled].null_count()
    return ShapeDecision("settled", decisions=(Decision("shape", "settled", f"{settled} is filled in {number} rows"),))


def day_above(lines: list[str], layout: Layout) -> tuple[str, date, str] | None:
    """The words before the day of the snapshot, the day, and the line: the clearest words first."""
    clear = any(re.search(rf"(?i){_BEGIN}({pattern})", line) for pattern in words("as_of", "clear") for line in lines)
    # The day of printing may be any later day, so it counts only where no clearer words are there.
    for kind in ("clear", "short", *(() if clear else ("printed",))):
        for pattern in words("as_of", kind):
            for line in lines:
                match = re.search(rf"(?i){_BEGIN}({pattern}){_BETWEEN}({DATE})", line)
                if match and (day := day_after(match.group(1), lines, layout)):
                    return match.group(1), day, line
    return None
