"""Discoveries: several tests of one customer as one, and many customers without being fooled by their number."""

from __future__ import annotations

import numpy as np

from arkit.credit.rank_trend import Floats


def simes(chances: Floats) -> Floats:
    """Return one p-value for each row of several: the least of ``m x p(k) / k``; a missing one does not count.

    It holds for tests that are independent or go together, as fewer, smaller and later payments do. A row without any
    has none.

    >>> simes(np.array([[0.01, 0.9, np.nan], [0.03, 0.02, 0.02]])).round(3).tolist()
    [0.02, 0.03]

    References
    ----------
    Simes (1986), An improved Bonferroni procedure for multiple tests of significance.
    """
    given = np.isfinite(chances)
    number = given.sum(axis=1)
    ordered = np.sort(np.where(given, chances, np.inf), axis=1)
    least = (ordered * np.maximum(number, 1)[:, None] / np.arange(1, chances.shape[1] + 1)).min(axis=1)
    return np.where(number > 0, least, np.nan)


def false_discovery_values(chances: Floats) -> Floats:
    """Return the q-value of each p-value: the least rate of false discoveries at which it would be one.

    Formula: ``q(k) = least of m x p(j) / j for j >= k`` over the p-values in rising order; a missing one has none and
    does not count.

    >>> false_discovery_values(np.array([0.01, 0.04, 0.03, np.nan])).round(3).tolist()
    [0.03, 0.04, 0.04, nan]

    References
    ----------
    Benjamini and Hochberg (1995), Controlling the false discovery rate: a practical and powerful approach to multiple
    testing; Benjamini and Yekutieli (2001), on tests that depend on each other.
    """
    found = np.full(len(chances), np.nan)
    tested = np.flatnonzero(np.isfinite(chances))
    order = tested[np.argsort(chances[tested], kind="stable")]
    steps = chances[order] * len(order) / np.arange(1, len(order) + 1)
    found[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return found
