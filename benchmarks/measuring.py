"""Measuring: contenders take turns, so that a busy moment of the machine hits all of them; medians are compared.

Beside the time on the clock stands the time of the processors, of all threads together: it hardly depends on what else
the machine does.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Timing:
    """How long one contender took, round by round, and the most memory its process held."""

    case: str
    size: int
    contender: str
    seconds: tuple[float, ...]
    cpu_seconds: tuple[float, ...]
    peak_mb: float | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def cpu(self) -> float:
        return statistics.median(self.cpu_seconds)


@dataclass(frozen=True)
class Target:
    """What a measurement has to reach: at least, or at most, a number."""

    text: str
    value: float
    limit: float
    unit: str
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit


@dataclass
class Results:
    """Everything one run has measured."""

    timings: list[Timing] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, other: Results) -> None:
        self.timings += other.timings
        self.targets += other.targets
        self.notes += other.notes


def timed(run: Callable[[], T]) -> tuple[T, float, float]:
    """Return a result, the seconds it took on the clock, and those of the processors."""
    start, start_cpu = time.perf_counter(), time.process_time()
    result = run()
    return result, time.perf_counter() - start, time.process_time() - start_cpu


def alternate(
    case: str,
    size: int,
    contenders: Mapping[str, Callable[[], Any]],
    *,
    rounds: int,
    check: Callable[[dict[str, Any]], None] = lambda results: None,
) -> dict[str, Timing]:
    """Return the timing of each contender over the rounds A B C A B C ...

    A first round does not count; ``check`` sees its results, and raises if they do not agree.
    """
    check({name: run() for name, run in contenders.items()})
    turns: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    # No garbage is collected in between, as in timeit: it would fall on whoever happens to have the turn.
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, run in contenders.items():
                turns[name].append(timed(run)[1:])
    finally:
        gc.enable()
    return {name: Timing(case, size, name, *zip(*taken, strict=True)) for name, taken in turns.items()}
