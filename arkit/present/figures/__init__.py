"""Finished tables to Plotly figures, one idea a file."""

from plotly.graph_objects import Figure

from arkit.present.figures.aging import aging_chart
from arkit.present.figures.concentration import pareto_chart
from arkit.present.figures.multiples import key_figure_chart
from arkit.present.figures.roll import roll_rate_heat_map, vintage_chart
from arkit.present.figures.stack import aging_stack
from arkit.present.figures.waterfall import roll_forward_chart

__all__ = [
    "Figure",
    "aging_chart",
    "aging_stack",
    "key_figure_chart",
    "pareto_chart",
    "roll_forward_chart",
    "roll_rate_heat_map",
    "vintage_chart",
]
