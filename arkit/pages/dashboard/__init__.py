"""Pages for colleagues who only look: served by Voila, opened in JupyterLab alike."""

from arkit.pages.dashboard.receivables import receivables

__all__ = ["receivables"]
