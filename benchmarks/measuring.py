"""Measuring: contenders take turns, so that a busy moment of the machine hits all of them; medians are compared."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Timing:
    """How long one contender took, round by round, and the most memory its process held."""

    case: str
    size: int
    contender: str
    seconds: tuple[float, ...]
    peak_mb: float | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


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


def alternate(contenders: Mapping[str, Callable[[], object]], *, rounds: int) -> dict[str, tuple[float, ...]]:
    """Return the seconds of each contender over the rounds A B C A B C ..., after one that does not count."""
    for run in contenders.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            gc.collect()
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    return {name: tuple(values) for name, values in seconds.items()}
