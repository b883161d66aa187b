"""The rows of a snapshot say its day, or contradict the day that is given; a saved layout asks no more."""

from pathlib import Path

import pytest

import arkit as ar
from arkit.files.questions import QuestionsError
from arkit.recognise.snapshot import bucket_ranges

OVERDUE = """Invoice,Customer,Invoice Date,Due Date,Open Amount,Currency,Days Overdue
511,K1,2026-01-10,2026-02-09,100.00,EUR,47
512,K1,2026-01-20,2026-02-19,50.00,EUR,37
513,K2,2026-03-01,2026-03-31,75.00,EUR,-3
"""
AS_AT = """Invoice,Customer,Invoice Date,Due Date,Open Amount,Currency,As At Date
511,K1,2026-01-10,2026-02-09,100.00,EUR,2026-03-28
512,K1,2026-01-20,2026-02-19,50.00,EUR,2026-03-28
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "items.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("text", [OVERDUE, AS_AT], ids=["days overdue", "a column of the day"])
def test_the_rows_say_the_day_and_contradict_another(text: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    assert ar.read_ledger(path).covers[1].isoformat() == "2026-03-28"
    with pytest.raises(QuestionsError, match="is of 2026-03-28, not of 2026-03-31") as asked:
        ar.read_ledger(path, snapshot_on="2026-03-31")
    assert [each.value for each in asked.value.questions[0].candidates] == ["2026-03-28"]


@pytest.mark.parametrize("text", [OVERDUE, AS_AT], ids=["days overdue", "a column of the day"])
def test_a_saved_layout_takes_the_day_of_next_month_from_the_rows(text: str, tmp_path: Path) -> None:
    layout = ar.read_ledger(written(tmp_path, text)).reading.save(tmp_path / "layout.toml")
    later = text.replace(",47\n", ",78\n").replace(",37\n", ",68\n").replace(",-3\n", ",28\n")
    later = later.replace("2026-03-28", "2026-04-28")
    assert ar.read_ledger(written(tmp_path, later), layout=layout).covers[1].isoformat() == "2026-04-28"


def test_the_ranges_of_an_aging_are_read_in_several_languages() -> None:
    assert bucket_ranges(["Не просрочено", "До 30 дней", "От 31 до 60 дней", "Свыше 60 дней"]) == {
        "Не просрочено": (None, 0),
        "До 30 дней": (1, 30),
        "От 31 до 60 дней": (31, 60),
        "Свыше 60 дней": (61, None),
    }
    assert bucket_ranges(["0-30", "31-60", "Over 60"]) == {"0-30": (None, 30), "31-60": (31, 60), "Over 60": (61, None)}
