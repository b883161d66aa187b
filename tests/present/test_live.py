"""Controls and sections: what depends on a control is shown anew, and nothing that fails reaches the reader as code."""

from __future__ import annotations

import logging
from typing import Any

import ipywidgets
import pytest

from arkit.errors import ArkitError
from arkit.present.html import Html, notice
from arkit.present.live import Action, Board, Options, Section, choice, still
from arkit.words.catalogue import current_language, speaking, text

UNEXPECTED = text("present.unexpected")

CALLS: list[str] = []


def says(name: str) -> Any:
    def render(**values: object) -> list[Html]:
        CALLS.append(name)
        return [notice(f"{name} {values}")]

    return render


def texts(page: ipywidgets.VBox) -> list[str]:
    """Return what each section of a page shows."""
    outputs = [child for child in page.children if isinstance(child, ipywidgets.Output)]
    return ["".join(output["data"].get("text/html", "") for output in one.outputs) for one in outputs]


def test_a_change_shows_only_what_depends_on_it() -> None:
    controls = {"entity": choice("Entity", ["ES", "UK"]), "day": choice("Day", [1, 2])}
    Board(controls, [Section(says("both"), ("entity", "day")), Section(says("entity"), ("entity",))]).show()
    CALLS.clear()
    controls["day"].value = 2
    assert CALLS == ["both"]
    controls["entity"].value = "UK"
    assert CALLS == ["both", "both", "entity"]


def test_options_follow_and_a_value_that_is_still_there_is_kept() -> None:
    of = {"ES": [("none", ""), ("A", "A"), ("B", "B")], "UK": [("none", ""), ("B", "B")]}
    controls = {"entity": choice("Entity", ["ES", "UK"]), "customer": choice("Customer", of["ES"])}
    options = {"customer": Options(lambda entity: of[entity], ("entity",))}
    Board(controls, [Section(says("shown"), ("customer",))], options).show()
    controls["customer"].value = "B"
    CALLS.clear()
    controls["entity"].value = "UK"
    assert controls["customer"].value == "B"
    assert CALLS == []
    controls["entity"].value = "ES"
    controls["customer"].value = "A"
    CALLS.clear()
    controls["entity"].value = "UK"
    assert controls["customer"].value == ""
    assert CALLS == ["shown"]


def test_an_unexpected_error_is_a_sentence_and_an_entry_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def broken(entity: str) -> list[Html]:
        raise ZeroDivisionError("secret of line 7")

    entity = {"entity": choice("Entity", ["ES"])}
    with caplog.at_level(logging.ERROR):
        [shown] = texts(Board(entity, [Section(broken, ("entity",))]).show())
    assert UNEXPECTED in shown
    assert "secret" not in shown
    assert "secret of line 7" in caplog.text


def test_an_error_of_arkit_is_told_as_it_is_and_escaped() -> None:
    def refused(entity: str) -> list[Html]:
        raise ArkitError("There is no <b>such</b> entity.")

    entity = {"entity": choice("Entity", ["ES"])}
    [shown] = texts(Board(entity, [Section(refused, ("entity",))]).show())
    assert "There is no &lt;b&gt;such&lt;/b&gt; entity." in shown


@pytest.mark.parametrize(("error", "said"), [(ArkitError("No ledger."), "No ledger."), (KeyError("x"), UNEXPECTED)])
def test_a_page_that_cannot_be_made_says_so(error: Exception, said: str) -> None:
    def fails() -> ipywidgets.VBox:
        raise error

    assert said in texts(still(fails))[0]


def test_a_change_is_shown_in_the_language_of_the_page() -> None:
    entity = choice("Entity", ["ES", "UK"])
    said = Section(lambda entity: [notice(text("collection.stage.reminder") + entity)], ("entity",))
    pressed = Action("Save", lambda entity: [notice(current_language() + entity)])
    with speaking("ru"):
        page = Board({"entity": entity}, [said], actions=[pressed]).show()
    entity.value = "UK"  # as from the browser: no page is being made
    [button] = [child for child in page.children[0].children if isinstance(child, ipywidgets.Button)]
    button.click()
    assert "ruUK" in texts(page)[0]
    assert text("collection.stage.reminder", language="ru") + "UK" in texts(page)[1]


def test_what_a_button_showed_is_gone_after_a_change() -> None:
    entity = choice("Entity", ["ES", "UK"])
    page = Board({"entity": entity}, [], actions=[Action("Save", says("saved"))]).show()
    [button] = [child for child in page.children[0].children if isinstance(child, ipywidgets.Button)]
    button.click()
    assert "saved" in texts(page)[0]
    entity.value = "UK"
    assert texts(page) == [""]
