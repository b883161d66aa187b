"""Rank trends: has a series fallen or risen against its own past, for many series at once."""

from __future__ import annotations

from math import erfc, lcm, sqrt
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]

_ERFC: Final = np.frompyfunc(erfc, 1, 1)  # numpy has none


def rank_trend(values: Ints | Floats, scores: Ints, *, valid: Flags, blocks: Ints) -> Floats:
    """Return for each series (a row) how its ranks go with the scores, in standard deviations.

    Formula: ``T = sum of (score - mean of its block) x (rank - mean of its block)`` over the valid columns; ranks are
    taken over the whole row, ties share theirs. Within each block of k columns every order is as likely when nothing
    changes, so ``variance = sum over blocks of [sum of squares of scores x sum of squares of ranks / (k - 1)]``, ties
    allowed for; the result is ``T / square root of variance``, 0 where it is none. With one block and scores 1, 2, ...
    this is Spearman's correlation with time; with the ranks within blocks as values it is Page's test.

    Parameters
    ----------
    values, scores, valid, blocks
        Arrays of one shape; a block is a number from 0 on, columns of one number are compared with each other.

    References
    ----------
    Daniels (1950), Rank correlation and population models; Page (1963), Ordered hypotheses for multiple treatments;
    Sen (1968), On a class of aligned rank order tests in two-way layouts.
    """
    ranks = _ranks(values, valid)
    trend, variance = np.zeros(len(ranks)), np.zeros(len(ranks))
    for block in range(int(blocks.max(initial=-1)) + 1):
        inside = valid & (blocks == block)
        size = inside.sum(axis=1)
        score, rank = _centred(scores, inside, size), _centred(ranks, inside, size)
        trend += (score * rank).sum(axis=1)
        squares = (score**2).sum(axis=1) * (rank**2).sum(axis=1)
        variance += np.where(size > 1, squares / np.maximum(size - 1, 1), 0.0)
    return np.where(variance > 0, trend / np.sqrt(np.where(variance > 0, variance, 1.0)), 0.0)


def _ranks(values: Ints | Floats, valid: Flags) -> Floats:
    """Return the ranks of the valid values of each row, up to a constant: the others below less the others above, halved.

    A loop over the columns: there are few of them, and many rows.
    """
    ranks = np.zeros(values.shape)
    for column in range(values.shape[1]):
        here = values[:, column : column + 1]
        below = ((values < here) & valid).sum(axis=1)
        above = ((values > here) & valid).sum(axis=1)
        ranks[:, column] = (below - above) / 2
    return ranks


def _centred(values: Ints | Floats, inside: Flags, size: Ints) -> Floats:
    """Return values less the mean of those inside, 0 outside."""
    mean = np.where(inside, values, 0).sum(axis=1) / np.maximum(size, 1)
    return np.where(inside, values - mean[:, None], 0.0)


def without_season(values: Ints, *, valid: Flags, blocks: Ints) -> Ints:
    """Return whole numbers less the mean of their block, all times one number that keeps them whole: ties stay ties."""
    aligned = np.zeros_like(values)
    each = [valid & (blocks == block) for block in range(int(blocks.max(initial=-1)) + 1)]
    sizes = [inside.sum(axis=1) for inside in each]
    factor = lcm(*{int(size) for size in np.unique(sizes) if size})
    for inside, size in zip(each, sizes, strict=True):
        total = np.where(inside, values, 0).sum(axis=1)
        usual = total * (factor // np.maximum(size, 1))
        aligned = np.where(inside, values * factor - usual[:, None], aligned)
    return aligned


def chance_below(deviations: Floats) -> Floats:
    """Return the chance of a standard normal number as low as each or lower.

    >>> chance_below(np.array([-1.959964, 0.0])).round(6).tolist()
    [0.025, 0.5]
    """
    return np.asarray(_ERFC(-deviations / sqrt(2)) / 2, dtype=np.float64)


def simes(chances: Floats) -> Floats:
    """Return one p-value for each row of several (Simes): the least of ``m x p(k) / k``; those that are missing count not.

    It holds for tests that are independent or go together, as fewer, smaller and later payments do.

    >>> simes(np.array([[0.01, 0.9, np.nan], [0.03, 0.02, 0.02]])).round(3).tolist()
    [0.02, 0.03]
    """
    number = np.isfinite(chances).sum(axis=1, keepdims=True)
    ordered = np.sort(np.where(np.isfinite(chances), chances, np.inf), axis=1)
    least = (ordered * np.maximum(number, 1) / np.arange(1, chances.shape[1] + 1)).min(axis=1, initial=np.inf)
    return np.where(number[:, 0] > 0, least, np.nan)


def false_discovery_values(chances: Floats) -> Floats:
    """Return the q-value of each p-value (Benjamini and Hochberg): the least rate at which it would be a discovery.

    Formula: ``q(k) = least of m x p(j) / j for j >= k`` over the p-values in rising order; a missing one has none and
    does not count.

    >>> false_discovery_values(np.array([0.01, 0.04, 0.03, np.nan])).round(3).tolist()
    [0.03, 0.04, 0.04, nan]

    References
    ----------
    Benjamini and Hochberg (1995), Controlling the false discovery rate: a practical and powerful approach to multiple
    testing.
    """
    found = np.full(len(chances), np.nan)
    tested = np.flatnonzero(np.isfinite(chances))
    order = tested[np.argsort(chances[tested], kind="stable")]
    steps = chances[order] * len(order) / np.arange(1, len(order) + 1)
    found[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return found
