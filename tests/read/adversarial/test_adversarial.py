"""Exports drawn to mislead: each comes out right, or is asked about and right then, or is refused; never wrong unsaid.

``python -m tests.read.adversarial.score --one SEED`` makes one of them again.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.read.adversarial.exports import export
from tests.read.adversarial.forms import KINDS, LANGUAGES, words
from tests.read.adversarial.score import GOOD, Result, counted, results, summary

FILES = 300
MANY = 20_000
# The share that must be right, or right after one round of answers; and how many may be wrong without a word.
AT_LEAST = 0.85
WRONG_IN_SILENCE = 0

NEVER = ("wrong", "broken")


@pytest.fixture(scope="module")
def found() -> list[Result]:
    return results(range(FILES))


def test_nothing_is_wrong_without_a_word(found: list[Result]) -> None:
    wrong = [str(one) for one in found if one.verdict.kind in NEVER]
    assert len(wrong) <= WRONG_IN_SILENCE, "\n".join(wrong)


def test_most_are_right_at_once_or_after_one_round(
    found: list[Result], record_property: Callable[[str, object], None]
) -> None:
    record_property("notice", f"adversarial exports\n{summary(found)}")
    ways = counted(found)
    assert sum(ways[kind] for kind in GOOD) >= AT_LEAST * len(found), summary(found)


@pytest.mark.prove
def test_of_many_none_is_wrong_without_a_word(record_property: Callable[[str, object], None]) -> None:
    many = results(range(FILES, FILES + MANY), processes=os.cpu_count() or 1)
    record_property("notice", f"adversarial exports\n{summary(many)}")
    wrong = [str(one) for one in many if one.verdict.kind in NEVER]
    assert len(wrong) <= WRONG_IN_SILENCE * len(many) // FILES, "\n".join(wrong[:50])
    assert sum(counted(many)[kind] for kind in GOOD) >= AT_LEAST * len(many)


def test_a_seed_makes_the_same_export_again() -> None:
    assert export(17) == export(17)
    assert export(17).content != export(17 + len(KINDS)).content


def test_every_kind_and_language_is_drawn() -> None:
    drawn = [export(seed).form for seed in range(FILES)]
    assert {form.kind for form in drawn} == {*KINDS}
    assert {form.language for form in drawn} == {*LANGUAGES, "xx"}


def test_every_language_has_every_word() -> None:
    assert {language: {*words()["en"]} ^ {*found} for language, found in words().items()} == {
        language: set() for language in words()
    }
