"""Settings stated in Python are checked like those of a file."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import arkit as ar
from arkit.errors import LayoutError, PolicyError


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        (
            lambda: ar.Policy(basis="documentdate"),
            PolicyError,
            "basis cannot be 'documentdate'; it is one of 'due_date'",
        ),
        (lambda: ar.Policy(day_zero="late"), PolicyError, "day_zero cannot be 'late'"),
        (lambda: ar.Policy(unapplied="netted"), PolicyError, "unapplied cannot be 'netted'"),
        (lambda: ar.Policy(edges=()), PolicyError, "edges needs at least one day"),
        (lambda: ar.Policy(edges=(30, 20)), PolicyError, "edges must rise"),
        (lambda: ar.Layout(name="x", shape="foo"), LayoutError, "shape cannot be 'foo'"),
        (lambda: ar.Layout(name="x", date_order="ydm"), LayoutError, "date_order cannot be 'ydm'"),
    ],
)
def test_an_impossible_setting_is_refused(wrong: Callable[[], object], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        wrong()
