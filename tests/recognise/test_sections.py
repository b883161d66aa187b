"""Rows between the items name a customer only where something proves it; a note names nobody."""

from pathlib import Path

import pytest

from arkit.errors import ReadingError
from arkit.files.questions import QuestionsError
from tests.recognise.exports import read

NOTE = """\
Invoice;Handled For;Invoice Date;Due Date;Balance;Currency
Q1 billing run;;;;;
N-4;Brook Ltd;01.03.2026;31.03.2026;150;EUR
N-3;Fern GmbH;10.02.2026;12.03.2026;250;EUR
N-2;Harbour Cafe;10.01.2026;09.02.2026;400;EUR
"""


def customers(folder: Path, text: str, **hints: object) -> list[str]:
    return sorted(read(folder, text, day="2026-03-31", **hints).items["customer_id"].astype(str))


@pytest.mark.parametrize(
    "notes", ["Q1 billing run;;;;;", "Q1 billing run;;;;;\nPrinted by mm;;;;;"], ids=["one", "two"]
)
def test_a_note_above_the_rows_names_no_customer_where_a_column_may(notes: str, tmp_path: Path) -> None:
    text = NOTE.replace("Q1 billing run;;;;;", notes)
    with pytest.raises(QuestionsError) as error:
        read(tmp_path, text, day="2026-03-31")
    (question,) = [each for each in error.value.questions if each.key == ("columns", "customer_id")]
    *columns, one = question.candidates
    assert [each.value for each in columns] == ["Handled For"]
    assert (one.key, one.value) == (("customer",), notes.splitlines()[-1].strip(";"))
    assert customers(tmp_path, text, customer=one.value) == [one.value] * 3
    found = customers(tmp_path, text, columns={"customer_id": "Handled For"})
    assert found == ["Brook Ltd", "Fern GmbH", "Harbour Cafe"]


@pytest.mark.parametrize(
    "text",
    [
        NOTE.replace("N-3", "Ost AG;;;;;\nN-3"),
        NOTE + "Total Q1 billing run;;;;800;EUR\n",
        NOTE.replace("run;;;;;", "run;;;;800;EUR"),
    ],
    ids=["several sections", "a total names it", "a sum beside it"],
)
def test_a_row_that_is_proved_to_be_a_section_names_its_customer(text: str, tmp_path: Path) -> None:
    text = text.replace("Handled For", "Remark of mine")
    ignored = {"ignored": ("Remark of mine",)}
    assert "Q1 billing run" in customers(tmp_path, text, **ignored)


TITLE = "Open items;;;;;\n"
PLAIN = NOTE.replace("Q1 billing run;;;;;\n", "")


def test_a_title_is_the_customer_only_where_a_person_says_so(tmp_path: Path) -> None:
    text = TITLE + PLAIN.replace("Handled For", "Place").replace("Brook Ltd", "Fern GmbH")
    with pytest.raises(QuestionsError) as error:
        read(tmp_path, text, day="2026-03-31")
    assert ("columns", "customer_id") in {each.key for each in error.value.questions}


ONE = "Invoice;Customer;Invoice Date;Due Date;Balance;Currency;Handled For\n" + "".join(
    f"N-{number};Nord AG;0{number}.02.2026;1{number}.03.2026;{number}00;EUR;{'Brook' if number % 2 else 'Fern'} Ltd\n"
    for number in range(1, 7)
)


def test_one_customer_in_each_of_many_rows_is_asked(tmp_path: Path) -> None:
    with pytest.raises(QuestionsError) as error:
        read(tmp_path, ONE, day="2026-03-31")
    (question,) = [each for each in error.value.questions if each.key == ("customer",)]
    assert [each.key or each.value for each in question.candidates] == ["Nord AG", ("columns", "customer_id")]
    ignored = {"ignored": ("Handled For",)}
    assert {*customers(tmp_path, ONE, customer="Nord AG", **ignored)} == {"Nord AG"}
    named = {"columns": {"customer_id": "Handled For"}}
    assert {*customers(tmp_path, ONE, **named)} == {"Brook Ltd", "Fern Ltd"}


PROVEN = {
    "a title names it": "Statement of Nord AG;;;;;;\n" + ONE,
    "its number is beside its name": ONE.replace("Customer;", "Customer No.;Customer Name;").replace(
        "Nord AG", "1007;Nord AG"
    ),
    "few rows": "".join(ONE.splitlines(keepends=True)[:4]),
}


@pytest.mark.parametrize("name", PROVEN)
def test_one_customer_is_not_asked_where_something_says_so(name: str, tmp_path: Path) -> None:
    assert len({*customers(tmp_path, PROVEN[name], ignored=("Handled For",))}) == 1


def test_of_several_customers_none_is_that_of_all_rows(tmp_path: Path) -> None:
    text = NOTE.replace("Handled For", "Customer")
    with pytest.raises(ReadingError, match="customer=Brook Ltd changes nothing"):
        read(tmp_path, text, day="2026-03-31", customer="Brook Ltd")


def test_the_only_sum_below_the_items_names_no_customer_where_a_column_may(tmp_path: Path) -> None:
    text = PLAIN + "Yhteensa kaikki;;;;800;EUR\n"
    with pytest.raises(QuestionsError) as error:
        read(tmp_path, text, day="2026-03-31")
    (question,) = [each for each in error.value.questions if each.key == ("columns", "customer_id")]
    assert [each.value for each in question.candidates] == ["Handled For"]
