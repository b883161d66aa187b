"""The key figures: each defined once, with formula, unit, direction, source and a worked example."""

from __future__ import annotations

from typing import Final

from arkit.measures.registry.days import DAYS_FIGURES
from arkit.measures.registry.figure import Example, Good, KeyFigure, Unit
from arkit.measures.registry.payments import PAYMENT_FIGURES
from arkit.measures.registry.shares import SHARE_FIGURES

__all__ = ["KEY_FIGURES", "Example", "Good", "KeyFigure", "Unit"]

KEY_FIGURES: Final[dict[str, KeyFigure]] = {
    figure.name: figure for figure in (*DAYS_FIGURES, *PAYMENT_FIGURES, *SHARE_FIGURES)
}
