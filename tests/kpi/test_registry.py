"""The registry is refused unless every figure says what it is, where it comes from, and shows it by an example."""

from dataclasses import replace
from typing import get_args

import polars as pl
import pytest

import arkit as ar
from arkit.kpi.panel import PARTS, defined, gather
from arkit.kpi.question import ask
from arkit.kpi.registry import KPI, KPIS, Example, Good, Unit
from tests.kpi.glossary import PAGE, parts_of, section

FIGURES = [pytest.param(figure, id=name) for name, figure in KPIS.items()]
TEXTS = ("name", "title", "formula", "definition", "source")


def faults(figure: KPI) -> list[str]:
    """What a figure lacks or has wrong."""
    found = [name for name in TEXTS if not getattr(figure, name).strip()]
    found += ["unit"] if figure.unit not in get_args(Unit) else []
    found += ["good"] if figure.good not in get_args(Good) else []
    found += ["parts"] if not figure.parts or set(figure.parts) - set(PARTS) else []
    found += ["undefined"] if not all(reason.strip() for reason in figure.undefined_when) else []
    return found + (["example"] if not shows(figure) else [])


def shows(figure: KPI) -> bool:
    """Whether the example gives its value by the very expression that the panel uses."""
    cells = {name: [value] for name, value in figure.example.inputs.items()}
    if not {*figure.value.meta.root_names()} <= {*cells}:
        return False
    value, reason = defined(figure)
    value, reason = pl.DataFrame(cells, strict=False).select(value=value, reason=reason).row(0)
    return reason is None and value == pytest.approx(figure.example.value, abs=5e-5)


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_is_complete_and_its_example_holds(figure: KPI) -> None:
    assert faults(figure) == []


@pytest.mark.parametrize("name", TEXTS)
def test_a_figure_without_one_of_its_texts_is_refused(name: str) -> None:
    assert faults(replace(KPIS["dso"], **{name: " "})) == [name]


@pytest.mark.parametrize(
    "example",
    [
        pytest.param(Example({}, 121.6667), id="no inputs"),
        pytest.param(Example({"receivables": 50_000, "sales": 150_000, "days": 365}, 121.7), id="another value"),
        pytest.param(Example({"receivables": 50_000, "sales": 0, "days": 365}, 0), id="undefined"),
    ],
)
def test_a_figure_whose_example_does_not_hold_is_refused(example: Example) -> None:
    assert faults(replace(KPIS["dso"], example=example)) == ["example"]


def test_a_figure_of_an_unknown_unit_or_part_is_refused() -> None:
    assert faults(replace(KPIS["dso"], unit="weeks", parts=("budget",))) == ["unit", "parts"]  # type: ignore[arg-type]


def test_the_inputs_of_an_example_are_those_that_the_parts_give() -> None:
    question = ask(ar.sample_ledger(), as_of="2026-10-31", by=None, window="month", policy=None)
    for figure in KPIS.values():
        assert {*figure.example.inputs} <= {*gather(question, list(figure.parts)).columns}, figure.name


def test_a_figure_that_takes_sales_says_which() -> None:
    without = {name for name, figure in KPIS.items() if not figure.sales_basis}
    assert KPIS["dso"].sales_basis == "sales of the window"
    assert KPIS["sales_weighted_dso"].sales_basis == "sales of each month back"
    assert {"past_due_ratio", "days_beyond_terms", "hhi"} <= without
    assert not any("sales" in KPIS[name].formula for name in without)


def test_the_glossary_has_the_registry() -> None:
    """After a change of the registry: `python -m tests.kpi.glossary`."""
    assert parts_of(PAGE.read_text(encoding="utf-8"))[1] == section()
