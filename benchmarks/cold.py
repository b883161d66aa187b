"""What is measured in fresh processes: preparing a ledger, reading a CSV, importing arkit."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.child import Measures, in_child
from benchmarks.data import make_settled, make_tables, with_faults
from benchmarks.measuring import Results, Target, Timing

TARGET_SIZE: Final = 1_000_000
_READERS: Final = {
    "read_with_arkit": "arkit",
    "read_faults_with_arkit": "arkit, a file with faults",
    "read_with_polars": "Polars' read_csv alone",
}


def preparing(size: int, *, rounds: int) -> Results:
    """Time making a ledger of tables in memory, with its balance periods."""
    with tempfile.TemporaryDirectory() as name:
        tables = make_tables(size)
        for table, rows in vars(tables).items():
            rows.write_parquet(Path(name) / f"{table}.parquet")
        del tables
        runs = in_turn(["prepare"], Path(name), rounds=rounds)["prepare"]
    case = "preparing a ledger"
    steps = [timing_of(case, size, step, runs, [step]) for step in runs[0].seconds]
    whole = timing_of(case, size, "both", runs)
    targets = [Target(f"{case} of {size:,} items", whole.median, 3, "s")] if size == TARGET_SIZE else []
    before = statistics.median(run.before_mb for run in runs)
    note = f"Preparing {size:,} items: the process holds {before:,.0f} MB with the tables read, before it prepares."
    return Results([*steps, whole], targets, [note])


def reading(size: int, *, rounds: int) -> Results:
    """Time reading a CSV of settled invoices as a checked ledger, beside Polars' plain read of the file."""
    with tempfile.TemporaryDirectory() as name:
        settled = make_settled(size)
        settled.write_csv(Path(name) / "settled.csv")
        with_faults(settled).write_csv(Path(name) / "faulty.csv")
        del settled
        mb = (Path(name) / "settled.csv").stat().st_size / 1024**2
        runs = in_turn(list(_READERS), Path(name), rounds=rounds)
    case = "CSV to checked ledger"
    timings = [timing_of(case, size, label, runs[task]) for task, label in _READERS.items()]
    ratio = timings[0].median / timings[-1].median
    targets = [Target(f"{case}: time of Polars' read", ratio, 8, "times")] if size == TARGET_SIZE else []
    found = runs["read_faults_with_arkit"][0].facts["findings"]
    note = f"The CSV of {size:,} settled invoices has {mb:,.0f} MB; the one with faults gives {found:,} findings."
    return Results(timings, targets, [note])


def importing(*, rounds: int) -> Results:
    """Time ``import arkit`` in a fresh process, and see what comes with it."""
    runs = in_turn(["import_arkit", "import_polars_and_pandas"], Path(), rounds=rounds * 2)
    case = "import"
    timings = [
        timing_of(case, 0, label, runs[task])
        for task, label in {"import_arkit": "arkit", "import_polars_and_pandas": "polars and pandas"}.items()
    ]
    heavy = runs["import_arkit"][0].facts["heavy"]
    targets = [
        Target("import arkit", timings[0].median, 0.5, "s"),
        Target(f"import arkit: heavy libraries loaded{': ' + ', '.join(heavy) if heavy else ''}", len(heavy), 0, ""),
    ]
    return Results(timings, targets)


def in_turn(tasks: list[str], folder: Path, *, rounds: int) -> dict[str, list[Measures]]:
    """Do the tasks by turns; before several rounds, one that does not count brings files and libraries into memory."""
    warm_up = 1 if rounds > 1 else 0
    runs: dict[str, list[Measures]] = {task: [] for task in tasks}
    for _ in range(rounds + warm_up):
        for task in tasks:
            runs[task].append(in_child(task, folder))
    return {task: done[warm_up:] for task, done in runs.items()}


def timing_of(case: str, size: int, contender: str, runs: list[Measures], steps: Sequence[str] = ()) -> Timing:
    """Return the timing of some steps of the runs, or of all."""
    steps = steps or list(runs[0].seconds)
    seconds = tuple(sum(run.seconds[step] for step in steps) for run in runs)
    cpu_seconds = tuple(sum(run.cpu_seconds[step] for step in steps) for run in runs)
    return Timing(case, size, contender, seconds, cpu_seconds, statistics.median(run.peak_mb for run in runs))
