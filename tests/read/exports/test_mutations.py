"""What people and programs do to an export: it is read the same, or refused with the reason, never wrong in silence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.read.exports.mutants import Mutant
from tests.read.exports.mutations import mutants
from tests.read.exports.outcome import Outcome
from tests.read.exports.score import counted, outcomes

AT_LEAST = 300
SHARE = 0.9
# Of each kind of change these many in the full run; `make prove` takes all.
OF_EACH_CHANGE = 2

Found = list[tuple[Mutant, Outcome]]


@pytest.fixture(scope="module", params=["some", pytest.param("all", marks=pytest.mark.prove)])
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Found:
    folder: Path = tmp_path_factory.mktemp("mutants")
    return list(outcomes(folder, of_each=OF_EACH_CHANGE if request.param == "some" else None))


@pytest.mark.slow
def test_mutants_are_many_and_some_of_them_lose_what_matters() -> None:
    every = list(mutants())
    assert len(every) >= AT_LEAST
    assert len({mutant.change for mutant in every}) >= 40
    assert sum(not mutant.keeps for mutant in every) >= 50


@pytest.mark.slow
def test_what_keeps_its_information_is_read_the_same(
    found: Found, record_property: Callable[[str, object], None]
) -> None:
    ways = counted(found, keeps=True)
    record_property("notice", f"mutations of exports that keep what they say: {shares(ways)}")
    others = [f"{result.kind} {mutant.name}" for mutant, result in found if mutant.keeps and result.kind != "identical"]
    assert ways["identical"] >= SHARE * ways.total(), others


@pytest.mark.slow
def test_the_rest_is_refused_with_a_reason(found: Found, record_property: Callable[[str, object], None]) -> None:
    record_property("notice", f"mutations of exports that lose something: {shares(counted(found, keeps=False))}")
    refused = [result.reason for _, result in found if result.kind == "refused"]
    assert refused
    assert [reason for reason in refused if len(reason) < 40] == []
    assert [
        mutant.name for mutant, result in found if mutant.keeps and result.kind not in ("identical", "refused")
    ] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        "unsigned",
        "signs reversed",
        "days that could be months",
        "marks that could be decimal",
        "no amounts",
        "no customers",
    ],
)
def test_what_nothing_tells_is_asked_for(found: Found, change: str) -> None:
    ends = {mutant.name: result.kind for mutant, result in found if mutant.change == change}
    assert ends
    assert set(ends.values()) == {"refused"}, ends


@pytest.mark.slow
def test_nothing_gives_another_total_in_silence(found: Found) -> None:
    assert [f"{mutant.name}: {result.reason}" for mutant, result in found if result.kind == "silent"] == []


def shares(ways: dict[str, int]) -> str:
    total = sum(ways.values())
    told = ", ".join(f"{number} {kind} ({number / total:.1%})" for kind, number in sorted(ways.items()))
    return f"{told}, of {total}"
