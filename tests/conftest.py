"""What all tests share: the real data sets and the browser, and what is said about those that are missing."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from arkit.model.engine import ENGINES
from arkit.sample import generate, write
from tests.browser.get_chromium import MISSING, find_chromium
from tests.engines import fewer_examples_on_duckdb, ledgers_on
from tests.read.get_postgres import find_postgres
from tests.serve.serving import Server, serving

ROOT = Path(__file__).parent.parent
REAL_DATA = Path(os.environ.get("ARKIT_REAL_DATA") or ROOT.parent / "shared" / "data")
SETS = ("ibm_late_payment", "hrc_open_items", "xero")

# A report that would act on the server it comes from, if it could.
HOSTILE_REPORT = """<!DOCTYPE html><title>report</title><p id="told">nothing</p><script>
const told = document.getElementById("told");
try { told.textContent = "cookie: " + document.cookie; } catch (error) { told.textContent = "no cookie"; }
fetch("/receivables").then(() => told.textContent += ", read a page", () => told.textContent += ", no page");
</script>"""

# The same random ledgers at every run, few of them for `make quick`; HYPOTHESIS_PROFILE=explore looks for new ones.
hypothesis.settings.register_profile("same", max_examples=40, derandomize=True, deadline=None)
hypothesis.settings.register_profile("quick", max_examples=6, derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", max_examples=1000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the folder of the project."""
    return ROOT


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run a test once for each engine: every ledger that is made within it is computed there."""
    with ledgers_on(request.param):
        yield request.param


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Let a property that runs on several engines draw fewer examples on the slow one."""
    with fewer_examples_on_duckdb(item):
        return (yield)


@pytest.fixture(scope="session")
def ibm_late_payment() -> Path:
    """Return the folder of the IBM sample of late payments, or skip."""
    return _real_data("ibm_late_payment")


@pytest.fixture(scope="session")
def hrc_open_items() -> Path:
    """Return the folder of the HRC open items, or skip."""
    return _real_data("hrc_open_items")


@pytest.fixture(scope="session")
def xero() -> Path:
    """Return the folder of the Xero seeds, or skip."""
    return _real_data("xero")


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Return a browser that starts; a machine without one fails the test, it does not skip it."""
    found = find_chromium()
    if found is None:
        pytest.fail(MISSING, pytrace=False)
    return found


@pytest.fixture(scope="session")
def dashboards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve a ledger with hostile names, and a report, behind a token."""
    folder = tmp_path_factory.mktemp("served")
    ledger = write(generate(items=1500, seed=1, hostile=True), folder / "ledger")
    made = folder / "reports" / "2026-10-31"
    for name, text in {"all": HOSTILE_REPORT, ".all-making-1": "x"}.items():
        (made / name).mkdir(parents=True)
        (made / name / "report.html").write_text(text, encoding="utf-8")
    (made / "all" / "report.ipynb").write_text("{}", encoding="utf-8")
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "report.html").write_text("secret", encoding="utf-8")
    (made / "linked").symlink_to(folder / "elsewhere")
    # More places than tests leave pages behind: the one that finds none would be told to wait.
    arguments = ["--ledger", str(ledger), "--reports", str(folder / "reports"), "--visitors", "40"]
    with serving(folder / "run", *arguments, token="a token for tests") as server:
        yield server


def pytest_report_header() -> list[str]:
    """Say before the run which browser, which database and which real data it uses."""
    absent = [name for name in SETS if not (REAL_DATA / name).is_dir()]
    data = f"absent: {', '.join(absent)}; their tests are skipped" if absent else "all there"
    return [
        f"browser: {find_chromium() or 'MISSING, its tests fail'}",
        f"database: {find_postgres() or 'no PostgreSQL; its tests are skipped'}",
        f"real data: {data}",
    ]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name after the run what was skipped and why, and what the tests noticed without failing."""
    stats = terminalreporter.stats
    skipped = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in stats.get("skipped", []))
    noticed = [text for report in stats.get("passed", []) for kind, text in report.user_properties if kind == "notice"]
    for title, lines in {
        "left out": [f"{count} test(s): {reason}" for reason, count in skipped.items()],
        "noticed": noticed,
    }.items():
        if lines:
            terminalreporter.section(title)
            terminalreporter.write("".join(f"{line}\n" for line in lines))


def _real_data(name: str) -> Path:
    folder = REAL_DATA / name
    if not folder.is_dir():
        pytest.skip(f"the real data set {name} is not here (ARKIT_REAL_DATA names the folder that holds it)")
    return folder
