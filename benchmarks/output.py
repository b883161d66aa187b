"""The tables of a run: as text for the screen, as Markdown and as JSON for a file."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks.measuring import Results, Target, Timing

HEADER = ("case", "items", "who", "median", "min", "max", "x arkit", "CPU", "peak MB")
TARGET_HEADER = ("target", "measured", "wanted", "")


def as_text(results: Results) -> str:
    """Return the tables with aligned columns."""
    return "\n".join(
        [machine(), "", *_aligned(_rows(results)), "", *_aligned(_target_rows(results)), "", *results.notes]
    )


def as_markdown(results: Results) -> str:
    """Return the tables as Markdown, with the raw seconds as JSON below."""
    tables = [*_pipes(_rows(results)), "", *_pipes(_target_rows(results)), ""]
    notes = [f"- {note}" for note in results.notes]
    raw = json.dumps(as_data(results), indent=1)
    return "\n".join(["# Benchmarks", "", machine(), "", *tables, *notes, "", "```json", raw, "```", ""])


def as_data(results: Results) -> dict[str, object]:
    """Return everything measured, second by second."""
    return {
        "machine": machine(),
        "timings": [vars(timing) for timing in results.timings],
        "targets": [{**vars(target), "met": target.met} for target in results.targets],
    }


def machine() -> str:
    """Return what the numbers hold for: processor, Python and the libraries that do the work."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("polars", "narwhals", "pandas", "numpy"))
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, {libraries}"
    )


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    lines = described.read_text().splitlines() if described.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _rows(results: Results) -> list[Sequence[str]]:
    first = {}
    for timing in results.timings:
        first.setdefault((timing.case, timing.size), timing.median)
    return [HEADER, *(_row(timing, first[timing.case, timing.size]) for timing in results.timings)]


def _row(timing: Timing, first: float) -> Sequence[str]:
    low, high = min(timing.seconds), max(timing.seconds)
    ratio = f"{timing.median / first:.2f}"
    peak = "" if timing.peak_mb is None else f"{timing.peak_mb:,.0f}"
    size = f"{timing.size:,}" if timing.size else ""
    clock = (_time(timing.median), _time(low), _time(high))
    return (timing.case, size, timing.contender, *clock, ratio, _time(timing.cpu), peak)


def _target_rows(results: Results) -> list[Sequence[str]]:
    return [TARGET_HEADER, *(_target_row(target) for target in results.targets)]


def _target_row(target: Target) -> Sequence[str]:
    wanted = f"{'at least' if target.at_least else 'at most'} {target.limit:g} {target.unit}"
    return (target.text, f"{target.value:.2f} {target.unit}", wanted, "met" if target.met else "MISSED")


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def _aligned(rows: list[Sequence[str]]) -> list[str]:
    columns = list(zip(*rows, strict=True))
    padded = [_padded(column, left=place in (0, 2)) for place, column in enumerate(columns)]
    lines = ["  ".join(cells).rstrip() for cells in zip(*padded, strict=True)]
    return [lines[0], "-" * len(lines[0]), *lines[1:]]


def _padded(cells: Sequence[str], *, left: bool) -> list[str]:
    width = max(map(len, cells))
    return [cell.ljust(width) if left else cell.rjust(width) for cell in cells]


def _pipes(rows: list[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return [lines[0], f"|{'---|' * len(rows[0])}", *lines[1:]]
