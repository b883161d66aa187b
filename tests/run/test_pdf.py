"""The PDF of a report: printed by a real browser, and a missing one is one sentence."""

from pathlib import Path

import pytest

from arkit.errors import ReportError
from arkit.present.html import notice
from arkit.run.html import browser, page_of, print_pdf


@pytest.fixture
def published(tmp_path: Path) -> Path:
    (tmp_path / "report.html").write_text(
        page_of([("Aging", [notice("Nothing is open.")])], title="x"), encoding="utf-8"
    )
    return tmp_path


def test_a_report_is_printed_once(published: Path, chromium: Path) -> None:
    made = print_pdf(published, chromium)
    assert made.read_bytes().startswith(b"%PDF-")
    made.write_bytes(b"as published")
    assert print_pdf(published, chromium).read_bytes() == b"as published"
    assert sorted(path.name for path in published.iterdir()) == ["report.html", "report.pdf"]


def test_a_missing_browser_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("ARKIT_CHROMIUM", raising=False)
    monkeypatch.setattr("arkit.run.html.ELSEWHERE", {})
    with pytest.raises(ReportError, match="A PDF needs Chromium or Chrome, and none was found"):
        browser()


def test_a_browser_that_prints_nothing_is_one_sentence(published: Path) -> None:
    with pytest.raises(ReportError, match=r"printed no PDF \(exit code 0\)"):
        print_pdf(published, Path("/bin/true"))
    assert not (published / "report.pdf").exists()
