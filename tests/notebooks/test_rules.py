"""A notebook is sentences and calls: no logic, no output, no path of somebody's machine."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from arkit.run.execute import prose
from tests.house.source import ROOT

NOTEBOOKS = [path for path in sorted((ROOT / "notebooks").rglob("*.ipynb")) if ".ipynb_checkpoints" not in path.parts]
# These are looked at, not published; a report lies outside them and ends with its reconciliation.
NOT_REPORTS = {"explore", "dashboards", "lessons"}
MOST_LINES = 4
LOGIC = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.For, ast.AsyncFor, ast.While, ast.comprehension, ast.If, ast.IfExp, ast.Match, ast.Try),
)
RELATIVE_PATH = re.compile(r"\.{1,2}|[\w.~-]+([/\\][\w.*-]+)+/?|[\w.-]+\.(csv|xlsx?|toml|parquet|ipynb|html|json)")

Cell = dict[str, Any]


def source(cell: Cell) -> str:
    return "".join(cell["source"])


def is_parameters(cell: Cell) -> bool:
    return "parameters" in cell["metadata"].get("tags", [])


def is_answer(cell: Cell) -> bool:
    """A learner writes into it: it may have a line for each part of the answer, but no logic before he comes."""
    return "answer" in cell["metadata"].get("tags", [])


def faults_of_cell(cell: Cell) -> list[str]:
    """What breaks a rule within one code cell."""
    found = []
    if cell["outputs"] or cell["execution_count"] is not None or {"papermill", "execution"} & set(cell["metadata"]):
        found.append("has outputs; strip them")
    lines = [line for line in source(cell).splitlines() if line.strip()]
    if len(lines) > MOST_LINES and not is_parameters(cell) and not is_answer(cell):
        found.append(f"has {len(lines)} lines")
    try:
        tree = ast.parse(source(cell))
    except SyntaxError:
        return [*found, "is not plain Python"]
    found += [f"has a {type(node).__name__}" for node in ast.walk(tree) if isinstance(node, LOGIC)]
    found += [f"imports {name}" for name in imported(tree) if name.split(".")[0] == "plotly"]
    found += [f"names the relative path {text!r}" for text in texts(tree) if RELATIVE_PATH.fullmatch(text)]
    found += [f"parameter {line!r} is not `name: type = literal`" for line in untyped(tree) if is_parameters(cell)]
    return found


def imported(tree: ast.Module) -> list[str]:
    return [
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    ]


def texts(tree: ast.Module) -> list[str]:
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def untyped(tree: ast.Module) -> list[str]:
    """Statements that papermill would not see as a typed parameter."""

    def is_literal(value: ast.expr | None) -> bool:
        return isinstance(value, ast.Constant | ast.UnaryOp | ast.List | ast.Dict)

    return [ast.unparse(node) for node in tree.body if not (isinstance(node, ast.AnnAssign) and is_literal(node.value))]


def faults(notebook: dict[str, Any], *, report: bool = True) -> list[str]:
    """Everything in a notebook that breaks a rule."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    found = [f"cell {number} {fault}" for number, cell in enumerate(cells, 1) for fault in faults_of_cell(cell)]
    tagged = sum(map(is_parameters, cells))
    if tagged != 1:
        found.append(f"{tagged} cells are tagged parameters")
    if report and not (cells and "reconcil" in source(cells[-1])):
        found.append("the last code cell does not reconcile")
    return found


def test_there_is_a_monthly_report() -> None:
    assert ROOT / "notebooks" / "monthly_report.ipynb" in NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_notebook_keeps_the_rules(path: Path) -> None:
    report = not NOT_REPORTS & set(path.relative_to(ROOT).parts)
    assert faults(json.loads(path.read_text(encoding="utf-8")), report=report) == []


def code(text: str, *, tags: tuple[str, ...] = (), **changed: object) -> Cell:
    empty = {"cell_type": "code", "execution_count": None, "metadata": {"tags": list(tags)}, "outputs": []}
    return {**empty, "source": text.splitlines(keepends=True), **changed}


PARAMETERS = code('as_of: str = "2026-10-31"  # last day of the month', tags=("parameters",))
LAST = code("reconciliation(ledger, as_of=as_of)")


def test_a_notebook_of_sentences_and_calls_keeps_the_rules() -> None:
    prose = {"cell_type": "markdown", "metadata": {}, "source": ["# What is open, by age/customer\n"]}
    assert faults({"cells": [prose, PARAMETERS, code("aging(ledger, as_of=as_of)"), LAST]}) == []


@pytest.mark.parametrize(
    "cell",
    {
        "an output": code("a", outputs=[{"output_type": "stream"}]),
        "a count": code("a", execution_count=3),
        "a mark of papermill": code("a", metadata={"papermill": {}}),
        "five lines": code("a\nb\nc\nd\ne"),
        "def": code("def f():\n    return 1"),
        "lambda": code("f = lambda: 1"),
        "for": code("for a in b:\n    a"),
        "comprehension": code("[a for a in b]"),
        "if": code("if a:\n    b"),
        "magic": code("%matplotlib inline"),
        "plotly": code("import plotly.express as px"),
        "from plotly": code("from plotly import graph_objects"),
        "relative path": code("read('data/sample')"),
        "relative path upwards": code("read('../data')"),
        "file beside": code("read('ledger.csv')"),
        "windows path": code(r"read('data\\sample')"),
        "second parameters": PARAMETERS,
    }.values(),
)
def test_a_cell_that_breaks_a_rule_is_found(cell: Cell) -> None:
    assert len(faults({"cells": [PARAMETERS, cell, LAST]})) == 1


def test_an_untyped_parameter_is_found() -> None:
    assert len(faults({"cells": [code('as_of = "2026-10-31"', tags=("parameters",)), LAST]})) == 1


def test_a_report_that_does_not_reconcile_is_found() -> None:
    assert len(faults({"cells": [PARAMETERS, code("aging(ledger, as_of=as_of)")]})) == 1


@pytest.mark.parametrize("name", ["monthly_report", "customers"])
def test_the_prose_of_a_report_is_in_the_catalogue(name: str) -> None:
    cells = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    written = [cell for cell in cells if cell["cell_type"] == "markdown"]
    assert [source(cell) for cell in written] == [prose(cell["metadata"]["text"], "en") for cell in written]
