"""Literals for readers that are outside the catalogue. ``python -m tests.house.literals arkit/reports`` lists them."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from arkit.words.catalogue import has_text

WORDS = re.compile(r"[^\W\d_]{2,}[,;:.]? [^\W\d_]{2,}")
ONE_WORD = re.compile(r"^[A-Z][a-z]+[.:]?$")
CODE = re.compile(r"^/|``|[\\^$|<>]|\(\?|^\s*(?:select|with|set|create|attach|pragma)\s|%[a-zA-Z]|://", re.IGNORECASE)
TITLES = {"title", "caption", "note", "label", "text", "sentence", "description", "placeholder", "tooltip", "names"}
# Who runs arkit reads these in English: what an exception says, what is logged, what warns a programmer.
FOR_OPERATORS = re.compile(
    r"(Error|_error|^unknown_name|^no_\w+|^not_\w+|^warn|^debug|^info|^warning|^exception|^refus\w*)$"
)


# Places and styles in the terms of Plotly and CSS.
STYLES = frozenset({"middle right", "top center", "row wrap"})
FONTS = re.compile(r"sans-serif$")


def literals(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and text of every string for readers."""
    yield from _within(tree, docstring=True)


def _within(node: ast.AST, *, docstring: bool = False, keyword: str = "") -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and FOR_OPERATORS.search(_called(node.func))):
        return
    if isinstance(node, ast.Call) and _called(node.func) == "split":
        return  # names in a row, not a sentence
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and _is_for_readers(node.value, keyword):
            yield node.lineno, node.value
        return
    body = getattr(node, "body", None)
    for child in ast.iter_child_nodes(node):
        is_docstring = isinstance(body, list) and isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        if not is_docstring:
            yield from _within(child, keyword=node.arg or "" if isinstance(node, ast.keyword) else "")


def _called(function: ast.AST) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _is_for_readers(text: str, keyword: str) -> bool:
    if text in STYLES or FONTS.search(text) or CODE.search(text) or has_text(f"values.{text}"):
        return False
    return bool(WORDS.search(text)) or (keyword in TITLES and bool(ONE_WORD.search(text)))


# Data that is not said to a reader by arkit, by folder: which strings, and why they are in code.
DATA: dict[str, tuple[re.Pattern[str], str]] = {
    "arkit/sample": (re.compile(r"[a-z ]+"), "fates, ways to pay and topics of chance: codes of the synthetic sample"),
    "arkit/teach/lessons": (re.compile(r"[A-Z][a-z]+ [A-Z][a-z]+"), "customers of a lesson, whatever its language"),
}


def of_path(path: Path) -> list[tuple[int, str]]:
    """The literals of a file, by line; data left out."""
    data = [codes for folder, (codes, _) in DATA.items() if f"/{folder}/" in f"/{path.as_posix()}"]
    found = literals(ast.parse(path.read_text(encoding="utf-8")))
    return [(line, text) for line, text in found if not any(codes.fullmatch(text) for codes in data)]


if __name__ == "__main__":
    files = [
        file for name in sys.argv[1:] for file in ([Path(name)] if name.endswith(".py") else Path(name).rglob("*.py"))
    ]
    found = [(file, line, text) for file in sorted(files) for line, text in of_path(file)]
    print("\n".join(f"{file}:{line}: {text!r}" for file, line, text in found))
    print(len(found), "literals for readers")
