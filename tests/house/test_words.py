"""Words for readers are in the catalogue: none in code, none unused, the same placeholders in every language."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from arkit.words.catalogue import ENGLISH, LOCALES, PLURAL_FORMS, languages
from arkit.words.columns import KINDS
from tests.house.literals import literals, of_path
from tests.house.source import ROOT


def texts(language: str) -> dict[str, list[str]]:
    """Every key of a language with its text, or its texts by plural form."""
    found: dict[str, list[str]] = {}

    def walk(table: Mapping[str, Any], prefix: str) -> None:
        for name, value in table.items():
            key = f"{prefix}.{name}"
            if not isinstance(value, Mapping):
                found[key] = [value]
            elif "other" in value and PLURAL_FORMS.issuperset(value):
                found[key] = list(value.values())
            else:
                walk(value, key)

    for file in sorted((ROOT / LOCALES / language).glob("*.toml")):
        walk(tomllib.loads(file.read_text(encoding="utf-8")), file.stem)
    return found


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


CATALOGUES = {language: texts(language) for language in languages()}


@pytest.mark.parametrize("language", sorted(set(CATALOGUES) - {ENGLISH}))
def test_a_language_has_only_keys_that_english_has(language: str) -> None:
    assert set(CATALOGUES[language]) - set(CATALOGUES[ENGLISH]) == set()


@pytest.mark.parametrize("language", CATALOGUES)
def test_placeholders_are_the_same_in_every_language(language: str) -> None:
    english = CATALOGUES[ENGLISH]
    different = {
        key: forms
        for key, forms in CATALOGUES[language].items()
        if any(placeholders(form) - {"count"} != placeholders(english[key][-1]) - {"count"} for form in forms)
    }
    assert different == {}


# Rooms that still hold literals for readers, and why. A room that is clean leaves this list, and none comes back.
WITH_LITERALS = {
    "cli.py": "help of the command line is English",
    "errors.py": "messages of exceptions are English",
    "model": "messages of exceptions are English",
    "pages.py": "the warning of an old name is English",
    "policy": "messages of exceptions are English",
    "files": "exceptions, questions of a recognised file and their evidence are English",
    "read": "exceptions, questions of a recognised file and their evidence are English",
    "recognise": "exceptions, questions of a recognised file and their evidence are English",
    "reports": "a stored value of 0.1.0, translated on reading",
    "run": "the command line's lines and what a run stores are English; the rest is being moved",
    "settings.py": "messages of exceptions are English",
}
# Files in clean rooms whose strings with blanks are lists of names, not words for readers.
LISTS_OF_NAMES = {"arkit/words/columns.py"}


def clean_files() -> list[Path]:
    files = (file.relative_to(ROOT) for file in (ROOT / "arkit").rglob("*.py"))
    return sorted(file for file in files if file.parts[1] not in WITH_LITERALS and str(file) not in LISTS_OF_NAMES)


def test_no_words_for_readers_are_in_the_code() -> None:
    found = {str(file): of_path(ROOT / file) for file in clean_files()}
    assert {file: texts for file, texts in found.items() if texts} == {}


class Call(NamedTuple):
    """A call of ``text`` with its key, and the values that it fills in; no values where they cannot be seen."""

    place: str
    key: str
    values: frozenset[str] | None


@cache
def sources() -> dict[str, ast.Module]:
    files = sorted((ROOT / "arkit").rglob("*.py"))
    return {str(file.relative_to(ROOT)): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def speaks(tree: ast.Module) -> bool:
    """Whether a module takes ``text`` from the catalogue; other functions have the same name."""
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return any(node.module == "arkit.words.catalogue" and "text" in {it.name for it in node.names} for node in imports)


def calls() -> Iterator[Call]:
    for file, tree in sources().items():
        for node in ast.walk(tree) if speaks(tree) else ():
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text"):
                continue
            if node.args and isinstance(node.args[0], ast.Constant):
                names = {keyword.arg for keyword in node.keywords}
                seen = None if None in names else frozenset(name for name in names if name) - {"count", "language"}
                yield Call(f"{file}:{node.lineno}", str(node.args[0].value), seen)


def test_every_key_in_code_exists() -> None:
    assert [(call.place, call.key) for call in calls() if call.key not in CATALOGUES[ENGLISH]] == []


def test_every_placeholder_is_filled_in() -> None:
    known = [call for call in calls() if call.values is not None and call.key in CATALOGUES[ENGLISH]]
    wanted = {call.key: placeholders(CATALOGUES[ENGLISH][call.key][-1]) - {"count"} for call in known}
    assert [(call.place, call.key) for call in known if call.values != wanted[call.key]] == []


# Keys that are made of a stored value: a code, a column, a lesson with its exercises, a name in a policy.
MADE_OF_VALUES = (
    "values.",
    "columns.",
    "lesson_",
    "collection.stage",
    "segmentation.category",
    "segmentation.rule",
    "segmentation.offer",
)
WRITTEN = re.compile(r"[a-z_]+(?:\.[\w-]+)+")


@cache
def named_in_code() -> tuple[frozenset[str], re.Pattern[str]]:
    """Every key or beginning of a key in code, pages and notebooks, and one pattern for those made of parts."""
    names: set[str] = set()
    patterns = {"(?!)"}
    for tree in sources().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                names.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                patterns.add(_pattern(node))
    for folder, ending in (("templates", "j2"), ("templates", "html"), ("notebooks", "ipynb"), ("templates", "toml")):
        for file in (ROOT / folder).rglob(f"*.{ending}"):
            if "locale" not in file.parts:
                names.update(WRITTEN.findall(file.read_text(encoding="utf-8")))
    return frozenset(names), re.compile("|".join(f"(?:{pattern})" for pattern in sorted(patterns)))


def _pattern(node: ast.JoinedStr) -> str:
    """What a string made of parts can be; nothing where it does not begin with the name of a room and a dot."""
    first = node.values[0]
    if not (isinstance(first, ast.Constant) and re.match(r"[a-z_]+\.", str(first.value))):
        return "(?!)"
    return "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".*" for part in node.values)


def test_no_key_is_unused() -> None:
    names, patterns = named_in_code()

    def used(key: str) -> bool:
        beginnings = {key[:end] for end in [*(dot.start() for dot in re.finditer(r"\.", key)), len(key)]}
        return any(name in names for name in beginnings if "." in name) or bool(patterns.fullmatch(key))

    assert [key for key in CATALOGUES[ENGLISH] if not key.startswith(MADE_OF_VALUES) and not used(key)] == []


def test_columns_and_their_titles_are_the_same() -> None:
    assert {key.removeprefix("columns.") for key in CATALOGUES[ENGLISH] if key.startswith("columns.")} == {*KINDS}


# A page in Russian or Chinese has its tables, tiles and charts in its language.
COMPLETE = ("columns", "values", "formats", "present")


@pytest.mark.parametrize("language", sorted(set(CATALOGUES) - {ENGLISH}))
def test_tables_tiles_and_charts_are_translated(language: str) -> None:
    wanted = {key for key in CATALOGUES[ENGLISH] if key.partition(".")[0] in COMPLETE}
    wanted |= {key for key in CATALOGUES[ENGLISH] if key.startswith("kpi.") and not key.endswith(".source")}
    assert wanted - set(CATALOGUES[language]) == set()


@pytest.mark.parametrize(
    "line", ['title = "Open receivables by age"', 'table(rows, caption="Customers")', 'f"{count} rows of {file}"']
)
def test_a_literal_for_readers_is_found(line: str) -> None:
    assert len(list(literals(ast.parse(line)))) >= 1


@pytest.mark.parametrize(
    "line",
    ['"""A docstring of words."""', 'raise ValueError("no such day")', 'column("due_date")', 'text("kpi.dso.title")'],
)
def test_what_is_not_for_readers_is_not_found(line: str) -> None:
    assert list(literals(ast.parse(line))) == []
