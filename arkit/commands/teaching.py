"""The commands of a learner and of a teacher: open a lesson, make the copy with the solutions, make the class sheet."""

from __future__ import annotations

import argparse
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from arkit.commands.options import DONE
from arkit.errors import LessonError

FOLDER, SOLUTIONS = "lessons", "solutions"


def add_lesson(parser: argparse.ArgumentParser) -> None:
    """Let a parser ask for what a lesson needs."""
    parser.description = "Open a copy of a lesson of your own in JupyterLab; the second time, go on where you were."
    parser.add_argument("number", type=int, help="1, 2 or 3")
    parser.add_argument("--student", default="", help="a name or number, for figures of your own")
    parser.add_argument("--folder", type=Path, default=Path(FOLDER), help="of your copy (default: %(default)s)")
    parser.add_argument("--no-lab", action="store_true", help="write the copy and say where it is, open nothing")
    parser.set_defaults(command=_lesson)


def add_teach(parser: argparse.ArgumentParser) -> None:
    """Let a parser ask for what a teacher's commands need."""
    actions = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    copy = actions.add_parser("copy", help="a lesson with its solutions filled in")
    copy.add_argument("number", type=int, help="1, 2 or 3")
    copy.add_argument("--student", default="", help="whose figures (default: those of the empty name)")
    copy.add_argument("--output", type=Path, default=Path(SOLUTIONS), metavar="DIR", help="default: %(default)s")
    copy.set_defaults(command=_copy)
    sheet = actions.add_parser("class", help="who solved what, from the saved notebooks")
    sheet.add_argument("folder", type=Path, metavar="DIR", help="the folder with the notebooks of the class")
    sheet.add_argument("--output", type=Path, metavar="FILE", help="also write it as a workbook (.xlsx)")
    sheet.set_defaults(command=_class)


def _lesson(options: argparse.Namespace) -> int:
    from arkit.teach.notebooks import learners_copy

    copy = learners_copy(options.number, student=options.student, folder=options.folder)
    print(str(copy))
    if options.no_lab:
        return DONE
    if find_spec("jupyterlab") is None:
        raise LessonError("JupyterLab is not installed. Install arkit with its lab extra: pip install 'arkit[lab]'.")
    done = subprocess.run([sys.executable, "-m", "jupyter", "lab", copy.name], cwd=copy.parent, check=False)
    if done.returncode:
        raise LessonError(f"JupyterLab ended with {done.returncode}. Your work is in {copy}.")
    return DONE


def _copy(options: argparse.Namespace) -> int:
    from arkit.teach.notebooks import teachers_copy

    print(str(teachers_copy(options.number, student=options.student, folder=options.output)))
    return DONE


def _class(options: argparse.Namespace) -> int:
    from arkit.teach.class_sheet import class_sheet, write_class_sheet

    table = class_sheet(options.folder)
    print(table.to_string(index=False))
    if options.output:
        write_class_sheet(table, options.output)
        print(str(options.output))
    return DONE
