"""Controls and what they show: a page that a reader can change, in JupyterLab and in Voila alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import ipywidgets as widgets
from plotly.graph_objects import Figure

from arkit.errors import ArkitError
from arkit.present.html import Html, notice

Shown: TypeAlias = Figure | Html
Render = Callable[..., Sequence[Shown]]
FIGURE: Final = "application/vnd.plotly.v1+json"


def live(controls: Mapping[str, widgets.Widget], render: Render) -> widgets.VBox:
    """Return controls above what they show; each change of a control shows it anew.

    Parameters
    ----------
    controls
        Widgets by the name of the argument that takes their value.
    render
        Takes the values of the controls, returns figures and pieces of HTML.
    """
    # Outputs are set, never displayed into: displaying from a callback can hang the page.
    output = widgets.Output()

    def update(_: object = None) -> None:
        output.outputs = tuple(as_output(piece) for piece in _pieces(controls, render))

    for control in controls.values():
        control.observe(update, names="value")
    update()
    row = widgets.HBox(list(controls.values()), layout=widgets.Layout(flex_flow="row wrap", grid_gap="4px 16px"))
    return widgets.VBox([row, output])


def _pieces(controls: Mapping[str, widgets.Widget], render: Render) -> Sequence[Shown]:
    """Return what to show; an error is a sentence for the reader, never a traceback."""
    try:
        return render(**{name: control.value for name, control in controls.items()})
    except ArkitError as error:
        return [notice(str(error), tone="bad")]


def as_output(piece: Shown) -> dict[str, Any]:
    """Return a figure or a piece of HTML as the output of a cell."""
    if isinstance(piece, Figure):
        data: dict[str, Any] = {FIGURE: json.loads(piece.to_json()), "text/plain": "Figure"}
    else:
        data = {"text/html": piece.markup, "text/plain": "Table"}
    return {"output_type": "display_data", "metadata": {}, "data": data}


def choice(label: str, options: Sequence[Any], *, value: Any = None) -> widgets.Dropdown:
    """Return a list to choose one value from."""
    chosen = value if value is not None else options[0] if options else None
    return widgets.Dropdown(
        options=list(options), value=chosen, description=label, style={"description_width": "initial"}
    )


def slider(label: str, options: Sequence[tuple[str, Any]], *, value: Any) -> widgets.SelectionSlider:
    """Return a slider over named values."""
    layout = widgets.Layout(width="420px", max_width="100%")
    style = {"description_width": "initial"}
    return widgets.SelectionSlider(options=list(options), value=value, description=label, layout=layout, style=style)
