"""The page of an export: questions as lists of answers, the total, the layout; cells of the file are data."""

from __future__ import annotations

import builtins
import re
from pathlib import Path
from typing import Any

import ipywidgets
import pytest

import arkit as ar
from arkit.errors import ServingError
from tests.run.test_answers import DAY, UNCLEAR

HOSTILE = "<img src=x onerror=alert(1)>"


def parts(page: Any) -> list[Any]:
    """Every control and output of a page, from top to bottom."""
    return [one for child in page.children for one in (parts(child) if isinstance(child, ipywidgets.Box) else [child])]


def said(page: Any) -> str:
    outputs = [output for part in parts(page) if isinstance(part, ipywidgets.Output) for output in part.outputs]
    return "\n".join(output["data"]["text/html"] for output in outputs)


def controls(page: Any) -> list[Any]:
    return [part for part in parts(page) if isinstance(part, ipywidgets.Dropdown | ipywidgets.Text)]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_text(UNCLEAR.replace("Alfa", HOSTILE), encoding="utf-8")
    return path


def answered(page: Any) -> Any:
    amount = controls(page)[0]
    amount.value = next(each for name, each in amount.options if name.startswith("Amount open"))
    controls(page)[1].value = "EUR"
    controls(page)[2].value = DAY
    return page


def test_questions_are_lists_of_answers_with_their_totals(export: Path) -> None:
    page = ar.open_export(export)
    assert [name for name, _ in controls(page)[0].options][1:] == ["Balance due  ·  600.00", "Amount open  ·  550.00"]
    assert "3 questions are open." in said(page)
    assert not [part for part in parts(page) if isinstance(part, ipywidgets.Button)], "nothing to save yet"


def test_answers_lead_to_a_total_and_a_layout(export: Path) -> None:
    page = answered(ar.open_export(export))
    assert "EUR 550.00 on 31 Mar 2026. A report can be run." in said(page)
    [save] = [part for part in parts(page) if isinstance(part, ipywidgets.Button)]
    save.click()
    layout = export.with_name("export_layout.toml")
    assert 'snapshot_on="2026-03-31"' in said(page)
    ledger = ar.read_ledger(export, layout=layout, snapshot_on=DAY)
    assert ar.reconcile(ledger, as_of=DAY)["control_total"].tolist() == [550.0]
    save.click()
    assert "already" in said(page)


def test_cells_of_the_file_are_text(export: Path) -> None:
    shown = said(answered(ar.open_export(export)))
    assert "&lt;img src=x" in shown
    assert "<img" not in shown


def test_what_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    assert "There is no file or folder" in said(ar.open_export(tmp_path / "none.csv"))
    assert "cannot be used" in said(ar.open_export(hints=tmp_path / "none.toml"))


@pytest.mark.parametrize("language", ["ru", "zh"])
def test_the_page_speaks_a_language_before_and_after_an_answer(export: Path, language: str) -> None:
    letters = {"ru": "[а-я]{4}", "zh": "[一-鿿]{2}"}[language]
    page = ar.open_export(export, language=language)
    assert re.search(letters, said(page))
    assert re.search(letters, said(answered(page)))


def test_without_widgets_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "arkit.serve.pages.export":
            raise ModuleNotFoundError("No module named 'ipywidgets'", name="ipywidgets")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ServingError, match=r"ipywidgets is not installed.*arkit\[lab\]"):
        ar.open_export()
