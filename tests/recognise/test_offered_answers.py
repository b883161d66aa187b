"""Every answer that is offered works: it is accepted, and its question is not asked again."""

import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest

import arkit as ar
from arkit.errors import ArkitError, ReadingError
from arkit.files.questions import Candidate, Question, QuestionsError, as_hints, merged, nested, parsed
from tests.recognise.exports import DAY, write
from tests.recognise.test_traps import ASKED

FOLDER = Path(__file__).parents[1] / "read" / "cases"
FILES = sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".csv", ".txt"))
TRIED = 5
REFUSED = ("The hints cannot be used", "There is no", "has no column", "changes nothing", "not an ISO", "hints are for")


def asked_of(path: Path, hints: dict[str, Any] | None = None, day: str | None = None) -> tuple[Question, ...]:
    """What a file leaves open; nothing where it is read, or refused for what no answer heals."""
    try:
        ar.read_ledger(path, hints=hints, snapshot_on=day)
    except QuestionsError as error:
        return error.questions
    except ReadingError as error:
        if any(part in str(error) for part in REFUSED):
            raise
    except ArkitError:
        pass
    return ()


def answers(question: Question) -> list[tuple[Candidate | None, dict[str, Any]]]:
    """Each candidate as hints; where there is none, the example, unless that is a column nobody could name."""
    offered: tuple[Candidate | None, ...] = question.candidates or (() if question.key[0] == "columns" else (None,))
    return [(each, nested(*question.answer(each))) for each in offered]


def wrongly_offered(path: Path, day: str | None = None) -> list[str]:
    """The answers that are refused, or whose question is asked again."""
    found = []
    for question in asked_of(path, day=day):
        offered = answers(question)
        # Of many candidates some from the first to the last: each costs a whole reading.
        for candidate, hints in offered[:: max(1, len(offered) // TRIED)]:
            try:
                again = asked_of(path, hints, day)
            except ReadingError as error:
                found.append(f"{question.as_flag(candidate)}: {error}")
                continue
            if any((each.key, each.text) == (question.key, question.text) for each in again):
                found.append(f"{question.as_flag(candidate)}: asked again")
    return found


@pytest.mark.parametrize("name", FILES)
def test_an_answer_to_a_case_is_accepted(name: str) -> None:
    assert wrongly_offered(FOLDER / name) == []


@pytest.mark.parametrize("name", ASKED)
def test_an_answer_to_an_unclear_file_is_accepted(name: str, tmp_path: Path) -> None:
    assert wrongly_offered(write(tmp_path, ASKED[name][0]), DAY) == []


@pytest.mark.parametrize("name", FILES)
def test_the_ways_to_answer_say_the_same(name: str) -> None:
    for question in asked_of(FOLDER / name):
        for candidate, hints in answers(question):
            words = shlex.split(question.as_flag(candidate))
            if words[0] == "--snapshot-on":
                flags = {"snapshot_on": words[1]}
            else:
                flags = merged(hint for word in words[1::2] if (hint := parsed(word)))
            wanted = as_hints(hints)
            assert as_hints(flags) == wanted
            assert as_hints(tomllib.loads(question.as_toml(candidate))) == wanted
            python = eval(f"dict({question.as_python(candidate)})")
            assert as_hints({**python.pop("hints", {}), **python}) == wanted
