"""Charts of finished tables, drawn by Plotly."""

from plotly.graph_objects import Figure

from arkit.present.charts.aging import (
    aging_chart,
    aging_stack,
    balance_steps,
    roll_forward_chart,
    roll_rate_heat_map,
    vintage_chart,
)
from arkit.present.charts.customers import (
    categories_over_time,
    class_matrix,
    customer_timeline,
    decliners_chart,
    migration_chart,
    pareto_chart,
    segment_map,
)
from arkit.present.theme import kpi_chart

__all__ = ["Figure", "aging_chart", "aging_stack", "balance_steps", "categories_over_time", "class_matrix"]
__all__ += ["customer_timeline", "decliners_chart", "kpi_chart", "migration_chart", "pareto_chart"]
__all__ += ["roll_forward_chart", "roll_rate_heat_map", "segment_map", "vintage_chart"]
