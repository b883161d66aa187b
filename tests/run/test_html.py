"""The page needs no address and lets no foreign script run; what it looks like is tested in a browser."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from arkit.run.html import PLOTLY, page, with_charts

HOSTILE = "</script><script>alert(1)</script> & <!--"


def with_output(data: dict[str, Any]) -> Any:
    cell = new_code_cell("aging_chart()", outputs=[new_output("display_data", data=data)])
    return new_notebook(cells=[new_markdown_cell("# Aging\n\nBy bucket."), cell])


@pytest.fixture(scope="module")
def shown() -> str:
    figure = {"data": [{"type": "bar", "x": ["not due"], "y": [1], "name": HOSTILE}], "layout": {"height": 300}}
    notebook = with_output({PLOTLY: figure, "text/plain": "Figure()"})
    return page(notebook, title="Receivables of <A & B>", colophon="Made.")


def test_plotly_is_there_once(shown: str) -> None:
    assert len(re.findall(r"plotly\.js v\d", shown)) == 1
    assert len(shown.encode()) < 5_300_000


def test_the_title_is_escaped(shown: str) -> None:
    assert "<title>Receivables of &lt;A &amp; B&gt;</title>" in shown


def test_no_element_names_an_address(shown: str) -> None:
    own = re.sub(r"<script>.*?</script>", "", shown, flags=re.DOTALL)
    assert re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(?!#)\S+""", own) == []
    assert "http://" not in own
    assert "https://" not in own


def test_the_policy_allows_the_pages_own_scripts_alone(shown: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', shown)
    scripts = re.findall(r"<script>(.*?)</script>", shown, flags=re.DOTALL)
    hashes = [f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts]
    assert policy is not None
    assert policy[1].startswith(f"default-src 'none'; script-src {' '.join(hashes)}; ")
    assert len(hashes) == 2


def test_the_policy_comes_before_everything_that_it_rules(shown: str) -> None:
    assert shown.index("Content-Security-Policy") < min(shown.index(mark) for mark in ("<title", "<style", "<script"))


def test_a_figure_is_data_that_cannot_end_its_element(shown: str) -> None:
    data = re.search(r'<script type="application/json">(.*?)</script>', shown, flags=re.DOTALL)
    assert data is not None
    assert json.loads(data[1])["data"][0]["name"] == HOSTILE


def test_a_figure_without_a_height_has_plotlys(shown: str) -> None:
    notebook = with_charts(with_output({PLOTLY: {"data": []}}))
    assert 'style="height:450px"' in notebook.cells[1].outputs[0].data["text/html"]


def test_the_notebook_given_stays_as_it_is() -> None:
    notebook = with_output({PLOTLY: {"data": [], "layout": {}}})
    with_charts(notebook)
    assert list(notebook.cells[1].outputs[0].data) == [PLOTLY]


def test_plain_text_is_escaped() -> None:
    assert "&lt;b&gt;bold" in page(with_output({"text/plain": "<b>bold"}), title="x")


def test_a_marker_in_the_data_is_left_alone() -> None:
    shown = page(with_output({"text/html": '<div id="scripts"></div><meta name="content-policy">'}), title="x")
    assert shown.index("Content-Security-Policy") < shown.index("<title>")
    assert shown.rindex("</script>") > shown.index("colophon")
