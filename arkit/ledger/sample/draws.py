"""Chance, drawn from a seed: the same seed gives the same company on every machine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Draws:
    """A stream of chance for one topic.

    Every topic has its own stream, so that one draw more about payments does not change the customers' names. Only
    uniform numbers are taken from the generator and everything else is made of them by plain arithmetic: numpy keeps
    the uniform numbers of a seed the same over versions and machines, and promises less for its distributions.

    Examples
    --------
    >>> Draws(7, "payments").below(3, 100).tolist() == Draws(7, "payments").below(3, 100).tolist()
    True
    """

    def __init__(self, seed: int, topic: str) -> None:
        self._generator = np.random.Generator(np.random.PCG64([seed, *topic.encode()]))

    def share(self, n: int) -> Floats:
        """Return n numbers between 0 (included) and 1 (excluded)."""
        return self._generator.random(n)

    def below(self, n: int, high: int) -> Ints:
        """Return n whole numbers from 0 to high - 1, all equally likely."""
        return (self.share(n) * high).astype(np.int64)

    def between(self, n: int, low: int, high: int) -> Ints:
        """Return n whole numbers from low to high, both included, all equally likely."""
        return low + self.below(n, high - low + 1)

    def around(self, n: int, spread: int) -> Ints:
        """Return n whole numbers between -spread and +spread, those near 0 the likeliest."""
        triangle = self.share(n) + self.share(n) - 1.0
        return np.floor(triangle * (spread + 1)).astype(np.int64)

    def pick(self, n: int, weights: Sequence[int]) -> Ints:
        """Return n positions in a list, each as likely as its weight."""
        steps = np.cumsum(np.asarray(weights, dtype=np.int64))
        return np.searchsorted(steps, self.below(n, int(steps[-1])), side="right").astype(np.int64)

    def order(self, n: int) -> Ints:
        """Return the positions 0 to n - 1, shuffled."""
        return np.argsort(self.share(n), kind="stable").astype(np.int64)
