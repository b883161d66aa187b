"""Two checkouts beside each other: ``python -m benchmarks.paired OTHER [--pairs 15] [--output FILE.json]``.

Each contender is run by this checkout and by the other in turn, A B A B, so that whatever else the machine does hits
both. What counts is the median of the ratios of the pairs. Warm contenders are asked of two processes that stay; cold
ones (import, preparing, reading, a month-end) are a fresh process each time.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from arkit.sample import generate, write
from benchmarks.data import make_settled, make_tables, with_faults
from benchmarks.workbook import HEADERS, write_export

HERE: Final = Path(__file__).parents[1]
LIMIT: Final = 1.10
WARM: Final = ("filter and age", "aging by customer", "36 month-ends by entity", "KPIs", "behaviour of customers")
COLD: Final = {
    "import_arkit": "import",
    "prepare": "preparing a ledger",
    "read_with_arkit": "CSV to checked ledger",
    "read_faults_with_arkit": "CSV with faults to checked ledger",
    "read_workbook_with_arkit": "workbook, with a layout",
    "read_comma_workbook_with_arkit": "workbook, decimal commas",
    "recognise_workbook_with_arkit": "workbook, without a layout",
}
WORKER: Final = """
import itertools, json, sys, time
from datetime import date
import polars as pl
import arkit as ar
folder = sys.argv[1]
tables = {n: pl.read_parquet(f"{folder}/{n}.parquet") for n in ("items", "applications", "customers")}
ledger = ar.make_ledger(**tables, covers=(date(2023, 11, 1), date(2026, 10, 31)))
days = itertools.cycle([date(2026, month, 28) for month in range(1, 10)])
entities = itertools.cycle(["DE", "ES", "US"])
kpis = ar.kpis if "kpis" in vars(ar) else ar.key_figures
DAY, LAST = date(2026, 9, 30), date(2026, 10, 31)
cases = {
    "filter and age": lambda: ar.aging_table(ledger.where(entity=next(entities)), as_of=next(days), by="customer_id"),
    "aging by customer": lambda: ar.aging_table(ledger, as_of=DAY, by="customer_id"),
    "36 month-ends by entity": lambda: ar.aging_trend(ledger, as_of=LAST, months=35, by="entity"),
    "KPIs": lambda: kpis(ledger, as_of=LAST, by="entity"),
    "behaviour of customers": lambda: ar.payment_behaviour(ledger, as_of=LAST),
}
for run in cases.values():
    run()
print("ready", flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    cases[line.strip()]()
    print(time.perf_counter() - start, flush=True)
"""


@dataclass
class Paired:
    """The seconds of one contender, pair by pair: this checkout, then the other."""

    case: str
    size: int
    mine: list[float] = field(default_factory=list)
    other: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return statistics.median(a / b for a, b in zip(self.mine, self.other, strict=True))

    def line(self) -> str:
        verdict = "" if self.ratio <= LIMIT else f"  over {LIMIT}"
        mine, other = (1000 * statistics.median(times) for times in (self.mine, self.other))
        return f"{self.case:34} {self.size:>9,} {mine:10.1f} {other:10.1f} ms  x {self.ratio:.3f}{verdict}"


def run_in(checkout: Path) -> dict[str, Any]:
    """How a process is started on a checkout."""
    return {"cwd": checkout, "env": {**os.environ, "PYTHONPATH": str(checkout)}, "text": True}


def warm(other: Path, size: int, *, pairs: int) -> list[Paired]:
    """The warm contenders on a ledger of a size."""
    with tempfile.TemporaryDirectory() as name:
        for table, rows in vars(make_tables(size)).items():
            rows.write_parquet(Path(name) / f"{table}.parquet")
        command = [sys.executable, "-c", WORKER, name]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        workers = [subprocess.Popen(command, **pipes, **run_in(path)) for path in (HERE, other)]
        try:
            asked = [asking(worker.stdin, worker.stdout) for worker in workers if worker.stdin and worker.stdout]
            return [in_turn(Paired(case, size), *(ask(case) for ask in asked), pairs=pairs) for case in WARM]
        finally:
            for worker in workers:
                worker.kill()


def asking(to: IO[str], answers: IO[str]) -> Callable[[str], Callable[[], float]]:
    """A worker that is ready, as a function from a case to its seconds."""
    if answers.readline().strip() != "ready":
        raise RuntimeError("A worker did not start; its error is above.")

    def ask(case: str) -> Callable[[], float]:
        def seconds() -> float:
            print(case, file=to, flush=True)
            return float(answers.readline())

        return seconds

    return ask


def in_turn(paired: Paired, mine: Callable[[], float], other: Callable[[], float], *, pairs: int) -> Paired:
    """Fill the pairs; which of the two begins changes from pair to pair."""
    mine(), other()
    for turn in range(pairs):
        for ask, times in ((mine, paired.mine), (other, paired.other))[:: 1 if turn % 2 else -1]:
            times.append(ask())
    print(paired.line(), flush=True)
    return paired


def cold(other: Path, size: int, *, pairs: int) -> list[Paired]:
    """What is measured in fresh processes: the tasks of :mod:`benchmarks.child`, by each checkout's own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for table, rows in vars(make_tables(size)).items():
            rows.write_parquet(folder / f"{table}.parquet")
        settled = make_settled(size)
        settled.write_csv(folder / "settled.csv")
        with_faults(settled).write_csv(folder / "faulty.csv")
        write_export(settled.select(*HEADERS), folder / "export.xlsx")

        def task(checkout: Path, name: str) -> Callable[[], float]:
            command = [sys.executable, "-m", "benchmarks.child", name, str(folder)]

            def seconds() -> float:
                done = subprocess.run(command, check=True, capture_output=True, **run_in(checkout))
                return float(sum(json.loads(done.stdout)["seconds"].values()))

            return seconds

        return [
            in_turn(Paired(case, size), task(HERE, name), task(other, name), pairs=pairs) for name, case in COLD.items()
        ]


def month_end(other: Path, entities: int, *, pairs: int) -> list[Paired]:
    """A month-end of some entities and the group, from the command line."""
    with tempfile.TemporaryDirectory() as name:
        folder, turn = Path(name), iter(range(10_000))
        write(generate(items=entities * 5_000, entities=entities), folder / "books")
        layout = HERE / "templates" / "layouts" / "sample.toml"
        asked = ["--ledger", str(folder / "books"), "--layout", str(layout), "--as-of", "2026-10-31", "--entity", "all"]

        def run(checkout: Path) -> Callable[[], float]:
            def seconds() -> float:
                start = time.perf_counter()
                command = [sys.executable, "-m", "arkit", "report", *asked, "--output", str(folder / str(next(turn)))]
                subprocess.run(command, check=True, capture_output=True, **run_in(checkout))
                return time.perf_counter() - start

            return seconds

        case = f"month-end of {entities} entities"
        return [in_turn(Paired(case, entities * 5_000), run(HERE), run(other), pairs=pairs)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the pairs and print a line for each contender."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.paired", description=__doc__)
    parser.add_argument("other", type=Path, help="the other checkout, for example a git worktree of an earlier commit")
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--sizes", default="10000,100000,1000000", help="items of the warm contenders")
    parser.add_argument("--cold-size", type=int, default=100_000)
    parser.add_argument("--entities", type=int, default=4, help="of the month-end; 0 leaves it out")
    parser.add_argument("--output", type=Path, help="a JSON file for the seconds")
    asked = parser.parse_args(arguments)
    other = asked.other.resolve()
    found = [paired for size in asked.sizes.split(",") if size for paired in warm(other, int(size), pairs=asked.pairs)]
    found += cold(other, asked.cold_size, pairs=asked.pairs) if asked.cold_size else []
    found += month_end(other, asked.entities, pairs=asked.pairs) if asked.entities else []
    if asked.output:
        asked.output.write_text(json.dumps([vars(paired) for paired in found], indent=1), encoding="utf-8")
    return int(any(paired.ratio > LIMIT for paired in found))


if __name__ == "__main__":
    sys.exit(main())
