"""Small pieces: a function fits on a screen, a file holds one idea."""

import ast
from collections.abc import Callable

import pytest

from tests.house.source import TEXTS, TREES

FUNCTION_AIM, FUNCTION_LIMIT = 20, 40
FILE_AIM, FILE_LIMIT = 400, 600

Function = ast.FunctionDef | ast.AsyncFunctionDef


def length(function: Function) -> int:
    """Lines of the body that are not its docstring."""
    first, last = function.body[0], function.body[-1]
    documented = ast.get_docstring(function) is not None
    start = (first.end_lineno or 0) + 1 if documented else first.lineno
    return max((last.end_lineno or 0) - start + 1, 0)


def functions() -> dict[str, int]:
    return {
        f"{name}.{node.name}": length(node)
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, Function)
    }


def files() -> dict[str, int]:
    return {name: len(text.splitlines()) for name, text in TEXTS.items()}


@pytest.mark.parametrize(
    ("measured", "aim", "limit"),
    [(functions, FUNCTION_AIM, FUNCTION_LIMIT), (files, FILE_AIM, FILE_LIMIT)],
    ids=["functions", "files"],
)
def test_nothing_is_too_long(
    measured: Callable[[], dict[str, int]], aim: int, limit: int, record_property: Callable[[str, object], None]
) -> None:
    lines = measured()
    for name, count in lines.items():
        if aim < count <= limit:
            record_property("notice", f"{name} has {count} lines; the aim is {aim}")
    assert {name: count for name, count in lines.items() if count > limit} == {}


def test_the_length_of_a_function_leaves_out_its_docstring() -> None:
    text = 'def f():\n    """One.\n\n    Two.\n    """\n    a = 1\n\n    return a\n'
    tree = ast.parse(text)
    assert isinstance(tree.body[0], ast.FunctionDef)
    assert length(tree.body[0]) == 3


def test_a_function_of_a_docstring_alone_has_no_length() -> None:
    tree = ast.parse('def f():\n    """One."""\n')
    assert isinstance(tree.body[0], ast.FunctionDef)
    assert length(tree.body[0]) == 0
