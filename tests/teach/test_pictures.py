"""Tables and charts of lessons show what is asked to be read, and not what is asked to be found."""

import pandas as pd
import pytest

from arkit.errors import UnknownNameError
from arkit.teach import lesson
from arkit.teach.lessons import COURSES

SHOWN = [
    (number, kind, name)
    for number, course in COURSES.items()
    for kind in ("table", "chart")
    for name in getattr(course, f"{kind}s")
]


@pytest.mark.parametrize(("number", "kind", "name"), SHOWN)
def test_each_table_and_chart_is_in_its_notebook(number: int, kind: str, name: str) -> None:
    from arkit.teach.classroom import lesson_file

    assert f'lesson.{kind}(\\"{name}\\")' in lesson_file(number).read_text(encoding="utf-8")
    assert getattr(lesson(number), kind)(name) is not None


def test_the_balance_of_an_invoice_falls_in_steps_and_tells_no_amount() -> None:
    taught = lesson(1)
    [line] = taught.chart("balance").data
    original, left, settled, today = line.y
    assert original > left > settled == today
    assert settled == pytest.approx(0)
    assert left == pytest.approx(taught.asked["1.1"].right)
    assert (line.line.shape, line.hoverinfo) == ("hv", "skip")


def test_the_kinds_of_dso_end_before_the_day_that_is_asked_for() -> None:
    lines = [trace for trace in lesson(2).chart("speeds").data if trace.mode == "lines"]
    assert len(lines) == 3
    assert {str(max(pd.to_datetime(line.x)).date()) for line in lines} == {"2026-08-31"}


def test_whom_to_chase_is_listed_by_name_without_rank_or_category() -> None:
    rows = COURSES[3].tables["chased"](lesson(3).ledger)
    assert rows["customer_id"].unique().tolist() == ["Aspen Foods", "Beech Retail", "Cypress Build", "Fern Print"]
    assert not {"rank", "priority_amount", "category"} & set(rows.columns)


def test_a_table_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(UnknownNameError, match="no table of lesson 2 'answers'"):
        lesson(2).table("answers")
