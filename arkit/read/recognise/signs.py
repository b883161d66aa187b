"""What the cells of the items say of the whole file, each on its own evidence.

Signs and types: a credit has a minus, or is known to lack it. The decimal mark: by amounts that can be read in one way
only. The order of days: by days above 12 in any column, else by what falls due after it is issued. The currency: a
column, the cells, the header, a row above it, or a person. The shape: a snapshot of one day, or any day since each item
was settled. The rows of a register: which values of a type or status are receivables, and which are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

import polars as pl

from arkit.build import parsing
from arkit.build.parsing import bare_amounts, currencies_in, exact_amounts
from arkit.errors import ReadingError, listed
from arkit.model.layout import DateOrder, Decision, Layout, Shape
from arkit.read.body.header import DAY, currency_after, day_after
from arkit.read.body.rows import DATE
from arkit.read.recognise.questions import Hints
from arkit.words.vocabulary import currency_of, item_type_of, item_types_of, key, words

_LOWERING = ("credit_note", "receipt")


@dataclass(frozen=True)
class Signs:
    """Values that mean a minus, by header; types by value; the decisions."""

    minus_when: dict[str, tuple[str, ...]] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()


def recognise_signs(
    rows: pl.DataFrame, columns: dict[str, str], amounts: list[str], *, mark: str, hints: Hints, file: str
) -> Signs:
    """How the amounts of a file are signed.

    Raises
    ------
    ReadingError
        Credit notes or receipts have no minus, or most of all amounts have one, and nothing says whether they should.
    """
    types, made = _types(rows, columns)
    if hints.credits is None and not {*types.values()} & {*_LOWERING}:
        _refuse_mostly_negative(rows, amounts, mark, file)
    if len(amounts) > 1:
        return Signs(types=types, decisions=(*made, Decision("signs", "by column", "debit and credit, or an aging")))
    amount = exact_amounts(rows[amounts[0]], decimal_mark=mark)
    marked = _marks(rows, columns.get("mark"), amount)
    if marked:
        header, credits = marked
        decision = Decision("signs", f"minus for {', '.join(credits)}", f"{header}, and no amount with it has a minus")
        return Signs({header: credits}, types, (*made, decision))
    lowering = [value for value, kind in types.items() if kind in _LOWERING]
    if not lowering:
        return Signs(
            types=types, decisions=(*made, Decision("signs", "as they are", "no type that lowers what is owed"))
        )
    header = columns["item_type"]
    of_credits = amount.filter(rows[header].is_in(lowering) & (amount != 0))
    if of_credits.is_empty() or (of_credits < 0).any():
        decision = Decision(
            "signs", "as they are", f"{int((of_credits < 0).sum())} of {len(of_credits)} credits are negative"
        )
        return Signs(types=types, decisions=(*made, decision))
    return _unsigned(header, lowering, types, made, hints, of_credits, file)


def _refuse_mostly_negative(rows: pl.DataFrame, amounts: list[str], mark: str, file: str) -> None:
    """Refuse a file in which nearly everything would be owed to the customers: its signs may be the other way round."""
    cells = pl.concat([exact_amounts(rows[header], decimal_mark=mark).alias("amount") for header in amounts])
    count, negative = int((cells != 0).sum()), int((cells < 0).sum())
    if negative * 2 > count:
        raise ReadingError(
            f"{negative} of {count} amounts of {file} are negative, so the company would owe its customers more often "
            "than they owe it, and no column of types says why. If the file shows what is owed with a minus, export it "
            'with the opposite sign; if the amounts are right as they are, say hints={"credits": "plus"}.'
        )


def _unsigned(
    header: str,
    lowering: list[str],
    types: dict[str, str],
    made: list[Decision],
    hints: Hints,
    credits: pl.Series,
    file: str,
) -> Signs:
    if hints.credits is None:
        raise ReadingError(
            f"All {len(credits)} amounts of {file} with {header} {listed(lowering)} are positive, though credits and "
            "receipts lower what is owed. If they are stated without their minus, say "
            f'hints={{"credits": "minus"}}; in a layout it is minus_when = {{"{header}" = ["{lowering[0]}"]}}.'
        )
    if hints.credits == "plus":
        return Signs(types=types, decisions=(*made, Decision("signs", "as they are", "hint", "stated")))
    decision = Decision("signs", f"minus for {listed(lowering)}", "hint", "stated")
    return Signs({header: tuple(lowering)}, types, (*made, decision))


def _types(rows: pl.DataFrame, columns: dict[str, str]) -> tuple[dict[str, str], list[Decision]]:
    header = columns.get("item_type")
    if header is None:
        return {}, []
    values = rows[header].drop_nulls().unique(maintain_order=True).to_list()
    types = item_types_of(values)
    unknown = [value for value in values if value not in types]
    made = [Decision("types", ", ".join(f"{value}: {kind}" for value, kind in types.items()), header)] if types else []
    if unknown:
        made.append(Decision("types", f"by the sign: {listed(unknown)}", "not in the vocabulary", "likely"))
    return types, made


def _marks(rows: pl.DataFrame, header: str | None, amount: pl.Series) -> tuple[str, tuple[str, ...]] | None:
    """The header of a debit or credit mark and its values for credit, if the amounts need them."""
    if header is None:
        return None
    known = {key(word) for word in words("marks", "credit")}
    credits = [value for value in rows[header].drop_nulls().unique(maintain_order=True) if key(value) in known]
    of_credits = amount.filter(rows[header].is_in(credits))
    if not credits or (of_credits < 0).any():
        return None
    return header, tuple(credits)


Mark = Literal[".", ","]

# What only a comma, only a point, and either could be the decimal mark of. Spaces and apostrophes are taken out before.
_COMMA: Final = r"\.\d{3},|\d,\d{1,2}(\D|$)|\d,\d{4,}|^\D*,\d|\.\d{3}\.\d{3}|\b0,\d{3}\b"
_POINT: Final = r",\d{3}\.|\d\.\d{1,2}(\D|$)|\d\.\d{4,}|^\D*\.\d|,\d{3},\d{3}|\b0\.\d{3}\b"
_EITHER: Final = r"^\D*[1-9]\d{0,2}[.,]\d{3}\D*$"
_SPACES: Final = r"[\s\u00a0\u202f'’]"


def recognise_decimal_mark(
    rows: pl.DataFrame, headers: list[str], *, stated: Mark | None, from_workbook: bool, file: str
) -> tuple[Mark, Decision]:
    """The decimal mark of a file.

    Raises
    ------
    ReadingError
        Amounts such as 1.234 could be thousands or decimals, and nothing decides; or both marks are used.
    """
    if stated:
        return stated, Decision("decimal_mark", stated, "hint", "stated")
    cells = pl.concat([rows.select("source_row", cell=header) for header in headers]).drop_nulls("cell")
    cells = cells.with_columns(plain=bare_amounts(cells["cell"]).str.replace_all(_SPACES, ""))
    comma, point = (cells.filter(pl.col("plain").str.contains(pattern)) for pattern in (_COMMA, _POINT))
    either = cells.filter(pl.col("plain").str.contains(_EITHER))
    if comma.height and point.height and not from_workbook:
        raise ReadingError(
            f"{file} writes amounts in two ways: {_example(comma)} and {_example(point)}. Export it again with one "
            'decimal mark, or say it: hints={"decimal_mark": ","}.'
        )
    if comma.height:
        return ",", Decision("decimal_mark", ",", f"{comma.height} amounts such as {_example(comma)}")
    if point.height:
        return ".", Decision("decimal_mark", ".", f"{point.height} amounts such as {_example(point)}")
    if either.height:
        raise ReadingError(
            f"The amounts of {file} can be read in two ways, such as {_example(either)}: thousands or decimals. Say "
            'the decimal mark: hints={"decimal_mark": ","} or "."; in a layout the line is decimal_mark = ",".'
        )
    return ".", Decision("decimal_mark", ".", "all amounts are whole numbers")


def _example(cells: pl.DataFrame) -> str:
    row, cell = cells.select("source_row", "cell").row(0)
    return f"{cell} (row {row})"


_OTHER: Final[dict[DateOrder, DateOrder]] = {"dmy": "mdy", "mdy": "dmy"}
_MOST_ASTRAY: Final = 0.01


def recognise_date_order(
    rows: pl.DataFrame, headers: dict[str, str], *, stated: DateOrder | None, file: str
) -> tuple[DateOrder, Decision]:
    """The order in which a file writes its days.

    Raises
    ------
    ReadingError
        The days can be read in two ways, and nothing decides; or some are written in one way, some in the other.
    """
    if stated:
        return stated, Decision("date_order", stated, "hint", "stated")
    cells = pl.concat([rows.select("source_row", cell=header) for header in headers.values()]).drop_nulls("cell")
    tested = cells.with_columns(
        parsing.dates(cells["cell"], order=order).alias(order) for order in ("ymd", "dmy", "mdy")
    )
    open_ = tested.filter(pl.col("ymd").is_null() & (pl.col("dmy").is_not_null() | pl.col("mdy").is_not_null()))
    if open_.is_empty():
        return "ymd", Decision("date_order", "ymd", f"{tested.height} days begin with the year")
    only = {
        order: open_.filter(pl.col(order).is_not_null() & pl.col(other).is_null()) for order, other in _OTHER.items()
    }
    return _by_evidence(rows, headers, open_, only, file)


def _by_evidence(
    rows: pl.DataFrame, headers: dict[str, str], cells: pl.DataFrame, only: dict[DateOrder, pl.DataFrame], file: str
) -> tuple[DateOrder, Decision]:
    more, fewer = sorted(only, key=lambda order: only[order].height, reverse=True)
    if only[fewer].height > _MOST_ASTRAY * only[more].height:
        raise ReadingError(
            f"{file} writes days in two ways: {_example(only[more])} and {_example(only[fewer])}. Days such as "
            "01/02/2026 cannot be read then. Export it again with one way, or say the order of the others: "
            f'hints={{"date_order": "{more}"}}.'
        )
    if only[more].height:
        evidence = (
            f"{only[more].height} of {cells.height} days can be read in no other way, such as {_example(only[more])}"
        )
        return more, Decision("date_order", more, evidence)
    if (cells["dmy"] == cells["mdy"]).all():
        return "dmy", Decision("date_order", "dmy", "every day is the same in either order")
    early = {order: _due_before_document(rows, headers, order) for order in _OTHER}
    better, worse = sorted(early, key=lambda order: early[order])
    if early[better] == 0 and early[worse] > 0:
        evidence = f"in the other order {early[worse]} items would be due or settled before their document"
        return better, Decision("date_order", better, evidence, "likely")
    raise ReadingError(
        f"The days of {file} can be read as day/month or as month/day, such as {_example(cells)}, and nothing "
        'decides. Say it: hints={"date_order": "dmy"} or "mdy"; in a layout the line is date_order = "dmy".'
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
    """Where the currency of each item is.

    Raises
    ------
    ReadingError
        No currency is named anywhere, or two are.
    """
    header = columns.get("currency")
    if header:
        return _of_column(rows, header, hints, file)
    if hints.currency:
        return Currency(Decision("currency", hints.currency, "hint", "stated"), constants={"currency": hints.currency})
    if in_sections:
        return Currency(Decision("currency", "in sections", "a row above or below the items names it"))
    if len(in_headers) == 1:
        code = next(iter(in_headers))
        return Currency(Decision("currency", code, "named in the header of the amounts"), constants={"currency": code})
    if len(amounts) == 1 and not currencies_in(rows[amounts[0]]).has_nulls():
        decision = Decision("currency", amounts[0], "in each cell of the amounts")
        return Currency(decision, columns={"currency": amounts[0]})
    found = _above(above)
    if found:
        label, code, line = found
        return Currency(Decision("currency", code, f"above the header: {line}"), stated_above={"currency": label})
    asked = f"its amounts name {' and '.join(sorted(in_headers))}" if in_headers else "no currency is named in it"
    raise ReadingError(
        f'The currency of {file} is not known: {asked}. Say it: hints={{"currency": "EUR"}}; in a layout it is '
        'currency = "EUR" under [items.constants].'
    )


def _of_column(rows: pl.DataFrame, header: str, hints: Hints, file: str) -> Currency:
    blank = rows[header].null_count()
    if not blank:
        return Currency(Decision("currency", header, "header; every row has one"))
    if hints.currency:
        decision = Decision("currency", f"{header}, {hints.currency} where blank", "hint", "stated")
        return Currency(decision, constants={"currency": hints.currency})
    raise ReadingError(
        f"{blank} of {rows.height} rows of {file} have nothing under {header!r}, as where the local currency is left "
        'out. Say which it is: hints={"currency": "EUR"}; in a layout it is currency = "EUR" under [items.constants].'
    )


def _above(lines: list[str]) -> tuple[str, str, str] | None:
    """The words before a currency above the header, the currency, and the line."""
    for line in lines:
        for match in re.finditer(_WORD, line):
            code = currency_of(match.group())
            label = re.search(_LABEL, line[: match.start()])
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


def recognise_shape(
    rows: pl.DataFrame,
    given: set[str],
    settled: str | None,
    *,
    above: list[str],
    layout: Layout,
    hints: Hints,
    snapshot_on: date | None,
    file: str,
) -> ShapeDecision:
    """The shape of an export; ``given`` are the canonical amounts that it has.

    Raises
    ------
    ReadingError
        It is a snapshot of a day that nothing names.
    """
    has_days = settled is not None and rows[settled].null_count() < rows.height
    if hints.shape != "open_items" and has_days and "amount" in given:
        return _any_day(rows, str(settled))
    if hints.shape == "applied":
        return ShapeDecision("applied", decisions=(Decision("shape", "applied", "hint", "stated"),))
    label = _day_above(above, layout)
    found = label[1] if label else snapshot_on
    if found is None:
        amounts = "open amounts" if "open_amount" in given else "amounts without a day of settling"
        raise ReadingError(
            f"{file} has {amounts}, so it is a snapshot of one day; of which, no row above the header says. "
            'Say it: snapshot_on="2026-10-31".'
        )
    evidence = "open amounts" if "open_amount" in given else "amounts, and no day of settling: they are open"
    shape = Decision("shape", "open_items", evidence, "certain" if "open_amount" in given else "likely")
    if snapshot_on:
        return ShapeDecision("open_items", {}, (shape, Decision(DAY, snapshot_on.isoformat(), "argument", "stated")))
    assert label is not None
    decision = Decision(DAY, found.isoformat(), f"above the header: {label[2]}")
    return ShapeDecision("open_items", {DAY: label[0]}, (shape, decision))


def _any_day(rows: pl.DataFrame, settled: str) -> ShapeDecision:
    number = rows.height - rows[settled].null_count()
    return ShapeDecision("settled", decisions=(Decision("shape", "settled", f"{settled} is filled in {number} rows"),))


def _day_above(lines: list[str], layout: Layout) -> tuple[str, date, str] | None:
    """The words before the day of the snapshot, the day, and the line: the clearest words first."""
    clear = any(re.search(rf"(?i){_BEGIN}({pattern})", line) for pattern in words("as_of", "clear") for line in lines)
    for kind in ("clear", "short", *(() if clear else ("printed",))):
        for pattern in words("as_of", kind):
            for line in lines:
                match = re.search(rf"(?i){_BEGIN}({pattern}){_BETWEEN}({DATE})", line)
                if match and (day := day_after(match.group(1), lines, layout)):
                    return match.group(1), day, line
    return None


@dataclass(frozen=True)
class RegisterFilter:
    """The values of the rows that are wanted, by header."""

    keep: dict[str, tuple[str, ...]] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()


def recognise_register(rows: pl.DataFrame, headers: list[str], file: str) -> RegisterFilter:
    """Which rows of a register are receivables.

    Raises
    ------
    ReadingError
        Some values are known to be left out, and others are not known at all.
    """
    keep, made = {}, []
    unwanted = {key(word) for word in words("registers", "unwanted")}
    wanted = {key(word) for word in words("registers", "wanted")}
    for header in dict.fromkeys(headers):
        values = rows[header].drop_nulls().unique(maintain_order=True).to_list()
        out = [value for value in values if key(value) in unwanted]
        if not out:
            continue
        stay = tuple(value for value in values if key(value) not in unwanted)
        unknown = [value for value in stay if key(value) not in wanted and not item_type_of(value)]
        if unknown or not stay:
            raise ReadingError(
                f"The column {header!r} of {file} has rows other than receivables ({listed(out)}) and others that are "
                f'not known ({listed(unknown) if stay else "none"}). Give a layout with keep = {{"{header}" = [...]}}.'
            )
        keep[header] = stay
        made.append(Decision("rows left out", f"{header}: {listed(out)}", f"kept: {listed(stay)}", "likely"))
    return RegisterFilter(keep, tuple(made))
