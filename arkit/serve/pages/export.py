"""The page of an export that is about to become a ledger: its rows, what is open, the total, and the layout to keep."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import ipywidgets as widgets
import pandas as pd

from arkit.files.questions import Candidate, Question, python_of
from arkit.model.ledger import Ledger
from arkit.policy import Policy
from arkit.present.html import Html, notice, page_part, table
from arkit.present.live import choice, outputs_of, search, several
from arkit.read.answers import answers_of
from arkit.reports.answering import Export, Source, saved_layout
from arkit.reports.asking import roles_told
from arkit.reports.check import Check, titles
from arkit.words.catalogue import speaking, text
from arkit.words.columns import Column, day_shown, joined, shown

ROWS: Final = 8
WIDEST: Final = 40


@dataclass
class ExportPage:
    """What the page shows at the moment; each answer reads the export again."""

    export: Export
    language: str

    @classmethod
    def of(cls, source: Source, as_of: str, hints: Mapping[str, Any] | str | Path | None, language: str) -> ExportPage:
        """The page of an export of which nothing is answered yet."""
        said = answers_of(hints) if isinstance(hints, str | Path) else hints
        return cls(Export(source, as_of, said or {}), language)

    def show(self) -> widgets.VBox:
        """The page."""
        self.box = widgets.VBox()
        self.box.add_class("arkit-export")
        self._say()
        return self.box

    def _answered(self, question: Question, change: Any) -> None:
        self.export = self.export.answering(question, _answer(question, change["new"]))
        self._say()

    def _say(self) -> None:
        # An answer comes in from the browser, outside of whatever made the page.
        with speaking(self.language):
            shown = [_shown(partial(verdict, self.export)), _shown(partial(first_rows, self.export))]
            asked = [self._asked(number, each) for number, each in enumerate(self.export.questions, 1)]
            ledger = self.export.ledger
            shown += [*asked, _shown(partial(totals, self.export))]
            shown += [self._saving(ledger)] if ledger else []
            self.box.children = [*shown, _shown(partial(columns, self.export))]

    def _asked(self, number: int, question: Question) -> widgets.VBox:
        """A question with its answers, and what is known of the one that was chosen."""
        control = _control(question, self.export.answer_to(question))
        control.layout = widgets.Layout(width="100%", max_width="900px")
        control.observe(partial(self._answered, question), names="value")
        words = question.text.removeprefix(f"{self.export.name}: ")
        is_open = question in self.export.open
        return widgets.VBox(
            [_shown(lambda: [page_part("question", number=number, words=words, open=is_open)]), control]
        )

    def _saving(self, ledger: Ledger) -> widgets.VBox:
        """Where the layout goes, and the button that saves it."""
        place = widgets.Text(value=str(self.export.beside), layout=widgets.Layout(width="100%", max_width="640px"))
        over = widgets.Checkbox(description=text("serve.export.overwrite"), indent=False)
        button, said = widgets.Button(description=text("serve.export.save"), icon="save"), widgets.Output()

        def pressed(_: object) -> None:
            with speaking(self.language):
                said.outputs = outputs_of(partial(saved, self.export, ledger, Path(place.value), over.value))

        button.on_click(pressed)
        return widgets.VBox([_shown(lambda: [_titled("keep")]), place, widgets.HBox([button, over]), said])


def _shown(render: Any) -> widgets.Output:
    output = widgets.Output()
    output.outputs = outputs_of(render)
    return output


def _control(question: Question, answer: Candidate | None) -> Any:
    """A list of the candidates, one line each; where several may be true, to mark them; without any, a field."""
    if not question.candidates:
        stated = answer.value if answer and isinstance(answer.value, str) else ""
        return search("", value=stated, hint=text("reports.asking.example", answer=question.answer()[1]))
    lines = {_line(question, each): each for each in question.candidates}
    if question.takes_several:
        marked = [each for each in question.candidates if answer and {*each.values} <= {*answer.values}]
        return several([*lines.items()], values=marked)
    # A list shows nothing for None.
    return choice("", [(text("serve.export.choose"), ""), *lines.items()], value=answer)


def _line(question: Question, candidate: Candidate) -> str:
    return "  ·  ".join(filter(None, (question.shown(candidate), candidate.total, candidate.evidence)))


def _answer(question: Question, said: Any) -> Candidate | None:
    """The answer that a control gives; nothing where it is left open."""
    if isinstance(said, str):
        return Candidate(said.strip()) if said.strip() else None
    return question.together(said) if isinstance(said, tuple) else said


def verdict(export: Export) -> Sequence[Html]:
    """Where the reading stands, in one sentence."""
    title = page_part("export", title=export.name)
    if export.refused:
        return [title, notice(text("serve.export.refused", reason=export.refused), tone="bad")]
    if export.ledger:
        checked = _checked(export, export.ledger)
        said = text("serve.export.can_run", amounts=_amounts(checked), day=day_shown(checked.day))
        done = notice(said, tone="good")
        obstacle = text("run.check.cannot_run", reason=checked.obstacle)
        return [title, notice(obstacle, tone="bad") if checked.obstacle else done]
    left = text("reports.asking.left_open", count=len(export.open))
    total = text("serve.export.total_so_far", total=export.total) if export.total else ""
    return [title, notice(" ".join(filter(None, (left, total))), tone="warn")]


def _checked(export: Export, ledger: Ledger) -> Check:
    return Check(ledger, name=export.name, day=ledger.covers[1], policy=Policy())


def _amounts(checked: Check) -> str:
    rows = checked.totals.groupby("currency", observed=True)["control_total"].sum()
    return joined(f"{code} {shown(amount, 'amount', currency=str(code))}" for code, amount in rows.items())


def first_rows(export: Export) -> Sequence[Html]:
    """The first rows of the file, as it has them."""
    rows = export.first_rows(ROWS)
    if rows.is_empty():
        return []
    cells = rows.to_pandas().fillna("").map(lambda cell: textwrap.shorten(str(cell), WIDEST, placeholder="…"))
    names = {str(name): Column(_letters(place) if place else "") for place, name in enumerate(cells)}
    return [_titled("rows"), page_part("wide", content=table(cells, columns=names).markup)]


def _letters(place: int) -> str:
    """What a spreadsheet calls a column.

    >>> _letters(1), _letters(27)
    ('A', 'AA')
    """
    before, last = divmod(place - 1, 26)
    return (_letters(before) if before else "") + chr(ord("A") + last)


def totals(export: Export) -> Sequence[Html]:
    """What the ledger adds up to, what proves it, and what was found."""
    if not export.ledger:
        return []
    checked = _checked(export, export.ledger)
    proofs = pd.DataFrame([(each.decided, each.evidence) for each in export.proofs], columns=["proof", "agrees"])
    found = [_titled("findings"), table(checked.found, columns=titles())] if len(checked.found) else []
    return [_titled("total"), table(checked.totals), table(proofs, columns=_named(proofs)), *found]


def columns(export: Export) -> Sequence[Html]:
    """What each column was taken for, and why."""
    rows = pd.DataFrame(roles_told(export.columns), columns=["column", "taken", "evidence"])
    return [_titled("columns"), table(rows, columns=_named(rows))] if len(rows) else []


def saved(export: Export, ledger: Ledger, target: Path, overwrite: bool) -> Sequence[Html]:
    """Save the layout, and show how it is used from then on."""
    made = saved_layout(ledger, target, overwrite=overwrite)
    said = text("serve.export.saved", file=made)
    return [
        notice(said, tone="good"),
        page_part("next_month", or_else=text("serve.export.or"), **_call(export, ledger, made)),
    ]


def _call(export: Export, ledger: Ledger, layout: Path) -> dict[str, str]:
    """What stands in the calls that read the export by its layout."""
    day, read_by = ledger.covers[1].isoformat(), ledger.reading.layout if ledger.reading else None
    # Where the layout finds the day in the file, next month's call must not state that of this month.
    unsaid = ledger.is_snapshot and read_by is not None and not (read_by.snapshot_on or read_by.items.says_day)
    files = [str(each) for each in export.files]
    return {
        "source": python_of(files[0] if len(files) == 1 else files),
        "layout": python_of(str(layout)),
        "snapshot_on": day if unsaid else "",
        "file": " ".join(map(shlex.quote, files)),
        "toml": shlex.quote(str(layout)),
        "day": day,
    }


def _named(rows: pd.DataFrame) -> dict[str, Column]:
    return {str(name): Column(text(f"serve.export.{name}")) for name in rows}


def _titled(name: str) -> Html:
    return page_part("titled", title=text(f"serve.export.{name}"))
