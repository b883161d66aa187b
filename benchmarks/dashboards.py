"""``python -m benchmarks.dashboards [--renders 100] [--items 1e5] [--visitors 10]``: the dashboards beside their floor.

The floor is an empty Voila notebook that imports the same libraries, opened in the same browser, in turn.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, sync_playwright

from tests.browser.get_chromium import find_chromium
from tests.serve.serving import Server, free_port, here, serving, wait_for

ROUNDS: Final = 5
FLOOR: Final = """import pandas, polars, narwhals, pyarrow, babel, jinja2, ipywidgets
import plotly.graph_objects as go
import json
figure = go.Figure(go.Bar(x=["a"], y=[1]))
out = ipywidgets.Output()
data = {"application/vnd.plotly.v1+json": json.loads(figure.to_json()), "text/plain": "Figure"}
out.outputs = ({"output_type": "display_data", "metadata": {}, "data": data},)
out"""
NO_NETWORK: Final = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
"""Plain Voila asks two other servers for styles; the floor does not wait for them."""

BAR: Final = ".js-plotly-plot .bars .point path"
CHANGED: Final = """([control, place]) => new Promise((done) => {
    const list = document.querySelector(`.arkit-${control} select`);
    const drawn = () => {
        const plot = document.querySelector(".arkit-aging .js-plotly-plot");
        if (!plot || !plot.calcdata || !plot.querySelector(".bars .point path")) return "";
        return JSON.stringify(plot.calcdata[0].map((bar) => bar.s));
    };
    const before = drawn();
    const start = performance.now();
    const look = () => {
        const now = drawn();
        if (now && now !== before) done(performance.now() - start);
        else requestAnimationFrame(look);
    };
    list.selectedIndex = place;
    list.dispatchEvent(new Event("change", { bubbles: true }));
    look();
})"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dashboards", description=__doc__)
    parser.add_argument("--renders", type=int, default=100, help="how many pages are opened in a row")
    parser.add_argument(
        "--items", type=lambda text: int(float(text)), default=100_000, help="the size of the larger ledger"
    )
    parser.add_argument("--visitors", type=int, default=10, help="how many come at once")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as started:
        folder = Path(name)
        browser = started.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", NO_NETWORK])
        with serving(folder / "sample") as server, floor(folder / "floor") as empty:
            print_opening(browser, server, empty)
            print_answers("the sample", browser, server, limit=300)
            print_visitors(server, asked.visitors)
            print_renders(server, asked.renders)
        ledger = ledger_of(asked.items, folder / "large")
        with serving(folder / "served", "--ledger", str(ledger), patience=300) as server:
            print_answers(f"{asked.items:,} items", browser, server, limit=600)
            print_memory(server, ledger)
        browser.close()
    return 0


@contextmanager
def floor(folder: Path) -> Iterator[str]:
    """Serve an empty notebook with plain Voila; give its address."""
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook

    folder.mkdir()
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=[new_code_cell(FLOOR)], metadata={"kernelspec": kernel}), folder / "empty.ipynb")
    port = free_port()
    command = [sys.executable, "-m", "voila", "empty.ipynb", "--no-browser", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env=here())
    try:
        wait_for(f"http://127.0.0.1:{port}/voila/static/none")
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(20)


def print_opening(browser: Browser, server: Server, empty: str) -> None:
    """Open the page and the floor by turns, each with a browser that has kept nothing."""
    addresses = {"receivables": f"{server.url}receivables", "floor: empty Voila notebook": empty}
    taken: dict[str, list[float]] = {name: [] for name in addresses}
    requests: dict[str, int] = {}
    for _ in range(ROUNDS):
        for name, address in addresses.items():
            seconds, requests[name] = opened(browser, address)
            taken[name].append(seconds)
    mine, least = (statistics.median(times) for times in taken.values())
    for name, times in taken.items():
        spread = f"{min(times):.2f} to {max(times):.2f}"
        print(f"first chart, {name}: {statistics.median(times):.2f} s ({spread}), {requests[name]} requests")
    print(f"first chart: {mine / least:.2f} times the floor; wanted at most 1.5: {verdict(mine / least <= 1.5)}")


def opened(browser: Browser, address: str) -> tuple[float, int]:
    """Return the seconds until the first chart has marks, and the requests until then."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(BAR).first.wait_for(timeout=120_000)
    seconds = time.perf_counter() - start
    page.close(run_before_unload=True)
    context.close()
    return seconds, len(asked)


def print_answers(of: str, browser: Browser, server: Server, *, limit: float) -> None:
    """Time a filter from the input to the changed chart."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(f"{server.url}receivables")
    page.locator(f".arkit-aging {BAR}").first.wait_for(timeout=120_000)
    page.wait_for_timeout(2000)
    times = []
    for place in (1, 2, 1, 2, 0, 1, 2, 0):
        times.append(float(page.evaluate(CHANGED, ["entity", place])))
        page.wait_for_timeout(1500)
    context.close()
    middle = statistics.median(times)
    spread = f"{min(times):.0f} to {max(times):.0f}"
    print(f"a filter on {of}: {middle:.0f} ms ({spread}); wanted under {limit:.0f}: {verdict(middle < limit)}")


def print_visitors(server: Server, number: int) -> None:
    """Let visitors come at once: all get the page, and what their processes hold."""
    start = time.perf_counter()
    with ThreadPoolExecutor(number) as pool:
        pages = list(pool.map(lambda _: server.visitor().open(), range(number)))
    seconds = time.perf_counter() - start
    whole = sum("vnd.jupyter.widget-view" in page.markup for page in pages)
    print(f"{number} visitors at once: {whole} got the page, the last after {seconds:.1f} s")
    held = [memory(page.kernel_id) for page in pages]
    print(f"memory of each process: {statistics.median(one['Pss'] for one in held):.0f} MB of its own share (PSS)")
    for page in pages:
        end(page)


def print_renders(server: Server, number: int) -> None:
    """Open pages in a row: none hangs."""
    times = []
    for _ in range(number):
        start = time.perf_counter()
        page = server.visitor().open()
        times.append(time.perf_counter() - start)
        end(page)
    if times:
        middle, longest = statistics.median(times), max(times)
        print(f"{number} renders in a row: none hung; {middle:.2f} s each, the longest {longest:.2f} s")


def print_memory(server: Server, ledger: Path) -> None:
    """Tell what a process holds of a large ledger."""
    pages = [server.visitor().open() for _ in range(3)]
    held = [memory(page.kernel_id) for page in pages]
    own = statistics.median(one["Private_Dirty"] for one in held)
    share = statistics.median(one["Pss"] for one in held)
    print(f"the large ledger: {own:.0f} MB private, {share:.0f} MB own share (PSS) for each of three visitors")


def end(page: Any) -> None:
    """Close a page as a browser does."""
    token = {"X-XSRFToken": page.visitor.session.cookies["_xsrf"]}
    page.visitor.post(f"voila/api/shutdown/{page.kernel_id}", headers=token)


def memory(kernel_id: str) -> dict[str, float]:
    """Return what the process of a page holds, in MB."""
    found = subprocess.run(
        ["pgrep", "-f", f"ipykernel_launcher.*{kernel_id}"], capture_output=True, text=True, check=True
    )
    rollup = Path(f"/proc/{found.stdout.split()[0]}/smaps_rollup").read_text(encoding="utf-8")
    rows = [line.split() for line in rollup.splitlines()[1:]]
    return {row[0].rstrip(":"): int(row[1]) / 1024 for row in rows}


def ledger_of(items: int, folder: Path) -> Path:
    """Write a ledger of a size, frozen."""
    from arkit.model.snapshot import freeze
    from arkit.read.reading import make_ledger
    from benchmarks.data import FIRST_DAY, LAST_DAY, make_tables

    return freeze(make_ledger(**vars(make_tables(items)), covers=(FIRST_DAY, LAST_DAY)), folder)


def verdict(met: bool) -> str:
    """Return whether a target was met."""
    return "met" if met else "MISSED"


if __name__ == "__main__":
    sys.exit(main())
