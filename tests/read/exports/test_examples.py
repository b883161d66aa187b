"""Every made-up export comes to the ledger of its books: with its layout, and without one."""

from __future__ import annotations

from pathlib import Path

import pytest

import arkit as ar
from tests.read.exports.catalogue import EXAMPLES
from tests.read.exports.compare import difference, facts
from tests.read.exports.write_examples import FOLDER

HOSTILE = ('=HYPERLINK("http://x","y")', "<img src=x onerror=alert(1)>")
LIMIT = 600_000


def layout_of(name: str) -> Path:
    return ar.resource(f"templates/layouts/{name}.toml")


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_committed_file_is_what_the_books_give(name: str) -> None:
    example = EXAMPLES[name]
    assert (FOLDER / example.file).read_bytes() == example.content


def test_the_folder_holds_the_examples_alone_and_is_small() -> None:
    found = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert set(found) == {"README.md", *(example.file for example in EXAMPLES.values())}
    assert sum(found.values()) < LIMIT


@pytest.mark.parametrize("name", EXAMPLES)
def test_books_hold_what_makes_reading_hard(name: str) -> None:
    items = EXAMPLES[name].items
    assert {"invoice", "credit_note", "receipt"} == {item.kind for item in items}
    assert any(item.customer.name in HOSTILE for item in items)
    assert any(not item.customer.name.isascii() for item in items)
    assert 30 <= len(items) <= 80


@pytest.mark.parametrize("name", EXAMPLES)
def test_with_its_layout(name: str) -> None:
    example = EXAMPLES[name]
    ledger = ar.read_ledger(FOLDER / example.file, layout=layout_of(name), snapshot_on=example.answers["snapshot_on"])
    assert difference(facts(ledger, example.told), example.facts) == ""
    assert set(ledger.findings["action"]) <= {"kept", "derived"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_without_a_layout(name: str) -> None:
    example = EXAMPLES[name]
    ledger = ar.read_ledger(FOLDER / example.file, **example.answers)
    assert difference(facts(ledger, example.told), example.facts) == ""
    assert set(ledger.findings["action"]) <= {"kept", "derived"}


@pytest.mark.parametrize("how", ["with its layout", "without a layout"])
@pytest.mark.parametrize("name", [name for name, example in EXAMPLES.items() if example.has_totals])
def test_its_totals_are_proven(name: str, how: str) -> None:
    example = EXAMPLES[name]
    day = example.answers["snapshot_on"]
    arguments = {"layout": layout_of(name), "snapshot_on": day} if how == "with its layout" else example.answers
    ledger = ar.read_ledger(FOLDER / example.file, **arguments)
    said = ledger.reading.decisions.set_index("what").loc["totals"]
    number = len(example.canonical.items)
    assert said["decided"].startswith("all ")
    assert said["evidence"] == f"{number} of {number} items are in a proven total"


@pytest.mark.parametrize("name", [name for name, example in EXAMPLES.items() if example.asks])
def test_what_the_export_does_not_tell_is_asked_for(name: str) -> None:
    example = EXAMPLES[name]
    with pytest.raises(ar.errors.ReadingError, match=example.asks):
        ar.read_ledger(FOLDER / example.file)


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_was_found_can_be_saved_and_reads_the_same_next_month(name: str, tmp_path: Path) -> None:
    example = EXAMPLES[name]
    ledger = ar.read_ledger(FOLDER / example.file, **example.answers)
    saved = tmp_path / "layout.toml"
    ledger.reading.save(saved)
    again = ar.read_ledger(FOLDER / example.file, layout=saved, snapshot_on=example.answers["snapshot_on"])
    assert difference(facts(again, example.told), example.facts) == ""


def test_companies_of_the_s4_example_number_alike() -> None:
    example = EXAMPLES["sap_s4"]
    numbers = {(example.told.document(item), item.entity) for item in example.items}
    assert len({number for number, _ in numbers}) < len(numbers)
    ledger = ar.read_ledger(FOLDER / example.file)
    assert "CompanyCode" in ledger.reading.layout.items.joined["item_id"]
