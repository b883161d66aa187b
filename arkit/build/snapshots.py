"""Lists of open items of several days as one ledger: what is gone from one list to the next was settled between them.

No list says on which day. The day of the later list is assumed: it is the first on which the item is known to be gone,
so every list adds up to the ledger of its day, and nobody is shown to have paid earlier than they did. What was billed
and paid between two lists is in neither; so such a ledger answers for the days of its lists alone, and has no sales.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

import polars as pl

from arkit.errors import ReadingError, listed
from arkit.model.findings import combine, find, value_of
from arkit.model.ledger import Frames, Ledger

INFERRED: Final = "inferred_settlement"
_CORE: Final = ("item_id", "entity", "customer_id", "currency")
# An item never changes: one that is due on another day, or on another account, is carried on as another item.
_VERSION: Final = (*_CORE, "account", "base_currency", "due_date")
_CONTROLLED: Final = ("entity", "account", "currency")
_CHANGING: Final = ("source", "source_row", "effective_on", "recorded_on", "message", "place")
_OWN: Final = ("entity", "account", "customer_id", "currency", "first")
_ENTRY: Final = (
    *("item", "item_id", "entry_type", "effective_on", "recorded_on", "amount", "base_amount", "counterpart_item_id"),
)
_MARKED: Final = ("item_id", "customer_id", "kind", "amount", "promised_on", "note")
_PLACES: Final = {"place": pl.Int32, "day": pl.Date, "since": pl.Date}
_NO_DAY: Final = pl.lit(None, dtype=pl.Date)


def history_of(lists: Sequence[Ledger]) -> Ledger:
    """The ledger of the open items of several days, in any order.

    Raises
    ------
    ReadingError
        One is no list of one day, two are of the same day, or an entity is missing in one of them.
    """
    ordered = sorted(lists, key=lambda one: one.covers[0])
    _refuse(ordered)
    days = [one.covers[0] for one in ordered]
    places = pl.DataFrame({"place": range(len(days)), "day": days, "since": [None, *days[:-1]]}, schema=_PLACES)
    stated = _named(_versions(_stated(ordered)), places)
    course = _course(stated, places)
    links = _links(course)
    changes, found = _changes(course, links)
    born, late = _born(stated, _placed(ordered, "entries").join(places, on="place", maintain_order="left"), links)
    findings = [_lasting_findings(_placed(ordered, "findings"), places), found, late, _renumbered(stated, links)]
    frames = Frames(
        items=_items(stated, links, ordered[-1].frames.items),
        entries=pl.concat([born, changes.cast(born.schema)]).sort("item", "effective_on", maintain_order=True),
        customers=_latest(_placed(ordered, "customers"), of="customer_id"),
        marks=_lasting_marks(_placed(ordered, "marks"), places, stated),
        findings=combine(*findings),
        control=_control(ordered, days),
        # The rates and balances of earlier days come again in each later export.
        **{name: _all(ordered, name).unique(maintain_order=True) for name in ("rates", "gl", "sales")},
    )
    rows = sum(one.source_rows for one in ordered)
    return Ledger(
        frames, covers=(days[0], days[-1]), source_rows=rows, snapshots=tuple(days), reading=ordered[-1].reading
    )


def _refuse(ordered: Sequence[Ledger]) -> None:
    for one in ordered:
        if one.covers[0] != one.covers[1]:
            raise ReadingError(
                f"One of the lists covers the days from {one.covers[0]} to {one.covers[1]}. Only lists of what was "
                "open on one day make a history; a ledger that has one needs no earlier lists."
            )
    days = [one.covers[0] for one in ordered]
    if twice := sorted({day for day in days if days.count(day) > 1}):
        raise ReadingError(
            f"Two of the lists are of one day: {listed(twice)}. Give one of each day; lists of several entities of "
            "one day are one list when they lie in a folder of their own."
        )
    entities = [{*one.values("entity")} for one in ordered]
    for day, there in zip(days, entities, strict=True):
        if missing := sorted(set.union(*entities) - there):
            raise ReadingError(
                f"The list of {day} has no items of {listed(missing)}, which another list has: either they were not "
                "exported, or nothing was open. Export them too, or give the entity a row with an open amount of 0."
            )


def _all(ordered: Sequence[Ledger], table: str) -> pl.DataFrame:
    """A table of all lists below each other."""
    parts: list[pl.DataFrame] = [getattr(one.frames, table) for one in ordered]
    return pl.concat(parts)


def _placed(ordered: Sequence[Ledger], table: str) -> pl.DataFrame:
    """A table of all lists with the ``place`` of the list that a row is in."""
    parts: list[pl.DataFrame] = [getattr(one.frames, table) for one in ordered]
    return pl.concat([rows.with_columns(place=pl.lit(place)) for place, rows in enumerate(parts)])


def _stated(ordered: Sequence[Ledger]) -> pl.DataFrame:
    """The items of each list with what was open of them, and what of it a cancelled pair took away."""
    paired = pl.col("entry_type") == "application"
    parts = []
    for place, one in enumerate(ordered):
        sums = one.frames.entries.group_by("item").agg(
            pl.col("amount", "base_amount").sum(),
            paired=pl.col("amount").filter(paired).sum(),
            counterpart=pl.col("counterpart_item_id").filter(paired).first(),
        )
        parts.append(one.frames.items.join(sums, on="item", maintain_order="left").with_columns(place=pl.lit(place)))
    return pl.concat(parts).rename({"item": "own"})


def _versions(stated: pl.DataFrame) -> pl.DataFrame:
    """Rows with ``item``, numbered through all lists, and the ``first`` and ``last`` list that has it."""
    spans = stated.group_by(_VERSION, maintain_order=True).agg(first=pl.col("place").min(), last=pl.col("place").max())
    numbered = spans.with_row_index("item").with_columns(pl.col("item").cast(pl.Int32))
    # With equal nulls: an item without a due date is the same item in the next list.
    return stated.join(numbered, on=_VERSION, how="left", nulls_equal=True, maintain_order="left")


def _named(stated: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Rows with ``name``: the item's number; what had this number before has its last day behind it."""
    latest = pl.col("last") == pl.col("last").max().over("item_id")
    last_day = pl.format("{} ({})", "item_id", "last_day")
    rows = stated.join(places.select(last="place", last_day="day"), on="last", maintain_order="left")
    return rows.with_columns(name=pl.when(latest).then("item_id").otherwise(last_day)).drop("last_day")


def _course(stated: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Each item at each list from its first to the one after its last.

    What was open, and ``before``; whether it is ``there``, and ``was``.
    """
    every = _latest(stated, of="item").select("item", "name", "first", "last", *_VERSION).sort("item")
    open_then = stated.select("item", "place", "amount", "base_amount", "paired", "counterpart", there=pl.lit(True))
    rows = every.join(places, how="cross", maintain_order="left_right")
    rows = rows.filter(pl.col("place").is_between("first", pl.col("last") + 1))
    rows = rows.join(open_then, on=["item", "place"], how="left", maintain_order="left")
    rows = rows.with_columns(pl.col("amount", "base_amount", "paired").fill_null(0), pl.col("there").fill_null(False))
    earlier = {"before": "amount", "base_before": "base_amount", "paired_before": "paired"}
    # An item's rows follow each other: the row above is its own, but for the first, which has nothing before it.
    follows = pl.col("place") > pl.col("first")
    return rows.with_columns(
        (pl.col("there").shift(1) & follows).fill_null(False).alias("was"),
        *(pl.when(follows).then(pl.col(name).shift(1)).otherwise(0).alias(old) for old, name in earlier.items()),
    )


def _latest(rows: pl.DataFrame, *, of: str) -> pl.DataFrame:
    """The rows of each value of a column in the last list that has it."""
    return rows.filter(pl.col("place") == pl.col("place").max().over(of)).drop("place")


def _links(course: pl.DataFrame) -> pl.DataFrame:
    """Items that carry on another one from a list to the next: the same number, but a new due date or account.

    ``item`` and ``old``, their amounts ``amount`` and ``before``, and ``carried``, what of the old one lives on.
    """
    old = course.filter(~pl.col("there") & pl.col("was"))
    new = course.filter(pl.col("there") & ~pl.col("was") & (pl.col("place") > 0)).drop("before", "base_before")
    kept = ("before", "base_before", "account", "due_date")
    links = new.join(
        old.select(*_CORE, "place", *kept, old="item", old_name="name"), on=[*_CORE, "place"], suffix="_old"
    )
    nothing = pl.lit(0, dtype=pl.Int64)
    ends = pl.min_horizontal("before", nothing), pl.max_horizontal("before", nothing)
    links = links.with_columns(carried=pl.col("amount").clip(*ends))
    # Carried on as a whole, it takes along the base amount that it had, and leaves nothing behind.
    whole = pl.col("carried") == pl.col("before")
    return links.with_columns(base_carried=pl.when(whole).then("base_before").otherwise("base_amount"))


def _changes(course: pl.DataFrame, links: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The entries that take each item from list to list, and what was found."""
    rows = _with_transfers(course.filter(pl.col("place") > pl.col("first")), links)
    rows = rows.with_columns(
        step=pl.col("amount") - pl.col("before") - pl.col("moved"),
        base_step=pl.col("base_amount") - pl.col("base_before") - pl.col("base_moved"),
    )
    transfers = rows.filter((pl.col("moved") != 0) | (pl.col("base_moved") != 0))
    others = rows.filter((pl.col("step") != 0) | (pl.col("base_step") != 0)).with_columns(entry_type=_kind())
    made = [
        _entries(transfers.with_columns(entry_type=pl.lit("transfer")), "moved", "base_moved"),
        _entries(others, "step", "base_step"),
    ]
    inferred = others.filter(pl.col("entry_type") == INFERRED)
    rose = others.filter(pl.col("entry_type") == "correction")
    return pl.concat(made), combine(_between(INFERRED, inferred), _between("open_amount_rose", rose))


def _with_transfers(rows: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Rows with ``moved`` and ``base_moved``: what went to an item that carries this one on, or came back from one."""
    gone = links.select("place", item="old", gone=-pl.col("carried"), base_gone=-pl.col("base_carried"))
    back = links.select("place", "item", back="amount", base_back="base_amount")
    for side in (gone, back):
        rows = rows.join(side, on=["place", "item"], how="left", maintain_order="left")
    return rows.with_columns(
        pl.coalesce(f"{base}back", f"{base}gone", pl.lit(0, dtype=pl.Int64)).alias(f"{base}moved")
        for base in ("", "base_")
    )


def _kind() -> pl.Expr:
    """The type of an entry between two lists, by what was open and what is."""
    step, before = pl.col("step"), pl.col("before")
    # Of 100, what is paid leaves something from 0 to 100; more, or less than nothing, is no payment.
    paid = (step.sign() * before.sign() < 0) & (step.abs() <= before.abs())
    newly_paired = pl.col("there") & (pl.col("paired") - pl.col("paired_before") == step)
    return (
        pl.when(step == 0)
        .then(pl.lit("exchange"))
        .when(newly_paired)
        .then(pl.lit("application"))
        .when(paid)
        .then(pl.lit(INFERRED))
        .otherwise(pl.lit("correction"))
    )


def _entries(rows: pl.DataFrame, amount: str, base_amount: str) -> pl.DataFrame:
    return rows.select(
        "item",
        "entry_type",
        item_id="name",
        effective_on="day",
        recorded_on=_NO_DAY,
        amount=amount,
        base_amount=base_amount,
        counterpart_item_id=pl.when(pl.col("entry_type") == "application").then("counterpart"),
    ).select(_ENTRY)


def _between(code: str, rows: pl.DataFrame) -> pl.DataFrame:
    value = value_of("between_lists", since=pl.col("since"), day=pl.col("day"))
    rows = rows.with_columns(item_id="name", amount="step", effective_on="day")
    return find(code, rows, table="items", value=value)


def _born(stated: pl.DataFrame, entries: pl.DataFrame, links: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The entries with which items begin, those of the first list that has them; and a finding where it is late."""
    names = stated.filter(pl.col("place") == pl.col("first")).select("place", "own", "item", "name", *_OWN)
    others = stated.select("place", counterpart_item_id="item_id", counterpart="name")
    rows = entries.rename({"item": "own"}).drop("item_id").join(names, on=["place", "own"], maintain_order="left")
    rows = rows.join(others, on=["place", "counterpart_item_id"], how="left", maintain_order="left")
    # What is not in the earlier list was not open on its day, whatever its own date says.
    early = (pl.col("effective_on") <= pl.col("since")).fill_null(False)
    carries = pl.col("item").is_in(_beginning(links)["item"].implode())
    rows = rows.with_columns(
        item_id="name",
        counterpart_item_id="counterpart",
        recorded_on=_NO_DAY,
        dated="effective_on",
        effective_on=pl.when(early | carries).then("day").otherwise("effective_on"),
    )
    late = rows.filter((pl.col("dated") <= pl.col("since")) & ~carries & (pl.col("entry_type") == "original"))
    return rows.select(_ENTRY), find("appeared_late", late, table="items", value="dated")


def _beginning(links: pl.DataFrame) -> pl.DataFrame:
    """The links to items that begin with them."""
    return links.filter(pl.col("place") == pl.col("first"))


def _items(stated: pl.DataFrame, links: pl.DataFrame, like: pl.DataFrame) -> pl.DataFrame:
    """The items as the last list that has them states them."""
    carried_on = _beginning(links).select("item", carries="old_name")
    items = _latest(stated, of="item").join(carried_on, on="item", how="left", maintain_order="left")
    items = items.with_columns(item_id="name", replaces=pl.coalesce("carries", "replaces"))
    return items.sort("item").select(pl.col(name).cast(dtype) for name, dtype in like.schema.items())


def _renumbered(stated: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Findings on items that go on under another due date or account, and on numbers that were used again."""
    same_day = pl.col("due_date").eq_missing(pl.col("due_date_old"))
    before, after = (
        pl.when(same_day)
        .then(pl.col(f"account{end}").cast(pl.String))
        .otherwise(pl.col(f"due_date{end}").cast(pl.String))
        for end in ("_old", "")
    )
    moved = links.with_columns(item_id="name", effective_on="day", amount="carried", due_before=before, due_after=after)
    grew = links.filter(pl.col("carried") != pl.col("amount"))
    other = _latest(stated, of="item").filter(
        (pl.col("name") != pl.col("item_id")) & ~pl.col("item").is_in(links["old"].implode())
    )
    again = other.drop("amount").with_columns(number="item_id", item_id="name")
    return combine(
        find(
            "carried_on",
            moved,
            table="items",
            value=value_of("before_and_after", before=pl.col("due_before"), after=pl.col("due_after")),
        ),
        _between("open_amount_rose", grew.with_columns(step=pl.col("amount") - pl.col("carried"))),
        find("number_used_again", again, table="items", value="number"),
    )


def _lasting(rows: pl.DataFrame, keys: Sequence[str], places: pl.DataFrame) -> pl.DataFrame:
    """Rows that lists one after the other have alike, once: in the first of them, with ``over``, the day of the next.

    It is missing where the last list still has the row. Equal rows of one list are told apart by their order.
    """
    rows = rows.with_columns(copy=pl.int_range(pl.len()).over("place", *keys))
    same = [*keys, "copy"]
    known = rows.select("place", *same, known=pl.lit(True))
    earlier, later = (
        rows.join(
            known.with_columns(pl.col("place") + step),
            on=["place", *same],
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )["known"]
        for step in (1, -1)
    )
    # The first time that a row comes belongs to the first time that it goes, and so on.
    run = pl.int_range(pl.len()).over(same).alias("run")
    ends = rows.filter(later.is_null()).join(places.select(pl.col("place") - 1, over="day"), on="place")
    starts = rows.filter(earlier.is_null()).with_columns(run)
    starts = starts.join(
        ends.with_columns(run).select(*same, "run", "over"), on=[*same, "run"], how="left", nulls_equal=True
    )
    return starts.drop("copy", "run").join(places, on="place", maintain_order="left")


def _since_its_list(column: str) -> pl.Expr:
    """A day of a row of a list, or that of the list where it is not between it and the list before."""
    own = pl.col("since").is_null() | pl.col(column).is_between("since", "day", closed="right")
    return pl.when(own.fill_null(False)).then(column).otherwise("day")


def _lasting_findings(found: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """The findings of all lists, each once for the lists that have it one after the other.

    What a list excludes is excluded from its day until the next list that has it no more.
    """
    rows = _lasting(found, [name for name in found.columns if name not in _CHANGING], places)
    excluded = pl.col("action") == "excluded"
    day = pl.when(excluded).then(_since_its_list("effective_on")).otherwise("effective_on")
    rows = rows.with_columns(effective_on=day, recorded_on=_NO_DAY)
    ended = rows.filter(excluded & (pl.col("amount") != 0) & pl.col("over").is_not_null())
    ended = ended.with_columns(effective_on="over", amount=-pl.col("amount"))
    over = [
        find("no_longer_excluded", some, table=str(table), value="code") for (table,), some in ended.group_by("table")
    ]
    return combine(rows.select(found.drop("place").columns), *over)


def _lasting_marks(marks: pl.DataFrame, places: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """The marks of all lists, each from its first list until the next that has it no more."""
    names = stated.select("place", "item_id", "name")
    named = marks.join(names, on=["place", "item_id"], how="left", maintain_order="left")
    rows = _lasting(named.with_columns(item_id=pl.coalesce("name", "item_id")), _MARKED, places)
    # A promise holds on its last day too.
    last = pl.when(pl.col("kind") == "promise").then(pl.col("over").dt.offset_by("-1d")).otherwise("over")
    rows = rows.with_columns(pl.coalesce("to", last).alias("to"), _since_its_list("from").alias("from"))
    return rows.select(marks.drop("place").columns)


def _control(ordered: Sequence[Ledger], days: Sequence[date]) -> pl.DataFrame:
    """The control totals of the lists themselves: that of the first, then on each day what takes it to the next."""
    first, *others = [one.frames.control for one in ordered]
    amounts = pl.col("amount", "amount_rest")
    parts = [first.with_columns(recorded_on=_NO_DAY)]
    for before, now, day in zip([first, *others], others, days[1:], strict=False):
        step = pl.concat([now, before.with_columns(-amounts)]).group_by(_CONTROLLED).agg(amounts.sum())
        step = step.with_columns(effective_on=pl.lit(day), recorded_on=_NO_DAY)
        parts.append(step.select(first.columns).sort(_CONTROLLED))
    return pl.concat(parts)
