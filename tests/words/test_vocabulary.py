"""Words of exports: each has one meaning, and each of twelve languages has a word for every meaning."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from arkit.files.questions import STATUSES, WITNESSES
from arkit.words.columns import ITEM_TYPES
from arkit.words.vocabulary import item_type_of, languages, mark_of, meaning, side_of, status_of, unit_of

LANGUAGES = ("de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "ru", "tr", "zh")
MEANINGS = {
    "columns": {*WITNESSES, "document_id", "customer_id", "name", "document_date", "due_date", "settled_on", "amount"}
    | {"open_amount", "currency", "base_currency", "exchange_rate", "item_type", "entity", "harmless", "age"},
    "statuses": {*STATUSES},
    "types": {*ITEM_TYPES},
    "sides": {"receivable", "payable"},
    "marks": {"debit", "credit"},
    "qualifiers": {"base", "document", "with_tax", "without_tax"},
}


def entries(table: str) -> Iterator[tuple[str, str, str]]:
    """Language, meaning and word of a table."""
    for language, each in languages().items():
        for meant, words in each.get(table, {}).items():
            yield from ((language, meant, word) for word in words)


def test_there_are_twelve_languages() -> None:
    assert sorted(languages()) == sorted(LANGUAGES)


@pytest.mark.parametrize("table", MEANINGS)
def test_every_language_has_a_word_for_every_meaning(table: str) -> None:
    holes = {
        (language, meant)
        for language, each in languages().items()
        for meant in MEANINGS[table]
        if not each[table].get(meant)
    }
    assert holes == set()


def test_a_header_leads_to_its_meaning_and_to_no_other() -> None:
    wrong = {
        (language, word): found.name if (found := meaning(word)) else None
        for language, meant, word in entries("columns")
        if getattr(meaning(word), "name", None) != meant
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("table", "meant_by"), [("statuses", status_of), ("types", item_type_of), ("sides", side_of), ("marks", mark_of)]
)
def test_a_value_leads_to_its_meaning_and_to_no_other(table: str, meant_by: object) -> None:
    assert callable(meant_by)
    wrong = {(language, word): meant_by(word) for language, meant, word in entries(table) if meant_by(word) != meant}
    assert wrong == {}


def test_a_word_of_a_unit_is_its_unit() -> None:
    wrong = {word: unit_of(word) for _, unit, word in entries("units") if unit_of(word) != int(unit)}
    assert wrong == {}


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("N° FACT.", "document_id"),
        ("Nettofäll.", "due_date"),
        ("Faelligkeit", "due_date"),
        ("Fälligk.", "due_date"),
        ("Vto.", "due_date"),
        ("Scad.", "due_date"),
        ("Vade", "due_date"),
        ("期日", "due_date"),
        ("ECHEANCE", "due_date"),
        ("Termin platnosci", "due_date"),
        ("Offener Betrag (HW)", "base_open_amount"),
        ("Importe pendiente (moneda local)", "base_open_amount"),
        ("Restbetrag in Hauswährung", "base_open_amount"),
        ("原币余额", "open_amount"),
        ("Kwota netto", "net_amount"),
        ("Montant initial TTC", "amount"),
        ("Betrag exkl. MwSt", "net_amount"),
    ],
)
def test_abbreviations_accents_and_additions(header: str, name: str | None) -> None:
    found = meaning(header)
    assert (found.name if found else None) == name


@pytest.mark.parametrize("text", ["Bin location", "Thousand Oaks", "Keuring", "Amount", "Invoice 000123"])
def test_what_only_looks_like_a_unit_is_none(text: str) -> None:
    assert unit_of(text) == 1


@pytest.mark.parametrize("value", ["A", "B", "K", "Zone 3", "North"])
def test_letters_and_names_are_no_side_and_a_b_no_mark(value: str) -> None:
    assert side_of(value) == ""
    assert mark_of(value) == ""


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Ausgl.bel.", "match"),
        ("Nettofäll.", "due_date"),
        ("Dat. scad.", "due_date"),
        ("Term. płatn.", "due_date"),
        ("Срок опл.", "due_date"),
        ("Дата док.", "document_date"),
        ("Vervaldat.", "due_date"),
        ("Betr. in HW", "base_amount"),
    ],
)
def test_an_abbreviation_means_what_all_words_mean_that_it_shortens(header: str, name: str) -> None:
    found = meaning(header)
    assert found is not None
    assert found.name == name


def test_an_abbreviation_of_several_meanings_means_nothing() -> None:
    assert meaning("Rech.") is None  # Rechnung, Rechnungsdatum
