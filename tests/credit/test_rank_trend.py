"""Rank trends and discoveries: published answers, every order counted, and what a test must not depend on."""

from itertools import permutations, product

import numpy as np
import pytest

from arkit.credit.discoveries import false_discovery_values, simes
from arkit.credit.rank_trend import Design, rank_trend
from arkit.credit.season import trend_beside_season, without_season

# Hollander and Wolfe (1999), Nonparametric statistical methods, table 7.5: strength of cotton by potash, falling.
COTTON = np.array([[7.46, 7.17, 7.76, 8.14, 7.63], [7.68, 7.57, 7.73, 8.15, 8.00], [7.21, 7.80, 7.74, 7.87, 7.93]])
# Benjamini and Hochberg (1995), section 4.
PUBLISHED = [
    *[0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344],
    *[0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000],
]


def design(scores: list[int], blocks: list[int] | None = None) -> Design:
    """A design of one series."""
    numbers = np.array([scores])
    return Design(np.ones_like(numbers, dtype=bool), numbers, np.array([blocks or [0] * len(scores)]))


def enumerated(values: list[int], scores: list[int], blocks: list[int]) -> float:
    """The share of all orders within the blocks with as low a sum of score x rank, ranks from 1 without ties."""
    ranks = [sorted(values).index(value) + 1 for value in values]
    parts = [[i for i, block in enumerate(blocks) if block == each] for each in sorted(set(blocks))]
    found = sum(score * rank for score, rank in zip(scores, ranks, strict=True))
    sums = [
        sum(scores[i] * ranks[j] for part, order in zip(parts, orders, strict=True) for i, j in zip(part, order, strict=True))
        for orders in product(*(list(permutations(part)) for part in parts))
    ]
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
    aligned = without_season(season, design([0] * 6 + [1, 2, 3], [0, 1, 2] * 3))
    assert aligned.tolist() == [[0] * 9]


def test_values_less_their_season_stay_whole() -> None:
    aligned = without_season(np.array([[1, 5, 2, 5, 1]]), design([0] * 5, [0, 1, 0, 1, 0]))
    assert aligned.tolist() == [[-2, 0, 4, 0, -2]]


def test_chances_do_not_depend_on_the_other_series() -> None:
    draws = np.random.default_rng(7).integers(0, 9, (60, 12))
    draws[:, 8:] //= 3
    many = Design(np.ones((60, 12), dtype=bool), np.tile([0] * 6 + [1, 2, 3, 4, 5, 6], (60, 1)), np.zeros((60, 12), int))
    alone = [rank_trend(row[None, :], design(many.scores[0].tolist()))[1].item() for row in draws]
    assert rank_trend(draws, many)[1].tolist() == alone


def test_benjamini_and_hochberg_reject_four_of_fifteen() -> None:
    q_values = false_discovery_values(np.array(PUBLISHED))
    assert [int(q <= 0.05) for q in q_values] == [1] * 4 + [0] * 11
    assert q_values[3] == pytest.approx(0.0095 * 15 / 4)


def test_no_test_is_no_discovery_and_does_not_count() -> None:
    assert false_discovery_values(np.array([np.nan, 0.04])).tolist()[1] == 0.04
    assert np.isnan(simes(np.array([[np.nan, np.nan]]))).all()
