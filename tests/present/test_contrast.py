"""Text can be read: each pair of text and ground that the pages use has the contrast that WCAG AA asks for."""

from __future__ import annotations

import re

import pytest

from arkit.present.theme import INK, MUTED
from arkit.resources import resource

STYLES = [resource("templates/report/report.css"), resource("templates/voila/templates/arkit/static/page.css")]
TEXT, PART = 4.5, 3.0
VARIABLES = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", STYLES[0].read_text(encoding="utf-8")))
GROUNDS = {"paper": VARIABLES["paper"], "band": VARIABLES["band"], "filters": "#f7f9fb"}


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours, as WCAG 2 defines it."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", ["ink", "muted", "accent"])
def test_text_can_be_read_on_every_ground(text: str, ground: str) -> None:
    assert contrast(VARIABLES[text], GROUNDS[ground]) >= TEXT


@pytest.mark.parametrize("text", ["good", "warn", "bad"])
def test_verdicts_can_be_read(text: str) -> None:
    assert contrast(VARIABLES[text], VARIABLES["paper"]) >= TEXT


@pytest.mark.parametrize("text", [INK, MUTED])
def test_the_text_of_figures_can_be_read(text: str) -> None:
    assert contrast(text, "#ffffff") >= TEXT


def test_the_message_of_an_ended_page_can_be_read() -> None:
    [(ground, text)] = re.findall(r"#gone \{[^}]*background: (#\w{6}); color: (#\w{6})", STYLES[1].read_text())
    assert contrast(text, ground) >= TEXT


def test_the_edges_of_controls_can_be_seen() -> None:
    [edge] = re.findall(r"#cells select,[^{]*\{[^}]*border: 1px solid (#\w{6})", STYLES[1].read_text())
    assert contrast(edge, "#ffffff") >= PART
