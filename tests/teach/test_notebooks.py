"""The notebooks of the lessons: a learner's copy, and the teacher's, which runs through and stops at a wrong answer."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from arkit.errors import LessonError, UnknownNameError
from arkit.teach.classroom import ANSWER, CHECKED, has_tag, learners_copy, lesson_file, read_notebook, teachers_copy
from arkit.teach.lesson import lesson
from arkit.teach.lessons import COURSES
from tests.house.source import ROOT

NBVAL = ("-p", "no:cacheprovider", "-p", "no:xdist", "--nbval", "--nbval-current-env", "-q", "--rootdir")


@pytest.mark.parametrize("number", COURSES)
def test_each_exercise_is_in_its_notebook_once_and_in_order(number: int) -> None:
    cells = read_notebook(lesson_file(number)).cells
    asked = [CHECKED.search(cell.source) for cell in cells if has_tag(cell, ANSWER)]
    assert [found and found.group(1) for found in asked] == list(lesson(number).asked)


@pytest.mark.parametrize("number", COURSES)
def test_each_exercise_has_a_heading(number: int) -> None:
    text = "\n".join(cell.source for cell in read_notebook(lesson_file(number)).cells if cell.cell_type == "markdown")
    assert re.findall(r"^### Exercise (\d\.\d)$", text, re.MULTILINE) == list(lesson(number).asked)


def test_a_learners_copy_has_their_name_and_is_never_overwritten(tmp_path: Path) -> None:
    copy = learners_copy(1, student='O\'Neil "x"', folder=tmp_path)
    names: dict[str, object] = {}
    exec(read_notebook(copy).cells[1].source, names)
    assert names["student"] == 'O\'Neil "x"'
    copy.write_text("my work", encoding="utf-8")
    assert learners_copy(1, student="Ann", folder=tmp_path).read_text(encoding="utf-8") == "my work"


def test_a_teachers_copy_has_the_solutions_and_the_mistakes(tmp_path: Path) -> None:
    text = teachers_copy(1, student="Ann", folder=tmp_path).read_text(encoding="utf-8")
    asked = lesson(1, student="Ann").asked.values()
    assert all(each.text(f"hints.{name}") in text for each in asked for name in each.mistakes)
    assert "..." not in [cell.source for cell in read_notebook(tmp_path / "1_what_is_open_solutions.ipynb").cells]


def test_what_is_not_a_notebook_or_lesson_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.ipynb").write_text("{}", encoding="utf-8")
    with pytest.raises(LessonError, match="cannot be read as a notebook"):
        read_notebook(tmp_path / "x.ipynb")
    with pytest.raises(UnknownNameError, match="no lesson 4"):
        lesson_file(4)


def nbval(folder: Path) -> str:
    command = [sys.executable, "-m", "pytest", *NBVAL, str(folder), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT).stdout


@pytest.mark.slow
def test_lessons_run_through_with_the_solutions_filled_in(tmp_path: Path) -> None:
    copies = [read_notebook(teachers_copy(number, student="Ann", folder=tmp_path)) for number in COURSES]
    cells = sum(cell.cell_type == "code" for copy in copies for cell in copy.cells)
    assert f"{cells} passed" in nbval(tmp_path).splitlines()[-1]


@pytest.mark.slow
def test_lessons_fail_with_wrong_solutions(tmp_path: Path) -> None:
    wrong = 0
    for number in COURSES:
        copy = teachers_copy(number, student="Ann", folder=tmp_path)
        notebook = json.loads(copy.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if "answer" in cell["metadata"].get("tags", []):
                cell["source"] = [line.replace("answer).require", "0.123).require") for line in cell["source"]]
                wrong += 1
        copy.write_text(json.dumps(notebook), encoding="utf-8")
    assert f"{wrong} failed" in nbval(tmp_path).splitlines()[-1]
