"""Season: trends of numbers that have one, each month beside the same months of other years."""

from __future__ import annotations

from dataclasses import replace
from math import lcm
from typing import Final

import numpy as np

from arkit.credit.rank_trend import Design, Flags, Floats, Ints, centred, doubled_ranks, rank_trend

_SHOWS: Final = 1.5  # variation between the calendar months, as a multiple of the one within them


def trend_beside_season(values: Ints, design: Design, *, exact: bool = True) -> tuple[Floats, Floats]:
    """Return the rank trend of whole numbers without their season, and its chance.

    The blocks of the design are the calendar months; a series in one block has no season taken out. Formula: from each
    value and each score the mean of its calendar month is taken away, then the values are ranked. Where the season
    shows (the ranks vary between calendar months at least one and a half times as much as within them), only the order
    of the years is left to chance: months differ in how much they vary, too. Where it does not, the order of all
    months is, and T counts for less by what the means have cost, ``square root of [sum of (k - 1) / (n - 1)]``.

    References
    ----------
    Sen (1968), On a class of aligned rank order tests in two-way layouts; van Belle and Hughes (1984), Nonparametric
    tests for trend in water quality (ranks aligned by season, after Farrell).
    """
    has_months = design.blocks.any(axis=1)
    aligned, scores = values.copy(), design.scores.copy()
    part = design.rows(has_months)
    aligned[has_months] = without_season(values[has_months], part)
    scores[has_months] = without_season(scores[has_months], part)
    blocks = np.where(_season_shows(values, design)[:, None], design.blocks, 0)
    free = replace(design, scores=scores, blocks=blocks)
    shrink = np.sqrt(design.freedom() / np.maximum(free.freedom(), 1))
    return rank_trend(aligned, free, shrink=shrink, exact=exact)


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
