"""Controls and what they show: a page that a reader can change, in JupyterLab and in Voila alike."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeAlias

import ipywidgets as widgets
from plotly.graph_objects import Figure

from arkit.errors import ArkitError
from arkit.present.html import Html, notice
from arkit.words.catalogue import current_language, speaking, text

Shown: TypeAlias = Figure | Html
Render = Callable[..., Sequence[Shown]]
FIGURE: Final = "application/vnd.plotly.v1+json"
SETTINGS: Final = {"responsive": True, "displaylogo": False, "displayModeBar": False}
LOG: Final = logging.getLogger("arkit.live")


@dataclass(frozen=True)
class Section:
    """A part of a page: what it shows, the controls that it depends on, and the classes of its place."""

    render: Render
    by: tuple[str, ...]
    place: str = ""


@dataclass(frozen=True)
class Options:
    """The options of a control that follow from other controls; ``of`` takes their values, returns label and value."""

    of: Callable[..., Sequence[tuple[str, Any]]]
    by: tuple[str, ...]


@dataclass(frozen=True)
class Action:
    """What a button shows when it is pressed; it is gone as soon as a control changes."""

    label: str
    render: Render


@dataclass(frozen=True)
class Board:
    """Controls, and the sections that they change.

    A change updates only the sections that depend on the control. Outputs are set, never displayed into:
    displaying from a callback can hang a page. Whatever fails becomes a sentence for the reader and, where it was
    not expected, an entry in the log; no traceback reaches the page.

    Parameters
    ----------
    controls
        Widgets by the name of the argument that takes their value.
    sections
        The sections, in the order in which they are updated.
    options
        By name of the control: options that follow from other controls.
    actions
        Buttons.
    language
        What the sections are written in, whenever they are made; the language in which the board itself is made.
    """

    controls: Mapping[str, Any]
    sections: Sequence[Section]
    options: Mapping[str, Options] = field(default_factory=dict)
    actions: Sequence[Action] = ()
    language: str = field(default_factory=current_language)

    def show(self) -> widgets.VBox:
        """The page, each control, button and section in a box with the class of its place."""
        outputs = [_placed(widgets.Output(), section.place) for section in self.sections]
        pressed = [_placed(widgets.Output(), "pressed") for _ in self.actions]
        state = _State(self, outputs, pressed)
        for name, control in self.controls.items():
            control.observe(partial(state.changed, name), names="value")
            _placed(control, name)
        auto = widgets.Layout(width="auto")
        buttons = [widgets.Button(description=action.label, layout=auto) for action in self.actions]
        for button, action, output in zip(buttons, self.actions, pressed, strict=True):
            button.on_click(partial(state.press, action, output))
        with speaking(self.language):
            state.update(set(self.controls), every=True)
        layout = widgets.Layout(flex_flow="row wrap", grid_gap="4px 16px")
        row = _placed(widgets.HBox([*self.controls.values(), *buttons], layout=layout), "filters")
        return _placed(widgets.VBox([row, *pressed, *outputs]), "board")


@dataclass
class _State:
    """What a board shows at the moment."""

    board: Board
    outputs: list[widgets.Output]
    pressed: list[widgets.Output]
    settling: bool = False

    def changed(self, name: str, _: object) -> None:
        """Show what a changed control changes; not while the options of controls are being set."""
        if not self.settling:
            # A change comes in from the browser, outside of whatever made the page.
            with speaking(self.board.language):
                self.update({name})

    def press(self, action: Action, output: widgets.Output, _: object) -> None:
        """Show what a button shows."""
        with speaking(self.board.language):
            output.outputs = outputs_of(partial(action.render, **self.values))

    def update(self, changed: set[str], *, every: bool = False) -> None:
        """Set the options that follow, then show the sections that depend on what changed, or every one."""
        for output in self.pressed:
            output.outputs = ()
        changed = changed | self._settle(changed)
        values = self.values
        for section, output in zip(self.board.sections, self.outputs, strict=True):
            if every or changed & set(section.by):
                asked = {name: values[name] for name in section.by}
                output.outputs = outputs_of(partial(section.render, **asked))

    @property
    def values(self) -> dict[str, Any]:
        return {name: control.value for name, control in self.board.controls.items()}

    def _settle(self, changed: set[str]) -> set[str]:
        """Set the options that follow from changed controls; return the controls whose value that changed."""
        moved: set[str] = set()
        self.settling = True
        try:
            for name, options in self.board.options.items():
                if (changed | moved) & set(options.by) and self._set_options(name, options):
                    moved.add(name)
        except Exception:  # the sections then say what is wrong with these values
            LOG.exception("The options of a control cannot be found.")
        finally:
            self.settling = False
        return moved

    def _set_options(self, name: str, options: Options) -> bool:
        control, values = self.board.controls[name], self.values
        found = list(options.of(**{other: values[other] for other in options.by}))
        if found == list(control.options):
            return False
        before = control.value
        kept = before if before in [value for _, value in found] else found[0][1] if found else None
        # In one message: the options alone would choose the first of them in the browser.
        with control.hold_sync():
            control.options = found
            control.value = kept
        return bool(kept != before)


def still(render: Callable[[], widgets.Widget]) -> widgets.Widget:
    """The widget that a function makes; if it fails, a sentence for the reader in its place."""
    try:
        return render()
    except Exception as error:
        if not isinstance(error, ArkitError):
            LOG.exception("A page cannot be made.")
        said = str(error) if isinstance(error, ArkitError) else text("present.unexpected")
        output = widgets.Output()
        output.outputs = (as_output(notice(said, tone="bad")),)
        return _placed(widgets.VBox([output]), "board")


def outputs_of(render: Callable[[], Sequence[Shown]]) -> tuple[dict[str, Any], ...]:
    """The outputs of what a function shows; an error is a sentence for the reader, never a traceback."""
    try:
        return tuple(as_output(piece) for piece in render())
    except ArkitError as error:
        return (as_output(notice(str(error), tone="bad")),)
    except Exception:
        LOG.exception("A part of a page cannot be shown.")
        return (as_output(notice(text("present.unexpected"), tone="bad")),)


def as_output(piece: Shown) -> dict[str, Any]:
    """A chart or a piece of HTML as the output of a cell."""
    if isinstance(piece, Figure):
        # By way of JSON, since the state of a widget takes no arrays of numpy and no timestamps.
        data: dict[str, Any] = {FIGURE: {**json.loads(piece.to_json()), "config": SETTINGS}, "text/plain": "Figure"}
    else:
        data = {"text/html": piece.markup, "text/plain": "Table"}
    return {"output_type": "display_data", "metadata": {}, "data": data}


def choice(label: str, options: Sequence[Any], *, value: Any = None) -> widgets.Dropdown:
    """A list to choose one value from."""
    values = [option[1] if isinstance(option, tuple) else option for option in options]
    chosen = value if value is not None and value in values else values[0] if values else None
    return widgets.Dropdown(
        options=list(options), value=chosen, description=label, style={"description_width": "initial"}
    )


def several(options: Sequence[tuple[str, Any]], *, values: Sequence[Any]) -> widgets.SelectMultiple:
    """A list to mark several values in."""
    return widgets.SelectMultiple(options=list(options), value=tuple(values), rows=len(options))


def slider(label: str, options: Sequence[tuple[str, Any]], *, value: Any) -> widgets.SelectionSlider:
    """A slider over named values."""
    layout = widgets.Layout(width="420px", max_width="100%")
    style = {"description_width": "initial"}
    return widgets.SelectionSlider(options=list(options), value=value, description=label, layout=layout, style=style)


def search(label: str, *, value: str = "", hint: str = "") -> widgets.Text:
    """A field for a few words; it takes effect with the enter key or when it is left."""
    style = {"description_width": "initial"}
    return widgets.Text(value=value, description=label, placeholder=hint, continuous_update=False, style=style)


def _placed(widget: Any, place: str) -> Any:
    for name in place.split():
        widget.add_class(f"arkit-{name}")
    return widget
