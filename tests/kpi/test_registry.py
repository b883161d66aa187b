"""The registry is refused unless every kpi says what it is, where it comes from, and shows it by an example."""

from dataclasses import replace
from typing import get_args

import polars as pl
import pytest

import arkit as ar
from arkit.errors import UnknownNameError
from arkit.kpi.panel import PARTS, defined, gather
from arkit.kpi.question import ask
from arkit.kpi.registry import KPI, KPIS, Example, Good, Page, Unit
from arkit.words.catalogue import ENGLISH, languages, speaking
from tests.kpi.glossary import PAGE, parts_of, section

EACH = [pytest.param(kpi, id=name) for name, kpi in KPIS.items()]
TEXTS = ("name", "title", "formula", "definition", "source")


def faults(kpi: KPI) -> list[str]:
    """What a kpi lacks or has wrong."""
    found = [name for name in TEXTS if not getattr(kpi, name).strip()]
    found += ["unit"] if kpi.unit not in get_args(Unit) else []
    found += ["good"] if kpi.good not in get_args(Good) else []
    found += ["parts"] if not kpi.parts or set(kpi.parts) - set(PARTS) else []
    found += ["undefined"] if not all(reason.strip() for reason in kpi.undefined_when) else []
    return found + (["example"] if not shows(kpi) else [])


def shows(kpi: KPI) -> bool:
    """Whether the example gives its value by the very expression that the panel uses."""
    cells = {name: [value] for name, value in kpi.example.inputs.items()}
    if not {*kpi.value.meta.root_names()} <= {*cells}:
        return False
    value, reason = defined(kpi)
    value, reason = pl.DataFrame(cells, strict=False).select(value=value, reason=reason).row(0)
    return reason is None and value == pytest.approx(kpi.example.value, abs=5e-5)


@pytest.mark.parametrize("kpi", EACH)
def test_a_kpi_is_complete_and_its_example_holds(kpi: KPI) -> None:
    assert faults(kpi) == []


@pytest.mark.parametrize("name", TEXTS[1:])
def test_a_kpi_without_one_of_its_texts_is_refused(name: str) -> None:
    with pytest.raises(UnknownNameError, match=f"no text 'kpi.weeks_to_pay.{name}'"):
        getattr(replace(KPIS["dso"], name="weeks_to_pay"), name)


@pytest.mark.parametrize("language", [language for language in languages() if language != ENGLISH])
def test_every_kpi_has_its_words_in_every_language(language: str) -> None:
    with speaking(ENGLISH):
        english = {(name, text): getattr(kpi, text) for name, kpi in KPIS.items() for text in TEXTS[1:-1]}
    with speaking(language):
        own = {(name, text): getattr(kpi, text) for name, kpi in KPIS.items() for text in TEXTS[1:-1]}
        reasons = {reason for kpi in KPIS.values() for reason in kpi.undefined_when}
    assert [key for key, words in own.items() if words == english[key]] == []
    assert [reason for reason in reasons if reason.isascii()] == []


@pytest.mark.parametrize("page", get_args(Page))
def test_no_two_kpis_have_the_same_place(page: Page) -> None:
    places = [kpi.places[page] for kpi in KPIS.values() if page in kpi.places]
    assert sorted(places) == [*range(1, len(places) + 1)]


@pytest.mark.parametrize(
    "example",
    [
        pytest.param(Example({}, 121.6667), id="no inputs"),
        pytest.param(Example({"receivables": 50_000, "sales": 150_000, "days": 365}, 121.7), id="another value"),
        pytest.param(Example({"receivables": 50_000, "sales": 0, "days": 365}, 0), id="undefined"),
    ],
)
def test_a_kpi_whose_example_does_not_hold_is_refused(example: Example) -> None:
    assert faults(replace(KPIS["dso"], example=example)) == ["example"]


def test_a_kpi_of_an_unknown_unit_or_part_is_refused() -> None:
    assert faults(replace(KPIS["dso"], unit="weeks", parts=("budget",))) == ["unit", "parts"]  # type: ignore[arg-type]


def test_the_inputs_of_an_example_are_those_that_the_parts_give() -> None:
    question = ask(ar.sample_ledger(), as_of="2026-10-31", by=None, window="month", policy=None)
    for kpi in KPIS.values():
        assert {*kpi.example.inputs} <= {*gather(question, list(kpi.parts)).columns}, kpi.name


def test_a_kpi_that_takes_sales_says_which() -> None:
    without = {name for name, kpi in KPIS.items() if not kpi.sales_basis}
    assert KPIS["dso"].sales_basis == "sales of the window"
    assert KPIS["sales_weighted_dso"].sales_basis == "sales of each month back"
    assert {"past_due_ratio", "days_beyond_terms", "hhi"} <= without
    assert not any("sales" in KPIS[name].formula for name in without)


def test_the_glossary_has_the_registry() -> None:
    """After a change of the registry: `python -m tests.kpi.glossary`."""
    assert parts_of(PAGE.read_text(encoding="utf-8"))[1] == section()
