"""The dashboards in a real Chromium: the package's numbers, controls that answer, nothing foreign."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect, sync_playwright

import arkit as ar
from arkit.words.columns import short_amount
from tests.serve.serving import Server, serving

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
DAY = date(2026, 10, 31)
CHARTS = {"": 0, "receivables": 2, "customers": 1, "worklist": 0}
"""The pages, and how many charts each has."""

PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)
BAR = ".bars .point path"
FOREIGN = "#cells iframe, #cells script[src], #cells [onerror], #cells img[src=x]"


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    """Start Chromium once."""
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def ledger(dashboards: Server) -> ar.Ledger:
    """The ledger that is served, read by itself."""
    return ar.read_ledger(dashboards.log.parents[1] / "ledger")


STILL = """() => new Promise((answer) => {
    const places = () => [...document.querySelectorAll(".arkit-board > *, .js-plotly-plot .point path")]
        .map((one) => Object.values(one.getBoundingClientRect().toJSON()).join()).join(";");
    let before = places(), since = performance.now();
    const look = () => {
        const now = places();
        if (now !== before) [before, since] = [now, performance.now()];
        if (performance.now() - since > 300) answer(true); else requestAnimationFrame(look);
    };
    look();
})"""
"""Nothing on the page has moved for a while."""


class Watched:
    """A page that notes what it should not do."""

    def __init__(self, browser: Browser, server: Server, path: str, viewport: dict[str, int]) -> None:
        self.faults: list[str] = []
        context = browser.new_context(viewport=viewport, accept_downloads=True)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda line: self.faults.append(line.text) if line.type == "error" else None)
        self.page.on("response", lambda answer: self._note(answer.status, answer.url))
        self.page.on("request", lambda request: self._note(0, request.url))
        self.server = server
        separator = "&" if "?" in path else "?"
        self.page.goto(f"{server.url}{path}{separator}token={server.token}")
        self.page.locator(".made .arkit-filters select").first.wait_for()

    def _note(self, status: int, url: str) -> None:
        if status >= 400 or not url.startswith((self.server.url, "data:", "blob:")):
            self.faults.append(f"{status} {url}")

    def says(self, place: str, text: str) -> None:
        """Wait until a section has a text in it."""
        expect(self.page.locator(f".arkit-{place}")).to_contain_text(text)

    def states(self, pattern: str) -> None:
        """Wait until the address has something in it: the page sets it after the charts and tables are asked for."""
        expect(self.page).to_have_url(re.compile(pattern))

    def complete(self, charts: int) -> Watched:
        """Wait until every section is made: the address is set, the charts are drawn, nothing moves any more."""
        self.states("day=|/$|/reports")
        expect(self.page.locator(".js-plotly-plot[role=img] .main-svg:first-child")).to_have_count(charts)
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_function(STILL)
        return self

    def kernel(self) -> str:
        """The identity of the page's process."""
        read = "JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId"
        return str(self.page.evaluate(read))

    def choose(self, control: str, label: str) -> None:
        """Choose in a list, as a reader does."""
        self.page.locator(f".arkit-{control} select").select_option(label=label)

    def shows(self, expected: dict[str, float]) -> None:
        """Wait until the chart of the aging has these bars."""
        self.until(lambda: self.bars() == pytest.approx(expected))

    def bars(self, place: str = "aging") -> dict[str, float]:
        """The bars of a chart by their labels."""
        read = """(place) => { const plot = document.querySelector(`.arkit-${place} .js-plotly-plot`);
            return plot && plot._fullData ? Object.fromEntries(plot._fullData[0].x.map((x, n) =>
            [x, plot.calcdata[0][n].s])) : {} }"""
        return dict(self.page.evaluate(read, place))

    def until(self, condition: Callable[[], Any]) -> None:
        """Wait until something is so."""
        end = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < end:
            if condition():
                return
            self.page.wait_for_timeout(100)  # lets the browser's events in
        raise AssertionError("it did not become so")


def process_of(kernel: str) -> int | None:
    """The process of a page, while there is one."""
    found = subprocess.run(
        ["pgrep", "-f", f"ipykernel_launcher.*{kernel}"], capture_output=True, text=True, check=False
    )
    return int(found.stdout.split()[0]) if found.stdout else None


@pytest.fixture
def opened(browser: Browser, dashboards: Server) -> Iterator[Watched]:
    watched = Watched(browser, dashboards, "receivables?currency=EUR&entity=ES", DESK)
    yield watched.complete(CHARTS["receivables"])
    watched.page.context.close()
    assert watched.faults == []


def aging(ledger: ar.Ledger, day: date = DAY, **of: str) -> dict[str, float]:
    """The aging in EUR of a part of the ledger, by bucket."""
    table = ar.aging_table(ledger.where(**of), as_of=day).set_index("currency").loc["EUR"]
    return {label: float(table[label]) for label in (*ar.Policy().labels, "unapplied")}


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("path", CHARTS)
def test_a_page_opens_by_itself(path: str, viewport: dict[str, int], browser: Browser, dashboards: Server) -> None:
    watched = Watched(browser, dashboards, path, viewport).complete(CHARTS[path])
    expect(watched.page.locator(".pages a[aria-current]")).to_have_count(1)
    watched.until(lambda: watched.page.evaluate("document.documentElement.scrollWidth") == viewport["width"])
    watched.until(lambda: overlapping(watched.page) == [])
    assert watched.page.locator(FOREIGN).count() == 0
    assert watched.page.evaluate("document.title") != "attacked"
    watched.page.context.close()
    assert watched.faults == []


OVERLAPPING = """() => {
    const seen = (part) => part.getClientRects().length && !part.closest("svg") && !part.closest(".scroll table");
    const boxes = [...document.querySelectorAll(".arkit-board > *")].map((one) => ({
        name: one.className,
        parts: [...one.querySelectorAll("*")].filter(seen).map((part) => part.getBoundingClientRect()),
    })).filter(({ parts }) => parts.length).map(({ name, parts }) => ({
        name, left: Math.min(...parts.map((part) => part.left)), top: Math.min(...parts.map((part) => part.top)),
        right: Math.max(...parts.map((part) => part.right)), bottom: Math.max(...parts.map((part) => part.bottom)),
    }));
    const over = (a, b) => a.left < b.right - 4 && b.left < a.right - 4 && a.top < b.bottom - 4 && b.top < a.bottom - 4;
    return boxes.flatMap((a, n) => boxes.slice(n + 1).filter((b) => over(a, b)).map((b) => a.name + " / " + b.name));
}"""


def overlapping(page: Page) -> list[str]:
    """The sections that lie over one another."""
    return list(page.evaluate(OVERLAPPING))


def test_the_numbers_are_those_of_the_package(opened: Watched, ledger: ar.Ledger) -> None:
    expected = aging(ledger, entity="ES")
    opened.shows(expected)
    gross = sum(value for label, value in expected.items() if label != "unapplied")
    opened.says("kpis", short_amount(gross, "EUR"))
    kpis = ar.kpis(ledger.where(entity="ES"), as_of=DAY).set_index(["currency", "kpi"])["value"]
    opened.says("kpis", f"{kpis['EUR', 'dso']:.1f} days")


def test_filters_change_the_chart_and_the_address(opened: Watched, ledger: ar.Ledger) -> None:
    opened.choose("entity", "All entities")
    opened.shows(aging(ledger))
    expect(opened.page).not_to_have_url(re.compile("entity="))
    industry = str(ledger.customers["industry"].dropna().iloc[0])
    opened.choose("segment", f"Industry: {industry}")
    opened.states(f"industry%3A{industry.split()[0]}")
    collector = str(ledger.customers["collector"].dropna().iloc[0])
    opened.choose("collector", collector)
    opened.states("collector=")


def test_the_slider_moves_by_keyboard(opened: Watched, ledger: ar.Ledger) -> None:
    handle = opened.page.locator(".arkit-day .noUi-handle")
    handle.focus()
    for _ in range(3):
        handle.press("ArrowLeft")
    day = date(2026, 10, 28)
    opened.shows(aging(ledger, day, entity="ES"))
    opened.states("day=2026-10-28")
    opened.says("day", "28 Oct 2026")


def test_an_address_opens_the_same_view(browser: Browser, dashboards: Server, ledger: ar.Ledger) -> None:
    watched = Watched(browser, dashboards, "receivables?entity=UK&currency=GBP&day=2026-09-30&bucket=over+90", DESK)
    table = ar.aging_table(ledger.where(entity="UK"), as_of="2026-09-30").set_index("currency").loc["GBP"]
    watched.until(lambda: watched.bars().get("not due") == pytest.approx(table["not due"]))
    expect(watched.page.locator(".arkit-bucket select")).to_have_value("over 90")
    assert "token" not in watched.page.url
    watched.page.context.close()


def test_a_bar_opens_its_customers_and_a_customer_their_items(opened: Watched, ledger: ar.Ledger) -> None:
    # Which bar: the first that is past due and has something.
    expected = aging(ledger, entity="ES")
    bucket = next(label for label in ar.Policy().labels[1:] if expected[label])
    place = list(expected).index(bucket)
    box = opened.page.locator(f".arkit-aging {BAR}").nth(place).bounding_box()
    assert box is not None
    opened.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    opened.says("customers", f"in {bucket}, EUR")
    first = opened.page.locator(".arkit-customers button.pick").first
    customer = first.inner_text()
    # The list of customers follows the bucket too; only what it offers can be picked.
    opened.until(lambda: opened.page.locator(f'.arkit-customer option[value^="{customer} "]').count() == 1)
    first.press("Enter")
    opened.states("customer=")
    opened.says("items", f"of {customer} in {bucket}")
    items = ar.open_items(ledger.where(entity="ES", customer_id=customer), as_of=DAY)
    items = items[(items["bucket"] == bucket) & (items["currency"] == "EUR")]
    expect(opened.page.locator(".arkit-items tbody tr")).to_have_count(min(len(items), 50))
    for item in items["item_id"]:
        opened.says("items", item)


def test_what_is_shown_can_be_saved(opened: Watched, ledger: ar.Ledger, tmp_path: Path) -> None:
    with opened.page.expect_download() as saved:
        opened.page.get_by_role("button", name="Download as Excel").click()
    assert saved.value.suggested_filename == "Receivables 2026-10-31.xlsx"
    saved.value.save_as(tmp_path / "saved.xlsx")
    sheets = load_workbook(tmp_path / "saved.xlsx")
    assert sheets.sheetnames == ["Aging", "Customers", "Items"]
    items = ar.open_items(ledger.where(entity="ES"), as_of=DAY)
    ids = set(items.loc[items["currency"] == "EUR", "item_id"])
    cells = {str(cell.value) for row in sheets["Items"].iter_rows() for cell in row}
    assert ids <= cells
    formulas = {
        str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    }
    assert all(formula.startswith("=SUBTOTAL") or formula.startswith("=SUMIFS") for formula in formulas)


def test_a_customer_is_found_by_name(browser: Browser, dashboards: Server, ledger: ar.Ledger) -> None:
    watched = Watched(browser, dashboards, "customers?currency=EUR", DESK)
    options = watched.page.locator(".arkit-customer select option")
    watched.until(lambda: options.count() > 2)
    label = options.nth(1).get_attribute("value") or ""
    number = label.split(" · ")[0]
    watched.page.locator(".arkit-search input").fill(number)
    watched.page.locator(".arkit-search input").press("Enter")
    expect(options).to_have_count(2)
    watched.choose("customer", options.nth(1).get_attribute("value") or "")
    watched.says("one", "Statement of")
    watched.states(f"search={number}")
    watched.page.context.close()
    assert watched.faults == []


def test_filters_that_leave_nothing_say_so(opened: Watched, ledger: ar.Ledger) -> None:
    foreign = next(code for code in ("KWD", "JPY", "GBP") if code in set(ledger.items["currency"]))
    part = ar.aging_table(ledger.where(entity="ES"), as_of=DAY)
    assert foreign not in set(part["currency"])
    opened.choose("currency", foreign)
    opened.says("kpis", "Nothing is open with these filters")


def test_definitions_are_one_click_away(opened: Watched) -> None:
    opened.page.get_by_text("What these numbers mean").click()
    expect(opened.page.locator(".arkit-terms dl")).to_be_visible()


def test_everything_is_reached_by_keyboard(opened: Watched) -> None:
    opened.page.locator("body").press("Tab")
    reached = set()
    for _ in range(16):
        reached.add(opened.page.evaluate("document.activeElement.closest('[class*=arkit-]')?.className || ''"))
        opened.page.keyboard.press("Tab")
    for control in ("entity", "currency", "segment", "collector", "day", "bucket", "customer"):
        assert any(f"arkit-{control}" in name for name in reached), control
    assert opened.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_every_control_and_chart_has_a_name(opened: Watched) -> None:
    for control in opened.page.locator(".arkit-filters select").all():
        assert opened.page.locator(f"label[for='{control.get_attribute('id')}']").inner_text() != ""
    expect(opened.page.locator(".js-plotly-plot[role=img][aria-label]")).to_have_count(2)


def test_a_killed_process_gives_a_message_and_a_way_on(browser: Browser, dashboards: Server) -> None:
    watched = Watched(browser, dashboards, "receivables?entity=ES", DESK)
    running = process_of(watched.kernel())
    assert running is not None
    os.kill(running, signal.SIGKILL)
    notice = watched.page.locator("#gone")
    expect(notice).to_contain_text("This page has ended")
    with watched.page.expect_navigation():  # what follows is read of the new page, not of the old one
        watched.page.get_by_role("button", name="Open the page again").click()
    watched.page.locator(f".arkit-aging {BAR}").first.wait_for()
    expect(watched.page.locator(".arkit-entity select")).to_have_value("ES")
    expect(watched.page.locator("#gone")).to_be_hidden()
    watched.page.context.close()


def test_a_visitor_who_leaves_frees_the_process(browser: Browser, dashboards: Server) -> None:
    watched = Watched(browser, dashboards, "receivables", DESK)
    watched.page.locator(f".arkit-aging {BAR}").first.wait_for()
    kernel = watched.kernel()
    watched.page.close(run_before_unload=True)
    end = time.monotonic() + PATIENCE / 1000
    while process_of(kernel) and time.monotonic() < end:
        time.sleep(0.1)
    assert process_of(kernel) is None


def test_a_report_cannot_act_on_the_server(browser: Browser, dashboards: Server) -> None:
    watched = Watched(browser, dashboards, "", DESK)
    watched.page.goto(f"{dashboards.url}reports/2026-10-31/all/report.html")
    expect(watched.page.locator("#told")).to_have_text("no cookie, no page")
    watched.page.context.close()


def test_base_url_and_language_hold_for_all_addresses(browser: Browser, tmp_path: Path) -> None:
    arguments = ("--base-url", "/money/", "--language", "ru")
    with serving(tmp_path, *arguments, token="a token for tests") as server:
        watched = Watched(browser, server, "receivables", DESK).complete(CHARTS["receivables"])
        expect(watched.page.locator("html")).to_have_attribute("lang", "ru")
        expect(watched.page.get_by_role("button", name="Скачать в Excel")).to_be_visible()
        expect(watched.page).not_to_have_url(re.compile("language="))
        watched.page.context.close()
        assert watched.faults == []


@pytest.mark.parametrize(
    ("language", "title", "download", "head"),
    [("ru", "Клиенты", "Скачать в Excel", "Валюта"), ("zh", "客户", "下载 Excel", "币种")],
)
def test_a_page_speaks_the_language_of_its_address(
    language: str, title: str, download: str, head: str, browser: Browser, dashboards: Server
) -> None:
    watched = Watched(browser, dashboards, f"customers?language={language}", DESK).complete(CHARTS["customers"])
    expect(watched.page.locator("html")).to_have_attribute("lang", language)
    expect(watched.page.locator("h1")).to_have_text(title)
    expect(watched.page.get_by_role("button", name=download)).to_be_visible()
    watched.page.locator(".arkit-customer select").select_option(index=1)
    watched.says("one", head)  # of a table that the control brought
    watched.states(f"language={language}")
    expect(watched.page.locator(".pages a").first).to_have_attribute("href", re.compile(f"language={language}"))
    watched.page.context.close()
    assert watched.faults == []
