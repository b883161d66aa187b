"""From the cells of an unknown file to its layout, question by question; and what its totals prove, in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import get_args

import msgspec
import polars as pl

from arkit.build.nothing import without_nothing
from arkit.errors import ReadingError, listed
from arkit.files.body.days import with_days
from arkit.files.body.header import Header, lines_above
from arkit.files.body.proofs import DUE, MADE_DUE, decision_of
from arkit.files.body.reading import ReadTable
from arkit.files.body.rows import DATE, ITEM, OTHER, REPEATED, SECTION, Roles, kinds_of
from arkit.files.open_file import Grid
from arkit.files.places import refusing
from arkit.files.questions import Hints, QuestionsError
from arkit.model.layout import ColumnRole, DateOrder, Decision, Layout, Proof
from arkit.model.schema import TABLES
from arkit.recognise.amounts import recognise_owed, refuse_open_in_base, several_currencies, stated_sums
from arkit.recognise.arithmetic import Facts, facts_of, measured
from arkit.recognise.columns import (
    AMOUNT,
    Columns,
    Key,
    meanings_of,
    recognise_columns,
    recognise_header,
    recognise_key,
    share,
    with_unnamed_key,
)
from arkit.recognise.days import recognise_days
from arkit.recognise.draft import Draft, amounts_of, complete, likely_items
from arkit.recognise.forms import Form, account_key, recognise_form, with_journal
from arkit.recognise.journals import Journal, recognise_journal
from arkit.recognise.receivables import (
    Amounts,
    Receivables,
    Signed,
    recognise_cleared,
    recognise_receivables,
    recognise_signs,
)
from arkit.recognise.repeats import Repeats, recognise_lines, recognise_payments
from arkit.recognise.sections import ask_one_customer, of_one_customer, recognise_sections
from arkit.recognise.snapshot import Day, bucket_ranges, recognise_day, recognise_due
from arkit.recognise.unexplained import Seen, with_rest
from arkit.recognise.unnamed import named_headers
from arkit.recognise.values import (
    Days,
    Found,
    Mark,
    ShapeDecision,
    amount_of,
    day_above,
    recognise_currency,
    recognise_date_order,
    recognise_decimal_mark,
    recognise_shape,
)
from arkit.words.vocabulary import MONEY, Meaning, unit_of

Near = dict[DateOrder, date | None]
_DATES = TABLES["items"].of_type("date")
_DATED_TEXT = 0.4
_FEWEST_RANGES = 2


@dataclass(frozen=True)
class Recognised:
    """A layout that reads a file, the decisions that led to it, and what each column was taken for."""

    layout: Layout
    decisions: tuple[Decision, ...]
    columns: tuple[ColumnRole, ...] = ()


@dataclass(frozen=True)
class _Question:
    """What is asked: the rows of the items, the lines above the header, the file, and what a person said of it."""

    items: pl.DataFrame
    above: list[str]
    grid: Grid
    hints: Hints
    snapshot_on: date | None
    otherwise: date | None
    free: list[str]
    facts: Facts
    roles: dict[str, str]
    buckets: tuple[str, ...]

    def day(self, layout: Layout) -> Day:
        """The day that the rows say, held against the one that is given or above the header."""
        titled = day_above(self.above, layout)
        given, ignored = self.snapshot_on or (titled[1] if titled else None), self.hints.ignored
        return recognise_day(self.facts, self.roles, self.buckets, given=given, ignored=ignored, file=self.grid.file)


def recognise(
    grid: Grid, hints: Hints, *, snapshot_on: date | None = None, otherwise: date | None = None
) -> Recognised:
    """The layout of an export of open items or invoices; ``otherwise`` is the day of a snapshot that does not say it.

    Raises
    ------
    QuestionsError
        It cannot be determined what something in the file is: all that is missing, and how to state it.
    ReadingError
        No answer would help: there is no header, no amount, no item.
    """
    with refusing(grid.file):
        return _recognised(grid, hints, snapshot_on, otherwise)


def _recognised(grid: Grid, hints: Hints, snapshot_on: date | None, otherwise: date | None) -> Recognised:
    whole, top, found = recognise_header(grid, wanted={*hints.columns.values()})
    top, made = recognise_days(whole, top, snapshot_on or otherwise)
    grid, header = with_days(whole, top, made.table)
    named = grid.cells.rename(header.names)
    rows, above, repeats = named.slice(header.below), named.slice(0, header.first), named.slice(0, header.below)
    said = lines_above(grid, header)
    meanings = meanings_of(grid.top(header.below)[header.first :]) | made.meanings
    likely = likely_items(rows, repeats, grid.file)
    likely = likely.with_columns(without_nothing(cells) for cells in likely)
    # The other accounts of a journal go first: their amounts would be taken for what customers owe.
    columns, rows, likely, journal = _receivable_accounts(meanings, rows, likely, hints, grid)
    dated = _day_in_text(rows, columns)
    order, mark = _style(likely, columns, dated, _near(said, snapshot_on, otherwise), hints, grid)
    lines, columns, rows, likely, facts = _with_lines(columns, rows, likely, order.value, mark.value, hints, grid.file)
    form = recognise_form(with_journal(Form(columns, likely, grid.file, tuple(said)), journal), rows, facts)
    columns = with_unnamed_key(form.columns, form.rows)
    stated = stated_sums(pl.concat([above, rows]), likely, mark=mark.value)
    owed = recognise_owed(form, columns, facts, stated, hints)
    apart = bool(lines.number or lines.parts or form.is_account)
    several = lines if apart else recognise_payments(form.rows, owed, columns, mark.value, hints, grid.file)
    # What was paid is payments of its own then, and must not be deducted from the amount as well.
    owed = replace(owed, plus={}, minus={}, proofs=()) if several.payments else owed
    draft = amounts_of(columns, owed, form.rows, dated, grid.file).with_table(**form.settings).proven_by(owed.proofs)
    draft = _with_due_day(draft, facts, columns, likely, hints, grid.file)
    draft = draft.adding(_about_file(grid), found, *made.decisions, *columns.decisions)
    draft = draft.adding(*form.decisions, *owed.decisions).explaining(*made.roles)
    draft = draft.adding(order.decision, mark.decision).asking(*form.questions, *order.questions, *mark.questions)
    draft = draft.explaining(*form.roles, *owed.roles)
    of_customers = _Said(tuple(said), hints, tuple(columns.free(likely)), grid.file)
    draft = _with_customer(_with_repeats(draft, several), rows, above, repeats, of_customers)
    items = _items_below(rows, draft, repeats, grid, header)
    layout = _layout_of(grid, hints, order.value, mark.value)
    if not items.is_empty():
        days, roles = (snapshot_on, otherwise), {**columns.of, **draft.extra}
        question = _Question(items, said, grid, hints, *days, columns.free(likely), facts, roles, columns.buckets)
        draft, layout = _with_values(draft, question, layout)
    seen = Seen(items if items.height else likely, facts.cells, columns, meanings, draft, grid.file)
    draft = with_rest(seen, hints)
    draft = draft.with_table(day_parts=made.table.day_parts, serials=made.table.serials)
    return _finished(draft, layout, whole, top, columns.blank)


def _items_below(rows: pl.DataFrame, draft: Draft, repeats: pl.DataFrame, grid: Grid, header: Header) -> pl.DataFrame:
    items = rows.filter(kinds_of(rows, Roles(draft.table), repeats) == ITEM)
    if items.is_empty() and not draft.questions:
        raise ReadingError(
            f"{grid.file} has a header (row {grid.cells['source_row'][header.first]}) but no items below it."
        )
    return items


def _finished(draft: Draft, layout: Layout, grid: Grid, header: Header, blank: frozenset[str]) -> Recognised:
    if draft.questions:
        raise QuestionsError(draft.questions, grid.file, draft.roles)
    table = msgspec.structs.replace(complete(draft), header=_texts(grid, header), header_lines=header.lines)
    layout = msgspec.structs.replace(layout, items=table, payments=draft.payments)
    # What can bear on nothing now is not asked about next month; a column without a cell is, once it has some.
    named = {*named_headers(layout, "items"), *blank}
    said = {role.header for role in draft.roles if role.role == "ignored"}
    ignored = tuple(role.header for role in draft.roles if role.header in said or role.header not in named)
    layout = msgspec.structs.replace(layout, items=msgspec.structs.replace(table, ignored=ignored))
    return Recognised(layout, draft.decisions, draft.roles)


def _with_lines(
    columns: Columns, rows: pl.DataFrame, likely: pl.DataFrame, order: DateOrder, mark: Mark, hints: Hints, file: str
) -> tuple[Repeats, Columns, pl.DataFrame, pl.DataFrame, Facts]:
    """What arithmetic finds of the documents: of those with a row for each line, the first row of each."""
    cells = measured(likely, mark=mark, order=order)
    lines = recognise_lines(likely, columns, cells.amounts, mark, hints)
    if lines.parts:
        columns = lines.without_lines(columns)
    elif lines.of_lines:
        columns, rows, likely = lines.without_lines(columns), lines.first_rows(rows), lines.first_rows(likely)
        cells = measured(likely.drop(lines.of_lines), mark=mark, order=order)
    facts = facts_of(cells, buckets=columns.buckets)
    refuse_open_in_base(columns, facts, hints, file)
    return lines, columns, rows, likely, facts


def _with_repeats(draft: Draft, several: Repeats) -> Draft:
    """The draft of documents that have several rows each."""
    if several.number:
        once = several.once or tuple(draft.main_headers)
        extra = {name: header for name, header in draft.extra.items() if name not in ("item_id", "document_id")}
        extra["item_id"] = several.number
        if several.payments:
            taken = {*several.payments.columns.values()}
            extra = {name: header for name, header in extra.items() if header not in taken}
        draft = replace(draft.with_table(once=once), extra=extra, payments=several.payments)
    return draft.adding(*several.decisions).asking(*several.questions).explaining(*several.roles)


def _receivable_accounts(
    meanings: dict[str, Meaning], rows: pl.DataFrame, likely: pl.DataFrame, hints: Hints, grid: Grid
) -> tuple[Columns, pl.DataFrame, pl.DataFrame, Journal | None]:
    """The columns of a file by their words; of a journal, with the rows of its receivable accounts alone."""
    columns = recognise_columns(likely, meanings, hints, grid.file)
    if not {"debit", "credit"} <= {*columns.of}:
        return columns, rows, likely, None
    _, mark = _style(likely, columns, "", {}, hints, grid)
    journal = recognise_journal(likely, columns, meanings, mark.value, hints, grid.file)
    if journal is None:
        return columns, rows, likely, None
    rows, likely = rows.filter(journal.keeps), likely.filter(journal.keeps)
    return recognise_columns(likely, journal.without(meanings), hints, grid.file), rows, likely, journal


def _texts(grid: Grid, header: Header) -> tuple[str, ...]:
    rows = grid.cells.slice(header.first, header.lines).select(grid.columns)
    joined = rows.select(pl.all().drop_nulls().implode().list.join(" ")).row(0)
    return tuple(text for text in joined if text)


def _about_file(grid: Grid) -> Decision:
    if grid.kind == "text":
        delimiter = "tab" if grid.delimiter == "\t" else grid.delimiter
        return Decision("file", f"text, {grid.encoding}, delimiter {delimiter}", "its bytes and its rows")
    return Decision("file", f"{grid.kind} {grid.sheet}".strip(), "its first bytes")


def _day_in_text(rows: pl.DataFrame, columns: Columns) -> str:
    """The header of the text that contains the day of the document, where no column has it."""
    if "document_date" in columns.of:
        return ""
    texts = [columns.of[name] for name in ("document_id", "item_id", "reference") if name in columns.of]
    dated = [header for header in texts if share(rows[header].drop_nulls(), DATE) >= _DATED_TEXT]
    return dated[0] if dated else ""


@dataclass(frozen=True)
class _Said:
    """What is said of the customer beside the rows: the lines above the header, the hints, and the free columns."""

    above: tuple[str, ...]
    hints: Hints
    free: tuple[str, ...]
    file: str


def _with_customer(draft: Draft, rows: pl.DataFrame, above: pl.DataFrame, repeats: pl.DataFrame, said: _Said) -> Draft:
    """The draft with the customer: a column, or the rows of sections."""
    columns = dict(draft.table.columns)
    items = rows.filter(kinds_of(rows, Roles(draft.table), repeats) == ITEM)
    for name in ("customer_id", "name"):
        # A column that is blank in the rows of items is where the section rows have their customer.
        if name in columns and items.height and items[columns[name]].null_count() * 2 > items.height:
            del columns[name]
    if "customer_id" not in columns and "name" in columns:
        columns["customer_id"] = columns["name"]
        decision = Decision("customer_id", columns["name"], "customers have no number; their name is taken", "likely")
        return _of_one(draft.with_table(columns=columns).adding(decision), items, said)
    draft = draft.with_table(columns=columns)
    if "customer_id" in columns:
        return _of_one(draft, items, said)
    if "customer_id" in draft.table.stated_above:
        return draft
    if draft.table.dated_in:
        # The day is in the text of the document, and the customer above it in the same column.
        draft = draft.with_table(sections="above")
    sections = recognise_sections(rows, above, repeats, draft.table, said.hints, said.file)
    if said.hints.customer and not sections.side:
        draft = draft.with_table(constants={**draft.table.constants, "customer_id": said.hints.customer})
    labels = {name: word for name, word in sections.labels.items() if name not in columns}
    if "customer_id" not in labels and "name" in labels:
        labels["customer_id"] = labels["name"]
    return (
        draft.with_table(sections=sections.side, section_labels=labels)
        .adding(*sections.decisions)
        .asking(*sections.questions)
    )


def _of_one(draft: Draft, items: pl.DataFrame, said: _Said) -> Draft:
    """The draft whose customers a column names, with a question where it names one for all rows.

    Raises
    ------
    ReadingError
        A person says that the file is of one customer, and the column names others.
    """
    header, one = draft.table.columns["customer_id"], said.hints.customer
    if one and not (items[header] == one).all():
        raise ReadingError(
            f"The rows of {said.file} name their customers under {header!r}, so the hint customer={one} changes "
            "nothing."
        )
    value = "" if one else of_one_customer(items, draft.table, said.above, said.hints)
    return draft.asking(ask_one_customer(value, items, header, said.free, said.file)) if value else draft


def _with_values(draft: Draft, question: _Question, layout: Layout) -> tuple[Draft, Layout]:
    """The draft with all that the cells of the items say, and the layout of the file around it."""
    draft, found, kept = _with_rows(draft, question, layout)
    file, hints, main = question.grid.file, question.hints, draft.main_headers
    # Of the rows that count alone: a number may come again among those that are left out.
    key = _key_of(draft, kept, file)
    money = recognise_currency(
        kept,
        {**draft.extra, **draft.table.columns},
        main,
        in_headers=draft.currencies,
        above=question.above,
        in_sections="currency" in draft.table.section_labels,
        hints=hints,
        file=file,
    )
    draft = draft.asking(*key.questions, *money.questions).adding(*key.decisions, money.decision)
    if "currency" not in {**draft.table.columns, **money.columns, **draft.table.section_labels}:
        draft = draft.asking(*several_currencies(kept, draft.extra, main, layout.decimal_mark, file))
    draft = _with_unit(draft, question)
    draft = draft.with_table(
        columns={**draft.table.columns, **key.columns, **money.columns},
        constants={**draft.table.constants, **money.constants},
        joined=key.joined,
        stated_above={**draft.table.stated_above, **money.stated_above},
        sheet=question.grid.sheet,
    )
    return _with_shape(draft, question, layout, kept, found)


def _key_of(draft: Draft, rows: pl.DataFrame, file: str) -> Key:
    if draft.table.once:
        return Key({"item_id": draft.extra["item_id"]})
    return account_key(draft.extra) if draft.table.allocate else recognise_key(rows, draft.extra, file)


def _with_rows(draft: Draft, question: _Question, layout: Layout) -> tuple[Draft, Receivables, pl.DataFrame]:
    """The draft with the types and signs of its rows; what was found, and the rows that are receivables."""
    items, hints, file = question.items, question.hints, question.grid.file
    amounts = _amounts(draft, items, layout.decimal_mark)
    found = recognise_receivables(items, draft.extra, question.free, amounts, hints, file)
    if _may_settle(draft, hints):
        is_account = bool(draft.table.allocate)
        draft = draft.asking(*recognise_cleared(items, draft.extra, amounts, is_account=is_account, file=file))
    stays = found.stays(items)
    kept = items.filter(stays)
    open_ = amounts.open.filter(stays)
    signed = Signed(kept, draft.extra, question.free, open_, amounts.headers, found.types, file)
    signs = recognise_signs(signed, hints)
    found = found.and_also(signs)
    draft = draft.asking(*found.questions).adding(*found.decisions).explaining(*found.roles)
    names = ("types", "minus_when", "keep", "leave_out")
    said = {name: {**getattr(draft.table, name), **getattr(found, name)} for name in names}
    draft = draft.proven_by([_partly(draft, header, value) for header, value in found.partly])
    return draft.with_table(**said), found, kept


def _may_settle(draft: Draft, hints: Hints) -> bool:
    """Whether there are matching marks, and nobody has said what they do."""
    header = draft.extra.get("match")
    return header is not None and header not in hints.keep and hints.columns.get("match") != header


def _partly(draft: Draft, header: str, value: str) -> Proof:
    """The relation that something is taken off what a status calls partly paid."""
    table, name = draft.table, draft.main
    plus = table.plus.get(name, tuple(draft.main_headers))
    whole = tuple(table.columns[other] for other in ("amount",) if other in table.columns and name != other)
    parts = {"plus": plus, "minus": table.minus.get(name, ()), "whole": whole}
    return Proof(
        kind="partly", columns={"status": (header,)} | {key: of for key, of in parts.items() if of}, value=value
    )


def _with_unit(draft: Draft, question: _Question) -> Draft:
    """The draft with what an amount of 1 means: by a person, the header of the amounts, or a line above it."""
    said = [*draft.main_headers, *question.above]
    stated = next((text for text in said if unit_of(text) != 1), "")
    unit = question.hints.unit or unit_of(stated)
    if unit == 1:
        return draft
    decision = Decision("unit", f"{unit:,}", *(("hint", "stated") if question.hints.unit else (stated, "certain")))
    return draft.with_table(unit=unit).adding(decision)


def _with_shape(
    draft: Draft, question: _Question, layout: Layout, kept: pl.DataFrame, found: Receivables
) -> tuple[Draft, Layout]:
    """The draft with what its shape needs, and the layout with the shape."""
    day = question.day(layout)
    shaped = recognise_shape(
        kept,
        draft.given,
        draft.extra.get("settled_on"),
        above=question.above,
        layout=layout,
        hints=question.hints,
        snapshot_on=question.snapshot_on,
        in_rows=day.day,
        file=question.grid.file,
        account=bool(draft.table.allocate or draft.payments),
    )
    # The day that is asked about stands for that of the snapshot only where nothing in the file says its own.
    if shaped.questions and question.otherwise:
        question = replace(question, snapshot_on=question.otherwise, otherwise=None)
        return _with_shape(draft, question, layout, kept, found)
    draft = _with_days_overdue(draft, question, day)
    draft = _with_days_of_aging(draft, question.buckets, day, question.hints)
    draft = _with_day(draft, shaped, day)
    if shaped.shape == "settled":
        draft = draft.with_table(paid_when=found.paid)
    return draft.of_shape(shaped.shape, question.hints), msgspec.structs.replace(layout, shape=shaped.shape)


def _with_due_day(draft: Draft, facts: Facts, columns: Columns, rows: pl.DataFrame, hints: Hints, file: str) -> Draft:
    """The draft with the due day that the arithmetic proves, or the question which it is."""
    if "due_date" in draft.extra or draft.table.dated_in or draft.table.allocate:
        return draft
    due = recognise_due(facts, draft.extra, columns, columns.free(rows), hints.ignored, file)
    for role in due.roles:
        draft = draft.with_table(columns={**draft.table.columns, "due_date": role.header})
        draft = replace(draft, extra={**draft.extra, "due_date": role.header})
        draft = draft.adding(Decision("due_date", role.header, role.evidence))
    return draft.asking(*due.questions)


def _lacks_due_day(draft: Draft, day: Day) -> bool:
    """Whether no column has the due day, none is asked for or made, and nothing tells the day of the snapshot by it."""
    asked = any(asking.key == ("columns", DUE) for asking in draft.questions)
    made = any(proof.of("day") == (MADE_DUE,) for proof in draft.table.proofs)
    return not (DUE in draft.table.columns or asked or made or day.proofs)


def _with_days_overdue(draft: Draft, question: _Question, day: Day) -> Draft:
    """The draft with the due day by the days overdue, where no column has it and no other day explains them."""
    header = question.roles.get("days_overdue", "")
    if not header or header in question.hints.ignored or not _lacks_due_day(draft, day):
        return draft
    proof = Proof(kind="overdue", columns={"day": (MADE_DUE,), "days": (header,)})
    evidence = "no column has it; it is that many days before the snapshot"
    return draft.proven_by([proof]).adding(Decision("due_date", f"by {header}", evidence, "likely"))


def _with_days_of_aging(draft: Draft, buckets: Sequence[str], day: Day, hints: Hints) -> Draft:
    """The draft with the due day by the columns of the aging, where no column has it and no other day explains them."""
    ranges = {} if {*buckets} & {*hints.ignored} else bucket_ranges(buckets)
    # "Future, Current, Period 1, Period 2" are months, not days: ranges that overlap say nothing of days.
    understood = _FEWEST_RANGES <= len(ranges) == len({first for first, _ in ranges.values()})
    if not _lacks_due_day(draft, day) or day.questions or not understood:
        return draft
    value = " ".join(
        f"{'' if first is None else first}:{'' if last is None else last}" for first, last in ranges.values()
    )
    proof = Proof(kind="buckets", columns={"day": (MADE_DUE,), "buckets": tuple(ranges)}, value=value)
    evidence = "no column has it, and the aging says how many days past due each amount is"
    return draft.proven_by([proof]).adding(Decision("due_date", "by the columns of the aging", evidence, "likely"))


def _with_day(draft: Draft, shaped: ShapeDecision, day: Day) -> Draft:
    """The draft with the day of a snapshot: above the header, or as the rows say it."""
    draft = draft.with_table(stated_above={**draft.table.stated_above, **shaped.stated_above})
    draft = draft.adding(*shaped.decisions).explaining(*day.roles)
    if shaped.shape != "open_items":
        return draft.asking(*shaped.questions)
    return draft.asking(*(day.questions or shaped.questions)).adding(*day.decisions).proven_by(day.proofs)


def _style(
    rows: pl.DataFrame, columns: Columns, dated: str, near: Near, hints: Hints, grid: Grid
) -> tuple[Found[DateOrder], Found[Mark]]:
    """How the file writes days and amounts."""
    days = {name: header for name, header in columns.of.items() if name in _DATES and header not in columns.blank}
    named = [columns.of[name] for name in MONEY if name in columns.of]
    amounts = [*named, *columns.buckets] or [
        name
        for name in rows.columns[1:]
        if name not in days.values() and share(rows[name].drop_nulls(), AMOUNT) > _DATED_TEXT
    ]
    workbook = grid.kind != "text"
    mark = recognise_decimal_mark(
        rows, list(dict.fromkeys(amounts)), stated=hints.decimal_mark, from_workbook=workbook, file=grid.file
    )
    owed = next((columns.of[name] for name in ("open_amount", "amount") if name in columns.of), "")
    found = Days(days, near, columns.of.get("days_overdue", ""), owed)
    return _order(rows, found, dated, mark.value, hints, grid.file), mark


def _near(above: list[str], given: date | None, otherwise: date | None) -> Near:
    """The day that a file is of, as each order reads it."""
    orders = get_args(DateOrder)
    titled = {order: day_above(above, Layout(name="above", date_order=order)) for order in orders}
    return {order: given or (found[1] if (found := titled[order]) else otherwise) for order in orders}


def _layout_of(grid: Grid, hints: Hints, order: DateOrder, mark: Mark) -> Layout:
    return Layout(
        name=hints.name or Path(grid.file).stem,
        date_order=order,
        decimal_mark=mark,
        delimiter=grid.delimiter,
        encoding=grid.encoding,
        covers_from=hints.covers_from,
        covers_until=hints.covers_until,
    )


def _amounts(draft: Draft, items: pl.DataFrame, mark: Mark) -> Amounts:
    """The amounts of the items by the draft so far."""
    made = {name: amount_of(items, draft.table, name, mark=mark) for name in ("open_amount", "amount")}
    settled = draft.extra.get("settled_on")
    days = items[settled].is_not_null() if settled else None
    has_days = days is not None and days.any() and "amount" in draft.given
    open_ = made["open_amount"] if "open_amount" in draft.given else made["amount"]
    original = made["amount"] if "amount" in draft.given and "open_amount" in draft.given else None
    return Amounts(open_, original, days if has_days else None, "open_amount" in draft.given, tuple(draft.main_headers))


def _order(items: pl.DataFrame, days: Days, dated: str, mark: Mark, hints: Hints, file: str) -> Found[DateOrder]:
    """The order of days, those within texts included."""
    if dated:
        # The days within the text are looked at with the days of other columns.
        items = items.with_columns(pl.col(dated).str.extract(f"({DATE})", 1).alias("= day"))
        days = replace(days, headers={**days.headers, "document_date": "= day"})
    return recognise_date_order(items, days, stated=hints.date_order, mark=mark, file=file)


def proof_decisions(body: ReadTable) -> tuple[Decision, ...]:
    """What was between the items of a file, and what its totals prove."""
    made = [decision_of(each) for each in body.held]
    between = {REPEATED: "repeated headers and titles", SECTION: "section rows", OTHER: "rows passed over"}
    for kind, what in between.items():
        if number := body.counts.get(kind, 0):
            made.append(Decision(what, str(number), "not items by their cells"))
    if body.proofs.is_empty():
        if body.counts:
            made.append(Decision("totals", "none", "the file has no totals that could prove it", "certain"))
        return tuple(made)
    proven = body.proofs.filter(pl.col("difference") == 0)
    failed = body.proofs.filter(pl.col("difference") != 0)
    share = f"{body.proven_items} of {body.counts.get(ITEM, 0)} items are in a proven total"
    if failed.is_empty():
        made.append(Decision("totals", f"all {proven.height} proven", share))
    else:
        rows = listed(failed["source_row"].unique(maintain_order=True))
        made.append(Decision("totals", f"{failed.height} of {body.proofs.height} differ", f"rows {rows}; {share}"))
    return tuple(made)
