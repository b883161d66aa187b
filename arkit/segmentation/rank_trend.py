"""Rank trends: whether the values of a series fall while its scores rise, for many series at once.

A trend is tested by the order of ranks alone, with or without a season, so that neither outliers nor the shape of a
distribution matter. Several tests of one customer become one p-value (Simes), and q-values allow for having looked at
many customers (Benjamini and Hochberg).
"""

from dataclasses import dataclass, replace
from math import erfc, lcm, sqrt
from typing import Final, Self, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]

ORDERS: Final = 9_999
_CLEAR: Final = 0.05  # a p-value above this one needs no exact answer
_SEASON_SHOWS: Final = 2.0  # variation between the calendar months, as a multiple of the one within them
_ROOT_STEPS: Final = 1000
_SEED: Final = 1945
_ROWS_AT_ONCE: Final = 500
_ERFC: Final = np.frompyfunc(erfc, 1, 1)  # numpy has none


@dataclass(frozen=True)
class Design:
    """What is compared with what: arrays with a row for each series and a column for each point of time.

    ``counted`` points are part of the series; ``scores`` rise with the change that is looked for; only points of the
    same number in ``blocks`` are compared with each other.
    """

    counted: Flags
    scores: Ints
    blocks: Ints

    def rows(self, chosen: Flags) -> Self:
        """The design of some of the series."""
        return replace(self, counted=self.counted[chosen], scores=self.scores[chosen], blocks=self.blocks[chosen])

    def inside(self) -> list[Flags]:
        """The counted points of each block."""
        return [self.counted & (self.blocks == block) for block in range(int(self.blocks.max(initial=-1)) + 1)]

    def freedom(self) -> Ints:
        """How many points of each series are free to differ: those of each block but one."""
        return np.asarray(sum(np.maximum(part.sum(axis=1) - 1, 0) for part in self.inside()), dtype=np.int64)


def rank_trend(values: Ints | Floats, design: Design, *, exact: bool = True) -> tuple[Floats, Floats]:
    """How the ranks of each series go with the scores, and the p-value of ranks going down as much or more.

    Formula: ``T = sum of score x rank``, the ranks over all counted points of a series, ties sharing theirs. Where
    nothing changes, every order of the points of a block is as likely. The first number is T minus its mean in standard
    deviations of all these orders, ``variance = sum over blocks of [squares of scores x squares of ranks / (k - 1)]``
    about the means of a block of k points. The p-value is the normal one where it is above 0.05; below, it is
    ``(1 + n) / 10,000``, n of 9,999 orders drawn by chance having as low a T: no approximation, ties and short series
    included (without ``exact`` the normal one throughout). With one block and scores 1, 2, ... it is Spearman's
    correlation with time (Daniels' test of trend); with the ranks within each block as values it is Page's test.

    Returns
    -------
    tuple
        Deviations (0 where all values are the same) and p-values.

    References
    ----------
    Daniels (1950), Rank correlation and population models; Page (1963), Ordered hypotheses for multiple treatments;
    Phipson and Smyth (2010), Permutation p-values should never be zero.
    """
    ranks = _doubled_ranks(values, design.counted)
    trend, variance = np.zeros(len(ranks)), np.zeros(len(ranks))
    for inside in design.inside():
        size = inside.sum(axis=1)
        score, rank = _centred(design.scores, inside), _centred(ranks, inside)
        trend += (score * rank).sum(axis=1)
        variance += (score**2).sum(axis=1) * (rank**2).sum(axis=1) / np.maximum(size - 1, 1)
    deviations = trend / np.sqrt(np.where(variance > 0, variance, 1.0))
    p_values = np.asarray(_ERFC(-deviations / sqrt(2)), dtype=np.float64) / 2
    near = (p_values <= _CLEAR) & exact
    p_values[near] = _permutation_p_values(ranks[near], design.rows(near))
    return deviations, p_values


def _doubled_ranks(values: Ints | Floats, counted: Flags) -> Ints:
    """Twice the ranks, up to a constant: counted values below minus counted values above; 0 if not counted.

    Of 7, 5, 5 the first has two below and none above, 2; each of the others one above, -1: ties stay whole numbers.
    The loop is over the points of time: there are few of them, and many series.
    """
    ranks = np.zeros(values.shape, dtype=np.int64)
    for point in range(values.shape[1]):
        here = values[:, point : point + 1]
        ranks[:, point] = ((values < here) & counted).sum(axis=1) - ((values > here) & counted).sum(axis=1)
    return np.where(counted, ranks, 0)


def _centred(values: Ints, inside: Flags) -> Floats:
    """Values minus the mean of those inside, 0 outside."""
    mean = np.where(inside, values, 0).sum(axis=1) / np.maximum(inside.sum(axis=1), 1)
    return np.where(inside, values - mean[:, None], 0.0)


def _permutation_p_values(ranks: Ints, design: Design) -> Floats:
    """The share of the orders, the observed one among them, with as low a sum of score x rank.

    Series of one layout share their orders, so the loop is over the layouts, and no series depends on another.
    """
    outside = int(design.blocks.max(initial=0)) + 1
    blocks = np.where(design.counted, design.blocks, outside)
    by_block = np.argsort(blocks, axis=1, kind="stable")
    scores = np.take_along_axis(np.where(design.counted, design.scores, 0), by_block, axis=1)
    layouts = np.concatenate([scores, np.take_along_axis(blocks, by_block, axis=1)], axis=1)
    # In single precision: whole numbers this small are exact in it.
    sorted_ranks = np.take_along_axis(ranks, by_block, axis=1).astype(np.float32)
    observed = (sorted_ranks * scores.astype(np.float32)).sum(axis=1)
    p_values = np.ones(len(ranks))
    distinct, which = np.unique(layouts, axis=0, return_inverse=True)
    for number, layout in enumerate(distinct):
        own, block = np.split(layout, 2)
        size = int((block < outside).sum())
        drawn = _drawn_orders(own[:size], block[:size])
        same = np.flatnonzero(which.reshape(-1) == number)
        for start in range(0, len(same), _ROWS_AT_ONCE):
            part = same[start : start + _ROWS_AT_ONCE]
            as_low = sorted_ranks[part, :size] @ drawn.T <= observed[part, None]
            p_values[part] = (1 + as_low.sum(axis=1)) / (ORDERS + 1)
    return p_values


def _drawn_orders(scores: Ints, blocks: Ints) -> npt.NDArray[np.float32]:
    """The scores in orders drawn by chance within each block; the same for the same layout, on every machine."""
    drawn = np.random.PCG64(_SEED).random_raw((ORDERS, len(scores)))
    # The block in the upper 16 bits, chance below: sorting shuffles within each block and keeps blocks in order.
    keys = (blocks.astype(np.uint64) << np.uint64(48)) | (drawn >> np.uint64(16))
    return scores[np.argsort(keys, axis=1)].astype(np.float32)


def seasonal_rank_trend(values: Ints, design: Design, *, exact: bool = True) -> tuple[Floats, Floats]:
    """The rank trend of whole numbers from 0 on without their season, and its p-value.

    The blocks of the design are the calendar months; a series in one block has no season taken out. Formula: each score
    is taken minus the mean of its calendar month, so that a season, however small, adds nothing to ``T = sum of score x
    rank``. Where the season shows (the ranks vary at least twice as much between calendar months as within them), ranks
    are those of the values minus the mean of their calendar month, and only the order of its years is left to chance:
    months differ in how much they vary, too. (Of the square roots: what varies with its size varies more evenly then.)
    Where it does not, the order of all months is.

    References
    ----------
    Sen (1968), On a class of aligned rank order tests in two-way layouts; van Belle and Hughes (1984), Nonparametric
    tests for trend in water quality (ranks aligned by season, after Farrell).
    """
    has_months = np.asarray(design.blocks.any(axis=1))
    scores = design.scores.copy()
    scores[has_months] = seasonally_adjusted(scores[has_months], design.rows(has_months))
    shows = _season_shows(values, design)
    roots = np.rint(np.sqrt(values[shows]) * _ROOT_STEPS).astype(np.int64)
    aligned = values.copy()
    aligned[shows] = seasonally_adjusted(roots, design.rows(shows))
    blocks = np.where(shows[:, None], design.blocks, 0)
    return rank_trend(aligned, replace(design, scores=scores, blocks=blocks), exact=exact)


def seasonally_adjusted(values: Ints, design: Design) -> Ints:
    """Whole numbers minus the mean of their block, all times one number that keeps them whole: ties stay ties.

    With blocks of 2 and 3 points all is times 6: a value of 5 in a block of 5 and 2 becomes 6 x 5 - 3 x 7 = 9.
    """
    each = design.inside()
    sizes = [inside.sum(axis=1) for inside in each]
    factor = lcm(*{int(size) for size in np.unique(sizes) if size})
    aligned = np.zeros_like(values)
    for inside, size in zip(each, sizes, strict=True):
        usual = np.where(inside, values, 0).sum(axis=1) * (factor // np.maximum(size, 1))
        aligned += np.where(inside, values * factor - usual[:, None], 0)
    return aligned


def _season_shows(values: Ints, design: Design) -> Flags:
    """Which series vary more between the calendar months than within them, each by its degrees of freedom."""
    ranks = _doubled_ranks(values, design.counted)
    within = sum((_centred(ranks, inside) ** 2).sum(axis=1) for inside in design.inside())
    between = (_centred(ranks, design.counted) ** 2).sum(axis=1) - within
    free_within = design.freedom()
    free_between = design.counted.sum(axis=1) - 1 - free_within
    # Multiplied out: a series that does not vary within its months would divide by nothing.
    return np.asarray(between * free_within > _SEASON_SHOWS * within * np.maximum(free_between, 0))


def simes(p_values: Floats) -> Floats:
    """One p-value for each row of several: the least of ``m x p(k) / k``; a missing one does not count.

    It holds for tests that are independent or go together, as fewer, smaller and later payments do. A row without any
    has none.

    >>> simes(np.array([[0.01, 0.9, np.nan], [0.03, 0.02, 0.02]])).round(3).tolist()
    [0.02, 0.03]

    References
    ----------
    Simes (1986), An improved Bonferroni procedure for multiple tests of significance.
    """
    given = np.isfinite(p_values)
    number = given.sum(axis=1)
    ordered = np.sort(np.where(given, p_values, np.inf), axis=1)
    least = (ordered * np.maximum(number, 1)[:, None] / np.arange(1, p_values.shape[1] + 1)).min(axis=1)
    return np.where(number > 0, least, np.nan)


def q_values(p_values: Floats) -> Floats:
    """The q-value of each p-value: the least rate of false discoveries at which it would be one.

    Formula: ``q(k) = least of m x p(j) / j for j >= k`` over the p-values in rising order; a missing one has none and
    does not count.

    >>> q_values(np.array([0.01, 0.04, 0.03, np.nan])).round(3).tolist()
    [0.03, 0.04, 0.04, nan]

    References
    ----------
    Benjamini and Hochberg (1995), Controlling the false discovery rate: a practical and powerful approach to multiple
    testing; Benjamini and Yekutieli (2001), on tests that depend on each other.
    """
    found = np.full(len(p_values), np.nan)
    tested = np.flatnonzero(np.isfinite(p_values))
    order = tested[np.argsort(p_values[tested], kind="stable")]
    steps = p_values[order] * len(order) / np.arange(1, len(order) + 1)
    found[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return found
