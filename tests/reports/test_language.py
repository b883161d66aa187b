"""A report speaks one language: its pages, numbers and workbook, whatever is spoken around it."""

from __future__ import annotations

import re

import pytest

from arkit.errors import UnknownNameError
from arkit.read.reading import sample_ledger
from arkit.reports import CustomersPage, MonthlyReport
from arkit.words.catalogue import speaking

DAY = "2026-10-31"
LEDGER = sample_ledger().where(entity="UK")
LETTERS = {"ru": "[а-яё]", "zh": "[\u4e00-\u9fff]"}


def report_in(language: str) -> MonthlyReport:
    return MonthlyReport(LEDGER, as_of=DAY, entity="UK", language=language)


@pytest.mark.parametrize("language", LETTERS)
def test_headline_tiles_and_close_are_in_the_language(language: str) -> None:
    report = report_in(language)
    for part in (report.headline(), report.kpis(), report.aging(), report.closing.tie_out(), report.findings()):
        assert re.search(LETTERS[language], part.markup)


def test_numbers_are_written_as_the_language_does() -> None:
    markup = report_in("ru").aging().markup
    assert re.search(r"\d\u00a0\d{3},\d\d<", markup)
    assert not re.search(r"\d,\d{3}\.\d\d<", markup)


def test_facts_asked_from_outside_are_in_the_language_of_the_report() -> None:
    with speaking("zh"):
        shares = report_in("ru").facts.with_shares
    assert "доля задолженности" in set(shares["currency"])


def test_an_english_report_made_beside_a_russian_one_is_english() -> None:
    with speaking("ru"):
        assert report_in("en").title == "Receivables of UK on 31 Oct 2026"


@pytest.mark.parametrize("language", ["en", *LETTERS])
def test_a_workbook_has_the_same_sheets_in_every_language(language: str) -> None:
    page = CustomersPage(LEDGER, day=LEDGER.require(DAY), language=language)
    for found, english in ((report_in(language), report_in("en")), (page, CustomersPage(LEDGER, day=page.day))):
        names = [sheet.name for sheet in found.sheets()]
        assert len(set(names)) == len(names) == len(english.sheets())
        # What Excel refuses as the name of a sheet.
        assert not [name for name in names if len(name) > 31 or re.search(r"[\[\]:*?/\\]", name)]


def test_a_language_without_a_catalogue_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="xx"):
        report_in("xx").headline()
