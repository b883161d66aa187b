"""General journals: all accounts of a company, of whose rows only those of the receivable accounts make the ledger.

A journal is proved by its arithmetic: in each entry debits equal credits, and the accounts debited are others than
those credited. Which accounts are receivables, their names say, if the customers are named in just their rows; else it
is asked, with the balance of each.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl

from arkit.errors import listed
from arkit.files.body.proofs import amounts
from arkit.files.questions import Candidate, Hints, Question
from arkit.model.layout import ColumnRole, Decision, Proof
from arkit.recognise.columns import Columns
from arkit.words.vocabulary import Meaning, any_of

_CODE: Final = r"^\d{3,10}([.-]\d+)*$"
_MOSTLY: Final = 0.8
_MOST: Final = 30
_FEWEST_ACCOUNTS: Final = 3
# A type or a status is of one side too, and is no account.
_NO_ACCOUNT: Final = ("item_type", "status", "mark", "side", "debit", "credit", "document_date", "line", "currency")


@dataclass(frozen=True)
class Journal:
    """The account column of a journal, the accounts that are receivables, and those that are not."""

    header: str
    headers: tuple[str, ...]
    receivable: tuple[str, ...]
    others: tuple[str, ...]
    proof: Proof
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()
    customers: tuple[str, ...] = ()

    @property
    def keeps(self) -> pl.Expr:
        """The rows of the receivable accounts."""
        return pl.col(self.header).is_in(self.receivable)

    def without(self, meanings: dict[str, Meaning]) -> dict[str, Meaning]:
        """The meanings of the other columns: an account is no customer, and each row has the same."""
        return {header: each for header, each in meanings.items() if header not in self.headers}

    @property
    def settings(self) -> dict[str, Any]:
        """What a layout says of the journal: an account that nobody has judged is refused next month."""
        return {
            "keep": {self.header: self.receivable},
            "leave_out": {self.header: self.others} if self.others else {},
            "proofs": (self.proof,),
            "allocate": "by_reference",
        }

    @property
    def roles(self) -> tuple[ColumnRole, ...]:
        """What the columns of the accounts are."""
        evidence = "the rows of its receivable accounts are read"
        return tuple(ColumnRole(header, "mapped", "account", evidence) for header in self.headers)


def recognise_journal(
    rows: pl.DataFrame, columns: Columns, meanings: dict[str, Meaning], mark: str, hints: Hints, file: str
) -> Journal | None:
    """The journal that a file is, if its entries balance."""
    of = columns.of
    if not {"debit", "credit"} <= {*of}:
        return None
    moved = [amounts(rows[of[name]], mark=mark).fill_null(0) for name in ("debit", "credit")]
    lines = rows.with_columns(moved[0].alias("= debit"), moved[1].alias("= credit"))
    texts = [name for name in rows.columns if name != "source_row" and name not in (of["debit"], of["credit"])]
    entry = _entry(lines, texts)
    accounts = _accounts(lines, texts, entry, meanings, hints) if entry else []
    if not entry or not accounts:
        return None
    proof = Proof(kind="balanced", columns={"debit": (of["debit"],), "credit": (of["credit"],), "by": (entry,)})
    named = [header for header, each in meanings.items() if each.name in ("customer_id", "name")]
    customers = [header for header in named if header not in accounts and header in rows.columns]
    known = {*accounts, *meanings, "source_row", "= debit", "= credit"}
    journal = _judged(lines, accounts, customers, proof, hints, file)
    unknown = [header for header in lines.columns if header not in known]
    return journal if customers else replace(journal, customers=_customers(lines, journal, unknown))


def _customers(lines: pl.DataFrame, journal: Journal, unknown: list[str]) -> tuple[str, ...]:
    """The columns in no known words that name the customers: filled in the rows of receivables alone, and repeated."""
    mine, others = lines.filter(journal.keeps), lines.filter(~journal.keeps)
    found = [
        header
        for header in unknown
        if not mine[header].null_count() and others[header].is_null().all() and mine[header].is_duplicated().any()
    ]
    same = all(mine.select(found).n_unique() == mine[header].n_unique() for header in found)
    # A number has digits, and names the customer better than a name.
    return tuple(sorted(found, key=lambda header: not mine[header].str.contains(r"\d").all())) if same else ()


def _entry(lines: pl.DataFrame, texts: list[str]) -> str:
    """The column that names the entries: debits equal credits in nearly all, and there are more than by any other.

    An entry that does not balance is a fault of its rows, which the proof shows.
    """
    found = {}
    for header in texts:
        if lines[header].null_count():
            continue
        sums = lines.group_by(header).agg(pl.col("= debit").sum() - pl.col("= credit").sum(), pl.len().alias("rows"))
        balanced = sums.filter(pl.col("= debit") == 0)
        # A single row balances only with nothing on both sides, as where a column numbers the rows.
        several = bool((balanced["rows"] > 1).all())
        if several and balanced.height > 1 and balanced["rows"].sum() >= _MOSTLY * lines.height:
            found[header] = balanced.height
    return max(found, key=lambda header: found[header], default="")


def _accounts(
    lines: pl.DataFrame, texts: list[str], entry: str, meanings: dict[str, Meaning], hints: Hints
) -> list[str]:
    """The columns of the accounts, numbers first: none is on both sides of an entry."""
    stated = hints.columns.get("account")
    unlike = {header for header, each in meanings.items() if each.name in _NO_ACCOUNT}
    found = [
        header
        for header in texts
        if header == stated or (header not in {entry, *unlike} and _is_account(lines, header, entry, meanings))
    ]
    coded = {header: bool(lines[header].str.contains(_CODE).all()) for header in found}
    return sorted(found, key=lambda header: (header != stated, not coded[header]))


def _is_account(lines: pl.DataFrame, header: str, entry: str, meanings: dict[str, Meaning]) -> bool:
    cells = lines[header]
    values = cells.n_unique()
    if cells.null_count() or not _FEWEST_ACCOUNTS <= values < lines.height:
        return False
    named = header in meanings and meanings[header].name == "account"
    if not (named or cells.str.contains(_CODE).all() or cells.str.contains(any_of("accounts", "receivable")).any()):
        return False
    sides = [lines.filter(pl.col(name) != 0).select(entry, header).unique() for name in ("= debit", "= credit")]
    both = sides[0].join(sides[1], on=[entry, header], how="semi")[entry].n_unique()
    return both <= (1 - _MOSTLY) * lines[entry].n_unique()


def _judged(
    lines: pl.DataFrame, accounts: list[str], customers: list[str], proof: Proof, hints: Hints, file: str
) -> Journal:
    header = next((each for each in accounts if each in hints.keep), accounts[0])
    labels = lines.select(header, label=pl.concat_str(accounts, separator=" ")).unique(header, maintain_order=True)
    says = pl.col("label").str.contains(any_of("accounts", "receivable"))
    named: list[str] = labels.filter(says & ~pl.col("label").str.contains(any_of("accounts", "payable")))[
        header
    ].to_list()
    every: list[str] = labels[header].to_list()
    (by,) = proof.of("by")
    balanced = Decision(
        "form", "general journal", f"debits equal credits in the {lines[by].n_unique()} entries of {by}"
    )
    if header in hints.keep:
        return _journal(header, accounts, [*hints.keep[header]], every, proof, (balanced,))
    receivable = [value for value in named if _of_customers(lines, header, [value], customers)]
    # If one account that is called so has no customers in its rows, the name is no evidence.
    if receivable and len(receivable) == len(named):
        names = labels.filter(pl.col(header).is_in(receivable))["label"]
        evidence = f"the name, and customers are named in the rows: {listed(names)}"
        decision = Decision("receivable accounts", listed(receivable), evidence)
        return _journal(header, accounts, receivable, every, proof, (balanced, decision))
    alone = [value for value in every if _only_there(lines, header, value, customers)]
    if len(alone) == 1 and not named:
        evidence = "customers are named in all of its rows and in no others, and it is debited more than credited"
        decision = Decision("receivable accounts", alone[0], evidence)
        return _journal(header, accounts, alone, every, proof, (balanced, decision))
    asked = _which(lines, labels, header, file)
    return _journal(header, accounts, named or every[:1], every, proof, (balanced,), (asked,))


def _journal(
    header: str,
    accounts: list[str],
    receivable: list[str],
    every: list[str],
    proof: Proof,
    decisions: tuple[Decision, ...],
    questions: tuple[Question, ...] = (),
) -> Journal:
    others = tuple(value for value in every if value not in receivable)
    return Journal(header, tuple(accounts), tuple(receivable), others, proof, decisions, questions)


def _of_customers(lines: pl.DataFrame, header: str, values: list[str], customers: list[str]) -> bool:
    """Whether a customer is named in the rows of accounts, as far as the file names customers at all."""
    rows = lines.filter(pl.col(header).is_in(values))
    shares = [1 - rows[name].null_count() / max(1, rows.height) for name in customers]
    return not shares or max(shares) >= _MOSTLY


def _only_there(lines: pl.DataFrame, header: str, value: str, customers: list[str]) -> bool:
    mine, others = lines.filter(pl.col(header) == value), lines.filter(pl.col(header) != value)
    # The account of payables names partners in all of its rows too, but is credited more than debited.
    net = mine.select(pl.col("= debit").sum() - pl.col("= credit").sum()).item()
    return net >= 0 and any(not mine[name].null_count() and others[name].is_null().all() for name in customers)


def _which(lines: pl.DataFrame, labels: pl.DataFrame, header: str, file: str) -> Question:
    sums = lines.group_by(header, maintain_order=True).agg(net=pl.col("= debit").sum() - pl.col("= credit").sum())
    known = dict(labels.iter_rows())
    candidates = [
        Candidate((str(value),), f"{net / 10**6:,.2f}", str(known[value]))
        for value, net in sums.head(_MOST).iter_rows()
    ]
    text = f"{file} is a general journal. Which accounts under {header!r} are the receivables from customers?"
    return Question(("keep", header), text, tuple(candidates))
