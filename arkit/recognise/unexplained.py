"""What nobody has explained: the columns that could change the number and that nothing maps, proves or ignores.

A column bears on the number by its cells, whatever its header is: amounts, days, currencies, shares, and texts with few
different values, which may be a status, a type or a side. Each of them is asked: what it is, or that it can be ignored.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

import polars as pl

from arkit.build.written_amounts import exact_amounts
from arkit.errors import listed
from arkit.files.body.reading import ROW
from arkit.files.body.rows import DATE
from arkit.files.questions import Candidate, Hints, Question
from arkit.model.layout import ColumnRole, TableLayout
from arkit.model.schema import TABLES
from arkit.recognise.arithmetic import Cells
from arkit.recognise.columns import BUCKET, Columns
from arkit.recognise.draft import Draft
from arkit.recognise.values import sum_of
from arkit.words.vocabulary import MONEY, Meaning, currency_of, item_type_of, mark_of, side_of, status_of

MOST_VALUES: Final = 12
_MANY_ROWS: Final = 10
_NOTHING_KNOWN: Final = 3
# Four values are fourteen answers, which a person can still read.
_MOST_COMBINED: Final = 4
# A customer without a number is named by its name; what the number is can be said all the same.
_ALWAYS: Final = ("customer_id", "item_id", "document_id")
_ADDRESS: Final = r"\S@\S+\.\S|^https?://|^www\."
_LONG_ID: Final = r"^\d{7,}$"
_SHARE: Final = r"^-?\d+([.,]\d+)?\s*[%％]$"
# What a column of each kind of cells can be, besides what has been found already.
_CAN_BE: Final[dict[str, tuple[str, ...]]] = {
    "days": ("document_date", "due_date", "settled_on", "snapshot_on"),
    "amounts": (
        *("open_amount", "amount", "paid", "tax", "net_amount", "debit", "credit", "balance"),
        *("base_amount", "base_open_amount", "days_overdue", "item_id", "document_id", "customer_id", "account"),
    ),
    "texts": (
        *("item_id", "document_id", "customer_id", "name", "status", "side", "mark", "item_type", "match"),
        *("reference", "account"),
    ),
    "currencies": ("currency", "base_currency"),
}
_OWED: Final = ("open_amount", "amount")
# Words of these meanings say themselves that the column is about what is mapped or changes nothing.
_SAID_BY_WORDS: Final = (
    "exchange_rate",
    "age",
    "bucket_name",
    "days_overdue",
    "terms",
    "name",
    "reference",
    "salesperson",
    "contract",
)


@dataclass(frozen=True)
class Seen:
    """The rows of the items, what their cells can be, and what has been found of the columns."""

    rows: pl.DataFrame
    cells: Cells
    columns: Columns
    meanings: Mapping[str, Meaning]
    draft: Draft
    file: str

    @property
    def table(self) -> TableLayout:
        """The layout so far."""
        return self.draft.table

    @property
    def mark(self) -> str:
        """The decimal mark."""
        return self.cells.mark


def with_rest(seen: Seen, hints: Hints) -> Draft:
    """The draft with one role for each column, and a question for each that could change the number.

    A question which of several unknown columns it is asks less than what each of them is, and gives way.
    """
    questions = seen.draft.questions
    missing = {question.key[1] for question in questions if question.key[0] == "columns"}
    guessed = {
        str(candidate.value)
        for question in questions
        for candidate in question.candidates
        if question.key[0] == "columns" and (question.key[1] in _OWED or str(candidate.value) not in seen.meanings)
    }
    guessed -= {*hints.ignored, *hints.keep, *hints.columns.values()}
    known = {header: role for header, role in _explained(seen, hints).items() if header not in guessed}
    headers = [header for header in seen.rows.columns[1:] if header not in known]
    bears = {header: kind for header in headers if (kind := may_change(seen, header, missing))}
    lost = len(missing) >= _NOTHING_KNOWN
    alone = guessed - _of_several(questions)
    asked = {header: kind for header, kind in bears.items() if lost or header not in alone}
    found = {*(role.what for role in known.values() if role.role == "mapped"), *seen.table.columns} - missing
    kept = [_with_values(seen, question) for question in questions if not _gives_way(question, asked)]
    rest = {header: _rest(seen, header, bears.get(header, ""), header in guessed) for header in headers}
    return replace(
        seen.draft,
        questions=(*kept, *(_question(seen, header, kind, found) for header, kind in asked.items())),
        roles=tuple({**rest, **known}[header] for header in seen.rows.columns[1:]),
    )


def _with_values(seen: Seen, question: Question) -> Question:
    """A question which column is meant, with the columns of a fitting kind and what is in each of them."""
    if question.key[0] != "columns":
        return question
    candidates = question.candidates or tuple(Candidate(header) for header in _fitting(seen, question.key[1]))
    return replace(question, candidates=tuple(_with_evidence(seen, each) for each in candidates))


def _with_evidence(seen: Seen, candidate: Candidate) -> Candidate:
    header = candidate.value
    if candidate.total or candidate.evidence or header not in seen.rows.columns[1:]:
        return candidate
    return replace(candidate, evidence=listed(_values(seen, str(header))))


def _fitting(seen: Seen, name: str) -> list[str]:
    """The columns whose cells can be what is asked: amounts, days, or texts; those filled in most rows come first."""
    items, days, sums = TABLES["items"], seen.cells.days, seen.cells.amounts
    texts = tuple(header for header in seen.rows.columns[1:] if header not in {*days, *sums})
    headers = days if name in items.of_type("date") else sums if name in MONEY else texts
    return sorted(headers, key=lambda header: seen.rows[header].null_count())


def _rest(seen: Seen, header: str, kind: str, is_guessed: bool) -> ColumnRole:
    """The role of a column that nobody explains."""
    if kind or is_guessed:
        return ColumnRole(header, "unexplained", "", f"{kind or 'asked'}: {listed(_values(seen, header))}")
    return ColumnRole(header, "harmless", "", _why_harmless(seen, header))


def _of_several(questions: Iterable[Question]) -> set[str]:
    """The headers of which a question asks which is meant: the answer leaves the others unexplained."""
    asked = [
        {str(candidate.value) for candidate in question.candidates}
        for question in questions
        if question.key[0] == "columns" and question.key[1] not in _OWED
    ]
    return {header for headers in asked if len(headers) > 1 for header in headers}


def _gives_way(question: Question, unknown: Mapping[str, str]) -> bool:
    asked = [candidate.value for candidate in question.candidates]
    return question.key[0] == "columns" and bool(unknown) and all(header in unknown for header in asked)


def _explained(seen: Seen, hints: Hints) -> dict[str, ColumnRole]:
    """The role of each column that makes the ledger, proves it, was explained on the way, or is named by a person."""
    on_the_way = [role for role in seen.draft.roles if role.role != "unexplained"]
    against = [role for role in on_the_way if role.role == "contradiction"]
    proofs = [
        ColumnRole(header, "proof", proof.kind, listed(other for other in proof.headers() if other != header))
        for proof in seen.table.proofs
        for header in proof.headers()
    ]
    in_order = [*against, *_mapped(seen), *on_the_way, *_of_rows(seen), *proofs, *_said(seen, hints), *_plain(seen)]
    # The first role counts: that a column contradicts comes before what it is mapped to.
    known: dict[str, ColumnRole] = {}
    for role in in_order:
        known.setdefault(role.header, role)
    ignored = {header: ColumnRole(header, "ignored", "", "hint") for header in hints.ignored}
    return {**known, **{header: role for header, role in ignored.items() if header not in _makers(seen)}}


def _makers(seen: Seen) -> dict[str, str]:
    """The headers that give a value, to its canonical name."""
    table = seen.table
    several = {**table.joined, **table.plus, **table.minus}
    single = {header: name for name, header in {**table.dated_in, **table.columns}.items()}
    parts = [*table.joined.items(), *table.plus.items(), *table.minus.items()]
    made = {header: name for name, headers in parts for header in headers}
    return {**{header: name for header, name in single.items() if name not in several}, **made}


def _mapped(seen: Seen) -> list[ColumnRole]:
    """The columns that make the ledger, each with the decision behind it."""
    why = {decision.decided: decision.evidence for decision in seen.draft.decisions}
    return [ColumnRole(header, "mapped", name, why.get(header, "")) for header, name in _makers(seen).items()]


def _of_rows(seen: Seen) -> list[ColumnRole]:
    """The columns that say which rows count, and which of their amounts have a minus."""
    table = seen.table
    kinds = {"rows": (*table.keep, *table.leave_out, *table.paid_when), "sign": table.minus_when}
    return [ColumnRole(header, "mapped", kind) for kind, headers in kinds.items() for header in headers]


def _said(seen: Seen, hints: Hints) -> list[ColumnRole]:
    """The columns that a person has named, and those that could have been meant instead."""
    named = [ColumnRole(header, "mapped", name, "hint") for name, header in hints.columns.items()]
    rivals = {header: known.name for header, known in seen.meanings.items() if known.name in hints.columns}
    return [
        *named,
        *(ColumnRole(header, "mapped", "rows", "hint") for header in hints.keep),
        *(
            ColumnRole(header, "harmless", "", f"{hints.columns[name]} is the {name}")
            for header, name in rivals.items()
        ),
    ]


def _plain(seen: Seen) -> list[ColumnRole]:
    """The columns without a cell, and those whose header says that they are texts."""
    blank = [ColumnRole(header, "harmless", "", "blank") for header in seen.columns.blank]
    return [*blank, *(ColumnRole(header, "harmless", "", "header") for header in seen.columns.harmless)]


def may_change(seen: Seen, header: str, missing: set[str]) -> str:
    """The kind of a column that can bear on the number; else nothing."""
    kind = _kind(seen, header)
    is_text = kind != "amounts" and header not in seen.cells.days
    if seen.table.allocate and (is_text or header in seen.cells.counts):
        # The sides of an account are proved by its balances, its marks or its entries, whatever texts are beside them.
        return ""
    if not kind and missing & {*_ALWAYS} and seen.rows[header].drop_nulls().n_unique() > 1:
        # Any text may be the number of the document or the customer, where nobody knows which is.
        kind = "texts"
    if not kind or _is_clear(seen, header) or _is_copy(seen, header):
        return ""
    if kind == "texts" and (_agrees(seen, header) or (_names_customer(seen, header) and not missing & {*_ALWAYS})):
        return ""
    return kind


def _why_harmless(seen: Seen, header: str) -> str:
    """Why a column that nobody explains cannot bear on the number."""
    known = seen.meanings.get(header)
    if not _kind(seen, header):
        return "its cells are no amounts, days, currencies or few texts that repeat"
    return f"{known.name}: it cannot change what is stated" if known else "it says what another column says"


def _values(seen: Seen, header: str) -> list[str]:
    return seen.rows[header].drop_nulls().unique(maintain_order=True).to_list()


def _agrees(seen: Seen, header: str) -> bool:
    """Whether a text says of each row what is stated: that something is open, or that nothing is."""
    stated = seen.table.columns.get("open_amount")
    if stated is None or seen.rows[header].n_unique() != 2:
        return False
    open_ = (exact_amounts(seen.rows[stated], decimal_mark=seen.mark).fill_null(0) != 0).alias("open")
    return open_.n_unique() == 2 and seen.rows.select(header, open_).n_unique() == 2


def _is_clear(seen: Seen, header: str) -> bool:
    """Whether the words of a header say enough: nothing of this kind can change what is open."""
    known, table = seen.meanings.get(header), seen.table
    states_open = "open_amount" in {**table.columns, **table.plus}
    beside = ("amount", "paid", "tax", "net_amount", "base_amount", "base_open_amount", BUCKET, "match", "balance")
    if known is None:
        return False
    # Rows that a person or a status keeps are open, whenever others were settled; the original amount is mapped.
    decided = known.name == "settled_on" and bool(table.keep or table.leave_out)
    in_base = known.name == "base_amount" and "amount" in table.columns
    # Another number of the document tells no rows apart that have a number of their own.
    numbered = known.name == "document_id" and "item_id" in table.columns
    return decided or in_base or known.name in _SAID_BY_WORDS or (states_open and (numbered or known.name in beside))


def _is_copy(seen: Seen, header: str) -> bool:
    """Whether a column has the same cells as one that is mapped."""
    return any(
        seen.rows[header].eq_missing(seen.rows[other]).all()
        for other in seen.table.columns.values()
        if other not in (header, ROW)
    )


def _names_customer(seen: Seen, header: str) -> bool:
    """Whether a text is another name of the customer: one for each of them, and no word that says what a row is."""
    customer = seen.table.columns.get("customer_id")
    if customer is None or any(map(_is_word, seen.rows[header].drop_nulls().unique())):
        return False
    pairs = seen.rows.select(customer, header).unique()
    return pairs.height == seen.rows[customer].n_unique() == seen.rows[header].n_unique() > 1


def _says_owed(text: str) -> bool:
    return status_of(text) in ("open", "overdue") or side_of(text) == "receivable"


def _is_word(text: str) -> bool:
    return bool(status_of(text) or side_of(text) or mark_of(text) or item_type_of(text))


def _kind(seen: Seen, header: str) -> str:
    """What the cells of a column are, if they can bear on the number."""
    cells = seen.rows[header].drop_nulls()
    values = cells.unique(maintain_order=True)
    if header in seen.cells.days or cells.str.contains(DATE).any():
        return "days"
    if header in seen.cells.amounts:
        if len(values) == 1 and len(cells) == seen.rows.height >= _MANY_ROWS:
            # One number in each of many rows is no amount, and tells no row from another.
            return ""
        is_id = cells.str.contains(_LONG_ID).all()
        return "amounts" if not is_id and (exact_amounts(cells, decimal_mark=seen.mark) != 0).any() else ""
    if cells.is_empty() or cells.str.contains(_ADDRESS).all():
        return ""
    if all(currency_of(value) for value in values.head(MOST_VALUES)):
        return "currencies"
    if cells.str.contains(_SHARE).all():
        return "amounts"
    if all(_says_owed(value) for value in values):
        return ""
    if len(values) == 1 and len(cells) == seen.rows.height and not _is_word(values[0]):
        # One text in all rows tells none from another; a word that says what they are may say it of all.
        return ""
    few = len(values) <= MOST_VALUES and len(values) < len(cells) and cells.str.contains(r"[\p{L}\d]").any()
    return "texts" if few and header not in seen.cells.codes else ""


def _question(seen: Seen, header: str, kind: str, found: set[str]) -> Question:
    values = _values(seen, header)
    shown = listed(values)
    text = f"What is {header!r} of {seen.file} ({shown})? It could change the number, and nothing explains it."
    left = [name for name in _CAN_BE[kind] if name not in found or name in _ALWAYS]
    told_apart = kind == "texts" and 2 <= len(values) <= _MOST_COMBINED
    whole = f"all rows count, whatever {header} says" if told_apart else "it cannot change the number"
    candidates = [
        Candidate(header, _total(seen), whole),
        *(_kept(seen, header) if told_apart else []),
        *(Candidate(header, evidence=f"it is the {name}", key=("columns", name)) for name in left),
    ]
    return Question(("ignored",), text, tuple(candidates))


def _kept(seen: Seen, header: str) -> list[Candidate]:
    """The answers that only the rows with some of the values are receivables."""
    values = sorted(str(value) for value in seen.rows[header].drop_nulls().unique())
    chosen = [some for size in range(1, len(values)) for some in combinations(values, size)]
    made = []
    for some in chosen:
        kept = seen.rows.filter(seen.rows[header].fill_null("").is_in(some))
        total = _total(replace(seen, rows=kept))
        made.append(Candidate(some, total, "only these rows are receivables", ("keep", header)))
    return made


def _total(seen: Seen) -> str:
    """The sum of what is open by the layout so far."""
    table = seen.table
    for name in ("open_amount", "amount"):
        plus = table.plus.get(name) or tuple(filter(None, [table.columns.get(name, "")]))
        minus = table.minus.get(name, ())
        if plus or minus:
            return sum_of(seen.rows, plus, minus, mark=seen.mark)
    return ""
