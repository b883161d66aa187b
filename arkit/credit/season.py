"""Season: trends of numbers that have one, each month beside the same months of other years."""

from __future__ import annotations

from dataclasses import replace
from math import lcm
from typing import Final

import numpy as np

from arkit.credit.rank_trend import Design, Flags, Floats, Ints, centred, doubled_ranks, rank_trend

_SHOWS: Final = 2.0  # variation between the calendar months, as a multiple of the one within them
_ROOT_STEPS: Final = 1000


def trend_beside_season(values: Ints, design: Design, *, exact: bool = True) -> tuple[Floats, Floats]:
    """Return the rank trend of whole numbers from 0 on without their season, and its chance.

    The blocks of the design are the calendar months; a series in one block has no season taken out. Formula: each score
    is taken less the mean of its calendar month, so that a season, however small, adds nothing to ``T = sum of score x
    rank``. Where the season shows (the ranks vary at least twice as much between calendar months as within them), ranks
    are those of the values less the mean of their calendar month, and only the order of its years is left to chance:
    months differ in how much they vary, too. (Of the square roots: what varies with its size varies more evenly then.)
    Where it does not, the order of all months is.

    References
    ----------
    Sen (1968), On a class of aligned rank order tests in two-way layouts; van Belle and Hughes (1984), Nonparametric
    tests for trend in water quality (ranks aligned by season, after Farrell).
    """
    has_months = np.asarray(design.blocks.any(axis=1))
    scores = design.scores.copy()
    scores[has_months] = without_season(scores[has_months], design.rows(has_months))
    shows = _season_shows(values, design)
    roots = np.rint(np.sqrt(values[shows]) * _ROOT_STEPS).astype(np.int64)
    aligned = values.copy()
    aligned[shows] = without_season(roots, design.rows(shows))
    blocks = np.where(shows[:, None], design.blocks, 0)
    return rank_trend(aligned, replace(design, scores=scores, blocks=blocks), exact=exact)


def without_season(values: Ints, design: Design) -> Ints:
    """Return whole numbers less the mean of their block, all times one number that keeps them whole: ties stay ties."""
    each = design.inside()
    sizes = [inside.sum(axis=1) for inside in each]
    factor = lcm(*{int(size) for size in np.unique(sizes) if size})
    aligned = np.zeros_like(values)
    for inside, size in zip(each, sizes, strict=True):
        usual = np.where(inside, values, 0).sum(axis=1) * (factor // np.maximum(size, 1))
        aligned += np.where(inside, values * factor - usual[:, None], 0)
    return aligned


def _season_shows(values: Ints, design: Design) -> Flags:
    """Tell which series vary more between the calendar months than within them, each by its degrees of freedom."""
    ranks = doubled_ranks(values, design.counted)
    within = sum((centred(ranks, inside) ** 2).sum(axis=1) for inside in design.inside())
    between = (centred(ranks, design.counted) ** 2).sum(axis=1) - within
    free_within = design.freedom()
    free_between = design.counted.sum(axis=1) - 1 - free_within
    return np.asarray(between * free_within > _SHOWS * within * np.maximum(free_between, 0))
