"""The class sheet judges the saved answers again, for the ledger of the name in the notebook."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from openpyxl import load_workbook

from arkit.errors import LessonError
from arkit.teach import lesson
from arkit.teach.classroom import class_sheet, write_class_sheet
from arkit.teach.lesson import RECORD, Verdict

ANN, BO = lesson(1, student="Ann"), lesson(1, student="Bo")


def saved(path: Path, *said: Verdict, defence: str = "", changed: dict[str, object] | None = None) -> None:
    """Save a notebook with what was said in it, as JupyterLab does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [new_markdown_cell(f"> Write below this line.\n{defence}", metadata={"tags": ["defence"]})]
    for verdict in said:
        data = verdict._repr_mimebundle_()
        data[RECORD] = {**data[RECORD], **(changed or {})}
        cells.append(
            new_code_cell("lesson.check(...)", outputs=[new_output("execute_result", data, execution_count=1)])
        )
    nbformat.write(new_notebook(cells=cells), path)


def row(folder: Path) -> dict[str, object]:
    [found] = class_sheet(folder).to_dict("records")
    return found


def test_who_solved_what(tmp_path: Path) -> None:
    right = {number: asked.right for number, asked in ANN.asked.items()}
    wrong = ANN.asked["1.4"].mistakes["netted"]
    answers = {"1.1": right["1.1"], "1.3": right["1.3"], "1.5": right["1.5"], "1.4": wrong, "1.6": -1, "1.7": ...}
    said = [ANN.check(number, answer) for number, answer in answers.items()]
    saved(tmp_path / "ann.ipynb", *said, ANN.solution("1.8"), defence="Because of the day.\nAnd so on.")
    found = row(tmp_path)
    assert [found[str(number)] for number in range(1, 9)] == [
        "solved",
        "",
        "solved",
        "not yet: netted",
        "solved",
        "not yet",
        "",
        "solution shown",
    ]
    assert (found["student"], found["lesson"], found["solved"], found["exercises"]) == ("Ann", 1, 3, 8)
    assert (found["defence"], found["remark"], found["file"]) == (7, "", "ann.ipynb")


def test_the_last_answer_counts(tmp_path: Path) -> None:
    saved(tmp_path / "ann.ipynb", ANN.check("1.1", -1), ANN.check("1.1", ANN.asked["1.1"].right))
    assert row(tmp_path)["1"] == "solved"


def test_a_neighbours_answer_is_not_solved(tmp_path: Path) -> None:
    """Bo's cell with Ann's name in it: it says right, but of another ledger."""
    saved(tmp_path / "ann.ipynb", BO.check("1.4", BO.asked["1.4"].right), changed={"student": "Ann"})
    assert row(tmp_path)["4"] == "not yet"


def test_a_record_that_calls_itself_right_is_not_believed(tmp_path: Path) -> None:
    saved(tmp_path / "ann.ipynb", ANN.check("1.4", 1.0), changed={"state": "right"})
    assert row(tmp_path)["4"] == "not yet"


@pytest.mark.parametrize("answer", [[[1]], {"1-30": [1]}, {"x": None}, "=1+1", 1e400])
def test_an_odd_answer_is_not_solved_and_breaks_nothing(tmp_path: Path, answer: object) -> None:
    for number in ("1.1", "1.3", "1.5", "1.8"):
        saved(tmp_path / f"{number}.ipynb", ANN.check(number, ANN.asked[number].right), changed={"answer": answer})
    assert set(class_sheet(tmp_path)["solved"]) == {0}


def test_notebooks_without_use_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text("{", encoding="utf-8")
    saved(tmp_path / "b.ipynb")
    saved(tmp_path / "deep" / "c.ipynb", ANN.check("1.1", 1), BO.check("1.1", 1))
    saved(tmp_path / ".ipynb_checkpoints" / "d.ipynb", ANN.check("1.1", 1))
    saved(tmp_path / "e.ipynb", lesson(1).check("1.1", 1))
    assert class_sheet(tmp_path).set_index("file")["remark"].to_dict() == {
        "a.ipynb": "cannot be read as a notebook",
        "b.ipynb": "nothing was checked in it",
        "deep/c.ipynb": "answers of several lessons or names",
        "e.ipynb": "no name: the numbers of the empty name",
    }


def test_a_folder_without_notebooks_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LessonError, match="no notebook in"):
        class_sheet(tmp_path)


def test_the_sheet_is_a_workbook_and_a_name_is_no_formula(tmp_path: Path) -> None:
    odd = lesson(1, student="=1+1")
    saved(tmp_path / "x.ipynb", odd.check("1.1", odd.asked["1.1"].right))
    write_class_sheet(class_sheet(tmp_path), tmp_path / "class.xlsx")
    cells = {cell.value: cell.data_type for cells in load_workbook(tmp_path / "class.xlsx").active for cell in cells}
    assert cells["=1+1"] == "s"
    assert "solved" in cells
