"""Finished tables to Plotly figures, one idea a file."""

from plotly.graph_objects import Figure

from arkit.present.figures.aging import aging_chart
from arkit.present.figures.balance import balance_steps
from arkit.present.figures.concentration import pareto_chart
from arkit.present.figures.customer import customer_timeline
from arkit.present.figures.decliners import decliners_chart
from arkit.present.figures.multiples import key_figure_chart
from arkit.present.figures.roll import roll_rate_heat_map, vintage_chart
from arkit.present.figures.segments import categories_over_time, class_matrix, migration_chart, segment_map
from arkit.present.figures.stack import aging_stack
from arkit.present.figures.waterfall import roll_forward_chart

__all__ = [
    "Figure",
    "aging_chart",
    "aging_stack",
    "balance_steps",
    "categories_over_time",
    "class_matrix",
    "customer_timeline",
    "decliners_chart",
    "key_figure_chart",
    "migration_chart",
    "pareto_chart",
    "roll_forward_chart",
    "roll_rate_heat_map",
    "segment_map",
    "vintage_chart",
]
