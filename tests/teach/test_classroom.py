"""The commands of lessons."""

import sys
from pathlib import Path

import nbformat
import pytest

from arkit.cli import main


def test_a_lesson_is_copied_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lesson", "2", "--student", "Ann", "--folder", str(tmp_path), "--no-lab"]) == 0
    copy = tmp_path / "2_how_fast_do_we_collect.ipynb"
    assert capsys.readouterr().out.strip() == str(copy)
    assert "student: str = 'Ann'" in nbformat.read(copy, as_version=4).cells[1].source


def test_a_lesson_and_its_solutions_speak_another_language(tmp_path: Path) -> None:
    options = ["1", "--student", "Ann", "--language", "ru"]
    assert main(["lesson", *options, "--folder", str(tmp_path), "--no-lab"]) == 0
    assert main(["teach", "copy", *options, "--output", str(tmp_path)]) == 0
    assert "language: str = 'ru'" in nbformat.read(tmp_path / "1_what_is_open.ipynb", as_version=4).cells[1].source
    assert "Типичные ошибки:" in (tmp_path / "1_what_is_open_solutions.ipynb").read_text(encoding="utf-8")


def test_a_lesson_opens_jupyterlab_in_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []

    def run(command: list[str], **how: object) -> object:
        started.append((command[1:], how["cwd"]))
        return type("Done", (), {"returncode": 0})

    monkeypatch.setattr("arkit.cli.find_spec", lambda name: name)
    monkeypatch.setattr("arkit.cli.subprocess.run", run)
    assert main(["lesson", "1", "--folder", str(tmp_path)]) == 0
    assert started == [(["-m", "jupyter", "lab", "1_what_is_open.ipynb"], tmp_path)]


def test_without_jupyterlab_it_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("arkit.cli.find_spec", lambda _: None)
    assert main(["lesson", "1", "--folder", str(tmp_path)]) == 1
    assert "arkit[lab]" in capsys.readouterr().err


def test_a_teacher_makes_a_copy_and_a_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["teach", "copy", "3", "--student", "Ann", "--output", str(tmp_path / "solutions")]) == 0
    main(["lesson", "1", "--folder", str(tmp_path / "class"), "--no-lab"])
    capsys.readouterr()
    sheet = tmp_path / "class.xlsx"
    assert main(["teach", "class", str(tmp_path / "class"), "--output", str(sheet)]) == 0
    assert "nothing was checked in it" in capsys.readouterr().out
    assert sheet.is_file()


def test_the_command_line_loads_no_lesson_before_one_is_called() -> None:
    import subprocess

    ask = "import sys, arkit.cli; print('arkit.teach' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
