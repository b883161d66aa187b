"""Each trap of an export by itself: the same three items come out, or it is asked what the file does not tell."""

from pathlib import Path

import pytest

import arkit as ar
from arkit.errors import ReadingError
from tests.recognise.exports import DAY, ITEMS, PLAIN, decided, items_of, read

LINES = PLAIN.splitlines(keepends=True)
HEADER, ROWS = LINES[0], "".join(LINES[1:])
US = (
    PLAIN.replace("1234,56", '"1,234.56"')
    .replace("2000,00", '"2,000.00"')
    .replace("-100,10", "(100.10)")
    .replace("05.10.", "10/05/")
    .replace("04.11.", "11/04/")
    .replace("13.10.", "10/13/")
    .replace("12.11.", "11/12/")
    .replace("20.10.", "10/20/")
)

SAME: dict[str, tuple[str, dict[str, object]]] = {
    "plain": (PLAIN, {}),
    "commas": (US.replace(";", ","), {}),
    "tabs": (PLAIN.replace(";", "\t"), {}),
    "pipes and rules": (
        "-" * 60 + "\n" + "".join(f"|{line.strip().replace(';', '|')}|\n" for line in LINES) + "-" * 60 + "\n",
        {},
    ),
    "a line that names the delimiter": ("sep=;\n" + PLAIN, {}),
    "three title rows": ("ACME Trading\nOpen items by customer\n\n" + PLAIN, {}),
    "titles at page breaks": (
        "ACME Trading\nPage 1\n" + HEADER + LINES[1] + "ACME Trading\nPage 2\n" + HEADER + "".join(LINES[2:]),
        {},
    ),
    "the header in two lines": (
        "Document;Customer;Customer;Document;Due;;Open\nNo.;No.;Name;Date;Date;Currency;amount\n" + ROWS,
        {},
    ),
    "the header over several columns": (
        "Document;Customer;;Document;Due;;Open\nNo.;No.;Name;Date;Date;Currency;amount\n" + ROWS,
        {},
    ),
    "columns in another order": ("".join(";".join(reversed(line.strip().split(";"))) + "\n" for line in LINES), {}),
    "blank columns and rows": ("".join(f";;{line.strip()};\n;;\n" for line in LINES), {}),
    "German": (
        PLAIN.replace(
            HEADER, "Belegnummer;Debitor;Name des Debitors;Belegdatum;Nettofälligkeit;Währung;Offener Betrag\n"
        ),
        {},
    ),
    "Russian": (
        PLAIN.replace(
            HEADER, "Номер документа;Код контрагента;Наименование;Дата документа;Срок оплаты;Валюта;Остаток долга\n"
        ),
        {},
    ),
    "Chinese": (
        PLAIN.replace(HEADER, "单据编号;客户编码;客户名称;单据日期;到期日;币种;余额\n").replace(
            "05.10.2026", "2026年10月5日"
        ),
        {},
    ),
    "a minus at the end": (PLAIN.replace("-100,10", "100,10-").replace("1234,56", "1 234,56"), {}),
    "thousands by a point": (PLAIN.replace("1234,56", "1.234,56").replace("2000,00", "2.000,00"), {}),
    "thousands by an apostrophe": (
        PLAIN.replace("1234,56", "1'234.56").replace("2000,00", "2'000.00").replace("-100,10", "-100.10"),
        {},
    ),
    "currency in the amounts": (
        PLAIN.replace("Currency;", "")
        .replace("EUR;", "")
        .replace("1234,56", "1234,56 EUR")
        .replace("2000,00", "2000,00 EUR")
        .replace("-100,10", "-100,10 EUR"),
        {},
    ),
    "a currency sign in the amounts": (
        PLAIN.replace("Currency;", "").replace("EUR;1", "€1").replace("EUR;2", "€ 2").replace("EUR;-1", "-€1"),
        {},
    ),
    "currency in the header": (
        PLAIN.replace("Currency;", "").replace("EUR;", "").replace("Open amount", "Open amount (EUR)"),
        {},
    ),
    "currency above": ("Currency: EUR\n" + PLAIN.replace("Currency;", "").replace("EUR;", ""), {}),
    "currency in words above": ("Amounts in EUR\n" + PLAIN.replace("Currency;", "").replace("EUR;", ""), {}),
    "currency by hint": (PLAIN.replace("Currency;", "").replace("EUR;", ""), {"currency": "EUR"}),
    "currency blank in some rows": (PLAIN.replace("EUR;1", ";1"), {"currency": "EUR"}),
    "debit and credit": (
        PLAIN.replace("Open amount", "Debit;Credit").replace("-100,10", ";100,10").replace("1234,56", "1234,56;"),
        {},
    ),
    "a mark of debit and credit": (
        PLAIN.replace("Open amount", "D/C;Open amount")
        .replace("1234", "S;1234")
        .replace("2000", "S;2000")
        .replace("-100", "H;100"),
        {},
    ),
    "a mark behind the amounts": (
        PLAIN.replace("1234,56", "1234,56 Dr").replace("2000,00", "2000,00 Dr").replace("-100,10", "100,10 Cr"),
        {},
    ),
    "credits without a minus": (
        PLAIN.replace(";Currency", ";Document Type;Currency")
        .replace(";EUR;-", ";Credit Memo;EUR;")
        .replace("11.2026;EUR", "11.2026;Invoice;EUR"),
        {"credits": "minus"},
    ),
    "columns of an aging": (
        PLAIN.replace("Open amount", "Current;1 - 30 days;31-60;Over 60")
        .replace("1234,56", "1234,56;;;")
        .replace("2000,00", "2000,00;0,00;-;")
        .replace("-100,10", ";-100,10;;"),
        {},
    ),
    "an aging beside its sum": (
        PLAIN.replace("Open amount", "Open amount;Current;1 - 30 days;Over 30")
        .replace("1234,56", "1234,56;1234,56;;")
        .replace("2000,00", "2000,00;2000,00;;")
        .replace("-100,10", "-100,10;;-100,10;"),
        {},
    ),
    "years of two digits": (PLAIN.replace("2026", "26"), {}),
    "numbers of a program that knows no whole ones": (
        PLAIN.replace("1001;", "1001.0;").replace("1002;", "1002.0;").replace("1003;", "1003.0;"),
        {},
    ),
    "customers above their items": (
        "Document No.;Document Date;Due Date;Currency;Open amount\n"
        "10023 Alfa GmbH\n1001;05.10.2026;04.11.2026;EUR;1234,56\n1002;13.10.2026;12.11.2026;EUR;2000,00\n"
        "10047 Beta AG\n1003;20.10.2026;20.10.2026;EUR;-100,10\n",
        {},
    ),
    "customers above, by a word": (
        "Document No.;Document Date;Due Date;Currency;Open amount\n"
        "Customer: 10023 \n1001;05.10.2026;04.11.2026;EUR;1234,56\n1002;13.10.2026;12.11.2026;EUR;2000,00\n"
        "Total;;;;3234,56\nCustomer: 10047\n1003;20.10.2026;20.10.2026;EUR;-100,10\nTotal;;;;-100,10\n",
        {},
    ),
    "customers above the header, which is repeated": (
        "Customer;10023\nName;Alfa GmbH\n\nDocument No.;Document Date;Due Date;Currency;Open amount\n"
        "1001;05.10.2026;04.11.2026;EUR;1234,56\n1002;13.10.2026;12.11.2026;EUR;2000,00\n*;;;EUR;3234,56\n\n"
        "Customer;10047\nName;Beta AG\n\nDocument No.;Document Date;Due Date;Currency;Open amount\n"
        "1003;20.10.2026;20.10.2026;EUR;-100,10\n*;;;EUR;-100,10\n**;;;EUR;3134,46\n",
        {},
    ),
    "customers below their items": (
        "Belegnummer;Belegdatum;Nettofälligkeit;Währung;Betrag\n1001;05.10.2026;04.11.2026;EUR;1.234,56\n"
        "1002;13.10.2026;12.11.2026;EUR;2.000,00\n* Konto 10023;;;EUR;3.234,56\n"
        "1003;20.10.2026;20.10.2026;EUR;100,10-\n* Konto 10047;;;EUR;100,10-\n**;;;EUR;3.134,46\n",
        {},
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_items_come_out(name: str, tmp_path: Path) -> None:
    text, hints = SAME[name]
    ledger = read(tmp_path, text, **hints)
    assert items_of(ledger) == ITEMS
    assert ledger.findings["action"].ne("excluded").all()
    assert ar.require_reconciled(ledger, as_of=DAY)["difference"].eq(0).all()


@pytest.mark.parametrize("name", SAME)
def test_the_saved_layout_reads_it_again(name: str, tmp_path: Path) -> None:
    text, hints = SAME[name]
    ledger = read(tmp_path, text, **hints)
    assert ledger.reading is not None
    path = ledger.reading.save(tmp_path / "layout.toml")
    assert ar.Layout.load(path) == ledger.reading.layout
    again = ar.read_ledger(tmp_path / "export.csv", layout=path, snapshot_on=DAY)
    assert items_of(again) == items_of(ledger)
    assert again.findings.equals(ledger.findings)


ASKED: dict[str, tuple[str, dict[str, object], tuple[str, ...]]] = {
    "days in either order": (
        PLAIN.replace("13.10", "05.10")
        .replace("20.10", "06.10")
        .replace("12.11.2026", "05.10.2026")
        .replace("04.11.2026", "05.10.2026"),
        {},
        ('date_order = "dmy"', "05.10.2026 (row 2)"),
    ),
    "days in two orders": (PLAIN.replace("13.10.2026", "10/13/2026"), {}, ("begin with the month", "10/13/2026")),
    "thousands or decimals": (
        PLAIN.replace("1234,56", "1,234").replace("2000,00", "2,000").replace("-100,10", "-100"),
        {},
        ('decimal_mark = ","', "1,234 (row 2)"),
    ),
    "two decimal marks": (
        PLAIN.replace("2000,00", "2000.00"),
        {},
        ("with a decimal comma", "1234,56 (row 2)", "2000.00 (row 3)"),
    ),
    "no currency": (PLAIN.replace("Currency;", "").replace("EUR;", ""), {}, ('hints={"currency": "EUR"}',)),
    "a dollar sign alone": (
        PLAIN.replace("Currency;", "").replace("EUR;1", "$1").replace("EUR;2", "$2").replace("EUR;-1", "-$1"),
        {},
        ('hints={"currency": "EUR"}',),
    ),
    "currency blank": (PLAIN.replace("EUR;1", ";1"), {}, ("1 of 3 rows", "'Currency'")),
    "credits without a minus": (
        PLAIN.replace(";Currency", ";Document Type;Currency")
        .replace(";EUR;-", ";Credit Memo;EUR;")
        .replace("11.2026;EUR", "11.2026;Invoice;EUR"),
        {},
        ("Credit Memo", 'hints={"credits": "minus"}', "minus_when"),
    ),
    "two columns of open amounts": (
        PLAIN.replace("Open amount", "Open amount;Balance")
        .replace(",56", ",56;1")
        .replace(",00", ",00;2")
        .replace(",10\n", ",10;3\n"),
        {},
        ("'Open amount'", "'Balance'", 'open_amount = "Open amount"'),
    ),
    "no day of the document": (
        "Customer No.;Name;Currency;Current;1-30;31-60;Over 60;Balance\n1;A;EUR;1;0;0;0;1\n2;B;EUR;0;2;0;0;2\n",
        {},
        ("summary", "detail by document"),
    ),
    "no customer": (
        "Document No.;Document Date;Due Date;Currency;Open amount\n1;05.10.2026;14.11.2026;EUR;1,50\n",
        {},
        ("name the customer", "customer_id"),
    ),
    "no header": ("a;b;c\n1;2;3\n", {}, ("looks like the header",)),
    "an unknown hint": (PLAIN, {"colour": "red"}, ("colour", "Known: shape")),
    "a hint of no column": (PLAIN, {"columns": {"amount": "Sum"}}, ("no column Sum",)),
    "a hint of no currency": (PLAIN, {"currency": "EURO"}, ("ISO 4217",)),
    "a register of something unknown": (
        PLAIN.replace(";Currency", ";Status;Currency")
        .replace("11.2026;", "11.2026;voided;")
        .replace("20.10.2026;EUR", "20.10.2026;odd;EUR"),
        {},
        ("odd", "paid", 'hints={"statuses": {"odd": "open"}}'),
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_matters_and_cannot_be_told_is_asked(name: str, tmp_path: Path) -> None:
    text, hints, said = ASKED[name]
    with pytest.raises(ReadingError) as refusal:
        read(tmp_path, text, **hints)
    message = str(refusal.value)
    assert [part for part in said if part not in message] == [], message


def test_a_snapshot_of_no_day_is_asked(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match=r'(?s)snapshot of one day.*snapshot_on="2026-10-31"'):
        read(tmp_path, PLAIN, day=None)


@pytest.mark.parametrize(
    "title",
    [
        "Open items as of 31.10.2026",
        "Open items;as of;31.10.2026",
        "Stichtag: 31.10.2026",
        "Offene Posten zum 31.10.2026",
        "Задолженность покупателей на 31.10.2026",
        "По состоянию на 31.10.2026 г.",
        "截至2026年10月31日",
        "Aged as of 2026-10-31, printed 2026-11-05",
    ],
)
def test_the_day_of_a_snapshot_stands_above(title: str, tmp_path: Path) -> None:
    ledger = read(tmp_path, f"{title}\n{PLAIN}", day=None)
    assert str(ledger.covers[0]) == DAY
    assert items_of(ledger) == ITEMS
    assert ledger.reading is not None
    again = ar.read_ledger(tmp_path / "export.csv", layout=ledger.reading.layout)
    assert again.covers == ledger.covers


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (PLAIN.replace("Alfa", "Grünwald Möbel"), "cp1252"),
        (PLAIN.replace("Alfa", "Älfa"), "utf-8-sig"),
        (PLAIN.replace("Alfa", "Альфа"), "cp1251"),
        (PLAIN.replace("Alfa", "阿尔法"), "utf-16"),
        (PLAIN, "utf-16-le"),
        (PLAIN, "utf-16-be"),
    ],
)
def test_encodings(text: str, encoding: str, tmp_path: Path) -> None:
    ledger = read(tmp_path, text, encoding=encoding)
    assert items_of(ledger) == ITEMS
    assert ledger.customers["name"].tolist()[0] == text.splitlines()[1].split(";")[2]


def test_settled_invoices_answer_any_day(tmp_path: Path) -> None:
    text = PLAIN.replace("Open amount", "Amount;Settled on").replace(",56", ",56;15.10.2026").replace(",00", ",00;")
    ledger = read(tmp_path, text.replace(",10\n", ",10;\n"), day=None)
    assert decided(ledger, "shape") == "settled"
    assert [row[0] for row in items_of(ledger, as_of="2026-10-14")] == ["1001", "1002"]
    assert [row[0] for row in items_of(ledger, as_of="2026-10-20")] == ["1002", "1003"]


def test_a_settling_column_that_is_blank_makes_a_snapshot(tmp_path: Path) -> None:
    text = PLAIN.replace("Open amount", "Amount;Settled on").replace(",56", ",56;").replace(",00", ",00;")
    ledger = read(tmp_path, text.replace(",10\n", ",10;\n"))
    assert decided(ledger, "shape") == "open_items"
    assert items_of(ledger) == ITEMS


def test_instalments_of_one_document_are_told_apart(tmp_path: Path) -> None:
    ledger = read(tmp_path, PLAIN.replace("1002;", "1001;"))
    assert [row[0] for row in items_of(ledger)] == ["1001/04.11.2026", "1001/12.11.2026", "1003/20.10.2026"]


def test_a_row_that_stands_twice_is_a_finding(tmp_path: Path) -> None:
    ledger = read(tmp_path, PLAIN + LINES[1])
    assert ledger.findings[["code", "source_row", "amount"]].to_numpy().tolist() == [["duplicate_item", 5, 1234.56]]
    assert items_of(ledger) == ITEMS


def test_customers_and_documents_in_one_column(tmp_path: Path) -> None:
    """As 1C shows them: a customer with its sum, below it the documents, their day within the text."""
    documents = [
        "Реализация 1001 от 05.10.2026 12:00:00",
        "Реализация 1002 от 13.10.2026",
        "Возврат 1003 от 20.10.2026",
    ]
    text = (
        "Покупатель / Документ;Срок оплаты;Долг, EUR\n10023;;3234,56\n"
        f"{documents[0]};04.11.2026;1234,56\n{documents[1]};12.11.2026;2000,00\n10047;;-100,10\n"
        f"{documents[2]};20.10.2026;-100,10\nИтого;;3134,46\n"
    )
    ledger = read(tmp_path, text)
    wanted = [(document, *row[1:]) for document, row in zip(documents, ITEMS, strict=True)]
    assert items_of(ledger) == sorted(wanted)
    assert decided(ledger, "totals") == "all 3 proven"


def test_the_day_of_printing_is_not_that_of_the_snapshot(tmp_path: Path) -> None:
    ledger = read(tmp_path, "As of;31.10.2026\nReport date;02.11.2026\n" + PLAIN, day=None)
    assert str(ledger.covers[0]) == DAY
    with pytest.raises(ReadingError, match="snapshot of one day"):
        read(tmp_path, "As of;\nReport date;02.11.2026\n" + PLAIN, day=None)


def test_sections_that_name_nobody_are_refused(tmp_path: Path) -> None:
    text = SAME["customers above, by a word"][0]
    ledger = read(tmp_path, text)
    assert ledger.reading is not None
    (tmp_path / "export.csv").write_text(text.replace("Customer: ", "Client no. "))
    with pytest.raises(
        ReadingError, match=r"No row above the items of export\.csv names their customer after 'Customer'"
    ):
        ar.read_ledger(tmp_path / "export.csv", layout=ledger.reading.layout, snapshot_on=DAY)
