"""nbconvert's exporter of pages, without its second look at what the template wrote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nbconvert import HTMLExporter
from nbconvert.filters import Highlight2HTML

if TYPE_CHECKING:
    from nbformat import NotebookNode


class PageExporter(HTMLExporter):
    """Writes the page as the template wrote it.

    nbconvert's own reads the whole page again, for what its templates need and the report's has not: it takes as long
    as all else together.
    """

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        """Yield nbconvert's filters, and the one that a block names which the report's template replaces."""
        yield from super().default_filters()  # type: ignore[no-untyped-call]
        yield "highlight_code", Highlight2HTML

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **how: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page of a notebook, and what the template was told."""
        written: tuple[str, dict[str, Any]] = super(HTMLExporter, self).from_notebook_node(nb, resources, **how)
        return written
