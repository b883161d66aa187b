"""Words for readers are in the catalogue: none in code, none unused, the same placeholders in every language."""

from __future__ import annotations

import ast
import string
import tomllib
from collections.abc import Mapping
from typing import Any

import pytest

from arkit.words.catalogue import ENGLISH, LOCALES, PLURAL_FORMS, languages
from tests.house.literals import literals
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
