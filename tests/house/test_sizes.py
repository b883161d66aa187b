"""Small functions in modules of one idea: neither scattered over many files nor piled up in one."""

import ast
from collections.abc import Callable

import pytest

from tests.house.shape import Function, body_lines, import_share, largest_share, measured, modules
from tests.house.source import TEXTS, TREES

FUNCTION_AIM, FUNCTION_LIMIT = 20, 40
FILE_AIM, FILE_LIMIT = 400, 600
MODULES_LIMIT = 170
IMPORTS_LIMIT = 0.06
ROOM_LIMIT = 0.20
SMALL = 60
# Why a module of few lines is one: each is an idea that many others take alone.
SMALL_FOR_A_REASON = {
    "model/schema.py": "reads the contract of the tables, which is data",
    "resources.py": "where files beside the package lie; everything may ask, so it imports nothing",
    "settings.py": "the one way to read a settings file; layouts and policies are refused alike",
}
NEED_NO_REASON = {"__init__.py", "__main__.py"}


def functions() -> dict[str, int]:
    return {
        f"{name}.{node.name}": body_lines(node)
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


def test_arkit_is_a_small_package() -> None:
    assert len(modules()) <= MODULES_LIMIT


def test_few_lines_are_imports() -> None:
    assert import_share(modules()) <= IMPORTS_LIMIT


def test_no_room_outgrows_the_house() -> None:
    assert largest_share(modules()) <= ROOM_LIMIT


def test_a_small_module_has_a_reason() -> None:
    small = {one.name for one in modules() if one.lines < SMALL and one.name.split("/")[-1] not in NEED_NO_REASON}
    assert small - set(SMALL_FOR_A_REASON) == set(), "merge it with its neighbour, or say here why it is alone"
    assert set(SMALL_FOR_A_REASON) - {one.name for one in modules()} == set(), "these are gone"


MODULE = '''"""What it is."""

from __future__ import annotations

import os  # for the name


def name() -> str:
    """The name.

    Examples
    --------
    >>> name()
    """
    # Why it is right.
    words = """
    two lines
    """
    return words + os.name  # type: ignore[operator]
'''


def test_code_is_what_is_neither_blank_comment_docstring_nor_import() -> None:
    one = measured("room/name.py", MODULE)
    assert (one.room, one.lines, one.code, one.imports, one.comments) == ("room", 19, 5, 2, 2)
    assert one.bodies == (5,)


def test_the_length_of_a_function_leaves_out_its_docstring() -> None:
    [three] = ast.parse('def f():\n    """One.\n\n    Two.\n    """\n    a = 1\n\n    return a\n').body
    [none] = ast.parse('def f():\n    """One."""\n').body
    assert isinstance(three, ast.FunctionDef)
    assert isinstance(none, ast.FunctionDef)
    assert (body_lines(three), body_lines(none)) == (3, 0)
