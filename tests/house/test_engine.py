"""From the aging room upward, rows are computed by the engine of their ledger; Polars is for finished tables."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Rooms below make ledgers out of tables; they work in Polars.
BELOW = ("model", "build", "read", "sample")
# Words that only one engine knows, on the rows of a ledger.
OF_ONE_ENGINE = re.compile(
    r"\.lazy\(|to_native\(|from_native\(|frames\.(?:items|entries)\b|\.periods\b|LazyFrame\b|scan_parquet\("
)
# Modules that do not yet, each with its reason; to be emptied.
EXCEPTIONS: dict[str, str] = {
    "arkit/aging/translate.py": "the open items of some days, collected and rounded one by one, are counted as rows",
    "arkit/segmentation/behaviour.py": "takes rows of another measure as they come",
    "arkit/segmentation/categories.py": "a small finished table, in one lazy chain",
}


def of_one_engine(source: str) -> list[str]:
    """The words of a source that only one engine knows."""
    return OF_ONE_ENGINE.findall(source)


def modules() -> list[str]:
    rooms = (path for path in (ROOT / "arkit").iterdir() if path.name not in BELOW)
    files = [file for room in rooms for file in ([room] if room.suffix == ".py" else room.rglob("*.py"))]
    return sorted(str(file.relative_to(ROOT)) for file in files)


@pytest.mark.parametrize("module", modules())
def test_rows_are_computed_by_the_engine(module: str) -> None:
    found = of_one_engine((ROOT / module).read_text(encoding="utf-8"))
    assert bool(found) == (module in EXCEPTIONS), f"{module}: {found}; an exception that is none any more is removed"


@pytest.mark.parametrize(
    "source",
    [
        "ledger.frames.items.lazy()",
        "ledger.periods.filter(x)",
        "rows.to_native().collect()",
        "nw.from_native(table)",
        "rows: pl.LazyFrame",
    ],
)
def test_what_only_polars_can_do_is_found(source: str) -> None:
    assert of_one_engine(source)


def test_what_every_engine_can_do_is_not_found() -> None:
    assert not of_one_engine('rows = collect(ledger.scan("items").filter(nw.col("replaces").is_null()))')
