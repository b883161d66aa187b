"""Small exports, each of a kind that people report: the right value, or a question whose true answer gives it.

``python -m tests.read.test_cases paid_by_status`` shows what becomes of a file.
"""

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.read.judge import Asked, Truth, Verdict, judged

FOLDER = Path(__file__).parent / "cases"
OF_THE_TRUTH = ("right", "customers", "documents", "items", "named", "answers")

# Cases that do not come out yet. Each must fail: who mends one takes it off.
NOT_YET = """
"""


def cases() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for case in tomllib.loads((FOLDER / "right.toml").read_text(encoding="utf-8"))["case"]:
        day = case.get("day", case["exported"]) if case.get("day_given", True) else "no day"
        found[f"{case['file'].split('.')[0]} {day}{'' if 'right' in case else ' contradicted'}"] = case
    return found


def verdict(case: dict[str, Any]) -> Verdict:
    asked = Asked(
        FOLDER / case["file"],
        case["exported"],
        case.get("day", case["exported"]),
        case.get("day_given", True),
        case.get("told", {}),
    )
    return judged(asked, Truth(**{name: case[name] for name in OF_THE_TRUTH if name in case}))


def is_good(case: dict[str, Any], found: Verdict) -> bool:
    if found.kind == "asked":
        return not any(re.search(word, found.words) for word in case.get("never_asked", ()))
    if found.kind in ("refused", "stuck") and "refused" in case:
        return bool(re.search(case["refused"], found.words))
    return found.kind == "right"


@pytest.mark.parametrize("name", cases())
def test_it_is_right_or_asked_for(name: str) -> None:
    case = cases()[name]
    found = verdict(case)
    good = is_good(case, found)
    if name in NOT_YET.strip().splitlines():
        assert not good, f"{name} comes out now ({found.kind}): take it off NOT_YET"
    else:
        assert good, f"{found.kind}: {found.words}"


def test_every_file_has_a_case_and_what_is_not_yet_is_one() -> None:
    files = {path.name for path in FOLDER.iterdir()} - {"right.toml"}
    assert {case["file"] for case in cases().values()} == files
    assert {*NOT_YET.strip().splitlines()} <= {*cases()}


def main() -> None:
    for name, case in cases().items():
        if all(word in name for word in sys.argv[1:]):
            found = verdict(case)
            sign = "+" if is_good(case, found) else "-"
            sys.stdout.write(f"{sign} {name}: {found.kind} {found.words}\n")


if __name__ == "__main__":
    main()
