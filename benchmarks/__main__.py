"""``python -m benchmarks [--sizes 1e4,1e5,1e6] [--most] [--rounds 7] [--output FILE.md]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import aging, behaviour, cold, month_end, trend, workbook
from benchmarks.measuring import Results
from benchmarks.output import as_markdown, as_text

DASHBOARD_SIZE = 100_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks and print their tables."""
    asked = _parser().parse_args(arguments)
    results = Results()
    for step, measured in _steps(
        [*asked.sizes, *([10_000_000] if asked.most else [])], rounds=asked.rounds, entities=asked.entities
    ):
        print(step, file=sys.stderr, flush=True)
        results.add(measured)
    print(as_text(results))
    if asked.output:
        asked.output.write_text(as_markdown(results), encoding="utf-8")
    return 0


def _steps(sizes: list[int], *, rounds: int, entities: int) -> Iterator[tuple[str, Results]]:
    yield "import", cold.importing(rounds=rounds)
    yield "aging of one entity", aging.of_entity(min(DASHBOARD_SIZE, max(sizes)), rounds=rounds)
    rows = min(workbook.TARGET_SIZE, max(sizes))
    yield f"{rows:,}: workbook", workbook.reading(rows, rounds=rounds)
    if entities:
        yield f"{entities} entities: month-end", month_end.of_entities(entities)
    for size in sizes:
        yield f"{size:,}: aging by customer", aging.by_customer(size, rounds=rounds)
        yield f"{size:,}: month-ends", trend.by_entity(size, rounds=rounds)
        yield f"{size:,}: behaviour", behaviour.of_every_customer(size, rounds=rounds)
        yield f"{size:,}: preparing", cold.preparing(size, rounds=rounds)
        yield f"{size:,}: reading", cold.reading(size, rounds=rounds)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", type=_sizes, default=[10_000, 100_000, 1_000_000], help="items, for example 1e4,1e6")
    parser.add_argument("--most", action="store_true", help="ten million items as well")
    parser.add_argument("--entities", type=int, default=40, help="entities of the month-end run; 0 leaves it out")
    parser.add_argument("--rounds", type=int, default=7, help="how often each contender has its turn")
    parser.add_argument("--output", type=Path, help="a Markdown file for the tables and the raw seconds")
    return parser


def _sizes(text: str) -> list[int]:
    return [int(float(size)) for size in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
