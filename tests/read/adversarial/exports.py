"""An adversarial export, made of a seed: a true ledger in a form, its file, what it comes to, and the true answers.

What is not drawn: several files or sheets of one ledger; databases; notes, colours, formulas and merged cells of
workbooks; two tables in one sheet; side-by-side halves; headers of several lines; page breaks within the rows; broken
rows (text in a column of days, a cell too many); numbers that repeat by mistake; look-alike letters; days of other
calendars; returned or bounced payments; disputes, instalments paid in part, discounts and rounding differences; rates
that move between document and payment; more than one company; and information that is simply not there (a partial
payment without its amount), for which there is no right value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.read.adversarial import forms, ledgers
from tests.read.adversarial.forms import CURRENCIES, Form
from tests.read.adversarial.ledgers import Document
from tests.read.adversarial.tables import ACCOUNTS, AGING, BUCKETS, KINDS, Line, Money, bucket, bucket_names
from tests.read.adversarial.writing import MARKS, ORDERS, day_text, file_bytes

FIRST = date(2026, 1, 20)
REPEATED = ("row per payment", "failed payments")
WITHOUT_DUE = ("account", "general journal")
TYPED = ("unsigned types", "account with references", "account")
HIERARCHIES = ("sections", "contracts")
BY_CUSTOMER = ("account with references", "account", *HIERARCHIES)
MISLEADING = ("original less paid", "paid and status")
IN_ONE_CURRENCY = ("currency in header", "in thousands", "general journal", *BY_CUSTOMER)
EXTRAS = {
    "text": ("Spring order", "Delivery 12", "", "Rush", "Second batch", "Line service"),
    "mail": ("a@example.com", "office@example.org", "b.c@example.net"),
    "user": ("anna", "ben", "cem"),
    "address": ("Quai 1, 69001", "Hafenstr. 5", "12 Mill Rd", "ул. Садовая, 3"),
    "quantity": ("1", "2", "5", "10", "12"),
    "limit": ("10000", "25000", "50000"),
    "zone": ("North", "South", "West"),
}


@dataclass(frozen=True)
class Export:
    """A file and all that is known of it."""

    seed: int
    form: Form
    exported: date
    content: bytes
    right: Mapping[str, Mapping[str, str]]
    by_customer: tuple[str, ...]
    answers: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"export_{self.seed}.{self.form.file}"


def export(seed: int, language: str = "") -> Export:
    """The export of a seed, in another language than the drawn one where it is named; kinds take turns."""
    rng = Random(seed)
    kind = forms.KINDS[seed % len(forms.KINDS)]
    form = _possible(forms.draw(rng, kind))
    form = replace(form, language=language or form.language)
    exported = FIRST + timedelta(days=rng.randrange(300))
    documents = _documents(rng, form, exported)
    lines = _lines(rng, form, documents, exported)
    roles = _roles(form, lines)
    headers = _headers(rng, form, roles, documents[0].currency)
    body = [[line.get(role) for role in roles] for line in lines]
    above = _above(rng, form, documents[0].currency, exported)
    header, body = [headers[role] for role in roles], _with_total(form, roles, lines, body, documents)
    content = _sorted(form, header, body) if kind == "sorted" else file_bytes(form, above, header, body)
    right, by_customer = _right(form, documents, lines, exported)
    return Export(
        seed, form, exported, content, right, by_customer, _answers(form, headers, documents, lines, exported)
    )


def _possible(form: Form) -> Form:
    """The form without what its kind of file, or its kind, cannot have."""
    if form.kind in (*HIERARCHIES, "sorted", "long preamble", "account", "in thousands") and form.file == "parquet":
        form = replace(form, file="csv")
    changes: dict[str, Any] = {}
    if form.file == "parquet" or form.kind == "sorted":
        changes |= {"lines_above": 0, "total_below": False}
    if form.kind in ("document and base currency", "currency in cells"):
        changes |= {"currency": "column" if form.kind.startswith("document") else "in cells", "total_below": False}
    if form.kind == "currency in header":
        changes["currency"] = "in header"
    if form.kind in WITHOUT_DUE:
        changes["due_shown"] = False
    if form.kind in ("row per instalment", "unsigned types"):
        changes["due_shown"] = True
    if form.kind in BY_CUSTOMER:
        changes |= {"total_below": False, "status_shown": False, "blank": ""}
    if form.kind in ("matching marks", "row per payment", "failed payments", "general journal", "payables too"):
        changes["status_shown"] = False
    if form.kind in ("days overdue", "day in each row"):
        changes["day_given"] = form.shuffled
    if form.kind in BY_CUSTOMER:
        changes["customer"] = "name"
    if form.currency == "line above" and (form.file == "parquet" or form.kind == "sorted"):
        changes["currency"] = "not said"
    if form.kind == "general journal":
        changes["types_shown"] = False
    return replace(form, **changes)


def _documents(rng: Random, form: Form, exported: date) -> list[Document]:
    wanted = KINDS[form.kind].wanted(rng)
    if len(wanted.currencies) == 1:
        several = form.currency == "column" and form.kind not in IN_ONE_CURRENCY and rng.random() < 0.25
        wanted = replace(wanted, currencies=tuple(rng.sample(CURRENCIES, 2 if several else 1)))
    made = ledgers.draw(rng, wanted, exported)
    if form.kind == "in thousands":
        made = [replace(one, amount=one.amount * 10 // 1000 * 1000 or 1000) for one in made]
    if form.kind.startswith("settled on"):
        made = [
            replace(one, payments=one.payments[-1:] and (replace(one.payments[-1], amount=one.amount),)) for one in made
        ]
    if KINDS[form.kind].only_open:
        made = [one for one in made if one.open]
    return made


def _lines(rng: Random, form: Form, documents: list[Document], exported: date) -> list[Line]:
    extras = {name: [rng.choice(EXTRAS[name]) or None for _ in range(4)] for name in form.extras}
    if form.kind in BY_CUSTOMER:
        documents = sorted(documents, key=lambda one: (one.customer.name, one.day))
    made = []
    for place, one in enumerate(documents):
        for line in KINDS[form.kind].lines(form, one, exported, rng):
            own = {name: cells[(place + len(line)) % 4] for name, cells in extras.items()}
            made.append({**_base(form, one, exported), **own, **line, "of": one})
    if form.kind in ("account", "account with references"):
        made = _with_balance(form, made)
    if form.kind in HIERARCHIES:
        made = _with_sections(form, made)
    if form.kind == "currency in cells":
        for line in made:
            line["open_amount"] = replace(line["open_amount"], currency=line["of"].currency)
    return made


def _base(form: Form, one: Document, exported: date) -> Line:
    line: Line = {"item_id": one.number, "document_date": one.day, "currency": one.currency, "due_date": one.due}
    line |= {"customer_id": one.customer.number, "name": one.customer.name, "kind": one.kind}
    line["status"] = form.texts("statuses")[one.status(exported) if one.fate != "payable" else "open"]
    return line


def _with_balance(form: Form, lines: list[Line]) -> list[Line]:
    """Rows in the order of days within each customer, with a running balance; an account begins with what was open."""
    made: list[Line] = []
    lines = sorted(lines, key=lambda line: (line["name"], line["document_date"]))
    balance, before = 0, ""
    for line in lines:
        if line["name"] != before:
            balance, before = 0, line["name"]
            if form.kind == "account":
                balance = 12300 * (1 + len(before) % 3)
                opened = {"name": before, "item_type": form.word("opening"), "balance": Money(balance), "debit": None}
                made.append({"kind": "opening", "of": line["of"], "currency": line["currency"], **opened})
        balance += (line["debit"] or Money(0)).cents - (line["credit"] or Money(0)).cents
        made.append({**line, "balance": Money(balance)})
    return made


def _with_sections(form: Form, lines: list[Line]) -> list[Line]:
    """A row with the name of the customer above its documents, with the sum of them where the form has it."""
    made: list[Line] = []
    for number, name in enumerate(dict.fromkeys(line["name"] for line in lines)):
        own = [line for line in lines if line["name"] == name]
        summed = {"open_amount": Money(sum(line["open_amount"].cents for line in own))} if form.shuffled else {}
        above = {**summed, "of": own[0]["of"], "kind": "section"}
        made.append({**above, "item_id": name})
        if form.kind == "contracts":
            made.append({**above, "item_id": f"{form.word('contract')} № {number + 3}"})
        made += own
    return made


def _roles(form: Form, lines: list[Line]) -> list[str]:
    """The columns of the file, in their order."""
    given = {role for line in lines for role in line}
    shown = {
        "customer_id": form.customer in ("both", "number"),
        "name": form.customer in ("both", "name"),
        "due_date": form.due_shown,
        "currency": form.currency == "column",
        "item_type": form.kind in TYPED or form.types_shown,
        "status": form.status_shown or "status" in KINDS[form.kind].needed,
        "reference": form.kind == "account with references",
        "match": form.kind == "matching marks",
    }
    if form.kind in HIERARCHIES:
        shown |= {"customer_id": False, "name": False}
    for line in lines:
        line.setdefault("item_type", form.texts("types").get(line["kind"]))
    roles = [role for role in dict.fromkeys(role for line in lines for role in line) if role not in ("of", "kind")]
    roles = [role for role in roles if role in given | {"item_type"} and shown.get(role, True)]
    if form.shuffled and form.kind not in HIERARCHIES:
        Random(len(roles)).shuffle(roles)
    return roles


def _headers(rng: Random, form: Form, roles: list[str], currency: str) -> dict[str, str]:
    """The header of each column, each another; a misleading form calls what was billed as others call what is open."""
    made: dict[str, str] = {}
    for role in roles:
        meant = "open_amount" if role == "amount" and form.misleading and form.kind in MISLEADING else role
        words = [form.word(meant, place) for place in (rng.randrange(6), 0, 1, 2, 3)] if role not in AGING else []
        words = words or [bucket_names(form)[AGING.index(role)]]
        if form.currency == "in header" and role == KINDS[form.kind].needed[0]:
            words = [f"{word} ({currency})" for word in words]
        words = [_written(word, form.headers) for word in words]
        free = [word for word in words if word not in made.values()]
        made[role] = free[0] if free else f"{words[0]} {len(made)}"
    return made


def _written(header: str, how: str) -> str:
    """A header as a program writes it: due_date, DUE DATE."""
    if how == "snake":
        return re.sub(r"[^\w+-]+", "_", header.lower()).strip("_")
    return header.upper() if how == "upper" else header


def _above(rng: Random, form: Form, currency: str, exported: date) -> list[list[str]]:
    lines = [[form.word("title")], ["Example Trading 7"], []][: form.lines_above]
    if form.currency == "line above":
        lines.insert(0, [f"{form.word('in_currency')} {currency}"])
    if form.kind == "in thousands":
        lines.insert(0, [f"{form.word('thousands')} {currency}"])
    if form.kind == "day in each row" or (form.day_given and form.lines_above > 1):
        lines.insert(0, [f"{form.word('as_of')} {day_text(exported, form)}"])
    if form.kind == "long preamble":
        lines += [[f"Note {place} of the report"] for place in range(rng.randrange(50, 80))]
    return lines if form.file != "parquet" and form.kind != "sorted" else []


ADDED_UP = ("amount", "open_amount", "paid", "net_amount", "tax", "debit", "credit", *AGING)


def _with_total(
    form: Form, roles: list[str], lines: list[Line], body: list[list[Any]], documents: list[Document]
) -> list[list[Any]]:
    """The rows and, where the form has one, the row of the total."""
    if not form.total_below or len({one.currency for one in documents}) > 1 or form.kind in REPEATED:
        return body
    text = next(role for role in roles if role in ("item_id", "name", "customer_id"))
    total: list[Any] = []
    for role in roles:
        amounts = [line[role] for line in lines if isinstance(line.get(role), Money)]
        unit = amounts[0].unit if amounts else 1
        summed = Money(sum(amount.cents for amount in amounts), unit=unit) if role in ADDED_UP else ""
        total.append(form.word("total") if role == text else summed)
    return [*body, [cell if cell != "" or form.file == "csv" else None for cell in total]]


def _sorted(form: Form, header: list[str], body: list[list[Any]]) -> bytes:
    """A file whose rows were sorted with the header among them."""
    marked = [[*row] for row in body]
    place = len(marked) // 2
    return file_bytes(form, [], *_header_at(form, header, marked, place))


def _header_at(form: Form, header: list[str], body: list[list[Any]], place: int) -> tuple[list[Any], list[list[Any]]]:
    from tests.read.adversarial.writing import text_of, value_of

    first, *rest = body
    written = [text_of(cell, form) if form.file == "csv" else value_of(cell) for cell in first]
    return written, [*rest[:place], header, *rest[place:]]


def _right(
    form: Form, documents: list[Document], lines: list[Line], exported: date
) -> tuple[dict[str, dict[str, str]], tuple[str, ...]]:
    """What is owed by currency, in buckets where due days are told, and by customer."""
    told = form.due_shown or form.kind in ("aging beside total", "aging alone", "days overdue")
    parts = _open_parts(form, documents, lines, exported)
    right: dict[str, dict[str, int]] = {}
    people: dict[str, int] = {}
    for one, due, amount in parts:
        of = right.setdefault(one.currency, {})
        name = "unapplied" if amount < 0 else BUCKETS[bucket(due, exported)]
        for key in (name, "net") if told else ("net",):
            of[key] = of.get(key, 0) + amount
        people[one.customer.name] = people.get(one.customer.name, 0) + amount
    if told:
        for of in right.values():
            del of["net"]
    shown = {currency: {key: f"{cents / 100:.2f}" for key, cents in of.items()} for currency, of in right.items()}
    return shown, tuple(sorted(f"{cents / 100:.2f}" for cents in people.values()))


def _open_parts(
    form: Form, documents: list[Document], lines: list[Line], exported: date
) -> list[tuple[Document, date, int]]:
    if form.kind in ("row per line", "row per instalment"):
        return [(line["of"], line["due_date"], line["open_amount"].cents) for line in lines if "open_amount" in line]
    parts = [(one, one.due, one.open) for one in documents if one.open]
    if form.kind == "account":
        parts += [(line["of"], exported, line["balance"].cents) for line in lines if line["kind"] == "opening"]
    return parts


HARMLESS = ("text", "mail", "user", "address", "quantity", "limit", "zone")
KEYS = ("item_id", "customer_id", "document_date", "due_date", "currency", "line")


def _answers(
    form: Form, headers: Mapping[str, str], documents: list[Document], lines: list[Line], exported: date
) -> dict[str, Any]:
    """The truth of everything that may be asked."""
    of_amount = [role for role in ("amount", "open_amount") if role in headers]
    columns: dict[str, Any] = {role: header for role, header in headers.items() if role not in (*HARMLESS, *AGING)}
    if len(of_amount) == 1 and not {"paid", "settled_on"} & {*KINDS[form.kind].needed}:
        columns |= dict.fromkeys(("amount", "open_amount"), headers[of_amount[0]])
    if "name" in headers and "customer_id" not in headers:
        columns["customer_id"] = headers["name"]
    if "item_id" in headers:
        columns["document_id"] = headers["item_id"]
    needed = {*KEYS, *KINDS[form.kind].needed, *(["name"] if form.customer == "name" else [])}
    needed |= {*(() if "due_date" in headers else AGING)}
    sides, types = form.texts("sides"), form.texts("types")
    return {
        "columns": columns,
        "ignored": [header for role, header in headers.items() if role not in needed],
        "statuses": {text: name for name, text in form.texts("statuses").items()},
        "types": {
            **{text: name for name, text in types.items()},
            form.word("opening"): "journal",
            sides["receivable"]: ["invoice", "receivable"],
            sides["payable"]: "not_receivable",
        },
        "keep": _keep(form, headers, lines),
        "credits": "minus" if form.kind in ("unsigned types", "side of an entry") else "plus",
        "currency": documents[0].currency,
        "base_currency": "EUR" if form.kind == "document and base currency" else documents[0].currency,
        "date_order": ORDERS.get(form.days, "ymd"),
        "decimal_mark": MARKS[form.amounts][1] if form.file == "csv" else ".",
        "unit": 1000 if form.kind == "in thousands" else 1,
        "covers_from": min(one.day for one in documents).isoformat(),
        "covers_until": exported.isoformat(),
    }


def _keep(form: Form, headers: Mapping[str, str], lines: list[Line]) -> dict[str, list[str]]:
    """The values whose rows are receivables, by header."""
    kept = {"side": [form.texts("sides")["receivable"]], "account": [ACCOUNTS["receivable"]]}
    kept["account_name"] = [form.texts("accounts")["receivable"]]
    kept["status"] = [form.texts("statuses")[name] for name in ("open", "overdue", "partly_paid")]
    present = {(role, line.get(role)) for role in kept for line in lines}
    shown = {role: [value for value in values if (role, value) in present] for role, values in kept.items()}
    return {headers[role]: values for role, values in shown.items() if role in headers}
