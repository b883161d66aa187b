"""The report's page in a real Chromium: charts have marks, nothing is fetched, nothing foreign runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, Route, sync_playwright

from arkit.present.html import table
from arkit.resources import resource
from arkit.run import report
from arkit.run.html import PLOTLY, page
from arkit.sample import generate, write

ATTACK = '<img src=x onerror="document.title=\'attacked\'"><script>document.title="attacked"</script>'
BREAK_OUT = '</script><script>document.title="attacked"</script>'
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}
A4_WIDTH = 718  # CSS pixels between the page's margins


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    """Start Chromium once."""
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


class Watched:
    """A page that notes what it should not do."""

    def __init__(self, browser: Browser, file: Path, viewport: dict[str, int]) -> None:
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page: Page = browser.new_page(viewport=viewport)  # type: ignore[arg-type]
        self.page.route("**/*", self._answer)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)
        self.page.goto(file.as_uri())
        self.page.wait_for_selector("body.drawn")

    def _answer(self, route: Route) -> None:
        self.requests.append(route.request.url)
        route.continue_() if route.request.url.startswith("file:") else route.abort()


def markup(text: str) -> Any:
    return new_code_cell("show()", outputs=[new_output("display_data", data={"text/html": text})])


def toy_page(name: str) -> str:
    """A page with a chart and a table that carry the name, and a table that forgot to escape it."""
    bars = [go.Bar(x=["not due", "1-30"], y=[3.0, 1.0], name=name), go.Bar(x=["not due", "1-30"], y=[1.0, 2.0])]
    figure = go.Figure(bars, {"barmode": "stack", "height": 300, "title": name}).to_plotly_json()
    frame = pd.DataFrame({"name": ["b", name, "a"], "open_amount": [9.0, 10.0, -1000.5]})
    cells = [
        new_markdown_cell("# Receivables"),
        new_code_cell("chart()", outputs=[new_output("display_data", data={PLOTLY: figure, "text/plain": "Figure"})]),
        markup(table(frame, caption="Customers").markup),
        markup(f"<table><tbody><tr><td>{name}</td></tr></tbody></table>"),
    ]
    return page(new_notebook(cells=cells), title=f"Receivables of {name}")


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("toy") / "report.html"
    file.write_text(toy_page("Alpha & Sons"), encoding="utf-8")
    return file


@pytest.fixture
def opened(browser: Browser, toy: Path) -> Iterator[Page]:
    watched = Watched(browser, toy, DESK)
    yield watched.page
    watched.page.close()
    assert watched.errors == []
    assert watched.requests == [toy.as_uri()]


def test_a_chart_has_marks(opened: Page) -> None:
    marks = opened.locator(".bars .point path")
    assert marks.count() == 4
    sizes = [marks.nth(number).bounding_box() for number in range(4)]
    assert all(size is not None and size["height"] > 10 and size["width"] > 10 for size in sizes)
    assert opened.evaluate("document.querySelector('.plot')._fullData[0].x") == ["not due", "1-30"]


def test_a_figure_that_cannot_be_drawn_is_seen(browser: Browser, tmp_path: Path) -> None:
    broken = toy_page("Alpha").replace('"data":[', '"data":[[', 1)
    (tmp_path / "broken.html").write_text(broken, encoding="utf-8")
    watched = Watched(browser, tmp_path / "broken.html", DESK)
    assert watched.page.locator(".plot.failed").inner_text() == "This chart cannot be drawn."
    assert watched.errors != []


AS_WIDE_AS_ITS_PLACE = """(window_width) => {
    const width = (place) => document.querySelector(place).getBoundingClientRect().width;
    return innerWidth === window_width && Math.abs(width(".main-svg") - width("figure.chart")) < 2;
}"""


def test_a_chart_follows_the_width(opened: Page) -> None:
    for width in (1280, 700, 390):
        opened.set_viewport_size({"width": width, "height": 800})
        opened.wait_for_function(AS_WIDE_AS_ITS_PLACE, arg=width)


def test_a_chart_fits_the_paper_and_comes_back(opened: Page) -> None:
    width = "document.querySelector('.main-svg').getBoundingClientRect().width"
    before = opened.evaluate(width)
    opened.evaluate("dispatchEvent(new Event('beforeprint'))")
    opened.emulate_media(media="print")
    opened.wait_for_function(f"600 < {width} && {width} <= {A4_WIDTH}")
    opened.emulate_media(media="screen")
    opened.evaluate("dispatchEvent(new Event('afterprint'))")
    opened.wait_for_function(f"{width} === {before}")


def test_the_page_prints_on_a4(opened: Page, tmp_path: Path) -> None:
    paper = opened.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    assert b"/MediaBox [0 0 594.95996 841.91998]" in paper or b"/MediaBox [0 0 595" in paper


def test_a_table_sorts_by_a_click(opened: Page) -> None:
    names = opened.locator("main table").first.locator("tbody td:first-child")
    amount = opened.locator("main table").first.locator("thead th").nth(1)
    amount.click()
    assert names.all_inner_texts() == ["a", "b", "Alpha & Sons"]
    assert amount.get_attribute("aria-sort") == "ascending"
    amount.press("Enter")
    assert names.all_inner_texts() == ["Alpha & Sons", "b", "a"]


def test_the_code_is_shown_on_request(opened: Page) -> None:
    code = opened.locator("pre.code").first
    assert not code.is_visible()
    opened.get_by_role("button", name="Show how it was computed").click()
    assert code.is_visible()


def test_a_phone_does_not_scroll_sideways(browser: Browser, toy: Path) -> None:
    watched = Watched(browser, toy, PHONE)
    assert watched.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    watched.page.close()


@pytest.mark.parametrize("name", [ATTACK, BREAK_OUT], ids=["attack", "break out"])
def test_a_hostile_name_does_nothing(name: str, browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "hostile.html").write_text(toy_page(name), encoding="utf-8")
    watched = Watched(browser, tmp_path / "hostile.html", DESK)
    watched.page.wait_for_load_state("networkidle")  # a picture that is not there would have failed by now
    assert watched.page.title() == f"Receivables of {name}"
    assert watched.page.locator(".bars .point path").count() == 4
    assert [url for url in watched.requests if not url.startswith("file:")] == []


def test_a_ledger_with_hostile_names_makes_a_harmless_report(browser: Browser, tmp_path: Path) -> None:
    ledger = write(generate(items=500, seed=1, hostile=True), tmp_path / "ledger")
    made = report(ledger=ledger, as_of="2026-10-31", output=tmp_path / "reports")
    watched = Watched(browser, made.folder / "report.html", DESK)
    assert watched.page.title() == "Receivables on 31 Oct 2026"
    assert watched.page.locator("main script[src], main img, main iframe").count() == 0
    assert watched.errors == []
    watched.page.close()
    book = load_workbook(made.folder / "report.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert {str(cell.value).split("(")[0] for cell in cells} <= {"=SUBTOTAL", "=SUMIFS"}


def test_the_monthly_report_of_the_sample_opens(browser: Browser, tmp_path: Path) -> None:
    sample, layout = resource("data/sample"), resource("templates/layouts/sample.toml")
    made = report(ledger=sample, layout=layout, as_of="2026-10-31", output=tmp_path)
    file = made.folder / "report.html"
    assert file.stat().st_size < 5_300_000
    for viewport in (DESK, PHONE):
        watched = Watched(browser, file, viewport)
        assert watched.page.locator(".bars .point path").count() > 5
        assert watched.page.locator(".plot.failed").count() == 0
        assert watched.page.locator("main table").count() > 5
        assert watched.errors == []
        assert watched.requests == [file.as_uri()]
        watched.page.close()
