"""Relations among the columns of an unknown file, found without a word of its headers.

What is tried: sums, running balances, equal columns, document and base currency, units, marks whose rows add up to
zero, debits that equal credits, days overdue, terms, the columns of an aging. A sample of the rows refutes nearly all
that is tried; what is left is held against every row.

A relation counts only with enough *support*, since a few rows agree by chance. Amount = open + paid holds in a row
where nothing is paid because the two are equal, which says nothing of what is paid. So the rows that a single part
explains alone are no support, and rows with the same amounts count once. Two rows are needed: of a dozen columns there
are several hundred possible sums, one row of round amounts agrees with some of them by chance, and two that differ
hardly ever do as long as no other row contradicts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import combinations, permutations, product
from typing import Final

import msgspec
import polars as pl

from arkit.build.parsing import dates
from arkit.build.written_amounts import NO_AMOUNT
from arkit.files.body.proofs import (
    MEANT,
    NEEDED,
    Relation,
    amounts,
    confirmed,
    counts,
    moved,
    of_each,
    outcome,
    typed,
    typed_columns,
)
from arkit.files.body.rows import DATE
from arkit.model.layout import DateOrder, Proof
from arkit.words.vocabulary import currency_of

_SAMPLE: Final = 120
_SEARCHED: Final = 2000
_FEW: Final = 24
_MOSTLY: Final = 0.8
# Sums of three columns grow with the cube of their number.
_WIDEST: Final = 16
# Eleven years: larger whole numbers are no days overdue.
_MOST_DAYS: Final = 4000

Range = tuple[int | None, int | None]
Columns = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Cells:
    """The columns of the items of a file as what they can be: amounts, days, whole numbers of days, texts that repeat.

    ``codes`` are whole numbers that are no amounts by their writing: account numbers, ids. ``few`` are some rows, as
    text, in which every column has something.
    """

    rows: pl.DataFrame
    mark: str
    order: DateOrder
    few: pl.DataFrame
    amounts: tuple[str, ...]
    days: tuple[str, ...]
    counts: tuple[str, ...]
    texts: tuple[str, ...]
    codes: tuple[str, ...]
    known: dict[str, pl.Series] = field(default_factory=dict, repr=False, compare=False)

    def of(self, proofs: Iterable[Proof]) -> pl.DataFrame:
        """All rows of the columns that relations need, typed."""
        return typed(self.rows, proofs, mark=self.mark, order=self.order, known=self.known)

    def some(self, proof: Proof) -> pl.DataFrame:
        """Some rows of the columns that a relation needs, typed."""
        return typed(self.few, [proof], mark=self.mark, order=self.order)

    @cached_property
    def few_amounts(self) -> pl.DataFrame:
        """The amounts of some rows, blank cells as 0."""
        return self.few.select(amounts(self.few[name], mark=self.mark).fill_null(0) for name in self.amounts)

    @cached_property
    def few_days(self) -> pl.DataFrame:
        """The days of some rows."""
        return self.few.select(dates(self.few[name], order=self.order) for name in self.days)


def measured(rows: pl.DataFrame, *, mark: str, order: DateOrder) -> Cells:
    """What the columns of the items of a file can be; ``rows`` are texts, with ``source_row``."""
    few = _few(rows)
    names = [name for name in rows.columns if name != "source_row" and few[name].null_count() < few.height]
    is_day = {name: _is_day(few[name], order) for name in names}
    other = [name for name in names if not is_day[name]]
    is_amount = [name for name in other if _share(amounts(few[name], mark=mark), few[name]) >= _MOSTLY]
    whole = [name for name in is_amount if _share(counts(few[name]), few[name]) == 1]
    decimal = {name for name in is_amount if few[name].str.contains(r"\d[.,]\d+\D*$").any()}
    codes = tuple(name for name in is_amount if _is_code(few[name], others_have_decimals=bool(decimal - {name})))
    return Cells(
        rows=rows,
        mark=mark,
        order=order,
        few=few,
        amounts=tuple(name for name in is_amount if name not in codes)[:_WIDEST],
        days=tuple(name for name in names if is_day[name]),
        counts=tuple(name for name in whole if name not in codes and not (counts(few[name]).abs() > _MOST_DAYS).any()),
        texts=tuple(name for name in other if _may_group(few[name], name in is_amount)),
        codes=codes,
    )


def _few(rows: pl.DataFrame) -> pl.DataFrame:
    """Some rows in the order of the file: the first, some of all, and of each column some that are not 0."""
    if rows.height <= _SAMPLE:
        return rows
    numbered = rows.with_row_index("= place")
    looked = numbered.gather_every(max(1, rows.height // _SEARCHED))
    kept = [numbered["= place"].head(_SAMPLE // 2), looked["= place"].gather_every(max(1, looked.height // _SAMPLE))]
    kept += [looked.filter(pl.col(name).str.contains("[1-9]"))["= place"].head(_FEW) for name in rows.columns[1:]]
    places = pl.concat(kept).unique().sort()
    return rows[places]


def _is_day(cells: pl.Series, order: DateOrder) -> bool:
    # Reading days is slow where there are none, since every form is tried.
    looks = bool(cells.str.contains(DATE).any())
    return looks and _share(dates(cells, order=order), cells) >= _MOSTLY


def _share(read: pl.Series, cells: pl.Series) -> float:
    filled = cells.is_not_null() & ~cells.str.contains(NO_AMOUNT)
    return int((read.is_not_null() & filled).sum()) / int(filled.sum()) if filled.any() else 0.0


def _may_group(cells: pl.Series, is_amount: bool) -> bool:
    """Whether a column may be a mark, a customer, a document: its values repeat, and numbers are plain."""
    given = cells.drop_nulls()
    plain = not is_amount or bool(given.str.contains(r"^[1-9]\d*$").all())
    return plain and bool(given.is_duplicated().any())


def _is_code(cells: pl.Series, *, others_have_decimals: bool) -> bool:
    """Whether whole numbers are codes: with a zero in front, or of one length, repeated, and others with decimals."""
    given = cells.drop_nulls()
    if given.is_empty() or not given.str.contains(r"^\d+$").all():
        return False
    lengths = given.str.len_chars()
    even = lengths.n_unique() == 1 and lengths[0] >= 4 and given.is_duplicated().any()
    return bool(given.str.contains(r"^0\d").any() or (even and others_have_decimals))


@dataclass(frozen=True)
class Facts:
    """The relations that hold in a file, or that most of its rows follow and some break, the best supported first."""

    cells: Cells
    relations: tuple[Relation, ...] = ()
    constant_days: dict[str, date] = field(default_factory=dict)

    def of(self, kind: str) -> tuple[Relation, ...]:
        """The relations of one kind."""
        return tuple(each for each in self.relations if each.proof.kind == kind)

    @property
    def sums(self) -> tuple[Relation, ...]:
        """Columns that are the sum of others."""
        return self.of("sum")

    @property
    def running(self) -> tuple[Relation, ...]:
        """Balances that debit and credit carry on from row to row."""
        return self.of("running")

    @property
    def base_pairs(self) -> tuple[Relation, ...]:
        """Amounts in document and base currency: equal in the rows of one currency and different in the others."""
        return self.of("base")

    @property
    def marks(self) -> tuple[Relation, ...]:
        """Columns whose rows with one mark add up to zero."""
        return self.of("zero")

    def snapshot_day(self, since: str = "") -> Relation | None:
        """The relation that gives the day of the snapshot by days overdue; its value is the day.

        Where all documents have the same terms, both the day of the document and the due day give one; ``since`` is
        the column that the days are counted from. Without it, nothing is given if they differ.
        """
        found = [each for each in self.of("days") if each.holds and since in ("", *each.columns["day"])]
        return found[0] if len({each.value for each in found}) == 1 else None

    def bounds(self, buckets: Mapping[str, Range], day: str) -> tuple[date, date, Relation] | None:
        """The first and last day of a snapshot that fit the columns of an aging, counted from a column of days."""
        return _bounds(self.cells, buckets, day)

    def at_most(self, part: str, whole: str) -> Relation:
        """Whether one amount is never more than another, nor of the other sign."""
        return self.relation(Proof(kind="at_most", columns={"part": (part,), "whole": (whole,)}))

    def relation(self, proof: Proof) -> Relation:
        """Any relation held against every row."""
        return confirmed(self.cells.of([proof]), proof)


def facts_of(cells: Cells, *, buckets: Sequence[str] = ()) -> Facts:
    """The relations among the columns of a file that are meant; ``buckets`` are those of an aging."""
    searches = (_sums, _same, _running, _base_pairs, _units, _zero_sums, _days_since, _terms)
    proofs = _different([*_sums_of(buckets, cells), *(proof for search in searches for proof in search(cells))])
    every = cells.of(proofs)
    found = [confirmed(every, proof, least=_least_support(proof, cells)) for proof in proofs]
    meant = [each for each in found if _is_meant(each, found)]
    ordered = sorted(meant, key=lambda each: (each.holds, each.support), reverse=True)
    return Facts(cells, tuple(ordered), _constant_days(cells))


def _sums_of(buckets: Sequence[str], cells: Cells) -> list[Proof]:
    """The sum of an aging, those of its columns included that are blank in this file and may be filled in the next."""
    wholes = [name for name in cells.amounts if name not in buckets]
    sums = [_sum_of(buckets, whole) for whole in wholes if len(buckets) > 1]
    return [proof for proof in sums if _mostly(cells, proof)]


def _least_support(proof: Proof, cells: Cells) -> int:
    """Three parts that are not side by side can be chosen in so many ways that two rows may agree by chance."""
    places = [cells.amounts.index(name) for name in proof.of("plus") if name in cells.amounts]
    return 3 if proof.kind == "sum" and len(places) == 3 and places[2] - places[0] > 2 else NEEDED


def _is_meant(relation: Relation, found: list[Relation]) -> bool:
    if relation.proof.kind in _BY_CHANCE and not relation.holds:
        return relation.broken
    return relation.fits or (relation.broken and not _explained(relation, found))


# One row agrees with these whatever is in it.
_BY_CHANCE: Final = ("days", "terms")


def _explained(broken: Relation, found: list[Relation]) -> bool:
    """Whether a sum that some rows break has a part too many or too few, since another one holds."""
    mine = {*broken.proof.headers()}
    others = ({*each.proof.headers()} for each in found if each.holds and each.proof.kind == broken.proof.kind)
    return any(mine <= other or other <= mine for other in others)


def _long(frame: pl.DataFrame) -> pl.DataFrame:
    """One line for each row and column: ``row``, ``place`` of the column, ``value``."""
    numbered = frame.rename({name: f"{place}" for place, name in enumerate(frame.columns)}).with_row_index("row")
    return numbered.unpivot(index="row", variable_name="place").with_columns(pl.col("place").cast(pl.Int32))


def _sums(cells: Cells) -> list[Proof]:
    """Sums of two or three columns, or of columns side by side, that agree with at least one row of the few."""
    names, few = cells.amounts, cells.few_amounts
    if len(names) < 3:
        return []
    # Joined by their values, so that only sums that some row has become candidates, not all combinations of columns.
    values = _long(few)
    parts = values.filter(pl.col("value") != 0)
    pairs = _joined_sums(parts, parts)
    found = [(names[a], names[b], names[c]) for a, b, c in _agreeing(pairs, values, ["place", "place_next"])]
    both = {(a, b): proof for a, b, c in found if _mostly(cells, proof := _oriented(cells, (a, b), c))}
    triples = _joined_sums(pairs.rename({"place": "first", "place_next": "place"}), parts)
    candidates = _agreeing(triples, values, ["first", "place", "place_next"])
    three = [((names[a], names[b], names[c]), names[d]) for a, b, c, d in candidates]
    # A sum whose parts make up a known sum by themselves says nothing new.
    new = [_sum_of(parts, whole) for parts, whole in three if not any({*each} <= {*parts} for each in both)]
    return [*_side_by_side(cells), *both.values(), *_either(cells), *(proof for proof in new if _mostly(cells, proof))]


def _joined_sums(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """The sums of two columns in each row, the later column second."""
    pairs = left.join(right, on="row", suffix="_next").filter(pl.col("place") < pl.col("place_next"))
    return pairs.with_columns(value=pl.col("value") + pl.col("value_next")).drop("value_next")


def _agreeing(sums: pl.DataFrame, values: pl.DataFrame, places: list[str]) -> list[tuple[int, ...]]:
    """The places of the parts and of the whole, for sums that another column has in at least one row."""
    matched = sums.join(values.rename({"place": "whole"}), on=["row", "value"])
    other = matched.filter(~pl.any_horizontal(pl.col(place) == pl.col("whole") for place in places))
    return other.select(*places, "whole").unique(maintain_order=True).rows()


def _sum_of(parts: Sequence[str], whole: str) -> Proof:
    return Proof(kind="sum", columns={"plus": tuple(parts), "is": (whole,)})


def _oriented(cells: Cells, parts: tuple[str, str], whole: str) -> Proof:
    """The sum, or the difference that says the same, whose result is in every row: debit is often blank."""
    first, second = parts
    ways = [
        _sum_of(parts, whole),
        Proof(kind="sum", columns={"plus": (whole,), "minus": (second,), "is": (first,)}),
        Proof(kind="sum", columns={"plus": (whole,), "minus": (first,), "is": (second,)}),
    ]
    return min(ways, key=lambda proof: cells.few[proof.of("is")[0]].null_count())


def _mostly(cells: Cells, proof: Proof) -> bool:
    """Whether some rows agree with a relation more often than not."""
    agrees = outcome(cells.some(proof), proof)
    return bool(agrees.any()) and _often(agrees)


def _either(cells: Cells) -> list[Proof]:
    """Sums of two columns of which each row has one: not due and overdue."""
    few = cells.few_amounts
    apart = [
        sorted((*each["debit"], *each["credit"]), key=cells.amounts.index)
        for each in _one_way(_signed_amounts(cells))
        if "credit" in each
    ]
    return [
        _sum_of((first, second), name)
        for first, second in apart
        for name in cells.amounts
        if name not in (first, second) and _often(few[name] == few[first] + few[second])
    ]


def _side_by_side(cells: Cells) -> list[Proof]:
    """Runs of at least three columns that another one adds up, as the total of an aging does."""
    names, few = cells.amounts, cells.few_amounts
    # With running sums, each of the many runs of columns is one subtraction.
    before = [pl.zeros(few.height, dtype=pl.Int128, eager=True)]
    for name in names:
        before.append(before[-1] + few[name])
    filled = [bool((few[name] != 0).any()) for name in names]
    found = []
    for first, end in combinations(range(len(names) + 1), 2):
        # With blank columns at its ends a run would be the same sum
        # under other names; within it they may be filled next month.
        if end - first < 3 or sum(filled[first:end]) < 2 or not (filled[first] and filled[end - 1]):
            continue
        run = before[end] - before[first]
        found += [
            _sum_of(names[first:end], name)
            for name in (*names[:first], *names[end:])
            if _often(few[name] == run) and (few[name] != 0).any()
        ]
    return found


def _often(agrees: pl.Series) -> bool:
    return int(agrees.sum()) >= MEANT * max(1, agrees.len() - agrees.null_count())


def _different(proofs: Iterable[Proof]) -> list[Proof]:
    """The relations without those of the same columns, and without sums of some parts of a sum that is there before."""
    kept: list[Proof] = []
    for proof in proofs:
        mine, role = {*proof.headers()}, proof.of("is")
        if not any(
            each.kind == proof.kind
            and (mine == {*each.headers()} or (role and role == each.of("is") and mine < {*each.headers()}))
            for each in kept
        ):
            kept.append(proof)
    return kept


def _same(cells: Cells) -> list[Proof]:
    few = cells.few_amounts
    return [
        Proof(kind="same", columns={"columns": (first, second)})
        for first, second in combinations(cells.amounts, 2)
        if (few[first] == few[second]).all() and (few[first] != 0).any()
    ]


def _signed_amounts(cells: Cells) -> list[Columns]:
    """Amounts that can lower what another raises: two columns of which each row has one, or one of both signs."""
    few = cells.few_amounts
    filled = {name: few[name] != 0 for name in cells.amounts}
    # In both orders: which of the two raises a balance is seen only when the balance is carried on.
    apart: list[Columns] = [
        {"debit": (first,), "credit": (second,)}
        for first, second in permutations(cells.amounts, 2)
        if filled[first].any() and filled[second].any() and not (filled[first] & filled[second]).any()
    ]
    both: list[Columns] = [
        {"debit": (name,)} for name in cells.amounts if (few[name] < 0).any() and (few[name] > 0).any()
    ]
    return [*apart, *both]


def _running(cells: Cells) -> list[Proof]:
    """Balances carried on in the first rows, for all rows or for each value of a text, from above or from below."""
    first = cells.rows.head(_SAMPLE)
    groups: list[tuple[str, ...]] = [(), *((name,) for name in cells.texts if first[name].null_count() == 0)]
    signed = [_carried(each, "", ()) for each in _signed_amounts(cells)]
    if not signed:
        return []
    balances = [_carried({}, name, by, value) for name, by, value in product(cells.amounts, groups, ("", "up"))]
    given = typed(first, [*signed, *balances], mark=cells.mark, order=cells.order)
    changes = [(proof, given.select(moved(proof)).to_series()) for proof in signed]
    found: dict[frozenset[str], tuple[int, Proof]] = {}
    for carried in balances:
        (balance,), by = typed_columns(carried, "balance"), typed_columns(carried, "by")
        before = given.select(of_each(pl.col(balance).shift(-1 if carried.value else 1), by)).to_series()
        for proof, change in changes:
            # A balance over all rows agrees within each document too; the most rows decide.
            key = frozenset((*proof.headers(), *carried.of("balance")))
            fit = _carries_on(given[balance], before, change)
            if len(key) > len(proof.headers()) and fit > found.get(key, (0,))[0]:
                found[key] = fit, msgspec.structs.replace(carried, columns={**proof.columns, **carried.columns})
    return [proof for _, proof in found.values()]


def _carried(columns: Columns, balance: str, by: tuple[str, ...], value: str = "") -> Proof:
    named = {**columns, "balance": (balance,) if balance else (), "by": by}
    return Proof(kind="running", columns={role: headers for role, headers in named.items() if headers}, value=value)


def _carries_on(balance: pl.Series, before: pl.Series, change: pl.Series) -> int:
    """How many more rows agree than do not, if most agree and one does so although something was there before."""
    agrees = balance - before == change
    tested, right = agrees.len() - agrees.null_count(), int(agrees.sum())
    telling = agrees & (change != 0) & (before != 0)
    return 2 * right - tested if telling.any() and right >= MEANT * tested else 0


def _base_pairs(cells: Cells) -> list[Proof]:
    currencies = [name for name in cells.texts if _names_currencies(cells.few[name])]
    few = cells.few_amounts
    found = []
    for header in currencies:
        for first, second in combinations(cells.amounts, 2):
            equal = few.select(pl.col(first) == pl.col(second), given=pl.col(first) != 0).hstack([cells.few[header]])
            shares = equal.filter("given").drop_nulls(header).group_by(header).agg(pl.col(first).mean())
            base = shares.filter(pl.col(first) == 1)
            # Where several currencies have equal amounts, the two columns are equal for another reason.
            if base.height == 1 and shares.height > 1:
                columns: Columns = {"document": (first,), "base": (second,), "currency": (header,)}
                found.append(Proof(kind="base", columns=columns, value=str(base[header][0])))
    return found


def _names_currencies(cells: pl.Series) -> bool:
    given = cells.drop_nulls().unique()
    return len(given) > 1 and all(currency_of(each) for each in given)


_UNITS: Final = tuple(10**power for power in range(1, 7))


def _units(cells: Cells) -> list[Proof]:
    """Columns that are another one in tens, hundreds, thousands ..."""
    few = cells.few_amounts
    return [
        Proof(kind="ratio", columns={"part": (small,), "whole": (large,)}, value=str(unit))
        for small, large in permutations(cells.amounts, 2)
        if (few[small] != 0).any()
        for unit in _UNITS
        if few.select((pl.col(small) * unit == pl.col(large)).all()).item()
    ]


def _zero_sums(cells: Cells) -> list[Proof]:
    """Marks whose rows add up to zero, and documents whose debits equal their credits."""
    found = []
    for signed in _one_way(_signed_amounts(cells)):
        found.append(Proof(kind="balanced", columns=signed))
        for name in cells.texts:
            # A matching mark is blank where nothing is matched yet; what is filled in each row names an entry.
            some = cells.few[name].null_count() > 0
            kind, role = ("zero", "mark") if some else ("balanced", "by")
            found.append(Proof(kind=kind, columns={**signed, role: (name,)}))  # type: ignore[arg-type]
    return [proof for proof in found if _adds_up(cells, proof)]


def _one_way(signed: list[Columns]) -> list[Columns]:
    """Debit and credit once: what adds up to zero does so with both exchanged."""
    return list({frozenset((*each["debit"], *each.get("credit", ()))): each for each in reversed(signed)}.values())


def _adds_up(cells: Cells, proof: Proof) -> bool:
    """Whether most of the first marks add up to zero; all rows of each are looked at."""
    every = cells.of([proof])
    if by := typed_columns(proof, "mark") or typed_columns(proof, "by"):
        first = every[by[0]].drop_nulls().unique(maintain_order=True).head(_SAMPLE)
        every = every.filter(pl.col(by[0]).is_in(first.implode()))
    relation = confirmed(every, proof)
    return relation.support > 0 and relation.agreeing >= MEANT * relation.tested


def _days_since(cells: Cells) -> list[Proof]:
    """Days and numbers of days that give one day in every row: the day of the snapshot."""
    if not cells.days:
        return []
    # A snapshot has the documents of its day, so it is not before the last of the earliest kind of days.
    last = sorted(day for name in cells.days if (day := cells.few_days[name].max()))
    least = last[0] if len(last) > 1 else _EVER[0]
    found = []
    for day, number, role in product(cells.days, cells.counts, ("days", "days_left")):
        numbers = counts(cells.few[number])
        moved = pl.duration(days=pl.col("number") if role == "days" else -pl.col("number"))
        # 0 is what many systems write for all that is not due yet, so it gives no day.
        both = pl.DataFrame({"day": cells.few_days[day], "number": numbers}).filter(pl.col("number") != 0)
        usual = both.select(day=pl.col("day") + moved).to_series().drop_nulls().value_counts(sort=True)
        if usual.height and usual["day"][0] >= least and usual["count"][0] >= MEANT * int(usual["count"].sum()):
            columns: Columns = {"day": (day,), role: (number,)}
            found.append(Proof(kind="days", columns=columns, value=usual["day"][0].isoformat()))
    return found


def _terms(cells: Cells) -> list[Proof]:
    found = [
        Proof(kind="terms", columns={"day": (first,), "days": (number,), "due": (due,)})
        for first, due in permutations(cells.days, 2)
        for number in cells.counts
    ]
    return [proof for proof in found if _mostly(cells, proof)]


def _constant_days(cells: Cells) -> dict[str, date]:
    """Columns with one day in every row, of a file of several rows."""
    once = {name: cells.few_days[name].unique() for name in cells.days}
    same = [name for name, days in once.items() if len(days) == 1 and cells.few.height > 1]
    return {name: once[name][0] for name in same if cells.rows[name].n_unique() == 1}


def _bounds(cells: Cells, buckets: Mapping[str, Range], day: str) -> tuple[date, date, Relation] | None:
    """The days that the most rows allow: each row's column of the aging allows some days after its due day."""
    ends = ((_text(first), _text(last)) for first, last in buckets.values())
    value = " ".join(f"{first}:{last}" for first, last in ends)
    proof = Proof(kind="buckets", columns={"day": (day,), "buckets": tuple(buckets)}, value=value)
    every = cells.of([proof])
    allowed = _allowed(every, buckets, day)
    if allowed.is_empty():
        return None
    # A step up where a row begins to allow a day and one down after
    # its last: the highest sum is at the days that most rows allow.
    begins = allowed.select(day="first", step=pl.lit(1))
    ends_after = allowed.select(day=pl.col("last") + _ONE_DAY, step=pl.lit(-1))
    steps = pl.concat([begins, ends_after]).group_by("day").agg(pl.col("step").sum()).sort("day")
    # The last sum is 0, so that the highest is never at the last day and has one after it.
    best = int(steps["step"].cum_sum().arg_max() or 0)
    since, until = steps["day"][best], steps["day"][best + 1] - _ONE_DAY
    return since, until, confirmed(every, proof, day=since)


def _text(end: int | None) -> str:
    return "" if end is None else str(end)


_ONE_DAY: Final = timedelta(days=1)
_EVER: Final = (date(1900, 1, 1), date(2199, 12, 31))


def _allowed(cells: pl.DataFrame, buckets: Mapping[str, Range], day: str) -> pl.DataFrame:
    """The first and last day of the snapshot that each row allows; rows that allow none are left out."""
    since = pl.col(f"day {day}")
    firsts, lasts = [], []
    for header, (first, last) in buckets.items():
        filled = pl.col(f"amount {header}").fill_null(0) != 0
        firsts.append(pl.when(filled).then(_EVER[0] if first is None else since + timedelta(days=first)))
        lasts.append(pl.when(filled).then(_EVER[1] if last is None else since + timedelta(days=last)))
    allowed = cells.select(first=pl.max_horizontal(firsts), last=pl.min_horizontal(lasts)).drop_nulls()
    return allowed.filter(pl.col("first") <= pl.col("last"))
