"""Time is an argument: nothing in arkit reads the clock, but for run/, which stamps a report with its making."""

import ast

import pytest

from tests.house.source import TREES

READS_THE_CLOCK = {"now", "today", "utcnow"}
OF_TIME = {"time", "time_ns", "localtime", "gmtime", "ctime", "asctime", "strftime"}
MAY_READ_IT = "arkit.run"


def readings(tree: ast.Module) -> list[int]:
    """Lines that read the calendar; perf_counter and monotonic only measure how long something takes."""
    return sorted({node.lineno for node in ast.walk(tree) if isinstance(node, ast.expr | ast.stmt) and reads(node)})


def reads(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr=name) if name in READS_THE_CLOCK:
            return True
        case ast.Attribute(value=ast.Name(id="time"), attr=name) if name in OF_TIME:
            return True
        case ast.ImportFrom(module="time", names=names):
            return any(alias.name in OF_TIME for alias in names)
        case ast.Call(args=[ast.Constant(value="now" | "today")]):
            return True
    return False


def test_arkit_never_reads_the_clock() -> None:
    found = {name: readings(tree) for name, tree in TREES.items() if not name.startswith(MAY_READ_IT)}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    [
        "datetime.now()",
        "date.today()",
        "datetime.datetime.utcnow()",
        "field(default_factory=date.today)",
        "time.time()",
        "from time import time",
        "pd.Timestamp('now')",
        "pd.to_datetime('today')",
    ],
)
def test_a_reading_is_found(line: str) -> None:
    assert readings(ast.parse(line)) == [1]


@pytest.mark.parametrize("line", ["time.perf_counter()", "as_of.isoformat()", "from time import monotonic", "x.time"])
def test_what_is_no_reading_is_not_found(line: str) -> None:
    assert readings(ast.parse(line)) == []
