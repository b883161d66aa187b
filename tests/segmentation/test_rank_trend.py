"""Rank trends and discoveries: published answers, every order counted, and what a test must not depend on."""

from itertools import permutations, product

import numpy as np
import pytest

from arkit.segmentation.rank_trend import Design, q_values, rank_trend, seasonal_rank_trend, seasonally_adjusted, simes

# Hollander and Wolfe (1999), Nonparametric statistical methods, table 7.5: strength of cotton by potash, falling.
COTTON = np.array([[7.46, 7.17, 7.76, 8.14, 7.63], [7.68, 7.57, 7.73, 8.15, 8.00], [7.21, 7.80, 7.74, 7.87, 7.93]])
# Benjamini and Hochberg (1995), section 4.
PUBLISHED = [
    *[0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344],
    *[0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000],
]


def design(scores: list[int], blocks: list[int] | None = None, *, series: int = 1) -> Design:
    """A design of one series, or of several alike."""
    numbers = np.tile(scores, (series, 1))
    return Design(np.ones_like(numbers, dtype=bool), numbers, np.tile(blocks or [0] * len(scores), (series, 1)))


def enumerated(values: list[int], scores: list[int], blocks: list[int]) -> float:
    """The share of all orders within the blocks with as low a sum of score x rank, ranks from 1 without ties."""
    ranks = [sorted(values).index(value) + 1 for value in values]
    parts = [[i for i, block in enumerate(blocks) if block == each] for each in sorted(set(blocks))]
    found = sum(score * rank for score, rank in zip(scores, ranks, strict=True))
    every = ([*zip(part, order, strict=True)] for part in parts for order in permutations(part))
    pairs = {part[0]: [] for part in parts}
    for order in every:
        pairs[min(i for i, _ in order)].append(sum(scores[i] * ranks[j] for i, j in order))
    sums = [sum(each) for each in product(*pairs.values())]
    return float(np.mean([each <= found for each in sums]))


def test_pages_test_of_cotton() -> None:
    """L = 158, 2.656 standard deviations; the one-sided chance is 0.0025 by StatXact."""
    within = COTTON.argsort(axis=1).argsort(axis=1).reshape(1, -1)
    deviation, chance = rank_trend(-within, design([1, 2, 3, 4, 5] * 3, [0] * 5 + [1] * 5 + [2] * 5))
    assert -deviation.round(3).item() == 2.656
    assert chance.item() == pytest.approx(0.0025, abs=0.001)


def test_spearmans_correlation_with_time() -> None:
    """Kendall and Gibbons: 1 - 6 x sum of d squared / (n cubed - n), over the square root of n - 1."""
    values = [7, 6, 8, 5, 3, 4, 2, 1]
    rho = 1 - 6 * sum((value - time) ** 2 for time, value in enumerate(values, start=1)) / (8**3 - 8)
    deviation, _ = rank_trend(np.array([values]), design([1, 2, 3, 4, 5, 6, 7, 8]))
    assert deviation.item() == pytest.approx(rho * 7**0.5)


@pytest.mark.parametrize(
    ("values", "scores", "blocks"),
    [
        ([7, 5, 6, 4, 2, 1], [0, 0, 0, 1, 2, 3], [0] * 6),
        ([9, 1, 8, 3, 7, 2, 4, 0, 5], [0, 0, 0, 0, 0, 0, 1, 2, 3], [0, 1, 2] * 3),
    ],
)
def test_the_chance_is_the_share_of_all_orders(values: list[int], scores: list[int], blocks: list[int]) -> None:
    _, chance = rank_trend(np.array([values]), design(scores, blocks))
    exact = enumerated(values, scores, blocks)
    assert chance.item() == pytest.approx(exact, abs=3 * (exact / 9_999) ** 0.5)


def test_a_series_that_never_changes_shows_nothing() -> None:
    deviation, chance = rank_trend(np.full((1, 8), 5), design([0, 0, 0, 0, 1, 2, 3, 4]))
    assert (deviation.item(), chance.item()) == (0.0, 0.5)


def test_what_is_not_counted_is_nothing() -> None:
    scores, values = np.array([[0, 0, 0, 0, 1, 2, 3]]), np.array([[9, 8, 7, 9, 2, 1, 0]])
    counted = np.array([[False, True, True, True, True, False, True]])
    whole = rank_trend(values, Design(counted, scores, np.zeros_like(scores)))
    part = rank_trend(values[:, counted[0]], design(scores[counted].tolist()))
    assert [each.item() for each in whole] == [each.item() for each in part]


def test_a_season_alone_is_no_trend() -> None:
    season = np.array([[10, 300, 20] * 3])
    aligned = seasonally_adjusted(season, design([0] * 6 + [1, 2, 3], [0, 1, 2] * 3))
    assert aligned.tolist() == [[0] * 9]


def test_values_less_their_season_stay_whole() -> None:
    aligned = seasonally_adjusted(np.array([[1, 5, 2, 5, 1]]), design([0] * 5, [0, 1, 0, 1, 0]))
    assert aligned.tolist() == [[-2, 0, 4, 0, -2]]


@pytest.mark.parametrize("years", [2, 3])
@pytest.mark.parametrize("ends_in", [0, 3, 6, 9])
@pytest.mark.parametrize("height", [0.2, 0.9])
def test_a_season_is_rarely_a_trend_at_any_time_of_the_year(years: int, ends_in: int, height: float) -> None:
    """Not in more of the series than the level says, whether the season is faint or strong."""
    level = 1 + height * np.sin(2 * np.pi * (np.arange(12 * years) + ends_in) / 12)
    draws = np.random.default_rng(years).poisson(10 * level, (1500, 12 * years))
    months = design([0] * (12 * years - 12) + list(range(1, 13)), list(range(12)) * years, series=1500)
    _, chances = seasonal_rank_trend(draws * 100, months)
    assert (chances <= 0.05).mean() <= 0.05 + 3 * (0.05 * 0.95 / 1500) ** 0.5


def test_a_fall_beside_a_season_is_a_trend() -> None:
    season = np.tile([60, 80, 160, 240, 340, 420, 420, 300, 160, 80, 70, 70], 3)
    months = design([0] * 24 + list(range(1, 13)), list(range(12)) * 3)
    falling = season - np.maximum(np.arange(36) - 26, 0) * season // 20
    assert seasonal_rank_trend(season[None, :], months)[1].item() == 0.5
    assert seasonal_rank_trend(falling[None, :], months)[1].item() < 0.001


def test_chances_do_not_depend_on_the_other_series() -> None:
    draws = np.random.default_rng(7).integers(0, 9, (60, 12))
    draws[:, 8:] //= 3
    scores = [0] * 6 + [1, 2, 3, 4, 5, 6]
    alone = [rank_trend(row[None, :], design(scores))[1].item() for row in draws]
    assert rank_trend(draws, design(scores, series=60))[1].tolist() == alone


def test_benjamini_and_hochberg_reject_four_of_fifteen() -> None:
    found = q_values(np.array(PUBLISHED))
    assert [int(q <= 0.05) for q in found] == [1] * 4 + [0] * 11
    assert found[3] == pytest.approx(0.0095 * 15 / 4)


def test_no_test_is_no_discovery_and_does_not_count() -> None:
    assert q_values(np.array([np.nan, 0.04])).tolist()[1] == 0.04
    assert np.isnan(simes(np.array([[np.nan, np.nan]]))).all()
