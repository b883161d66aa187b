"""Exports that are no list of open items: accounts with a running balance, with matching marks or with references.

What a form is, its arithmetic says: a balance that each row carries on, rows with one mark that add up to zero, credits
that name the number of a debit. The words of the headers only name the columns.
"""

import re
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any, Final, Self

import polars as pl

from arkit.errors import ReadingError, listed
from arkit.files.body.accounts import balance_before, begins_with
from arkit.files.body.header import text_after
from arkit.files.body.proofs import Relation, amounts
from arkit.files.questions import Candidate, Question
from arkit.model.layout import ColumnRole, Decision, Proof
from arkit.recognise.arithmetic import Facts
from arkit.recognise.columns import Columns, Key, is_unique
from arkit.recognise.journals import Journal
from arkit.recognise.values import sum_of
from arkit.words.vocabulary import without_currency, words

_HALF: Final = 0.5
_MOSTLY: Final = 0.8
_NEEDED: Final = 2
_CODE: Final = r"^[\d.]{2,12}$"
_ROLES: Final = ("debit", "credit", "balance")


@dataclass(frozen=True)
class Form:
    """What a form makes of the columns of a file: other columns, settings of the layout, roles, what is to be asked.

    ``rows`` are the likely items that count, ``above`` the lines above the header; ``settings`` are those of the table.
    """

    columns: Columns
    rows: pl.DataFrame
    file: str
    above: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    roles: tuple[ColumnRole, ...] = ()
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def is_account(self) -> bool:
        """Whether documents and payments are rows alike."""
        return bool(self.settings.get("allocate"))

    def naming(self, *without: str, **named: str) -> Self:
        """The form with some columns named, and some names left out."""
        of = {name: header for name, header in self.columns.of.items() if name not in without}
        of = {name: header for name, header in of.items() if header not in named.values()} | named
        gone = {*without, *named}
        rivals = {name: headers for name, headers in self.columns.rivals.items() if name not in gone}
        kept = tuple(each for each in self.columns.decisions if each.what not in gone)
        return replace(self, columns=replace(self.columns, of=of, rivals=rivals, decisions=kept))

    def setting(self, **settings: Any) -> Self:
        """The form with more settings of the table."""
        return replace(self, settings={**self.settings, **settings})

    def adding(self, *found: Decision | ColumnRole | Question) -> Self:
        """The form with more decisions, roles of columns and questions."""
        return replace(
            self,
            decisions=(*self.decisions, *(each for each in found if isinstance(each, Decision))),
            roles=(*self.roles, *(each for each in found if isinstance(each, ColumnRole))),
            questions=(*self.questions, *(each for each in found if isinstance(each, Question))),
        )


def recognise_form(form: Form, rows: pl.DataFrame, facts: Facts) -> Form:
    """The form of an account, or the one that is given: ``rows`` are all below the header, openings among them."""
    form = _with_account_of_card(_with_our_half(form, facts), facts)
    # A card is an account already: the accounts debited and credited say so, and on which side each row is.
    if "minus_when" in form.settings:
        return form
    # The strongest proof first: a balance holds row by row, marks for each group, references for some, the edges once.
    for recognised in (_with_running_balance, _with_marks, _with_references, _with_edges):
        found = recognised(form, rows, facts)
        if found.decisions != form.decisions and found.is_account:
            return _with_reference(found, facts)
        form = found
    return _with_reference(form, facts) if form.is_account else form


def _with_our_half(form: Form, facts: Facts) -> Form:
    """The form of two halves side by side, ours and the partner's: what is debit in one is credit in the other."""
    debits, credits = (form.columns.rivals.get(name, ()) for name in ("debit", "credit"))
    if len(debits) != 2 or len(credits) != 2:
        return form
    pairs = [(debits[0], credits[1]), (credits[0], debits[1])]
    equal = [_amounts(form.rows, one, facts).eq_missing(_amounts(form.rows, other, facts)) for one, other in pairs]
    if int((equal[0] & equal[1]).sum()) < _MOSTLY * form.rows.height:
        return form
    # In reconciliation acts the left half is that of the company that wrote them.
    ours = form.rows.columns.index(debits[0]) < form.rows.columns.index(debits[1])
    first, second = (0, 1) if ours else (1, 0)
    evidence = "the left half; the right one has the same amounts on the other side"
    form = form.naming(debit=debits[first], credit=credits[first])
    theirs = (debits[second], credits[second])
    form = _with_partner(form)
    form = form.adding(Decision("our half", f"{debits[first]}, {credits[first]}", evidence, "likely"))
    return form.adding(*(ColumnRole(header, "proof", "the partner's half", evidence) for header in theirs))


def _with_partner(form: Form) -> Form:
    """The form with the partner's name: a row above the header names whose half each is, ours first."""
    pattern = rf"(?i){'|'.join(words('rows', 'half'))}"
    for line in form.above:
        labels = [match.group() for match in re.finditer(pattern, line)]
        if len(labels) == 2 and (name := text_after(labels[-1], [line])):
            _, currency = without_currency(line)
            named = {form.columns.of["debit"]: currency} if currency else {}
            currencies = {**form.columns.currencies, **named}
            form = replace(form, columns=replace(form.columns, currencies=currencies))
            decision = Decision("customer_id", name, f"above the right half: {line}")
            return form.setting(stated_above={"customer_id": labels[-1]}).adding(decision)
    return form


def _with_account_of_card(form: Form, facts: Facts) -> Form:
    """The form of a card, where each row has one amount twice, between the account debited and the account credited.

    One account is in every row, on either side: it is the card's, and what credits it has a minus.
    """
    of = form.columns.of
    if not {"debit", "credit"} <= {*of} or not _is_twice(form, facts):
        return form
    codes = [name for name in form.rows.columns if name not in ("source_row", of["debit"], of["credit"])]
    codes = [name for name in codes if form.rows[name].str.contains(_CODE).fill_null(False).all()]
    for debited, credited in combinations(codes, 2):
        both = form.rows.select(debited, credited)
        mine = [value for value in both[debited].unique() if _is_of_card(both, value)]
        # Two accounts in every row would leave open whose card it is.
        if len(mine) == 1:
            return _signed_by_account(form, debited, credited, mine[0])
    return form


def _is_twice(form: Form, facts: Facts) -> bool:
    debit, credit = (_amounts(form.rows, form.columns.of[name], facts) for name in ("debit", "credit"))
    return form.rows.height > 1 and bool((debit == credit).fill_null(False).all())


def _is_of_card(both: pl.DataFrame, value: str) -> bool:
    sides = both.select(pl.all() == value)
    return bool(sides.select(pl.sum_horizontal(pl.all()) == 1).to_series().all())


def _signed_by_account(form: Form, debited: str, credited: str, account: str) -> Form:
    evidence = f"the account {account} is in every row, debited under {debited}, credited under {credited}"
    amount, again = form.columns.of["debit"], form.columns.of["credit"]
    balance = [form.columns.of[name] for name in ("balance", "open_amount") if name in form.columns.of]
    form = _without_amounts(form).naming("debit", "credit", "account", amount=amount)
    form = form.setting(minus_when={credited: (account,)}, allocate="oldest_first")
    roles = [ColumnRole(header, "mapped", "sign", evidence) for header in (debited, credited)]
    roles.append(ColumnRole(again, "proof", "amount", "the same in every row"))
    roles += [ColumnRole(header, "proof", "running balance", "of the account") for header in balance]
    return form.adding(Decision("form", "card of an account", evidence), *roles)


def _with_edges(form: Form, rows: pl.DataFrame, facts: Facts) -> Form:
    """An account whose opening and closing balance differ by what its rows add up to."""
    of = form.columns.of
    if not {"debit", "credit"} <= {*of}:
        return form
    nets = [_net(_saying(rows, kind), form, facts) for kind in ("opening", "closing")]
    moved = _net(form.rows.join(_saying(rows, "opening", "closing"), on="source_row", how="anti"), form, facts)
    # By size: some systems write the closing balance on the other side, to make both equal.
    if nets[1] == 0 or abs(nets[0] + moved) != abs(nets[1]):
        return form
    evidence = "the opening balance and all rows add up to the closing balance"
    return _without_amounts(form).setting(allocate="oldest_first").adding(Decision("form", "account", evidence))


def _saying(rows: pl.DataFrame, *kinds: str) -> pl.DataFrame:
    """The rows that begin with a word of a kind, in any of their cells."""
    texts = [name for name in rows.columns if name != "source_row"]
    says = pl.any_horizontal(pl.col(text).str.contains(begins_with(*kinds)) for text in texts)
    return rows.filter(says.fill_null(False))


def _net(rows: pl.DataFrame, form: Form, facts: Facts) -> int:
    debit, credit = (_amounts(rows, form.columns.of[name], facts).sum() for name in ("debit", "credit"))
    return int(debit or 0) - int(credit or 0)


def _with_running_balance(form: Form, rows: pl.DataFrame, facts: Facts) -> Form:
    """An account whose balance is carried on from row to row.

    A list of open items may state a running balance too: it brings nothing forward, and its credits pay nothing in it.
    """
    stated = form.columns.of.get("balance")
    meant = [each for each in facts.running if each.fits or each.broken]
    fitting = [each for each in meant if stated in (None, *each.proof.of("balance"))]
    if not fitting:
        return form
    proof = fitting[0].proof
    amounts = {"debit": proof.of("debit")[0], **({"credit": proof.of("credit")[0]} if proof.of("credit") else {})}
    if not proof.of("credit"):
        amounts = {"amount": proof.of("debit")[0]}
    balance = proof.of("balance")[0]
    by = f", by {listed(proof.of('by'))}" if proof.of("by") else ""
    evidence = f"each of {fitting[0].agreeing} rows adds its amount to it{by}"
    form = _without_amounts(form).naming(**amounts).setting(proofs=(*form.settings.get("proofs", ()), proof))
    form = form.adding(
        Decision("running balance", balance, evidence), ColumnRole(balance, "proof", "running balance", evidence)
    )
    form = _with_direction(_with_owner(form, proof), balance, facts)
    why = _why_account(form, rows, facts, proof)
    return form.setting(allocate="oldest_first").adding(Decision("form", "account", why)) if why else form


def _without_amounts(form: Form) -> Form:
    return form.naming("open_amount", "amount", "balance", "base_open_amount", "open_debit", "open_credit")


def _with_owner(form: Form, proof: Proof) -> Form:
    """The form with the customer whose balance it is, where no word names the column."""
    by = proof.of("by")
    if not by or {"customer_id", "name"} & {*form.columns.of} or by[0] in form.columns.of.values():
        return form
    evidence = "the running balance begins again with each of its values"
    return form.naming(customer_id=by[0]).adding(Decision("customer_id", by[0], evidence))


def _with_direction(form: Form, balance: str, facts: Facts) -> Form:
    """The form with a mark that only says on which side the balance is."""
    header = form.columns.of.get("mark", form.columns.of.get("side"))
    if header is None:
        return form
    signs = pl.DataFrame({"mark": form.rows[header], "sign": _amounts(form.rows, balance, facts).sign()}).drop_nulls()
    if signs.filter(pl.col("sign") != 0).group_by("mark").agg(pl.col("sign").n_unique())["sign"].max() not in (None, 1):
        return form
    return form.naming("mark", "side").adding(ColumnRole(header, "proof", "side of the balance", "one sign for each"))


def _amounts(rows: pl.DataFrame, header: str | None, facts: Facts) -> pl.Series:
    if header is None:
        return pl.repeat(0, rows.height, eager=True)
    return amounts(rows[header], mark=facts.cells.mark)


def _why_account(form: Form, rows: pl.DataFrame, facts: Facts, proof: Proof) -> str:
    """Why rows with a running balance are an account; nothing where they are a list, or an opening contradicts it."""
    opening = _saying(rows, "opening")
    amounts = [*proof.of("debit"), *proof.of("credit"), *proof.of("balance")]
    carried = opening.filter(pl.any_horizontal(pl.col(amounts).str.contains("[1-9]")))
    if carried.height:
        _refuse_misfit(form, carried, facts, proof)
        return f"{carried.height} balances are brought forward"
    # A list of open items may have a row for an opening of nothing
    # too: then credits must have the amounts of documents before them.
    if opening.is_empty():
        return "a balance that each row carries on, and payments among the rows"
    credits, paying = _paying(form, facts)
    return f"{paying} of {credits} credits are the amount of a document before" if paying > credits * _HALF else ""


def _refuse_misfit(form: Form, carried: pl.DataFrame, facts: Facts, proof: Proof) -> None:
    """Refuse what is brought forward and is not what some first balance has before its own row."""
    items = form.rows.join(carried.select("source_row"), on="source_row", how="anti")
    before = balance_before(items, proof, facts.cells.mark)
    debit, credit, balance = (_amounts(carried, (*proof.of(role), None)[0], facts) for role in _ROLES)
    amount = debit.fill_null(0) - credit.fill_null(0)
    stated = balance.zip_with(amount == 0, amount) if proof.of("credit") else amount
    misfit = carried.filter((stated != 0) & ~stated.is_in(before.to_physical().implode()))
    if misfit.height:
        row, *texts = misfit.row(0)
        raise ReadingError(
            f"Row {row} of {form.file} is an opening balance ({' '.join(filter(None, texts))}), and the balance that "
            "the rows below it carry on does not have it. Export the account again, or the open items of a day."
        )


def _paying(form: Form, facts: Facts) -> tuple[int, int]:
    """How many credits there are, and how many have exactly the amount of an earlier debit of the customer."""
    of = form.columns.of
    customer = [of[name] for name in ("customer_id", "name") if name in of][:1]
    amounts = {name: _amounts(form.rows, of.get(name), facts) for name in ("debit", "credit")}
    lines = form.rows.select("source_row", *customer).with_columns(**amounts)
    debits = lines.filter(pl.col("debit") > 0).select(*customer, "debit", before="source_row")
    credits = lines.filter(pl.col("credit") > 0).select("source_row", *customer, "credit")
    # A credit may meet several debits of its amount, so credits are counted below and not pairs.
    both = credits.join(debits, left_on=[*customer, "credit"], right_on=[*customer, "debit"])
    return credits.height, both.filter(pl.col("before") < pl.col("source_row"))["source_row"].n_unique()


def _with_marks(form: Form, rows: pl.DataFrame, facts: Facts) -> Form:
    """An account in which rows that belong together have one mark: they add up to zero."""
    stated = form.columns.of.get("match")
    found = [each for each in facts.marks if (each.fits or each.broken) and stated in (None, *each.proof.of("mark"))]
    # Marks that do not all add up stay marks, but are no proof to hold next month's file against.
    whole = bool(found) and found[0].fits
    found = found or _stated_marks(form, stated, facts)
    if not found:
        return form
    proof, header = found[0].proof, found[0].proof.of("mark")[0]
    if {*form.columns.of.values()} & {header} and header != stated:
        return form
    named, asked = _sides(form, proof, facts)
    evidence = f"rows with one mark add up to zero ({found[0].agreeing} rows)"
    form = _without_amounts(form).naming(**named, match=header).setting(allocate="by_reference")
    form = form.setting(proofs=(*form.settings.get("proofs", ()), *([proof] if whole else [])))
    return form.adding(Decision("match", header, evidence), Decision("form", "account", evidence), *asked)


def _stated_marks(form: Form, stated: str | None, facts: Facts) -> list[Relation]:
    """The marks of a column that is called so, though not all of them add up: what is left of those is a finding."""
    of = form.columns.of
    sides = {"debit": of.get("debit") or of.get("open_amount") or of.get("amount"), "credit": of.get("credit")}
    if stated is None or not sides["debit"]:
        return []
    named = {role: (header,) for role, header in sides.items() if header}
    found = facts.relation(Proof(kind="zero", columns={"mark": (stated,), **named}))
    return [found] if found.support else []


def _sides(form: Form, proof: Proof, facts: Facts) -> tuple[dict[str, str], tuple[Question, ...]]:
    """Which of two columns is the debit: what adds up to zero does not say, so their words do, or a person."""
    of = form.columns.of
    if not proof.of("credit"):
        return {"amount": proof.of("debit")[0]}, ()
    pair = (*proof.of("debit"), *proof.of("credit"))
    known = next((header for header in pair if header == of.get("debit")), None)
    known = known or next((header for header in pair if of.get("credit") in pair and header != of["credit"]), None)
    debit = known or pair[0]
    named = {"debit": debit, "credit": next(header for header in pair if header != debit)}
    if known:
        return named, ()
    mark, text = facts.cells.mark, f"Which column of {form.file} raises what is owed: {pair[0]!r} or {pair[1]!r}?"
    both = tuple(Candidate(one, sum_of(form.rows, [one], [other], mark=mark)) for one, other in (pair, pair[::-1]))
    return named, (Question(("columns", "debit"), text, both),)


def _with_references(form: Form, rows: pl.DataFrame, facts: Facts) -> Form:
    """An account whose credits name the debits that they pay."""
    _, header = _reference(form, facts)
    if not header:
        return form
    form = _without_amounts(form).setting(allocate="by_reference")
    return form.adding(Decision("form", "account", f"credits name in {header} the debits that they pay"))


def _with_reference(form: Form, facts: Facts) -> Form:
    """An account that says what its credits pay: then those that name nothing stay unapplied. Else the oldest first."""
    (document, header), marked = _reference(form, facts), "match" in form.columns.of
    if header and _document(form) is None:
        form = form.naming(document_id=document).adding(Decision("document_id", document, f"{header} names it"))
    if header:
        evidence = "credits name in it the numbers of debits"
        form = form.naming(reference=header).adding(Decision("reference", header, evidence))
    return form.setting(allocate="by_reference" if header or marked or _names_itself(form, facts) else "oldest_first")


def _names_itself(form: Form, facts: Facts) -> bool:
    """Whether most credits have the number of a debit of their customer."""
    document = _document(form)
    if document is None or not {"debit", "credit"} <= {*form.columns.of}:
        return False
    debits, credits = _debits_and_credits(form, document, facts)
    known = debits.select(pl.exclude("refers", "debit", "credit")).unique()
    naming = credits.join(known, on=known.columns, how="semi", nulls_equal=True)
    return naming.height > credits.height * _HALF


def _document(form: Form) -> str | None:
    return form.columns.of.get("document_id", form.columns.of.get("item_id"))


def _reference(form: Form, facts: Facts) -> tuple[str, str]:
    """The column of the documents, and the one in which credits name the debits of their customer.

    A debit names itself, or nothing. Where no word says which column has the documents, it is one with another text in
    every row that a second column names.
    """
    of, known = form.columns.of, _document(form)
    if not {"debit", "credit"} <= {*of}:
        return "", ""
    taken = {of[name] for name in ("debit", "credit", "customer_id", "name", "currency") if name in of}
    taken |= {*facts.cells.days, *form.columns.blank, "source_row"}
    others = [header for header in form.rows.columns if header not in taken | {*of.values()}]
    candidates = [*([of["reference"]] if "reference" in of else []), *others]
    documents = [known] if known else [header for header in others if is_unique(form.rows, header)]
    pairs = ((document, header) for document in documents for header in candidates if header != document)
    return next((pair for pair in pairs if _refers(form, pair[1], pair[0], facts)), ("", ""))


def _refers(form: Form, header: str, document: str, facts: Facts) -> bool:
    debits, credits = _debits_and_credits(form, document, facts, refers=header)
    own = debits.select((pl.col("refers").is_null() | (pl.col("refers") == pl.col("document"))).mean()).item()
    credits = credits.drop_nulls("refers")
    known = debits.select(pl.exclude("refers", "debit", "credit")).unique().rename({"document": "refers"})
    naming = credits.join(known, on=known.columns, how="semi", nulls_equal=True)
    # One number may be found among the documents by chance.
    several = naming["refers"].n_unique() >= _NEEDED
    return several and own is not None and own >= _MOSTLY and naming.height >= _MOSTLY * credits.height


def with_journal(form: Form, journal: Journal | None) -> Form:
    """The form of the receivable accounts of a journal, or the one that is given."""
    if journal is None:
        return form
    form = form.setting(**journal.settings).adding(*journal.decisions, *journal.roles, *journal.questions)
    evidence = "filled in the rows of the receivable accounts alone"
    named = dict(zip(("customer_id", "name"), journal.customers, strict=False))
    form = form.adding(*(Decision(name, header, evidence, "likely") for name, header in named.items()))
    return form.naming(account=journal.header, **named)


def _debits_and_credits(
    form: Form, document: str, facts: Facts, *, refers: str = ""
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with a debit alone, and those with a credit: customer, document, and what they refer to."""
    of = form.columns.of
    customer = [pl.col(of[name]).alias("customer") for name in ("customer_id", "name") if name in of][:1]
    amounts = {name: _amounts(form.rows, of[name], facts).fill_null(0) for name in ("debit", "credit")}
    lines = form.rows.select(*customer, refers=refers or document, document=document).with_columns(**amounts)
    debits = lines.filter((pl.col("debit") != 0) & (pl.col("credit") == 0))
    return debits, lines.filter(pl.col("credit") != 0)


def account_key(columns: dict[str, str]) -> Key:
    """The document of the rows of an account; its rows are numbered where they have none, or share it."""
    header = columns.get("document_id", columns.get("item_id"))
    if header is None:
        return Key(decisions=(Decision("item_id", "the row", "no column names the document", "likely"),))
    evidence = "the row where it is blank, or there before"
    return Key({"document_id": header}, decisions=(Decision("item_id", header, evidence),))
