"""Exports without a due day whose own aging says how many days past due each amount is."""

from pathlib import Path

import pytest

import arkit as ar
from arkit.files.questions import QuestionsError

RIGHT = {"not due": 300.0, "1-30": 450.5, "31-60": 900.0}
HEADERS = {
    "en": "Customer;Invoice;Invoice Date;Total;Current;1-30;31-60;Over 60",
    "de": "Kunde;Beleg;Belegdatum;Offen;nicht fällig;1-30 Tage;31-60 Tage;über 60 Tage",
    "ru": "Покупатель;Документ;Дата;Долг;Не просрочен;До 30 дней;От 31 до 60 дней;Свыше 60 дней",
    "zh": "客户;单据号;单据日期;应收余额;未到期;1-30天;31-60天;60天以上",
    "fr": "Client;Facture;Date;Solde;Non échu;1-30 j;31-60 j;> 60 j",
    "es": "Cliente;Factura;Fecha;Saldo;Por vencer;1 a 30;31 a 60;Más de 60",
    "pl": "Kontrahent;Faktura;Data wystawienia;Saldo;Nieprzeterminowane;1-30 dni;31-60 dni;powyżej 60 dni",
}
ROWS = (
    "Alfa;R1;2026-01-12;900.00;;;900.00;",
    "Alfa;R2;2026-03-20;300.00;300.00;;;",
    "Beta;R3;2026-02-12;450.50;;450.50;;",
)
TREE = (
    "Долг на 31.03.2026;;;;;",
    "Покупатель;Задолженность;;;;",
    "Договор;Всего;Не просрочено;До 30 дней;От 31 до 60 дней;Свыше 60 дней",
    "Документ;;;;;",
    "Ромашка ООО;1 200,00;300,00;;900,00;",
    "Договор № 1 от 01.01.2025;1 200,00;300,00;;900,00;",
    "Реализация 12 от 12.01.2026;900,00;;;900,00;",
    "Реализация 29 от 20.03.2026;300,00;300,00;;;",
    "Василёк АО;450,50;;450,50;;",
    "Договор № 7 от 05.02.2026;450,50;;450,50;;",
    "Реализация 18 от 12.02.2026;450,50;;450,50;;",
    "Итого;1 650,50;300,00;450,50;900,00;",
)


def read(folder: Path, lines: tuple[str, ...], day: str | None = "2026-03-31") -> ar.Ledger:
    path = folder / "aging.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return ar.read_ledger(path, snapshot_on=day, hints={"currency": "EUR"})


def aged(ledger: ar.Ledger) -> dict[str, float]:
    items = ar.open_items(ledger, as_of="2026-03-31")
    return {str(bucket): float(amount) for bucket, amount in items.groupby("bucket")["open_amount"].sum().items()}


@pytest.mark.parametrize("language", HEADERS)
def test_the_columns_of_an_aging_are_the_due_days(tmp_path: Path, language: str) -> None:
    ledger = read(tmp_path, (HEADERS[language], *ROWS))
    assert {bucket: amount for bucket, amount in aged(ledger).items() if amount} == RIGHT
    assert "inferred_due_date" in ledger.findings["code"].to_list()
    assert ledger.reading is not None
    again = ar.read_ledger(tmp_path / "aging.csv", layout=ledger.reading.layout, snapshot_on="2026-03-31")
    assert aged(again) == aged(ledger)


def test_customers_contracts_and_documents_of_one_column_have_three_lines_of_header(tmp_path: Path) -> None:
    ledger = read(tmp_path, TREE, day=None)
    assert {bucket: amount for bucket, amount in aged(ledger).items() if amount} == RIGHT
    assert {*ledger.items["customer_id"]} == {"Ромашка ООО", "Василёк АО"}


def test_a_day_in_the_title_that_the_days_overdue_contradict_is_asked(tmp_path: Path) -> None:
    rows = ("As of 31/03/2026", "Customer;Invoice;Invoice Date;Due Date;Days Overdue;Open Amount")
    items = ("Alfa;R1;12/01/2026;14/02/2026;42;900.00", "Beta;R2;12/02/2026;20/02/2026;36;300.00")
    with pytest.raises(QuestionsError) as asked:
        read(tmp_path, (*rows, *items), day=None)
    (question,) = asked.value.questions
    assert [each.value for each in question.candidates] == ["2026-03-28"]
    assert read(tmp_path, (*rows, *items), day="2026-03-28").size == 2


def test_days_overdue_give_the_due_day_that_no_column_has(tmp_path: Path) -> None:
    lines = (
        "Customer;Invoice;Invoice Date;Amount Due;Days Overdue",
        "Alfa;R1;2026-01-12;900.00;45",
        "Alfa;R2;2026-03-20;300.00;-12",
        "Beta;R3;2026-02-12;450.50;30",
    )
    assert aged(read(tmp_path, lines)) == {"not due": 300.0, "1-30": 450.5, "31-60": 900.0}


def test_without_a_column_of_what_is_not_due_the_first_one_is_past_due(tmp_path: Path) -> None:
    lines = (
        "Customer;Invoice;Invoice Date;Total;Current;1-30;31-60;Over 60",
        "Alfa;R1;2026-01-12;900.00;;;900.00;",
        "Alfa;R2;2025-10-01;300.00;;300.00;;",
        "Beta;R3;2025-12-12;450.50;;;;450.50",
    )
    assert aged(read(tmp_path, lines)) == {"1-30": 300.0, "31-60": 900.0, "61-90": 450.5}
