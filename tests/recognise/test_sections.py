"""Rows between the items name a customer only where something proves it; a note names nobody."""

from pathlib import Path

import pytest

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
    assert [each.value for each in question.candidates] == ["Handled For"]
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
