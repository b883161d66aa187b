"""Relations among the columns of a file as proof: each row is held against what the other columns say of it.

A row agrees with a relation, breaks it, or cannot be held against it because a cell is blank. By the example of net
plus tax is the total::

    net     tax     total
    400     72      472      agrees
    250     45      290      breaks it
    150     27               cannot tell
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import add
from typing import Final

import msgspec
import polars as pl

from arkit.build.nothing import without_nothing
from arkit.build.parsing import as_text, dates
from arkit.build.written_amounts import exact_amounts
from arkit.errors import ReadingError, listed
from arkit.model.findings import combine, find, no_findings
from arkit.model.layout import DateOrder, Decision, Layout, Proof, TableLayout

_KIND_OF_ROLE: Final = {
    **dict.fromkeys(("day", "due"), "day"),
    **dict.fromkeys(("days", "days_left"), "count"),
    **dict.fromkeys(("by", "mark", "currency", "status"), "text"),
}
_WHOLE: Final = r"^[-+(]?\d{1,5}\)?(?:[.,]0+)?$"
# Amounts are in millionths here, and the sum of a column of them may leave 64 bits.
_NOTHING: Final = pl.lit(0, dtype=pl.Int128)


def typed(
    rows: pl.DataFrame,
    proofs: Iterable[Proof],
    *,
    mark: str,
    order: DateOrder,
    zone: str = "",
    known: dict[str, pl.Series] | None = None,
) -> pl.DataFrame:
    """The columns that relations need: amounts as integers, days, whole numbers of days, and texts.

    Each is named by what it is and its header, since one column may be an amount in one relation and a mark in another.
    What is ``known`` already is not read again, and what is read is added to it.
    """
    known = {} if known is None else known
    needed = {
        name: (role, header) for proof in proofs for role in proof.columns for name, header in _named(proof, role)
    }
    for name, (role, header) in needed.items():
        if name not in known:
            known[name] = _typed(rows[header], role, mark, order, zone).alias(name)
    return pl.DataFrame([rows["source_row"], *(known[name] for name in needed)])


def typed_columns(proof: Proof, *roles: str) -> list[str]:
    """The typed columns with some roles in a relation."""
    return [name for role in roles for name, _ in _named(proof, role)]


def _named(proof: Proof, role: str) -> list[tuple[str, str]]:
    kind = _KIND_OF_ROLE.get(role, "amount")
    return [(f"{kind} {header}", header) for header in proof.of(role)]


def amount_headers(proofs: Iterable[Proof]) -> list[str]:
    """The headers of the amounts of relations."""
    return [
        header for proof in proofs for role in proof.columns if role not in _KIND_OF_ROLE for header in proof.of(role)
    ]


def _typed(cells: pl.Series, role: str, mark: str, order: DateOrder, zone: str) -> pl.Series:
    kind = _KIND_OF_ROLE.get(role, "amount")
    if kind == "day":
        return dates(cells, order=order, zone=zone)
    if kind == "count":
        return counts(cells)
    return without_nothing(cells) if kind == "text" else amounts(cells, mark=mark)


def amounts(cells: pl.Series, *, mark: str) -> pl.Series:
    """Amounts as exact integers, in millionths.

    >>> amounts(pl.Series(["1.5", "x"]), mark=".").to_list()
    [1500000, None]
    """
    return exact_amounts(cells, decimal_mark=mark).to_physical().alias(cells.name)


def counts(cells: pl.Series) -> pl.Series:
    """Whole numbers, such as days overdue.

    >>> counts(pl.Series(["47", "-3", "(3)", "2.5"])).to_list()
    [47, -3, -3, None]
    """
    whole = cells.set(~cells.str.contains(_WHOLE), None).str.replace(r"[.,]0+(\)?)$", "$1")
    return whole.str.replace(r"^\((.*)\)$", "-$1").cast(pl.Int32, strict=False)


def outcome(cells: pl.DataFrame, proof: Proof, *, day: date | None = None) -> pl.Series:
    """Whether each row agrees with a relation; missing where it cannot tell. ``day`` is that of the snapshot."""
    frame = _OUTCOMES[proof.kind](proof, day)
    found = cells.select(frame.alias("agrees")) if isinstance(frame, pl.Expr) else frame(cells)
    return found.to_series().alias("agrees")


def total(headers: Sequence[str]) -> pl.Expr:
    """The sum of columns, blank cells as nothing."""
    return reduce(add, (pl.col(header).fill_null(0) for header in headers), _NOTHING)


def _one(proof: Proof, role: str) -> pl.Expr:
    return pl.col(typed_columns(proof, role)[0])


def _filled(headers: Iterable[str]) -> pl.Expr:
    return pl.any_horizontal(pl.lit(False), *(pl.col(header).is_not_null() for header in headers))


def _where(tested: pl.Expr, agrees: pl.Expr) -> pl.Expr:
    return pl.when(tested).then(agrees)


def _sum(proof: Proof, _day: date | None) -> pl.Expr:
    stated = _one(proof, "is")
    parts = (*typed_columns(proof, "plus"), *typed_columns(proof, "minus"))
    return _where(
        _filled(parts) | (stated != 0),
        stated == total(typed_columns(proof, "plus")) - total(typed_columns(proof, "minus")),
    )


def _partly(proof: Proof, _day: date | None) -> pl.Expr:
    """Whether something is taken off what is called partly paid; without an original amount no row can show it."""
    open_ = total(typed_columns(proof, "plus")) - total(typed_columns(proof, "minus"))
    less = open_.abs() < _one(proof, "whole").abs() if proof.of("whole") else pl.lit(False)
    return _where((_one(proof, "status") == proof.value).fill_null(False), less)


def _running(proof: Proof, _day: date | None) -> Callable[[pl.DataFrame], pl.DataFrame]:
    return lambda cells: (
        _carried_on(cells.reverse(), proof).reverse() if proof.value == "up" else _carried_on(cells, proof)
    )


def _carried_on(cells: pl.DataFrame, proof: Proof) -> pl.DataFrame:
    """Whether the balance less all that was added so far is what it was at the balance before.

    So a row without a balance, as where only the last row of a day states it, is no gap.
    """
    by = typed_columns(proof, "by")
    start = _one(proof, "balance") - of_each(moved(proof).cum_sum(), by)
    starts = cells.select(*by, start.alias("= start"))
    before = of_each(pl.col("= start").forward_fill().shift(1), by)
    return starts.select(pl.col("= start") == before)


def of_each(value: pl.Expr, by: Sequence[str]) -> pl.Expr:
    """A value worked out for each customer, document, ...; for all rows together where nothing is named."""
    return value.over(by) if by else value


def _at_most(proof: Proof, _day: date | None) -> pl.Expr:
    part, whole = _one(proof, "part"), _one(proof, "whole")
    # With the sign of the whole: a credit is no part of a debit.
    return (part.abs() <= whole.abs()) & ((part == 0) | (part.sign() == whole.sign()))


def _same(proof: Proof, _day: date | None) -> pl.Expr:
    first, second = typed_columns(proof, "columns")
    return pl.col(first) == pl.col(second)


def _ratio(proof: Proof, _day: date | None) -> pl.Expr:
    part, whole = _one(proof, "part"), _one(proof, "whole")
    return part * int(proof.value) == whole


def _base(proof: Proof, _day: date | None) -> pl.Expr:
    document, base, currency = (_one(proof, role) for role in ("document", "base", "currency"))
    return _where(currency == proof.value, document == base)


def _days(proof: Proof, day: date | None) -> pl.Expr:
    """Whether a day and the days since are the day of the snapshot; 0 may stand for an item that is not due yet."""
    since, stated = _one(proof, "day"), pl.lit(date.fromisoformat(proof.value) if proof.value else day, dtype=pl.Date)
    numbers = typed_columns(proof, "days", "days_left")
    if not numbers:
        return since == stated
    early = since >= stated if proof.of("days") else since <= stated
    return (_reached(proof) == stated) | ((pl.col(numbers[0]) == 0) & early)


def _reached(proof: Proof) -> pl.Expr:
    """The day that a row gives: its day and the days since, or its day alone."""
    since = _one(proof, "day")
    if numbers := typed_columns(proof, "days"):
        return pl.when(pl.col(numbers[0]) != 0).then(since + pl.duration(days=pl.col(numbers[0])))
    if numbers := typed_columns(proof, "days_left"):
        return pl.when(pl.col(numbers[0]) != 0).then(since - pl.duration(days=pl.col(numbers[0])))
    return since


def _terms(proof: Proof, _day: date | None) -> pl.Expr:
    since, number, due = _one(proof, "day"), _one(proof, "days"), _one(proof, "due")
    return since + pl.duration(days=number) == due


def _buckets(proof: Proof, day: date | None) -> pl.Expr:
    """Whether all that a row has is in the columns that hold its days past due."""
    past = (pl.lit(day, dtype=pl.Date) - _one(proof, "day")).dt.total_days()
    fits = [
        (pl.col(header).fill_null(0) == 0) | within(past, first, last)
        for header, (first, last) in zip(typed_columns(proof, "buckets"), ranges(proof.value), strict=True)
    ]
    some = pl.any_horizontal(pl.col(header).fill_null(0) != 0 for header in typed_columns(proof, "buckets"))
    return _where(some & past.is_not_null(), pl.all_horizontal(fits))


DUE: Final = "due_date"
MADE_DUE: Final = f"= {DUE}"
"""The column of due days that no column of the source has, as its proof names it."""


def due_days(rows: pl.DataFrame, proof: Proof, layout: Layout) -> pl.Series:
    """The due day of rows by their days overdue, or by the columns of an aging: the first of their days, as text.

    Of a row in several columns the oldest counts, and the proof names it.
    """
    snapshot = pl.lit(layout.snapshot_on, dtype=pl.Date)
    if proof.kind == "overdue":
        past = pl.lit(counts(rows[proof.of("days")[0]]))
        return rows.select((snapshot - pl.duration(days=past)).dt.to_string("%Y-%m-%d").alias(DUE)).to_series()
    # A first column without a beginning holds what is past due by a day at least, but for the one of what is not due.
    parts = [
        (min(1, last or 0) if first is None else first, header)
        for header, (first, last) in zip(proof.of("buckets"), ranges(proof.value), strict=True)
    ]
    cases = [
        pl.when(amounts(rows[header], mark=layout.decimal_mark).fill_null(0) != 0).then(
            snapshot.dt.offset_by(f"-{first}d")
        )
        # The oldest first, since coalesce takes the first that is there.
        for first, header in sorted(parts, reverse=True)
    ]
    return rows.select(pl.coalesce(cases).dt.to_string("%Y-%m-%d").alias(DUE)).to_series()


def within(days: pl.Expr, first: int | None, last: int | None) -> pl.Expr:
    """Whether a number of days is in a range that may be open on either side."""
    return (days >= first if first is not None else pl.lit(True)) & (days <= last if last is not None else pl.lit(True))


def ranges(value: str) -> list[tuple[int | None, int | None]]:
    """The first and last day of each column of an aging.

    >>> ranges(":0 1:30 31:")
    [(None, 0), (1, 30), (31, None)]
    """
    ends = [part.split(":") for part in value.split()]
    return [(int(first) if first else None, int(last) if last else None) for first, last in ends]


def _zero(proof: Proof, _day: date | None) -> pl.Expr:
    mark = typed_columns(proof, "mark")
    return _where(pl.col(mark[0]).is_not_null(), _balance_of_each((*mark, *typed_columns(proof, "by")), proof) == 0)


def _balanced(proof: Proof, _day: date | None) -> pl.Expr:
    return _balance_of_each(typed_columns(proof, "by"), proof) == 0


def _balance_of_each(by: Sequence[str], proof: Proof) -> pl.Expr:
    return of_each(moved(proof).sum(), by)


def moved(proof: Proof) -> pl.Expr:
    """Debit less credit of each row."""
    return total(typed_columns(proof, "debit")) - total(typed_columns(proof, "credit"))


_OUTCOMES: Final[dict[str, Callable[[Proof, date | None], pl.Expr | Callable[[pl.DataFrame], pl.DataFrame]]]] = {
    "sum": _sum,
    "running": _running,
    "at_most": _at_most,
    "same": _same,
    "ratio": _ratio,
    "base": _base,
    "days": _days,
    "overdue": _days,
    "terms": _terms,
    "buckets": _buckets,
    "zero": _zero,
    "balanced": _balanced,
    "partly": _partly,
}


NEEDED: Final = 2
MEANT: Final = 0.8
_SHOWN: Final = 20


@dataclass(frozen=True)
class Relation:
    """A relation, how many rows can be held against it, agree and support it, and the first that break it."""

    proof: Proof
    tested: int
    agreeing: int
    support: int
    against: tuple[int, ...] = ()
    needed: int = NEEDED

    @property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """What each column is in the relation."""
        return self.proof.columns

    @property
    def value(self) -> str:
        """The day, currency, factor or direction of the relation."""
        return self.proof.value

    @property
    def for_layout(self) -> Proof:
        """The relation as next month's rows are held against it: days overdue then give another day."""
        return msgspec.structs.replace(self.proof, value="") if self.proof.kind == "days" else self.proof

    @property
    def fits(self) -> bool:
        """Whether no row breaks it and at least one supports it: enough where the headers say the same."""
        return self.support > 0 and self.agreeing == self.tested

    @property
    def holds(self) -> bool:
        """Whether no row breaks it and enough support it, so that it needs no word."""
        return self.fits and self.support >= self.needed

    @property
    def broken(self) -> bool:
        """Whether it is meant, since most rows support it, and yet some break it."""
        return self.support > self.needed and MEANT * self.tested <= self.agreeing < self.tested


def confirmed(cells: pl.DataFrame, proof: Proof, *, day: date | None = None, least: int = NEEDED) -> Relation:
    """A relation held against every row; ``least`` is the support that it needs."""
    agrees = outcome(cells, proof, day=day)
    against = cells.filter(~agrees)["source_row"].head(_SHOWN)
    agreeing = cells.filter(agrees)
    # Some of many rows are enough to say yes; only a no is asked of all of them.
    support = _support(cells, _thinned(agreeing), proof)
    if support < least:
        support = _support(cells, agreeing, proof)
    return Relation(proof, agrees.len() - agrees.null_count(), agreeing.height, support, tuple(against), least)


_ENOUGH: Final = 2000


def _thinned(rows: pl.DataFrame) -> pl.DataFrame:
    """Some of many rows: enough to tell whether a relation has the support that it needs."""
    return rows.gather_every(rows.height // _ENOUGH) if rows.height > 2 * _ENOUGH else rows


def _support(cells: pl.DataFrame, agreeing: pl.DataFrame, proof: Proof) -> int:
    """How many rows support a relation: those that it would not agree with anyway, rows with equal values once."""
    if proof.kind == "sum":
        return _support_of_sum(agreeing, proof)
    if proof.kind == "base":
        return _support_of_base(cells, agreeing, proof)
    if proof.kind == "balanced" and not proof.of("by"):
        return NEEDED if agreeing.height > NEEDED else 0
    counted, told = _COUNTED[proof.kind](proof)
    return int(agreeing.filter(told).select(pl.struct(counted).n_unique()).item()) if agreeing.height else 0


# For each kind, the columns whose different values are counted, and which rows tell something.
_COUNTED: Final[dict[str, Callable[[Proof], tuple[list[str], pl.Expr]]]] = {
    "same": lambda proof: (typed_columns(proof, "columns")[:1], pl.col(typed_columns(proof, "columns")[0]) != 0),
    "ratio": lambda proof: (typed_columns(proof, "part"), pl.col(typed_columns(proof, "part")[0]) != 0),
    "running": lambda proof: (
        typed_columns(proof, "debit", "credit", "balance"),
        (moved(proof) != 0) & (moved(proof) != pl.col(typed_columns(proof, "balance")[0])),
    ),
    "at_most": lambda proof: (
        typed_columns(proof, "part", "whole"),
        (pl.col(typed_columns(proof, "part")[0]) != 0)
        & (pl.col(typed_columns(proof, "part")[0]) != pl.col(typed_columns(proof, "whole")[0])),
    ),
    "days": lambda proof: (
        typed_columns(proof, "day"),
        pl.any_horizontal(pl.lit(False), *(pl.col(name) != 0 for name in typed_columns(proof, "days", "days_left"))),
    ),
    "overdue": lambda proof: (typed_columns(proof, "day", "days"), pl.lit(True)),
    "terms": lambda proof: (typed_columns(proof, "day", "days"), pl.col(typed_columns(proof, "days")[0]) != 0),
    "buckets": lambda proof: (typed_columns(proof, "day"), pl.lit(True)),
    "zero": lambda proof: (typed_columns(proof, "mark", "by"), moved(proof) != 0),
    "balanced": lambda proof: (typed_columns(proof, "by"), moved(proof) != 0),
    "partly": lambda proof: (typed_columns(proof, "plus", "minus"), pl.lit(True)),
}


def _support_of_sum(agreeing: pl.DataFrame, proof: Proof) -> int:
    parts = typed_columns(proof, "plus", "minus")
    rows = agreeing.select(parts).fill_null(0).unique()
    filled = rows.select(pl.sum_horizontal(pl.col(parts) != 0).alias("parts"), pl.col(parts) != 0)
    # Rows in which one and the same part is filled say only that two
    # columns are equal, so those of the most frequent part support no sum.
    alone = filled.filter(pl.col("parts") == 1).select(pl.col(parts).sum()).row(0)
    return filled.filter(pl.col("parts") > 0).height - int(max(alone))


def _support_of_base(cells: pl.DataFrame, agreeing: pl.DataFrame, proof: Proof) -> int:
    """Rows that are equal in the base currency, and rows of others with its rate; 0 if others are equal too."""
    document, base, currency = (pl.col(typed_columns(proof, role)[0]) for role in ("document", "base", "currency"))
    others = cells.filter((currency != proof.value) & (document != 0) & (base != 0))
    rates = (
        others.select(currency, rate=base / document)
        .group_by(currency)
        .agg(pl.col("rate").min().alias("least"), pl.col("rate").max().alias("most"), pl.len().alias("rows"))
    )
    steady = rates.filter((pl.col("least") > 0) & (pl.col("most") <= _RATE_MOVES * pl.col("least")))
    equal = others.filter(document == base).height
    if others.is_empty() or equal or steady.height < rates.height:
        return 0
    return int(agreeing.filter(base != 0).select(base.n_unique()).item()) + int((rates["rows"] - 1).sum())


# A rate that moves by half within the open items of a ledger is rare; part payments move the ratio of two amounts more.
_RATE_MOVES: Final = 1.5


@dataclass(frozen=True)
class Held:
    """The proofs of a layout held against the rows of a file: relations, findings, and the day that they give."""

    relations: tuple[Relation, ...] = ()
    findings: pl.DataFrame = field(default_factory=no_findings)
    day: date | None = None


def held(rows: pl.DataFrame, table: TableLayout, layout: Layout, *, name: str, day: date | None) -> Held:
    """The rows of a table held against the proofs of its layout.

    Raises
    ------
    ReadingError
        Most rows break one, or the day of the snapshot is another than the one that they give.
    """
    if not table.proofs or rows.is_empty():
        return Held(day=day)
    headers = dict.fromkeys(header for proof in table.proofs for header in proof.headers())
    number = rows.get_column(table.columns.get("item_id", "item_id"), default=None)
    texts = rows.with_columns(*(as_text(rows[header]) for header in headers), item_id=number)
    cells = typed(texts, table.proofs, mark=layout.decimal_mark, order=layout.date_order, zone=layout.time_zone)
    given = _day_by(cells, table.proofs)
    found = tuple(confirmed(cells, proof, day=day or given) for proof in table.proofs)
    _refuse_other_day(found, given, day)
    for each in found:
        _refuse_broken(each)
    return Held(found, combine(*(_breaks(texts, each, name) for each in found)), day or given)


def _day_by(cells: pl.DataFrame, proofs: Iterable[Proof]) -> date | None:
    """The day of the snapshot by days overdue, or by a column that states it in each row."""
    for proof in proofs:
        if proof.kind == "days":
            # Single rows may be wrong, so the most frequent day; of two the earlier, whatever the order of the rows is.
            usual = cells.select(_reached(proof).alias("day"))["day"].drop_nulls().mode().sort()
            if len(usual):
                return date.fromisoformat(str(usual[0]))
    return None


def _refuse_other_day(found: Sequence[Relation], given: date | None, day: date | None) -> None:
    for each in found:
        if each.proof.kind == "days" and given and day and given != day and 2 * each.agreeing < each.tested:
            raise ReadingError(
                f"The file is of {given}, as {_sentence(each.proof)} says in {each.tested} rows, and not of {day}. "
                f'Say snapshot_on="{given}", or export it again on the other day.'
            )


def _refuse_broken(relation: Relation) -> None:
    # Most rows: then the export has changed. Single rows that break it are findings.
    if 2 * relation.agreeing < relation.tested and relation.proof.kind != "partly":
        raise ReadingError(
            f"{relation.tested - relation.agreeing} of {relation.tested} rows break what the layout proves the file "
            f"by: {_sentence(relation.proof)} (rows {listed(map(str, relation.against))}). If the export has changed, "
            "read it without the layout; if they are right, take the proof out of it."
        )


def _breaks(rows: pl.DataFrame, relation: Relation, name: str) -> pl.DataFrame:
    """A finding for each of the first rows that break a relation, with their cells."""
    headers = relation.proof.headers()
    cells = [pl.format("{} {}", pl.lit(header), pl.col(header).fill_null("blank")) for header in headers]
    value = pl.concat_str([pl.lit(_sentence(relation.proof) + ": "), pl.concat_str(cells, separator=", ")])
    return find("proof_differs", rows.filter(pl.col("source_row").is_in(relation.against)), table=name, value=value)


def decision_of(relation: Relation) -> Decision:
    """What a relation proves, in words."""
    broken = relation.tested - relation.agreeing
    differ = f", {broken} differ: rows {listed(map(str, relation.against))}" if broken else ""
    return Decision("proof", _sentence(relation.proof), f"{relation.agreeing} of {relation.tested} rows agree{differ}")


def _sentence(proof: Proof) -> str:
    """A relation as a formula.

    >>> _sentence(Proof(kind="sum", columns={"plus": ("Net", "Tax"), "is": ("Total",)}))
    'Total = Net + Tax'
    """
    sums = {role: " + ".join(proof.of(role)) for role in proof.columns}
    sums["by"] = f" for each {' and '.join(proof.of('by'))}" if proof.of("by") else ""
    sums["less"] = "".join(f" - {header}" for role in ("minus", "credit") for header in proof.of(role))
    sums["days"] = f" + {sums['days']}" if "days" in sums else f" - {sums['days_left']}" if "days_left" in sums else ""
    return _SENTENCES[proof.kind].format_map({**sums, "value": proof.value, "columns": " = ".join(proof.of("columns"))})


_SENTENCES: Final[dict[str, str]] = {
    "sum": "{is} = {plus}{less}",
    "running": "{balance} = the one before + {debit}{less}{by}",
    "at_most": "{part} is at most {whole}",
    "same": "{columns}",
    "ratio": "{whole} = {value} x {part}",
    "base": "{document} = {base} where {currency} is {value}",
    "days": "{day}{days} = the day of the snapshot",
    "overdue": "{day}{days} = the day of the snapshot",
    "terms": "{day}{days} = {due}",
    "buckets": "the amount is in the column of its days after {day}",
    "zero": "rows with one {mark} add up to zero{by}",
    "balanced": "{debit}{less} = 0{by}",
    "partly": "something is taken off where {status} is {value}",
}
