"""What is owed: which amounts of a file make the ledger, and what the others prove.

Several readings are possible where a file has several amounts. Words say what each may be, and the arithmetic of the
rows decides: net and tax add up to the total that is owed; paid and open add up to the amount; two columns that are
equal in the rows of one currency alone are the amounts in document and base currency; what is open is never more than
the amount; a total of the file is the sum of one column and not of another. Where that leaves two readings, it is
asked, with the total under each.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, Self

import polars as pl

from arkit.build.written_amounts import exact_amounts
from arkit.errors import ReadingError, listed
from arkit.files.body.proofs import Relation
from arkit.files.questions import Candidate, Hints, Question
from arkit.model.layout import ColumnRole, Decision, Proof
from arkit.recognise.arithmetic import Facts
from arkit.recognise.columns import Columns
from arkit.recognise.forms import Form
from arkit.recognise.values import sum_of
from arkit.words.vocabulary import any_of, currency_of

OPEN: Final = "open_amount"
AMOUNT_OWED: Final = (OPEN, "amount")
_BASE: Final = {"base_open_amount": OPEN, "base_amount": "amount"}
_SIDES: Final = ("debit", "credit", "open_debit", "open_credit")
_MOST_ASTRAY: Final = 0.02


@dataclass(frozen=True)
class Owed:
    """The role of each amount, what is added and deducted for one, and what proves it.

    ``of`` is role to header; ``plus`` and ``minus`` are canonical amount to the headers that make it.
    """

    of: dict[str, str]
    plus: dict[str, tuple[str, ...]] = field(default_factory=dict)
    minus: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rivals: dict[str, tuple[str, ...]] = field(default_factory=dict)
    base_currency: str = ""
    proofs: tuple[Proof, ...] = ()
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def roles(self) -> tuple[ColumnRole, ...]:
        """The amounts that change nothing, since what is open is stated: tax within it, what was paid beside it."""
        beside = [*self.rivals.get("amount", ()), *self.rivals.get("paid", ())]
        names = ("tax", "net_amount", "paid", "base_amount", "base_open_amount", "exchange_rate")
        beside += [self.of[name] for name in names if name in self.of]
        made = {header for headers in (*self.plus.values(), *self.minus.values()) for header in headers}
        free = [header for header in dict.fromkeys(beside) if header not in made | self.proven]
        is_stated = OPEN in self.of or OPEN in self.plus
        return tuple(ColumnRole(header, "harmless", "", "what is open is stated") for header in free if is_stated)

    @property
    def role(self) -> dict[str, str]:
        """Header to its role."""
        return {header: name for name, header in self.of.items()}

    @property
    def proven(self) -> set[str]:
        """The headers that a relation compares."""
        return {header for proof in self.proofs for header in proof.headers()}

    def having(self, evidence: str, *proofs: Proof, **roles: str) -> Self:
        """The same with these roles, the headers in no other one, and what proves it."""
        taken = {*roles.values()}
        kept = {name: header for name, header in self.of.items() if name not in roles and header not in taken}
        rivals = {name: self._without(headers, taken) for name, headers in self.rivals.items() if name not in roles}
        made = [Decision(name, header, evidence) for name, header in roles.items() if self.of.get(name) != header]
        return replace(
            self,
            of={**kept, **roles},
            # Of whom all rivals but one have another role, there is nothing left to decide.
            rivals={name: headers for name, headers in rivals.items() if len(headers) > 1},
            proofs=(*self.proofs, *(proof for proof in proofs if proof not in self.proofs)),
            decisions=(*self.decisions, *made),
        )

    @staticmethod
    def _without(headers: Iterable[str], taken: set[str]) -> tuple[str, ...]:
        return tuple(header for header in headers if header not in taken)

    def without(self, name: str) -> Self:
        """The same without a role."""
        return replace(self, of={role: header for role, header in self.of.items() if role != name})

    def asking(self, *questions: Question) -> Self:
        """The same with more questions."""
        return replace(self, questions=(*self.questions, *questions))


@dataclass(frozen=True)
class _File:
    """The rows of the likely items, what arithmetic found, the sums that the file states, and what a person said."""

    rows: pl.DataFrame
    facts: Facts
    stated: Mapping[str, frozenset[Decimal]]
    hints: Hints
    name: str
    read: dict[str, pl.Series] = field(default_factory=dict, repr=False, compare=False)

    @property
    def mark(self) -> str:
        return self.facts.cells.mark

    def sum(self, *plus: str, minus: Sequence[str] = ()) -> str:
        """The sum of columns, as it is shown beside a candidate."""
        return sum_of(self.rows, plus, minus, mark=self.mark)

    def exact(self, header: str) -> pl.Series:
        """A column as exact amounts, blank cells as 0; each is read once."""
        if header not in self.read:
            self.read[header] = exact_amounts(self.rows[header], decimal_mark=self.mark).fill_null(0)
        return self.read[header]

    def is_stated(self, header: str) -> bool:
        """Whether a total of the file is the sum of a column."""
        total = Decimal(self.exact(header).sum() or 0)
        return bool(total) and total in self.stated.get(header, ())

    def is_said(self, header: str) -> bool:
        """Whether a person said what a column is, or that it is ignored."""
        return header in self.hints.columns.values() or header in self.hints.ignored


def stated_sums(rows: pl.DataFrame, items: pl.DataFrame, *, mark: str) -> dict[str, frozenset[Decimal]]:
    """The amounts of each column in the rows that are not items: among them are the totals of the file."""
    others = rows.filter(~pl.col("source_row").is_in(items["source_row"].implode())).head(2000)
    names = [name for name in rows.columns if name != "source_row"]
    return {name: frozenset(exact_amounts(others[name], decimal_mark=mark).drop_nulls()) for name in names}


def recognise_owed(
    form: Form, columns: Columns, facts: Facts, stated: Mapping[str, frozenset[Decimal]], hints: Hints
) -> Owed:
    """The amounts that make the ledger, of a form in which they are open items or an account."""
    seen = _File(form.rows, facts, stated, hints, form.file)
    owed = Owed(dict(columns.of), rivals={**columns.rivals})
    if form.is_account:
        return _made_of_parts(_base_pairs(owed, seen, columns), seen, columns)
    # Relations first: each takes amounts out of those that could
    # be meant, and only what is left is made of parts or asked.
    for step in (_base_pairs, _sums, _sum_of_aging, _billed_or_remaining, _open_unknown, _made_of_parts):
        owed = step(owed, seen, columns)
    owed = _compared(owed, seen)
    return owed.asking(*(_which(*each, seen) for each in _undecided(owed)))


def _undecided(owed: Owed) -> list[tuple[str, tuple[str, ...]]]:
    """The roles for which several amounts are left and that the ledger needs."""
    needed = [
        name for name in (*AMOUNT_OWED, "debit", "credit", "open_debit", "open_credit", "paid") if name in owed.rivals
    ]
    if OPEN in owed.of:
        # What is open is stated: which of several other amounts it is part of, or was paid, changes nothing.
        needed = [name for name in needed if name == OPEN]
    # Without a day of settling all of an amount is open, so it is what is open that is asked.
    snapshot = "settled_on" not in owed.of and OPEN not in owed.of
    return [(OPEN if name == "amount" and snapshot else name, owed.rivals[name]) for name in needed]


def _which(name: str, headers: Sequence[str], seen: _File) -> Question:
    text = f"Which column of {seen.name} is the {name}? {' and '.join(map(repr, headers[:2]))} could be, and differ."
    if len(headers) == 1:
        text = f"Is the column {headers[0]!r} of {seen.name} the {name}? No column is known to hold amounts."
    return Question(("columns", name), text, tuple(Candidate(header, seen.sum(header)) for header in headers))


def refuse_open_in_base(columns: Columns, facts: Facts, hints: Hints, file: str) -> None:
    """Refuse a file that says what is open in base currency alone: no rate is that of a part that is paid.

    Raises
    ------
    ReadingError
        The column of what is open, and the two amounts between which it is.
    """
    said = {*hints.columns.values(), *hints.ignored}
    stated = {columns.of.get(OPEN), columns.of.get("balance"), *columns.rivals.get(OPEN, ())} - {None, *said}
    for relation in facts.base_pairs:
        pair = (*relation.columns["document"], *relation.columns["base"])
        for header in [name for name in columns.of.values() if name in stated and name not in pair]:
            within = [name for name in pair if facts.at_most(header, name).fits]
            owed = Owed(dict(columns.of), rivals=columns.rivals)
            if relation.holds and len(within) == 1 and not _is_base(next(n for n in pair if n != within[0]), owed):
                raise ReadingError(
                    f"{header!r} of {file} is what is open of {within[0]!r}, and {listed(map(repr, pair))} are one "
                    "amount in two currencies. What is open in the currency of the document is not in the file: export "
                    "it too."
                )


def _base_pairs(owed: Owed, seen: _File, columns: Columns) -> Owed:
    """The amounts of which one is in the currency of the document and the other in base currency."""
    for relation in seen.facts.base_pairs:
        first, second = relation.columns["document"][0], relation.columns["base"][0]
        if relation.holds and not seen.is_said(first) and not seen.is_said(second):
            owed = _paired(owed, seen, relation, first, second)
    return owed


def _paired(owed: Owed, seen: _File, relation: Relation, first: str, second: str) -> Owed:
    named = [header for header in (first, second) if not _is_base(header, owed)]
    document = named if len(named) == 1 else _by_rate(first, second, owed, seen)
    if not document and OPEN not in seen.hints.columns:
        text = (
            f"{first!r} and {second!r} of {seen.name} are equal where the currency is {relation.value}, so one of them "
            "is in base currency. Which is in the currency of the document?"
        )
        sums = tuple(Candidate(header, seen.sum(header)) for header in (first, second))
        owed = owed.asking(Question(("columns", OPEN), text, sums))
    own = document[0] if document else first
    other = second if own == first else first
    roles = {owed.role.get(own, ""), owed.role.get(other, ""), *_rival_of(owed, own, other)}
    name = "amount" if roles & {"amount", "base_amount"} and not roles & {OPEN, "base_open_amount"} else OPEN
    # Beside a known debit or credit, a pair that no word calls an amount is a part of them, not what is owed.
    is_main = roles & {"amount", OPEN, *_BASE} or not {*_SIDES} & {*owed.of}
    evidence = f"equal where the currency is {relation.value}, different elsewhere"
    proof = Proof(kind="base", columns={**relation.columns, "document": (own,), "base": (other,)}, value=relation.value)
    owed = replace(owed, base_currency=owed.base_currency or currency_of(relation.value))
    return owed.having(evidence, proof, **({name: own, f"base_{name}": other} if is_main else {}))


def several_currencies(
    rows: pl.DataFrame, of: Mapping[str, str], main: Sequence[str], mark: str, file: str
) -> tuple[Question, ...]:
    """A question where amounts are in several currencies and no column says in which.

    Amounts of one currency are equal to those in base currency in every row, or in none.
    """
    asked = []
    for name in _BASE:
        if name not in of or len(main) != 1 or of[name] in main:
            continue
        own, base = (exact_amounts(rows[header], decimal_mark=mark).fill_null(0) for header in (main[0], of[name]))
        equal = (own == base).filter(own != 0)
        if equal.any() and not equal.all():
            text = f"{main[0]!r} of {file} is in several currencies: in some rows {of[name]!r} is the same. In which?"
            total = sum_of(rows, (of[name],), (), mark=mark)
            in_base = Candidate(of[name], total, "all amounts in base currency", ("columns", OPEN))
            asked.append(Question(("columns", "currency"), text, (in_base,)))
    # Both amounts would ask the same.
    return tuple(asked[:1])


def _rival_of(owed: Owed, *headers: str) -> set[str]:
    return {name for name, rivals in owed.rivals.items() if {*headers} & {*rivals}}


def _is_base(header: str, owed: Owed) -> bool:
    return owed.role.get(header) in _BASE or bool(re.search(any_of("currency_words", "base"), header))


def _by_rate(first: str, second: str, owed: Owed, seen: _File) -> list[str]:
    """The amount that becomes the other one by the rate of its row."""
    header = owed.of.get("exchange_rate")
    if header is None:
        return []
    rate = seen.exact(header).cast(pl.Float64)
    one, two = (seen.exact(name).cast(pl.Float64) for name in (first, second))
    # A stated rate has few digits, so the other amount is met only to within a thousandth and rounding.
    near = [((a * rate - b).abs() <= 0.02 + 0.001 * b.abs()).all() for a, b in ((one, two), (two, one))]
    return [first] if near == [True, False] else [second] if near == [False, True] else []


def _sums(owed: Owed, seen: _File, _columns: Columns) -> Owed:
    """What two columns that add up to a third one are: net and tax, or paid and open."""
    for relation in seen.facts.sums:
        parts, whole = _normal(relation.proof)
        if not relation.holds or any(map(seen.is_said, (*parts, whole))):
            owed = _known_sum(owed, relation)
        elif len(parts) == 2:
            owed = _of_two(owed, relation, parts, whole)
        else:
            owed = _known_sum(owed, relation)
    return owed


def _normal(proof: Proof) -> tuple[tuple[str, ...], str]:
    """A sum, or the difference that says the same, as its parts and the whole."""
    if proof.of("minus") and len(proof.of("plus")) == 1:
        return (*proof.of("is"), *proof.of("minus")), proof.of("plus")[0]
    return proof.of("plus"), proof.of("is")[0]


def _known_sum(owed: Owed, relation: Relation) -> Owed:
    """A sum of columns that are known otherwise is a proof."""
    known = {*owed.of.values(), *owed.proven}
    mine = {*relation.proof.headers()}
    return owed.having("", relation.proof) if relation.holds and len(mine - known) <= 1 else owed


def _of_two(owed: Owed, relation: Relation, parts: tuple[str, ...], whole: str) -> Owed:
    role = {header: _role(header, owed) for header in (*parts, whole)}
    of_parts = {role[header]: header for header in parts}
    first, second = parts
    if {"tax", "net_amount"} & {*of_parts}:
        tax = of_parts.get("tax") or (second if of_parts["net_amount"] == first else first)
        net = second if tax == first else first
        evidence = f"{net} and {tax} add up to it in every row: the customer owes the amount with tax"
        # What is called open stays open: as the amount it would be all that was ever billed.
        if role[whole] == OPEN:
            return owed.having(evidence, relation.proof, tax=tax, net_amount=net)
        return owed.having(evidence, relation.proof, tax=tax, net_amount=net, amount=whole)
    if "paid" in of_parts or OPEN in of_parts:
        paid = of_parts.get("paid") or (second if of_parts[OPEN] == first else first)
        rest = second if paid == first else first
        if role[whole] in ("amount", OPEN, "") and role[rest] in (OPEN, "amount", ""):
            evidence = f"with {paid} it adds up to {whole} in every row"
            return owed.having(evidence, relation.proof, paid=paid, open_amount=rest, amount=whole)
    return _known_sum(owed, relation)


def _role(header: str, owed: Owed) -> str:
    """What the words of a header say, that of rivals included."""
    return owed.role.get(header) or next(iter(_rival_of(owed, header)), "")


def _sum_of_aging(owed: Owed, seen: _File, columns: Columns) -> Owed:
    """The amount that is the sum of the columns of an aging is what is open."""
    if len(columns.buckets) < 2:
        return owed
    wholes = {
        relation.columns["is"][0]: relation.proof
        for relation in seen.facts.sums
        if relation.holds and {*relation.columns["plus"]} <= {*columns.buckets}
    }
    fitting = [name for name in wholes if _role(name, owed) in ("", *AMOUNT_OWED)]
    if not fitting or (OPEN in owed.of and OPEN in seen.hints.columns):
        return owed
    # Of several columns that are the sum, what a header says counts before a total of the file.
    best = max(fitting, key=lambda name: (_role(name, owed) == OPEN, _role(name, owed) != "", seen.is_stated(name)))
    if OPEN in owed.of and best not in (owed.of[OPEN], *owed.rivals.get(OPEN, ())):
        return owed
    return owed.having("the columns of the aging add up to it in every row", wholes[best], open_amount=best)


def _billed_or_remaining(owed: Owed, seen: _File, _columns: Columns) -> Owed:
    """Whether an amount called due is what was billed or what is left, where only what was paid is beside it."""
    if not {OPEN, "paid"} <= {*owed.of} or "amount" in owed.of or OPEN in owed.rivals:
        return owed
    due, paid = owed.of[OPEN], owed.of["paid"]
    if OPEN in seen.hints.columns or not (seen.exact(paid) != 0).any():
        return owed
    amount, less = seen.exact(due), seen.exact(paid).abs()
    # More was paid than it amounts to in some row, so it can only be what is left.
    if ((less > amount.abs()) | ((amount == 0) & (less != 0))).any():
        return owed
    if ((amount == less) & (less != 0)).any():
        return owed.without(OPEN).having(f"what was billed: {paid} is the whole of it in some rows", amount=due)
    text = f"Is {due!r} of {seen.name} what was billed, of which {paid!r} is to be deducted, or what is left?"
    left = Candidate(due, seen.sum(due), "what is left")
    billed = Candidate(due, seen.sum(due, minus=[paid]), f"what was billed, less {paid}", ("columns", "amount"))
    return owed.asking(Question(("columns", OPEN), text, (left, billed)))


def _open_unknown(owed: Owed, seen: _File, columns: Columns) -> Owed:
    """An unknown column that is never more than the amount may be what is open: a total proves it, or it is asked."""
    unknown = _unknown(owed, seen, columns)
    if not {"amount", OPEN} & {*owed.of}:
        return owed
    if "amount" not in owed.of or OPEN in owed.of or "paid" in owed.of or "amount" in seen.hints.columns:
        return owed
    amount = owed.of["amount"]
    less = [name for name in unknown if seen.facts.at_most(name, amount).holds and (seen.exact(name) != 0).any()]
    proven = [name for name in less if seen.is_stated(name)]
    if len(proven) == 1 and not seen.is_stated(amount):
        return owed.having("never more than the amount, and a total of the file is its sum", open_amount=proven[0])
    if not less:
        return owed
    text = (
        f"{listed(map(repr, less))} of {seen.name} is never more than {amount!r}. Is it what is open, what was "
        "paid, or does it not bear on the number?"
    )
    return owed.asking(*(_what_is(name, amount, text, seen) for name in less))


def _what_is(name: str, amount: str, text: str, seen: _File) -> Question:
    return Question(
        ("columns", OPEN),
        text,
        (
            Candidate(name, seen.sum(name), "it is what is open"),
            Candidate(name, seen.sum(amount, minus=[name]), "it was paid", ("columns", "paid")),
            Candidate(name, seen.sum(amount), "it is ignored", ("ignored",)),
            Candidate(amount, seen.sum(amount), "the whole amount is open"),
        ),
    )


def _unknown(owed: Owed, seen: _File, columns: Columns) -> list[str]:
    """The columns of amounts that no word and no relation explains."""
    known = {*owed.of.values(), *owed.proven, *columns.buckets, *columns.harmless}.union(*owed.rivals.values())
    return [name for name in seen.facts.cells.amounts if name not in known and not seen.is_said(name)]


def _made_of_parts(owed: Owed, seen: _File, columns: Columns) -> Owed:
    """The amount where several columns make it: amount less paid, net and tax, debit and credit, an aging."""
    of = owed.of
    if "paid" in of and "amount" in of and OPEN not in of:
        return _less_paid(owed, seen)
    if {*AMOUNT_OWED} & {*of}:
        return _with_tax(owed, seen)
    for name, debit, credit in ((OPEN, "open_debit", "open_credit"), ("amount", "debit", "credit")):
        if {debit, credit} <= {*of}:
            return replace(owed, plus={name: (of[debit],)}, minus={name: (of[credit],)})
    # After the sides: where an amount has one, it is with tax, and what it is made of tells no side.
    if {"net_amount", "tax"} <= {*of}:
        return replace(owed, plus={"amount": (of["net_amount"], of["tax"])})
    if columns.buckets:
        return replace(owed, plus={OPEN: columns.buckets})
    if any(name in of for name in _BASE):
        # Alone, amounts in base currency are the amounts of the ledger, in one currency.
        return replace(owed, of={_BASE.get(name, name): header for name, header in of.items()})
    return _asked_for(owed, seen, columns)


def _asked_for(owed: Owed, seen: _File, columns: Columns) -> Owed:
    """Ask which column is owed where no word says so; the first is taken for going on."""
    candidates = [owed.of[name] for name in ("net_amount", "balance") if name in owed.of]
    candidates += [name for name in seen.facts.cells.amounts if name not in {*candidates, *owed.of.values()}]
    if not candidates:
        return owed
    return owed.having("asked", open_amount=candidates[0]).asking(_which(OPEN, candidates, seen))


def _less_paid(owed: Owed, seen: _File) -> Owed:
    """What is open is the amount less what was paid, in one column or in several: paid and credited."""
    amount, paid = owed.of["amount"], owed.of["paid"]
    several = owed.rivals.get("paid", ())
    taken = pl.DataFrame([seen.exact(header).alias(header) for header in several or (paid,)])
    together = taken.select(pl.sum_horizontal(pl.all())).to_series()
    # Together more than the amount, they were not all paid of it.
    if several and (together.abs() > seen.exact(amount).abs()).any():
        return owed
    headers = tuple(taken.columns)
    # By the sign of the amount: what was taken of a credit note has the other one.
    sign = together * seen.exact(amount)
    # Payments that have a minus of their own are added; deducted, they would raise what is open.
    negative = (sign < 0).any() and not (sign > 0).any()
    proof = Proof(kind="at_most", columns={"part": (paid,), "whole": (amount,)})
    fits = not several and seen.facts.relation(proof).holds
    return replace(
        owed,
        plus={OPEN: (amount, *headers) if negative else (amount,)},
        minus={} if negative else {OPEN: headers},
        rivals={name: rivals for name, rivals in owed.rivals.items() if name != "paid"},
        proofs=(*owed.proofs, *([proof] if fits else [])),
        decisions=(*owed.decisions, Decision(OPEN, f"{amount} less {listed(headers)}", "what is not paid is open")),
    )


def _with_tax(owed: Owed, seen: _File) -> Owed:
    """Ask whether an amount is with tax, where only the tax is beside it."""
    of = owed.of
    tax = of.get("tax")
    if tax is None or OPEN in of or tax in owed.proven or not (seen.exact(tax) != 0).any():
        return owed
    if {"amount", "net_amount", "tax"} & {*seen.hints.columns} or tax in seen.hints.ignored:
        return owed
    amount = of["amount"]
    text = f"{seen.name} has {amount!r} and {tax!r}. Is the tax in the amount, or does it come on top?"
    within = Candidate(amount, seen.sum(amount), "the tax is in it")
    on_top = Candidate(amount, seen.sum(amount, tax), "the tax comes on top", ("columns", "net_amount"))
    return owed.asking(Question(("columns", "amount"), text, (within, on_top)))


def _compared(owed: Owed, seen: _File) -> Owed:
    """What is open is never more than the amount, row by row; a file that says otherwise is asked."""
    of = owed.of
    if not {*AMOUNT_OWED} <= {*of} or of[OPEN] == of["amount"]:
        return owed
    if any({of[OPEN], of["amount"]} <= {*proof.headers()} for proof in owed.proofs):
        return owed
    relation = seen.facts.at_most(of[OPEN], of["amount"])
    # A payment that is not applied has no amount of its own in the columns of invoices.
    unapplied = int(((seen.exact(of["amount"]) == 0) & (seen.exact(of[OPEN]) < 0)).sum())
    astray = relation.tested - relation.agreeing - unapplied
    if astray <= _MOST_ASTRAY * max(1, relation.tested):
        return owed if unapplied else owed.having("", relation.proof)
    if OPEN in seen.hints.columns or "amount" in seen.hints.columns or OPEN in owed.rivals:
        return owed
    rows = listed(relation.against)
    text = (
        f"{of[OPEN]!r} of {seen.name} is more than {of['amount']!r} in {astray} rows ({rows}), so it is "
        "not what is left of it. Which is what is open?"
    )
    sums = tuple(Candidate(header, seen.sum(header)) for header in (of[OPEN], of["amount"]))
    return owed.asking(Question(("columns", OPEN), text, sums))
